import {
  createCipheriv,
  createPrivateKey,
  createPublicKey,
  diffieHellman,
  hkdfSync,
  type KeyObject,
} from 'node:crypto'
import { invariant } from '../../base/invariant.ts'
import { err, ok, type Result } from '../../base/result.ts'
import type { Entropy } from '../../ports/entropy.ts'
import type { SealedFace } from '../../ports/face.ts'
import { FACE_TEXT_BYTES, type SealingContext, sealedFor } from '../sealed-text.ts'

/** The fixed beginnings of X25519 keys in DER (RFC 8410, sections 4 and 7). */
const PRIVATE_DER = Buffer.from('302e020100300506032b656e04220420', 'hex')
const PUBLIC_DER = Buffer.from('302a300506032b656e032100', 'hex')
const KEY_BYTES = 32
const NONCE_BYTES = 12
const INFO = 'GUITAI-FACE-V1'

/** What a picture is sealed with. */
export type SealWith = {
  /** The recognition provider's key, X25519, 32 bytes. */
  readonly providerKey: Uint8Array
  readonly context: SealingContext
  readonly entropy: Pick<Entropy, 'bytes'>
}

/**
 * Seals one clear text (docs/face.md, What is sealed; X25519 of RFC 7748, HKDF of RFC 5869). What is
 * drawn, agreed and derived is overwritten before it returns; the key objects of the runtime are
 * unreachable by then, and cleared by it when it collects them.
 *
 * @param text {@link FACE_TEXT_BYTES}; not changed
 * @returns an error when the provider's key is none with which anything can be agreed
 */
export function sealFace(
  text: Uint8Array,
  { providerKey, context, entropy }: SealWith,
): Result<SealedFace, 'key_unusable'> {
  invariant(text.length === FACE_TEXT_BYTES, 'the clear text has another length')
  if (providerKey.length !== KEY_BYTES) return err('key_unusable')
  const additional = Buffer.from(sealedFor(context), 'utf8')
  const ephemeral = drawKey(entropy)
  const ephemeralKey = rawPublicKey(ephemeral)
  const key = agree(ephemeral, providerKey, Buffer.concat([ephemeralKey, providerKey]))
  if (key === undefined) return err('key_unusable')
  try {
    const nonce = Uint8Array.from(entropy.bytes(NONCE_BYTES))
    const cipher = createCipheriv('aes-256-gcm', key, nonce)
    cipher.setAAD(additional)
    const sealed = [cipher.update(text), cipher.final(), cipher.getAuthTag()]
    return ok({ ephemeralKey, nonce, ciphertext: Uint8Array.from(Buffer.concat(sealed)) })
  } finally {
    key.fill(0)
  }
}

/** A private key that only this call knows. */
function drawKey(entropy: Pick<Entropy, 'bytes'>): KeyObject {
  const raw = entropy.bytes(KEY_BYTES)
  const der = Buffer.concat([PRIVATE_DER, raw])
  try {
    return createPrivateKey({ key: der, format: 'der', type: 'pkcs8' })
  } finally {
    raw.fill(0)
    der.fill(0)
  }
}

function rawPublicKey(privateKey: KeyObject): Uint8Array {
  const der = createPublicKey(privateKey).export({ format: 'der', type: 'spki' })
  return Uint8Array.from(der.subarray(PUBLIC_DER.length))
}

/** The key of one sealing; undefined when the other key is one of the few that agree on zero. */
function agree(
  privateKey: KeyObject,
  providerKey: Uint8Array,
  salt: Uint8Array,
): Uint8Array | undefined {
  const der = Buffer.concat([PUBLIC_DER, providerKey])
  let secret: Buffer | undefined
  try {
    const publicKey = createPublicKey({ key: der, format: 'der', type: 'spki' })
    secret = diffieHellman({ privateKey, publicKey })
    if (secret.every((byte) => byte === 0)) return undefined
    return new Uint8Array(hkdfSync('sha256', secret, salt, INFO, KEY_BYTES))
  } catch {
    return undefined
  } finally {
    secret?.fill(0)
  }
}
