import {
  constants,
  createDecipheriv,
  type KeyObject,
  sign as signRsa,
  verify as verifyRsa,
} from 'node:crypto'
import type { SealedText } from '../sealed.ts'
import { SUITES } from '../suite.ts'
import type { SignatureCheck } from '../verify.ts'
import type { NodeSuite } from './node-suite.ts'

/** Fewest bits of an RSA key that is believed. */
const RSA_BITS_MIN = 2_048

/** Whether a key can be used on this wire: RSA, and long enough. */
function isUsableRsa(key: KeyObject): boolean {
  const bits = key.asymmetricKeyDetails?.modulusLength ?? 0
  return key.asymmetricKeyType === 'rsa' && bits >= RSA_BITS_MIN
}

/**
 * Signs with RSA PKCS#1 v1.5 over SHA-256; base64 on one line.
 * Vector: interface rules, "签名生成", the POST example.
 */
export function signMessage(message: string, key: KeyObject): string {
  const padding = constants.RSA_PKCS1_PADDING
  return signRsa('sha256', Buffer.from(message, 'utf8'), { key, padding }).toString('base64')
}

/** The same as {@link signMessage}, on another thread. Rejects only for a key that cannot sign. */
function signMessageAside(message: string, key: KeyObject): Promise<string> {
  // PKCS#1 v1.5 is what an RSA key signs with unless told otherwise; saying so costs time here.
  return new Promise((resolve, reject) => {
    signRsa('sha256', Buffer.from(message, 'utf8'), key, (error, signature) => {
      if (error) reject(error)
      else resolve(signature.toString('base64'))
    })
  })
}

/**
 * Makes the check of one key. Text that is not canonical base64 is refused before the arithmetic:
 * a lenient decoder would accept many texts for one signature.
 */
export function signatureCheck(key: KeyObject): SignatureCheck {
  return (message, signatureBase64) => {
    const signature = Buffer.from(signatureBase64, 'base64')
    if (signature.toString('base64') !== signatureBase64) return false
    try {
      const padding = constants.RSA_PKCS1_PADDING
      return verifyRsa('sha256', message, { key, padding }, signature)
    } catch {
      return false
    }
  }
}

/** Length of the tag that ends an AEAD_AES_256_GCM ciphertext, bytes. */
const TAG_BYTES = 16

/**
 * Opens an AEAD_AES_256_GCM text (interface rules, "证书和回调报文解密"): the key is the APIv3 key's 32
 * bytes, the nonce's bytes are the initialisation vector. Undefined when it does not open.
 */
export function openSealed(key: Buffer, sealed: SealedText): Buffer | undefined {
  const bytes = Buffer.from(sealed.ciphertext, 'base64')
  if (key.length !== 32 || bytes.length < TAG_BYTES || sealed.nonce.length === 0) return undefined
  try {
    const nonce = Buffer.from(sealed.nonce, 'utf8')
    const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES })
    decipher.setAAD(Buffer.from(sealed.associatedData, 'utf8'))
    decipher.setAuthTag(bytes.subarray(bytes.length - TAG_BYTES))
    const head = decipher.update(bytes.subarray(0, bytes.length - TAG_BYTES))
    return Buffer.concat([head, decipher.final()])
  } catch {
    return undefined
  }
}

/** Signatures by RSA PKCS#1 v1.5 over SHA-256. */
export const RSA: NodeSuite = {
  ...SUITES.rsa,
  keyWords: `an RSA key of ${RSA_BITS_MIN} bits or more`,
  isUsable: isUsableRsa,
  makeCheck: signatureCheck,
  makeSigner: (key) => ({
    sign: (message) => signMessage(message, key),
    signAside: (message) => signMessageAside(message, key),
  }),
  open: openSealed,
}
