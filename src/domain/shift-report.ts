import { beijingTime } from './beijing-time.ts'
import { apart, centre } from './columns.ts'
import type { Language, Text } from './errors.ts'
import { formatYuan } from './money.ts'
import { type Shift, type ShiftTotal, sumsOf, type Unsettled } from './shift.ts'

/** Columns of a printed report: a receipt printer with 80 mm paper. */
export const REPORT_COLUMNS = 48

/** How a row of a report looks. `rule` and `double_rule` are lines across it. */
export type ReportRole = 'title' | 'heading' | 'pair' | 'sum' | 'small' | 'rule' | 'double_rule'

/** One row of a report; `right` is empty where there is nothing at the right. */
export type ReportRow = {
  readonly role: ReportRole
  readonly left: string
  readonly right: string
}

/** Where a report comes from, and in which language it speaks. */
export type ReportHead = {
  readonly terminal: string
  readonly store: string
  readonly language: Language
}

const WORDS = {
  closed: { 'zh-CN': '班次结算单', en: 'SHIFT REPORT' },
  open: { 'zh-CN': '班次小计（未结束）', en: 'SHIFT SO FAR (NOT CLOSED)' },
  terminal: { 'zh-CN': '终端', en: 'Terminal' },
  number: { 'zh-CN': '班次', en: 'Shift' },
  from: { 'zh-CN': '开始', en: 'From' },
  to: { 'zh-CN': '结束', en: 'To' },
  until: { 'zh-CN': '截至', en: 'Until' },
  operator: { 'zh-CN': '结束人', en: 'Closed by' },
  unit: { 'zh-CN': '金额单位：元，北京时间', en: 'Amounts in yuan, Beijing time' },
  payments: { 'zh-CN': '收款', en: 'Payments' },
  refunds: { 'zh-CN': '退款', en: 'Refunds' },
  net: { 'zh-CN': '净额', en: 'Net' },
  byInterface: { 'zh-CN': '按支付方式', en: 'By interface' },
  byOperator: { 'zh-CN': '按操作人', en: 'By operator' },
  nobody: { 'zh-CN': '（未记名）', en: '(nobody named)' },
  unsettled: { 'zh-CN': '结果待确认', en: 'Without a result' },
  noUnsettled: { 'zh-CN': '没有待确认的收款或退款', en: 'Nothing is without a result' },
  carried: {
    'zh-CN': '以上未计入本班，结果确定后计入当时的班次。',
    en: 'Not counted here; each counts in the shift that learns its result.',
  },
  sale: { 'zh-CN': '收款', en: 'Sale' },
  refund: { 'zh-CN': '退款', en: 'Refund' },
  order: { 'zh-CN': '订单', en: 'order' },
  signed: { 'zh-CN': '签名', en: 'Signature' },
} as const satisfies Readonly<Record<string, Text>>

const INTERFACES: Readonly<Record<ShiftTotal['interface'], Text>> = {
  MICROPAY: { 'zh-CN': '付款码', en: 'Payment code' },
  FACEPAY: { 'zh-CN': '刷脸', en: 'Face pay' },
}

/** Money in fen as a report writes it: `-1,234.50`. */
export function reportAmount(amountFen: number): string {
  const yuan = formatYuan(Math.abs(amountFen)).replace(/\B(?=(\d{3})+\.)/g, ',')
  return amountFen < 0 ? `-${yuan}` : yuan
}

/** The report of a shift as rows, for a screen, a page or a printer of any width. */
export function reportRows(shift: Shift, head: ReportHead): readonly ReportRow[] {
  const { language } = head
  const isClosed = shift.closedBy !== undefined
  return [
    row('title', head.store),
    row('title', WORDS[isClosed ? 'closed' : 'open'][language]),
    row('double_rule'),
    row('pair', WORDS.terminal[language], head.terminal),
    row('pair', WORDS.number[language], String(shift.number)),
    row('pair', WORDS.from[language], beijingTime(shift.fromMs)),
    row('pair', WORDS[isClosed ? 'to' : 'until'][language], beijingTime(shift.toMs)),
    ...(shift.closedBy === undefined
      ? []
      : [row('pair', WORDS.operator[language], shift.closedBy)]),
    row('small', WORDS.unit[language]),
    row('rule'),
    ...sumRows(shift.totals, language, 'sum'),
    ...groups(shift.totals, language),
    row('rule'),
    ...unsettledRows(shift.unsettled, language),
    row('double_rule'),
    ...(isClosed ? [row('pair', `${WORDS.signed[language]} ______________________`)] : []),
  ]
}

