import { createPublicKey, type KeyObject, sign, verify, type X509Certificate } from 'node:crypto'
import type { KeyKind } from '../certificate-choice.ts'

/** Fewest bits of an RSA key that the wire takes. */
const RSA_BITS_MIN = 2_048
/** What the SPKI of an uncompressed SM2 key begins with (RFC 5480, curve 1.2.156.10197.1.301). */
const SM2_SPKI_HEAD = '3059301306072a8648ce3d020106082a811ccf5501822d03420004'

/** What a key of each kind must be, for a person. */
export const KEY_WORDS: Readonly<Record<KeyKind, string>> = {
  rsa: `an RSA key of ${RSA_BITS_MIN} bits or more`,
  sm2: 'an SM2 key, as merchant.signature is sm2',
}

/** The kind of a public or private key; undefined for one that signs nothing here. */
export function kindOf(key: KeyObject): KeyKind | undefined {
  if (key.asymmetricKeyType === 'rsa') return 'rsa'
  const publicKey = key.type === 'private' ? createPublicKey(key) : key
  const spki = publicKey.export({ type: 'spki', format: 'der' }).toString('hex')
  return spki.startsWith(SM2_SPKI_HEAD) ? 'sm2' : undefined
}

/** Whether a private key is of the kind, and strong enough. */
export function isUsableKey(key: KeyObject, kind: KeyKind): boolean {
  if (kindOf(key) !== kind) return false
  return kind !== 'rsa' || (key.asymmetricKeyDetails?.modulusLength ?? 0) >= RSA_BITS_MIN
}

/** Whether a private key is that of a certificate. */
export function isPair(certificate: X509Certificate, key: KeyObject): boolean {
  if (!certificate.checkPrivateKey(key)) return false
  if (kindOf(key) !== 'sm2') return true
  // A file of an SM2 key tells its public half by itself, and OpenSSL takes it at its word.
  const probe = Buffer.from('probe')
  return verify('sm3', probe, certificate.publicKey, sign('sm3', probe, key))
}
