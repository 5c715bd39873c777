import type { BodyReading, Rule } from './body-rules.ts'
import { at, canonicalBody, checkBody, faultOf, textAt } from './body-rules.ts'
import type { RefundWish } from './refunds.ts'

/** A v3 refund request in good order. `bodyHash` is the canonical body; the caller hashes it. */
export type RefundBody = RefundWish & { readonly notifyUrl: string | undefined }

const ACCOUNTS = /^(AVAILABLE|UNSETTLED)$/
const FROM_ACCOUNTS = /^(AVAILABLE|UNAVAILABLE)$/

/** Fields of a v3 refund request (direct merchant): refund page, request table. */
const RULES: readonly Rule[] = [
  { pointer: '/transaction_id', kind: 'text', min: 1, max: 32 },
  { pointer: '/out_trade_no', kind: 'text', min: 6, max: 32 },
  {
    pointer: '/out_refund_no',
    kind: 'text',
    required: true,
    max: 64,
    pattern: /^[0-9A-Za-z_\-|*@]+$/,
  },
  { pointer: '/reason', kind: 'text', max: 80 },
  { pointer: '/notify_url', kind: 'text', min: 1, max: 256 },
  { pointer: '/funds_account', kind: 'text', pattern: ACCOUNTS },
  { pointer: '/amount', kind: 'object', required: true },
  { pointer: '/amount/refund', kind: 'integer', required: true, min: 1 },
  { pointer: '/amount/total', kind: 'integer', required: true, min: 1 },
  { pointer: '/amount/currency', kind: 'text', required: true, pattern: /^CNY$/ },
  { pointer: '/amount/from', kind: 'list' },
  { pointer: '/goods_detail', kind: 'list' },
]

/** Fields of each entry of a list. */
const ENTRY_RULES: Readonly<Record<string, readonly Rule[]>> = {
  '/amount/from': [
    { pointer: '', kind: 'object', required: true },
    { pointer: '/account', kind: 'text', required: true, pattern: FROM_ACCOUNTS },
    { pointer: '/amount', kind: 'integer', required: true, min: 1 },
  ],
  '/goods_detail': [
    { pointer: '', kind: 'object', required: true },
    { pointer: '/merchant_goods_id', kind: 'text', required: true, max: 32 },
    { pointer: '/wechatpay_goods_id', kind: 'text', max: 32 },
    { pointer: '/goods_name', kind: 'text', max: 256 },
    { pointer: '/unit_price', kind: 'integer', required: true, min: 0 },
    { pointer: '/refund_amount', kind: 'integer', required: true, min: 0 },
    { pointer: '/refund_quantity', kind: 'integer', required: true, min: 1 },
  ],
}

const entriesAt = (root: unknown, pointer: string): readonly unknown[] => {
  const value = at(root, pointer)
  return Array.isArray(value) ? value : []
}

const entryRules = (root: unknown): Rule[] =>
  Object.entries(ENTRY_RULES).flatMap(([list, rules]) =>
    entriesAt(root, list).flatMap((_entry, index) =>
      rules.map((rule) => ({ ...rule, pointer: `${list}/${index}${rule.pointer}` })),
    ),
  )

/** A sandbox sends notices to this machine and to nowhere else. */
const HOSTS: readonly string[] = ['127.0.0.1', '[::1]', 'localhost']

const noticeIssue = (text: string): string | undefined => {
  if (!URL.canParse(text)) return 'is not an address'
  const url = new URL(text)
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return 'is not http or https'
  if (!HOSTS.includes(url.hostname)) return 'is not on loopback, where the sandbox stays'
  if (text.includes('?') || text.includes('#')) return 'must not have a query'
  return url.username || url.password ? 'must not have a user' : undefined
}

const integerAt = (root: unknown, pointer: string): number => {
  const value = at(root, pointer)
  return typeof value === 'number' ? value : 0
}

/** What the rules of single fields do not say. */
const issueOfWhole = (
  root: unknown,
): { readonly pointer: string; readonly issue: string } | null => {
  if (at(root, '/sub_mchid') !== undefined) {
    return { pointer: '/sub_mchid', issue: 'is not a field of a direct merchant' }
  }
  if (!textAt(root, '/transaction_id') && !textAt(root, '/out_trade_no')) {
    return { pointer: '/out_trade_no', issue: 'or transaction_id is required' }
  }
  if (integerAt(root, '/amount/refund') > integerAt(root, '/amount/total')) {
    return { pointer: '/amount/refund', issue: 'is more than total' }
  }
  const parts = entriesAt(root, '/amount/from')
  const sum = parts.reduce<number>((total, part) => total + integerAt(part, '/amount'), 0)
  if (parts.length > 0 && sum !== integerAt(root, '/amount/refund')) {
    return { pointer: '/amount/from', issue: 'does not add up to refund' }
  }
  const notifyUrl = textAt(root, '/notify_url')
  const issue = notifyUrl === undefined ? undefined : noticeIssue(notifyUrl)
  return issue === undefined ? null : { pointer: '/notify_url', issue }
}

/** Reads and checks the body of a refund, field by field in the order of the public table. */
export function readRefundBody(text: string): BodyReading<RefundBody> {
  const fields = checkBody(text, RULES)
  if (!fields.ok) return fields
  const checked = checkBody(text, entryRules(fields.value))
  if (!checked.ok) return checked
  const root = checked.value
  const whole = issueOfWhole(root)
  if (whole) {
    const { pointer, issue } = whole
    return { ok: false, fault: faultOf({ pointer, kind: 'text' }, at(root, pointer), issue) }
  }
  return {
    ok: true,
    value: {
      outRefundNo: textAt(root, '/out_refund_no') ?? '',
      outTradeNo: textAt(root, '/out_trade_no'),
      transactionId: textAt(root, '/transaction_id'),
      totalFen: integerAt(root, '/amount/total'),
      refundFen: integerAt(root, '/amount/refund'),
      fundsAccount: textAt(root, '/funds_account'),
      bodyHash: canonicalBody(text),
      notifyUrl: textAt(root, '/notify_url'),
    },
  }
}
