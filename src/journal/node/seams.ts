import type { Seam } from '../../ports/journal.ts'
import type { Signer } from '../../ports/signer.ts'
import type { SignedMark } from '../checkpoint.ts'
import { JOURNAL_ACCEPTED, readSeam } from '../seam.ts'
import type { EventRow } from './integrity.ts'
import { isSigned, lastCheckpoint } from './marks.ts'
import type { Statements } from './statements.ts'
import { storedRow } from './stored.ts'

/**
 * The seams of a journal that `signer` vouches for: its newest checkpoint is of that key and after them,
 * and the chain leads from there to each of them. Reads all rows.
 */
export function seamsOf(statements: Statements, signer: Signer): readonly Seam[] {
  const newest = lastCheckpoint(statements)
  if (!newest || !isSigned(signer, 'checkpoint', newest)) return []
  return allSeams(statements).filter(({ seq }) => seq <= newest.seq)
}

/** Every seam, whoever vouches for it. */
export function allSeams(statements: Statements): readonly Seam[] {
  const rows = statements.ofKind.all(JOURNAL_ACCEPTED) as EventRow[]
  return rows.flatMap((row) => {
    const { seq, atMs, event } = storedRow(row)
    return readSeam(seq, atMs, event) ?? []
  })
}

/** Whether a mark is of a key that was gone when one of the seams after it was made. */
export function isFormer(seams: readonly Seam[], mark: Pick<SignedMark, 'seq' | 'keyId'>): boolean {
  return seams.some(({ seq, formerKeys }) => mark.seq < seq && formerKeys.includes(mark.keyId))
}
