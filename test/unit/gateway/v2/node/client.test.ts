import { createHash, createHmac } from 'node:crypto'
import { type AddressInfo, createServer as createTcpServer } from 'node:net'
import { afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { V2Client } from '../../../../../src/gateway/mix.ts'
import { openGateway } from '../../../../../src/gateway/node/gateway.ts'
import { openV2Gateway, type V2Options } from '../../../../../src/gateway/v2/node/client.ts'
import { type Identity, makeIdentity } from '../../../../support/pay-identities.ts'
import { EXPECTED, OPEN_ID } from '../../answers.ts'
import { type Cast, CHARGE, createMemoryLog, goodOptions, makeCast } from '../../node/rig.ts'
import {
  API_V2_KEY,
  GOOD,
  PAID,
  REFUND,
  REFUND_DONE,
  REFUND_TAKEN,
  refusal,
  signedXml,
} from '../messages.ts'
import { says, startV2Server, type V2Server } from './v2-server.ts'

const DAY_MS = 86_400_000

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
  const opened = openV2Gateway({
    ...goodOptions(cast, primary),
    apiV2Key: API_V2_KEY,
    ...changes,
  })
  if (!opened.ok) throw new Error(`refused: ${opened.error.code}`)
  open.push(opened.value)
  return opened.value
}

/** An address where nobody listens: a port that was free a moment ago. */
async function deadOrigin(): Promise<string> {
  const listener = createTcpServer()
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve))
  const { port } = listener.address() as AddressInfo
  await new Promise((resolve) => listener.close(resolve))
  return `https://127.0.0.1:${port}`
}

/** The signature as the wire wants it, made here once more. */
function wantedSign(fields: Readonly<Record<string, string>>, type: string): string {
  const names = Object.keys(fields).filter((name) => name !== 'sign' && fields[name] !== '')
  const text = names.sort().map((name) => `${name}=${fields[name]}&`)
  const hash = type === 'MD5' ? createHash('md5') : createHmac('sha256', API_V2_KEY)
  return hash
    .update(`${text.join('')}key=${API_V2_KEY}`)
    .digest('hex')
    .toUpperCase()
}

/** Every call once, with what a good answer to it holds. */
const CALLS = {
  charge: {
    path: '/pay/micropay',
    run: (gateway: V2Client) => gateway.signCharge(CHARGE).send(),
    answer: PAID as Readonly<Record<string, string>>,
    kind: 'paid',
    needsCertificate: false,
  },
  query: {
    path: '/pay/orderquery',
    run: (gateway: V2Client) => gateway.query(EXPECTED),
    answer: { ...PAID, trade_state: 'SUCCESS' },
    kind: 'paid',
    needsCertificate: false,
  },
  reverse: {
    path: '/secapi/pay/reverse',
    run: (gateway: V2Client) => gateway.reverse(EXPECTED),
    answer: { ...GOOD, recall: 'N' },
    kind: 'reversed',
    needsCertificate: true,
  },
  refund: {
    path: '/secapi/pay/refund',
    run: (gateway: V2Client) => gateway.refund(REFUND),
    answer: REFUND_TAKEN,
    kind: 'refund',
    needsCertificate: true,
  },
  refund_query: {
    path: '/pay/refundquery',
    run: (gateway: V2Client) => gateway.queryRefund(REFUND),
    answer: REFUND_DONE,
    kind: 'refund',
    needsCertificate: false,
  },
} as const
type CallName = keyof typeof CALLS
const NAMES = Object.keys(CALLS) as CallName[]
const SECURED = NAMES.filter((name) => CALLS[name].needsCertificate)

