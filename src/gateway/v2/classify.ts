import type { Cause } from '../../domain/errors.ts'
import type {
  AnswerFacts,
  Expected,
  GatewayAnswer,
  RefundAnswer,
  RefundRequest,
} from '../../ports/gateway.ts'
import type { TransportFailure } from '../classify.ts'
import { cleanCode, cleanText } from '../codec.ts'
import { fundingOf } from '../funding.ts'
import { forScene } from '../scene-refusal.ts'
import type { RawAnswer } from '../verify.ts'
import { v2MeaningOf } from './codes.ts'
import { isAmbiguous, type MessageSigner } from './sign-text.ts'
import { type Fields, readXml } from './xml.ts'

/** What came back. */
export type V2Arrival = { readonly kind: 'answered'; readonly answer: RawAnswer } | TransportFailure

/** Who we are, and with what answers are checked: by the sign type of the request. */
type Checks = {
  readonly signer: Pick<MessageSigner, 'isSigned' | 'type'>
  /** The request went out a second time, to the backup host. */
  readonly resent: boolean
}

/** A question about an order, or one about a refund. */
export type V2OrderQuestion = Checks & {
  readonly call: 'charge' | 'query' | 'reverse'
  readonly expected: Expected
}
export type V2RefundQuestion = Checks & {
  readonly call: 'refund' | 'refund_query'
  readonly request: RefundRequest
}

type Unknown = AnswerFacts & {
  readonly kind: 'unknown'
  readonly cause: Cause
  readonly sent: boolean
}

/** An answer that is signed and speaks to this merchant and app, or the reason why it is not believed. */
type Heard =
  | {
      readonly kind: 'believed'
      readonly fields: Fields
      readonly facts: AnswerFacts
      readonly answer: RawAnswer
    }
  | Unknown

/**
 * Says what an answer about an order means (P3, P4). Total: any bytes give an answer. Only a signed
 * answer says anything at all, a refusal too; that it is the answer to this request, where the wire
 * does not repeat the order number (refusals and reversals), is vouched for by TLS.
 */
export function classifyV2Order(arrival: V2Arrival, question: V2OrderQuestion): GatewayAnswer {
  const { call, expected } = question
  const heard = hear(arrival, {
    ...question,
    merchantId: expected.merchantId,
    appId: expected.appId,
  })
  if (heard.kind === 'unknown') return heard
  const { fields, facts } = heard
  if (!mayBe(fields, 'out_trade_no', expected.outTradeNo)) return unknown('gateway.mismatch', facts)
  if (fields.get('result_code') === 'FAIL') {
    const meaning = v2MeaningOf(call, { wireCode: fields.get('err_code'), resent: question.resent })
    if (meaning.kind === 'unknown') return unknown(meaning.cause, facts)
    return { ...facts, ...forScene(meaning, heard.answer) }
  }
  if (call === 'reverse') return afterReversal(fields, facts)
  return call === 'charge'
    ? afterCharge(fields, { expected, facts })
    : afterQuery(fields, { expected, facts })
}

/** Says what an answer about a refund means, as strictly as {@link classifyV2Order}. */
export function classifyV2Refund(arrival: V2Arrival, question: V2RefundQuestion): RefundAnswer {
  const { call, request } = question
  const heard = hear(arrival, { ...question, merchantId: request.merchantId, appId: request.appId })
  if (heard.kind === 'unknown') return heard
  const { fields, facts } = heard
  if (!mayBe(fields, 'out_trade_no', request.outTradeNo)) return unknown('gateway.mismatch', facts)
  if (fields.get('result_code') === 'FAIL') {
    const meaning = v2MeaningOf(call, { wireCode: fields.get('err_code'), resent: question.resent })
    if (meaning.kind === 'unknown') return unknown(meaning.cause, facts)
    // No row of these calls says it; a table that did would be wrong.
    if (meaning.kind === 'paying') return unknown('gateway.unknown_code', facts)
    return { ...facts, ...meaning }
  }
  return call === 'refund'
    ? afterRefund(fields, { request, facts })
    : afterRefundQuery(fields, { request, facts })
}

function unknown(cause: Cause, facts: AnswerFacts): Unknown {
  return { ...facts, kind: 'unknown', cause, sent: true }
}

type Listener = Checks & {
  readonly call: string
  readonly merchantId: string
  readonly appId: string
}

