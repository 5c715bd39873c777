import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  X509Certificate,
} from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { TestContext } from 'vitest'
import { describe, expect, it } from 'vitest'
import { seal, signMessage, unseal, verifyMessage } from '../../../../src/sandbox/node/signing.ts'
import {
  readAuthorization,
  requestMessage,
  responseMessageHead,
} from '../../../../src/sandbox/wire-messages.ts'

const FOLDER =
  process.env.GUITAI_VECTORS ?? resolve(import.meta.dirname, '../../../../../shared/vectors')

// biome-ignore lint/suspicious/noExplicitAny: published vectors, each file of its own shape
const vectors = (context: TestContext, name: string): any => {
  const path = join(FOLDER, name)
  if (!existsSync(path)) context.skip(`no published vectors: ${name} is not in GUITAI_VECTORS`)
  return JSON.parse(readFileSync(path, 'utf8'))
}

type RequestCase = {
  name: string
  method?: string
  url: string
  timestamp: string
  nonce: string
  body: string
  message: string
  signature: string
}

describe('request signatures', () => {
  it('equal the published ones', (context) => {
    const file = vectors(context, 'v3-rsa-request-sign.official.json')
    const key = createPrivateKey(file.private_key_pem)
    const publicKey = createPublicKey(file.public_key_pem)
    const cases: RequestCase[] = file.cases
    expect(cases.length).toBeGreaterThan(0)
    for (const one of cases) {
      if (one.method) {
        const { method, url, timestamp, nonce, body } = one
        expect(requestMessage({ method, url, timestamp, nonce, body })).toBe(one.message)
      }
      expect(signMessage(one.message, key)).toBe(one.signature)
      expect(verifyMessage(one.message, publicKey, one.signature)).toBe(true)
      expect(verifyMessage(`${one.message} `, publicKey, one.signature)).toBe(false)
    }
    const reading = readAuthorization(file.authorization_header_example)
    expect(reading).toMatchObject({
      kind: 'read',
      value: { mchid: file.mchid, serial: file.serial_no, timestamp: '1554208460' },
    })
  })

  it('equal the derived ones for charge, query and reverse', (context) => {
    const keys = vectors(context, 'v3-rsa-request-sign.official.json')
    const file = vectors(context, 'v3-codepay-derived.json')
    const key = createPrivateKey(keys.private_key_pem)
    const cases: Required<RequestCase>[] = file.requests
    expect(cases.length).toBeGreaterThan(0)
    for (const one of cases) {
      expect(requestMessage(one)).toBe(one.message)
      expect(signMessage(one.message, key)).toBe(one.signature)
    }
  })
})

describe('response signatures', () => {
  it('equal the derived ones', (context) => {
    const keys = vectors(context, 'v3-rsa.wechatpay-java.json')
    const file = vectors(context, 'v3-codepay-derived.json')
    const key = createPrivateKey(keys.wechatpay_private_key_pem)
    const publicKey = new X509Certificate(keys.wechatpay_certificate_pem).publicKey
    type Response = { headers: Record<string, string>; body: string; message: string }
    const cases: Response[] = file.responses
    expect(cases.length).toBeGreaterThan(0)
    for (const { headers, body, message } of cases) {
      const header = (name: string): string => headers[name] ?? ''
      const head = responseMessageHead(header('Wechatpay-Timestamp'), header('Wechatpay-Nonce'))
      expect(`${head}${body}\n`).toBe(message)
      expect(signMessage(message, key)).toBe(header('Wechatpay-Signature'))
      expect(verifyMessage(message, publicKey, header('Wechatpay-Signature'))).toBe(true)
    }
  })

  it('equal the published one of the official SDK', (context) => {
    const file = vectors(context, 'v3-rsa.wechatpay-java.json')
    const one = file.cases.find(({ name }: { name: string }) => name === 'sign/verify')
    const key = createPrivateKey(file.merchant_private_key_pem)
    expect(signMessage(one.message, key)).toBe(one.signature)
  })
})

describe('sealed texts', () => {
  it('equal the published ones, both ways', (context) => {
    const file = vectors(context, 'v3-aead-aes-gcm.json')
    expect(file.cases.length).toBeGreaterThan(0)
    for (const one of file.cases) {
      const binding = { nonce: one.nonce_ascii, associatedData: one.associated_data }
      const sealed = { ...binding, ciphertext: one.ciphertext_b64_with_tag }
      expect(unseal(sealed, one.key_ascii)).toBe(one.plaintext)
      expect(seal(one.plaintext, one.key_ascii, binding)).toEqual(sealed)
    }
  })

  it('do not open with other data', () => {
    const key = '0123456789abcdef0123456789abcdef'
    const sealed = seal('text', key, { nonce: '123456789012', associatedData: 'certificate' })
    expect(unseal(sealed, key)).toBe('text')
    expect(() => unseal({ ...sealed, associatedData: 'other' }, key)).toThrow()
  })
})

describe('what is no signature', () => {
  it('is wrong, and nothing else', () => {
    const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    for (const text of ['', '%', 'AAAA', 'A', 'WECHATPAY/SIGNTEST/x']) {
      expect(verifyMessage('message', publicKey, text)).toBe(false)
    }
  })
})
