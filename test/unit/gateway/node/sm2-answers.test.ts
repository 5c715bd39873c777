import { createPrivateKey, createPublicKey } from 'node:crypto'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { SM2 } from '../../../../src/gateway/node/sm2.ts'
import type { Gateway } from '../../../../src/ports/gateway.ts'
import {
  answer,
  type PayServer,
  type ReplyTwist,
  signedHeaders,
} from '../../../support/pay-server.ts'
import { makeSm2Identity, makeSm2Key, type Sm2Identity } from '../../../support/sm2-identities.ts'
import { EXPECTED, PAID_BODY } from '../answers.ts'
import { type Cast, CHARGE, makeCast, Rig } from './rig.ts'

/** A merchant that is set up for SM2, against a gateway that answers otherwise, over real TLS. */
const ID = 'PUB_KEY_ID_0000000000024101100397200000006'
const SCHEME = 'WECHATPAY2-SM2-WITH-SM3'
const platform = makeSm2Key()
const signer = SM2.makeSigner(createPrivateKey(platform.privateKeyPem))
const body = JSON.stringify(PAID_BODY)

let cast: Cast
let rig: Rig
let merchant: Sm2Identity
let server: PayServer
let gateway: Gateway
beforeAll(async () => {
  cast = await makeCast()
  merchant = await makeSm2Identity({ name: `CN=${EXPECTED.merchantId}, O=Test` })
  rig = new Rig(cast)
  server = await rig.server()
  gateway = await rig.gateway(server.origin, {
    signature: 'sm2',
    certificatePem: merchant.certificatePem,
    privateKeyPem: merchant.privateKeyPem,
    verification: { mode: 'public_key', id: ID, pem: platform.publicKeyPem },
  })
})
afterEach(() => {
  server.seen.length = 0
})
afterAll(() => rig.close())

function headers(changes: Record<string, string> = {}): Record<string, string> {
  const timestamp = String(Math.floor(Date.now() / 1_000))
  return {
    'Wechatpay-Timestamp': timestamp,
    'Wechatpay-Nonce': 'N0NCE',
    'Wechatpay-Serial': ID,
    'Wechatpay-Signature-Type': SCHEME,
    'Wechatpay-Signature': signer.sign(`${timestamp}\nN0NCE\n${body}\n`),
    ...changes,
  }
}

async function chargeAnswered(twist: ReplyTwist): Promise<string> {
  server.reply = answer(200, PAID_BODY, { unsigned: true, ...twist })
  const got = await gateway.signCharge(CHARGE).send()
  return 'cause' in got ? `${got.kind} ${got.cause}` : got.kind
}
const NOT_BELIEVED = 'unknown gateway.bad_signature'

describe('P3: with SM2 configured', () => {
  test('an answer signed by SM2 is believed', async () => {
    expect(await chargeAnswered({ headers: headers() })).toBe('paid')
    const [seen] = server.seen
    expect(seen?.headers.authorization).toMatch(new RegExp(`^${SCHEME} mchid=`))
    expect(seen?.headers.authorization).toContain(`serial_no="${merchant.serial}"`)
    expect(seen?.headers['wechatpay-serial']).toBe(ID)
  })

  test('the request is signed over its five lines', async () => {
    await chargeAnswered({ headers: headers() })
    const [seen] = server.seen
    const field = (name: string) =>
      new RegExp(`${name}="([^"]*)"`).exec(seen?.headers.authorization ?? '')?.[1] ?? ''
    const lines = ['POST', seen?.url, field('timestamp'), field('nonce_str'), seen?.body, '']
    const key = createPrivateKey(merchant.privateKeyPem)
    const check = SM2.makeCheck(createPublicKey(key))
    expect(check(Buffer.from(lines.join('\n')), field('signature'))).toBe(true)
  })

  const WRONG: readonly [string, () => ReplyTwist][] = [
    ['without a signature', () => ({})],
    ['without a type', () => ({ headers: headers(), without: ['Wechatpay-Signature-Type'] })],
    ['with an empty type', () => ({ headers: headers({ 'Wechatpay-Signature-Type': '' }) })],
    [
      'with the type of RSA',
      () => ({ headers: headers({ 'Wechatpay-Signature-Type': 'WECHATPAY2-SHA256-RSA2048' }) }),
    ],
    ['with another type', () => ({ headers: headers({ 'Wechatpay-Signature-Type': 'SM2' }) })],
    ['of a serial nobody knows', () => ({ headers: headers({ 'Wechatpay-Serial': 'AB' }) })],
    ['of another body', () => ({ headers: headers(), sentBody: `${body} ` })],
    ['with another nonce', () => ({ headers: headers({ 'Wechatpay-Nonce': 'N0NCF' }) })],
    [
      'signed by RSA and saying so',
      () => {
        const by = { serial: ID, identity: cast.platform }
        return { headers: signedHeaders(body, by, Math.floor(Date.now() / 1_000)) }
      },
    ],
    [
      'signed by RSA and saying SM2',
      () => {
        const by = { serial: ID, identity: cast.platform }
        const made = signedHeaders(body, by, Math.floor(Date.now() / 1_000))
        return { headers: { ...made, 'Wechatpay-Signature-Type': SCHEME } }
      },
    ],
    [
      'signed by a stranger',
      () => {
        const stranger = SM2.makeSigner(createPrivateKey(makeSm2Key().privateKeyPem))
        const right = headers()
        const message = `${right['Wechatpay-Timestamp']}\nN0NCE\n${body}\n`
        return { headers: { ...right, 'Wechatpay-Signature': stranger.sign(message) } }
      },
    ],
  ]
  test.each(WRONG)('an answer %s is not', async (_what, twist) => {
    expect(await chargeAnswered(twist())).toBe(NOT_BELIEVED)
  })

  test('an answer with any bit of its signature changed is not', async () => {
    const right = headers()
    const der = Buffer.from(right['Wechatpay-Signature'] ?? '', 'base64')
    for (let at = 0; at < der.length; at += 1) {
      const other = Buffer.from(der)
      other[at] = (other[at] ?? 0) ^ (1 << (at % 8))
      const changed = { ...right, 'Wechatpay-Signature': other.toString('base64') }
      expect(await chargeAnswered({ headers: changed })).toBe(NOT_BELIEVED)
    }
  })

  test('a root of platform certificates is refused, as it would not be looked at', async () => {
    const verification = { mode: 'certificates', rootPem: cast.authority.certificatePem } as const
    const opening = rig.gateway(server.origin, {
      signature: 'sm2',
      certificatePem: merchant.certificatePem,
      privateKeyPem: merchant.privateKeyPem,
      verification,
    })
    await expect(opening).rejects.toThrow('config.ca_unreadable')
  })
})
