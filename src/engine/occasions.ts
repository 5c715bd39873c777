import type { CheckoutEvent } from '../checkout/events.ts'
import { type State, saleOnScreen } from '../checkout/state.ts'
import { isRefundUnclear } from '../domain/refund.ts'
import { lastAttempt } from '../domain/sale.ts'
import { WAITS } from '../domain/waits.ts'
import { salesInFlight, salesRefunding } from './open-sales.ts'
import { isRenewing, type SceneDesk } from './scene-desk.ts'

/** The line is back: payments and refunds that went longer than the first wait are asked about now. */
export function whenLineIsBack(state: State, atMs: number): CheckoutEvent[] {
  const isOld = (sinceMs: number) => atMs - sinceMs >= WAITS.firstQueryMs
  const payments = salesInFlight(state).filter((sale) =>
    isOld(lastAttempt(sale)?.submittedAtMs ?? atMs),
  )
  const refunds = salesRefunding(state).filter(({ refunds: made }) =>
    made?.some((refund) => isRefundUnclear(refund) && isOld(refund.wantedAtMs)),
  )
  return [...payments, ...refunds].map(({ id }) => ({
    kind: 'check_wanted',
    atMs,
    saleId: id,
    lineIsBack: true,
  }))
}

/** The scene changed: a sale that waits for a code and may take no money any more waits no longer. */
export function whenSceneChanged(state: State, atMs: number, scene: SceneDesk): CheckoutEvent[] {
  const shown = saleOnScreen(state)
  if (shown?.phase !== 'armed') return []
  const decision = scene.mayCharge(shown)
  if (decision.kind === 'allow' || isRenewing(decision)) return []
  const { code, check } = decision
  return [{ kind: 'scene_refused', atMs, saleId: shown.id, code, check, moment: 'change' }]
}

/**
 * The machine slept: nobody stands at the counter for certain, so an armed sale is disarmed, and what is
 * in flight is asked about now.
 */
export function whenAwake(state: State, atMs: number): CheckoutEvent[] {
  const shown = saleOnScreen(state)
  const disarming: CheckoutEvent[] =
    shown?.phase === 'armed' ? [{ kind: 'arm_expired', atMs, saleId: shown.id, slept: true }] : []
  const checks = [...salesInFlight(state), ...salesRefunding(state)].map(({ id }) => ({
    kind: 'check_wanted' as const,
    atMs,
    saleId: id,
  }))
  return [...disarming, ...checks]
}