describe('a good exchange over TLS', () => {
  test.each(NAMES)(
    '%s is signed, and shows the certificate only where it is asked',
    async (name) => {
      const call = CALLS[name]
      const pay = await server()
      pay.reply = says(call.answer)
      const log = createMemoryLog()
      const gateway = client(pay.origin, { log })
      expect(await call.run(gateway)).toMatchObject({ kind: call.kind, status: 200 })
      const [seen] = pay.seen
      if (!seen) throw new Error('nothing arrived')
      expect(seen.path).toBe(call.path)
      expect(seen.contentType).toBe('text/xml; charset=utf-8')
      expect(seen.fields).toMatchObject({
        appid: EXPECTED.appId,
        mch_id: EXPECTED.merchantId,
        sign_type: 'HMAC-SHA256',
        nonce_str: expect.stringMatching(/^[0-9A-F]{32}$/),
        sign: wantedSign(seen.fields, 'HMAC-SHA256'),
      })
      expect(seen.clientName).toBe(call.needsCertificate ? EXPECTED.merchantId : undefined)
      expect(seen.isTrusted).toBe(call.needsCertificate)

      // P6: neither code, key nor payer reaches the log.
      const written = JSON.stringify(log.lines)
      expect(written).toContain(EXPECTED.outTradeNo)
      for (const secret of [CHARGE.code, API_V2_KEY, OPEN_ID, '0403']) {
        expect(written).not.toContain(secret)
      }
    },
  )

  test('what a charge says', async () => {
    const pay = await server()
    pay.reply = says(PAID)
    const marks: string[] = []
    const gateway = client(pay.origin, { onMark: (mark) => marks.push(mark) })
    await gateway.signCharge(CHARGE).send()
    await gateway.signCharge({ ...CHARGE, noCredit: true, description: '茶'.repeat(60) }).send()
    const [plain, noCredit] = pay.seen.map(({ fields }) => fields)
    expect(plain).toMatchObject({
      device_info: 'POS01',
      body: CHARGE.description,
      out_trade_no: EXPECTED.outTradeNo,
      total_fee: '1230',
      spbill_create_ip: '127.0.0.1',
      auth_code: CHARGE.code,
      scene_info: '{"store_info":{"id":"S001"}}',
    })
    expect(plain).not.toHaveProperty('limit_pay')
    expect(noCredit).toMatchObject({ limit_pay: 'no_credit', body: '茶'.repeat(42) })
    expect(marks).toEqual(['signed', 'sent', 'answered', 'signed', 'sent', 'answered'])
  })

  test('P1: a charge that was signed and not sent stays here', async () => {
    const pay = await server()
    pay.reply = says(PAID)
    const gateway = client(pay.origin)
    gateway.signCharge({ ...CHARGE, outTradeNo: 'NEVERSENT1' })
    await gateway.query(EXPECTED)
    expect(pay.seen.map(({ path }) => path)).toEqual([CALLS.query.path])
  })

  test('what a refund says, and by what it is asked about', async () => {
    const pay = await server()
    pay.reply = says(REFUND_TAKEN)
    const gateway = client(pay.origin)
    await gateway.refund(REFUND)
    await gateway.queryRefund(REFUND)
    const [refund, question] = pay.seen.map(({ fields }) => fields)
    expect(refund).toMatchObject({
      out_trade_no: EXPECTED.outTradeNo,
      out_refund_no: REFUND.outRefundNo,
      total_fee: '1230',
      refund_fee: '300',
      refund_desc: '退货',
    })
    expect(question).toMatchObject({ out_refund_no: REFUND.outRefundNo })
    expect(question).not.toHaveProperty('out_trade_no')
  })

  test('MD5 where the merchant wants it, and then for answers too', async () => {
    const pay = await server()
    pay.reply = (response) => {
      const fields = { ...PAID, sign: wantedSign(PAID, 'MD5') }
      const elements = Object.entries(fields).map(([name, text]) => `<${name}>${text}</${name}>`)
      response.end(`<xml>${elements.join('')}</xml>`)
    }
    const gateway = client(pay.origin, { signType: 'MD5' })
    expect((await gateway.signCharge(CHARGE).send()).kind).toBe('paid')
    const [seen] = pay.seen
    expect(seen?.fields.sign).toBe(wantedSign(seen?.fields ?? {}, 'MD5'))
    pay.reply = says(PAID)
    const answer = await gateway.signCharge(CHARGE).send()
    expect(answer).toMatchObject({ kind: 'unknown', cause: 'gateway.bad_signature' })
  })
})

