import type { State } from '../checkout/state.ts'
import { isRefundUnclear } from '../domain/refund.ts'
import { isClosed, lastAttempt, type Sale } from '../domain/sale.ts'
import { WAITS } from '../domain/waits.ts'

/** Sales whose outcome is not known, oldest first. */
export function salesInFlight(state: State): readonly Sale[] {
  return oldestFirst(state, ({ phase }) => phase === 'in_flight')
}

/** Paid sales with a refund under way, oldest first. */
export function salesRefunding(state: State): readonly Sale[] {
  return oldestFirst(state, (sale) => sale.phase === 'paid' && !isClosed(sale))
}

/** Sales whose payment or refund has gone without a clear answer for longer than the first wait. */
export function waitingForLine(state: State, atMs: number): readonly string[] {
  const isOld = (sinceMs: number) => atMs - sinceMs >= WAITS.firstQueryMs
  const payments = salesInFlight(state).filter((sale) => {
    return isOld(lastAttempt(sale)?.submittedAtMs ?? atMs)
  })
  const refunds = salesRefunding(state).filter(({ refunds: made }) => {
    return made?.some((refund) => isRefundUnclear(refund) && isOld(refund.wantedAtMs))
  })
  return [...payments, ...refunds].map(({ id }) => id)
}

function oldestFirst(state: State, wanted: (sale: Sale) => boolean): readonly Sale[] {
  return [...state.sales.values()]
    .filter(wanted)
    .toSorted((one, other) => one.createdAtMs - other.createdAtMs)
}
