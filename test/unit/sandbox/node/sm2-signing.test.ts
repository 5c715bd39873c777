import { createPrivateKey, createPublicKey, generateKeyPairSync } from 'node:crypto'
import fc from 'fast-check'
import { sm2 } from 'sm-crypto-v2'
import { describe, expect, it } from 'vitest'
import { beginSm2, sealSm4, verifySm2 } from '../../../../src/sandbox/node/sm2-signing.ts'
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

const pair = makeSm2Key()
const privateKey = createPrivateKey(pair.privateKeyPem)
const publicKey = createPublicKey(pair.publicKeyPem)
const number = privateKey.export({ type: 'pkcs8', format: 'der' }).subarray(36, 68).toString('hex')

function sign(...pieces: string[]): string {
  const signing = beginSm2(privateKey)
  for (const piece of pieces) signing.update(piece)
  return signing.end()
}

describe('SM2 signatures of the sandbox', () => {
  it('equal the published one', (context) => {
    const vectors = needVectors<Shangmi>(context, 'v3-shangmi-sm2-sm4.json')
    const [{ message, signature_b64: signature }] = vectors.cases
    const key = createPublicKey(vectors.sm2_public_key_pem)
    expect(verifySm2(message, key, signature)).toBe(true)
    expect(verifySm2(`${message} `, key, signature)).toBe(false)
    const signing = beginSm2(createPrivateKey(vectors.sm2_private_key_pem))
    signing.update(message)
    expect(verifySm2(message, key, signing.end())).toBe(true)
  })

  it('verify however the message comes in pieces', () => {
    fc.assert(
      fc.property(fc.array(fc.string(), { maxLength: 5 }), (pieces) => {
        expect(verifySm2(pieces.join(''), publicKey, sign(...pieces))).toBe(true)
      }),
      { numRuns: 30 },
    )
  })

  it('are of many keys', () => {
    for (let index = 0; index < 40; index += 1) {
      const other = makeSm2Key()
      const signing = beginSm2(createPrivateKey(other.privateKeyPem))
      signing.update('m')
      const signature = signing.end()
      expect(verifySm2('m', createPublicKey(other.publicKeyPem), signature)).toBe(true)
      expect(verifySm2('m', publicKey, signature)).toBe(false)
    }
  })

  it('are wrong with any byte changed, of another identity, or not the one DER', () => {
    const der = Buffer.from(sign('m'), 'base64')
    for (let at = 0; at < der.length; at += 1) {
      const other = Buffer.from(der)
      other[at] = (other[at] ?? 0) ^ 0x01
      expect(verifySm2('m', publicKey, other.toString('base64'))).toBe(false)
    }
    const userId = '1234567812345679'
    const foreign = sm2.doSignature(Buffer.from('m'), number, { der: true, hash: true, userId })
    expect(verifySm2('m', publicKey, Buffer.from(foreign, 'hex').toString('base64'))).toBe(false)
    const options = { hash: true, userId: '1234567812345678' }
    const raw = sm2.doSignature(Buffer.from('m'), number, options)
    expect(verifySm2('m', publicKey, Buffer.from(raw, 'hex').toString('base64'))).toBe(false)
    const long = Buffer.concat([Buffer.from([0x30, 0x81]), der.subarray(1)])
    const more = Buffer.concat([der, Buffer.from([0])])
    for (const text of ['', '%', 'WECHATPAY/SIGNTEST/x', long, more]) {
      const given = typeof text === 'string' ? text : text.toString('base64')
      expect(verifySm2('m', publicKey, given)).toBe(false)
    }
  })

  it('are never of another kind of key', () => {
    const rsa = generateKeyPairSync('rsa', { modulusLength: 2_048 })
    const other = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    expect(verifySm2('m', rsa.publicKey, sign('m'))).toBe(false)
    expect(verifySm2('m', other.publicKey, sign('m'))).toBe(false)
    expect(() => beginSm2(rsa.privateKey)).toThrow()
    expect(() => beginSm2(other.privateKey)).toThrow()
  })
})

describe('sealed by SM4', () => {
  it('equals the published text', (context) => {
    const [, , one] = needVectors<Shangmi>(context, 'v3-shangmi-sm2-sm4.json').cases
    const binding = { nonce: one.nonce, associatedData: one.associated_data }
    const ciphertext = one.ciphertext_b64_with_tag
    expect(sealSm4(one.plaintext, one.api_v3_key, binding)).toEqual({ ...binding, ciphertext })
  })
})
