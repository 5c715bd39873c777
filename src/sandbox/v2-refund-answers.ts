import { beijingTime } from './beijing-time.ts'
import type { Order } from './orders.ts'
import type { Refund, RefundStatus } from './refunds.ts'
import { refundStatus, refundStep } from './refunds.ts'

type Pairs = readonly (readonly [string, string | null])[]

/** How v2 spells the statuses of a refund (v2 refund query page). */
const STATUS_WORDS: Readonly<Record<RefundStatus, string>> = {
  PROCESSING: 'PROCESSING',
  SUCCESS: 'SUCCESS',
  CLOSED: 'REFUNDCLOSE',
  ABNORMAL: 'CHANGE',
}

/** How v2 spells where the money of a refund comes from, and what the ledger calls it. */
const ACCOUNTS = [
  ['REFUND_SOURCE_UNSETTLED_FUNDS', 'UNSETTLED'],
  ['REFUND_SOURCE_RECHARGE_FUNDS', 'AVAILABLE'],
] as const

/** The ledger's word for a `refund_account`; undefined for none. */
export function fundsAccountOf(refundAccount: string | undefined): string | undefined {
  return ACCOUNTS.find(([word]) => word === refundAccount)?.[1]
}

const accountWord = (fundsAccount: string): string =>
  ACCOUNTS.find(([, account]) => account === fundsAccount)?.[0] ?? ACCOUNTS[0][0]

const orderPairs = (order: Order): Pairs => [
  ['transaction_id', order.transactionId],
  ['out_trade_no', order.outTradeNo],
  ['total_fee', String(order.amountFen)],
  ['settlement_total_fee', String(order.amountFen)],
  ['fee_type', 'CNY'],
  ['cash_fee', String(order.amountFen)],
]

/** What a refund that was taken is answered with (v2 refund page): accepted, not yet paid out. */
export function refundPairs(refund: Refund, order: Order): Pairs {
  const amount = String(refund.amountFen)
  return [
    ...orderPairs(order),
    ['cash_fee_type', 'CNY'],
    ['out_refund_no', refund.outRefundNo],
    ['refund_id', refund.refundId],
    ['refund_channel', 'ORIGINAL'],
    ['refund_fee', amount],
    ['settlement_refund_fee', amount],
    ['cash_refund_fee', amount],
    ['coupon_refund_fee', '0'],
    ['coupon_refund_count', '0'],
  ]
}

const spaced = (atMs: number): string => {
  const time = beijingTime(atMs)
  return `${time.slice(0, 10)} ${time.slice(11, 19)}`
}

const entryPairs = (refund: Refund, index: number, nowMs: number): Pairs => {
  const { status, atMs } = refundStep(refund, nowMs)
  const fields: Pairs = [
    ['out_refund_no', refund.outRefundNo],
    ['refund_id', refund.refundId],
    ['refund_channel', 'ORIGINAL'],
    ['refund_fee', String(refund.amountFen)],
    ['settlement_refund_fee', String(refund.amountFen)],
    ['refund_account', accountWord(refund.fundsAccount)],
    ['refund_status', STATUS_WORDS[status]],
    // The public table spells it so.
    ['refund_recv_accout', '支付用户零钱'],
    ['refund_success_time', status === 'SUCCESS' ? spaced(atMs) : null],
  ]
  return fields.map(([name, value]) => [`${name}_${index}`, value])
}

/** Refunds are told ten at a time (v2 refund query page). */
const PAGE = 10

/**
 * What a question about refunds is answered with (v2 refund query page): fields end in `_0`, `_1`…
 * @param found refunds of one order, oldest first, not empty
 * @param how the time, and how many of the refunds to pass over
 */
export function refundListPairs(
  order: Order,
  found: readonly Refund[],
  how: { readonly nowMs: number; readonly offset: number },
): Pairs {
  const page = found.slice(how.offset, how.offset + PAGE)
  const sumFen = found
    .filter((refund) => refundStatus(refund, how.nowMs) !== 'CLOSED')
    .reduce((sum, { amountFen }) => sum + amountFen, 0)
  return [
    ...orderPairs(order),
    ['total_refund_count', String(found.length)],
    ['refund_count', String(page.length)],
    ['refund_fee', String(sumFen)],
    ...page.flatMap((refund, index) => entryPairs(refund, index, how.nowMs)),
  ]
}
