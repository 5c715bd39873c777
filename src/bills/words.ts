import type { Text } from '../domain/errors.ts'
import type { Verdict } from './judge.ts'
import type { RefundVerdict } from './judge-refund.ts'

/** What a payment came to, for staff. */
export const WORDS: Readonly<Record<Verdict, Text>> = {
  matched: { 'zh-CN': '一致', en: 'matched' },
  elsewhere: { 'zh-CN': '其他终端的订单', en: 'of other terminals' },
  quiet: { 'zh-CN': '无需核对', en: 'nothing to compare' },
  missing_here: {
    'zh-CN': '账单有、流水没有：请查询该订单',
    en: 'in the bill, not in the journal: query this order',
  },
  missing_there: {
    'zh-CN': '流水已收款、账单没有：请查询该订单',
    en: 'paid by the journal, not in the bill: query this order',
  },
  amount_differs: { 'zh-CN': '金额不同', en: 'the amounts differ' },
  state_differs: { 'zh-CN': '状态不同', en: 'the states differ' },
  transaction_differs: { 'zh-CN': '微信订单号不同', en: 'the transaction ids differ' },
  repeated_there: { 'zh-CN': '账单中重复', en: 'more than once in the bill' },
  unresolved_here: {
    'zh-CN': '结果仍未知、账单没有：请查询该订单',
    en: 'still unknown, not in the bill: query this order',
  },
}

/** What a refund came to, for staff. */
export const REFUND_WORDS: Readonly<Record<RefundVerdict, Text>> = {
  matched: { 'zh-CN': '一致', en: 'matched' },
  elsewhere: { 'zh-CN': '其他终端的订单', en: 'of other terminals' },
  quiet: { 'zh-CN': '无需核对', en: 'nothing to compare' },
  other_day: {
    'zh-CN': '跨日退款，在相邻日的账单',
    en: 'went over midnight, in the bill of the other day',
  },
  missing_here: {
    'zh-CN': '账单有退款、流水没有：请核对是谁退的',
    en: 'refunded by the bill, not in the journal: find out who gave it',
  },
  missing_there: {
    'zh-CN': '流水已退款、账单没有：请查询该退款',
    en: 'refunded by the journal, not in the bill: query this refund',
  },
  amount_differs: { 'zh-CN': '退款金额不同', en: 'the amounts differ' },
  state_differs: { 'zh-CN': '退款状态不同', en: 'the states differ' },
  refund_id_differs: { 'zh-CN': '微信退款单号不同', en: 'the refund ids differ' },
  repeated_there: { 'zh-CN': '账单中重复', en: 'more than once in the bill' },
  unresolved_here: {
    'zh-CN': '退款结果仍未知、账单没有：请查询该退款',
    en: 'still unknown, not in the bill: query this refund',
  },
}

/** Said of a sale with two payments kept. */
export const DOUBLE_PAYMENT: Text = {
  'zh-CN': '【重复收款！】同一笔收款付了不止一次，请退还多收的一笔：',
  en: 'PAID TWICE! THE CUSTOMER PAID THIS SALE MORE THAN ONCE. REFUND ONE OF THEM:',
}

/** Everything else the report says. */
export const LABELS = {
  title: { 'zh-CN': '对账', en: 'reconciliation of' },
  noTrade: { 'zh-CN': '网关当日没有交易账单', en: 'the gateway has no trade that day' },
  payments: { 'zh-CN': '收款（笔数、元）', en: 'payments (count, yuan)' },
  refunds: { 'zh-CN': '退款（笔数、元）', en: 'refunds (count, yuan)' },
  nothing: { 'zh-CN': '没有', en: 'none' },
  paidTwice: { 'zh-CN': '重复收款', en: 'PAID TWICE' },
  none: { 'zh-CN': '没有差异', en: 'no differences' },
  differences: { 'zh-CN': '差异', en: 'differences' },
  journal: { 'zh-CN': '流水', en: 'journal' },
  bill: { 'zh-CN': '账单', en: 'bill' },
  ofOrder: { 'zh-CN': '订单', en: 'order' },
  sums: {
    'zh-CN': '账单汇总与明细不符',
    en: 'the sums of the bill are not those of its entries',
  },
  said: { 'zh-CN': '汇总', en: 'said' },
  counted: { 'zh-CN': '明细', en: 'counted' },
} as const satisfies Readonly<Record<string, Text>>
