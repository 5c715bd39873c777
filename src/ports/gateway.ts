import type { Cause } from '../domain/errors.ts'
import type { FundingChannel } from '../domain/sale.ts'
import type { FaceCredential } from './face.ts'

/** What must stand in every answer that claims money moved. */
export type Expected = {
  readonly outTradeNo: string
  readonly amountFen: number
  readonly merchantId: string
  readonly appId: string
  /** Of an order that is paid by face: what kind of code it was made with. Absent: a payment code. */
  readonly face?: FaceCredential['type']
}

/** One charge. `code` is the payment or face code; it is used for this call and kept nowhere. */
export type Charge = Expected & {
  readonly code: string
  readonly description: string
  readonly storeId: string
  /**
   * The customer may not pay with credit. A gateway that cannot ask for that sends nothing; it never
   * charges without it.
   */
  readonly noCredit?: boolean
}

/** One refund. Sent again only with every field equal: `outRefundNo` makes it one refund. */
export type RefundRequest = {
  readonly outRefundNo: string
  readonly outTradeNo: string
  readonly merchantId: string
  readonly appId: string
  /** What the order was paid with, fen. */
  readonly totalFen: number
  /** What is given back, fen. */
  readonly refundFen: number
  /** At most 80 characters; the customer reads it. */
  readonly reason: string
}

/** Facts that every answer carries for the log. */
export type AnswerFacts = {
  /** HTTP status; absent when there was no answer. */
  readonly status?: number
  /** The gateway's `Request-ID`. */
  readonly requestId?: string
  /** The gateway's own code and message, as sent. */
  readonly wireCode?: string
  readonly wireText?: string
}

/**
 * What a call came to.
 * - `paid`: verified, and all of {@link Expected} equal (P3). `refunded` when the state is REFUND.
 * - `paying`: the customer must confirm; on a reversal it means "not reversed".
 * - `unpaid`: the order exists and is not paid (NOTPAY, ACCEPT).
 * - `failed`: PAYERROR; no charge expected, still to be reversed.
 * - `closed`: REVOKED or CLOSED, verified.
 * - `reversed`: a verified answer to a reversal.
 * - `not_found`: ORDER_NOT_EXIST. Not final by itself: the charge may still be on its way.
 * - `refused`: a definite refusal of the code table.
 * - `unknown`: everything else (P4).
 */
export type GatewayAnswer = AnswerFacts &
  (
    | {
        readonly kind: 'paid'
        readonly outTradeNo: string
        readonly amountFen: number
        readonly transactionId: string
        readonly payerTotalFen?: number
        readonly paidAt?: string
        /** What the customer paid with; absent when the answer does not name it, or not clearly. */
        readonly paidBy?: FundingChannel
        readonly refunded: boolean
      }
    | { readonly kind: 'paying' | 'unpaid' | 'failed' | 'closed' | 'reversed' | 'not_found' }
    | { readonly kind: 'refused'; readonly cause: Cause }
    | {
        readonly kind: 'unknown'
        readonly cause: Cause
        /** False only when it is certain that no byte of the request left this machine. */
        readonly sent: boolean
      }
  )

/**
 * What a refund or the question after one came to.
 * - `refund`: verified; number, order and both amounts equal the request's. Only `refunded` means that
 *   the customer has the money; `processing` means that the gateway took the request.
 * - `not_found`: there is no such refund. Not final: the request may still be on its way.
 * - `refused`: a definite refusal of the code table; one query must still confirm it.
 * - `unknown`: everything else.
 */
export type RefundAnswer = AnswerFacts &
  (
    | {
        readonly kind: 'refund'
        readonly state: 'refunded' | 'processing' | 'abnormal' | 'closed'
        readonly refundId: string
        readonly refundedAt?: string
      }
    | { readonly kind: 'not_found' }
    | { readonly kind: 'refused'; readonly cause: Cause }
    | { readonly kind: 'unknown'; readonly cause: Cause; readonly sent: boolean }
  )

/** How the way to the gateway is. */
export type GatewayHealth = {
  /** `unknown` until the first call. */
  readonly state: 'unknown' | 'ok' | 'failing'
  /** Which host answered last. */
  readonly host?: 'primary' | 'backup'
  readonly lastAnswerAtMs?: number
  readonly lastCause?: Cause
  /** Gateway clock minus ours, milliseconds, from the last `Date` header. */
  readonly clockSkewMs?: number
  /** When the merchant certificate ends, Unix milliseconds. */
  readonly certificateExpiresAtMs?: number
}

/** A charge that may leave now. */
export type SignedCharge = {
  /** Sends it. To be called once at the most. */
  send(): Promise<GatewayAnswer>
}

/**
 * The pay gateway. Calls never reject and always answer within their time limits. No call is ever
 * repeated inside, except to the backup host when nothing was sent to the primary, and a read that
 * met a probe signature.
 */
export interface Gateway {
  /**
   * Begins to sign a charge, beside whatever the caller does next, and sends nothing: the caller
   * makes the attempt durable in the meantime and then calls `send` (P1), or drops the result.
   */
  signCharge(charge: Charge): SignedCharge
  query(expected: Expected): Promise<GatewayAnswer>
  reverse(expected: Expected): Promise<GatewayAnswer>
  /** Asks for a refund; a repeat with the same number is the same refund. */
  refund(request: RefundRequest): Promise<RefundAnswer>
  /** Asks what became of a refund. */
  queryRefund(request: RefundRequest): Promise<RefundAnswer>
  /** A charge is likely within the next minutes: opens a connection and keeps it open till then. */
  expectCharge(): void
  health(): GatewayHealth
  /** Calls `listener` when `state`, `host` or `lastCause` changes; the returned function ends it. */
  onHealth(listener: (health: GatewayHealth) => void): () => void
  /** Ends connections and background work. */
  close(): Promise<void>
}
