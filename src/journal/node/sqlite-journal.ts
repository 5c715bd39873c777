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
  MoneyTotal,
} from '../../ports/journal.ts'
import { BEGIN } from '../migrations/0001-begin.ts'
import { MONEY } from '../migrations/0002-money.ts'
import { moneyOf } from '../money.ts'
import { decodeSale, encodeSale, summarize } from '../row.ts'
import {
  chain,
  checkTail,
  Damage,
  type EventRow,
  fits,
  GENESIS,
  isDamage,
  journalProblem,
} from './integrity.ts'

/** The step that makes an attempt; every later one finds its number taken, by itself. */
const MAKES_AN_ATTEMPT = 'code_scanned'

const MIGRATIONS: readonly string[] = [BEGIN, MONEY]

/** `PRAGMA synchronous` as SQLite names it; FULL means that a commit survives a power cut. */
const SYNCHRONOUS: Readonly<Record<number, string>> = {
  0: 'OFF',
  1: 'NORMAL',
  2: 'FULL',
  3: 'EXTRA',
}

/** How long another user of the file is waited for, milliseconds. */
const BUSY_MS = 2_000

type SaleRow = { readonly body: string }

/** How a journal is opened. */
type JournalOptions = {
  /** Reads what can still be read of a damaged file, and takes nothing new. */
  readonly salvage?: boolean
}

/**
 * Opens the journal at `path`, making or migrating it.
 *
 * @param path a file name, or `:memory:` in tests
 * @returns the journal, or, with the reason in `detail`, `journal.damaged`, `journal.in_use` or
 * `journal.unavailable`
 */
export function openJournal(path: string, options: JournalOptions = {}): Result<Journal, Problem> {
  try {
    return ok(new SqliteJournal(path, options))
  } catch (cause) {
    return err(journalProblem(cause))
  }
}

class SqliteJournal implements Journal {
  readonly #db: Database.Database
  readonly #statements: ReturnType<typeof prepare>
  #head: { seq: number; hash: Buffer }
  /** Why the last step could not be written. */
  #failure: Problem | undefined
  /** What was found damaged. Stays: nothing is written after it. */
  #damage: Problem | undefined

  readonly #salvage: boolean

  constructor(path: string, options: JournalOptions) {
    this.#salvage = options.salvage === true
    this.#db = new Database(path, { timeout: BUSY_MS })
    try {
      if (this.#salvage) this.#ignoreDamage()
      this.#open()
      this.#statements = prepare(this.#db)
      const { lastEvent } = this.#statements
      const last = this.#read(undefined, () => lastEvent.get() as EventRow | undefined)
      this.#head = last ? { seq: last.seq, hash: last.hash } : { seq: 0, hash: GENESIS }
      if (!this.#salvage) this.#check()
    } catch (cause) {
      this.#db.close()
      throw cause
    }
  }

  #open(): void {
    this.#db.pragma('journal_mode = WAL')
    this.#db.pragma('synchronous = FULL')
    this.#db.pragma('foreign_keys = ON')
    // One writer: a second terminal on the same journal would be a second charge waiting to happen.
    this.#db.pragma('locking_mode = EXCLUSIVE')
    migrate(this.#db)
  }

  /** SQLite then reads a file that is shorter than it says of itself. Nothing is written to it. */
  #ignoreDamage(): void {
    this.#damaged(new Damage('opened to read what is left'))
    this.#db.unsafeMode(true)
    this.#db.pragma('writable_schema = ON')
  }

  #check(): void {
    if (this.#damage) throw new Damage(this.#damage.detail)
    const { openSales, eventsDown } = this.#statements
    const open = (openSales.all() as SaleRow[]).map(readSale)
    checkTail(eventsDown.iterate() as Iterable<EventRow>, open)
    const setting = this.status().synchronous
    if (setting !== 'FULL') throw new Error(`synchronous is ${setting}, not FULL`)
  }

  #damaged(cause: unknown): Problem {
    this.#damage ??= journalProblem(cause)
    return this.#damage
  }

