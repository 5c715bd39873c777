import { err, ok, type Result } from '../base/result.ts'
import type { Cause } from '../domain/errors.ts'
import { LIMITS } from '../domain/limits.ts'
import { checkAmount } from '../domain/money.ts'
import { isOutTradeNo } from '../domain/order-number.ts'
import { redactCodes } from '../domain/redact.ts'
import { type Refund, refundedFen, reservedFen } from '../domain/refund.ts'
import type { Attempt, PaymentInterface, Sale } from '../domain/sale.ts'
import type { GatewayAnswer, RefundAnswer } from '../ports/gateway.ts'

/** When an answer was heard, and what made somebody ask. */
type Heard<Answer> = {
  readonly answer: Answer
  /** Unix milliseconds. */
  readonly atMs: number
  /** Such as `trade bill of 2026-03-04`. */
  readonly source: string
}

/** What the gateway says of one order, long after the sale. */
export type HeardOfOrder = Heard<GatewayAnswer> & { readonly outTradeNo: string }

/** What the gateway says of one refund, long after it was wanted. */
export type HeardOfRefund = Heard<RefundAnswer> & { readonly outRefundNo: string }

/** An order that the journal does not have: from the bill, and from how the terminal is set up. */
export type LostOrder = Pick<
  Attempt,
  'outTradeNo' | 'amountFen' | 'merchantId' | 'appId' | 'storeId' | 'grantVersion'
> & {
  readonly saleId: string
  readonly traceId: string
  /** As the wire spells it. */
  readonly tradeType: string
  readonly description: string
  /** Unix milliseconds, by the bill. */
  readonly boughtAtMs: number
}

/**
 * Why nothing is repaired.
 * - `unknown_number`: the sale has no such attempt or refund.
 * - `left_to_terminal`: something of the sale is still going on; the terminal settles it.
 * - `stands_already`: the journal says the same.
 * - `kept_here`: the journal is certain of the opposite; that is for people.
 * - `not_certain`: the answer is not a verified, final one.
 * - `not_ours`: number, amount or kind of the order are not what this terminal makes.
 * - `above_paid`: the sale would have more given back than was paid.
 */
export type RepairRefusal =
  | 'unknown_number'
  | 'left_to_terminal'
  | 'stands_already'
  | 'kept_here'
  | 'not_certain'
  | 'not_ours'
  | 'above_paid'

/** A sale as it is after a repair, and the event that the journal gets. */
export type Repaired = {
  readonly sale: Sale
  readonly event: Readonly<Record<string, string | number>>
  /** Attempts whose money is kept; more than one is a double payment. */
  readonly kept: readonly string[]
}

/** The kind of a repair's row in the journal. */
export const OUTCOME_REPAIRED = 'outcome_repaired'

/** 交易类型 of a trade bill, and the interface that makes such orders. */
const INTERFACES: Readonly<Record<string, PaymentInterface>> = {
  MICROPAY: 'MICROPAY',
  FACE: 'FACEPAY',
  FACEPAY: 'FACEPAY',
}

/**
 * What a verified answer makes of an attempt that is not paid here, or not known. Only `paid` and
 * `closed` are believed, and only of the same number and amount (P3); the gateway client has compared
 * merchant and app. A sale whose attempt turns out paid is paid, whatever came later.
 */
export function repair(sale: Sale, heard: HeardOfOrder): Result<Repaired, RepairRefusal> {
  const attempt = sale.attempts.find(({ outTradeNo }) => outTradeNo === heard.outTradeNo)
  if (!attempt) return err('unknown_number')
  if (sale.phase === 'in_flight') return err('left_to_terminal')
  const { answer } = heard
  if (answer.kind !== 'paid' && answer.kind !== 'closed') return err('not_certain')
  const outcome = answer.kind === 'paid' ? 'PAID' : 'NOT_PAID'
  if (attempt.outcome === outcome) return err('stands_already')
  if (attempt.outcome === 'PAID') return err('kept_here')
  const settled = settle(attempt, heard)
  if (!settled.ok) return settled
  const attempts = sale.attempts.map((made) => (made === attempt ? settled.value : made))
  return ok(repaired(finish({ ...sale, attempts }, heard), heard, attempt.outcome))
}

/** A sale for an order that the journal does not have, made from a verified answer about it. */
export function repairLost(order: LostOrder, heard: HeardOfOrder): Result<Repaired, RepairRefusal> {
  const by = INTERFACES[order.tradeType]
  const { saleId, traceId, outTradeNo, amountFen, boughtAtMs, description } = order
  const { merchantId, appId, storeId, grantVersion } = order
  if (!by || !isOutTradeNo(outTradeNo) || !checkAmount(amountFen).ok) return err('not_ours')
  const attempt: Attempt = {
    ...{ outTradeNo, amountFen, merchantId, appId, storeId, interface: by, grantVersion },
    submittedAtMs: boughtAtMs,
    phase: 'checking',
    outcome: 'UNKNOWN',
    sent: true,
    queries: 0,
    reversals: 0,
    reversalsOutstanding: 0,
    reverseConfirmed: false,
    step: 0,
    awaits: 'nothing',
  }
  const settled = settle(attempt, heard)
  if (!settled.ok) return settled
  const sale: Sale = {
    id: saleId,
    amountFen,
    description: redactCodes(description).slice(0, LIMITS.descriptionMax),
    createdAtMs: boughtAtMs,
    traceId,
    phase: 'closed',
    attempts: [settled.value],
    cancelWanted: false,
    closedAtMs: heard.atMs,
  }
  return ok(repaired(finish(sale, heard), heard, 'absent'))
}

