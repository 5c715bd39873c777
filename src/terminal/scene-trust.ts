import { createHash, createPublicKey, type KeyObject, verify } from 'node:crypto'
import { err, ok, type Result } from '../base/result.ts'
import { canonicalJson } from '../scene/canonical-json.ts'
import type { Signatures } from '../scene/signed-document.ts'
import { openTrustList, type TrustedKey, type TrustList } from '../scene/trust-list.ts'

type Key = Omit<TrustedKey, 'publicKey' | 'alg'> & { readonly key: KeyObject }

/** A trust list that was verified, with its keys ready for use. */
export type Trust = {
  readonly list: TrustList
  /** As it came, in canonical form. */
  readonly envelope: string
  readonly keys: ReadonlyMap<string, Key>
}

/** SHA-256 in lower-case hex. */
export function sha256(data: string | Uint8Array): string {
  return createHash('sha256').update(data).digest('hex')
}

/** A document as it came over the wire, in the form that is opened; undefined when it has none. */
export function envelopeOf(wire: unknown): string | undefined {
  const text = canonicalJson(wire)
  return text.ok ? text.value : undefined
}

/**
 * Opens a trust list. The root key stands in it under the role `root`, and is believed because its
 * digest begins as the enrolment code says (docs/gateway.md, Enrol).
 *
 * @param rootSha256Prefix 32 hex digits
 */
export function openTrust(envelope: string, rootSha256Prefix: string): Result<Trust, string> {
  const root = rootOf(envelope, rootSha256Prefix)
  if (root === undefined) return err('names no root key of that digest')
  const list = openTrustList(envelope, {
    verify: ({ kid, role, bytes, signature }) =>
      role === 'root' && kid === root.kid && verify(null, bytes, root.key, signature),
    sha256,
  })
  if (!list.ok) return err(`${list.error.path}: ${list.error.why}`)
  const keys = new Map<string, Key>()
  for (const { publicKey, alg: _alg, ...rest } of list.value.keys) {
    const read = readKey(publicKey)
    if (read?.kid !== rest.kid) return err(`${rest.kid} is not the name of its key`)
    keys.set(rest.kid, { ...rest, key: read.key })
  }
  return ok({ list: list.value, envelope, keys })
}

type NamedKey = { readonly kid: string; readonly sha256: string; readonly key: KeyObject }

/** Not believed yet: only its digest says that it is the root. */
function rootOf(envelope: string, prefix: string): NamedKey | undefined {
  if (!/^[0-9a-f]{32}$/.test(prefix)) return undefined
  const { document } = JSON.parse(envelope) as { readonly document?: { readonly keys?: unknown } }
  const keys = Array.isArray(document?.keys) ? document.keys.slice(0, 32) : []
  return keys
    .map((one: unknown) => readKey((one as { readonly public_key?: unknown } | null)?.public_key))
    .find((key) => key?.sha256.startsWith(prefix))
}

/** An Ed25519 public key from base64 of its SPKI DER; undefined when it is none. */
function readKey(base64: unknown): NamedKey | undefined {
  if (typeof base64 !== 'string') return undefined
  const der = Buffer.from(base64, 'base64')
  if (der.toString('base64') !== base64) return undefined
  try {
    const key = createPublicKey({ key: der, format: 'der', type: 'spki' })
    const digest = sha256(der)
    return key.asymmetricKeyType === 'ed25519'
      ? { kid: digest.slice(0, 16), sha256: digest, key }
      : undefined
  } catch {
    return undefined
  }
}

/**
 * The signatures that documents are held against: a key counts for its one role, while it is valid.
 *
 * @param nowMs trusted time; undefined where there is none, and then validity is not judged
 */
export function signaturesOf(trust: Trust, nowMs: () => number | undefined): Signatures {
  return {
    verify({ kid, role, bytes, signature }) {
      const key = trust.keys.get(kid)
      if (key?.role !== role) return false
      const atMs = nowMs()
      return (atMs === undefined || isValidAt(key, atMs)) && verify(null, bytes, key.key, signature)
    },
    sha256,
  }
}

/** Whether a key with the role `time`, valid at the moment it states, signed the bytes of an answer. */
export function isAnswerSigned(
  trust: Trust,
  signed: {
    readonly keyId: string
    readonly timestampMs: number
    readonly bytes: Uint8Array
    readonly signature: Uint8Array
  },
): boolean {
  const key = trust.keys.get(signed.keyId)
  if (key?.role !== 'time' || !isValidAt(key, signed.timestampMs)) return false
  return verify(null, signed.bytes, key.key, signed.signature)
}

function isValidAt(key: Key, atMs: number): boolean {
  return atMs >= key.notBeforeMs && atMs < key.notAfterMs
}
