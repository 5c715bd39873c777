import { hash as digest } from 'node:crypto'
import Database from 'better-sqlite3'
import { err, ok, type Result } from '../../base/result.ts'
import { type Problem, problem } from '../../domain/errors.ts'
import { isClosed, lastAttempt, type Sale } from '../../domain/sale.ts'
import type {
  CommandRecord,
  Journal,
  JournalEntry,
  JournalRow,
  JournalStatus,
} from '../../ports/journal.ts'
import { BEGIN } from '../migrations/0001-begin.ts'
import { canonicalRow, decodeSale, encodeSale, summarize } from '../row.ts'

const MIGRATIONS: readonly string[] = [BEGIN]
const GENESIS = Buffer.alloc(32)

/** `PRAGMA synchronous` as SQLite names it; FULL means that a commit survives a power cut. */
const SYNCHRONOUS: Readonly<Record<number, string>> = {
  0: 'OFF',
  1: 'NORMAL',
  2: 'FULL',
  3: 'EXTRA',
}

type EventRow = {
  seq: number
  at_ms: number
  kind: string
  sale_id: string | null
  out_trade_no: string | null
  body: string
  hash: Buffer
}

/**
 * Opens the journal at `path`, making or migrating it.
 *
 * @param path a file name, or `:memory:` in tests
 * @returns the journal, or `journal.unavailable` with the reason in `detail`
 */
export function openJournal(path: string): Result<Journal, Problem> {
  try {
    return ok(new SqliteJournal(path))
  } catch (cause) {
    return err(problem('journal.unavailable', { detail: describe(cause) }))
  }
}

class SqliteJournal implements Journal {
  readonly #db: Database.Database
  readonly #statements: ReturnType<typeof prepare>
  #head: { seq: number; hash: Buffer }
  #failure: string | undefined

