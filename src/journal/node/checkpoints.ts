import { atFilePoints, type OnFilePoint } from '../../domain/file-points.ts'
import type { Signer } from '../../ports/signer.ts'
import { type MarkKind, type SignedMark, signedBytes } from '../checkpoint.ts'
import type { CheckpointFile } from './checkpoint-file.ts'
import type { HeadFile } from './head-file.ts'
import { type Base, Damage, type EventRow, GENESIS } from './integrity.ts'
import type { Statements } from './statements.ts'

/** Rows after which the newest is signed. */
const ROWS_MAX = 1_000
/** How long a row waits for a signature when few are written, milliseconds. */
const AGE_MAX_MS = 15 * 60_000
/** The row after which a day's money is counted: signed as soon as it is there. */
const SIGNED_AT_ONCE = 'shift_closed'

/** What an error adds that is about what is missing, and not about what is there. */
const TO_GO_ON = 'guitai journal accept goes on without what is missing'

/** The newest row of a journal. */
export type Head = { readonly seq: number; readonly hash: Buffer; readonly atMs: number }

/** One row of the tables of checkpoints and of cuts. */
export type MarkRow = {
  readonly seq: number
  readonly hash: Buffer
  readonly at_ms: number
  readonly key_id: string
  readonly signature: Buffer
}

/** What signs, and where the signatures are remembered a second time. */
export type CheckpointParts = {
  readonly statements: Statements
  readonly signer?: Signer | undefined
  readonly file?: CheckpointFile | undefined
  /** Where it is noted how far the journal is. */
  readonly headFile?: HeadFile | undefined
  readonly onPoint?: OnFilePoint | undefined
}

/** A stored row of either table as it was signed. */
export function markOf(row: MarkRow): SignedMark {
  const { seq, at_ms: atMs, key_id: keyId, signature } = row
  return { seq, hash: row.hash.toString('hex'), atMs, keyId, signature }
}

/** The row of a mark. */
export function markRow(mark: SignedMark): MarkRow {
  const { seq, atMs, keyId, hash, signature } = mark
  return {
    seq,
    hash: Buffer.from(hash, 'hex'),
    at_ms: atMs,
    key_id: keyId,
    signature: Buffer.from(signature),
  }
}

/** Whether the terminal's own key signed it. */
export function isSigned(signer: Signer, kind: MarkKind, mark: SignedMark): boolean {
  return signer.verify(mark.keyId, signedBytes(kind, mark), mark.signature)
}

/** Makes a mark and signs it. */
export function signMark(signer: Signer, kind: MarkKind, head: Head): SignedMark {
  const { seq, atMs } = head
  const mark = { seq, hash: head.hash.toString('hex'), atMs, keyId: signer.keyId }
  return { ...mark, signature: signer.sign(signedBytes(kind, mark)) }
}

/** What the first row that is left is chained to. */
export function baseOf(statements: Statements): Base {
  const cut = statements.newestCut.get() as MarkRow | undefined
  return cut ? { seq: cut.seq, hash: cut.hash } : { seq: 0, hash: GENESIS }
}

/** The newest checkpoint of a journal. */
export function lastCheckpoint(statements: Statements): SignedMark | undefined {
  const row = statements.lastCheckpoint.get() as MarkRow | undefined
  return row && markOf(row)
}

/** The newest row of a journal, or what its first row will be chained to. */
export function headOf(statements: Statements): Head {
  const last = statements.lastEvent.get() as EventRow | undefined
  if (last) return { seq: last.seq, hash: last.hash, atMs: last.at_ms }
  return { ...baseOf(statements), atMs: 0 }
}

/** Signs rows of the chain from time to time, and knows which one was signed last. */
export class Checkpoints {
  readonly #parts: CheckpointParts
  #last: SignedMark | undefined
  #isWanted = false
  #notedSeq = 0

