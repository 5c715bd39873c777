import {
  captureUnderWay,
  endsFace,
  FACE_FAILURES_MAX,
  type FaceCapture,
  type FaceResult,
  type FaceStep,
  NO_FACE,
  type SaleFace,
} from '../domain/face.ts'
import type { FaceCode } from '../domain/face-errors.ts'
import { LIMITS } from '../domain/limits.ts'
import type { Sale } from '../domain/sale.ts'
import { WAITS } from '../domain/waits.ts'
import type { Effect, FaceEvent, FaceWish } from './events.ts'
import { ignore, refuse, type State, type Step, withSales } from './state.ts'

/** The key of the timer that ends the step a customer is at. */
function keyOf(saleId: string): string {
  return `face:${saleId}`
}

/**
 * An act of the customer at an armed sale. Each is good at one step only; a second press of the same
 * button finds another step and is refused. The scanner stays enabled throughout: a payment code can be
 * shown at any time.
 */
export function actOnFace(state: State, sale: Sale, event: FaceWish): Step {
  const face = sale.face ?? NO_FACE
  if (event.act === 'decline') return decline(state, sale, event)
  if (event.unavailable !== undefined) return refuse(state, event.unavailable)
  if (face.isOff) return refuse(state, 'face.off_for_sale')
  switch (event.act) {
    case 'choose':
      if (face.step !== 'idle') return refuse(state, 'face.not_offered')
      return go(state, sale, { face, step: 'notice', endsAtMs: event.atMs + WAITS.faceNoticeMs })
    case 'consent':
      return consent(state, sale, event)
    case 'confirm':
      return confirm(state, sale, event)
  }
}

/** One act for one capture of this order (F-05). Only now may a camera be opened (F-01). */
function consent(state: State, sale: Sale, event: FaceWish): Step {
  const face = sale.face ?? NO_FACE
  const { consented, atMs } = event
  if (face.step !== 'notice' || consented === undefined) return refuse(state, 'face.not_offered')
  if (face.captures.length >= LIMITS.faceCapturesMax) return refuse(state, 'face.off_for_sale')
  const capture: FaceCapture = { ...consented, consentedAtMs: atMs }
  const { cause: _cause, ...rest } = face
  const begun = { ...rest, captures: [...face.captures, capture] }
  const step = go(state, sale, {
    face: begun,
    step: 'capturing',
    endsAtMs: atMs + WAITS.faceCaptureMs,
  })
  const [changed = sale] = step.changed
  const start: Effect = { kind: 'start_face', sale: changed, captureId: capture.captureId }
  return { ...step, effects: [...step.effects, start] }
}

/** The customer means this amount: what was sealed may go (F-16). */
function confirm(state: State, sale: Sale, event: FaceWish): Step {
  const face = sale.face ?? NO_FACE
  const capture = captureUnderWay(face)
  if (face.step !== 'confirming' || !capture) return refuse(state, 'face.not_offered')
  const confirmed = { ...capture, confirmedAtMs: event.atMs }
  const captures = [...face.captures.slice(0, -1), confirmed]
  const endsAtMs = capture.consentedAtMs + WAITS.faceConsentMs
  const step = go(state, sale, { face: { ...face, captures }, step: 'recognising', endsAtMs })
  const { captureId } = capture
  const { digitsRef } = event
  const send: Effect = {
    kind: 'confirm_face',
    captureId,
    ...(digitsRef === undefined ? {} : { digitsRef }),
  }
  return { ...step, effects: [...step.effects, send] }
}

/** Leaving is always possible, and ends face pay for the sale: nobody is asked twice (F-03, F-06). */
function decline(state: State, sale: Sale, { atMs }: FaceWish): Step {
  const face = sale.face ?? NO_FACE
  if (face.isOff) return ignore(state)
  if (face.step === 'idle') return put(state, sale, { face: { ...face, isOff: true } })
  const left = endCapture(face, 'face.left', atMs)
  const { cause: _cause, ...rest } = left.face
  const effects = [...left.effects, stopWaiting(sale)]
  return put(state, sale, { face: { ...rest, isOff: true }, effects })
}

/** What the reader tells of a capture, or its time ran out; of a capture that has ended, nothing. */
export function advanceFace(state: State, sale: Sale, event: FaceEvent): Step {
  const { face } = sale
  if (!face) return ignore(state)
  if (event.kind === 'face_expired') return expire(state, sale, event.atMs)
  const capture = captureUnderWay(face)
  if (capture?.captureId !== event.captureId) return ignore(state)
  if (event.kind === 'face_failed') return fail(state, sale, event)
  if (face.step !== 'capturing') return ignore(state)
  const endsAtMs = capture.consentedAtMs + WAITS.faceConsentMs
  return go(state, sale, { face, step: 'confirming', endsAtMs })
}

