import type { Cause } from '../domain/errors.ts'
import type { AnswerFacts, RefundAnswer, RefundRequest } from '../ports/gateway.ts'
import { type Arrival, factsOf, withText } from './classify.ts'
import { meaningOf, type RefundCall } from './code-table.ts'
import { parseFailure } from './codec.ts'
import { parseRefund, type WireRefund } from './refund-codec.ts'
import type { RawAnswer } from './verify.ts'

/** What was asked about a refund. */
export type RefundQuestion = {
  readonly call: RefundCall
  readonly request: RefundRequest
  /** The request went out a second time, to the backup host. */
  readonly resent: boolean
}

type Refunded = Extract<RefundAnswer, { kind: 'refund' }>

/** The states of a refund (APIv3 refund, `status`). Any of them may come with a 200. */
const STATES: ReadonlyMap<string, Refunded['state']> = new Map([
  ['SUCCESS', 'refunded'],
  ['PROCESSING', 'processing'],
  ['ABNORMAL', 'abnormal'],
  ['CLOSED', 'closed'],
])

/**
 * The only place that says what an answer about a refund means. As strict as for orders: total, a
 * `refund` only from a verified answer that equals the request, and what is not understood is
 * `unknown` (P4).
 */
export function classifyRefund(arrival: Arrival, question: RefundQuestion): RefundAnswer {
  if (arrival.kind === 'failed') {
    return { kind: 'unknown', cause: arrival.cause, sent: arrival.sent }
  }
  const { answer, verdict } = arrival
  const facts = factsOf(answer)
  if (verdict.kind === 'failed') return unknown('gateway.bad_signature', facts)
  if (answer.status >= 400) return classifyError(answer, question, facts)
  if (answer.status < 200 || answer.status >= 300) return unknown('gateway.unreadable', facts)
  if (verdict.kind !== 'verified') return unknown('gateway.bad_signature', facts)
  // No other 2xx is documented for a refund.
  if (answer.status !== 200) return unknown('gateway.not_settled', facts)
  return classifyVerified(answer, question.request, facts)
}

function unknown(cause: Cause, facts: AnswerFacts): RefundAnswer {
  return { ...facts, kind: 'unknown', cause, sent: true }
}

/** Error bodies are not signed on this wire; TLS vouches for them, and only the table is believed. */
function classifyError(
  answer: RawAnswer,
  question: RefundQuestion,
  facts: AnswerFacts,
): RefundAnswer {
  const failure = parseFailure(answer.body)
  const said = withText(facts, failure?.code, failure?.message)
  const meaning = meaningOf(question.call, {
    status: answer.status,
    wireCode: failure?.code,
    resent: question.resent,
  })
  if (meaning.kind === 'refused' || meaning.kind === 'not_found') return { ...said, ...meaning }
  return unknown(meaning.kind === 'unknown' ? meaning.cause : 'gateway.not_settled', said)
}

/** Number, order and both amounts must be there and be equal; nothing else may contradict. */
function isOurs(refund: WireRefund, request: RefundRequest): boolean {
  const { amount, mchid } = refund
  return (
    refund.out_refund_no === request.outRefundNo &&
    refund.out_trade_no === request.outTradeNo &&
    amount?.refund === request.refundFen &&
    amount.total === request.totalFen &&
    (amount.currency === undefined || amount.currency === 'CNY') &&
    (mchid === undefined || mchid === request.merchantId)
  )
}

function classifyVerified(
  answer: RawAnswer,
  request: RefundRequest,
  facts: AnswerFacts,
): RefundAnswer {
  const refund = parseRefund(answer.body)
  if (!refund) return unknown('gateway.unreadable', facts)
  const said = withText(facts, refund.status, undefined)
  if (!isOurs(refund, request)) return unknown('gateway.mismatch', said)
  const { refund_id: refundId, success_time: refundedAt } = refund
  if (!refundId || refund.status === undefined) return unknown('gateway.unreadable', said)
  const state = STATES.get(refund.status)
  if (!state) return unknown('gateway.unknown_code', said)
  const isDone = state === 'refunded' && refundedAt !== undefined
  return { ...said, kind: 'refund', state, refundId, ...(isDone ? { refundedAt } : {}) }
}
