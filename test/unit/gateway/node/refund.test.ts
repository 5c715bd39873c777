import { verify } from 'node:crypto'
import { afterEach, beforeAll, describe, expect, test } from 'vitest'
import { makeIdentity } from '../../../support/pay-identities.ts'
import { answer, type PayServer, PROBE, type Reply } from '../../../support/pay-server.ts'
import { createRealClock } from '../../../support/real-clock.ts'
import { EXPECTED, PAID_BODY, withField } from '../answers.ts'
import { ACCOUNT, REFUND_BODY, REQUEST } from '../refunds.ts'
import { type Cast, CHARGE, createMemoryLog, deadOrigin, LONG, makeCast, Rig } from './rig.ts'

let cast: Cast
let rig: Rig
beforeAll(async () => {
  cast = await makeCast()
  rig = new Rig(cast)
})
afterEach(() => rig.close())

const REFUNDS = '/v3/refund/domestic/refunds'
const DAY_MS = 86_400_000

/** The calls a server saw, beside the download of certificates. */
function calls(server: PayServer) {
  return server.seen.filter(({ url }) => url !== '/v3/certificates')
}

async function both(reply: Reply) {
  const server = await rig.server()
  server.reply = reply
  const gateway = await rig.gateway(server.origin)
  return [await gateway.refund(REQUEST), await gateway.queryRefund(REQUEST)]
}

