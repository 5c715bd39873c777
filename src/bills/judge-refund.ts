import type { Question } from './judge.ts'

/**
 * How a refund stands by the journal. `CLOSED` is one that the gateway took and gave up: it did not
 * happen, and a bill may still have it.
 */
export type RefundStanding = 'REFUNDED' | 'NOT_REFUNDED' | 'CLOSED' | 'UNKNOWN'

/** One refund as the journal has it. */
export type RefundHere = {
  readonly saleId: string
  readonly outTradeNo: string
  readonly outRefundNo: string
  readonly refundFen: number
  readonly standing: RefundStanding
  /** Beijing dates between which it began and ended, `YYYY-MM-DD`; equal when it took no midnight. */
  readonly firstDay: string
  readonly lastDay: string
  /** The gateway's number; empty when it never said one. */
  readonly refundId: string
}

/** One refund as the bill has it. */
export type RefundThere = {
  readonly outTradeNo: string
  readonly outRefundNo: string
  readonly refundFen: number
  /** 退款状态 as the bill spells it. */
  readonly refundState: string
  readonly refundId: string
  readonly deviceId: string
  readonly rows: number
}

/**
 * What a comparison of one refund comes to.
 * - `matched`, `quiet`: nothing to do. `elsewhere`: of another terminal's order.
 * - `other_day`: it began on one day and ended on another, and stands in one of the two bills.
 * - `missing_here`: of this terminal's order, and the journal does not know it.
 * - `missing_there`: given that day by the journal, and the bill does not have it.
 * - `unresolved_here`: not in the bill, and the journal does not know what became of it.
 */
export type RefundVerdict =
  | 'matched'
  | 'elsewhere'
  | 'quiet'
  | 'other_day'
  | 'missing_here'
  | 'missing_there'
  | 'amount_differs'
  | 'state_differs'
  | 'refund_id_differs'
  | 'repeated_there'
  | 'unresolved_here'

/**
 * Which standings agree with a 退款状态 of the bill (APIv3 "申请交易账单", the file's fields). An entry
 * is never written again: what it has as PROCESSING may have ended since. CHANGE is money that left
 * the order and did not reach the customer.
 */
const AGREES: Readonly<Record<string, readonly RefundStanding[]>> = {
  SUCCESS: ['REFUNDED'],
  PROCESSING: ['REFUNDED', 'UNKNOWN', 'CLOSED'],
  FAIL: ['NOT_REFUNDED', 'CLOSED'],
  CHANGE: ['UNKNOWN', 'REFUNDED'],
}

/** Compares one refund. @param isOrderKnown whether the journal has the order that it is of */
export function judgeRefund(
  { here, there }: { readonly here?: RefundHere; readonly there?: RefundThere },
  isOrderKnown: boolean,
  asked: Question,
): RefundVerdict {
  if (!there) return here ? withoutEntry(here, asked) : 'quiet'
  if (!here) {
    return isOrderKnown || there.deviceId === asked.terminalId ? 'missing_here' : 'elsewhere'
  }
  if (there.rows > 1) return 'repeated_there'
  if (here.refundFen !== there.refundFen) return 'amount_differs'
  if (!AGREES[there.refundState]?.includes(here.standing)) return 'state_differs'
  if (here.refundId !== '' && here.refundId !== there.refundId) return 'refund_id_differs'
  return 'matched'
}

function withoutEntry(here: RefundHere, { date }: Question): RefundVerdict {
  if (here.standing === 'NOT_REFUNDED' || here.standing === 'CLOSED') return 'quiet'
  if (date < here.firstDay || date > here.lastDay) return 'quiet'
  if (here.firstDay !== here.lastDay) return 'other_day'
  return here.standing === 'REFUNDED' ? 'missing_there' : 'unresolved_here'
}
