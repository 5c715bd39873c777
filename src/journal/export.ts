import { type Attempt, type Sale, saleOutcome } from '../domain/sale.ts'
import type { JournalRow } from '../ports/journal.ts'

const BEIJING_OFFSET_MS = 8 * 3_600_000

/** What a spreadsheet may take for the begin of a formula. */
const FORMULA = /^[=+\-@\t\r\n]/

type Column = readonly [name: string, read: (sale: Sale, attempt: Attempt) => string]

const COLUMNS: readonly Column[] = [
  ['time', (_, attempt) => beijingTime(attempt.submittedAtMs)],
  ['sale', (sale) => sale.id],
  ['order_ref', (sale) => sale.orderRef ?? ''],
  ['out_trade_no', (_, attempt) => attempt.outTradeNo],
  ['amount_yuan', (_, attempt) => yuan(attempt.amountFen)],
  ['amount_fen', (_, attempt) => String(attempt.amountFen)],
  ['outcome', (_, attempt) => attempt.outcome],
  ['cause', (_, attempt) => attempt.cause ?? ''],
  ['transaction_id', (_, attempt) => attempt.transactionId ?? ''],
  ['interface', (_, attempt) => attempt.interface],
  ['store', (_, attempt) => attempt.storeId],
  ['sale_outcome', (sale) => saleOutcome(sale)],
  ['closed_by', (sale) => sale.closedByHand?.operator ?? ''],
]

/** The first line of the table of attempts, with its line end. */
export function csvHeader(): string {
  return csvLine(COLUMNS.map(([name]) => name))
}

/** One line for each attempt of a sale that `within` keeps, oldest first. */
export function csvOfSale(sale: Sale, within: (atMs: number) => boolean): string {
  return sale.attempts
    .filter((attempt) => within(attempt.submittedAtMs))
    .map((attempt) => csvLine(COLUMNS.map(([, read]) => read(sale, attempt))))
    .join('')
}

/** One stored step as a line of JSON, with its line end. */
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