describe('a good exchange', () => {
  test('a refund is signed as the wire wants it and its answer believed', async () => {
    const server = await rig.server()
    server.reply = answer(200, { ...REFUND_BODY, status: 'PROCESSING' })
    const log = createMemoryLog()
    const refundNotifyUrl = 'https://shop.example/refunds'
    const gateway = await rig.gateway(server.origin, { log, refundNotifyUrl })
    expect(await gateway.refund(REQUEST)).toEqual({
      kind: 'refund',
      state: 'processing',
      status: 200,
      requestId: '08F2E9-0',
      wireCode: 'PROCESSING',
      refundId: REFUND_BODY.refund_id,
    })

    const [seen] = calls(server)
    const header = seen?.headers.authorization ?? ''
    const field = (name: string) => new RegExp(`${name}="([^"]+)"`).exec(header)?.[1] ?? ''
    expect([seen?.method, seen?.url]).toEqual(['POST', REFUNDS])
    expect(field('mchid')).toBe(REQUEST.merchantId)
    expect(field('serial_no')).toBe(cast.merchant.serial)
    const message = `POST\n${REFUNDS}\n${field('timestamp')}\n${field('nonce_str')}\n${seen?.body}\n`
    const signature = Buffer.from(field('signature'), 'base64')
    expect(verify('sha256', Buffer.from(message), cast.merchant.publicKeyPem, signature)).toBe(true)
    expect(JSON.parse(seen?.body ?? '')).toEqual({
      out_trade_no: REQUEST.outTradeNo,
      out_refund_no: REQUEST.outRefundNo,
      reason: REQUEST.reason,
      notify_url: refundNotifyUrl,
      amount: { refund: 430, total: 1_230, currency: 'CNY' },
    })
    expect(seen?.headers['content-type']).toBe('application/json')

    const line = log.lines.find(({ fields }) => fields?.call === 'refund')
    expect(line).toMatchObject({
      message: 'gateway answered',
      fields: { outRefundNo: REQUEST.outRefundNo, outTradeNo: REQUEST.outTradeNo, status: 200 },
    })
    // P6: where the money went does not reach the log.
    expect(JSON.stringify(log.lines)).not.toContain(ACCOUNT)
  })

  test('a repeat has the same body, and so is the same refund', async () => {
    const server = await rig.server()
    server.reply = answer(200, REFUND_BODY)
    const gateway = await rig.gateway(server.origin)
    for (let count = 0; count < 2; count += 1) await gateway.refund({ ...REQUEST })
    const [first, second] = calls(server)
    expect(first?.body).toBe(second?.body)
  })

  test('a question after a refund', async () => {
    const server = await rig.server()
    server.reply = answer(200, REFUND_BODY)
    const gateway = await rig.gateway(server.origin)
    expect(await gateway.queryRefund(REQUEST)).toMatchObject({
      kind: 'refund',
      state: 'refunded',
      refundedAt: REFUND_BODY.success_time,
    })
    const [seen] = calls(server)
    expect([seen?.method, seen?.url]).toEqual(['GET', `${REFUNDS}/${REQUEST.outRefundNo}`])
    expect(seen?.body).toBe('')
    expect(gateway.health()).toMatchObject({ state: 'ok', host: 'primary' })
  })

  test('a number with every character of its alphabet is signed as it is sent', async () => {
    const server = await rig.server()
    const outRefundNo = 'A|B*1@c-_Z'
    server.reply = answer(200, { ...REFUND_BODY, out_refund_no: outRefundNo })
    const gateway = await rig.gateway(server.origin)
    expect((await gateway.queryRefund({ ...REQUEST, outRefundNo })).kind).toBe('refund')
    const [seen] = calls(server)
    expect(seen?.url).toBe(`${REFUNDS}/A%7CB%2A1%40c-_Z`)
    const header = seen?.headers.authorization ?? ''
    const field = (name: string) => new RegExp(`${name}="([^"]+)"`).exec(header)?.[1] ?? ''
    const message = `GET\n${seen?.url}\n${field('timestamp')}\n${field('nonce_str')}\n\n`
    const signature = Buffer.from(field('signature'), 'base64')
    expect(verify('sha256', Buffer.from(message), cast.merchant.publicKeyPem, signature)).toBe(true)
  })

  test('what must not be asked is not sent', async () => {
    const server = await rig.server()
    const gateway = await rig.gateway(server.origin)
    const bad = [
      { refundFen: 1_231 },
      { refundFen: 0.1 },
      { reason: 'a\u0007' },
      { outRefundNo: 'R/1' },
      { merchantId: '1900007292' },
    ]
    for (const change of bad) {
      const answered = await gateway.refund({ ...REQUEST, ...change })
      expect(answered).toMatchObject({ kind: 'unknown', cause: 'refund.not_known', sent: false })
    }
    const asked = await gateway.queryRefund({ ...REQUEST, outRefundNo: '../x' })
    expect(asked).toMatchObject({
      kind: 'unknown',
      sent: false,
      wireText: 'not sent: refund number',
    })
    expect(calls(server)).toEqual([])
  })
})

describe('P4: only a believed answer is a refund', () => {
  test.each([
    ['out_refund_no', 'OTHER123'],
    ['out_trade_no', 'OTHER123'],
    ['amount.total', 1_229],
    ['amount.refund', 431],
  ])('P4: another %s, correctly signed, is not one', async (field, value) => {
    for (const answered of await both(answer(200, withField(REFUND_BODY, field, value)))) {
      expect(answered).toMatchObject({ kind: 'unknown', cause: 'gateway.mismatch', sent: true })
    }
  })

  test.each([
    ['no signature', { unsigned: true }],
    ['another body than was signed', { sentBody: `${JSON.stringify(REFUND_BODY)} ` }],
    ['a missing nonce', { without: ['Wechatpay-Nonce'] }],
    ['an old timestamp', { timestampS: 1_554_209_980 }],
    ['a probe signature', PROBE],
    ['an unknown serial', { headers: { 'Wechatpay-Serial': 'FFFF' } }],
  ])('P4: %s is unknown', async (_name, twist) => {
    for (const answered of await both(answer(200, REFUND_BODY, twist))) {
      expect(answered).toMatchObject({
        kind: 'unknown',
        cause: 'gateway.bad_signature',
        sent: true,
      })
    }
  })

  test('P4: an unsigned refusal is one, a wrongly signed one is not', async () => {
    const body = { code: 'NOT_ENOUGH', message: '基本账户余额不足' }
    const [refused, asked] = await both(answer(403, body, { unsigned: true }))
    expect(refused).toMatchObject({
      kind: 'refused',
      cause: 'refund.merchant_funds',
      wireCode: 'NOT_ENOUGH',
      wireText: '基本账户余额不足',
    })
    expect(asked?.kind).toBe('unknown')
    const wrong = { signer: { serial: cast.platform.serial, identity: cast.stranger } }
    for (const answered of await both(answer(403, body, wrong))) {
      expect(answered).toMatchObject({ kind: 'unknown', cause: 'gateway.bad_signature' })
    }
  })

  test('no such resource: a refusal of the request, "not found" to the question', async () => {
    const body = { code: 'RESOURCE_NOT_EXISTS', message: '订单不存在' }
    const [refused, asked] = await both(answer(404, body, { unsigned: true }))
    expect(refused).toMatchObject({ kind: 'refused', cause: 'refund.refused' })
    expect(asked).toMatchObject({ kind: 'not_found', wireCode: 'RESOURCE_NOT_EXISTS' })
  })
})

