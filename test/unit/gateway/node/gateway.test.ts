import { verify } from 'node:crypto'
import { type AddressInfo, createServer as createTcpServer } from 'node:net'
import { afterEach, beforeAll, describe, expect, test } from 'vitest'
import { LIMITS } from '../../../../src/domain/limits.ts'
import type { GatewayOptions } from '../../../../src/gateway/node/settings.ts'
import { makeIdentity } from '../../../support/pay-identities.ts'
import { answer, type PayServer, PROBE, type Reply } from '../../../support/pay-server.ts'
import { createRealClock } from '../../../support/real-clock.ts'
import { EXPECTED, OPEN_ID, PAID_BODY, withField } from '../answers.ts'
import { type Cast, CHARGE, createMemoryLog, deadOrigin, LONG, makeCast, Rig } from './rig.ts'

let cast: Cast
let rig: Rig
beforeAll(async () => {
  cast = await makeCast()
  rig = new Rig(cast)
})
afterEach(() => rig.close())

const SHORT = { connectMs: 20_000, headersMs: 40, bodyMs: 40 }

function paths(server: PayServer): string[] {
  return server.seen.map(({ url }) => url).filter((url) => url !== '/v3/certificates')
}

async function chargeAnswered(reply: Reply, changes: Partial<GatewayOptions> = {}) {
  const server = await rig.server()
  server.reply = reply
  const gateway = await rig.gateway(server.origin, changes)
  return gateway.signCharge(CHARGE).send()
}

describe('a good exchange', () => {
  test('a charge is signed as the wire wants it and its paid answer believed', async () => {
    const server = await rig.server()
    server.reply = answer(200, PAID_BODY)
    const marks: string[] = []
    const log = createMemoryLog()
    const gateway = await rig.gateway(server.origin, {
      log,
      onMark: (mark, outTradeNo) => marks.push(`${mark} ${outTradeNo}`),
    })
    expect(await gateway.signCharge(CHARGE).send()).toMatchObject({
      kind: 'paid',
      status: 200,
      requestId: '08F2E9-0',
      transactionId: PAID_BODY.transaction_id,
    })
    expect(marks).toEqual(['signed', 'sent', 'answered'].map((m) => `${m} ${EXPECTED.outTradeNo}`))

    const seen = server.seen.find(({ method }) => method === 'POST')
    const header = seen?.headers.authorization ?? ''
    const field = (name: string) => new RegExp(`${name}="([^"]+)"`).exec(header)?.[1] ?? ''
    expect(header.startsWith('WECHATPAY2-SHA256-RSA2048 ')).toBe(true)
    expect(field('mchid')).toBe(EXPECTED.merchantId)
    expect(field('serial_no')).toBe(cast.merchant.serial)
    const message = `POST\n${seen?.url}\n${field('timestamp')}\n${field('nonce_str')}\n${seen?.body}\n`
    const signature = Buffer.from(field('signature'), 'base64')
    const signed = verify('sha256', Buffer.from(message), cast.merchant.publicKeyPem, signature)
    expect(signed).toBe(true)
    expect(seen?.headers['content-type']).toBe('application/json')
    expect(seen?.headers.accept).toBe('application/json')

    // P6: neither code nor payer reaches the log.
    const written = JSON.stringify(log.lines)
    expect(written).toContain(EXPECTED.outTradeNo)
    expect(written).not.toContain(CHARGE.code)
    expect(written).not.toContain(OPEN_ID)
  })

  test('query and reverse', async () => {
    const server = await rig.server()
    const gateway = await rig.gateway(server.origin)
    server.reply = answer(200, PAID_BODY)
    expect((await gateway.query(EXPECTED)).kind).toBe('paid')
    server.reply = answer(200, { mchid: EXPECTED.merchantId, out_trade_no: EXPECTED.outTradeNo })
    expect((await gateway.reverse(EXPECTED)).kind).toBe('reversed')
    server.reply = answer(204, undefined)
    expect((await gateway.reverse(EXPECTED)).kind).toBe('reversed')
    server.reply = answer(202, { trade_state: 'USERPAYING' })
    expect((await gateway.query(EXPECTED)).kind).toBe('paying')
    expect(gateway.health()).toMatchObject({ state: 'ok', host: 'primary' })
  })

  test('a charge that follows another uses its connection', async () => {
    const server = await rig.server()
    server.reply = answer(200, PAID_BODY)
    const gateway = await rig.gateway(server.origin)
    await gateway.signCharge(CHARGE).send()
    const before = server.connections()
    for (let count = 0; count < 3; count += 1) await gateway.signCharge(CHARGE).send()
    expect(server.connections()).toBe(before)
  })

  test('a charge that must not be is not sent', async () => {
    const server = await rig.server()
    const gateway = await rig.gateway(server.origin)
    const bad = [
      { amountFen: 0 },
      { amountFen: 1.5 },
      { amountFen: Number.NaN },
      { outTradeNo: 'A B' },
      { outTradeNo: 'A'.repeat(33) },
      { merchantId: '1900007292' },
      { appId: 'wx0' },
      { code: 'abc' },
      { storeId: '' },
      { description: 'x'.repeat(128) },
    ]
    for (const change of bad) {
      const answered = await gateway.signCharge({ ...CHARGE, ...change }).send()
      expect(answered).toMatchObject({ kind: 'unknown', sent: false })
      expect(JSON.stringify(answered)).not.toContain(CHARGE.code)
    }
    expect(paths(server)).toEqual([])
  })
})

