import { statSync } from 'node:fs'
import Database from 'better-sqlite3'
import { invariant } from '../../base/invariant.ts'
import { err, ok, type Result } from '../../base/result.ts'
import { type Problem, problem } from '../../domain/errors.ts'
import { atFilePoints, type OnFilePoint } from '../../domain/file-points.ts'
import type { Progress } from '../../ports/journal.ts'
import type { Signer } from '../../ports/signer.ts'
import { CheckpointFile } from './checkpoint-file.ts'
import { journalProblem } from './integrity.ts'
import { type MarkRow, markRow, signMark } from './marks.ts'
import { BUSY_MS, openJournal } from './sqlite-journal.ts'

/** A payment can be refunded for a year; what a refund needs stays for at least this long. */
export const KEEP_DAYS_MIN = 400
const DAY_MS = 86_400_000

/** What is dropped, and in whose name. */
export type CompactWish = {
  readonly signer: Signer
  readonly checkpointFile: string
  readonly headFile?: string | undefined
  /** Nothing younger goes; at least {@link KEEP_DAYS_MIN}. */
  readonly keepDays: number
  /** Now, Unix milliseconds. */
  readonly nowMs: number
  readonly onProgress?: ((progress: Progress) => void) | undefined
  readonly onPoint?: OnFilePoint | undefined
}

/** What a compaction did. */
export type Compacted = {
  readonly droppedRows: number
  readonly droppedSales: number
  /** The first row that is left. */
  readonly fromSeq: number
  readonly bytesBefore: number
  readonly bytesAfter: number
}

/**
 * Drops the oldest rows of a journal that no terminal has open, and the closed sales, order numbers,
 * money and commands that only they speak of; the chain then begins at a signed cut. All of it
 * happens in one transaction, and only to a journal that is whole.
 *
 * @returns what was dropped, which may be nothing; `journal.damaged`, `journal.in_use` or
 * `journal.unavailable` with the reason
 */
export function compactJournal(path: string, wish: CompactWish): Result<Compacted, Problem> {
  const { keepDays } = wish
  invariant(Number.isInteger(keepDays) && keepDays >= KEEP_DAYS_MIN, 'fewer days than are kept')
  const before = check(path, wish)
  if (!before.ok) return before
  const bytesBefore = statSync(path).size
  const dropped = drop(path, wish)
  if (!dropped.ok) return dropped
  const after = check(path, wish)
  if (!after.ok) return after
  const { fromSeq } = after.value
  return ok({ ...dropped.value, fromSeq, bytesBefore, bytesAfter: statSync(path).size })
}

function check(path: string, wish: CompactWish): Result<{ readonly fromSeq: number }, Problem> {
  const { signer, checkpointFile, headFile, onProgress } = wish
  const opened = openJournal(path, { signer, checkpointFile, headFile })
  if (!opened.ok) return opened
  const verified = opened.value.verify(onProgress)
  opened.value.close()
  if (verified.ok) return verified
  const { seq, detail } = verified.error
  return err(problem('journal.damaged', { detail: `row ${seq}: ${detail}` }))
}

type Dropped = Pick<Compacted, 'droppedRows' | 'droppedSales'>

function drop(path: string, wish: CompactWish): Result<Dropped, Problem> {
  const { onPoint, checkpointFile } = wish
  let db: Database.Database | undefined
  try {
    const opened = new Database(path, { fileMustExist: true, timeout: BUSY_MS })
    db = opened
    opened.pragma('locking_mode = EXCLUSIVE')
    opened.pragma('synchronous = FULL')
    const { cutSeq, ...dropped } = atFilePoints(onPoint, 'cut_rows', () => dropRows(opened, wish))
    atFilePoints(onPoint, 'cut_lines', () => new CheckpointFile(checkpointFile).dropUpTo(cutSeq))
    atFilePoints(onPoint, 'cut_room', () => {
      // Gives back the room of this cut, or of one that was interrupted after its rows were gone.
      if (opened.pragma('freelist_count', { simple: true }) !== 0) opened.exec('VACUUM')
    })
    atFilePoints(onPoint, 'cut_log', () => opened.pragma('wal_checkpoint(TRUNCATE)'))
    return ok(dropped)
  } catch (cause) {
    return err(journalProblem(cause))
  } finally {
    db?.close()
  }
}

function dropRows(db: Database.Database, wish: CompactWish): Dropped & { cutSeq: number } {
  return db.transaction(() => {
    const last = cutPlace(db, wish.nowMs - wish.keepDays * DAY_MS)
    if (!last) return { droppedRows: 0, droppedSales: 0, cutSeq: 0 }
    const { seq, hash } = last
    const cut = signMark(wish.signer, 'cut', { seq, hash, atMs: wish.nowMs })
    db.prepare('INSERT INTO cut VALUES (@seq, @hash, @at_ms, @key_id, @signature)').run(
      markRow(cut),
    )
    findDropped(db, seq)
    const droppedSales = db.prepare('DELETE FROM sale WHERE id IN dropped').run().changes
    db.prepare('DELETE FROM attempt WHERE sale_id IN dropped').run()
    db.prepare('DELETE FROM money WHERE sale_id IN dropped').run()
    db.prepare('DELETE FROM command WHERE seq <= ?').run(seq)
    db.prepare('DELETE FROM checkpoint WHERE seq <= ?').run(seq)
    const droppedRows = db.prepare('DELETE FROM event WHERE seq <= ?').run(seq).changes
    db.exec('DROP TABLE temp.dropped')
    return { droppedRows, droppedSales, cutSeq: seq }
  })()
}

/**
 * The newest checkpoint below everything that must stay: the first row that is young enough, the
 * first row of a sale that is still open, the row the present shift is counted from, and the row that
 * says what is paused, as long as something is: without it the terminal would take money by it again.
 */
function cutPlace(db: Database.Database, youngFromMs: number): MarkRow | undefined {
  return db
    .prepare(
      `SELECT * FROM checkpoint WHERE seq < min(
         (SELECT coalesce(min(seq), 9e15) FROM event WHERE at_ms >= @youngFromMs),
         (SELECT coalesce(min(seq), 9e15) FROM sale WHERE open = 1),
         (SELECT coalesce(max(seq), 9e15) FROM event WHERE kind = 'shift_closed'),
         (SELECT coalesce(max(seq), 9e15) FROM
           (SELECT seq, body FROM event WHERE kind = 'interface_pauses' ORDER BY seq DESC LIMIT 1)
           WHERE json_array_length(body, '$.event.pauses') > 0))
       ORDER BY seq DESC LIMIT 1`,
    )
    .get({ youngFromMs }) as MarkRow | undefined
}

/** Sales that began by the cut and that no row after it speaks of. */
function findDropped(db: Database.Database, cutSeq: number): void {
  db.exec('CREATE TEMP TABLE dropped (id TEXT PRIMARY KEY) WITHOUT ROWID')
  db.prepare(
    `INSERT INTO dropped SELECT id FROM sale WHERE open = 0 AND seq <= @cutSeq AND id NOT IN (
       SELECT changed.value ->> 0 FROM event, json_each(event.body, '$.after') AS changed
       WHERE event.seq > @cutSeq)`,
  ).run({ cutSeq })
}