  constructor(path: string) {
    this.#db = new Database(path)
    this.#db.pragma('journal_mode = WAL')
    this.#db.pragma('synchronous = FULL')
    this.#db.pragma('foreign_keys = ON')
    this.#db.pragma('busy_timeout = 2000')
    // One writer: a second terminal on the same journal would be a second charge waiting to happen.
    this.#db.pragma('locking_mode = EXCLUSIVE')
    migrate(this.#db)
    this.#statements = prepare(this.#db)
    const last = this.#statements.lastEvent.get() as EventRow | undefined
    this.#head = last ? { seq: last.seq, hash: last.hash } : { seq: 0, hash: GENESIS }
    const setting = this.status().synchronous
    if (setting !== 'FULL') throw new Error(`synchronous is ${setting}, not FULL`)
  }

  append(entry: JournalEntry): Result<{ readonly seq: number }, Problem> {
    try {
      const next = this.#db.transaction(() => this.#write(entry))()
      this.#head = next
      this.#failure = undefined
      return ok({ seq: next.seq })
    } catch (cause) {
      this.#failure = describe(cause)
      return err(problem('journal.unavailable', { detail: this.#failure }))
    }
  }

  #write(entry: JournalEntry): { seq: number; hash: Buffer } {
    const seq = this.#head.seq + 1
    const body = JSON.stringify({ event: entry.event, after: entry.sales.map(summarize) })
    const hash = chain(this.#head.hash, { seq, atMs: entry.atMs, kind: entry.kind, body })
    const subject = entry.sales.at(-1)
    this.#statements.insertEvent.run({
      seq,
      at_ms: entry.atMs,
      kind: entry.kind,
      sale_id: subject?.id ?? (entry.event.saleId as string | undefined) ?? null,
      out_trade_no: (subject && lastAttempt(subject)?.outTradeNo) ?? null,
      body,
      hash,
    })
    for (const sale of entry.sales) this.#writeSale(sale, seq)
    if (entry.command) this.#statements.insertCommand.run({ ...entry.command, seq })
    return { seq, hash }
  }

  #writeSale(sale: Sale, seq: number): void {
    this.#statements.upsertSale.run({
      id: sale.id,
      seq,
      open: isClosed(sale) ? 0 : 1,
      body: encodeSale(sale),
    })
    const attempt = lastAttempt(sale)
    if (attempt?.phase === 'submitting') {
      // Fails on a number that was used before: the charge then never leaves.
      this.#statements.insertAttempt.run({
        out_trade_no: attempt.outTradeNo,
        sale_id: sale.id,
        seq,
      })
    }
  }

  openSales(): readonly Sale[] {
    return this.#statements.openSales.all().map((row) => decodeSale((row as { body: string }).body))
  }

  sale(id: string): Sale | undefined {
    const row = this.#statements.saleById.get(id) as { body: string } | undefined
    return row && decodeSale(row.body)
  }

  recentSales(limit: number, beforeId?: string): readonly Sale[] {
    const before = beforeId
      ? ((this.#statements.saleSeq.get(beforeId) as { seq: number } | undefined)?.seq ?? 0)
      : Number.MAX_SAFE_INTEGER
    const rows = this.#statements.recentSales.all(before, limit) as { body: string }[]
    return rows.map((row) => decodeSale(row.body))
  }

  command(clientId: string): CommandRecord | undefined {
    return this.#statements.commandById.get(clientId) as CommandRecord | undefined
  }

  rows(fromSeq: number, limit: number): readonly JournalRow[] {
    const rows = this.#statements.eventsFrom.all(fromSeq, limit) as EventRow[]
    return rows.map((row) => ({
      seq: row.seq,
      atMs: row.at_ms,
      kind: row.kind,
      saleId: row.sale_id,
      outTradeNo: row.out_trade_no,
      event: (JSON.parse(row.body) as { event: Record<string, unknown> }).event,
      hash: row.hash.toString('hex'),
    }))
  }

  /** Recomputes the chain; the answer names the first row that does not fit. */
  verify(): Result<{ readonly rows: number }, { readonly seq: number }> {
    let previous: Buffer = GENESIS
    let seq = 0
    for (const found of this.#statements.allEvents.iterate()) {
      const row = found as EventRow
      seq += 1
      const expected = chain(previous, { seq, atMs: row.at_ms, kind: row.kind, body: row.body })
      if (row.seq !== seq || !expected.equals(row.hash)) return err({ seq })
      previous = row.hash
    }
    return ok({ rows: seq })
  }

  status(): JournalStatus {
    const open = this.#statements.countOpen.get() as { n: number }
    const level = this.#db.pragma('synchronous', { simple: true }) as number
    return {
      state: this.#failure === undefined ? 'ok' : 'failing',
      rows: this.#head?.seq ?? 0,
      openSales: open.n,
      synchronous: SYNCHRONOUS[level] ?? String(level),
      ...(this.#failure === undefined ? {} : { detail: this.#failure }),
    }
  }

  close(): void {
    this.#db.close()
  }
}

function prepare(db: Database.Database) {
  return {
    lastEvent: db.prepare('SELECT * FROM event ORDER BY seq DESC LIMIT 1'),
    insertEvent: db.prepare(
      `INSERT INTO event (seq, at_ms, kind, sale_id, out_trade_no, body, hash)
       VALUES (@seq, @at_ms, @kind, @sale_id, @out_trade_no, @body, @hash)`,
    ),
    upsertSale: db.prepare(
      `INSERT INTO sale (id, seq, open, body) VALUES (@id, @seq, @open, @body)
       ON CONFLICT (id) DO UPDATE SET open = excluded.open, body = excluded.body`,
    ),
    insertAttempt: db.prepare(
      'INSERT INTO attempt (out_trade_no, sale_id, seq) VALUES (@out_trade_no, @sale_id, @seq)',
    ),
    insertCommand: db.prepare(
      'INSERT INTO command (client_id, digest, answer, seq) VALUES (@clientId, @digest, @answer, @seq)',
    ),
    openSales: db.prepare('SELECT body FROM sale WHERE open = 1 ORDER BY seq'),
    countOpen: db.prepare('SELECT count(*) AS n FROM sale WHERE open = 1'),
    saleById: db.prepare('SELECT body FROM sale WHERE id = ?'),
    saleSeq: db.prepare('SELECT seq FROM sale WHERE id = ?'),
    recentSales: db.prepare('SELECT body FROM sale WHERE seq < ? ORDER BY seq DESC LIMIT ?'),
    commandById: db.prepare(
      'SELECT client_id AS clientId, digest, answer FROM command WHERE client_id = ?',
    ),
    eventsFrom: db.prepare('SELECT * FROM event WHERE seq >= ? ORDER BY seq LIMIT ?'),
    allEvents: db.prepare('SELECT * FROM event ORDER BY seq'),
  }
}

function migrate(db: Database.Database): void {
  const version = db.pragma('user_version', { simple: true }) as number
  if (version > MIGRATIONS.length) {
    throw new Error(`the journal is of a newer version (${version}) than this program knows`)
  }
  for (const [index, script] of MIGRATIONS.entries()) {
    if (index < version) continue
    db.transaction(() => {
      db.exec(script)
      db.pragma(`user_version = ${index + 1}`)
    })()
  }
}

function chain(
  previous: Buffer,
  row: {
    readonly seq: number
    readonly atMs: number
    readonly kind: string
    readonly body: string
  },
): Buffer {
  const text = Buffer.concat([previous, Buffer.from(canonicalRow(row))])
  return digest('sha256', text, 'buffer')
}

function describe(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause)
}