describe('P3: only a believed answer is paid', () => {
  test.each([
    ['out_trade_no', 'OTHER123'],
    ['mchid', '1900007292'],
    ['appid', 'wx0000000000000000'],
    ['amount.total', 1_229],
  ])('P3: another %s, correctly signed, is not paid', async (field, value) => {
    const answered = await chargeAnswered(answer(200, withField(PAID_BODY, field, value)))
    expect(answered).toMatchObject({ kind: 'unknown', cause: 'gateway.mismatch', sent: true })
  })

  const nowS = Math.floor(Date.now() / 1_000)
  test.each([
    ['no signature', { unsigned: true }],
    ['another body than was signed', { sentBody: `${JSON.stringify(PAID_BODY)} ` }],
    ['a missing nonce', { without: ['Wechatpay-Nonce'] }],
    ['a missing serial', { without: ['Wechatpay-Serial'] }],
    ['a missing timestamp', { without: ['Wechatpay-Timestamp'] }],
    ['a missing signature', { without: ['Wechatpay-Signature'] }],
    ['an old timestamp', { timestampS: nowS - 301 }],
    ['a timestamp of the future', { timestampS: nowS + 400 }],
    ['a probe signature', PROBE],
    ['another algorithm', { headers: { 'Wechatpay-Signature-Type': 'WECHATPAY2-SM2-WITH-SM3' } }],
    ['an unknown serial', { headers: { 'Wechatpay-Serial': 'FFFF' } }],
  ])('AC-14b P3: paid with %s is unknown', async (_name, twist) => {
    const answered = await chargeAnswered(answer(200, PAID_BODY, twist))
    expect(answered).toMatchObject({ kind: 'unknown', cause: 'gateway.bad_signature', sent: true })
  })

  test("AC-14b P3: a stranger's signature is unknown, under his serial and under the platform's", async () => {
    const { stranger, platform } = cast
    for (const serial of [stranger.serial, platform.serial]) {
      const twist = { signer: { serial, identity: stranger } }
      const answered = await chargeAnswered(answer(200, PAID_BODY, twist))
      expect(answered).toMatchObject({ kind: 'unknown', cause: 'gateway.bad_signature' })
      await rig.close()
    }
  })

  test('P4: a wrongly signed refusal is unknown, an unsigned one is not', async () => {
    const body = { code: 'NOT_ENOUGH', message: '余额不足' }
    const wrong = { signer: { serial: cast.platform.serial, identity: cast.stranger } }
    expect((await chargeAnswered(answer(403, body, wrong))).kind).toBe('unknown')
    expect(await chargeAnswered(answer(403, body, { unsigned: true }))).toMatchObject({
      kind: 'refused',
      cause: 'gateway.not_enough',
      wireCode: 'NOT_ENOUGH',
      wireText: '余额不足',
    })
  })
})

