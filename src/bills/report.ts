import type { Language, Text } from '../domain/errors.ts'
import { formatYuan } from '../domain/money.ts'
import type { Here, There, Verdict } from './judge.ts'
import type { BillSums } from './parser.ts'

/** A difference as the report needs it. */
export type Difference = {
  readonly verdict: Verdict
  readonly here?: Here
  readonly there?: There
}

/** A refund as the report needs it. */
export type Refund = {
  readonly outTradeNo: string
  readonly outRefundNo: string
  readonly refundFen: number
  readonly refundState: string
  readonly known: boolean
}

/** How many orders, and how much money by the bill, or else by the journal. */
export type Total = { readonly count: number; readonly amountFen: number }

/** The last word of a reconciliation. */
export type Summary = {
  readonly date: string
  readonly terminalId: string
  readonly sums: BillSums | undefined
  readonly totals: Readonly<Partial<Record<Verdict, Total>>>
  readonly refunds: Total
  readonly differences: number
}

/** What agrees, or cannot be compared; everything else is a difference. */
const AGREEING: readonly Verdict[] = ['matched', 'elsewhere', 'quiet']

/** Whether somebody has to look at it. */
export function isDifference(verdict: Verdict): boolean {
  return !AGREEING.includes(verdict)
}

const WORDS: Readonly<Record<Verdict, Text>> = {
  matched: { 'zh-CN': '一致', en: 'matched' },
  elsewhere: { 'zh-CN': '其他终端的订单', en: 'of other terminals' },
  quiet: { 'zh-CN': '无需核对', en: 'nothing to compare' },
  missing_here: {
    'zh-CN': '账单有、本机流水没有：请在商户平台查询该订单',
    en: 'in the bill, not in the journal: query this order',
  },
  missing_there: {
    'zh-CN': '本机已收款、账单没有：请在商户平台查询该订单',
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

/** One difference as a line. */
export function differenceLine({ verdict, here, there }: Difference, language: Language): string {
  const outTradeNo = here?.outTradeNo ?? there?.outTradeNo ?? ''
  const journal = here ? `${formatYuan(here.amountFen)} ${here.outcome}` : '-'
  const state = there && (there.revokedRows > 0 ? 'REVOKED' : 'SUCCESS')
  const bill = there ? `${formatYuan(there.amountFen)} ${state}` : '-'
  const sides =
    language === 'zh-CN' ? `流水 ${journal}，账单 ${bill}` : `journal ${journal}, bill ${bill}`
  return `${outTradeNo}  ${WORDS[verdict][language]}（${sides}）`
}

/** One refund as a line. */
export function refundLine(refund: Refund, language: Language): string {
  const { outTradeNo, outRefundNo, refundFen, refundState, known } = refund
  const zh = language === 'zh-CN'
  const whose = known
    ? zh
      ? '本机订单'
      : 'of this terminal'
    : zh
      ? '非本机订单'
      : 'not of this terminal'
  return `${outTradeNo}  ${zh ? '退款' : 'refund'} ${outRefundNo} ${formatYuan(refundFen)} ${refundState} ${whose}`
}

/** The sums at the end of the report. */
export function summaryLines(summary: Summary, language: Language): readonly string[] {
  const zh = language === 'zh-CN'
  const lines = [
    zh
      ? `对账 ${summary.date}，终端 ${summary.terminalId}`
      : `reconciliation of ${summary.date}, terminal ${summary.terminalId}`,
  ]
  if (!summary.sums) lines.push(zh ? '网关当日没有交易账单' : 'the gateway has no trade that day')
  for (const [verdict, total] of Object.entries(summary.totals) as [Verdict, Total][]) {
    if (verdict === 'quiet') continue
    lines.push(`${WORDS[verdict][language]}: ${total.count}, ${formatYuan(total.amountFen)}`)
  }
  const { count, amountFen } = summary.refunds
  lines.push(`${zh ? '账单中的退款' : 'refunds in the bill'}: ${count}, ${formatYuan(amountFen)}`)
  const none = zh ? '没有差异' : 'no differences'
  const some = zh ? `差异 ${summary.differences} 笔` : `${summary.differences} differences`
  lines.push(summary.differences === 0 ? none : some)
  return lines
}