  /** Reads; from a damaged file gives `otherwise`, and no money is taken from then on. */
  #read<Value>(otherwise: Value, read: () => Value): Value {
    try {
      return read()
    } catch (cause) {
      if (!isDamage(cause)) throw cause
      this.#damaged(cause)
      return otherwise
    }
  }

  /** The sales that can be read of `rows`. */
  #sales(rows: () => Iterable<unknown>): readonly Sale[] {
    const sales: Sale[] = []
    this.#read(undefined, () => {
      for (const row of rows()) {
        const sale = this.#read(undefined, () => readSale(row as SaleRow))
        if (sale) sales.push(sale)
      }
    })
    return sales
  }

  append(entry: JournalEntry): Result<{ readonly seq: number }, Problem> {
    if (this.#damage) return err(this.#damage)
    try {
      const next = this.#db.transaction(() => this.#write(entry))()
      this.#head = next
      this.#failure = undefined
      return ok({ seq: next.seq })
    } catch (cause) {
      this.#failure = isDamage(cause) ? this.#damaged(cause) : unwritable(cause)
      return err(this.#failure)
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
    for (const row of entry.sales.flatMap(moneyOf)) {
      this.#statements.insertMoney.run({ ...row, seq })
    }
    if (entry.kind === MAKES_AN_ATTEMPT) this.#claimNumber(entry.sales.at(-1), seq)
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
  }

  /** Fails on a number that was used before: the charge then never leaves. */
  #claimNumber(sale: Sale | undefined, seq: number): void {
    const attempt = sale && lastAttempt(sale)
    if (!attempt) return
    const { outTradeNo } = attempt
    this.#statements.insertAttempt.run({ out_trade_no: outTradeNo, sale_id: sale.id, seq })
  }

  openSales(): readonly Sale[] {
    return this.#sales(() => this.#statements.openSales.iterate())
  }

  sale(id: string): Sale | undefined {
    return this.#sales(() => this.#statements.saleById.iterate(id))[0]
  }

  recentSales(limit: number, beforeId?: string): readonly Sale[] {
    if (this.#salvage) return this.#readableSales().slice(0, limit)
    const { saleSeq, recentSales } = this.#statements
    return this.#sales(() => {
      const before = beforeId
        ? ((saleSeq.get(beforeId) as { seq: number } | undefined)?.seq ?? 0)
        : Number.MAX_SAFE_INTEGER
      return recentSales.iterate(before, limit)
    })
  }

  /** All sales on pages that can be reached from either end of the table, newest first. */
  #readableSales(): readonly Sale[] {
    const { salesUp, salesDown } = this.#statements
    const found = [salesUp, salesDown].flatMap((rows) => this.#sales(() => rows.iterate()))
    const byId = new Map(found.map((sale) => [sale.id, sale]))
    return [...byId.values()].toSorted((one, other) => other.createdAtMs - one.createdAtMs)
  }

  command(clientId: string): CommandRecord | undefined {
    return this.#read(
      undefined,
      () => this.#statements.commandById.get(clientId) as CommandRecord | undefined,
    )
  }

  rows(fromSeq: number, limit: number): readonly JournalRow[] {
    const rows = this.#statements.eventsFrom.all(fromSeq, limit) as EventRow[]
    return rows.map(storedRow)
  }

  lastRow(kind: string): JournalRow | undefined {
    const row = this.#statements.lastOfKind.get(kind) as EventRow | undefined
    return row && storedRow(row)
  }

  money(afterSeq: number, toSeq: number): readonly MoneyTotal[] {
    return this.#statements.money.all(afterSeq, toSeq) as MoneyTotal[]
  }

  /** Recomputes the chain; the answer names the first row that does not fit. */
  verify(): Result<{ readonly rows: number }, { readonly seq: number }> {
    let previous: Buffer = GENESIS
    let seq = 0
    const whole = this.#read(false, () => {
      for (const found of this.#statements.allEvents.iterate()) {
        const row = found as EventRow
        if (row.seq !== seq + 1 || !fits(previous, row)) return false
        seq += 1
        previous = row.hash
      }
      return true
    })
    return whole ? ok({ rows: seq }) : err({ seq: seq + 1 })
  }

  status(): JournalStatus {
    const openSales = this.#read(0, () => (this.#statements.countOpen.get() as { n: number }).n)
    const level = this.#db.pragma('synchronous', { simple: true }) as number
    const failure = this.#damage ?? this.#failure
    return {
      state: failure === undefined ? 'ok' : 'failing',
      rows: this.#head.seq,
      openSales,
      synchronous: SYNCHRONOUS[level] ?? String(level),
      ...(failure === undefined ? {} : { code: failure.code }),
      ...(failure?.detail === undefined ? {} : { detail: failure.detail }),
    }
  }

  close(): void {
    this.#db.close()
  }
}

function prepare(db: Database.Database) {
  return {
    lastEvent: db.prepare('SELECT * FROM event ORDER BY seq DESC LIMIT 1'),
    eventsDown: db.prepare('SELECT * FROM event ORDER BY seq DESC'),
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
    insertMoney: db.prepare(
      `INSERT OR IGNORE INTO money (kind, number, seq, sale_id, amount_fen, interface, operator)
       VALUES (@kind, @number, @seq, @saleId, @amountFen, @interface, @operator)`,
    ),
    money: db.prepare(
      `SELECT kind, interface, operator, count(*) AS count, sum(amount_fen) AS amountFen
       FROM money WHERE seq > ? AND seq <= ?
       GROUP BY kind, interface, operator ORDER BY kind, interface, operator`,
    ),
    lastOfKind: db.prepare('SELECT * FROM event WHERE kind = ? ORDER BY seq DESC LIMIT 1'),
    openSales: db.prepare('SELECT body FROM sale WHERE open = 1 ORDER BY seq'),
    countOpen: db.prepare('SELECT count(*) AS n FROM sale WHERE open = 1'),
    salesUp: db.prepare('SELECT body FROM sale ORDER BY rowid'),
    salesDown: db.prepare('SELECT body FROM sale ORDER BY rowid DESC'),
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

function storedRow(row: EventRow): JournalRow {
  return {
    seq: row.seq,
    atMs: row.at_ms,
    kind: row.kind,
    saleId: row.sale_id,
    outTradeNo: row.out_trade_no,
    event: (JSON.parse(row.body) as { event: Record<string, unknown> }).event,
    hash: row.hash.toString('hex'),
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

function readSale(row: SaleRow): Sale {
  try {
    return decodeSale(row.body)
  } catch (cause) {
    throw new Damage(`a sale cannot be read: ${describe(cause)}`, { cause })
  }
}

/** A step that could not be written is refused whatever the reason; the next may be taken again. */
function unwritable(cause: unknown): Problem {
  return problem('journal.unavailable', { detail: describe(cause) })
}

function describe(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause)
}
