import type { Cause } from './errors.ts'
import type { SaleFace } from './face.ts'
import { isRefundOpen, type Refund } from './refund.ts'
import type { SceneCode } from './scene-errors.ts'

/** What became of money, and nothing else. */
export type Outcome = 'PAID' | 'NOT_PAID' | 'UNKNOWN'

/** A payment interface; the journal names it on every attempt. */
export const PAYMENT_INTERFACES = ['MICROPAY', 'FACEPAY'] as const
export type PaymentInterface = (typeof PAYMENT_INTERFACES)[number]

/** Kinds of face codes: 18 digits for the ordinary calls, or one for the v2 face calls. */
export const FACE_CODE_TYPES = ['payment_code', 'face_code'] as const
export type FaceCodeType = (typeof FACE_CODE_TYPES)[number]

/** Where the customer's money came from: a debit card, the wallet's balance, or a credit card. */
export const FUNDING_CHANNELS = ['QUICK', 'BALANCE', 'CREDIT'] as const
export type FundingChannel = (typeof FUNDING_CHANNELS)[number]

/**
 * Where an attempt stands.
 * - `submitting`: the charge is durable and may have left.
 * - `paying`: the gateway waits for the customer's password.
 * - `confirming`: the gateway refused; one query must agree.
 * - `checking`: nobody knows; queries run.
 * - `reversing`: queries did not settle it; reversals run until one is answered.
 * - `paid`, `not_paid`: final.
 */
export type AttemptPhase =
  | 'submitting'
  | 'paying'
  | 'confirming'
  | 'checking'
  | 'reversing'
  | 'paid'
  | 'not_paid'

/** One `out_trade_no`, one credential. */
export type Attempt = {
  readonly outTradeNo: string
  readonly amountFen: number
  readonly merchantId: string
  readonly appId: string
  readonly storeId: string
  /** The merchant's number for the terminal; absent in journals from before it was kept. */
  readonly terminalId?: string
  readonly interface: PaymentInterface
  /** Of one that is paid by face: what kind of code it was made with. */
  readonly face?: FaceCodeType
  /** What permitted this attempt: a grant's version, or a digest of the configuration. */
  readonly grantVersion: string
  /** The customer may not pay with credit: what permitted it said so, and the order does. */
  readonly noCredit?: true
  /** Unix time of the submit, milliseconds. */
  readonly submittedAtMs: number
  /**
   * From when its waits count instead, after a restart: nobody can know how long the terminal was
   * down by a clock that may have been set meanwhile, so every wait begins again.
   */
  readonly waitsFromMs?: number
  readonly phase: AttemptPhase
  readonly outcome: Outcome
  /** Why the outcome is what it is; absent while nothing went wrong. */
  readonly cause?: Cause
  /** The gateway's own words, kept for staff; never holds a payer identifier. */
  readonly gatewayText?: string
  /** False when the gateway client proved that no byte of the charge left this machine. */
  readonly sent: boolean
  /** When the last query or reversal was begun, Unix milliseconds: its answer may be no newer. */
  readonly askedAtMs?: number
  /** How many queries were begun. */
  readonly queries: number
  /** How many reversals were begun. */
  readonly reversals: number
  /**
   * Reversals whose effect may still arrive: begun, and not answered with a definite "not reversed".
   * While there is one, a payment found at the gateway is not kept.
   */
  readonly reversalsOutstanding: number
  /** When a reversal was last answered with a definite "not reversed", Unix milliseconds. */
  readonly reverseAnsweredAtMs?: number
  /** A verified answer said that the reversal was done. */
  readonly reverseConfirmed: boolean
  /** The last reversal was refused in words that say it always will be. */
  readonly reverseRefused?: true
  /** The definite refusal that a query has yet to confirm. */
  readonly refusal?: Cause
  /** Counts requests and waits; an answer or a timer of an earlier step is stale. */
  readonly step: number
  /** The alarm was raised: the outcome is still not known long after the submit. */
  readonly overdue?: true
  /** What the attempt waits for: an answer, a timer, or nothing any more. */
  readonly awaits: 'answer' | 'timer' | 'nothing'
  /** What the timer begins: a query (`ask`) or a reversal (`undo`). */
  readonly nextMove?: 'ask' | 'undo'
  /** When the reversal is due that a query was brought forward of, Unix milliseconds. */
  readonly undoNotBeforeMs?: number
  /** Unix time of the next query or reversal, milliseconds. */
  readonly nextTryAtMs?: number
  readonly settledAtMs?: number
  readonly transactionId?: string
  /** What the customer really paid after coupons, fen. */
  readonly payerTotalFen?: number
  readonly paidAt?: string
  /** What the customer paid with, as a verified answer names it; absent when none does. */
  readonly paidBy?: FundingChannel
  /**
   * A verified answer named a channel that the order had excluded. Stays once it is known: the money is
   * given back whatever a later answer leaves out.
   */
  readonly channelForbidden?: true
  /** The gateway says that some of the money was refunded by somebody. */
  readonly refunded?: true
}

/**
 * Where a sale stands.
 * - `ready`: made, not armed.
 * - `armed`: one code may arrive.
 * - `in_flight`: its last attempt is not final.
 * - `paid`: final. `closed`: final, no money taken.
 */
export type SalePhase = 'ready' | 'armed' | 'in_flight' | 'paid' | 'closed'

/** What the register wants collected. */
export type Sale = {
  readonly id: string
  /** The register's own order number, shown and journalled, never sent as `out_trade_no`. */
  readonly orderRef?: string
  readonly amountFen: number
  readonly description: string
  /** Who collects it, as the caller names them. */
  readonly operator?: string
  readonly createdAtMs: number
  /** Groups all log lines of this sale. */
  readonly traceId: string
  readonly phase: SalePhase
  readonly attempts: readonly Attempt[]
  /** What was given back of it, or may be; absent while nobody asked. */
  readonly refunds?: readonly Refund[]
  /** Somebody asked to cancel while an attempt was in flight. */
  readonly cancelWanted: boolean
  readonly armedUntilMs?: number
  /** Face pay of it; absent while nobody chose it. */
  readonly face?: SaleFace
  /** Why it stopped waiting for a code: new money was refused. Gone when it is armed again. */
  readonly sceneRefusal?: SceneStop
  readonly closedAtMs?: number
  /** A manager stopped waiting for the outcome. */
  readonly closedByHand?: ClosedByHand
}

/** A refusal of the scene about one sale: the first check that failed, and when. */
export type SceneStop = {
  readonly code: SceneCode
  readonly check: string
  readonly atMs: number
}

/** Who closed a sale without a result, and why. Its last attempt stays UNKNOWN. */
export type ClosedByHand = {
  readonly operator: string
  readonly reason: string
  readonly atMs: number
}

/** The attempt that is or was last in flight. */
export function lastAttempt(sale: Sale): Attempt | undefined {
  return sale.attempts.at(-1)
}

/** Whether money was taken for a sale, as far as anybody can know. */
export function saleOutcome(sale: Sale): Outcome {
  if (sale.phase === 'paid') return 'PAID'
  return lastAttempt(sale)?.outcome === 'UNKNOWN' ? 'UNKNOWN' : 'NOT_PAID'
}

/** Whether nothing is going on about the sale: no payment, and no refund. */
export function isClosed(sale: Sale): boolean {
  if (sale.refunds?.some(isRefundOpen)) return false
  return sale.phase === 'paid' || sale.phase === 'closed'
}
