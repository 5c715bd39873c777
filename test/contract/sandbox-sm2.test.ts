import {
  createPrivateKey,
  createPublicKey,
  createSign,
  randomBytes,
  X509Certificate,
} from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sm2, sm3, sm4 } from 'sm-crypto-v2'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Sandbox } from '../../src/sandbox/node/sandbox.ts'
import { startSandbox } from '../../src/sandbox/node/sandbox.ts'
import { chargeBody, jsonOf, type Sending, VirtualClock, WireClient } from './sandbox-client.ts'

/** A client of the test's own, against a sandbox whose merchant signs by SM2. */
const START_MS = Date.parse('2026-05-06T07:08:09Z')
const SCHEME = 'WECHATPAY2-SM2-WITH-SM3'
const USER_ID = '1234567812345678'

let dir: string
let sandbox: Sandbox
let client: WireClient
beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'guitai-sandbox-'))
  const clock = new VirtualClock(START_MS)
  sandbox = await startSandbox({ dir, clock, signature: 'sm2' })
  client = new WireClient(dir, sandbox.origin, clock)
})
afterAll(async () => {
  await sandbox.close()
  rmSync(dir, { recursive: true, force: true })
})

const read = (name: string) => readFileSync(join(dir, name), 'utf8')
const tail = (pem: string) =>
  createPublicKey(pem).export({ type: 'spki', format: 'der' }).subarray(26).toString('hex')
const serialOf = (name: string) => new X509Certificate(read(name)).serialNumber
const base64 = (hex: string) => Buffer.from(hex, 'hex').toString('base64')

type Wish = {
  readonly scheme?: string
  readonly serial?: string
  readonly sign?: (message: string, number: string) => string
}

const byUser =
  (userId: string) =>
  (message: string, number: string): string =>
    base64(sm2.doSignature(Buffer.from(message), number, { der: true, hash: true, userId }))

/** Signs as the merchant, or as the wish has it. */
function signed(sending: Sending, wish: Wish = {}): Sending {
  const { scheme = SCHEME, serial = serialOf('sm2_apiclient_cert.pem') } = wish
  const nonce = randomBytes(16).toString('hex')
  const timestamp = String(START_MS / 1_000)
  const lines = [sending.method, sending.path, timestamp, nonce, sending.body ?? '', '']
  const number = createPrivateKey(read('sm2_apiclient_key.pem'))
    .export({ type: 'pkcs8', format: 'der' })
    .subarray(36, 68)
    .toString('hex')
  const signature = (wish.sign ?? byUser(USER_ID))(lines.join('\n'), number)
  const fields = `mchid="1900000001",nonce_str="${nonce}",signature="${signature}",timestamp="${timestamp}",serial_no="${serial}"`
  return { ...sending, auth: { whole: `${scheme} ${fields}` } }
}

let orders = 0
function charge(): Sending {
  orders += 1
  const body = JSON.stringify(chargeBody(`SM-${orders}-ORDER`, 100))
  return { method: 'POST', path: '/v3/pay/transactions/codepay', body }
}
const certificates = (type: string): Sending => ({
  method: 'GET',
  path: `/v3/certificates${type}`,
})

