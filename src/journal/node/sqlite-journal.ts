import Database from 'better-sqlite3'
import { err, ok, type Result } from '../../base/result.ts'
import { type Problem, problem } from '../../domain/errors.ts'
import type { OnFilePoint } from '../../domain/file-points.ts'
import type { Sale } from '../../domain/sale.ts'
import type {
  Backup,
  CommandRecord,
  Flaw,
  JournalEntry,
  JournalFile,
  JournalRow,
  JournalStatus,
  MoneyTotal,
  Progress,
  Verified,
} from '../../ports/journal.ts'
import type { Signer } from '../../ports/signer.ts'
import { backUp } from './backup.ts'
import { CheckpointFile } from './checkpoint-file.ts'
import { type CheckpointParts, Checkpoints } from './checkpoints.ts'
import { HeadFile } from './head-file.ts'
import { checkTail, Damage, type EventRow, GENESIS, isDamage, journalProblem } from './integrity.ts'
import { baseOf, type Head, headOf, lastCheckpoint } from './marks.ts'
import { migrate, standIn } from './migrate.ts'
import { prepare, type Statements } from './statements.ts'
import { readSale, type SaleRow, storedRow } from './stored.ts'
import { type VerifySteps, verifySteps } from './verification.ts'
import { writeEntry } from './write-entry.ts'

/** `PRAGMA synchronous` as SQLite names it; FULL means that a commit survives a power cut. */
const SYNCHRONOUS: Readonly<Record<number, string>> = {
  0: 'OFF',
  1: 'NORMAL',
  2: 'FULL',
  3: 'EXTRA',
}

/** How long another user of the file is waited for, milliseconds. */
export const BUSY_MS = 2_000

/** Pages of the write-ahead log that are moved into the file at a time when nothing is going on. */
const LOG_PAGES = 1_000
/** Pages at which a commit moves them itself: a net under upkeep that was never called. */
const LOG_PAGES_MAX = 10_000

const NO_ROW: Head = { seq: 0, hash: GENESIS, atMs: 0 }

/** How a journal is opened. */
type JournalOptions = {
  /** Reads what can still be read of a damaged file, and takes nothing new. */
  readonly salvage?: boolean
  /** Signs checkpoints, and knows the terminal's own again. Without it none is made or checked. */
  readonly signer?: Signer | undefined
  /** Path of the file beside the journal that has the checkpoints once more. */
  readonly checkpointFile?: string | undefined
  /** Path of the file beside the journal that says how far it is. */
  readonly headFile?: string | undefined
  /** Told of the work on files, so that a test can end the program there. */
  readonly onPoint?: OnFilePoint | undefined
}

/**
 * Opens the journal at `path`, making or migrating it.
 *
 * @param path a file name, or `:memory:` in tests
 * @returns the journal, or, with the reason in `detail`, `journal.damaged`, `journal.in_use` or
 * `journal.unavailable`
 */
export function openJournal(
  path: string,
  options: JournalOptions = {},
): Result<JournalFile, Problem> {
  try {
    return ok(new SqliteJournal(path, options))
  } catch (cause) {
    return err(journalProblem(cause))
  }
}

