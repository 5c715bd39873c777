import type { KeyObject } from 'node:crypto'
import { createCipheriv, createDecipheriv, sign, verify } from 'node:crypto'

/** SHA-256 with RSA PKCS#1 v1.5 over the UTF-8 bytes of a message, base64. */
export function signMessage(message: string, privateKey: KeyObject): string {
  return sign('RSA-SHA256', Buffer.from(message, 'utf8'), privateKey).toString('base64')
}

/** Whether a base64 signature over a message is right; anything malformed is simply wrong. */
export function verifyMessage(
  message: string,
  publicKey: KeyObject,
  signatureBase64: string,
): boolean {
  // The encoder is lenient; a signature must read back exactly, or it is not base64.
  const bytes = Buffer.from(signatureBase64, 'base64')
  if (bytes.toString('base64') !== signatureBase64) return false
  try {
    return verify('RSA-SHA256', Buffer.from(message, 'utf8'), publicKey, bytes)
  } catch {
    return false
  }
}

export type Sealed = {
  readonly nonce: string
  readonly associatedData: string
  /** base64 of the ciphertext followed by the 16-byte tag. */
  readonly ciphertext: string
}

const TAG_BYTES = 16
const cipherOf = (key: string): 'aes-256-gcm' | 'aes-128-gcm' =>
  Buffer.byteLength(key) === 32 ? 'aes-256-gcm' : 'aes-128-gcm'

/** AEAD_AES_256_GCM as the certificates page lays it out: key, nonce and data are plain ASCII. */
export function seal(
  plaintext: string,
  key: string,
  binding: { readonly nonce: string; readonly associatedData: string },
): Sealed {
  const cipher = createCipheriv(cipherOf(key), Buffer.from(key), Buffer.from(binding.nonce))
  cipher.setAAD(Buffer.from(binding.associatedData))
  const bytes = [cipher.update(plaintext, 'utf8'), cipher.final(), cipher.getAuthTag()]
  return { ...binding, ciphertext: Buffer.concat(bytes).toString('base64') }
}

/** The plaintext of a sealed text. Throws when the key, the data or the tag is wrong. */
export function unseal(sealed: Sealed, key: string): string {
  const bytes = Buffer.from(sealed.ciphertext, 'base64')
  const decipher = createDecipheriv(cipherOf(key), Buffer.from(key), Buffer.from(sealed.nonce))
  decipher.setAAD(Buffer.from(sealed.associatedData))
  decipher.setAuthTag(bytes.subarray(bytes.length - TAG_BYTES))
  const head = decipher.update(bytes.subarray(0, bytes.length - TAG_BYTES))
  return Buffer.concat([head, decipher.final()]).toString('utf8')
}
