import { existsSync, renameSync } from 'node:fs'
import { dirname } from 'node:path'
import Database from 'better-sqlite3'
import { err, ok, type Result } from '../../base/result.ts'
import { type Problem, problem } from '../../domain/errors.ts'
import { atFilePoints, type OnFilePoint } from '../../domain/file-points.ts'
import type { Progress, Seam } from '../../ports/journal.ts'
import type { Signer } from '../../ports/signer.ts'
import { type MarkKind, type SignedMark, signedBytes } from '../checkpoint.ts'
import { JOURNAL_ACCEPTED, readSeam } from '../seam.ts'
import { syncFile } from './backup.ts'
import { CheckpointFile } from './checkpoint-file.ts'
import { HeadFile } from './head-file.ts'
import { Damage, type EventRow, journalProblem } from './integrity.ts'
import { baseOf, headOf, isSigned, type MarkRow, markOf, markRow, signMark } from './marks.ts'
import { allSeams, isFormer } from './seams.ts'
import { BUSY_MS, openJournal } from './sqlite-journal.ts'
import { prepare, type Statements } from './statements.ts'
import { writeEntry } from './write-entry.ts'

/** Who accepts, and what is known of what was. */
export type AcceptWish = {
  /** The key from now on. */
  readonly signer: Signer
  /** Knows signatures of keys that are gone, as far as their public parts are left. */
  readonly former: Pick<Signer, 'verify'>
  readonly checkpointFile: string
  readonly headFile: string
  readonly operator: string
  readonly reason: string
  /** Now, Unix milliseconds. */
  readonly nowMs: number
  /** Whether a terminal has run here: a journal without a row is then one that was lost. */
  readonly wasUsed: boolean
  readonly onProgress?: ((progress: Progress) => void) | undefined
  readonly onPoint?: OnFilePoint | undefined
}

/** What stands in the way of a journal that is whole in itself. */
type Obstacle = {
  readonly formerKeys: readonly string[]
  readonly missingFrom?: number
  readonly missingTo?: number
}

/**
 * Lets a journal be used that is whole but lacks rows which were written after it, or was signed by a key
 * that is gone: an older copy, a restored backup, a terminal with a new key. A row says who accepted
 * what, it is signed in the same transaction, and only then is put aside what told of the missing rows.
 *
 * @returns the seam; undefined when nothing stood in the way; `journal.damaged` for a journal that is not
 * whole, `journal.in_use` or `journal.unavailable`
 */
export function acceptJournal(path: string, wish: AcceptWish): Result<Seam | undefined, Problem> {
  const whole = checkWhole(path, wish)
  if (!whole.ok) return whole
  let db: Database.Database | undefined
  try {
    db = new Database(path, { fileMustExist: true, timeout: BUSY_MS })
    db.pragma('locking_mode = EXCLUSIVE')
    db.pragma('synchronous = FULL')
    return ok(accept(db, wish))
  } catch (cause) {
    return err(journalProblem(cause))
  } finally {
    db?.close()
  }
}

/** By itself: neither its key nor the files beside it are asked. Makes one where there is none. */
function checkWhole(path: string, { onProgress }: AcceptWish): Result<undefined, Problem> {
  const opened = openJournal(path)
  if (!opened.ok) return opened
  const verified = opened.value.verify(onProgress)
  opened.value.close()
  if (verified.ok) return ok(undefined)
  const { seq, detail } = verified.error
  return err(problem('journal.damaged', { detail: `row ${seq}: ${detail}` }))
}

function accept(db: Database.Database, wish: AcceptWish): Seam | undefined {
  const statements = prepare(db)
  const obstacle = obstacleOf(statements, wish)
  if (!obstacle) return undefined
  const { onPoint } = wish
  // What was begun and cut off is ended: its row is there, and the files are not put aside yet.
  const seam =
    begunSeam(statements, wish, obstacle) ??
    atFilePoints(onPoint, 'accept_row', () => writeSeam(db, { statements, wish, obstacle }))
  const aside = `.before-${seam.seq}`
  atFilePoints(onPoint, 'accept_lines', () => putAside(wish.checkpointFile, aside))
  atFilePoints(onPoint, 'accept_head', () => putAside(wish.headFile, aside))
  return seam
}