/** What a verified answer makes of a refund that is not given here, or not known. */
export function repairRefund(sale: Sale, heard: HeardOfRefund): Result<Repaired, RepairRefusal> {
  const refunds = sale.refunds ?? []
  const refund = refunds.find(({ outRefundNo }) => outRefundNo === heard.outRefundNo)
  if (!refund) return err('unknown_number')
  if (refund.awaits !== 'nothing') return err('left_to_terminal')
  const { answer } = heard
  if (answer.kind !== 'refund') return err('not_certain')
  if (answer.state !== 'refunded' && answer.state !== 'closed') return err('not_certain')
  const outcome = answer.state === 'refunded' ? 'REFUNDED' : 'NOT_REFUNDED'
  if (refund.outcome === outcome) return err('stands_already')
  if (refund.outcome === 'REFUNDED') return err('kept_here')
  const settled = settleRefund(refund, answer, heard.atMs)
  const changed = refunds.map((made) => (made === refund ? settled : made))
  if (reservedFen(changed, refund.outTradeNo) > sale.amountFen) return err('above_paid')
  const { outRefundNo } = refund
  const after = repaired({ ...sale, refunds: changed }, { ...heard, ...refund }, refund.outcome)
  return ok({ ...after, event: { ...after.event, outRefundNo, outcome } })
}

type FinalRefund = Extract<RefundAnswer, { kind: 'refund' }>

function settle(attempt: Attempt, heard: HeardOfOrder): Result<Attempt, RepairRefusal> {
  const { answer, atMs } = heard
  const ended = {
    ...withoutWaits(attempt),
    queries: attempt.queries + 1,
    step: attempt.step + 1,
    awaits: 'nothing',
    settledAtMs: atMs,
  } as const
  if (answer.kind === 'closed') {
    return ok({ ...ended, phase: 'not_paid', outcome: 'NOT_PAID', cause: closedCause(attempt) })
  }
  if (answer.kind !== 'paid') return err('not_certain')
  if (answer.outTradeNo !== attempt.outTradeNo || heard.outTradeNo !== attempt.outTradeNo) {
    return err('not_ours')
  }
  if (answer.amountFen !== attempt.amountFen) return err('not_ours')
  const { transactionId, payerTotalFen, paidAt, refunded } = answer
  return ok({
    ...ended,
    phase: 'paid',
    outcome: 'PAID',
    transactionId,
    ...(payerTotalFen === undefined ? {} : { payerTotalFen }),
    ...(paidAt === undefined ? {} : { paidAt }),
    ...(refunded ? { refunded: true as const } : {}),
  })
}

/** Why it is or was not known is no longer so. */
function withoutWaits(attempt: Attempt): Attempt {
  const { cause: _cause, refusal: _refusal, overdue: _overdue, ...rest } = attempt
  const { nextMove: _move, nextTryAtMs: _next, ...kept } = rest
  return kept
}

function closedCause(attempt: Attempt): Cause {
  return attempt.reversals > 0 ? 'gateway.reversed' : 'gateway.order_closed'
}

function finish(sale: Sale, heard: HeardOfOrder): Sale {
  if (heard.answer.kind !== 'paid') return sale
  const { armedUntilMs: _until, ...rest } = sale
  const isPaid = sale.phase === 'paid' && sale.closedAtMs !== undefined
  return { ...rest, phase: 'paid', closedAtMs: isPaid ? sale.closedAtMs : heard.atMs }
}

function settleRefund(refund: Refund, answer: FinalRefund, atMs: number): Refund {
  const { cause: _cause, refusal: _refusal, nextMove: _move, nextTryAtMs: _next, ...rest } = refund
  const isGiven = answer.state === 'refunded'
  return {
    ...rest,
    queries: refund.queries + 1,
    step: refund.step + 1,
    awaits: 'nothing',
    settledAtMs: atMs,
    phase: isGiven ? 'refunded' : 'not_refunded',
    outcome: isGiven ? 'REFUNDED' : 'NOT_REFUNDED',
    refundId: answer.refundId,
    ...(isGiven ? {} : { cause: 'refund.closed' as const }),
    ...(answer.refundedAt === undefined ? {} : { refundedAt: answer.refundedAt }),
  }
}

function repaired(
  sale: Sale,
  {
    outTradeNo,
    source,
    answer,
  }: { outTradeNo: string; source: string; answer: GatewayAnswer | RefundAnswer },
  was: string,
): Repaired {
  const outcome = sale.attempts.find((made) => made.outTradeNo === outTradeNo)?.outcome ?? ''
  const requestId = answer.requestId === undefined ? {} : { requestId: answer.requestId }
  const event = { kind: OUTCOME_REPAIRED, saleId: sale.id, outTradeNo, was, outcome, source }
  return { sale, event: { ...event, ...requestId }, kept: keptNumbers(sale) }
}

function keptNumbers(sale: Sale): readonly string[] {
  return sale.attempts
    .filter(({ outcome }) => outcome === 'PAID')
    .filter(({ outTradeNo, amountFen }) => refundedFen(sale.refunds ?? [], outTradeNo) < amountFen)
    .map(({ outTradeNo }) => outTradeNo)
}
