import { createHash, createHmac, generateKeyPairSync, sign, verify } from 'node:crypto'
import { afterEach, beforeAll, describe, expect, test } from 'vitest'
import { ok } from '../../../../../src/base/result.ts'
import { mixGateways, type V2Client, withoutFaceCalls } from '../../../../../src/gateway/mix.ts'
import { createProver } from '../../../../../src/gateway/services/node/prove.ts'
import { openV2Gateway, type V2Options } from '../../../../../src/gateway/v2/node/client.ts'
import type { Charge, Expected } from '../../../../../src/ports/gateway.ts'
import { createScriptedGateway } from '../../../../support/scripted-gateway.ts'
import { createSeededEntropy } from '../../../../support/seeded.ts'
import { EXPECTED, OPEN_ID } from '../../answers.ts'
import {
  type Cast,
  CHARGE,
  createMemoryLog,
  deadOrigin,
  goodOptions,
  makeCast,
} from '../../node/rig.ts'
import { API_V2_KEY, COMMON, GOOD, PAID, refusal } from '../messages.ts'
import { says, startV2Server, type V2Server } from './v2-server.ts'

/** Made up in the form that the wire's page shows. */
const FACE_CODE = 'a0b1c2d3-4e5f-67'
const BY_FACE: Expected = { ...EXPECTED, face: 'face_code' }
const FACE_CHARGE: Charge = { ...CHARGE, face: 'face_code', code: FACE_CODE }
const FACE_PAID = { ...PAID, trade_type: 'FACEPAY' }

let cast: Cast
let open: { close(): Promise<void> }[] = []
beforeAll(async () => {
  cast = await makeCast()
})
afterEach(async () => {
  for (const one of open.reverse()) await one.close()
  open = []
})

async function server(isStrict = false): Promise<V2Server> {
  const started = await startV2Server(cast.tls, cast.authority, isStrict)
  open.push(started)
  return started
}

function client(primary: string, changes: Partial<V2Options> = {}): V2Client {
  const opened = openV2Gateway({ ...goodOptions(cast, primary), apiV2Key: API_V2_KEY, ...changes })
  if (!opened.ok) throw new Error(`refused: ${opened.error.code}`)
  open.push(opened.value)
  return opened.value
}

function wantedSign(fields: Readonly<Record<string, string>>): string {
  const names = Object.keys(fields).filter((name) => name !== 'sign' && fields[name] !== '')
  const text = names.sort().map((name) => `${name}=${fields[name]}&`)
  const hash = createHmac('sha256', API_V2_KEY)
  return hash
    .update(`${text.join('')}key=${API_V2_KEY}`)
    .digest('hex')
    .toUpperCase()
}

const CALLS = {
  charge: {
    path: '/pay/facepay',
    run: (gateway: V2Client) => gateway.signCharge(FACE_CHARGE).send(),
    answer: FACE_PAID as Readonly<Record<string, string>>,
    kind: 'paid',
    isSecured: false,
  },
  query: {
    path: '/pay/facepayquery',
    run: (gateway: V2Client) => gateway.query(BY_FACE),
    answer: { ...FACE_PAID, trade_state: 'SUCCESS' },
    kind: 'paid',
    isSecured: false,
  },
  reverse: {
    path: '/secapi/pay/facepayreverse',
    run: (gateway: V2Client) => gateway.reverse(BY_FACE),
    answer: { ...GOOD, recall: 'N' },
    kind: 'reversed',
    isSecured: true,
  },
} as const
const NAMES = Object.keys(CALLS) as (keyof typeof CALLS)[]

