import type { Language, Text } from '../domain/errors.ts'
import { formatYuan } from '../domain/money.ts'
import type { Here, There, Verdict } from './judge.ts'
import type { RefundHere, RefundThere, RefundVerdict } from './judge-refund.ts'
import type { BillSums, SumDifference } from './sums.ts'
import { displayWidth, padRight } from './width.ts'
import { DOUBLE_PAYMENT, LABELS, REFUND_WORDS, WORDS } from './words.ts'

/** A difference as the report needs it. */
export type Difference = {
  readonly verdict: Verdict
  readonly here?: Here
  readonly there?: There
}

/** A refund that does not agree. */
export type RefundDifference = {
  readonly verdict: RefundVerdict
  readonly here?: RefundHere
  readonly there?: RefundThere
}

/** A sale that was paid by more than one attempt, and none of the money given back. */
export type DoublePayment = {
  readonly saleId: string
  /** Of each of the payments, fen. */
  readonly amountFen: number
  readonly outTradeNos: readonly string[]
}

/** How many, and how much money by the bill, or else by the journal. */
export type Total = { readonly count: number; readonly amountFen: number }

/** The last word of a reconciliation. */
export type Summary = {
  readonly date: string
  readonly terminalId: string
  readonly sums: BillSums | undefined
  readonly totals: Readonly<Partial<Record<Verdict, Total>>>
  readonly refundTotals: Readonly<Partial<Record<RefundVerdict, Total>>>
  readonly doublePayments: number
  readonly differences: number
}

/** What agrees, or cannot be compared; everything else is a difference. */
const AGREEING: readonly (Verdict | RefundVerdict)[] = [
  'matched',
  'elsewhere',
  'quiet',
  'other_day',
]

/** Whether somebody has to look at it. */
export function isDifference(verdict: Verdict): boolean {
  return !AGREEING.includes(verdict)
}

/** Whether somebody has to look at it. */
export function isRefundDifference(verdict: RefundVerdict): boolean {
  return !AGREEING.includes(verdict)
}

/** An order number takes this many cells (codepay, `out_trade_no`, string(32)). */
export const NUMBER_CELLS = 32
const AMOUNT_CELLS = 12
const COUNT_CELLS = 8

/** One payment that differs, as a line. */
export function differenceLine({ verdict, here, there }: Difference, language: Language): string {
  const billState = there && there.revokedRows > 0 ? 'REVOKED' : 'SUCCESS'
  return line(
    {
      number: here?.outTradeNo ?? there?.outTradeNo ?? '',
      journal: here && [here.amountFen, here.outcome],
      bill: there && [there.amountFen, billState],
      words: WORDS[verdict][language],
    },
    language,
  )
}

/** One refund that differs, as a line. */
export function refundLine({ verdict, here, there }: RefundDifference, language: Language): string {
  const outRefundNo = here?.outRefundNo ?? there?.outRefundNo ?? ''
  const outTradeNo = here?.outTradeNo ?? there?.outTradeNo ?? ''
  const whose = `${LABELS.ofOrder[language]} ${outTradeNo}`
  return line(
    {
      number: outRefundNo,
      journal: here && [here.refundFen, here.standing],
      bill: there && [there.refundFen, there.refundState],
      words: `${REFUND_WORDS[verdict][language]} (${whose})`,
    },
    language,
  )
}

/** One sum of the bill that its entries do not come to. */
export function sumLine(difference: SumDifference, language: Language): string {
  const { column, unit, said, counted } = difference
  const write = (value: number): string => (unit === 'fen' ? formatYuan(value) : String(value))
  return `${LABELS.sums[language]} ${column}: ${LABELS.said[language]} ${write(said)}, ${LABELS.counted[language]} ${write(counted)}`
}

/** One sale that was paid twice, loudly. */
export function doublePaymentLine(payment: DoublePayment, language: Language): string {
  const numbers = payment.outTradeNos.join(' + ')
  return `${DOUBLE_PAYMENT[language]} ${numbers}  ${formatYuan(payment.amountFen)} × ${payment.outTradeNos.length}`
}

type Side = readonly [amountFen: number, state: string] | undefined
type Line = {
  readonly number: string
  readonly journal: Side
  readonly bill: Side
  readonly words: string
}

function line({ number, journal, bill, words }: Line, language: Language): string {
  const parts = [
    padRight(number, NUMBER_CELLS),
    `${LABELS.journal[language]} ${side(journal)}`,
    `${LABELS.bill[language]} ${side(bill)}`,
    words,
  ]
  return parts.join('  ')
}

function side(value: Side): string {
  const [amountFen, state] = value ?? [undefined, '']
  const amount = amountFen === undefined ? '-' : formatYuan(amountFen)
  return `${amount.padStart(AMOUNT_CELLS)} ${padRight(state, 12)}`
}

/** The sums at the end of the report: payments and refunds by themselves. */
export function summaryLines(summary: Summary, language: Language): readonly string[] {
  const lines = [`${LABELS.title[language]} ${summary.date}  ${summary.terminalId}`]
  if (!summary.sums) lines.push(LABELS.noTrade[language])
  lines.push(`${LABELS.payments[language]}`, ...totalLines(summary.totals, WORDS, language))
  lines.push(
    `${LABELS.refunds[language]}`,
    ...totalLines(summary.refundTotals, REFUND_WORDS, language),
  )
  if (summary.doublePayments > 0)
    lines.push(`${LABELS.paidTwice[language]}: ${summary.doublePayments}`)
  lines.push(
    summary.differences === 0
      ? LABELS.none[language]
      : `${LABELS.differences[language]}: ${summary.differences}`,
  )
  return lines
}

function totalLines<Key extends string>(
  totals: Readonly<Partial<Record<Key, Total>>>,
  words: Readonly<Record<Key, Text>>,
  language: Language,
): readonly string[] {
  const keys = (Object.keys(words) as Key[]).filter((key) => key !== 'quiet' && totals[key])
  if (keys.length === 0) return [`  ${LABELS.nothing[language]}`]
  const cells = Math.max(...keys.map((key) => displayWidth(words[key][language])))
  return keys.map((key) => {
    const { count, amountFen } = totals[key] ?? { count: 0, amountFen: 0 }
    const numbers = `${String(count).padStart(COUNT_CELLS)}${formatYuan(amountFen).padStart(AMOUNT_CELLS + 4)}`
    return `  ${padRight(words[key][language], cells)}${numbers}`
  })
}
