import type { V2Call, V2Refusal } from './v2-refusals.ts'
import type { V2Fields } from './v2-xml.ts'

type Rule = {
  readonly name: string
  readonly required?: true
  /** In characters. */
  readonly max: number
  readonly pattern?: RegExp
  /** What is said of a wrong value; else PARAM_ERROR with the name. */
  readonly refusal?: V2Refusal
}

const NUMBER = /^[0-9A-Za-z_\-*|]+$/
const REFUND_NUMBER = /^[0-9A-Za-z_\-|*@]+$/
const FEN = /^[1-9]\d*$/
const FLAG = /^[YN]$/
const CLOCK = /^\d{14}$/
const required = true
const AUTH_CODE_ERROR: V2Refusal = { code: 'AUTH_CODE_ERROR', description: '付款码格式错误' }
const AUTH_CODE_INVALID: V2Refusal = {
  code: 'AUTH_CODE_INVALID',
  description: '101 付款码无效，请重新扫码',
}

/** Fields of every v2 request, but for those that say whose it is and sign it. */
const COMMON: readonly Rule[] = [
  { name: 'appid', required, max: 32 },
  { name: 'nonce_str', required, max: 32 },
]

/** Fields of `/pay/micropay` (micropay page, request table). */
const CHARGE: readonly Rule[] = [
  ...COMMON,
  { name: 'device_info', max: 32 },
  { name: 'body', required, max: 128 },
  { name: 'detail', max: 6000 },
  { name: 'attach', max: 127 },
  { name: 'out_trade_no', required, max: 32, pattern: NUMBER },
  { name: 'total_fee', required, max: 10, pattern: FEN },
  { name: 'fee_type', max: 16, pattern: /^CNY$/ },
  { name: 'spbill_create_ip', required, max: 64 },
  { name: 'goods_tag', max: 32 },
  { name: 'limit_pay', max: 32, pattern: /^no_credit$/ },
  { name: 'time_start', max: 14, pattern: CLOCK },
  { name: 'time_expire', max: 14, pattern: CLOCK },
  { name: 'receipt', max: 8, pattern: FLAG },
  { name: 'auth_code', required, max: 128, pattern: /^\d{18}$/, refusal: AUTH_CODE_ERROR },
  {
    name: 'auth_code',
    required,
    max: 128,
    pattern: /^1[0-5]/,
    refusal: AUTH_CODE_INVALID,
  },
  { name: 'profit_sharing', max: 16, pattern: FLAG },
  { name: 'deposit', max: 8, pattern: FLAG },
  { name: 'scene_info', max: 256 },
]

/** Fields of `/pay/facepay`: those of micropay, with a face code and who gave it (facepay page). */
const FACE_CHARGE: readonly Rule[] = [
  ...CHARGE.filter(({ name }) => name !== 'auth_code' && name !== 'spbill_create_ip'),
  { name: 'spbill_create_ip', required, max: 16 },
  { name: 'openid', required, max: 128 },
  {
    name: 'face_code',
    required,
    max: 128,
    // 18 digits are a payment code, whatever they were made of.
    pattern: /^(?!\d+$)[0-9A-Za-z-]+$/,
    refusal: AUTH_CODE_INVALID,
  },
]

/** Fields of `/face/get_wxpayface_authinfo` (page of that call). */
const FACE_AUTH_INFO: readonly Rule[] = [
  ...COMMON,
  { name: 'store_id', required, max: 32 },
  { name: 'store_name', required, max: 128 },
  { name: 'device_id', required, max: 32 },
  { name: 'attach', max: 128 },
  { name: 'rawdata', required, max: 2048 },
  { name: 'now', required, max: 10, pattern: /^\d{10}$/ },
  { name: 'version', required, max: 2, pattern: /^1$/ },
  { name: 'sign_type', required, max: 32 },
]

const ORDER: readonly Rule[] = [
  ...COMMON,
  { name: 'transaction_id', max: 32, pattern: /^\d+$/ },
  { name: 'out_trade_no', max: 32, pattern: NUMBER },
]

/** Fields of `/secapi/pay/refund` (v2 refund page, request table). */
const REFUND: readonly Rule[] = [
  ...ORDER,
  { name: 'out_refund_no', required, max: 64, pattern: REFUND_NUMBER },
  { name: 'total_fee', required, max: 10, pattern: FEN },
  { name: 'refund_fee', required, max: 10, pattern: FEN },
  { name: 'refund_fee_type', max: 8, pattern: /^CNY$/ },
  { name: 'refund_desc', max: 80 },
  { name: 'refund_account', max: 30, pattern: /^REFUND_SOURCE_(UNSETTLED|RECHARGE)_FUNDS$/ },
  { name: 'notify_url', max: 256 },
]

/** Fields of `/pay/refundquery` (v2 refund query page, request table). */
const REFUND_QUERY: readonly Rule[] = [
  ...ORDER,
  { name: 'out_refund_no', max: 64, pattern: REFUND_NUMBER },
  { name: 'refund_id', max: 32, pattern: /^\d+$/ },
  { name: 'offset', max: 4, pattern: /^\d+$/ },
]

/** Tables of fields: one for each call, and those of the face calls that have their own. */
export type V2Form = V2Call | 'face_charge' | 'face_auth_info'

const RULES: Readonly<Record<V2Form, readonly Rule[]>> = {
  charge: CHARGE,
  query: ORDER,
  reverse: ORDER,
  refund: REFUND,
  refund_query: REFUND_QUERY,
  face_charge: FACE_CHARGE,
  face_auth_info: FACE_AUTH_INFO,
}

/** One of these names the order or the refund a call is about. */
const ONE_OF: Readonly<Partial<Record<V2Form, readonly string[]>>> = {
  query: ['transaction_id', 'out_trade_no'],
  reverse: ['transaction_id', 'out_trade_no'],
  refund: ['transaction_id', 'out_trade_no'],
  refund_query: ['refund_id', 'out_refund_no', 'transaction_id', 'out_trade_no'],
}

const missing = (name: string): V2Refusal => ({
  code: 'LACK_PARAMS',
  description: `缺少参数：${name}`,
})
const wrong = (name: string): V2Refusal => ({
  code: 'PARAM_ERROR',
  description: `参数错误：${name}`,
})

const issueWith = (fields: V2Fields, rule: Rule): V2Refusal | undefined => {
  const value = fields.get(rule.name) ?? ''
  if (value === '') return rule.required ? missing(rule.name) : undefined
  const fits = [...value].length <= rule.max && (rule.pattern?.test(value) ?? true)
  return fits ? undefined : (rule.refusal ?? wrong(rule.name))
}

/** The first thing wrong with the fields of a call, in the order of the public table. */
export function checkV2Fields(fields: V2Fields, call: V2Form): V2Refusal | undefined {
  for (const rule of RULES[call]) {
    const issue = issueWith(fields, rule)
    if (issue) return issue
  }
  const names = ONE_OF[call]
  if (names?.every((name) => !fields.get(name))) return missing(names.join('、'))
  const over = Number(fields.get('refund_fee')) > Number(fields.get('total_fee'))
  return call === 'refund' && over ? wrong('refund_fee') : undefined
}

/** What changes from one sending of a request to the next though it asks for the same. */
const PASSING = ['nonce_str', 'sign', 'sign_type']

/** The same text for requests that ask for the same. */
export function canonicalFields(fields: V2Fields): string {
  const lasting = [...fields].filter(([name, value]) => !PASSING.includes(name) && value !== '')
  lasting.sort(([left], [right]) => (left < right ? -1 : 1))
  return JSON.stringify(lasting)
}
