import {
  createCipheriv,
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  sign,
  verify,
} from 'node:crypto'
import fc from 'fast-check'
import { sm2, sm4 } from 'sm-crypto-v2'
import { describe, expect, test } from 'vitest'
import { RSA } from '../../../../src/gateway/node/signatures.ts'
import { SM2 } from '../../../../src/gateway/node/sm2.ts'
import { loadSuite } from '../../../../src/gateway/node/suites.ts'
import { makeSm2Key } from '../../../support/sm2-identities.ts'
import { needVectors } from '../../../support/vectors.ts'

type Shangmi = {
  readonly sm2_private_key_pem: string
  readonly sm2_public_key_pem: string
  readonly cases: readonly [
    { readonly message: string; readonly signature_b64: string },
    unknown,
    {
      readonly api_v3_key: string
      readonly nonce: string
      readonly associated_data: string
      readonly plaintext: string
      readonly ciphertext_b64_with_tag: string
    },
  ]
}
const VECTORS = 'v3-shangmi-sm2-sm4.json'

const pair = makeSm2Key()
const privateKey = createPrivateKey(pair.privateKeyPem)
const publicKey = createPublicKey(pair.publicKeyPem)
const signer = SM2.makeSigner(privateKey)
const check = SM2.makeCheck(publicKey)
const bytes = (text: string) => Buffer.from(text, 'utf8')

/** The hex that the library works with. */
const pointHex = publicKey.export({ type: 'spki', format: 'der' }).subarray(26).toString('hex')
const numberHex = privateKey
  .export({ type: 'pkcs8', format: 'der' })
  .subarray(36, 68)
  .toString('hex')

describe('SM2 signatures', () => {
  test('the published one verifies, and not over another message', (context) => {
    const vectors = needVectors<Shangmi>(context, VECTORS)
    const [{ message, signature_b64: signature }] = vectors.cases
    const published = SM2.makeCheck(createPublicKey(vectors.sm2_public_key_pem))
    expect(published(bytes(message), signature)).toBe(true)
    expect(published(bytes(`${message} `), signature)).toBe(false)
    expect(check(bytes(message), signature)).toBe(false)
    const own = SM2.makeSigner(createPrivateKey(vectors.sm2_private_key_pem)).sign(message)
    expect(published(bytes(message), own)).toBe(true)
  })

  test('every message that is signed verifies, beside and aside', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary', maxLength: 600 }), async (message) => {
        expect(check(bytes(message), signer.sign(message))).toBe(true)
        expect(check(bytes(message), await signer.signAside(message))).toBe(true)
      }),
      { numRuns: 40 },
    )
  })

  test('every byte of signature and message counts', () => {
    const message = bytes('GET\n/v3/certificates?algorithm_type=SM2\n1767225600\nNONCE\n\n')
    const der = Buffer.from(signer.sign(message.toString()), 'base64')
    const flip = (whole: Buffer, at: number, mask: number) => {
      const other = Buffer.from(whole)
      other[at] = (other[at] ?? 0) ^ mask
      return other
    }
    for (let at = 0; at < der.length; at += 1) {
      for (const mask of [0x01, 0x80, 0xff]) {
        expect(check(message, flip(der, at, mask).toString('base64'))).toBe(false)
      }
    }
    for (let at = 0; at < message.length; at += 1) {
      expect(check(flip(message, at, 0x01), der.toString('base64'))).toBe(false)
    }
  })

  test('over another identity of the signer is wrong', () => {
    for (const userId of ['1234567812345679', '']) {
      const other = sm2.doSignature(bytes('m'), numberHex, { der: true, hash: true, userId })
      expect(check(bytes('m'), Buffer.from(other, 'hex').toString('base64'))).toBe(false)
    }
  })
})