describe('a sandbox for SM2', () => {
  it('charges, and signs its answer by the platform certificate it names', async () => {
    const answer = await client.send(signed(charge()))
    expect(answer.status).toBe(200)
    const header = (name: string) => String(answer.headers[`wechatpay-${name}`])
    expect(header('signature-type')).toBe(SCHEME)
    expect(header('serial')).toBe(serialOf('sm2_platform_1_cert.pem'))
    const message = `${header('timestamp')}\n${header('nonce')}\n${answer.body}\n`
    const der = Buffer.from(header('signature'), 'base64').toString('hex')
    const point = tail(read('sm2_platform_1_cert.pem'))
    const verify = (userId: string) =>
      sm2.doVerifySignature(Buffer.from(message), der, point, { der: true, hash: true, userId })
    expect([verify(USER_ID), verify('')]).toEqual([true, false])
  })

  it('lists its certificates sealed by SM4', async () => {
    const answer = await client.send(signed(certificates('?algorithm_type=SM2')))
    const { data } = jsonOf(answer) as {
      data: { serial_no: string; encrypt_certificate: Record<string, string> }[]
    }
    const key = Buffer.from(sm3(read('apiv3.key').trim()), 'hex').subarray(0, 16)
    const opened = data.map(({ encrypt_certificate: sealed }) => {
      const bytes = Buffer.from(sealed.ciphertext ?? '', 'base64')
      expect(sealed.algorithm).toBe('AEAD_SM4_GCM')
      return sm4.decrypt(bytes.subarray(0, -16), key, {
        mode: 'gcm',
        iv: Buffer.from(sealed.nonce ?? ''),
        associatedData: Buffer.from(sealed.associated_data ?? ''),
        tag: bytes.subarray(-16),
      })
    })
    expect(opened).toEqual([read('sm2_platform_1_cert.pem'), read('sm2_platform_2_cert.pem')])
    expect((await client.send(signed(certificates('?algorithm_type=ALL')))).status).toBe(200)
    for (const type of ['', '?algorithm_type=RSA']) {
      expect((await client.send(signed(certificates(type)))).status).toBe(400)
    }
  })

  const rsa = (message: string) =>
    createSign('RSA-SHA256').update(message).sign(read('apiclient_key.pem'), 'base64')
  const raw = (message: string, number: string) =>
    base64(sm2.doSignature(Buffer.from(message), number, { hash: true, userId: USER_ID }))
  const changed = (how: (der: Buffer) => Buffer) => (message: string, number: string) =>
    how(Buffer.from(byUser(USER_ID)(message, number), 'base64')).toString('base64')
  const WRONG: readonly [string, () => Wish, string][] = [
    [
      'the scheme of RSA',
      () => ({ scheme: 'WECHATPAY2-SHA256-RSA2048', sign: rsa }),
      'scheme_unknown',
    ],
    [
      'the scheme of RSA over a signature by SM2',
      () => ({ scheme: 'WECHATPAY2-SHA256-RSA2048' }),
      'scheme_unknown',
    ],
    ['a signature by RSA', () => ({ sign: rsa }), 'signature_wrong'],
    [
      'the RSA certificate',
      () => ({ serial: serialOf('apiclient_cert.pem'), sign: rsa }),
      'serial_wrong',
    ],
    [
      'another identity of the signer',
      () => ({ sign: byUser('1234567812345679') }),
      'signature_wrong',
    ],
    ['no identity of the signer', () => ({ sign: byUser('') }), 'signature_wrong'],
    ['the two numbers without DER', () => ({ sign: raw }), 'signature_wrong'],
    [
      'a byte after the DER',
      () => ({ sign: changed((der) => Buffer.concat([der, Buffer.of(0)])) }),
      'signature_wrong',
    ],
    [
      'a byte changed',
      () => ({
        sign: changed((der) => Buffer.from(der.map((byte, at) => (at === 10 ? byte ^ 1 : byte)))),
      }),
      'signature_wrong',
    ],
  ]
  it.each(WRONG)('refuses %s', async (_what, wish, verdict) => {
    const answer = await client.send(signed(charge(), wish()))
    expect(answer.status).toBe(401)
    expect(jsonOf(answer)).toMatchObject({ code: 'SIGN_ERROR' })
    expect(sandbox.requests(1)[0]?.verdict).toBe(verdict)
  })

  it('keeps its keys for the next start, and those for RSA beside them', async () => {
    const names = ['sm2_apiclient_cert.pem', 'sm2_pub_key_id.txt', 'apiclient_cert.pem']
    const before = names.map(read)
    const again = await startSandbox({ dir: mkdtempSync(join(tmpdir(), 'guitai-sandbox-')) })
    expect(again.terminalConfig).toMatch(/terminal\.json$/)
    await again.close()
    rmSync(again.dir, { recursive: true, force: true })
    await sandbox.close()
    sandbox = await startSandbox({ dir, clock: new VirtualClock(START_MS), signature: 'sm2' })
    client.origin = sandbox.origin
    expect(names.map(read)).toEqual(before)
    expect(sandbox.terminalConfig).toMatch(/terminal-sm2\.json$/)
    expect((await client.send(signed(charge()))).status).toBe(200)
  })
})
