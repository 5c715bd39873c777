import { isRefundOpen, type Refund } from './refund.ts'
import { lastAttempt, type PaymentInterface, type Sale } from './sale.ts'

/** Money of one kind, interface and operator within a shift. */
export type ShiftTotal = {
  readonly kind: 'payment' | 'refund'
  readonly interface: PaymentInterface
  /** Who collected the sale or gave the refund; null when nobody was named. */
  readonly operator: string | null
  readonly count: number
  readonly amountFen: number
}

/** A payment or a refund whose result is not known; its money belongs to the shift that learns it. */
export type Unsettled = {
  readonly kind: 'sale' | 'refund'
  readonly saleId: string
  /** `out_trade_no` or `out_refund_no`. */
  readonly number: string
  readonly amountFen: number
  /** Since when nobody knows, Unix milliseconds. */
  readonly sinceMs: number
  readonly orderRef?: string
  readonly operator: string | null
}

/**
 * Everything between two closings, or since the last one. Money belongs to the shift in which it
 * became certain, whenever the sale began.
 */
export type Shift = {
  /** Counts from 1, without a gap. */
  readonly number: number
  /** First and last step of the journal that belong to it, both included. */
  readonly fromSeq: number
  readonly toSeq: number
  /** Unix milliseconds; of a shift that is open, `toMs` is now. */
  readonly fromMs: number
  readonly toMs: number
  readonly totals: readonly ShiftTotal[]
  /** What had no result at `toMs`, oldest first. */
  readonly unsettled: readonly Unsettled[]
  /** Who closed it; absent while it is open. */
  readonly closedBy?: string
}

/** How many, and how much money in fen. */
export type Sum = { readonly count: number; readonly amountFen: number }

/** The sum of the totals that `isWanted` keeps. */
export function sumOf(
  totals: readonly ShiftTotal[],
  isWanted: (total: ShiftTotal) => boolean,
): Sum {
  return totals.filter(isWanted).reduce<Sum>(
    (sum, { count, amountFen }) => ({
      count: sum.count + count,
      amountFen: sum.amountFen + amountFen,
    }),
    { count: 0, amountFen: 0 },
  )
}

/** Payments, refunds, and what is left of them, fen; less than nothing after more refunds than sales. */
export function sumsOf(totals: readonly ShiftTotal[]): {
  readonly payments: Sum
  readonly refunds: Sum
  readonly netFen: number
} {
  const payments = sumOf(totals, ({ kind }) => kind === 'payment')
  const refunds = sumOf(totals, ({ kind }) => kind === 'refund')
  return { payments, refunds, netFen: payments.amountFen - refunds.amountFen }
}

/** What of some sales is still without a result and being asked about, oldest first. */
export function unsettledOf(sales: readonly Sale[]): readonly Unsettled[] {
  return sales
    .flatMap((sale) => [
      ...unsettledSale(sale),
      ...(sale.refunds ?? []).filter(isRefundOpen).map((refund) => unsettledRefund(sale, refund)),
    ])
    .toSorted((one, other) => one.sinceMs - other.sinceMs)
}

function unsettledSale(sale: Sale): readonly Unsettled[] {
  const attempt = lastAttempt(sale)
  if (sale.phase !== 'in_flight' || !attempt) return []
  return [
    {
      kind: 'sale',
      saleId: sale.id,
      number: attempt.outTradeNo,
      amountFen: attempt.amountFen,
      sinceMs: attempt.submittedAtMs,
      ...(sale.orderRef === undefined ? {} : { orderRef: sale.orderRef }),
      operator: sale.operator ?? null,
    },
  ]
}

function unsettledRefund(sale: Sale, refund: Refund): Unsettled {
  return {
    kind: 'refund',
    saleId: sale.id,
    number: refund.outRefundNo,
    amountFen: refund.amountFen,
    sinceMs: refund.wantedAtMs,
    ...(sale.orderRef === undefined ? {} : { orderRef: sale.orderRef }),
    operator: refund.operator,
  }
}