describe('the library agrees with OpenSSL, which knows no identity of a signer,', () => {
  const without = { der: true, hash: true, userId: '' }

  test('on signatures', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (message) => {
        const ours = sm2.doSignature(message, numberHex, without)
        expect(verify('sm3', message, publicKey, Buffer.from(ours, 'hex'))).toBe(true)
        const theirs = sign('sm3', message, privateKey).toString('hex')
        expect(sm2.doVerifySignature(message, theirs, pointHex, without)).toBe(true)
      }),
      { numRuns: 15 },
    )
  })
})

/** SEQUENCE of two INTEGERs, of bytes as they are given. */
function derOf(r: readonly number[], s: readonly number[], tail: readonly number[] = []): string {
  const body = [0x02, r.length, ...r, 0x02, s.length, ...s]
  return Buffer.from([0x30, body.length + tail.length, ...body, ...tail]).toString('base64')
}
const ORDER = 0xfffffffeffffffffffffffffffffffff7203df6b21c6052b53bbf40939d54123n
const integer = (value: bigint): number[] => {
  const hex = value.toString(16)
  const even = hex.length % 2 === 0 ? hex : `0${hex}`
  const found = [...Buffer.from(even, 'hex')]
  return (found[0] ?? 0) >= 0x80 ? [0, ...found] : found
}

describe('one signature has one text', () => {
  const raw = sm2.doSignature(bytes('m'), numberHex, { hash: true, userId: '1234567812345678' })
  const r = BigInt(`0x${raw.slice(0, 64)}`)
  const s = BigInt(`0x${raw.slice(64)}`)

  test('its shortest DER, in canonical base64', () => {
    expect(check(bytes('m'), derOf(integer(r), integer(s)))).toBe(true)
  })

  const raws = Buffer.from(raw, 'hex').toString('base64')
  const long = Buffer.from(derOf(integer(r), integer(s)), 'base64')
  const OTHERS: readonly [string, string][] = [
    ['the two numbers without DER', raws],
    ['nothing', ''],
    ['no base64', '*'],
    ['a line feed in it', `${derOf(integer(r), integer(s))}\n`],
    ['more padding', `${derOf(integer(r), integer(s))}=`],
    ['a zero before r', derOf([0, ...integer(r)], integer(s))],
    ['a zero before s', derOf(integer(r), [0, ...integer(s)])],
    ['something after s', derOf(integer(r), integer(s), [0])],
    ['a third number', derOf(integer(r), integer(s), [0x02, 0x01, 0x01])],
    [
      'the long form of its length',
      Buffer.concat([Buffer.from([0x30, 0x81]), long.subarray(1)]).toString('base64'),
    ],
    ['r past the order', derOf(integer(r + ORDER), integer(s))],
    ['s past the order', derOf(integer(r), integer(s + ORDER))],
    ['s from the other end', derOf(integer(r), integer(ORDER - s))],
    ['r of zero', derOf([0], integer(s))],
    ['s of zero', derOf(integer(r), [0])],
    ['r negative', derOf([0x80 | (integer(r).at(-1) ?? 0)], integer(s))],
    ['an empty r', derOf([], integer(s))],
    ['the numbers changed over', derOf(integer(s), integer(r))],
    ['cut', long.subarray(0, -1).toString('base64')],
    ['a probe', 'WECHATPAY/SIGNTEST/dGhpcyBpcyBub3QgYSBzaWduYXR1cmU'],
  ]
  test.each(OTHERS)('not %s', (_what, text) => {
    expect(check(bytes('m'), text)).toBe(false)
  })
})

