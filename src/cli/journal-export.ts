import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from 'node:fs'
import { csvHeader, csvOfSale, daysBetween, isDay, jsonOfRow } from '../journal/export.ts'
import type { Journal, Progress } from '../ports/journal.ts'

/** How many rows or sales are held in memory at a time. */
const PAGE = 500
/** Tells a spreadsheet that the text is UTF-8. */
const BYTE_ORDER_MARK = '\uFEFF'

/** What of a journal is written where. */
export type ExportWish = {
  readonly format: 'jsonl' | 'csv'
  /** First and last day, Beijing, `YYYY-MM-DD`. */
  readonly from?: string | undefined
  readonly to?: string | undefined
  /** Standard output when absent. */
  readonly out?: string | undefined
  readonly bom: boolean
}

/** What is wrong with the words of an export; undefined when nothing is. */
export function wrongWish(wish: { readonly [name: string]: unknown }): string | undefined {
  if (wish.format !== 'jsonl' && wish.format !== 'csv') return '--format is jsonl or csv'
  for (const name of ['from', 'to']) {
    const day = wish[name]
    if (day !== undefined && !isDay(String(day))) return `--${name} is a day, YYYY-MM-DD`
  }
  return undefined
}

/**
 * Writes rows (JSON lines, oldest first) or payments and refunds (CSV, newest sale first), a page at a
 * time. A
 * file appears under its name only when all of it is on the disk. Throws when it cannot be written.
 */
export async function exportJournal(
  journal: Journal,
  wish: ExportWish,
  onProgress?: (progress: Progress) => void,
): Promise<void> {
  const made = wish.format === 'csv' ? csvPages(journal, wish) : jsonPages(journal, wish)
  const pages = counted(made, journal, onProgress)
  if (wish.out === undefined) {
    for (const page of pages) await print(page)
  } else writeWhole(wish.out, pages)
}

/** A page of text, and how many rows or sales it was made from. */
type Page = { readonly text: string; readonly count: number }

/** Rows are counted against all rows; how many sales there are nobody knows, so they are only counted. */
function* counted(
  pages: Iterable<Page>,
  journal: Journal,
  onProgress: ((progress: Progress) => void) | undefined,
): Generator<string> {
  const total = journal.status().rows
  let done = 0
  for (const { text, count } of pages) {
    yield text
    done += count
    onProgress?.({ done, total })
  }
}

function* csvPages(journal: Journal, wish: ExportWish): Generator<Page> {
  const within = daysBetween(wish)
  yield { text: `${wish.bom ? BYTE_ORDER_MARK : ''}${csvHeader()}`, count: 0 }
  let sales = journal.recentSales(PAGE)
  while (sales.length > 0) {
    yield { text: sales.map((sale) => csvOfSale(sale, within)).join(''), count: sales.length }
    sales = journal.recentSales(PAGE, sales.at(-1)?.id)
  }
}

function* jsonPages(journal: Journal, wish: ExportWish): Generator<Page> {
  const within = daysBetween(wish)
  let rows = journal.rows(1, PAGE)
  while (rows.length > 0) {
    const wanted = rows.filter((row) => within(row.atMs))
    yield { text: wanted.map(jsonOfRow).join(''), count: rows.length }
    rows = journal.rows((rows.at(-1)?.seq ?? 0) + 1, PAGE)
  }
}

function print(text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    process.stdout.write(text, (cause) => (cause ? reject(cause) : resolve()))
  })
}

function writeWhole(path: string, pages: Iterable<string>): void {
  const part = `${path}.part`
  const file = openSync(part, 'w', 0o600)
  try {
    try {
      for (const page of pages) writeAll(file, Buffer.from(page))
      fsyncSync(file)
    } finally {
      closeSync(file)
    }
    renameSync(part, path)
  } catch (cause) {
    rmSync(part, { force: true })
    throw cause
  }
}

function writeAll(file: number, bytes: Buffer): void {
  for (let done = 0; done < bytes.length; ) done += writeSync(file, bytes, done)
}