function obstacleOf(statements: Statements, wish: AcceptWish): Obstacle | undefined {
  const formerKeys = formerKeysOf(statements, wish.signer)
  const missing = missingRows(statements, wish)
  const isLost = wish.wasUsed && headOf(statements).seq === 0
  if (formerKeys.length === 0 && missing === undefined && !isLost) return undefined
  return { formerKeys, ...missing }
}

/** Keys of marks that are neither this one nor accepted before. Throws for a signature that is forged. */
function formerKeysOf(statements: Statements, signer: Signer): readonly string[] {
  const seams = allSeams(statements)
  const marks: readonly (readonly [MarkKind, readonly MarkRow[]])[] = [
    ['checkpoint', statements.checkpoints.all() as MarkRow[]],
    ['cut', statements.cuts.all() as MarkRow[]],
  ]
  const keys = new Set<string>()
  for (const [kind, rows] of marks) {
    for (const mark of rows.map(markOf)) {
      if (mark.keyId !== signer.keyId && !isFormer(seams, mark)) keys.add(mark.keyId)
      if (mark.keyId === signer.keyId && !isSigned(signer, kind, mark)) {
        throw new Damage(`the ${kind} at row ${mark.seq} has a signature that is not its own`)
      }
    }
  }
  return [...keys].toSorted()
}

/** Rows that the files beside the journal know and it has not, or has otherwise. */
function missingRows(
  statements: Statements,
  wish: AcceptWish,
): { readonly missingFrom: number; readonly missingTo: number } | undefined {
  const head = headOf(statements)
  const base = baseOf(statements)
  let agreedSeq = base.seq
  let missingTo = 0
  for (const mark of toldBeside(wish)) {
    if (mark.seq <= base.seq) continue
    const row = statements.eventBySeq.get(mark.seq) as EventRow | undefined
    if (row?.hash.toString('hex') === mark.hash) agreedSeq = Math.max(agreedSeq, mark.seq)
    else missingTo = Math.max(missingTo, mark.seq)
  }
  if (missingTo === 0) return undefined
  // Where the two parted is not known below the last row that both have.
  const missingFrom = missingTo > head.seq ? head.seq + 1 : agreedSeq + 1
  return { missingFrom: Math.min(missingFrom, missingTo), missingTo }
}

function* toldBeside(wish: AcceptWish): Generator<SignedMark> {
  const isOurs = (kind: MarkKind, mark: SignedMark) =>
    isSigned(wish.signer, kind, mark) ||
    wish.former.verify(mark.keyId, signedBytes(kind, mark), mark.signature)
  for (const line of new CheckpointFile(wish.checkpointFile).lines()) {
    if (line && isOurs('checkpoint', line)) yield line
  }
  const reached = new HeadFile(wish.headFile).newest((mark) => isOurs('head', mark))
  if (reached) yield reached
}

function begunSeam(
  statements: Statements,
  { signer }: AcceptWish,
  { formerKeys, missingTo }: Obstacle,
): Seam | undefined {
  const last = allSeams(statements).at(-1)
  const isNewest = last !== undefined && last.seq === headOf(statements).seq
  const isSame = isNewest && last.keyId === signer.keyId && formerKeys.length === 0
  return isSame && missingTo !== undefined && missingTo === last.missingTo ? last : undefined
}

function writeSeam(
  db: Database.Database,
  parts: {
    readonly statements: Statements
    readonly wish: AcceptWish
    readonly obstacle: Obstacle
  },
): Seam {
  const { statements, wish, obstacle } = parts
  const { operator, reason, nowMs: atMs, signer } = wish
  const event = { operator, reason, keyId: signer.keyId, ...obstacle }
  const seq = db.transaction(() => {
    const entry = { atMs, kind: JOURNAL_ACCEPTED, event, sales: [] }
    const head = writeEntry(statements, headOf(statements), entry)
    statements.insertCheckpoint.run(markRow(signMark(signer, 'checkpoint', head)))
    return head.seq
  })()
  const seam = readSeam(seq, atMs, event)
  if (!seam) throw new Error('a seam that cannot be read')
  return seam
}

/** Nothing is thrown away: it may be all that is left of what is missing. */
function putAside(path: string, ending: string): void {
  if (!existsSync(path)) return
  renameSync(path, `${path}${ending}`)
  if (process.platform !== 'win32') syncFile(dirname(path), 'r')
}