function hear(arrival: V2Arrival, listener: Listener): Heard {
  if (arrival.kind === 'failed') {
    return { kind: 'unknown', cause: arrival.cause, sent: arrival.sent }
  }
  const { status, body } = arrival.answer
  if (status !== 200) return unknown(causeOfStatus(status), { status })
  const fields = readXml(body)
  if (!fields) return unknown('gateway.unreadable', { status })
  const facts = factsOf(fields, status)
  const returned = fields.get('return_code')
  if (returned === 'FAIL') {
    // Unsigned, so nothing is certain, not even that the request was thrown away.
    const isCharge = listener.call === 'charge'
    return unknown(isCharge ? 'gateway.bad_signature' : 'gateway.check_refused', facts)
  }
  if (returned !== 'SUCCESS') return unknown('gateway.unreadable', facts)
  const { signer } = listener
  const isSigned = mayBe(fields, 'sign_type', signer.type) && signer.isSigned(fields)
  if (!isSigned || isAmbiguous(fields)) return unknown('gateway.bad_signature', { status })
  if (fields.get('appid') !== listener.appId || fields.get('mch_id') !== listener.merchantId) {
    return unknown('gateway.mismatch', facts)
  }
  const result = fields.get('result_code')
  if (result !== 'SUCCESS' && result !== 'FAIL') return unknown('gateway.unreadable', facts)
  // A success that names an error contradicts itself.
  if (result === 'SUCCESS' && fields.has('err_code')) return unknown('gateway.unreadable', facts)
  return { kind: 'believed', fields, facts, answer: arrival.answer }
}

/** This wire answers 200 to everything it has understood. */
function causeOfStatus(status: number): Cause {
  if (status === 429) return 'gateway.busy'
  if (status >= 500) return 'gateway.server_error'
  return 'gateway.unreadable'
}

function factsOf(fields: Fields, status: number): AnswerFacts {
  const isReturned = fields.get('return_code') === 'SUCCESS'
  const [code, text] = isReturned
    ? [
        fields.get('err_code') ?? fields.get('trade_state'),
        fields.get('err_code_des') ?? fields.get('trade_state_desc'),
      ]
    : [fields.get('return_code'), fields.get('return_msg')]
  return {
    status,
    ...(code === undefined ? {} : { wireCode: cleanCode(code) }),
    ...(text === undefined ? {} : { wireText: cleanText(text) }),
  }
}

/** The field is not there, or is what it must be. */
function mayBe(fields: Fields, name: string, wanted: string): boolean {
  const text = fields.get(name)
  return text === undefined || text === wanted
}

function isYuan(fields: Fields, name: string): boolean {
  return mayBe(fields, name, 'CNY')
}

type OrderContext = { readonly expected: Expected; readonly facts: AnswerFacts }

/** A charge that succeeded has no `trade_state`; one that is there must agree. */
function afterCharge(fields: Fields, context: OrderContext): GatewayAnswer {
  if (!mayBe(fields, 'trade_state', 'SUCCESS')) return unknown('gateway.unreadable', context.facts)
  return asPaid(fields, context)
}

/** Trade states that say no money is held, and what they come to (APIv2 查询订单, `trade_state`). */
const UNPAID_STATES: ReadonlyMap<string, 'unpaid' | 'failed' | 'closed' | 'paying'> = new Map([
  ['USERPAYING', 'paying'],
  ['NOTPAY', 'unpaid'],
  ['ACCEPT', 'unpaid'],
  ['PAYERROR', 'failed'],
  ['REVOKED', 'closed'],
  ['CLOSED', 'closed'],
])

function afterQuery(fields: Fields, context: OrderContext): GatewayAnswer {
  const { expected, facts } = context
  const state = fields.get('trade_state')
  if (state === undefined) return unknown('gateway.unreadable', facts)
  if (state === 'SUCCESS' || state === 'REFUND') return asPaid(fields, context)
  const kind = UNPAID_STATES.get(state)
  if (!kind) return unknown('gateway.unknown_code', facts)
  if (fields.get('out_trade_no') !== expected.outTradeNo) return unknown('gateway.mismatch', facts)
  return { ...facts, kind }
}

/** P3: number and amount must be there and be equal; merchant and app are already. */
function asPaid(fields: Fields, context: OrderContext): GatewayAnswer {
  const { expected, facts } = context
  const equal =
    fields.get('out_trade_no') === expected.outTradeNo &&
    readFen(fields.get('total_fee')) === expected.amountFen &&
    isYuan(fields, 'fee_type')
  if (!equal) return unknown('gateway.mismatch', facts)
  const transactionId = fields.get('transaction_id')
  if (transactionId === undefined || transactionId.length > 64) {
    return unknown('gateway.unreadable', facts)
  }
  const payerTotalFen = readFen(fields.get('cash_fee'))
  const paidAt = readTime(fields.get('time_end'))
  const paidBy = fundingOf(fields.get('bank_type'))
  return {
    ...facts,
    kind: 'paid',
    outTradeNo: expected.outTradeNo,
    amountFen: expected.amountFen,
    transactionId,
    ...(payerTotalFen === undefined ? {} : { payerTotalFen }),
    ...(paidAt === undefined ? {} : { paidAt }),
    ...(paidBy === undefined ? {} : { paidBy }),
    refunded: fields.get('trade_state') === 'REFUND',
  }
}

