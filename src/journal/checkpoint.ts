import { z } from 'zod'

/** Version of the texts that are signed. */
const SIGNED_VERSION = 1

/** A row of the chain that was signed: every row up to it was there and had this hash. */
export type Mark = {
  readonly seq: number
  /** Hash of the row, 64 hex digits. */
  readonly hash: string
  /** Time of the row, Unix milliseconds; of a cut, when it was made. */
  readonly atMs: number
  readonly keyId: string
}

/** A checkpoint, a cut or a head with its signature. */
export type SignedMark = Mark & { readonly signature: Uint8Array }

/** What a signature is for: a checkpoint's never passes as a cut's. */
export type MarkKind = 'checkpoint' | 'cut' | 'head'

/** The bytes a signature covers: a fixed order of fields, so that the text is canonical. */
export function signedBytes(kind: MarkKind, mark: Mark): Uint8Array {
  const { seq, hash, atMs, keyId } = mark
  const text = JSON.stringify([`guitai.${kind}`, SIGNED_VERSION, seq, hash, atMs, keyId])
  return new TextEncoder().encode(text)
}

const line = z.strictObject({
  seq: z.number().int().min(1),
  hash: z.string().regex(/^[0-9a-f]{64}$/),
  atMs: z.number().int().min(0),
  keyId: z.string().regex(/^[0-9a-f]{16}$/),
  signature: z.string().regex(/^[0-9a-f]{128}$/),
})

/** A checkpoint as a line of the file beside the journal, with its line end. */
export function lineOf(checkpoint: SignedMark): string {
  const { seq, hash, atMs, keyId, signature } = checkpoint
  return `${JSON.stringify({ seq, hash, atMs, keyId, signature: hexOf(signature) })}\n`
}

/** Reads such a line; undefined when it is not one, as the last line after a power cut may be. */
export function readLine(text: string): SignedMark | undefined {
  try {
    const read = line.safeParse(JSON.parse(text))
    return read.success ? { ...read.data, signature: bytesOf(read.data.signature) } : undefined
  } catch {
    return undefined
  }
}

function hexOf(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}

function bytesOf(hex: string): Uint8Array {
  return Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16))
}
