import type { Answer } from './answers.ts'
import { emptyAnswer, PLAIN } from './answers.ts'
import { beijingTime } from './beijing-time.ts'
import type { Dialect } from './dialect.ts'
import type { FaultName, FaultSettings, FaultyReply } from './faults.ts'
import { applyFault } from './faults.ts'
import type { Merchant, Order, TradeState } from './orders.ts'
import { orderStateText } from './orders.ts'
import type { RefusalName } from './refusals.ts'
import type { V2Call, V2Refusal } from './v2-refusals.ts'
import { ORDER_PAID, refusalFields, spellRefusal, USER_PAYING } from './v2-refusals.ts'
import type { V2Fields } from './v2-xml.ts'
import { encodeXml, parseXml } from './v2-xml.ts'

/** What a v2 answer needs beside its fields. */
export type V2Writing = {
  readonly call: V2Call
  readonly merchant: Merchant
  readonly nonce: () => string
  /** The `sign` over fields, by the algorithm of the request. */
  readonly sign: (fields: V2Fields) => string
}

type Pairs = readonly (readonly [string, string | null])[]

/** Text as the public host labels its XML. */
const CONTENT_TYPE = 'text/plain'

/** HTTP 200 with an XML body, and nothing of the headers of v3. */
const xmlAnswer = (fields: V2Fields): Answer => ({
  ...emptyAnswer(200),
  body: encodeXml(fields),
  contentType: CONTENT_TYPE,
})

/** No `return_code` SUCCESS: the request was not understood or not trusted. Unsigned, as documented. */
export function failAnswer(returnMessage: string, returnCode = 'FAIL'): Answer {
  return xmlAnswer(
    new Map([
      ['return_code', returnCode],
      ['return_msg', returnMessage],
    ]),
  )
}

/** A signed answer: `return_code` SUCCESS and what is told besides; null values are left out. */
export function signedAnswer(writing: V2Writing, pairs: Pairs): Answer {
  const fields = new Map([
    ['return_code', 'SUCCESS'],
    ['return_msg', 'OK'],
    ['appid', writing.merchant.appId],
    ['mch_id', writing.merchant.id],
    ['nonce_str', writing.nonce()],
  ])
  for (const [name, value] of pairs) if (value !== null) fields.set(name, value)
  return resigned(fields, writing.sign)
}

const resigned = (fields: V2Fields, sign: V2Writing['sign']): Answer =>
  xmlAnswer(new Map([...fields, ['sign', sign(fields)]]))

/** A signed refusal: `result_code` FAIL, `err_code`, `err_code_des`. */
export function refusedAnswer(writing: V2Writing, refusal: V2Refusal): Answer {
  return signedAnswer(writing, refusalFields(refusal, writing.call))
}

/** `result_code` of what was done, and of every question that has an answer. */
export const RESULT_OK = ['result_code', 'SUCCESS'] as const

/** `yyyyMMddHHmmss` in Beijing time. @param atMs Unix milliseconds */
function v2Time(atMs: number): string {
  return beijingTime(atMs).slice(0, 19).replaceAll(/\D/g, '')
}

/** The fields of a paid order (micropay page). */
const paidPairs = (order: Order, bankType: string): Pairs => [
  ['device_info', order.deviceId],
  ['openid', 'oSandboxPayer000000000000001'],
  ['is_subscribe', 'N'],
  ['trade_type', order.tradeType],
  ['bank_type', bankType],
  ['fee_type', 'CNY'],
  ['total_fee', String(order.amountFen)],
  ['cash_fee_type', 'CNY'],
  ['cash_fee', String(order.amountFen)],
  ['transaction_id', order.transactionId],
  ['out_trade_no', order.outTradeNo],
  ['attach', order.attach],
  ['time_end', order.paidAtMs === null ? null : v2Time(order.paidAtMs)],
]

const TELLS_ALL: readonly TradeState[] = ['SUCCESS', 'REFUND']

/** A query: whole for money that was taken, else number, attach and state only (query page). */
const foundPairs = (order: Order, bankType: string): Pairs => [
  RESULT_OK,
  ...(TELLS_ALL.includes(order.state)
    ? paidPairs(order, bankType)
    : ([
        ['out_trade_no', order.outTradeNo],
        ['attach', order.attach],
      ] as const)),
  ['trade_state', order.state],
  ['trade_state_desc', orderStateText(order.state)],
]

