import type { Refund } from '../domain/refund.ts'
import { type Attempt, type Sale, saleOutcome } from '../domain/sale.ts'
import type { JournalRow } from '../ports/journal.ts'

const BEIJING_OFFSET_MS = 8 * 3_600_000

/** What a spreadsheet may take for the begin of a formula. */
const FORMULA = /^[=+\-@\t\r\n]/

/** One movement of money of a sale: an attempt to collect it, or a refund of one. */
type Movement = {
  readonly kind: 'payment' | 'refund'
  readonly atMs: number
  readonly attempt: Attempt | undefined
  readonly refund?: Refund
}

type Column = readonly [name: string, read: (sale: Sale, movement: Movement) => string]

const COLUMNS: readonly Column[] = [
  ['time', (_, { atMs }) => beijingTime(atMs)],
  ['kind', (_, { kind }) => kind],
  ['sale', (sale) => sale.id],
  ['order_ref', (sale) => sale.orderRef ?? ''],
  ['out_trade_no', (_, { attempt, refund }) => refund?.outTradeNo ?? attempt?.outTradeNo ?? ''],
  ['out_refund_no', (_, { refund }) => refund?.outRefundNo ?? ''],
  ['amount_yuan', (sale, movement) => yuan(amountOf(sale, movement))],
  ['amount_fen', (sale, movement) => String(amountOf(sale, movement))],
  ['outcome', (_, { attempt, refund }) => refund?.outcome ?? attempt?.outcome ?? ''],
  ['cause', (_, movement) => (movement.refund ?? movement.attempt)?.cause ?? ''],
  ['transaction_id', (_, { attempt }) => attempt?.transactionId ?? ''],
  ['refund_id', (_, { refund }) => refund?.refundId ?? ''],
  ['interface', (_, { attempt }) => attempt?.interface ?? ''],
  ['store', (_, { attempt }) => attempt?.storeId ?? ''],
  ['operator', (sale, { refund }) => refund?.operator ?? sale.operator ?? ''],
  ['sale_outcome', (sale) => saleOutcome(sale)],
  ['closed_by', (sale, { refund }) => (refund ?? sale).closedByHand?.operator ?? ''],
]

/** The first line of the table of payments and refunds, with its line end. */
export function csvHeader(): string {
  return csvLine(COLUMNS.map(([name]) => name))
}

/** One line for each attempt and each refund of a sale that `within` keeps, attempts first. */
export function csvOfSale(sale: Sale, within: (atMs: number) => boolean): string {
  return movementsOf(sale)
    .filter(({ atMs }) => within(atMs))
    .map((movement) => csvLine(COLUMNS.map(([, read]) => read(sale, movement))))
    .join('')
}

function movementsOf(sale: Sale): readonly Movement[] {
  const payments = sale.attempts.map((attempt) => {
    return { kind: 'payment' as const, atMs: attempt.submittedAtMs, attempt }
  })
  const refunds = (sale.refunds ?? []).map((refund) => ({
    kind: 'refund' as const,
    atMs: refund.wantedAtMs,
    attempt: sale.attempts.find(({ outTradeNo }) => outTradeNo === refund.outTradeNo),
    refund,
  }))
  return [...payments, ...refunds]
}

/** Never negative: what a line does to the money is in its `kind`. */
function amountOf(sale: Sale, { attempt, refund }: Movement): number {
  return (refund ?? attempt ?? sale).amountFen
}

/**
 * One stored step as a line of JSON, with its line end. Its `hash` can be recomputed from the line and
 * the `hash` of the line before: see `canonicalRow` for the text it is over.
 */
export function jsonOfRow(row: JournalRow): string {
  return `${JSON.stringify(row)}\n`
}

/**
 * Says whether an instant lies on the days asked for, both included, as Beijing counts days.
 *
 * @param days `YYYY-MM-DD`; an absent end is open
 */
export function daysBetween(days: {
  readonly from?: string | undefined
  readonly to?: string | undefined
}): (atMs: number) => boolean {
  return (atMs) => {
    const day = beijingTime(atMs).slice(0, 10)
    return (
      (days.from === undefined || day >= days.from) && (days.to === undefined || day <= days.to)
    )
  }
}

/** Whether a text is a date that exists, `YYYY-MM-DD`. */
export function isDay(text: string): boolean {
  if (!/^\d{4}-\d\d-\d\d$/.test(text)) return false
  const atMs = Date.parse(`${text}T00:00:00Z`)
  return !Number.isNaN(atMs) && new Date(atMs).toISOString().startsWith(text)
}

/** RFC 4180, section 2: lines end in CRLF, a quote inside a quoted field is doubled. */
function csvLine(fields: readonly string[]): string {
  return `${fields.map(csvField).join(',')}\r\n`
}

/** A leading apostrophe keeps a spreadsheet from running what somebody put into an order. */
function csvField(text: string): string {
  const safe = FORMULA.test(text) ? `'${text}` : text
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}

function yuan(amountFen: number): string {
  const fen = String(amountFen % 100).padStart(2, '0')
  return `${Math.trunc(amountFen / 100)}.${fen}`
}

/** `YYYY-MM-DDThh:mm:ss.mmm+08:00`. */
function beijingTime(atMs: number): string {
  return new Date(atMs + BEIJING_OFFSET_MS).toISOString().replace('Z', '+08:00')
}
