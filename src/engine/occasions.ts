import type { CheckoutEvent } from '../checkout/events.ts'
import { type State, saleOnScreen } from '../checkout/state.ts'
import { lastAttempt, type Sale } from '../domain/sale.ts'
import { WAITS } from '../domain/waits.ts'

/**
 * The line to the gateway is back: what has waited longer than the first wait is asked about now.
 *
 * @param pending sales whose outcome is not known
 */
export function whenLineIsBack(pending: readonly Sale[], atMs: number): CheckoutEvent[] {
  return pending
    .filter((sale) => atMs - (lastAttempt(sale)?.submittedAtMs ?? atMs) >= WAITS.firstQueryMs)
    .map(({ id }) => ({ kind: 'check_wanted', atMs, saleId: id, lineIsBack: true }))
}

/**
 * The machine slept: nobody stands at the counter for certain, so an armed sale is disarmed, and what is
 * in flight is asked about now.
 */
export function whenAwake(state: State, atMs: number): CheckoutEvent[] {
  const shown = saleOnScreen(state)
  const disarming: CheckoutEvent[] =
    shown?.phase === 'armed' ? [{ kind: 'arm_expired', atMs, saleId: shown.id, slept: true }] : []
  const checks = [...state.sales.values()]
    .filter(({ phase }) => phase === 'in_flight')
    .map(({ id }) => ({ kind: 'check_wanted' as const, atMs, saleId: id }))
  return [...disarming, ...checks]
}