describe('P4: failures of the line', () => {
  test('P4: nobody listens: unknown, not sent', async () => {
    const gateway = await rig.gateway(await deadOrigin())
    const answered = await gateway.signCharge(CHARGE).send()
    expect(answered).toMatchObject({ kind: 'unknown', cause: 'gateway.unreachable', sent: false })
    expect(gateway.health()).toMatchObject({ state: 'failing', lastCause: 'gateway.unreachable' })
  })

  test('P4: no such name: unknown, not sent', async () => {
    const gateway = await rig.gateway('https://gateway.invalid')
    expect(await gateway.signCharge(CHARGE).send()).toMatchObject({ kind: 'unknown', sent: false })
  })

  test('P4: a host that accepts and then says nothing: unknown, not sent, in time', async () => {
    const held: import('node:net').Socket[] = []
    const server = createTcpServer((socket) => held.push(socket.on('error', () => {})))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    const timeouts = { ...LONG, connectMs: 60 }
    const gateway = await rig.gateway(`https://127.0.0.1:${port}`, { timeouts })
    const answered = await gateway.signCharge(CHARGE).send()
    expect(answered).toMatchObject({ kind: 'unknown', cause: 'gateway.unreachable', sent: false })
    for (const socket of held) socket.destroy()
    await new Promise((resolve) => server.close(resolve))
  })

  test('AC-14a P4: a certificate of a foreign authority: unknown, and the charge never arrives', async () => {
    const foreign = await makeIdentity({ name: 'CN=x', kind: 'ec', hosts: ['127.0.0.1'] })
    const server = await rig.server(foreign)
    const gateway = await rig.gateway(server.origin)
    expect(await gateway.signCharge(CHARGE).send()).toMatchObject({ kind: 'unknown', sent: false })
    expect(server.seen).toEqual([])
  })

  test('AC-14a P4: a certificate for another host: unknown, and the charge never arrives', async () => {
    const other = await makeIdentity({
      name: 'CN=other',
      kind: 'ec',
      issuer: cast.authority,
      hosts: ['gateway.example'],
    })
    const server = await rig.server(other)
    const gateway = await rig.gateway(server.origin)
    expect(await gateway.signCharge(CHARGE).send()).toMatchObject({ kind: 'unknown', sent: false })
    expect(server.seen).toEqual([])
  })

  test('P4: cut before an answer: unknown, sent', async () => {
    const answered = await chargeAnswered((response) => response.socket?.destroy())
    expect(answered).toMatchObject({ kind: 'unknown', cause: 'gateway.cut_off', sent: true })
  })

  test('P4: cut in the middle of the body: unknown, sent', async () => {
    const answered = await chargeAnswered((response) => {
      response.writeHead(200, { 'Content-Length': '500' })
      response.write('{"trade_state":"SUCC', () => response.socket?.destroy())
    })
    expect(answered).toMatchObject({ kind: 'unknown', cause: 'gateway.cut_off', sent: true })
  })

  test('P4: no answer in time: unknown, sent', async () => {
    const answered = await chargeAnswered(() => {}, { timeouts: SHORT })
    expect(answered).toMatchObject({ kind: 'unknown', cause: 'gateway.timeout', sent: true })
  })

  test('P4: a body that drips for ever ends in time: unknown, sent', async () => {
    let drip: NodeJS.Timeout | undefined
    const timeouts = { ...LONG, bodyMs: 60 }
    const answered = await chargeAnswered(
      (response) => {
        response.writeHead(200, { 'Content-Type': 'application/json' })
        drip = setInterval(() => response.write(' '), 5)
        response.on('close', () => clearInterval(drip))
      },
      { timeouts },
    )
    clearInterval(drip)
    expect(answered).toMatchObject({ kind: 'unknown', cause: 'gateway.timeout', sent: true })
  })

  test('P4: an answer over the size limit: unknown, sent', async () => {
    const answered = await chargeAnswered((response) => {
      response.writeHead(200, { 'Content-Type': 'application/json' })
      response.on('error', () => {})
      response.end(Buffer.alloc(LIMITS.answerBytesMax + 1, 0x20))
    })
    expect(answered).toMatchObject({ kind: 'unknown', cause: 'gateway.unreadable', sent: true })
  })

  test.each([301, 302, 307, 308])('AC-14a P4: a %i is not followed: unknown', async (status) => {
    const server = await rig.server()
    const elsewhere = await rig.server()
    elsewhere.reply = answer(200, PAID_BODY)
    server.reply = (response) =>
      response.writeHead(status, { location: `${elsewhere.origin}/v3/x` }).end()
    const gateway = await rig.gateway(server.origin)
    expect(await gateway.signCharge(CHARGE).send()).toMatchObject({
      kind: 'unknown',
      status,
      sent: true,
    })
    expect(elsewhere.seen).toEqual([])
  })

  test.each([
    [409, 'gateway.unreadable'],
    [429, 'gateway.busy'],
    [500, 'gateway.server_error'],
    [503, 'gateway.server_error'],
  ])('P4: status %i is unknown', async (status, cause) => {
    const answered = await chargeAnswered((response) => response.writeHead(status).end())
    expect(answered).toMatchObject({ kind: 'unknown', cause, status, sent: true })
  })
})