/** Why each step ended that ends by itself. */
const EXPIRED: Readonly<Partial<Record<FaceStep, FaceCode>>> = {
  capturing: 'face.no_face',
  confirming: 'face.not_confirmed',
  recognising: 'face.service_unreachable',
}

function expire(state: State, sale: Sale, atMs: number): Step {
  const { face = NO_FACE } = sale
  if (face.endsAtMs === undefined || atMs < face.endsAtMs) return ignore(state)
  const cause = EXPIRED[face.step]
  // Nobody answered the notice: the sale waits for a code as before.
  if (cause === undefined) {
    return put(state, sale, { face: idle(face) })
  }
  return fail(state, sale, { atMs, cause })
}

function fail(
  state: State,
  sale: Sale,
  { atMs, cause }: { readonly atMs: number; readonly cause: FaceCode },
): Step {
  const ended = endCapture(sale.face ?? NO_FACE, cause, atMs)
  // Leaving by the device's own button is the customer's decision, as declining here is.
  const failures = Math.min(ended.face.failures + 1, FACE_FAILURES_MAX)
  const isOff = endsFace(cause, failures)
  const face: SaleFace = { ...ended.face, failures, cause, ...(isOff ? { isOff: true } : {}) }
  return put(state, sale, { face, effects: [...ended.effects, stopWaiting(sale)] })
}

/**
 * Ends face pay of a sale that no longer waits for a code, whatever ended that: the camera is closed and
 * its memory wiped by the effect, which comes first (F-06, F-22).
 */
export function leaveFace(before: Sale, step: Step, atMs: number): Step {
  if (before.face === undefined || before.face.step === 'idle') return step
  const after = step.changed.find(({ id }) => id === before.id)
  if (!after || after.phase === 'armed') return step
  const charged = after.phase === 'in_flight' ? after.attempts.at(-1) : undefined
  const result = charged
    ? charged.interface === 'FACEPAY'
      ? 'charged'
      : 'code_shown'
    : 'sale_ended'
  const ended = endCapture(after.face ?? before.face, result, atMs)
  const changed: Sale = { ...after, face: ended.face }
  const isShown = step.state.sales.has(after.id)
  return {
    ...step,
    state: isShown ? withSales(step.state, [changed]) : step.state,
    changed: step.changed.map((sale) => (sale.id === changed.id ? changed : sale)),
    effects: [
      ...ended.effects,
      stopWaiting(after),
      ...step.effects.map((effect) => ('sale' in effect ? { ...effect, sale: changed } : effect)),
    ],
  }
}

/** A capture that was under way when the program ended: its memory is gone with it. */
export function recoverFace(sale: Sale, atMs: number): Sale {
  if (sale.face === undefined || sale.face.step === 'idle') return sale
  return { ...sale, face: endCapture(sale.face, 'sale_ended', atMs).face }
}

/** Puts the step back to the beginning and records what the capture came to. */
function endCapture(
  face: SaleFace,
  result: FaceResult,
  atMs: number,
): { readonly face: SaleFace; readonly effects: readonly Effect[] } {
  const capture = captureUnderWay(face)
  if (!capture) return { face: idle(face), effects: [] }
  const captures = [...face.captures.slice(0, -1), { ...capture, endedAtMs: atMs, result }]
  // A face that is charged is told of its result when there is one.
  const isOver = result !== 'charged'
  const finish: Effect = { kind: 'finish_face', captureId: capture.captureId }
  return { face: { ...idle(face), captures }, effects: isOver ? [finish] : [] }
}

function idle(face: SaleFace): SaleFace {
  const { endsAtMs: _ends, ...rest } = face
  return { ...rest, step: 'idle' }
}

function go(
  state: State,
  sale: Sale,
  next: { readonly face: SaleFace; readonly step: FaceStep; readonly endsAtMs: number },
): Step {
  const { face, step, endsAtMs } = next
  const wait: Effect = {
    kind: 'wait',
    key: keyOf(sale.id),
    dueAtMs: endsAtMs,
    fires: { kind: 'face_expired', saleId: sale.id },
  }
  return put(state, sale, { face: { ...face, step, endsAtMs }, effects: [wait] })
}

type FaceChange = { readonly face: SaleFace; readonly effects?: readonly Effect[] }

function put(state: State, sale: Sale, { face, effects = [] }: FaceChange): Step {
  const changed: Sale = { ...sale, face }
  return { state: { ...withSales(state, [changed]), notice: null }, effects, changed: [changed] }
}

function stopWaiting(sale: Sale): Effect {
  return { kind: 'stop_waiting', key: keyOf(sale.id) }
}
