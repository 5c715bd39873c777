import type { Cause } from '../domain/errors.ts'
import type { AnswerFacts, Expected, GatewayAnswer } from '../ports/gateway.ts'
import { type Call, meaningOf } from './code-table.ts'
import { cleanCode, cleanId, cleanText, parseFailure, parseOrder, type WireOrder } from './codec.ts'
import { fundingOf } from './funding.ts'
import { forScene } from './scene-refusal.ts'
import type { RawAnswer, Verdict } from './verify.ts'

/** How a request ended without a whole answer. */
export type TransportFailure = {
  readonly kind: 'failed'
  readonly cause:
    | 'gateway.unreachable'
    | 'gateway.timeout'
    | 'gateway.cut_off'
    | 'gateway.unreadable'
  /** False only when no byte of the request can have left this machine. */
  readonly sent: boolean
}

/** What came back. */
export type Arrival =
  | { readonly kind: 'answered'; readonly answer: RawAnswer; readonly verdict: Verdict }
  | TransportFailure

/** What was asked. */
export type Question = {
  readonly call: Call
  readonly expected: Expected
  /** The request went out a second time, to the backup host. */
  readonly resent: boolean
}

/**
 * The only place that says what an answer means, and so the only one that may say `paid` (P3) or
 * `refused`. Total: any bytes give an answer, and what is not understood is `unknown` (P4).
 */
export function classify(arrival: Arrival, question: Question): GatewayAnswer {
  if (arrival.kind === 'failed') {
    return { kind: 'unknown', cause: arrival.cause, sent: arrival.sent }
  }
  const { answer, verdict } = arrival
  const facts = factsOf(answer)
  if (verdict.kind === 'failed') return unknown('gateway.bad_signature', facts)
  if (answer.status >= 200 && answer.status < 300) {
    if (verdict.kind !== 'verified') return unknown('gateway.bad_signature', facts)
    return classifyVerified(answer, question, facts)
  }
  if (answer.status >= 400) return classifyError(answer, question, facts)
  return unknown('gateway.unreadable', facts)
}

function unknown(cause: Cause, facts: AnswerFacts): GatewayAnswer {
  return { ...facts, kind: 'unknown', cause, sent: true }
}

/** What every answer carries for the log, fit for it. */
export function factsOf(answer: RawAnswer): AnswerFacts {
  const requestId = answer.headers['request-id']
  const id = requestId === undefined ? '' : cleanId(requestId)
  return { status: answer.status, ...(id === '' ? {} : { requestId: id }) }
}

/** `facts` with the gateway's own code and words, both cleaned. */
export function withText(
  facts: AnswerFacts,
  code: string | undefined,
  text: string | undefined,
): AnswerFacts {
  return {
    ...facts,
    ...(code === undefined ? {} : { wireCode: cleanCode(code) }),
    ...(text === undefined ? {} : { wireText: cleanText(text) }),
  }
}

/** Error bodies are not signed on this wire; TLS vouches for them, and only the table is believed. */
function classifyError(answer: RawAnswer, question: Question, facts: AnswerFacts): GatewayAnswer {
  const failure = parseFailure(answer.body)
  const said = withText(facts, failure?.code, failure?.message)
  const meaning = meaningOf(question.call, {
    status: answer.status,
    wireCode: failure?.code,
    resent: question.resent,
  })
  if (meaning.kind === 'unknown') return unknown(meaning.cause, said)
  return { ...said, ...forScene(meaning, answer) }
}

function classifyVerified(
  answer: RawAnswer,
  question: Question,
  facts: AnswerFacts,
): GatewayAnswer {
  if (answer.status === 204 && answer.body.length === 0) {
    // Documented for the overseas twin of the reversal only.
    if (question.call === 'reverse') return { ...facts, kind: 'reversed' }
    return unknown('gateway.unreadable', facts)
  }
  if (answer.status === 202 && answer.body.length === 0 && question.call === 'charge') {
    return { ...facts, kind: 'paying' }
  }
  const order = parseOrder(answer.body)
  if (!order) return unknown('gateway.unreadable', facts)
  const said = withText(
    facts,
    order.code ?? order.trade_state,
    order.message ?? order.trade_state_desc,
  )
  if (question.call === 'reverse')
    return classifyReversal(answer.status, order, {
      expected: question.expected,
      facts: said,
    })
  return classifyOrder(answer.status, order, { expected: question.expected, facts: said })
}

