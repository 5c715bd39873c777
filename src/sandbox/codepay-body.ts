import type { BodyReading, Rule } from './body-rules.ts'
import { at, checkBody, faultOf, textAt } from './body-rules.ts'

/** What the ledger needs of a charge. `code` is the payment code; it is never written anywhere. */
export type ChargeBody = {
  readonly appid: string
  readonly mchid: string
  readonly outTradeNo: string
  readonly amountFen: number
  readonly code: string
  readonly attach: string | undefined
  readonly deviceId: string | undefined
  readonly description: string
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

/** Reads and checks the body of a charge, field by field in the order of the public table. */
export function readChargeBody(text: string): BodyReading<ChargeBody> {
  const checked = checkBody(text, CHARGE_RULES)
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
      description: textAt(root, '/description') ?? '',
    },
  }
}

/** Reads and checks the body of a reversal. */
export function readReverseBody(
  text: string,
): BodyReading<{ readonly appid: string; readonly mchid: string }> {
  const checked = checkBody(text, REVERSE_RULES)
  if (!checked.ok) return checked
  const root = checked.value
  return {
    ok: true,
    value: { appid: textAt(root, '/appid') ?? '', mchid: textAt(root, '/mchid') ?? '' },
  }
}
