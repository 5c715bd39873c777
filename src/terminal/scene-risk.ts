import type { SceneCode } from '../domain/scene-errors.ts'
import type { Clock } from '../ports/clock.ts'
import type { SceneGate, SceneRequest } from '../ports/scene.ts'
import type { Report } from './scene-events.ts'
import type { PlaceReport } from './scene-place.ts'

/**
 * Refusals of a charge that the service hears of, with the number of the trigger they may be a sign of
 * (docs/gateway.md, Events): 1 use outside what was approved, 5 a terminal in other hands, 9 something
 * was put back or tampered with. The terminal reports; it takes no measure by itself.
 */
const TRIGGERS: Readonly<Partial<Record<SceneCode, number>>> = {
  'scene.location_mismatch': 1,
  'scene.interface_not_granted': 1,
  'scene.interface_closed': 1,
  'scene.network_mismatch': 5,
  'scene.other_terminal': 5,
  'scene.other_merchant': 5,
  'scene.grant_not_signed': 9,
  'scene.grant_forked': 9,
  'scene.grant_old': 9,
  'scene.clock_rollback': 9,
}

/** The same is told again after this long, milliseconds. */
const AGAIN_MS = 600_000

/**
 * The gate, with the service told of refused charges that may mean a risk, and refused refunds counted.
 * Reports after it answered.
 */
export function withReports(
  gate: SceneGate,
  clock: Clock,
  tell: { readonly report: (report: Report) => void; readonly refundRefused: () => void },
): SceneGate {
  const toldAtMs = new Map<SceneCode, number>()
  const note = (code: SceneCode, request: SceneRequest): void => {
    const trigger = TRIGGERS[code]
    const nowMs = clock.monotonicMs()
    const before = toldAtMs.get(code)
    if (trigger === undefined || (before !== undefined && nowMs - before < AGAIN_MS)) return
    toldAtMs.set(code, nowMs)
    const amount = 'amountFen' in request ? { amount_fen: request.amountFen } : {}
    const facts = { interface: request.interface, code, ...amount }
    clock.after(0, () => tell.report({ kind: 'charge.refused', trigger, facts }))
  }
  return {
    decide(request) {
      const decision = gate.decide(request)
      if (decision.kind === 'allow') return decision
      if (request.action === 'charge') note(decision.code, request)
      if (request.action === 'refund' && !request.isDrawn) tell.refundRefused()
      return decision
    },
    grantVersion: () => gate.grantVersion(),
    reserve: (charge, step) => gate.reserve(charge, step),
    commit: (paid, step) => gate.commit(paid, step),
    release: (outTradeNo, step) => gate.release(outTradeNo, step),
    countedSeq: () => gate.countedSeq(),
    catchUp: (charges, seq) => gate.catchUp(charges, seq),
    offered: (by) => gate.offered(by),
    status: () => gate.status(),
    trustedNowMs: () => gate.trustedNowMs?.(),
    faceTerms: () => gate.faceTerms?.(),
    onChange: (listener) => gate.onChange(listener),
  }
}

/**
 * Tells the service that the terminal has come to be outside, and when it is inside again (docs/gateway.md,
 * Events). Called whenever that may be so; each is told once in ten minutes at the most.
 */
export function createPlaceNotes(
  clock: Clock,
  report: (report: Report) => void,
): (place: PlaceReport) => void {
  const toldAtMs = new Map<PlaceReport['state'], number>()
  let told: PlaceReport['state'] = 'inside'
  return ({ state, distanceM }) => {
    const nowMs = clock.monotonicMs()
    const before = toldAtMs.get(state)
    if (state === told || state === 'unknown') return
    if (before !== undefined && nowMs - before < AGAIN_MS) return
    told = state
    toldAtMs.set(state, nowMs)
    const facts = { place: state, ...(distanceM === undefined ? {} : { distance_m: distanceM }) }
    report({ kind: 'place.changed', facts, ...(state === 'outside' ? { trigger: 1 } : {}) })
  }
}
