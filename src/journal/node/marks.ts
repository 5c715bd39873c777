import type { Signer } from '../../ports/signer.ts'
import { type MarkKind, type SignedMark, signedBytes } from '../checkpoint.ts'
import { type Base, type EventRow, GENESIS } from './integrity.ts'
import type { Statements } from './statements.ts'

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