describe('the backup host', () => {
  test('is used when nothing was sent to the primary', async () => {
    const backup = await rig.server()
    backup.reply = answer(200, PAID_BODY)
    const gateway = await rig.gateway(await deadOrigin(), { backup: backup.origin })
    expect((await gateway.signCharge(CHARGE).send()).kind).toBe('paid')
    expect(gateway.health()).toMatchObject({ state: 'ok', host: 'backup' })
  })

  test('P4: is not used once anything was sent', async () => {
    const replies: Reply[] = [
      (response) => response.socket?.destroy(),
      (response) => response.writeHead(500).end(),
      () => {},
    ]
    for (const reply of replies) {
      const primary = await rig.server()
      const backup = await rig.server()
      primary.reply = reply
      backup.reply = answer(200, PAID_BODY)
      const gateway = await rig.gateway(primary.origin, {
        backup: backup.origin,
        timeouts: { ...LONG, headersMs: 250 },
      })
      for (const call of [() => gateway.signCharge(CHARGE).send(), () => gateway.query(EXPECTED)]) {
        expect(await call()).toMatchObject({ kind: 'unknown', sent: true })
      }
      expect(paths(backup)).toEqual([])
      expect(paths(primary)).toHaveLength(2)
      await rig.close()
    }
  })

  test('both out of reach: unknown, not sent', async () => {
    const backup = await deadOrigin()
    const gateway = await rig.gateway(await deadOrigin(), { backup })
    expect(await gateway.signCharge(CHARGE).send()).toMatchObject({ kind: 'unknown', sent: false })
  })
})

describe('probe signatures', () => {
  test('a query that meets one is repeated once', async () => {
    const server = await rig.server()
    const replies = [answer(200, PAID_BODY, PROBE), answer(200, PAID_BODY)]
    server.reply = (...args) => replies.shift()?.(...args)
    const gateway = await rig.gateway(server.origin)
    expect((await gateway.query(EXPECTED)).kind).toBe('paid')
    expect(paths(server)).toHaveLength(2)
    server.reply = answer(200, PAID_BODY, PROBE)
    expect((await gateway.query(EXPECTED)).kind).toBe('unknown')
    expect(paths(server)).toHaveLength(4)
  })

  test('a charge or reversal that meets one is unknown and not repeated', async () => {
    const server = await rig.server()
    server.reply = answer(200, PAID_BODY, PROBE)
    const gateway = await rig.gateway(server.origin)
    expect((await gateway.signCharge(CHARGE).send()).kind).toBe('unknown')
    expect((await gateway.reverse(EXPECTED)).kind).toBe('unknown')
    expect(paths(server)).toHaveLength(2)
  })
})

describe('public-key mode', () => {
  const id = 'PUB_KEY_ID_0000000000024101100397200000006'

  test('names the key in the request and believes its signature alone', async () => {
    const server = await rig.server()
    server.signer = { serial: id, identity: cast.nextPlatform }
    server.reply = answer(200, PAID_BODY)
    const verification = { mode: 'public_key', id, pem: cast.nextPlatform.publicKeyPem } as const
    const gateway = await rig.gateway(server.origin, { verification })
    expect((await gateway.signCharge(CHARGE).send()).kind).toBe('paid')
    expect(server.seen.map(({ headers }) => headers['wechatpay-serial'])).toEqual([id])
    server.signer = { serial: id, identity: cast.stranger }
    expect((await gateway.signCharge(CHARGE).send()).kind).toBe('unknown')
    server.signer = { serial: `${id}7`, identity: cast.nextPlatform }
    expect((await gateway.signCharge(CHARGE).send()).kind).toBe('unknown')
  })

  test('still believes a platform certificate while a merchant moves over', async () => {
    const server = await rig.server()
    server.reply = answer(200, PAID_BODY)
    const verification = { mode: 'public_key', id, pem: cast.stranger.publicKeyPem } as const
    const gateway = await rig.gateway(server.origin, { verification })
    expect((await gateway.signCharge(CHARGE).send()).kind).toBe('paid')
  })
})

test('health tells how far the clocks are apart', async () => {
  const server = await rig.server()
  server.reply = answer(200, PAID_BODY)
  const clock = createRealClock()
  const gateway = await rig.gateway(server.origin, { clock })
  await gateway.signCharge(CHARGE).send()
  clock.shiftWall(-400_000)
  expect(await gateway.signCharge(CHARGE).send()).toMatchObject({ cause: 'gateway.bad_signature' })
  const skewMs = gateway.health().clockSkewMs ?? 0
  expect(Math.abs(skewMs - 400_000)).toBeLessThan(10_000)
  expect(gateway.health().certificateExpiresAtMs).toBeGreaterThan(Date.now())
})

test('after close every call ends at once, unsent', async () => {
  const server = await rig.server()
  const gateway = await rig.gateway(server.origin)
  await gateway.close()
  expect(await gateway.signCharge(CHARGE).send()).toMatchObject({ kind: 'unknown', sent: false })
  expect(paths(server)).toEqual([])
})
