import { err, ok, type Result } from '../base/result.ts'
import { canonicalJson, type Flaw, type Json, parseCanonical, utf8 } from './canonical-json.ts'

/** Who may sign what; a key has one role (docs/gateway.md, Keys and roles). */
export type IssuerRole = 'root' | 'scene-issuer' | 'risk-issuer'

/** What the caller knows how to do; both are pure for the same trust list. */
export type Signatures = {
  /** Whether `signature` over `bytes` is that of the key `kid`, and that key has this role. */
  verify(signed: {
    readonly kid: string
    readonly role: IssuerRole
    readonly bytes: Uint8Array
    readonly signature: Uint8Array
  }): boolean
  /** SHA-256 in lower-case hex. */
  sha256(bytes: Uint8Array): string
}

/** A document whose form is right; whether it is signed is said beside it. */
export type SignedDocument = {
  readonly document: { readonly [key: string]: Json }
  /** Digest of the signed bytes, lower-case hex. */
  readonly sha256: string
  readonly isSigned: boolean
}

/** Bytes of one document in canonical form (docs/gateway.md, Keys and roles). */
const DOCUMENT_BYTES_MAX = 16 * 1_024
/** An Ed25519 signature: 64 bytes, so the last digit before the padding carries two bits. */
const SIGNATURE = /^[0-9A-Za-z+/]{85}[AQgw]==$/
const BASE64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'

/**
 * Opens `{"document": …, "sig": …}` written in canonical form.
 *
 * @param text the envelope, exactly as {@link canonicalJson} writes it
 */
export function openSigned(
  text: string,
  role: IssuerRole,
  signatures: Signatures,
): Result<SignedDocument, Flaw> {
  if (text.length > 2 * DOCUMENT_BYTES_MAX) return err({ path: '', why: 'too large' })
  const envelope = parseCanonical(text)
  if (!envelope.ok) return envelope
  if (!isObject(envelope.value)) return err({ path: '', why: 'not an object' })
  const { document, sig, ...others } = envelope.value
  const other = Object.keys(others)[0]
  if (other !== undefined) return err({ path: other, why: 'unknown key' })
  if (document === undefined || !isObject(document)) {
    return err({ path: 'document', why: 'not an object' })
  }
  if (typeof sig !== 'string' || !SIGNATURE.test(sig)) {
    return err({ path: 'sig', why: 'not 64 bytes in base64' })
  }
  const { alg, issuer_kid: kid } = document
  if (alg !== 'Ed25519') return err({ path: 'document.alg', why: 'not Ed25519' })
  if (typeof kid !== 'string') return err({ path: 'document.issuer_kid', why: 'not a text' })
  const canonical = canonicalJson(document)
  if (!canonical.ok) return canonical
  const bytes = utf8(canonical.value)
  if (bytes.length > DOCUMENT_BYTES_MAX) return err({ path: 'document', why: 'too large' })
  const isSigned = signatures.verify({ kid, role, bytes, signature: decodeSignature(sig) })
  return ok({ document, sha256: signatures.sha256(bytes), isSigned })
}

function isObject(value: Json): value is { readonly [key: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Decodes what {@link SIGNATURE} describes. */
function decodeSignature(text: string): Uint8Array {
  const bytes = new Uint8Array(64)
  let held = 0
  let bits = 0
  let length = 0
  for (const digit of text.slice(0, 86)) {
    held = ((held << 6) | BASE64.indexOf(digit)) & 0xffff
    bits += 6
    if (bits < 8) continue
    bits -= 8
    bytes[length] = (held >> bits) & 0xff
    length += 1
  }
  return bytes
}
