import { createPrivateKey, createPublicKey, generateKeyPairSync } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import {
  answerMessage,
  authorizationHeader,
  encodeOrderNumber,
  requestMessage,
} from '../../../src/gateway/canonical.ts'
import { encodeCharge, encodeQuery, encodeReverse } from '../../../src/gateway/codec.ts'
import { openSealed, signatureCheck, signMessage } from '../../../src/gateway/node/signatures.ts'
import { needVectors } from '../../support/vectors.ts'

type SignCase = {
  readonly name: string
  readonly method?: 'GET' | 'POST'
  readonly url?: string
  readonly timestamp?: string
  readonly nonce?: string
  readonly body?: string
  readonly message: string
  readonly signature: string
}
type Official = {
  readonly mchid: string
  readonly serial_no: string
  readonly private_key_pem: string
  readonly public_key_pem: string
  readonly authorization_header_example: string
  readonly cases: readonly SignCase[]
}
type Derived = {
  readonly requests: readonly Required<SignCase>[]
  readonly responses: readonly {
    readonly name: string
    readonly headers: Record<string, string>
    readonly body: string
    readonly message: string
  }[]
}
type Java = {
  readonly merchant_private_key_pem: string
  readonly wechatpay_public_key_pem: string
  readonly wechatpay_serial: string
  readonly cases: readonly { name: string; message?: string; signature?: string }[]
}
type Sealed = {
  readonly cases: readonly {
    readonly name: string
    readonly key_ascii: string
    readonly key_bits: number
    readonly nonce_ascii: string
    readonly associated_data: string
    readonly ciphertext_b64_with_tag: string
    readonly plaintext: string
  }[]
}

const OFFICIAL = 'v3-rsa-request-sign.official.json'
const DERIVED = 'v3-codepay-derived.json'
const JAVA = 'v3-rsa.wechatpay-java.json'

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'

describe('published vectors', () => {
  test('request signatures of the documentation', (context) => {
    const vectors = needVectors<Official>(context, OFFICIAL)
    const key = createPrivateKey(vectors.private_key_pem)
    const check = signatureCheck(createPublicKey(vectors.public_key_pem))
    expect(vectors.cases.length).toBeGreaterThan(3)
    for (const one of vectors.cases) {
      if (one.method !== undefined) expect(messageOf(one)).toBe(one.message)
      expect(signMessage(one.message, key)).toBe(one.signature)
      expect(check(Buffer.from(one.message), one.signature)).toBe(true)
      expect(check(Buffer.from(`${one.message} `), one.signature)).toBe(false)
    }
  })

  test('the Authorization header of the documentation', (context) => {
    const vectors = needVectors<Official>(context, OFFICIAL)
    const one = vectors.cases.find(({ method }) => method === 'GET')
    const header = authorizationHeader(
      { merchantId: vectors.mchid, certificateSerial: vectors.serial_no },
      { timestampS: Number(one?.timestamp), nonce: one?.nonce ?? '' },
      one?.signature ?? '',
    )
    expect(header).toBe(vectors.authorization_header_example)
  })

  test('codepay, query and reverse requests, byte for byte', (context) => {
    const derived = needVectors<Derived>(context, DERIVED)
    const key = createPrivateKey(needVectors<Official>(context, OFFICIAL).private_key_pem)
    const expected = {
      outTradeNo: 'POS20260101000001',
      amountFen: 1,
      merchantId: '1900007291',
      appId: 'wxd678efh567hg6787',
    }
    const charge = encodeCharge(
      { ...expected, code: '130061098828009406', description: '测试商品', storeId: 'S001' },
      { ...expected, terminalId: 'POS01', deviceIp: '127.0.0.1' },
    )
    const made = [
      charge.ok ? charge.value : undefined,
      encodeQuery(expected),
      encodeQuery({ ...expected, outTradeNo: 'A|B*1' }),
      encodeReverse(expected),
    ]
    expect(derived.requests).toHaveLength(made.length)
    derived.requests.forEach((one, index) => {
      expect(made[index]).toEqual({ method: one.method, target: one.url, body: one.body })
      expect(messageOf(one)).toBe(one.message)
      expect(signMessage(one.message, key)).toBe(one.signature)
    })
  })

  test('answer signatures', (context) => {
    const derived = needVectors<Derived>(context, DERIVED)
    const java = needVectors<Java>(context, JAVA)
    const check = signatureCheck(createPublicKey(java.wechatpay_public_key_pem))
    for (const { headers, body, message } of derived.responses) {
      const bytes = answerMessage(
        headers['Wechatpay-Timestamp'] ?? '',
        headers['Wechatpay-Nonce'] ?? '',
        Buffer.from(body),
      )
      expect(Buffer.from(bytes).toString()).toBe(message)
      expect(check(bytes, headers['Wechatpay-Signature'] ?? '')).toBe(true)
    }
  })

  test('sign and verify of the official Java library', (context) => {
    const java = needVectors<Java>(context, JAVA)
    const one = java.cases.find(({ name }) => name === 'sign/verify')
    const key = createPrivateKey(java.merchant_private_key_pem)
    expect(signMessage(one?.message ?? '', key)).toBe(one?.signature)
  })

  test('AEAD_AES_256_GCM', (context) => {
    const { cases } = needVectors<Sealed>(context, 'v3-aead-aes-gcm.json')
    const usable = cases.filter((one) => one.key_bits === 256)
    expect(usable.length).toBeGreaterThan(3)
    for (const one of usable) {
      const sealed = {
        nonce: one.nonce_ascii,
        associatedData: one.associated_data,
        ciphertext: one.ciphertext_b64_with_tag,
      }
      const key = Buffer.from(one.key_ascii)
      expect(openSealed(key, sealed)?.toString()).toBe(one.plaintext)
      expect(openSealed(key, { ...sealed, associatedData: 'other' })).toBeUndefined()
    }
  })
})

test('an order number is percent-encoded once', () => {
  expect(encodeOrderNumber('A|B*1-_z')).toBe('A%7CB%2A1-_z')
  expect(encodeOrderNumber('R|1@*')).toBe('R%7C1%40%2A')
})

test('a signature in anything but canonical base64 is refused without a throw', () => {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 })
  const check = signatureCheck(publicKey)
  const message = Buffer.from('message')
  const good = signMessage('message', privateKey)
  expect(check(message, good)).toBe(true)
  // The last digit before "==" holds four bits that a lenient decoder throws away.
  const digit = ALPHABET.indexOf(good.charAt(good.length - 3))
  const loose = `${good.slice(0, -3)}${ALPHABET.charAt(digit ^ 1)}==`
  expect(Buffer.from(loose, 'base64')).toEqual(Buffer.from(good, 'base64'))
  const variants = [
    loose,
    `${good}\n`,
    good.replaceAll('=', ''),
    `${good}AAAA`,
    `-${good}`,
    '',
    '=',
  ]
  for (const text of variants) expect(check(message, text)).toBe(false)
})

function messageOf(one: SignCase): string {
  return requestMessage({
    method: one.method ?? 'GET',
    target: one.url ?? '',
    timestampS: Number(one.timestamp),
    nonce: one.nonce ?? '',
    body: one.body ?? '',
  })
}
