import { atFilePoints, type OnFilePoint } from '../../domain/file-points.ts'
import type { Signer } from '../../ports/signer.ts'
import type { MarkKind, SignedMark } from '../checkpoint.ts'
import type { CheckpointFile } from './checkpoint-file.ts'
import type { HeadFile } from './head-file.ts'
import { type Base, Damage, type EventRow } from './integrity.ts'
import { type Head, isSigned, type MarkRow, markOf, markRow, signMark } from './marks.ts'
import { isFormer, seamsOf } from './seams.ts'
import type { Statements } from './statements.ts'

/** Rows after which the newest is signed. */
const ROWS_MAX = 1_000
/** How long a row waits for a signature when few are written, milliseconds. */
const AGE_MAX_MS = 15 * 60_000
/** The row after which a day's money is counted: signed as soon as it is there. */
const SIGNED_AT_ONCE = 'shift_closed'

/** What an error adds that is about what is missing, and not about what is there. */
const TO_GO_ON = 'guitai journal accept goes on without what is missing'

/** What signs, and where the signatures are remembered a second time. */
export type CheckpointParts = {
  readonly statements: Statements
  readonly signer?: Signer | undefined
  readonly file?: CheckpointFile | undefined
  /** Where it is noted how far the journal is. */
  readonly headFile?: HeadFile | undefined
  readonly onPoint?: OnFilePoint | undefined
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
    if (signer && cut && !this.#isOurs('cut', markOf(cut))) throw notOurs('cut', cut.seq)
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

  /** A cut may be of a key that is gone, when that was accepted. Its checkpoints are signed anew. */
  #isOurs(kind: MarkKind, mark: SignedMark): boolean {
    const { signer, statements } = this.#parts
    if (signer === undefined) return true
    return isSigned(signer, kind, mark) || isFormer(seamsOf(statements, signer), mark)
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
