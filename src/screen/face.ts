import { ERRORS, problem } from '../domain/errors.ts'
import type { SaleFace } from '../domain/face.ts'
import { captureUnderWay } from '../domain/face.ts'
import type { Sale } from '../domain/sale.ts'
import type { FaceGuidance, FaceNotice } from '../ports/face.ts'
import type { CashierScreen, FaceScreen, FaceStage } from './model.ts'
import { optional } from './optional.ts'

/** Face pay as the screens need it; the rest only where it is offered or under way. */
export type FaceFacts = {
  readonly isOffered: boolean
  readonly notice?: FaceNotice
  readonly confirmBy?: 'digits' | 'press'
  readonly guidedBy?: 'page' | 'device'
  readonly guidance?: FaceGuidance
  /** The page's own camera stays closed: another feeds the capture. */
  readonly isCameraElsewhere?: true
}

const STAGES: Readonly<Record<SaleFace['step'], FaceStage>> = {
  idle: 'offered',
  notice: 'notice',
  capturing: 'capturing',
  confirming: 'confirming',
  recognising: 'recognising',
}

/** Face pay beside the payment code, while one is waited for. */
export function customerFace(sale: Sale | undefined, facts: FaceFacts): FaceScreen | undefined {
  const face = sale?.face
  const step = face?.step ?? 'idle'
  if (sale?.phase !== 'armed' || face?.isOff) return undefined
  if (step === 'idle' && !facts.isOffered) return undefined
  const captureId = captureUnderWay(face)?.captureId
  return {
    stage: STAGES[step],
    saleId: sale.id,
    ...optional('endsAtMs', face?.endsAtMs),
    ...(step === 'notice' ? optional('notice', facts.notice) : {}),
    ...(step === 'capturing'
      ? {
          ...(facts.isCameraElsewhere ? {} : optional('captureId', captureId)),
          ...optional('guidedBy', facts.guidedBy),
          ...optional('guidance', facts.guidance),
        }
      : {}),
    ...(step === 'confirming' ? optional('confirmBy', facts.confirmBy) : {}),
    ...(step === 'idle' && face?.cause ? { hint: ERRORS[face.cause].customer } : {}),
  }
}

/** How far the customer is, and why the last try led to nothing; nothing while it is only offered. */
export function cashierFace(sale: Sale | undefined): CashierScreen['face'] {
  const face = sale?.phase === 'armed' ? sale.face : undefined
  if (!face || (face.step === 'idle' && face.cause === undefined)) return undefined
  return {
    stage: STAGES[face.step],
    ...(face.cause === undefined ? {} : { problem: problem(face.cause) }),
    ...optional('isOff', face.isOff),
  }
}
