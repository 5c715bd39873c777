import { type Sale, saleOutcome } from '../domain/sale.ts'
import type { RecentSale } from '../screen/model.ts'

/** How many last sales the cashier's screen lists. */
export const RECENT_MAX = 8

/** A sale as a line of the list. */
export function asRecent(sale: Sale): RecentSale {
  return {
    saleId: sale.id,
    atMs: sale.closedAtMs ?? sale.createdAtMs,
    amountFen: sale.amountFen,
    outcome: saleOutcome(sale),
    ...(sale.orderRef === undefined ? {} : { orderRef: sale.orderRef }),
  }
}

/** The list of last sales; a sale nobody has tried to pay yet is not in it. */
export function remember(recent: readonly RecentSale[], sale: Sale): readonly RecentSale[] {
  const others = recent.filter(({ saleId }) => saleId !== sale.id)
  if (sale.attempts.length === 0) return others
  return [asRecent(sale), ...others].slice(0, RECENT_MAX)
}
