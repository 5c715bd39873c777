import type { FaceCode } from './face-errors.ts'

/** The acts of a customer about face pay. */
export const FACE_ACTS = ['choose', 'consent', 'confirm', 'decline'] as const
export type FaceAct = (typeof FACE_ACTS)[number]

/** How far a customer is; `idle` while nobody has chosen it, and again after every try. */
export type FaceStep = 'idle' | 'notice' | 'capturing' | 'confirming' | 'recognising'

/** What one capture came to: a face code that was charged, a payment code instead, the end of the wait, or why not. */
export type FaceResult = 'charged' | 'code_shown' | 'sale_ended' | FaceCode

/** One capture for the record: who agreed to what when, and what came of it. Nothing of the face. */
export type FaceCapture = {
  readonly captureId: string
  readonly consentId: string
  readonly noticeVersion: string
  /** Unix milliseconds, as the other times. */
  readonly consentedAtMs: number
  /** The number that its charge would have, and has when there was one. */
  readonly outTradeNo: string
  readonly confirmedAtMs?: number
  readonly endedAtMs?: number
  readonly result?: FaceResult
}

/** Face pay of one sale. */
export type SaleFace = {
  readonly step: FaceStep
  /** When the step ends by itself, Unix milliseconds; not while idle. */
  readonly endsAtMs?: number
  /** The last one is under way while the step is capturing, confirming or recognising. */
  readonly captures: readonly FaceCapture[]
  /** Tries that led to nothing. */
  readonly failures: number
  /** Why the last try led to nothing. */
  readonly cause?: FaceCode
  /** This sale is not paid by face any more. */
  readonly isOff?: true
}

/** Before anybody chose it. */
export const NO_FACE: SaleFace = { step: 'idle', captures: [], failures: 0 }

/** After so many failures a sale is not paid by face (F-21). */
export const FACE_FAILURES_MAX = 3

/** Causes after which the same customer may try again; after any other the sale is paid by code. */
const MAY_TRY_AGAIN: ReadonlySet<FaceCode> = new Set<FaceCode>([
  'face.gate_failed',
  'face.camera_lost',
  'face.frame_invalid',
  'face.no_face',
  'face.not_live',
  'face.consent_old',
  'face.not_confirmed',
  'face.wrong_digits',
  'face.not_recognised',
  'face.device_failed',
])

/** Whether a try that ended so ends face pay for the sale. */
export function endsFace(cause: FaceCode, failures: number): boolean {
  return !MAY_TRY_AGAIN.has(cause) || failures >= FACE_FAILURES_MAX
}

/** The capture that is under way. */
export function captureUnderWay(face: SaleFace | undefined): FaceCapture | undefined {
  const last = face?.captures.at(-1)
  return last && last.endedAtMs === undefined ? last : undefined
}
