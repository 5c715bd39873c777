import type { Outcome } from '../domain/sale.ts'

/** One attempt as the journal has it. */
export type Here = {
  readonly saleId: string
  readonly outTradeNo: string
  readonly amountFen: number
  readonly outcome: Outcome
  /** Beijing date on which it was paid, or else submitted; `YYYY-MM-DD`. */
  readonly day: string
  readonly transactionId: string
}

/** One order as the bill has it, over all its entries that are no refunds. */
export type There = {
  readonly outTradeNo: string
  readonly amountFen: number
  readonly paidRows: number
  readonly revokedRows: number
  readonly deviceId: string
  readonly transactionId: string
  /** Its entries name more than one amount. */
  readonly amountsDiffer: boolean
  /** What a journal that lacks the order would need; of this terminal's orders only. */
  readonly order?: BilledOrder
}

/** How a bill describes an order. */
export type BilledOrder = {
  /** Beijing time of its first entry, `YYYY-MM-DD hh:mm:ss`. */
  readonly time: string
  readonly tradeType: string
  readonly description: string
}

/**
 * What a comparison of one order comes to.
 * - `matched`: both sides say the same. `elsewhere`: another terminal's order. `quiet`: nothing to compare.
 * - `missing_here`: this terminal's by its device number, and the journal does not know it.
 * - `missing_there`: paid that day by the journal, and the bill does not have it.
 * - `amount_differs`, `state_differs`, `transaction_differs`: both have it and disagree.
 * - `repeated_there`: the bill has it paid more than once.
 * - `unresolved_here`: not in the bill, and the journal still does not know what became of it.
 */
export type Verdict =
  | 'matched'
  | 'elsewhere'
  | 'quiet'
  | 'missing_here'
  | 'missing_there'
  | 'amount_differs'
  | 'state_differs'
  | 'transaction_differs'
  | 'repeated_there'
  | 'unresolved_here'

/** Whose bill of which day. */
export type Question = { readonly date: string; readonly terminalId: string }

/**
 * Compares one order. An order that was paid and then reversed may stand in a bill as a REVOKED
 * entry alone or beside its SUCCESS entry: both count as not paid in the end.
 */
export function judge(here: Here | undefined, there: There | undefined, asked: Question): Verdict {
  if (!there) return here ? withoutEntry(here, asked) : 'quiet'
  if (!here) return there.deviceId === asked.terminalId ? 'missing_here' : 'elsewhere'
  if (there.paidRows > 1 || there.revokedRows > 1) return 'repeated_there'
  if (there.amountsDiffer || here.amountFen !== there.amountFen) return 'amount_differs'
  const endedPaid = there.revokedRows === 0
  if (here.outcome !== (endedPaid ? 'PAID' : 'NOT_PAID')) return 'state_differs'
  if (endedPaid && here.transactionId !== there.transactionId) return 'transaction_differs'
  return 'matched'
}

function withoutEntry(here: Here, asked: Question): Verdict {
  if (here.day !== asked.date || here.outcome === 'NOT_PAID') return 'quiet'
  return here.outcome === 'PAID' ? 'missing_there' : 'unresolved_here'
}