describe('an order of a face code', () => {
  test.each(NAMES)('%s goes by its own call, always HMAC-SHA256, F-25', async (name) => {
    const call = CALLS[name]
    const pay = await server()
    pay.reply = says(call.answer)
    const log = createMemoryLog()
    // The merchant's other calls are signed with MD5.
    const gateway = client(pay.origin, { log, signType: 'MD5' })
    expect(await call.run(gateway)).toMatchObject({ kind: call.kind, status: 200 })
    const [seen] = pay.seen
    if (!seen) throw new Error('nothing arrived')
    expect(seen.path).toBe(call.path)
    expect(seen.fields).toMatchObject({
      appid: EXPECTED.appId,
      mch_id: EXPECTED.merchantId,
      out_trade_no: EXPECTED.outTradeNo,
      sign_type: 'HMAC-SHA256',
      sign: wantedSign(seen.fields),
    })
    expect(seen.isTrusted).toBe(call.isSecured)
    const written = JSON.stringify(log.lines)
    for (const secret of [FACE_CODE, API_V2_KEY, OPEN_ID]) expect(written).not.toContain(secret)
  })

  test('what its charge says', async () => {
    const pay = await server()
    pay.reply = says(FACE_PAID)
    const gateway = client(pay.origin)
    await gateway.signCharge({ ...FACE_CHARGE, noCredit: true }).send()
    const fields = pay.seen[0]?.fields
    expect(fields).toMatchObject({
      face_code: FACE_CODE,
      total_fee: '1230',
      spbill_create_ip: '127.0.0.1',
      limit_pay: 'no_credit',
    })
    expect(fields).not.toHaveProperty('auth_code')
  })

  test.each<[string, Partial<Charge>, Partial<V2Options>]>([
    ['a space in the code', { code: 'a b' }, {}],
    ['a code that could be two fields', { code: 'a&total_fee=1' }, {}],
    ['a long code', { code: 'a'.repeat(129) }, {}],
    ['no code', { code: '' }, {}],
    ['an address of IPv6', {}, { deviceIp: '2001:db8::1234:5678' }],
  ])('P6: with %s nothing is sent', async (_what, changes, options) => {
    const pay = await server()
    const gateway = client(pay.origin, options)
    const answer = await gateway.signCharge({ ...FACE_CHARGE, ...changes }).send()
    expect(answer).toMatchObject({ kind: 'unknown', cause: 'gateway.bad_request', sent: false })
    expect(pay.seen).toEqual([])
  })

  test('P2, P3, P4: is classified by the rules of every order', async () => {
    const pay = await server()
    const gateway = client(pay.origin)
    const answers: [keyof typeof CALLS, Readonly<Record<string, string>>, object][] = [
      ['charge', refusal('USERPAYING'), { kind: 'paying' }],
      ['charge', refusal('SYSTEMERROR'), { kind: 'unknown', cause: 'gateway.server_error' }],
      ['charge', refusal('AUTH_CODE_INVALID'), { kind: 'refused', cause: 'gateway.code_invalid' }],
      ['charge', refusal('NEVER_HEARD_OF'), { kind: 'unknown', cause: 'gateway.unknown_code' }],
      ['charge', { ...FACE_PAID, total_fee: '1' }, { cause: 'gateway.mismatch' }],
      ['charge', { ...FACE_PAID, out_trade_no: 'OTHER' }, { cause: 'gateway.mismatch' }],
      ['query', refusal('ORDERNOTEXIST'), { kind: 'not_found' }],
      [
        'query',
        { ...GOOD, out_trade_no: EXPECTED.outTradeNo, trade_state: 'NOTPAY' },
        { kind: 'unpaid' },
      ],
      ['reverse', { ...GOOD, recall: 'Y' }, { kind: 'unknown', cause: 'gateway.not_settled' }],
      ['reverse', { ...COMMON, return_code: 'FAIL' }, { kind: 'unknown' }],
    ]
    for (const [name, answer, wanted] of answers) {
      pay.reply = says(answer)
      expect(await CALLS[name].run(gateway)).toMatchObject(wanted)
    }
    pay.reply = (response) => response.end('<xml></xml>')
    for (const name of NAMES) {
      expect(await CALLS[name].run(gateway)).toMatchObject({ kind: 'unknown', sent: true })
    }
  })

  test('a charge of no answer is unknown, and was not sent only where nobody listened', async () => {
    const pay = await server()
    pay.reply = (response) => response.destroy()
    expect(await CALLS.charge.run(client(pay.origin))).toMatchObject({
      kind: 'unknown',
      cause: 'gateway.cut_off',
      sent: true,
    })
    expect(await CALLS.charge.run(client(await deadOrigin()))).toMatchObject({
      kind: 'unknown',
      cause: 'gateway.unreachable',
      sent: false,
    })
  })

  test('its reversal is let in where a certificate is insisted on', async () => {
    const pay = await server(true)
    pay.reply = says(CALLS.reverse.answer)
    const gateway = client(pay.origin)
    expect(await CALLS.reverse.run(gateway)).toMatchObject({ kind: 'reversed' })
    expect(await CALLS.query.run(gateway)).toMatchObject({ kind: 'unknown' })
  })
})