/** `recall`: Y asks for the call again, so nothing is reversed yet (APIv2 撤销订单). */
function afterReversal(fields: Fields, facts: AnswerFacts): GatewayAnswer {
  if (fields.get('recall') !== 'N') return unknown('gateway.not_settled', facts)
  return { ...facts, kind: 'reversed' }
}

type RefundContext = { readonly request: RefundRequest; readonly facts: AnswerFacts }

/** The gateway took the request; whether the customer has the money only a query says. */
function afterRefund(fields: Fields, context: RefundContext): RefundAnswer {
  return asRefund(fields, context, { suffix: '', state: 'processing' })
}

/** What `refund_status_$n` comes to (APIv2 查询退款). */
const REFUND_STATES: ReadonlyMap<string, 'refunded' | 'processing' | 'abnormal' | 'closed'> =
  new Map([
    ['SUCCESS', 'refunded'],
    ['PROCESSING', 'processing'],
    ['CHANGE', 'abnormal'],
    ['REFUNDCLOSE', 'closed'],
  ])

/**
 * An answer lists refunds with a number behind every name, `out_refund_no_0`; asked for one refund it
 * has also been seen to leave the number out. Ours must be there exactly once.
 */
function afterRefundQuery(fields: Fields, context: RefundContext): RefundAnswer {
  const { request, facts } = context
  const suffixes = [...fields]
    .filter(([name, text]) => REFUND_NUMBER.test(name) && text === request.outRefundNo)
    .map(([name]) => name.slice('out_refund_no'.length))
  const [suffix] = suffixes
  if (suffix === undefined || suffixes.length > 1) return unknown('gateway.mismatch', facts)
  const wireStatus = fields.get(`refund_status${suffix}`)
  if (wireStatus === undefined) return unknown('gateway.unreadable', facts)
  const said = { ...facts, wireCode: cleanCode(wireStatus) }
  const state = REFUND_STATES.get(wireStatus)
  if (!state) return unknown('gateway.unknown_code', said)
  return asRefund(fields, { request, facts: said }, { suffix, state })
}

const REFUND_NUMBER = /^out_refund_no(?:_\d{1,3})?$/

type Found = {
  readonly suffix: string
  readonly state: 'refunded' | 'processing' | 'abnormal' | 'closed'
}

function asRefund(fields: Fields, context: RefundContext, found: Found): RefundAnswer {
  const { request, facts } = context
  const { suffix, state } = found
  const equal =
    fields.get(`out_refund_no${suffix}`) === request.outRefundNo &&
    fields.get('out_trade_no') === request.outTradeNo &&
    readFen(fields.get('total_fee')) === request.totalFen &&
    readFen(fields.get(`refund_fee${suffix}`)) === request.refundFen &&
    isYuan(fields, 'fee_type') &&
    isYuan(fields, 'refund_fee_type')
  if (!equal) return unknown('gateway.mismatch', facts)
  const refundId = fields.get(`refund_id${suffix}`)
  if (refundId === undefined || refundId.length > 64) return unknown('gateway.unreadable', facts)
  const refundedAt =
    state === 'refunded' ? readTime(fields.get(`refund_success_time${suffix}`)) : undefined
  return {
    ...facts,
    kind: 'refund',
    state,
    refundId,
    ...(refundedAt === undefined ? {} : { refundedAt }),
  }
}

/** Reads whole fen, written without sign or leading zero. */
function readFen(text: string | undefined): number | undefined {
  return text !== undefined && /^(?:0|[1-9]\d{0,11})$/.test(text) ? Number(text) : undefined
}

/**
 * Writes a time of this wire as APIv3 would: `yyyyMMddHHmmss` or `yyyy-MM-dd HH:mm:ss`, both in Beijing
 * time (APIv2 参数规定, "时间").
 */
function readTime(text: string | undefined): string | undefined {
  const parts = /^(\d{4})-?(\d\d)-?(\d\d) ?(\d\d):?(\d\d):?(\d\d)$/.exec(text ?? '')
  if (!parts) return undefined
  const [, year, month, day, hour, minute, second] = parts
  return `${year}-${month}-${day}T${hour}:${minute}:${second}+08:00`
}