describe('beside a client of APIv3', () => {
  test('a charge takes the connection that is kept warm, and leaves it when it is closed', async () => {
    const pay = await server()
    pay.reply = says(PAID)
    const { platform } = cast
    const verification = {
      mode: 'public_key' as const,
      id: 'PUB_KEY_ID_0100000001',
      pem: platform.publicKeyPem,
    }
    const options = { ...goodOptions(cast, pay.origin), verification }
    const v3 = await openGateway(options)
    if (!v3.ok) throw new Error(v3.error.code)
    open.push(v3.value)
    await expect.poll(() => v3.value.health().state).toBe('ok')
    expect(pay.connections()).toBe(1)
    const opened = openV2Gateway({ ...options, apiV2Key: API_V2_KEY }, v3.value.transport)
    if (!opened.ok) throw new Error(opened.error.code)
    expect((await opened.value.signCharge(CHARGE).send()).kind).toBe('paid')
    expect(pay.connections()).toBe(1)
    // A call that shows the certificate needs a connection of its own.
    await opened.value.reverse(EXPECTED)
    expect(pay.connections()).toBe(2)
    await opened.value.close()
    expect(await v3.value.query(EXPECTED)).toMatchObject({ kind: 'unknown', status: 200 })
  })
})

describe('the merchant certificate', () => {
  test.each(SECURED)('%s works where no other connection is let in', async (name) => {
    const pay = await server(true)
    pay.reply = says(CALLS[name].answer)
    const gateway = client(pay.origin)
    expect((await CALLS[name].run(gateway)).kind).toBe(CALLS[name].kind)
    // The same server ends a connection that shows none: sent or not, nothing is certain.
    const refused = await gateway.query(EXPECTED)
    expect(refused).toMatchObject({ kind: 'unknown' })
    expect(pay.seen).toHaveLength(1)
  })

  test.each(SECURED)('%s with a certificate of a stranger is not let in', async (name) => {
    const pay = await server(true)
    pay.reply = says(CALLS[name].answer)
    const own = await makeIdentity({ name: `CN=${EXPECTED.merchantId}`, kind: 'rsa' })
    const gateway = client(pay.origin, pems(own))
    expect(await CALLS[name].run(gateway)).toMatchObject({ kind: 'unknown' })
    expect(pay.seen).toHaveLength(0)
  })

  test('in an overlap the old one is shown until it ends, then the new one', async () => {
    const pay = await server()
    pay.reply = says(CALLS.reverse.answer)
    const { clock, ...rest } = goodOptions(cast, pay.origin)
    const issue = (unit: string, untilMs: number) =>
      makeIdentity({
        name: `CN=${EXPECTED.merchantId}, OU=${unit}`,
        kind: 'rsa',
        issuer: cast.authority,
        untilMs,
      })
    const nowMs = clock.nowMs()
    const [older, newer] = await Promise.all([
      issue('old', nowMs + DAY_MS),
      issue('new', nowMs + 9 * DAY_MS),
    ])
    let shiftMs = 0
    const gateway = client(pay.origin, {
      ...rest,
      ...pems(newer),
      clients: [pems(older), pems(newer)],
      clock: { ...clock, nowMs: () => clock.nowMs() + shiftMs },
    })
    for (shiftMs of [0, 2 * DAY_MS]) await gateway.reverse(EXPECTED)
    expect(pay.seen.map(({ clientUnit }) => clientUnit)).toEqual(['old', 'new'])
    shiftMs = 10 * DAY_MS
    expect(await gateway.reverse(EXPECTED)).toMatchObject({ sent: false })
    expect(pay.seen).toHaveLength(2)
  })

  test('runs out, or is not valid yet, while the terminal runs: nothing leaves', async () => {
    const pay = await server()
    pay.reply = says(PAID)
    let shiftMs = 0
    const { clock } = goodOptions(cast, pay.origin)
    const gateway = client(pay.origin, {
      clock: { ...clock, nowMs: () => clock.nowMs() + shiftMs },
    })
    for (shiftMs of [31 * DAY_MS, -2 * DAY_MS]) {
      for (const name of SECURED) {
        expect(await CALLS[name].run(gateway)).toEqual({
          kind: 'unknown',
          cause: 'gateway.check_refused',
          sent: false,
          wireText: 'not sent: the merchant certificate is not valid at this time',
        })
      }
    }
    expect(pay.seen).toHaveLength(0)
    // What could not be undone is not charged; a question shows no certificate and needs none.
    expect(await gateway.signCharge(CHARGE).send()).toMatchObject({
      kind: 'refused',
      cause: 'gateway.certificate_expired',
    })
    expect(pay.seen).toHaveLength(0)
    await gateway.query(EXPECTED)
    expect(pay.seen).toHaveLength(1)
  })

  test.each<[string, string, () => Promise<object>]>([
    ['missing', 'config.certificate_unreadable', async () => ({ certificatePem: '' })],
    [
      'of another merchant',
      'config.certificate_of_other_merchant',
      async () => pems(await makeIdentity({ name: 'CN=1900000002', kind: 'rsa' })),
    ],
    [
      'of another key',
      'config.key_mismatch',
      async () => ({ privateKeyPem: cast.stranger.privateKeyPem }),
    ],
    [
      'expired',
      'config.certificate_expired',
      async () => {
        const untilMs = Date.now() - DAY_MS / 2
        return pems(await makeIdentity({ name: MERCHANT, kind: 'rsa', untilMs }))
      },
    ],
    [
      'not yet valid',
      'config.certificate_not_yet_valid',
      async () => {
        const fromMs = Date.now() + DAY_MS
        return pems(await makeIdentity({ name: MERCHANT, kind: 'rsa', fromMs }))
      },
    ],
    ['there, and no v2 key', 'config.api_v2_key_invalid', async () => ({ apiV2Key: undefined })],
    ['there, and half a v2 key', 'config.api_v2_key_invalid', async () => ({ apiV2Key: 'abc' })],
  ])('%s: refused before there is a client', async (_what, code, change) => {
    const good = { ...goodOptions(cast, 'https://127.0.0.1:1'), apiV2Key: API_V2_KEY }
    const opened = openV2Gateway({ ...good, ...(await change()) } as V2Options)
    expect(opened).toMatchObject({ ok: false, error: { code, moneyTaken: 'no' } })
    expect(JSON.stringify(opened)).not.toContain('abc')
  })
})

