import type { Cause } from './errors.ts'

/** What became of the money of a refund. `UNKNOWN` until the gateway has said one or the other. */
export type RefundOutcome = 'REFUNDED' | 'NOT_REFUNDED' | 'UNKNOWN'

/**
 * Where a refund stands.
 * - `submitting`: the request is durable and may have left.
 * - `checking`: nobody knows; queries run, and the same request goes out again when the gateway has
 *   never seen its number.
 * - `confirming`: the gateway refused; one query must agree.
 * - `processing`: the gateway took it; the money is on its way, for a card up to some working days.
 * - `abnormal`: the gateway took it out of the order and could not deliver it; staff settle it with
 *   the gateway, and it is asked about from time to time.
 * - `refunded`, `not_refunded`: final.
 */
export type RefundPhase =
  | 'submitting'
  | 'checking'
  | 'confirming'
  | 'processing'
  | 'abnormal'
  | 'refunded'
  | 'not_refunded'

/** One `out_refund_no`: some or all of the money of one paid attempt, given back. */
export type Refund = {
  readonly outRefundNo: string
  /** The attempt whose money it is. */
  readonly outTradeNo: string
  readonly amountFen: number
  /** Shown to the customer by the gateway; at most 80 characters. */
  readonly reason: string
  /** Who gave it. */
  readonly operator: string
  /** Unix time of the wish, milliseconds. */
  readonly wantedAtMs: number
  /** From when its pauses count instead, after a restart. */
  readonly waitsFromMs?: number
  readonly phase: RefundPhase
  readonly outcome: RefundOutcome
  readonly cause?: Cause
  /** The gateway's own words, kept for staff. */
  readonly gatewayText?: string
  /** How often the request was begun; always under the same number. */
  readonly submits: number
  readonly queries: number
  /** The definite refusal that a query has yet to confirm. */
  readonly refusal?: Cause
  /**
   * When a request of it was last left without a clear answer, Unix milliseconds: it may arrive later,
   * so a refusal of another one is not final until long after.
   */
  readonly unclearAtMs?: number
  /** When the last query was begun, Unix milliseconds: its answer may be no newer. */
  readonly askedAtMs?: number
  /** Counts requests and waits; an answer or a timer of an earlier step is stale. */
  readonly step: number
  readonly awaits: 'answer' | 'timer' | 'nothing'
  readonly nextMove?: 'ask' | 'submit'
  readonly nextTryAtMs?: number
  readonly settledAtMs?: number
  /** The gateway's number of it. */
  readonly refundId?: string
  /** When the gateway says it was done, as the wire spells it. */
  readonly refundedAt?: string
  /** A manager stopped waiting; its amount stays reserved until it is certain that it never arrives. */
  readonly closedByHand?: {
    readonly operator: string
    readonly reason: string
    readonly atMs: number
  }
}

/** Whether something is still to be heard or done about it. */
export function isRefundOpen(refund: Refund): boolean {
  return refund.awaits !== 'nothing'
}

/** Whether a manager stopped waiting for it and nobody knows what became of it. */
export function isGivenUp(refund: Refund): boolean {
  return refund.closedByHand !== undefined && refund.outcome === 'UNKNOWN' && !isRefundOpen(refund)
}

/** Whether it is not known yet that the gateway took it: no second refund is made beside it. */
export function isRefundUnclear(refund: Refund): boolean {
  return isRefundOpen(refund) && refund.phase !== 'processing' && refund.phase !== 'abnormal'
}

/** Whether it counts among the refunds the gateway allows for one order: it took it, or may have. */
export function isCounted({ outcome, refundId }: Refund): boolean {
  return outcome !== 'NOT_REFUNDED' || refundId !== undefined
}

/**
 * What of an attempt's money is given back or may be, fen: all refunds but those that are certain not
 * to have happened. A refund is reserved by being made, before it is sent.
 */
export function reservedFen(refunds: readonly Refund[], outTradeNo: string): number {
  return refunds
    .filter((refund) => refund.outTradeNo === outTradeNo && refund.outcome !== 'NOT_REFUNDED')
    .reduce((sum, { amountFen }) => sum + amountFen, 0)
}

/** What of an attempt's money is certainly given back, fen. */
export function refundedFen(refunds: readonly Refund[], outTradeNo?: string): number {
  return refunds
    .filter((refund) => outTradeNo === undefined || refund.outTradeNo === outTradeNo)
    .filter((refund) => refund.outcome === 'REFUNDED')
    .reduce((sum, { amountFen }) => sum + amountFen, 0)
}

/** Whether `text` can stand as `out_refund_no` (APIv3 refund, `out_refund_no`, string(64)). */
export function isOutRefundNo(text: string): boolean {
  return /^[0-9A-Za-z_\-|*@]{1,64}$/.test(text)
}
