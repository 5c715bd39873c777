import type { Order, TradeState } from './orders.ts'
import type { Refund, RefundStatus } from './refunds.ts'
import { refundedFen, refundStep } from './refunds.ts'

/** One refund, for comparison with what a terminal believes. */
export type LedgerRefund = {
  readonly outRefundNo: string
  readonly refundId: string
  readonly amountFen: number
  readonly status: RefundStatus
  readonly createdAtMs: number
  /** When it got the status it has. */
  readonly changedAtMs: number
}

/** One order, for comparison with what a terminal believes. */
export type LedgerRow = {
  readonly outTradeNo: string
  readonly state: TradeState
  readonly amountFen: number
  readonly transactionId: string | null
  readonly paidAtMs: number | null
  readonly reversedAtMs: number | null
  /** How many times money was taken. */
  readonly charges: number
  /** Whether all of it went back, by a reversal or by refunds. */
  readonly returned: boolean
  /** Means of payment the order does not take; only v2 can say so. */
  readonly limitPay: string | null
  /** What refunds have certainly brought back, fen. */
  readonly refundedFen: number
  /** Oldest first. */
  readonly refunds: readonly LedgerRefund[]
}

/** What all orders come to, fen. `held` is what the merchant has: taken, less what went back. */
export type LedgerTotals = {
  readonly takenFen: number
  readonly reversedFen: number
  readonly refundedFen: number
  /** Refunds that are on their way or could not be delivered. */
  readonly refundingFen: number
  readonly heldFen: number
}

const ledgerRefund = (refund: Refund, nowMs: number): LedgerRefund => {
  const { status, atMs } = refundStep(refund, nowMs)
  const { outRefundNo, refundId, amountFen, createdAtMs } = refund
  return { outRefundNo, refundId, amountFen, status, createdAtMs, changedAtMs: atMs }
}

/** An order and its refunds as a row for comparison, as they are at `nowMs`. */
export function ledgerRow(
  order: Order,
  refunds: readonly Refund[],
  nowMs: number,
): Omit<LedgerRow, 'limitPay'> {
  const backFen = refundedFen(refunds, nowMs)
  return {
    outTradeNo: order.outTradeNo,
    state: order.state,
    amountFen: order.amountFen,
    transactionId: order.transactionId,
    paidAtMs: order.paidAtMs,
    reversedAtMs: order.reversedAtMs,
    charges: order.charges,
    returned: order.returned || backFen === order.amountFen,
    refundedFen: backFen,
    refunds: refunds.map((refund) => ledgerRefund(refund, nowMs)),
  }
}

const sumFen = (amounts: readonly number[]): number => amounts.reduce((sum, fen) => sum + fen, 0)

/** The sums over all orders. */
export function totalsOf(rows: readonly LedgerRow[]): LedgerTotals {
  const takenOf = (row: LedgerRow): number => row.charges * row.amountFen
  const takenFen = sumFen(rows.map(takenOf))
  const reversedFen = sumFen(rows.filter(({ state }) => state === 'REVOKED').map(takenOf))
  const refundedFen = sumFen(rows.map((row) => row.refundedFen))
  const underWay = rows
    .flatMap(({ refunds }) => refunds)
    .filter(({ status }) => status === 'PROCESSING' || status === 'ABNORMAL')
  return {
    takenFen,
    reversedFen,
    refundedFen,
    refundingFen: sumFen(underWay.map(({ amountFen }) => amountFen)),
    heldFen: takenFen - reversedFen - refundedFen,
  }
}