const MERCHANT = `CN=${EXPECTED.merchantId}`
const pems = ({ certificatePem, privateKeyPem }: Identity) => ({ certificatePem, privateKeyPem })

describe('what may not be sent', () => {
  const BAD_ORDERS = [
    { outTradeNo: 'short' },
    { outTradeNo: 'no spaces here' },
    { outTradeNo: '' },
    { merchantId: '1900000002' },
    { appId: 'wx2' },
  ]
  const BAD_CHARGES = [
    ...BAD_ORDERS,
    { amountFen: 0 },
    { amountFen: -1 },
    { amountFen: 1.5 },
    { amountFen: Number.NaN },
    { amountFen: 1_000_000_001 },
    { code: '' },
    { code: 'b713b5d2-666c-48' },
    { description: '' },
    { description: 'x'.repeat(128) },
    { description: 'a\u0000b' },
    { storeId: '' },
    { storeId: 'S'.repeat(33) },
  ]
  const BAD_REFUNDS = [
    ...BAD_ORDERS,
    { outRefundNo: '' },
    { outRefundNo: 'a b' },
    { outRefundNo: 'R'.repeat(65) },
    { refundFen: 0 },
    { refundFen: 1_231 },
    { refundFen: 1.5 },
    { totalFen: 0 },
    { reason: 'x'.repeat(81) },
    { reason: 'a\nb' },
  ]

  test('P1: a request that is not as it should be stays here, and its error names no value', async () => {
    const pay = await server()
    const log = createMemoryLog()
    const gateway = client(pay.origin, { log })
    const answers = [
      ...BAD_CHARGES.map((bad) => gateway.signCharge({ ...CHARGE, ...bad }).send()),
      ...BAD_ORDERS.map((bad) => gateway.query({ ...EXPECTED, ...bad })),
      ...BAD_ORDERS.map((bad) => gateway.reverse({ ...EXPECTED, ...bad })),
      ...BAD_REFUNDS.map((bad) => gateway.refund({ ...REFUND, ...bad })),
      ...BAD_REFUNDS.map((bad) => gateway.queryRefund({ ...REFUND, ...bad })),
    ]
    for (const answer of await Promise.all(answers)) {
      expect(answer).toMatchObject({ kind: 'unknown', sent: false })
      expect(JSON.stringify(answer)).not.toContain(CHARGE.code)
    }
    expect(pay.seen).toHaveLength(0)
    expect(JSON.stringify(log.lines)).not.toContain(CHARGE.code)
  })
})

