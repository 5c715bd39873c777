import { err, ok, type Result } from '../base/result.ts'
import { type Flaw, memberPath } from './canonical-json.ts'
import { field, instantMs, integer, list, oneOf, type ReadBy, record, text } from './reader.ts'
import { openSigned, type Signatures } from './signed-document.ts'

const KEY = record({
  kid: field('kid', text(16, /^[0-9a-f]{16}$/)),
  role: field('role', oneOf(['root', 'scene-issuer', 'risk-issuer', 'time'])),
  alg: field('alg', oneOf(['Ed25519'])),
  publicKey: field('public_key', text(100, /^[0-9A-Za-z+/]+={0,2}$/)),
  notBeforeMs: field('not_before', instantMs),
  notAfterMs: field('not_after', instantMs),
})

const TRUST_LIST = record({
  trustVersion: field('trust_version', integer(1, Number.MAX_SAFE_INTEGER)),
  issuerKid: field('issuer_kid', text(64)),
  alg: field('alg', oneOf(['Ed25519'])),
  issuedAtMs: field('issued_at', instantMs),
  keys: field('keys', list(KEY, 32)),
  policies: field(
    'policies',
    list(
      record({
        policyId: field('policy_id', text(64)),
        policyVersion: field('policy_version', text(64)),
      }),
      64,
    ),
  ),
})

/** Which key may sign what, and under which rules grants are issued (docs/gateway.md, Keys and roles). */
export type TrustList = ReadBy<typeof TRUST_LIST> & {
  /** Digest of its signed bytes, lower-case hex. */
  readonly sha256: string
}

/** One key of it; `publicKey` is base64 of SPKI DER, times are Unix milliseconds. */
export type TrustedKey = TrustList['keys'][number]

/**
 * Opens a trust list from its envelope in canonical form. Only one that its root key signed; that the
 * key is the root, and that every `kid` is its key's, is for `signatures` and the caller to know.
 */
export function openTrustList(envelope: string, signatures: Signatures): Result<TrustList, Flaw> {
  const opened = openSigned(envelope, 'root', signatures)
  if (!opened.ok) return opened
  if (!opened.value.isSigned) return err({ path: 'sig', why: 'not signed by the root' })
  const read = TRUST_LIST(opened.value.document, '')
  if (!read.ok) return read
  const kids = read.value.keys.map(({ kid }) => kid)
  const again = kids.findIndex((kid, index) => kids.indexOf(kid) !== index)
  if (again >= 0) {
    return err({ path: memberPath(memberPath('keys', again), 'kid'), why: 'stands twice' })
  }
  return ok({ ...read.value, sha256: opened.value.sha256 })
}