describe('keys', () => {
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2_048 })
  const other = generateKeyPairSync('ec', { namedCurve: 'P-256' })

  test('of another kind are not usable, either way', () => {
    for (const key of [rsa.privateKey, rsa.publicKey, other.privateKey, other.publicKey]) {
      expect(SM2.isUsable(key)).toBe(false)
    }
    expect([SM2.isUsable(privateKey), SM2.isUsable(publicKey)]).toEqual([true, true])
    expect([RSA.isUsable(privateKey), RSA.isUsable(publicKey)]).toEqual([false, false])
    expect(() => SM2.makeSigner(rsa.privateKey)).toThrow('not an SM2 key')
    expect(() => SM2.makeCheck(rsa.publicKey)).toThrow('not an SM2 key')
  })

  test('that belie their public half are not usable', () => {
    const der = privateKey.export({ type: 'pkcs8', format: 'der' })
    const stranger = createPrivateKey(makeSm2Key().privateKeyPem)
    stranger.export({ type: 'pkcs8', format: 'der' }).copy(der, 36, 36, 68)
    const forged = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' })
    expect(SM2.isUsable(forged)).toBe(false)
  })

  test('the suite that is asked for is the one that comes', async () => {
    expect([await loadSuite('rsa'), await loadSuite('sm2')]).toEqual([RSA, SM2])
    expect(pointHex).toHaveLength(130)
  })
})

describe('AEAD_SM4_GCM', () => {
  const key = bytes('0123456789abcdefghijklmnopqrstuv')

  function seal(text: string, nonce: string, associatedData: string) {
    const sm4Key = createHash('sm3').update(key).digest().subarray(0, 16)
    const options = {
      mode: 'gcm',
      output: 'array',
      outputTag: true,
      iv: bytes(nonce),
      associatedData: bytes(associatedData),
    } as const
    const { output, tag = new Uint8Array() } = sm4.encrypt(bytes(text), sm4Key, options)
    const ciphertext = Buffer.concat([output, tag]).toString('base64')
    return { nonce, associatedData, ciphertext }
  }

  test('opens the published text', (context) => {
    const [, , one] = needVectors<Shangmi>(context, VECTORS).cases
    const sealed = {
      nonce: one.nonce,
      associatedData: one.associated_data,
      ciphertext: one.ciphertext_b64_with_tag,
    }
    expect(SM2.open(bytes(one.api_v3_key), sealed)?.toString()).toBe(one.plaintext)
    expect(RSA.open(bytes(one.api_v3_key), sealed)).toBeUndefined()
  })

  test('opens what was sealed, whatever it is', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 300 }), fc.string({ maxLength: 40 }), (text, bound) => {
        expect(SM2.open(key, seal(text, 'uluk4a9R25RW', bound))?.toString()).toBe(text)
      }),
      { numRuns: 50 },
    )
  })

  test('is SM4 in counter mode from 2, as OpenSSL has it', () => {
    const text = 'plaintext that is longer than two blocks of sixteen bytes'
    const sm4Key = createHash('sm3').update(key).digest().subarray(0, 16)
    const counter = Buffer.concat([bytes('uluk4a9R25RW'), Buffer.from([0, 0, 0, 2])])
    const cipher = createCipheriv('sm4-ctr', sm4Key, counter)
    const expected = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()])
    const sealed = Buffer.from(seal(text, 'uluk4a9R25RW', 'refund').ciphertext, 'base64')
    expect(sealed.subarray(0, -16)).toEqual(expected)
  })

  test('every byte counts, and so do nonce, data and key', () => {
    const sealed = seal('plaintext of some length', 'uluk4a9R25RW', 'refund')
    const whole = Buffer.from(sealed.ciphertext, 'base64')
    for (let at = 0; at < whole.length; at += 1) {
      const other = Buffer.from(whole)
      other[at] = (other[at] ?? 0) ^ 0x01
      expect(SM2.open(key, { ...sealed, ciphertext: other.toString('base64') })).toBeUndefined()
    }
    expect(SM2.open(key, { ...sealed, nonce: 'uluk4a9R25RX' })).toBeUndefined()
    expect(SM2.open(key, { ...sealed, nonce: 'uluk4a9R25R' })).toBeUndefined()
    expect(SM2.open(key, { ...sealed, associatedData: '' })).toBeUndefined()
    const cut = whole.subarray(0, 15).toString('base64')
    expect(SM2.open(key, { ...sealed, ciphertext: cut })).toBeUndefined()
    expect(SM2.open(key, { ...sealed, ciphertext: '' })).toBeUndefined()
    expect(SM2.open(key.subarray(1), sealed)).toBeUndefined()
  })
})
