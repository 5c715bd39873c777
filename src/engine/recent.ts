import { isRefundOpen, type Refund } from '../domain/refund.ts'
import { type Sale, saleOutcome } from '../domain/sale.ts'
import type { RecentRefund, RecentSale } from '../screen/model.ts'

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
    ...(sale.refunds === undefined ? {} : { refund: refundsOf(sale.refunds) }),
  }
}

function refundsOf(refunds: readonly Refund[]): RecentRefund {
  const kept = refunds.filter(({ outcome }) => outcome !== 'NOT_REFUNDED')
  const amountFen = kept.reduce((sum, refund) => sum + refund.amountFen, 0)
  return { state: stateOf(refunds), amountFen }
}

function stateOf(refunds: readonly Refund[]): RecentRefund['state'] {
  if (refunds.some(({ phase }) => phase === 'abnormal')) return 'needs_staff'
  if (refunds.some(isRefundOpen)) return 'under_way'
  return refunds.at(-1)?.outcome === 'NOT_REFUNDED' ? 'not_given' : 'done'
}

/**
 * The list of last sales; a sale nobody has tried to pay yet is not in it. A refund, and every question
 * about it, leaves the order as it is: for days they would push newer sales out.
 */
export function remember(recent: readonly RecentSale[], sale: Sale): readonly RecentSale[] {
  if (sale.refunds !== undefined) {
    return recent.map((line) => (line.saleId === sale.id ? asRecent(sale) : line))
  }
  const others = recent.filter(({ saleId }) => saleId !== sale.id)
  if (sale.attempts.length === 0) return others
  return [asRecent(sale), ...others].slice(0, RECENT_MAX)
}