  /** @param last the newest checkpoint of the journal */
  constructor(parts: CheckpointParts, last: SignedMark | undefined) {
    this.#parts = parts
    this.#last = last
  }

  /** A row was written. */
  wrote(kind: string): void {
    if (kind === SIGNED_AT_ONCE) this.#isWanted = true
  }

  /** Whether the newest row should be signed now. */
  isDue(head: Head, atMs: number): boolean {
    const rows = head.seq - (this.#last?.seq ?? 0)
    if (this.#parts.signer === undefined || rows === 0) return false
    return this.#isWanted || rows >= ROWS_MAX || atMs - (this.#last?.atMs ?? 0) >= AGE_MAX_MS
  }

  /**
   * Signs the newest row, unless it is signed already: first in the journal, then in the file beside
   * it. Throws when it cannot be written; it is then due as before.
   */
  sign(head: Head): void {
    const { signer, statements, file, onPoint } = this.#parts
    if (signer === undefined || head.seq === 0 || head.seq === this.#last?.seq) return
    const checkpoint = signMark(signer, 'checkpoint', head)
    const row = markRow(checkpoint)
    atFilePoints(onPoint, 'checkpoint_row', () => statements.insertCheckpoint.run(row))
    atFilePoints(onPoint, 'checkpoint_line', () => file?.add(checkpoint))
    this.#last = checkpoint
    this.#isWanted = false
  }

  /**
   * Notes beside the journal that it has reached `head`, unless that is known or another word is on its
   * way. Costs a signature; the disk works beside the caller. Throws when the file cannot be opened.
   */
  noteHead(head: Head): void {
    const { signer, headFile, onPoint } = this.#parts
    if (signer === undefined || headFile === undefined || headFile.isWriting) return
    if (head.seq === this.#notedSeq || head.seq === 0) return
    onPoint?.('before_file:head_note')
    headFile.note(signMark(signer, 'head', head), (cause) => {
      if (cause) return
      this.#notedSeq = head.seq
      onPoint?.('after_file:head_note')
    })
  }

  /** Checks the newest of everything that was signed. Throws {@link Damage}. */
  check(head: Head, base: Base): void {
    const { signer, statements, file, headFile } = this.#parts
    const cut = statements.newestCut.get() as MarkRow | undefined
    if (signer && cut && !isSigned(signer, 'cut', markOf(cut))) throw notOurs('cut', cut.seq)
    const last = this.#last
    if (last) this.#mustHold(last, { head, base })
    if (signer === undefined) return
    if (last && last.seq > base.seq && !isSigned(signer, 'checkpoint', last)) {
      throw notOurs('checkpoint', last.seq)
    }
    const noted = file?.newest((line) => isSigned(signer, 'checkpoint', line))
    if (noted) this.#mustHold(noted, { head, base })
    const reached = headFile?.newest((mark) => isSigned(signer, 'head', mark))
    if (reached) this.#mustHold(reached, { head, base })
    if (last && (noted?.seq ?? 0) < last.seq) file?.add(last)
  }

  #mustHold(mark: SignedMark, is: { readonly head: Head; readonly base: Base }): void {
    const { head, base } = is
    if (mark.seq < base.seq) return
    if (mark.seq > head.seq) {
      throw new Damage(
        `row ${head.seq + 1} is missing: rows up to ${mark.seq} were written; ${TO_GO_ON}`,
      )
    }
    const row = this.#parts.statements.eventBySeq.get(mark.seq) as EventRow | undefined
    const hash = mark.seq === base.seq ? base.hash : row?.hash
    if (hash?.toString('hex') !== mark.hash) {
      throw new Damage(`row ${mark.seq} is not the row that was signed; ${TO_GO_ON}`)
    }
  }
}

function notOurs(kind: MarkKind, seq: number): Damage {
  return new Damage(
    `the ${kind} at row ${seq} is not signed by terminal.key of this folder; ${TO_GO_ON}`,
  )
}
