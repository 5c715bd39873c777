import { createHash, createPublicKey, type KeyObject } from 'node:crypto'
import { sm2, sm4 } from 'sm-crypto-v2'
import type { SealedText } from '../sealed.ts'
import { SUITES } from '../suite.ts'
import type { SignatureCheck } from '../verify.ts'
import type { NodeSuite, RequestSigner } from './node-suite.ts'

/**
 * SM2 signatures over SM3 and SM4 in GCM (guide "国密接入指引"; GB/T 32918.2, GB/T 32905, GB/T 32907). Keys
 * are read by Node's OpenSSL; it cannot set the signer's identity nor use SM4 in GCM, so these two come from
 * a library (docs/decisions/0015).
 */

/** The signer's identity that goes into every digest, ASCII. */
const USER_ID = '1234567812345678'

/** What precedes x and y in the SPKI of an uncompressed SM2 key (RFC 5480, curve 1.2.156.10197.1.301). */
const SPKI_HEAD = '3059301306072a8648ce3d020106082a811ccf5501822d03420004'
/** What precedes the number in the PKCS#8 of an SM2 key as OpenSSL writes it. */
const PKCS8_HEAD = '308187020100301306072a8648ce3d020106082a811ccf5501822d046d306b0201010420'
const COORDINATE_HEX = 64

/** Order of the curve's base point (GB/T 32918.5, annex A). */
const ORDER = 0xfffffffeffffffffffffffffffffffff7203df6b21c6052b53bbf40939d54123n

const NONCE_BYTES = 12
const TAG_BYTES = 16
const SM4_KEY_BYTES = 16

/** The point of a public or private key, `04`, x and y in hex; undefined for a key of another kind. */
function pointOf(key: KeyObject): string | undefined {
  const publicKey = key.type === 'private' ? createPublicKey(key) : key
  const spki = publicKey.export({ type: 'spki', format: 'der' }).toString('hex')
  const isWhole = spki.length === SPKI_HEAD.length + 2 * COORDINATE_HEX
  return isWhole && spki.startsWith(SPKI_HEAD) ? spki.slice(SPKI_HEAD.length - 2) : undefined
}

/** The number of a private key, hex; undefined when the key is not one of SM2 or belies its public half. */
function numberOf(privateKey: KeyObject): string | undefined {
  const der = privateKey.export({ type: 'pkcs8', format: 'der' })
  const text = der.toString('hex')
  der.fill(0)
  if (!text.startsWith(PKCS8_HEAD)) return undefined
  const number = text.slice(PKCS8_HEAD.length, PKCS8_HEAD.length + COORDINATE_HEX)
  return sm2.getPublicKeyFromPrivateKey(number) === pointOf(privateKey) ? number : undefined
}

function isUsable(key: KeyObject): boolean {
  try {
    return (key.type === 'private' ? numberOf(key) : pointOf(key)) !== undefined
  } catch {
    // A key that cannot be exported so, or a number out of range.
    return false
  }
}

function need<Value>(value: Value | undefined): Value {
  if (value === undefined) throw new Error('not an SM2 key')
  return value
}

function makeSigner(privateKey: KeyObject): RequestSigner {
  const publicKey = need(pointOf(privateKey))
  const number = need(numberOf(privateKey))
  const sign = (message: string): string => {
    const options = { der: true, hash: true, publicKey, userId: USER_ID }
    const der = sm2.doSignature(Buffer.from(message, 'utf8'), number, options)
    return Buffer.from(der, 'hex').toString('base64')
  }
  // Less than a millisecond, and a library of JavaScript has no other thread to do it on.
  return { sign, signAside: async (message) => sign(message) }
}

/** A number of a signature, 32 bytes in hex; undefined when it is not one in shortest DER and in range. */
function readNumber(
  der: Buffer,
  at: number,
): { readonly hex: string; readonly end: number } | undefined {
  const length = der[at + 1] ?? 0
  const end = at + 2 + length
  const bytes = der.subarray(at + 2, end)
  const [first = 0, second = 0] = bytes
  if (der[at] !== 0x02 || length < 1 || length > 33 || bytes.length !== length) return undefined
  if (first >= 0x80 || (first === 0 && second < 0x80)) return undefined
  const value = BigInt(`0x${bytes.toString('hex')}`)
  if (value < 1n || value >= ORDER) return undefined
  return { hex: value.toString(16).padStart(COORDINATE_HEX, '0'), end }
}

/**
 * The two numbers of a signature in DER, SEQUENCE(r, s), as 64 bytes in hex. Only the one shortest
 * encoding is taken: a lenient reader would accept many texts for one signature.
 */
function readSignature(der: Buffer): string | undefined {
  if (der[0] !== 0x30 || der[1] !== der.length - 2) return undefined
  const r = readNumber(der, 2)
  const s = r && readNumber(der, r.end)
  return s?.end === der.length ? `${r?.hex}${s.hex}` : undefined
}

function makeCheck(publicKey: KeyObject): SignatureCheck {
  // Tables for this point are made once: a check takes a seventh of the time then.
  const point = sm2.precomputePublicKey(need(pointOf(publicKey)))
  return (message, signatureBase64) => {
    const der = Buffer.from(signatureBase64, 'base64')
    if (der.toString('base64') !== signatureBase64) return false
    const signature = readSignature(der)
    if (signature === undefined) return false
    try {
      return sm2.doVerifySignature(message, signature, point, { hash: true, userId: USER_ID })
    } catch {
      return false
    }
  }
}

/** AEAD_SM4_GCM: the key is the first 16 bytes of SM3 over the APIv3 key; 12 bytes of nonce; the tag last. */
function open(apiV3Key: Buffer, sealed: SealedText): Buffer | undefined {
  const bytes = Buffer.from(sealed.ciphertext, 'base64')
  const iv = Buffer.from(sealed.nonce, 'utf8')
  if (apiV3Key.length !== 32 || bytes.length < TAG_BYTES || iv.length !== NONCE_BYTES) {
    return undefined
  }
  const key = createHash('sm3').update(apiV3Key).digest().subarray(0, SM4_KEY_BYTES)
  const cut = bytes.length - TAG_BYTES
  const associatedData = Buffer.from(sealed.associatedData, 'utf8')
  // The library checks a tag only when it is given one.
  const tag = bytes.subarray(cut)
  const options = { mode: 'gcm', output: 'array', iv, associatedData, tag } as const
  try {
    return Buffer.from(sm4.decrypt(bytes.subarray(0, cut), key, options))
  } catch {
    return undefined
  }
}

/** Signatures by SM2 over SM3. */
export const SM2: NodeSuite = {
  ...SUITES.sm2,
  keyWords: 'an SM2 key, PKCS#8, not encrypted',
  isUsable,
  makeCheck,
  makeSigner,
  open,
}
