import { err, ok, type Result } from '../../base/result.ts'
import type { Flaw, Progress, Seam, Verified } from '../../ports/journal.ts'
import type { SignedMark } from '../checkpoint.ts'
import type { CheckpointParts } from './checkpoints.ts'
import { type Base, type EventRow, fits, isDamage } from './integrity.ts'
import { baseOf, isSigned, type MarkRow, markOf } from './marks.ts'
import { SalesCheck } from './sales-check.ts'
import { isFormer, seamsOf } from './seams.ts'

/** Rows between two pauses: what is in memory at a time is one row and the signatures among these. */
const PAGE_ROWS = 200

/** A check that can be interrupted after every page. */
export type VerifySteps = Generator<Progress, Result<Verified, Flaw>>

type Whole = CheckpointParts & {
  /** Number of the newest row. */
  readonly headSeq: number
  /** Told of what SQLite could not read. */
  readonly onDamage: (cause: unknown) => void
}

/** Recomputes the chain from its begin, and holds every signed row and every sale against it. */
export function* verifySteps(whole: Whole): VerifySteps {
  const begin = readSafely(whole, 0, () => readBegin(whole))
  if (!begin.ok) return begin
  const { base, seams } = begin.value
  let { seq, hash } = base
  let checkpoints = 0
  const file = new Noted(whole, base.seq)
  const sales = new SalesCheck({ ...whole, base })
  for (;;) {
    const from = { seq, hash }
    const page = readSafely(whole, seq, (at) => readPage(whole, { from, file, sales, seams, at }))
    if (!page.ok) return page
    checkpoints += page.value.checkpoints
    if (page.value.seq === seq) break
    ;({ seq, hash } = page.value)
    yield { done: seq - base.seq, total: whole.headSeq - base.seq }
  }
  const beyond = readSafely(whole, seq, () => ok(beyondTheEnd(whole, seq) ?? file.next()))
  if (!beyond.ok) return beyond
  if (beyond.value)
    return flaw(seq + 1, `it is missing: rows up to ${beyond.value.seq} were written`)
  const wrongSale = sales.flawAt(seq)
  if (wrongSale) return err(wrongSale)
  const { signer } = whole
  const key = signer ? { keyId: signer.keyId } : {}
  return ok({ rows: seq - base.seq, fromSeq: base.seq + 1, checkpoints, ...key, seams })
}

/** What SQLite cannot read is a flaw of the row after the last that was read. */
function readSafely<Value>(
  whole: Whole,
  seq: number,
  read: (at: { seq: number }) => Result<Value, Flaw>,
): Result<Value, Flaw> {
  const at = { seq }
  try {
    return read(at)
  } catch (cause) {
    if (!isDamage(cause)) throw cause
    whole.onDamage(cause)
    return flaw(at.seq + 1, cause instanceof Error ? cause.message : String(cause))
  }
}

type Begin = { readonly base: Base; readonly seams: readonly Seam[] }

function readBegin(whole: Whole): Result<Begin, Flaw> {
  const { statements, signer } = whole
  const base = baseOf(statements)
  // Rows that cannot be read are named when their turn comes.
  const read = readSafely(whole, 0, () => ok(signer ? seamsOf(statements, signer) : []))
  const seams = read.ok ? read.value : []
  const cut = statements.newestCut.get() as MarkRow | undefined
  const isOurs = !signer || !cut || isSigned(signer, 'cut', markOf(cut))
  if (cut && !isOurs && !isFormer(seams, markOf(cut))) return flaw(cut.seq, unsignedText('cut'))
  const first = statements.firstSeq.get() as { readonly seq: number } | undefined
  if (!first || first.seq > base.seq) return ok({ base, seams })
  return flaw(first.seq, 'it is older than the begin of the chain')
}

/** The lines of the file beside the journal, in step with the rows. */
class Noted {
  readonly #lines: Iterator<SignedMark | undefined>
  readonly #isGood: (line: SignedMark) => boolean
  #next: SignedMark | undefined

