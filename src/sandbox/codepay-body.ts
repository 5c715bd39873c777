import type { RefusalDetail } from './refusals.ts'

/** What the ledger needs of a charge. `code` is the payment code; it is never written anywhere. */
export type ChargeBody = {
  readonly appid: string
  readonly mchid: string
  readonly outTradeNo: string
  readonly amountFen: number
  readonly code: string
  readonly attach: string | undefined
  readonly deviceId: string | undefined
}

export type FieldFault = { readonly message: string; readonly detail: RefusalDetail }
export type BodyReading<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly fault: FieldFault }

type Kind = 'text' | 'integer' | 'flag' | 'object' | 'list'
type Rule = {
  readonly pointer: string
  readonly kind: Kind
  readonly required?: true
  readonly max?: number
  readonly min?: number
  readonly pattern?: RegExp
  readonly message?: string
  /** The value is not repeated in the answer. */
  readonly secret?: true
}

const SCENE_MESSAGE = '场景信息填写错误'

/** Fields of a v3 codepay request (direct merchant): code-pay page, request table. */
const CHARGE_RULES: readonly Rule[] = [
  { pointer: '/appid', kind: 'text', required: true, max: 32 },
  { pointer: '/mchid', kind: 'text', required: true, max: 32 },
  { pointer: '/description', kind: 'text', required: true, max: 127 },
  {
    pointer: '/out_trade_no',
    kind: 'text',
    required: true,
    min: 6,
    max: 32,
    pattern: /^[0-9A-Za-z_\-*|]+$/,
  },
  { pointer: '/attach', kind: 'text', max: 128 },
  { pointer: '/goods_tag', kind: 'text', max: 32 },
  { pointer: '/support_fapiao', kind: 'flag' },
  { pointer: '/payer', kind: 'object', required: true },
  {
    pointer: '/payer/auth_code',
    kind: 'text',
    required: true,
    max: 32,
    pattern: /^1[0-5]\d{16}$/,
    message: '101 付款码无效，请重新扫码',
    secret: true,
  },
  { pointer: '/amount', kind: 'object', required: true },
  {
    pointer: '/amount/total',
    kind: 'integer',
    required: true,
    min: 1,
    message: '支付总金额需要使用整数',
  },
  { pointer: '/amount/currency', kind: 'text', max: 16, pattern: /^CNY$/ },
  { pointer: '/scene_info', kind: 'object', required: true, message: SCENE_MESSAGE },
  { pointer: '/scene_info/device_id', kind: 'text', max: 32 },
  { pointer: '/scene_info/device_ip', kind: 'text', max: 45 },
  { pointer: '/scene_info/store_info', kind: 'object', required: true, message: SCENE_MESSAGE },
  {
    pointer: '/scene_info/store_info/id',
    kind: 'text',
    max: 32,
    pattern: /^\d+$/,
    message: SCENE_MESSAGE,
  },
  { pointer: '/scene_info/store_info/out_id', kind: 'text', max: 256 },
  { pointer: '/detail', kind: 'object' },
  { pointer: '/detail/cost_price', kind: 'integer' },
  { pointer: '/detail/invoice_id', kind: 'text', max: 32 },
  { pointer: '/detail/goods_detail', kind: 'list' },
  { pointer: '/settle_info', kind: 'object' },
  { pointer: '/settle_info/profit_sharing', kind: 'flag' },
]

/** Fields of a v3 reverse request (direct merchant). */
const REVERSE_RULES: readonly Rule[] = [
  { pointer: '/appid', kind: 'text', required: true, max: 32 },
  { pointer: '/mchid', kind: 'text', required: true, max: 32 },
]

/** Fields that exist in v2 only; sending them to v3 is a mistake the sandbox points out. */
const V2_ONLY = ['notify_url', 'limit_pay', 'time_expire', 'trade_type', 'receipt', 'device_info']

