import type { State } from '../checkout/state.ts'
import { isClosed, type Sale } from '../domain/sale.ts'

/** Sales whose outcome is not known, oldest first. */
export function salesInFlight(state: State): readonly Sale[] {
  return oldestFirst(state, ({ phase }) => phase === 'in_flight')
}

/** Paid sales with a refund under way, oldest first. */
export function salesRefunding(state: State): readonly Sale[] {
  return oldestFirst(state, (sale) => sale.phase === 'paid' && !isClosed(sale))
}

/** Sales are kept in the order of the journal, which no clock that is set can change. */
function oldestFirst(state: State, wanted: (sale: Sale) => boolean): readonly Sale[] {
  return [...state.sales.values()].filter(wanted)
}