class SqliteJournal implements JournalFile {
  readonly #db: Database.Database
  readonly #statements: Statements
  readonly #parts: CheckpointParts
  readonly #checkpoints: Checkpoints
  #head: Head
  /** Whether a step was written since the opening. */
  #wrote = false
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
      this.#parts = { statements: this.#statements, ...signing(options) }
      const signed = this.#read(undefined, () => lastCheckpoint(this.#statements))
      this.#checkpoints = new Checkpoints(this.#parts, signed)
      this.#head = this.#read(NO_ROW, () => headOf(this.#statements))
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
    this.#db.pragma(`wal_autocheckpoint = ${LOG_PAGES_MAX}`)
    if (this.#salvage) standIn(this.#db)
    else migrate(this.#db)
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
    const base = baseOf(this.#statements)
    checkTail(eventsDown.iterate() as Iterable<EventRow>, open, base)
    this.#checkpoints.check(this.#head, base)
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
      const next = this.#db.transaction(() => writeEntry(this.#statements, this.#head, entry))()
      this.#head = next
      this.#wrote = true
      this.#checkpoints.wrote(entry.kind)
      this.#failure = undefined
      return ok({ seq: next.seq })
    } catch (cause) {
      this.#failure = isDamage(cause) ? this.#damaged(cause) : unwritable(cause)
      return err(this.#failure)
    }
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

  verify(onProgress?: (progress: Progress) => void): Result<Verified, Flaw> {
    const steps = this.verifySteps()
    for (;;) {
      const { done, value } = steps.next()
      if (done) return value
      onProgress?.(value)
    }
  }

  /** {@link verify}, one page of rows at each step. */
  verifySteps(): VerifySteps {
    const onDamage = (cause: unknown) => this.#damaged(cause)
    return verifySteps({ ...this.#parts, headSeq: this.#head.seq, onDamage })
  }

  upkeepDue(atMs: number): boolean {
    if (this.#damage) return false
    try {
      return this.#checkpoints.isDue(this.#head, atMs) || this.#logPages() >= LOG_PAGES
    } catch (cause) {
      if (isDamage(cause)) this.#damaged(cause)
      return false
    }
  }

  upkeep(atMs: number): void {
    if (this.#damage) return
    try {
      if (this.#checkpoints.isDue(this.#head, atMs)) this.#checkpoints.sign(this.#head)
      if (this.#logPages() >= LOG_PAGES) this.#db.pragma('wal_checkpoint(PASSIVE)')
    } catch (cause) {
      // What was not signed or moved now is due again at the next call.
      if (isDamage(cause)) this.#damaged(cause)
    }
  }

  noteHead(): void {
    if (this.#damage || !this.#db.open) return
    try {
      this.#checkpoints.noteHead(this.#head)
    } catch {
      // The rows are on the disk; that they are is told at the next call.
    }
  }

  /** Pages of the write-ahead log that are not in the file yet. */
  #logPages(): number {
    const [log] = this.#db.pragma('wal_checkpoint(NOOP)') as { log: number; checkpointed: number }[]
    return log ? log.log - log.checkpointed : 0
  }

  async backup(
    path: string,
    onProgress?: (progress: Progress) => void,
  ): Promise<Result<Backup, Problem>> {
    if (this.#damage) return err(this.#damage)
    const { signer, onPoint } = this.#parts
    const open = (copy: string) => new SqliteJournal(copy, { signer })
    try {
      this.#checkpoints.sign(this.#head)
      return ok(await backUp(path, { db: this.#db, open, onProgress, onPoint }))
    } catch (cause) {
      return err(journalProblem(cause))
    }
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

  /** Signs the newest row, when one was written, so that a start can tell whether it is still there. */
  close(): void {
    if (this.#db.open && this.#wrote && !this.#damage) this.#signLast()
    this.#parts.headFile?.close()
    this.#db.close()
  }

  #signLast(): void {
    try {
      this.#checkpoints.sign(this.#head)
    } catch {
      // A full disk keeps no terminal from stopping; the rows themselves are on it.
    }
  }
}

function signing(options: JournalOptions): Omit<CheckpointParts, 'statements'> {
  const { signer, checkpointFile, headFile, onPoint } = options
  return {
    signer,
    file: checkpointFile ? new CheckpointFile(checkpointFile) : undefined,
    headFile: headFile ? new HeadFile(headFile) : undefined,
    onPoint,
  }
}

/** A step that could not be written is refused whatever the reason; the next may be taken again. */
function unwritable(cause: unknown): Problem {
  return problem('journal.unavailable', { detail: describe(cause) })
}

function describe(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause)
}
