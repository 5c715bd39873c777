import { beijingDate, beijingTime } from './beijing-time.ts'
import type { Order } from './orders.ts'
import type { RefusalName } from './refusals.ts'

export type RefundStatus = 'PROCESSING' | 'SUCCESS' | 'CLOSED' | 'ABNORMAL'

/** From `atMs` on a refund has this status. */
export type RefundStep = { readonly status: RefundStatus; readonly atMs: number }

/** One refund. What becomes of it later is decided when it is taken and stands in `timeline`. */
export type Refund = {
  readonly outRefundNo: string
  readonly refundId: string
  readonly outTradeNo: string
  readonly amountFen: number
  readonly createdAtMs: number
  /** Oldest first, never empty; the first step is at `createdAtMs`. */
  readonly timeline: readonly RefundStep[]
  readonly fundsAccount: string
  readonly bodyHash: string
}

/** What somebody asks for, whatever the wire; one of the two order numbers is there. */
export type RefundWish = {
  readonly outRefundNo: string
  readonly outTradeNo: string | undefined
  readonly transactionId: string | undefined
  /** What the asker believes the order came to, fen. */
  readonly totalFen: number
  readonly refundFen: number
  readonly fundsAccount: string | undefined
  /** The same for requests that say the same. */
  readonly bodyHash: string
}

const DAY_MS = 86_400_000
/** A refund is possible for a year after the payment (refund page). */
const REFUND_LIMIT_MS = 365 * DAY_MS
/** So many refunds per order, and one each minute at most (refund page). */
const REFUNDS_MAX = 50
const REFUND_PAUSE_MS = 60_000

/** The status of a refund at a time, Unix milliseconds. */
export function refundStatus(refund: Refund, nowMs: number): RefundStatus {
  return refundStep(refund, nowMs).status
}

/** The step a refund has reached at a time. */
export function refundStep(refund: Refund, nowMs: number): RefundStep {
  const reached = refund.timeline.filter(({ atMs }) => atMs <= nowMs)
  const step = reached.at(-1) ?? refund.timeline[0]
  if (step === undefined) throw new Error(`refund ${refund.outRefundNo} has no steps`)
  return step
}

/** What a closed refund has taken goes back to the order; all others hold theirs. */
export function refundTakenFen(refunds: readonly Refund[], nowMs: number): number {
  return refunds
    .filter((refund) => refundStatus(refund, nowMs) !== 'CLOSED')
    .reduce((sum, { amountFen }) => sum + amountFen, 0)
}

/** What has certainly reached the customer, fen. */
export function refundedFen(refunds: readonly Refund[], nowMs: number): number {
  return refunds
    .filter((refund) => refundStatus(refund, nowMs) === 'SUCCESS')
    .reduce((sum, { amountFen }) => sum + amountFen, 0)
}

/**
 * Why a new refund of an order is refused (refund page: rules and error table), or undefined.
 * @param refunds all refunds of the order so far
 */
export function refundRefusal(
  order: Order,
  refunds: readonly Refund[],
  ask: { readonly wish: RefundWish; readonly nowMs: number },
): RefusalName | undefined {
  const { wish, nowMs } = ask
  if (order.state === 'REVOKED') return 'refund_reversed'
  if (order.paidAtMs === null) return 'refund_unpaid'
  if (wish.totalFen !== order.amountFen) return 'refund_total_differs'
  if (nowMs - order.paidAtMs > REFUND_LIMIT_MS) return 'refund_too_late'
  if (wish.refundFen > order.amountFen - refundTakenFen(refunds, nowMs)) return 'refund_too_much'
  if (refunds.length >= REFUNDS_MAX) return 'refund_too_many'
  const latestMs = Math.max(...refunds.map(({ createdAtMs }) => createdAtMs))
  return nowMs - latestMs < REFUND_PAUSE_MS ? 'refund_too_soon' : undefined
}

/**
 * A refund that was taken.
 * @param how what it becomes and after how many seconds, the time and a number unique per refund
 */
export function newRefund(
  order: Order,
  wish: RefundWish,
  how: {
    readonly steps: readonly { readonly status: RefundStatus; readonly afterSeconds: number }[]
    readonly nowMs: number
    readonly sequence: number
  },
): Refund {
  const { nowMs, sequence } = how
  const later = how.steps.map(({ status, afterSeconds }) => ({
    status,
    atMs: nowMs + Math.round(afterSeconds * 1000),
  }))
  const atOnce = later[0]?.atMs === nowMs
  return {
    outRefundNo: wish.outRefundNo,
    refundId: `50000${beijingDate(nowMs)}${String(sequence).padStart(15, '0')}`,
    outTradeNo: order.outTradeNo,
    amountFen: wish.refundFen,
    createdAtMs: nowMs,
    timeline: atOnce ? later : [{ status: 'PROCESSING', atMs: nowMs }, ...later],
    fundsAccount: wish.fundsAccount ?? 'UNSETTLED',
    bodyHash: wish.bodyHash,
  }
}

/** The body of an answer about a refund (refund and refund query pages). */
export function refundAnswer(refund: Refund, order: Order, nowMs: number): Record<string, unknown> {
  const step = refundStep(refund, nowMs)
  return {
    refund_id: refund.refundId,
    out_refund_no: refund.outRefundNo,
    transaction_id: order.transactionId,
    out_trade_no: order.outTradeNo,
    channel: 'ORIGINAL',
    user_received_account: '支付用户零钱',
    ...(step.status === 'SUCCESS' ? { success_time: beijingTime(step.atMs) } : {}),
    create_time: beijingTime(refund.createdAtMs),
    status: step.status,
    funds_account: refund.fundsAccount,
    amount: {
      total: order.amountFen,
      refund: refund.amountFen,
      from: [],
      payer_total: order.amountFen,
      payer_refund: refund.amountFen,
      settlement_refund: refund.amountFen,
      settlement_total: order.amountFen,
      discount_refund: 0,
      currency: 'CNY',
      refund_fee: 0,
    },
    promotion_detail: [],
  }
}