/** The answer with other values in fields it has, signed again; an unsigned one is left alone. */
const altered = (answer: Answer, writing: V2Writing, change: Change): Answer => {
  const fields = parseXml(answer.body)
  if (!fields?.has('sign')) return answer
  const next = new Map(fields)
  for (const [name, value] of fields) {
    // Fields of a list end in a number.
    const changed = change[name.replace(/_\d+$/, '')]?.(value)
    if (changed !== undefined) next.set(name, changed)
  }
  return resigned(next, writing.sign)
}
type Change = Readonly<Record<string, (value: string) => string>>

const more = (value: string): string => String(Number(value) + 1)

const CHANGES: Readonly<Partial<Record<FaultName, Change>>> = {
  other_amount: {
    total_fee: more,
    cash_fee: more,
  },
  other_mchid: { mch_id: () => '1900000009' },
  other_appid: { appid: () => 'wxsandbox00000009' },
  other_refund_amount: { refund_fee: more, settlement_refund_fee: more, cash_refund_fee: more },
  other_out_refund_no: { out_refund_no: () => 'SANDBOX-ANOTHER-REFUND' },
  unknown_status: { refund_status: () => 'SANDBOX_NEVER_HEARD_OF' },
  other_out_trade_no: { out_trade_no: () => 'SANDBOX-ANOTHER-ORDER' },
}

const withSign = (answer: Answer, next: (sign: string) => string | undefined): Answer => {
  const fields = new Map(parseXml(answer.body))
  const sign = fields.get('sign')
  if (sign === undefined) return answer
  const changed = next(sign)
  if (changed === undefined) fields.delete('sign')
  else fields.set('sign', changed)
  return xmlAnswer(fields)
}

/** Another signature that is as long: every digit is another one. */
const garble = (sign: string): string =>
  sign
    .replaceAll(/[0-9A-F]/g, (digit) => (15 - Number.parseInt(digit, 16)).toString(16))
    .toUpperCase()

/** Errors v3 tells by status, and v2 in its fields. */
const REFUSING: Readonly<Partial<Record<FaultName, RefusalName>>> = {
  system_error: 'system_error',
  bank_error: 'bank_error',
  rate_limited: 'rate_limited',
  unknown_code: 'unknown_code',
}
/** A v2 answer has no serial, no time and no probe: its signature is right or it is not. */
const AS_IT_IS: readonly FaultName[] = ['stale_signature', 'probe']
const GARBLING: readonly FaultName[] = ['garbled_signature', 'wrong_serial']

const faulty = (
  writing: V2Writing,
  name: FaultName,
  { answer, settings }: { readonly answer: Answer; readonly settings: FaultSettings },
): FaultyReply => {
  const plain = (next: Answer): FaultyReply => ({ answer: next, delivery: PLAIN })
  const refusal = REFUSING[name]
  if (refusal) return plain(refusedAnswer(writing, spellRefusal(refusal, writing.call)))
  const change = CHANGES[name]
  if (change) return plain(altered(answer, writing, change))
  if (AS_IT_IS.includes(name)) return plain(answer)
  if (GARBLING.includes(name)) return plain(withSign(answer, garble))
  if (name === 'unsigned') return plain(withSign(answer, () => undefined))
  if (name === 'unavailable') return plain(emptyAnswer(503))
  const spoilt = applyFault(name, answer, settings)
  return { ...spoilt, answer: { ...spoilt.answer, signature: 'none' } }
}

/** The wording of APIv2, for one request. */
export function v2Dialect(writing: V2Writing): Dialect {
  const refuse = (refusal: V2Refusal): Answer => refusedAnswer(writing, refusal)
  return {
    paid: (order, bankType) => signedAnswer(writing, [RESULT_OK, ...paidPairs(order, bankType)]),
    waiting: () => refuse(USER_PAYING),
    differs: (order) =>
      refuse(order.charges > 0 ? ORDER_PAID : spellRefusal('order_differs', writing.call)),
    found: (order, bankType) => signedAnswer(writing, foundPairs(order, bankType)),
    reversed: () => signedAnswer(writing, [RESULT_OK, ['recall', 'N']]),
    refused: (name) => refuse(spellRefusal(name, writing.call)),
    faulty: (name, answer, settings) => faulty(writing, name, { answer, settings }),
  }
}