  constructor({ file, signer }: Whole, baseSeq: number) {
    this.#lines = (file?.lines() ?? [])[Symbol.iterator]()
    // A line somebody else wrote, or one of a dropped row, says nothing about the rows that are left.
    this.#isGood = (line) =>
      line.seq > baseSeq && signer !== undefined && isSigned(signer, 'checkpoint', line)
    this.#advance()
  }

  /** The line that is due next. */
  next(): SignedMark | undefined {
    return this.#next
  }

  /** Whether what was noted of a row, if anything, is what the row is. */
  agrees(row: EventRow): boolean {
    let agrees = true
    while (this.#next && this.#next.seq <= row.seq) {
      if (this.#next.seq === row.seq && this.#next.hash !== row.hash.toString('hex')) agrees = false
      this.#advance()
    }
    return agrees
  }

  #advance(): void {
    for (;;) {
      const { value, done } = this.#lines.next()
      this.#next = done ? undefined : value
      if (done || (value && this.#isGood(value))) return
    }
  }
}

type Page = { readonly seq: number; readonly hash: Buffer; readonly checkpoints: number }
type Place = Pick<Page, 'seq' | 'hash'>

function readPage(
  whole: Whole,
  page: {
    readonly from: Place
    readonly file: Noted
    readonly sales: SalesCheck
    readonly seams: readonly Seam[]
    readonly at: { seq: number }
  },
): Result<Page, Flaw> {
  const { from, file, sales, seams, at } = page
  let { seq, hash } = from
  const signed = signedBetween(whole, seq)
  for (const found of whole.statements.eventsFrom.iterate(seq + 1, PAGE_ROWS)) {
    const row = found as EventRow
    const wrong = flawOf(whole, row, {
      previous: { seq, hash },
      signed: signed.get(row.seq),
      seams,
    })
    if (wrong !== undefined) return flaw(seq + 1, wrong)
    if (!file.agrees(row)) return flaw(row.seq, 'it is not the row that was signed')
    ;({ seq, hash } = row)
    at.seq = seq
    sales.see(row)
  }
  const checkpoints = [...signed.keys()].filter((signedSeq) => signedSeq <= seq).length
  return ok({ seq, hash, checkpoints })
}

function signedBetween({ statements }: Whole, seq: number): Map<number, SignedMark> {
  const rows = statements.checkpointsBetween.all(seq, seq + PAGE_ROWS) as MarkRow[]
  return new Map(rows.map((row) => [row.seq, markOf(row)]))
}

function flawOf(
  { signer }: Whole,
  row: EventRow,
  known: {
    readonly previous: Place
    readonly signed: SignedMark | undefined
    readonly seams: readonly Seam[]
  },
): string | undefined {
  const { previous, signed, seams } = known
  if (row.seq !== previous.seq + 1) return 'it is missing'
  if (!fits(previous.hash, row)) return 'it does not fit the chain'
  if (!signed) return undefined
  if (signed.hash !== row.hash.toString('hex')) return 'it is not the row that was signed'
  if (!signer || isSigned(signer, 'checkpoint', signed)) return undefined
  if (isFormer(seams, signed)) return undefined
  return unsignedText('checkpoint')
}

/** The word that there was a row which is not there. */
function beyondTheEnd(
  { statements, signer, headFile }: Whole,
  seq: number,
): SignedMark | undefined {
  const last = statements.lastCheckpoint.get() as MarkRow | undefined
  if (last && last.seq > seq) return markOf(last)
  const reached = signer && headFile?.newest((mark) => isSigned(signer, 'head', mark))
  return reached && reached.seq > seq ? reached : undefined
}

function flaw(seq: number, detail: string): Result<never, Flaw> {
  return err({ seq, detail })
}

function unsignedText(what: 'cut' | 'checkpoint'): string {
  return `its ${what} is not signed by terminal.key of this folder`
}