type Context = { readonly expected: Expected; readonly facts: AnswerFacts }

/** The order is the one that was asked about: missing counts as different. */
function isOurs(
  order: WireOrder,
  expected: Expected,
): order is WireOrder & { readonly out_trade_no: string } {
  return order.out_trade_no === expected.outTradeNo && order.mchid === expected.merchantId
}

/** Nothing in the answer contradicts that it speaks of our order. */
function mayBeOurs(order: WireOrder, expected: Expected): boolean {
  const { out_trade_no: outTradeNo, mchid } = order
  if (outTradeNo !== undefined && outTradeNo !== expected.outTradeNo) return false
  return mchid === undefined || mchid === expected.merchantId
}

function isPaying(status: number, order: WireOrder): boolean {
  if (order.trade_state !== undefined) return order.trade_state === 'USERPAYING'
  return order.code === 'USERPAYING' || (status === 202 && order.code === undefined)
}

/**
 * `paying` says here that the reversal was refused and will not happen later. Only a plain `USERPAYING`
 * code says that: a 202, or a state, may as well be said of a reversal that is still under way.
 */
function classifyReversal(status: number, order: WireOrder, context: Context): GatewayAnswer {
  const { expected, facts } = context
  if (order.code === 'USERPAYING' && order.trade_state === undefined && status === 200) {
    if (!mayBeOurs(order, expected)) return unknown('gateway.mismatch', facts)
    return { ...facts, kind: 'paying' }
  }
  if (status !== 200 || order.code !== undefined) return unknown('gateway.not_settled', facts)
  if (!isOurs(order, expected)) return unknown('gateway.mismatch', facts)
  const state = order.trade_state
  if (state === undefined || state === 'REVOKED' || state === 'CLOSED') {
    return { ...facts, kind: 'reversed' }
  }
  return unknown('gateway.not_settled', facts)
}

/** Trade states that say no money is held, and what they come to (APIv3 query, `trade_state`). */
const UNPAID_STATES: ReadonlyMap<string, 'unpaid' | 'failed' | 'closed'> = new Map([
  ['NOTPAY', 'unpaid'],
  ['ACCEPT', 'unpaid'],
  ['PAYERROR', 'failed'],
  ['REVOKED', 'closed'],
  ['CLOSED', 'closed'],
])

function classifyOrder(status: number, order: WireOrder, context: Context): GatewayAnswer {
  const { expected, facts } = context
  if (isPaying(status, order)) {
    // A 202 may hold nothing but the state, so missing fields are no difference here.
    if (!mayBeOurs(order, expected)) return unknown('gateway.mismatch', facts)
    return { ...facts, kind: 'paying' }
  }
  const state = order.trade_state
  if (state === undefined) return unknown('gateway.unreadable', facts)
  if (state === 'SUCCESS' || state === 'REFUND') return classifyPaid(order, context)
  const kind = UNPAID_STATES.get(state)
  if (!kind) return unknown('gateway.unknown_code', facts)
  if (!isOurs(order, expected)) return unknown('gateway.mismatch', facts)
  return { ...facts, kind }
}

/** P3: number, merchant, app and amount must all be there and all be equal. */
function classifyPaid(order: WireOrder, context: Context): GatewayAnswer {
  const { expected, facts } = context
  const { amount, transaction_id: transactionId } = order
  if (
    !isOurs(order, expected) ||
    order.appid !== expected.appId ||
    amount?.total !== expected.amountFen ||
    (amount.currency !== undefined && amount.currency !== 'CNY')
  ) {
    return unknown('gateway.mismatch', facts)
  }
  if (!transactionId) return unknown('gateway.unreadable', facts)
  const paidBy = fundingOf(order.bank_type)
  return {
    ...facts,
    kind: 'paid',
    // What the answer said, not what was asked: the checkout compares both once more.
    outTradeNo: order.out_trade_no,
    amountFen: amount.total,
    transactionId,
    ...(amount.payer_total === undefined ? {} : { payerTotalFen: amount.payer_total }),
    ...(order.success_time === undefined ? {} : { paidAt: order.success_time }),
    ...(paidBy === undefined ? {} : { paidBy }),
    refunded: order.trade_state === 'REFUND',
  }
}