describe('P4: failures of the line', () => {
  const FAILURES: readonly [string, Reply, string][] = [
    ['a cut', (response) => response.socket?.destroy(), 'gateway.cut_off'],
    ['a 429', (response) => response.writeHead(429).end(), 'gateway.busy'],
    ['a 500', (response) => response.writeHead(500).end(), 'gateway.server_error'],
    ['no answer in time', () => {}, 'gateway.timeout'],
  ]
  test.each(FAILURES)(
    'P4: after %s nothing goes to the backup host',
    async (_name, reply, cause) => {
      const primary = await rig.server()
      const backup = await rig.server()
      primary.reply = reply
      backup.reply = answer(200, REFUND_BODY)
      const gateway = await rig.gateway(primary.origin, {
        backup: backup.origin,
        timeouts: { ...LONG, headersMs: 250 },
      })
      for (const answered of [await gateway.refund(REQUEST), await gateway.queryRefund(REQUEST)]) {
        expect(answered).toMatchObject({ kind: 'unknown', cause, sent: true })
      }
      expect(calls(primary)).toHaveLength(2)
      expect(calls(backup)).toEqual([])
      expect(gateway.health()).toMatchObject({ state: 'failing', lastCause: cause })
    },
  )

  test('the backup host is asked when nothing was sent to the primary', async () => {
    const backup = await rig.server()
    backup.reply = answer(200, REFUND_BODY)
    const gateway = await rig.gateway(await deadOrigin(), { backup: backup.origin })
    expect((await gateway.refund(REQUEST)).kind).toBe('refund')
    expect((await gateway.queryRefund(REQUEST)).kind).toBe('refund')
    expect(gateway.health()).toMatchObject({ state: 'ok', host: 'backup' })
  })

  test('P4: nobody listens: unknown, not sent', async () => {
    const gateway = await rig.gateway(await deadOrigin())
    for (const answered of [await gateway.refund(REQUEST), await gateway.queryRefund(REQUEST)]) {
      expect(answered).toMatchObject({ kind: 'unknown', cause: 'gateway.unreachable', sent: false })
    }
  })
})

test('a question that meets a probe signature is repeated once, a refund never', async () => {
  const server = await rig.server()
  const gateway = await rig.gateway(server.origin)
  const replies = [answer(200, REFUND_BODY, PROBE), answer(200, REFUND_BODY)]
  server.reply = (...args) => replies.shift()?.(...args)
  expect((await gateway.queryRefund(REQUEST)).kind).toBe('refund')
  expect(calls(server)).toHaveLength(2)
  server.reply = answer(200, REFUND_BODY, PROBE)
  expect((await gateway.queryRefund(REQUEST)).kind).toBe('unknown')
  expect(calls(server)).toHaveLength(4)
  expect((await gateway.refund(REQUEST)).kind).toBe('unknown')
  expect(calls(server)).toHaveLength(5)
})