describe('when the line fails', () => {
  test.each(NAMES)('P4: %s that was cut off after it was sent is not known', async (name) => {
    const pay = await server()
    pay.reply = (response) => response.destroy()
    const answer = await CALLS[name].run(client(pay.origin))
    expect(answer).toMatchObject({ kind: 'unknown', cause: 'gateway.cut_off', sent: true })
    expect(pay.seen).toHaveLength(1)
  })

  test.each(NAMES)('%s goes to the backup only when nothing was sent', async (name) => {
    const call = CALLS[name]
    const pay = await server()
    pay.reply = says(call.answer)
    const gateway = client(await deadOrigin(), { backup: pay.origin })
    expect((await call.run(gateway)).kind).toBe(call.kind)
    const nowhere = client(await deadOrigin())
    expect(await call.run(nowhere)).toMatchObject({
      kind: 'unknown',
      cause: 'gateway.unreachable',
      sent: false,
    })
    const first = await server()
    first.reply = (response) => response.destroy()
    const cut = await call.run(client(first.origin, { backup: pay.origin }))
    expect(cut).toMatchObject({ kind: 'unknown', sent: true })
    expect(pay.seen).toHaveLength(1)
  })

  test('a charge that may have been seen by another host is not refused by INVALID_REQUEST', async () => {
    const pay = await server()
    pay.reply = says(refusal('INVALID_REQUEST'))
    const gateway = client(await deadOrigin(), { backup: pay.origin })
    const answer = await gateway.signCharge(CHARGE).send()
    expect(answer).toMatchObject({ kind: 'unknown', cause: 'gateway.not_settled' })
  })

  test('P4: an answer that is too large, or does not come in time', async () => {
    const pay = await server()
    const timeouts = { connectMs: 20_000, headersMs: 40, bodyMs: 40 }
    const gateway = client(pay.origin, { timeouts })
    pay.reply = () => {}
    expect(await gateway.reverse(EXPECTED)).toMatchObject({ cause: 'gateway.timeout', sent: true })
    pay.reply = (response) => void response.end(signedXml({ ...PAID, attach: 'x'.repeat(300_000) }))
    const large = await client(pay.origin).signCharge(CHARGE).send()
    expect(large).toMatchObject({ kind: 'unknown', cause: 'gateway.unreadable', sent: true })
  })
})

describe('health', () => {
  test('a key the gateway does not accept shows, and is well again with the next good answer', async () => {
    const pay = await server()
    const gateway = client(pay.origin)
    expect(gateway.health().state).toBe('unknown')
    pay.reply = (response) => {
      response.end('<xml><return_code>FAIL</return_code><return_msg>签名错误</return_msg></xml>')
    }
    await gateway.reverse(EXPECTED)
    expect(gateway.health()).toMatchObject({ state: 'failing', lastCause: 'gateway.check_refused' })
    pay.reply = says(CALLS.query.answer)
    await gateway.query(EXPECTED)
    expect(gateway.health()).toMatchObject({ state: 'ok', host: 'primary' })
  })
})
