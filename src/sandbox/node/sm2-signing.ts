import type { Hash, KeyObject } from 'node:crypto'
import { createHash } from 'node:crypto'
import forge from 'node-forge'
import { sm2, sm3, sm4 } from 'sm-crypto-v2'
import type { Sealed } from './signing.ts'

/** The signer's identity, the same for everybody (guide to the Chinese algorithms). */
const USER_ID = '1234567812345678'
const CURVE = '1.2.156.10197.1.301'
/** GB/T 32918.5, annex A: n. */
const ORDER = BigInt('0xfffffffeffffffffffffffffffffffff7203df6b21c6052b53bbf40939d54123')

type Node = forge.asn1.Asn1
const { Class, Type } = forge.asn1

const parse = (bytes: Uint8Array): Node =>
  forge.asn1.fromDer(forge.util.createBuffer(Buffer.from(bytes).toString('binary')), true)

/** The parts of a constructed node of that tag; throws for any other node. */
const partsOf = (node: Node | undefined, tag: forge.asn1.Type): Node[] => {
  const fits = node?.tagClass === Class.UNIVERSAL && node.type === tag && node.constructed
  if (!fits || typeof node.value === 'string') throw new Error('not of that shape')
  return node.value
}

/** The content of a primitive node of that tag; throws for any other node. */
const contentOf = (node: Node | undefined, tag: forge.asn1.Type): Buffer => {
  const fits = node?.tagClass === Class.UNIVERSAL && node.type === tag && !node.constructed
  if (!fits || typeof node.value !== 'string') throw new Error('not of that shape')
  return Buffer.from(node.value, 'binary')
}

const checkCurve = (algorithm: Node | undefined): void => {
  const [, curve] = partsOf(algorithm, Type.SEQUENCE)
  const named = forge.asn1.derToOid(contentOf(curve, Type.OID).toString('binary'))
  if (named !== CURVE) throw new Error(`a key of curve ${named}`)
}

/** An uncompressed point, `04`, x and y, bytes. */
const POINT_BYTES = 65

/** The point of a public key, hex: what its SubjectPublicKeyInfo ends with. */
const pointOf = (publicKey: KeyObject): string => {
  const spki = publicKey.export({ type: 'spki', format: 'der' })
  const [algorithm] = partsOf(parse(spki), Type.SEQUENCE)
  checkCurve(algorithm)
  return spki.subarray(-POINT_BYTES).toString('hex')
}

type PrivateParts = { readonly number: string; readonly point: string }

/** The number of a private key, hex, from its PrivateKeyInfo. */
const privateOf = (privateKey: KeyObject): PrivateParts => {
  const [, algorithm, inner] = partsOf(
    parse(privateKey.export({ type: 'pkcs8', format: 'der' })),
    Type.SEQUENCE,
  )
  checkCurve(algorithm)
  const [, number] = partsOf(parse(contentOf(inner, Type.OCTETSTRING)), Type.SEQUENCE)
  const hex = contentOf(number, Type.OCTETSTRING).toString('hex')
  return { number: hex, point: sm2.getPublicKeyFromPrivateKey(hex) }
}

const PRIVATE = new WeakMap<KeyObject, PrivateParts>()
type Point = { readonly hex: string; readonly tables: ReturnType<typeof sm2.precomputePublicKey> }
const POINTS = new WeakMap<KeyObject, Point>()

const remembered = <Value>(
  kept: WeakMap<KeyObject, Value>,
  key: KeyObject,
  make: (key: KeyObject) => Value,
): Value => {
  const known = kept.get(key) ?? make(key)
  kept.set(key, known)
  return known
}

/** SM3 that has begun with the digest of signer and key (GB/T 32918.2, 5.5: Z). */
const beginDigest = (point: string): Hash => createHash('sm3').update(sm2.getZ(point, USER_ID))

/** Begins an SM2 signature over SM3; it comes as DER, base64. */
export function beginSm2(privateKey: KeyObject): {
  update(piece: string | Uint8Array): void
  end(): string
} {
  const { number, point } = remembered(PRIVATE, privateKey, privateOf)
  const digest = beginDigest(point)
  return {
    update: (piece) => void digest.update(piece),
    end: () => {
      const der = sm2.doSignature(digest.digest(), number, { der: true })
      return Buffer.from(der, 'hex').toString('base64')
    },
  }
}

const inRange = (integer: Buffer): boolean => {
  if (integer.length === 0 || integer.length > 33 || (integer[0] ?? 0) >= 0x80) return false
  const value = BigInt(`0x${integer.toString('hex')}`)
  return value > 0n && value < ORDER
}

/** Whether bytes are the one DER of two numbers in range. */
const isSignature = (bytes: Buffer): boolean => {
  const sequence = parse(bytes)
  const numbers = partsOf(sequence, Type.SEQUENCE)
  // Written again it is in shortest form: whatever was not comes out otherwise.
  const again = Buffer.from(forge.asn1.toDer(sequence).getBytes(), 'binary')
  if (numbers.length !== 2 || !again.equals(bytes)) return false
  return numbers.every((number) => inRange(contentOf(number, Type.INTEGER)))
}

/** Whether a base64 signature over a message is right; anything malformed is simply wrong. */
export function verifySm2(message: string, publicKey: KeyObject, signatureBase64: string): boolean {
  const bytes = Buffer.from(signatureBase64, 'base64')
  if (bytes.toString('base64') !== signatureBase64) return false
  try {
    if (!isSignature(bytes)) return false
    const { hex, tables } = remembered(POINTS, publicKey, (key) => {
      const found = pointOf(key)
      return { hex: found, tables: sm2.precomputePublicKey(found) }
    })
    const digest = beginDigest(hex).update(message, 'utf8').digest()
    return sm2.doVerifySignature(digest, bytes.toString('hex'), tables, { der: true })
  } catch {
    return false
  }
}

/** AEAD_SM4_GCM: the key is the first half of SM3 over the APIv3 key; the tag comes last. */
export function sealSm4(
  plaintext: string,
  apiV3Key: string,
  binding: { readonly nonce: string; readonly associatedData: string },
): Sealed {
  const { output, tag } = sm4.encrypt(Buffer.from(plaintext), sm3(apiV3Key).slice(0, 32), {
    mode: 'gcm',
    output: 'string',
    outputTag: true,
    iv: Buffer.from(binding.nonce),
    associatedData: Buffer.from(binding.associatedData),
  })
  return { ...binding, ciphertext: Buffer.from(`${output}${tag}`, 'hex').toString('base64') }
}