const KIND_TEST: Readonly<Record<Kind, (value: unknown) => boolean>> = {
  text: (value) => typeof value === 'string',
  integer: (value) => Number.isSafeInteger(value),
  flag: (value) => typeof value === 'boolean',
  object: (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
  list: Array.isArray,
}

const at = (root: unknown, pointer: string): unknown => {
  let value = root
  for (const name of pointer.split('/').slice(1)) {
    if (typeof value !== 'object' || value === null) return undefined
    value = Object.hasOwn(value, name) ? (value as Record<string, unknown>)[name] : undefined
  }
  return value
}

const textAt = (root: unknown, pointer: string): string | undefined => {
  const value = at(root, pointer)
  return typeof value === 'string' ? value : undefined
}

const issueWith = (value: unknown, rule: Rule): string | undefined => {
  if (value === undefined || value === null) return rule.required ? 'is required' : undefined
  if (!KIND_TEST[rule.kind](value)) return `must be of type ${rule.kind}`
  if (typeof value === 'number') {
    return rule.min !== undefined && value < rule.min ? `must be at least ${rule.min}` : undefined
  }
  if (typeof value !== 'string') return undefined
  const length = [...value].length
  if (rule.required && length === 0) return 'must not be empty'
  if (rule.min !== undefined && length < rule.min) return `is shorter than ${rule.min}`
  if (rule.max !== undefined && length > rule.max) return `is longer than ${rule.max}`
  if (/[\u{10000}-\u{10ffff}]/u.test(value)) return 'has characters of four bytes'
  if (rule.pattern && !rule.pattern.test(value)) return 'has a wrong format'
  return undefined
}

const faultOf = (rule: Rule, value: unknown, issue: string): FieldFault => ({
  message: rule.message ?? `参数错误：${rule.pointer} ${issue}`,
  detail: {
    field: rule.pointer,
    ...(rule.secret || value === undefined ? {} : { value }),
    issue,
    location: 'body',
  },
})

const parse = (text: string): BodyReading<unknown> => {
  try {
    const value: unknown = JSON.parse(text)
    if (KIND_TEST.object(value)) return { ok: true, value }
  } catch {
    // Falls through: what is not JSON and what is not an object are refused alike.
  }
  const detail = { field: '/', issue: 'is not a JSON object', location: 'body' } as const
  return { ok: false, fault: { message: '请求体不是合法的JSON', detail } }
}

const check = (text: string, rules: readonly Rule[]): BodyReading<unknown> => {
  const parsed = parse(text)
  if (!parsed.ok) return parsed
  for (const rule of rules) {
    const value = at(parsed.value, rule.pointer)
    const issue = issueWith(value, rule)
    if (issue !== undefined) return { ok: false, fault: faultOf(rule, value, issue) }
  }
  return parsed
}

/** Reads and checks the body of a charge, field by field in the order of the public table. */
export function readChargeBody(text: string): BodyReading<ChargeBody> {
  const checked = check(text, CHARGE_RULES)
  if (!checked.ok) return checked
  const root = checked.value
  const foreign = V2_ONLY.find((name) => at(root, `/${name}`) !== undefined)
  if (foreign !== undefined) {
    const rule: Rule = { pointer: `/${foreign}`, kind: 'text' }
    return { ok: false, fault: faultOf(rule, undefined, 'is not a field of this interface') }
  }
  const store = '/scene_info/store_info'
  if (!textAt(root, `${store}/id`) && !textAt(root, `${store}/out_id`)) {
    const rule: Rule = { pointer: store, kind: 'object', message: SCENE_MESSAGE }
    return { ok: false, fault: faultOf(rule, undefined, 'needs id or out_id') }
  }
  const total = at(root, '/amount/total')
  return {
    ok: true,
    value: {
      appid: textAt(root, '/appid') ?? '',
      mchid: textAt(root, '/mchid') ?? '',
      outTradeNo: textAt(root, '/out_trade_no') ?? '',
      amountFen: typeof total === 'number' ? total : 0,
      code: textAt(root, '/payer/auth_code') ?? '',
      attach: textAt(root, '/attach'),
      deviceId: textAt(root, '/scene_info/device_id'),
    },
  }
}

/** Reads and checks the body of a reversal. */
export function readReverseBody(
  text: string,
): BodyReading<{ readonly appid: string; readonly mchid: string }> {
  const checked = check(text, REVERSE_RULES)
  if (!checked.ok) return checked
  const root = checked.value
  return {
    ok: true,
    value: { appid: textAt(root, '/appid') ?? '', mchid: textAt(root, '/mchid') ?? '' },
  }
}

/** The `mchid` of a body, before its fields are checked; undefined when there is none to read. */
export function mchidOfBody(text: string): string | undefined {
  const parsed = parse(text)
  return parsed.ok ? textAt(parsed.value, '/mchid') : undefined
}

/** The same text for bodies that differ only in the order of keys or in white space. */
export function canonicalBody(text: string): string {
  const sorted = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(sorted)
    if (typeof value !== 'object' || value === null) return value
    const entries = Object.entries(value).sort(([left], [right]) => (left < right ? -1 : 1))
    return Object.fromEntries(entries.map(([name, inner]) => [name, sorted(inner)]))
  }
  return JSON.stringify(sorted(JSON.parse(text)))
}