describe('what payment calls carry', () => {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519')
  const prove = (origin: string) =>
    createProver({
      signer: {
        keyId: '0123456789abcdef',
        signAside: async (bytes) => sign(null, bytes, privateKey),
      },
      nextCounter: () => ok(7),
      standpoint: () => ({
        ...{ serial: 'T-1', deviceType: '09' as const, appVersion: '0.1.0', grant: 'G-1/3' },
        origins: [origin],
      }),
      nowMs: () => 1_700_000_000_123,
      entropy: createSeededEntropy(3),
      log: createMemoryLog(),
    })

  test.each<[string, Charge, string, string]>([
    ['a face code', FACE_CHARGE, '/pay/facepay', 'FACEPAY'],
    ['a payment code of a face', { ...CHARGE, face: 'payment_code' }, '/pay/micropay', 'FACEPAY'],
    ['a payment code', CHARGE, '/pay/micropay', 'MICROPAY'],
  ])('the proof of %s names its interface', async (_what, charge, path, name) => {
    const pay = await server()
    pay.reply = says(PAID)
    await client(pay.origin, { prove: prove(pay.origin) })
      .signCharge(charge)
      .send()
    const [seen] = pay.seen
    expect(seen?.path).toBe(path)
    const told = name === 'MICROPAY' ? undefined : name
    expect(seen?.proof['guitai-interface']).toBe(told)
    const body = createHash('sha256')
      .update(seen?.text ?? '')
      .digest('hex')
    const nonce = seen?.proof['guitai-nonce']
    const text = `GUITAI-PAYMENT-V1\nPOST\n${path}\nT-1\n0123456789abcdef\n1700000000123\n${nonce}\n7\n09\n0.1.0\nG-1/3\n${name}\n\n${body}\n`
    const signature = Buffer.from(String(seen?.proof['guitai-signature']), 'base64')
    expect(verify(null, Buffer.from(text), publicKey, signature)).toBe(true)
  })

  test('a question about an order of a face carries none', async () => {
    const pay = await server()
    pay.reply = says(CALLS.query.answer)
    await client(pay.origin, { prove: prove(pay.origin) }).query(BY_FACE)
    expect(pay.seen[0]?.proof).toEqual({})
  })
})

describe('which API an order of a face goes by', () => {
  const ALL_V3 = { charge: 'v3', query: 'v3', reverse: 'v3', refund: 'v3' } as const
  const heard = ({ calls }: ReturnType<typeof createScriptedGateway>) =>
    calls.map(({ kind }) => kind)

  test('a face code by v2, a payment code as configured', () => {
    const v3 = createScriptedGateway()
    const v2 = createScriptedGateway()
    const mixed = mixGateways(v3, v2, ALL_V3)
    const ask = (face: 'face_code' | 'payment_code') => {
      void mixed.signCharge({ ...CHARGE, face }).send()
      void mixed.query({ ...EXPECTED, face })
      void mixed.reverse({ ...EXPECTED, face })
    }
    ask('face_code')
    expect([heard(v3), heard(v2)]).toEqual([[], ['charge', 'query', 'reverse']])
    ask('payment_code')
    expect(heard(v3)).toEqual(['charge', 'query', 'reverse'])
  })

  test('without a client of v2 no byte of a face code leaves', async () => {
    const v3 = createScriptedGateway()
    const only = withoutFaceCalls(v3)
    const answers = [
      await only.signCharge(FACE_CHARGE).send(),
      await only.query(BY_FACE),
      await only.reverse(BY_FACE),
    ]
    for (const answer of answers) expect(answer).toMatchObject({ kind: 'unknown', sent: false })
    expect(heard(v3)).toEqual([])
    void only.signCharge({ ...CHARGE, face: 'payment_code' }).send()
    void only.query(EXPECTED)
    void only.reverse(EXPECTED)
    expect(heard(v3)).toEqual(['charge', 'query', 'reverse'])
  })
})
