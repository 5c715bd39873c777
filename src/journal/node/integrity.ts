import { hash as digest } from 'node:crypto'
import Database from 'better-sqlite3'
import { type Problem, problem } from '../../domain/errors.ts'
import type { Sale } from '../../domain/sale.ts'
import { canonicalRow, summarize } from '../row.ts'

/** One row of the table of events. */
export type EventRow = {
  readonly seq: number
  readonly at_ms: number
  readonly kind: string
  readonly sale_id: string | null
  readonly out_trade_no: string | null
  readonly body: string
  readonly hash: Buffer
}

/** What the first row is chained to. */
export const GENESIS = Buffer.alloc(32)
/** How many of the last rows are checked when a journal is opened, whatever its size. */
const TAIL_ROWS = 256

/** The row before the first one: nothing, or the newest that was dropped. */
export type Base = { readonly seq: number; readonly hash: Buffer }

/** The file does not hold what was written to it. Nothing may be charged on its word. */
export class Damage extends Error {
  override readonly name = 'Damage'
}

/** Whether SQLite or a check of ours found the file damaged. */
export function isDamage(cause: unknown): boolean {
  if (cause instanceof Damage) return true
  if (!(cause instanceof Database.SqliteError)) return false
  return cause.code.startsWith('SQLITE_CORRUPT') || cause.code === 'SQLITE_NOTADB'
}

/** What a failure of SQLite means to whoever wants to take money. */
export function journalProblem(cause: unknown): Problem {
  const detail = cause instanceof Error ? cause.message : String(cause)
  if (isDamage(cause)) return problem('journal.damaged', { detail })
  const busy = cause instanceof Database.SqliteError && cause.code.startsWith('SQLITE_BUSY')
  return problem(busy ? 'journal.in_use' : 'journal.unavailable', { detail })
}

/** The hash of a row, over the hash of the row before it. */
export function chain(previous: Buffer, row: Parameters<typeof canonicalRow>[0]): Buffer {
  const text = Buffer.concat([previous, Buffer.from(canonicalRow(row))])
  return digest('sha256', text, 'buffer')
}

/** Whether a row is what was written after the row with the hash `previous`. */
export function fits(previous: Buffer, row: EventRow): boolean {
  const { seq, kind, body } = row
  return chain(previous, { seq, atMs: row.at_ms, kind, body }).equals(row.hash)
}

/**
 * Checks the end of the chain, and every open sale against the last step that changed it, so that
 * opening costs the same for a thousand rows as for a million. Throws {@link Damage}.
 *
 * @param newestFirst all rows, newest first; read no further than needed
 */
export function checkTail(
  newestFirst: Iterable<EventRow>,
  openSales: readonly Sale[],
  base: Base,
): void {
  const unseen = new Map(openSales.map((sale) => [sale.id, JSON.stringify(summarize(sale))]))
  let newer: EventRow | undefined
  let checked = 0
  for (const row of newestFirst) {
    if (newer) {
      if (newer.seq !== row.seq + 1) throw new Damage(`row ${newer.seq - 1} is missing`)
      checkRow(row.hash, newer, unseen)
      checked += 1
      if (checked >= TAIL_ROWS && unseen.size === 0) return
    }
    newer = row
  }
  if (newer) {
    if (newer.seq !== base.seq + 1) throw new Damage(`row ${newer.seq - 1} is missing`)
    checkRow(base.hash, newer, unseen)
  }
  for (const id of unseen.keys()) throw new Damage(`no step made the open sale ${id}`)
}

function checkRow(previous: Buffer, row: EventRow, unseen: Map<string, string>): void {
  if (!fits(previous, row)) throw new Damage(`row ${row.seq} does not fit the chain`)
  if (unseen.size === 0) return
  const { after } = JSON.parse(row.body) as { readonly after: readonly (readonly unknown[])[] }
  for (const summary of after) {
    const id = String(summary[0])
    const expected = unseen.get(id)
    if (expected === undefined) continue
    if (expected !== JSON.stringify(summary)) {
      throw new Damage(`the open sale ${id} is not as row ${row.seq} left it`)
    }
    unseen.delete(id)
  }
}