/** The report of a shift as lines of {@link REPORT_COLUMNS} half-width columns at most. */
export function reportText(rows: readonly ReportRow[]): readonly string[] {
  return rows.flatMap((given) => LAYOUTS[given.role](given))
}

const LAYOUTS: Readonly<Record<ReportRole, (given: ReportRow) => readonly string[]>> = {
  title: ({ left }) => centre(left, REPORT_COLUMNS),
  heading: ({ left, right }) => apart(left, right, REPORT_COLUMNS),
  pair: ({ left, right }) => apart(left, right, REPORT_COLUMNS),
  sum: ({ left, right }) => apart(left, right, REPORT_COLUMNS),
  small: ({ left, right }) => apart(left, right, REPORT_COLUMNS),
  rule: () => ['-'.repeat(REPORT_COLUMNS)],
  double_rule: () => ['='.repeat(REPORT_COLUMNS)],
}

function row(role: ReportRole, left = '', right = ''): ReportRow {
  return { role, left, right }
}

function sumRows(
  totals: readonly ShiftTotal[],
  language: Language,
  role: ReportRole,
): readonly ReportRow[] {
  const { payments, refunds, netFen } = sumsOf(totals)
  const counted = (word: Text, count: number) =>
    language === 'zh-CN' ? `${word[language]} ${count} 笔` : `${word[language]} (${count})`
  return [
    row(role, counted(WORDS.payments, payments.count), reportAmount(payments.amountFen)),
    row(role, counted(WORDS.refunds, refunds.count), reportAmount(-refunds.amountFen)),
    row(role, WORDS.net[language], reportAmount(netFen)),
  ]
}

/** The same sums by interface and by operator. Nothing to divide where nothing was taken. */
function groups(totals: readonly ShiftTotal[], language: Language): readonly ReportRow[] {
  if (totals.length === 0) return []
  const named = (total: ShiftTotal) => total.operator ?? WORDS.nobody[language]
  const interfaceOf = (total: ShiftTotal) => INTERFACES[total.interface][language]
  return [
    ...grouped(totals, interfaceOf, { heading: WORDS.byInterface, language }),
    ...grouped(totals, named, { heading: WORDS.byOperator, language }),
  ]
}

function grouped(
  totals: readonly ShiftTotal[],
  keyOf: (total: ShiftTotal) => string,
  look: { readonly heading: Text; readonly language: Language },
): readonly ReportRow[] {
  const byKey = Map.groupBy(totals, keyOf)
  return [
    row('rule'),
    row('heading', look.heading[look.language]),
    ...[...byKey].flatMap(([key, own]) => [
      row('pair', key),
      ...sumRows(own, look.language, 'pair').map((given) => ({
        ...given,
        left: `  ${given.left}`,
      })),
    ]),
  ]
}

function unsettledRows(unsettled: readonly Unsettled[], language: Language): readonly ReportRow[] {
  if (unsettled.length === 0) return [row('pair', WORDS.noUnsettled[language])]
  const totalFen = unsettled.reduce((sum, { amountFen }) => sum + amountFen, 0)
  const count = language === 'zh-CN' ? ` ${unsettled.length} 笔` : ` (${unsettled.length})`
  return [
    row('heading', WORDS.unsettled[language] + count, reportAmount(totalFen)),
    ...unsettled.flatMap(({ kind, number, amountFen, sinceMs, orderRef }) => [
      row(
        'pair',
        `${WORDS[kind][language]} ${beijingTime(sinceMs).slice(5, 16)}`,
        reportAmount(amountFen),
      ),
      row('small', `  ${number}`),
      ...(orderRef === undefined ? [] : [row('small', `  ${WORDS.order[language]} ${orderRef}`)]),
    ]),
    row('small', WORDS.carried[language]),
  ]
}