test('a refusal to refund is no fault of the way; one of our signature is', async () => {
  const server = await rig.server()
  const gateway = await rig.gateway(server.origin)
  server.reply = answer(403, { code: 'NOT_ENOUGH' }, { unsigned: true })
  await gateway.refund(REQUEST)
  expect(gateway.health()).toMatchObject({ state: 'ok' })
  server.reply = answer(401, { code: 'SIGN_ERROR' }, { unsigned: true })
  expect(await gateway.refund(REQUEST)).toMatchObject({ cause: 'refund.sign_error' })
  expect(gateway.health()).toMatchObject({ state: 'failing', lastCause: 'refund.sign_error' })
})

describe('a merchant certificate that runs out while the terminal runs', () => {
  test('AC-14d/terminal no byte of a refund or reversal leaves; charge and questions are left to the gateway', async () => {
    const untilMs = Date.now() + DAY_MS
    const name = `CN=${EXPECTED.merchantId}, O=Test`
    const merchant = await makeIdentity({ name, kind: 'rsa', issuer: cast.authority, untilMs })
    const server = await rig.server()
    const clock = createRealClock()
    const log = createMemoryLog()
    const gateway = await rig.gateway(server.origin, {
      clock,
      log,
      certificatePem: merchant.certificatePem,
      privateKeyPem: merchant.privateKeyPem,
    })
    server.reply = answer(200, { mchid: EXPECTED.merchantId, out_trade_no: EXPECTED.outTradeNo })
    expect((await gateway.reverse(EXPECTED)).kind).toBe('reversed')
    server.reply = answer(200, REFUND_BODY)
    expect((await gateway.refund(REQUEST)).kind).toBe('refund')
    const before = calls(server).length

    const signedBefore = gateway.signCharge(CHARGE)
    clock.shiftWall(DAY_MS + 1_000)
    for (const answered of [await gateway.refund(REQUEST), await gateway.reverse(EXPECTED)]) {
      expect(answered).toEqual({
        kind: 'unknown',
        cause: 'gateway.check_refused',
        sent: false,
        wireText: 'not sent: the merchant certificate has expired',
      })
    }
    const refused = { kind: 'refused', cause: 'gateway.certificate_expired' }
    expect(await gateway.signCharge(CHARGE).send()).toMatchObject(refused)
    expect(await signedBefore.send()).toMatchObject(refused)
    expect(calls(server)).toHaveLength(before)
    expect(gateway.health()).toMatchObject({ lastCause: 'gateway.certificate_expired' })
    await gateway.refund(REQUEST)
    expect(gateway.health()).toMatchObject({ state: 'failing', lastCause: 'gateway.check_refused' })
    expect(log.lines.filter(({ message }) => message === 'call not sent')).toHaveLength(5)

    server.reply = answer(
      401,
      { code: 'SIGN_ERROR', message: '商户证书已过期' },
      { unsigned: true },
    )
    expect(await gateway.query(EXPECTED)).toMatchObject({ cause: 'gateway.check_refused' })
    expect(await gateway.queryRefund(REQUEST)).toMatchObject({ cause: 'gateway.check_refused' })
    expect(calls(server)).toHaveLength(before + 2)
  })
})

test('an order is still asked about while a refund of it runs', async () => {
  const server = await rig.server()
  server.reply = (response, request, pay) => {
    const body = request.url.startsWith(REFUNDS) ? REFUND_BODY : PAID_BODY
    answer(200, body)(response, request, pay)
  }
  const gateway = await rig.gateway(server.origin)
  const [refund, order] = await Promise.all([gateway.refund(REQUEST), gateway.query(EXPECTED)])
  expect([refund.kind, order.kind]).toEqual(['refund', 'paid'])
})
