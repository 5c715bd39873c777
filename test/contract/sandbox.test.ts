import { createDecipheriv, X509Certificate } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { Agent } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Sandbox } from '../../src/sandbox/node/sandbox.ts'
import { startSandbox } from '../../src/sandbox/node/sandbox.ts'
import type { Sending } from './sandbox-client.ts'
import { chargeBody, freshCode, jsonOf, VirtualClock, WireClient } from './sandbox-client.ts'

const START_MS = Date.parse('2026-05-06T07:08:09Z')
const CODEPAY = '/v3/pay/transactions/codepay'

let dir: string
let clock: VirtualClock
let sandbox: Sandbox
let client: WireClient

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'guitai-sandbox-'))
  clock = new VirtualClock(START_MS)
  sandbox = await startSandbox({ dir, clock })
  client = new WireClient(dir, sandbox.origin, clock)
})

afterAll(async () => {
  await sandbox.close()
  rmSync(dir, { recursive: true, force: true })
})

let orders = 0
const newOrder = (): string => {
  orders += 1
  return `CT-${orders}-ORDER`
}
const charge = (patch: Partial<Sending> = {}): Sending => ({
  method: 'POST',
  path: CODEPAY,
  body: JSON.stringify(chargeBody(newOrder(), 100)),
  ...patch,
})
const certificates = (patch: Partial<Sending> = {}): Sending => ({
  method: 'GET',
  path: '/v3/certificates',
  ...patch,
})
const STALE = 'Http头Authorization中的timestamp与发起请求的时间不得超过5分钟'

describe('paying', () => {
  it('charges, signs the answer, and shows it in a query by either number', async () => {
    const order = newOrder()
    const paid = await client.charge(order, 1234, { patch: { attach: 'note' } })
    expect(paid.status).toBe(200)
    expect(client.signatureOf(paid)).toBe('good')
    const value = jsonOf(paid)
    expect(value).toMatchObject({
      appid: 'wxsandbox00000001',
      mchid: '1900000001',
      out_trade_no: order,
      trade_type: 'MICROPAY',
      trade_state: 'SUCCESS',
      trade_state_desc: '支付成功',
      attach: 'note',
      success_time: '2026-05-06T15:08:09+08:00',
      amount: { total: 1234, payer_total: 1234, currency: 'CNY' },
    })
    expect(value?.transaction_id).toMatch(/^42000\d{23}$/)
    const byNumber = await client.query(order)
    expect(client.signatureOf(byNumber)).toBe('good')
    const byId = await client.send({
      method: 'GET',
      path: `/v3/pay/transactions/id/${value?.transaction_id}?mchid=1900000001`,
    })
    for (const answer of [byNumber, byId]) {
      expect(jsonOf(answer)).toMatchObject({
        transaction_id: value?.transaction_id,
        trade_state: 'SUCCESS',
        amount: { total: 1234 },
      })
    }
  })

  it('finds order numbers that had to be percent-encoded', async () => {
    const order = `A|B*${newOrder()}`
    expect((await client.charge(order, 100)).status).toBe(200)
    expect(jsonOf(await client.query(order))).toMatchObject({ out_trade_no: order })
  })

  it('asks for the password above 1000 yuan with a bare 202, and is paid 8 s later', async () => {
    const order = newOrder()
    const asked = await client.charge(order, 100_001)
    expect(asked.status).toBe(202)
    expect(asked.body.toString()).toBe('{"trade_state":"USERPAYING"}')
    expect(client.signatureOf(asked)).toBe('good')
    clock.advance(7999)
    expect(jsonOf(await client.query(order))).toMatchObject({ trade_state: 'USERPAYING' })
    const refused = await client.reverse(order)
    expect(refused.status).toBe(400)
    expect(jsonOf(refused)).toMatchObject({ code: 'USERPAYING' })
    clock.advance(1)
    expect(jsonOf(await client.query(order))).toMatchObject({ trade_state: 'SUCCESS' })
    expect((await client.charge(newOrder(), 100_000)).status).toBe(200)
  })

  it('names the field of a wrong body by JSON Pointer', async () => {
    const answer = await client.charge(newOrder(), 100, { patch: { description: 'x'.repeat(128) } })
    expect(jsonOf(answer)).toMatchObject({
      code: 'PARAM_ERROR',
      detail: { field: '/description', location: 'body', value: 'x'.repeat(128) },
    })
    const noStore = await client.charge(newOrder(), 100, { patch: { scene_info: {} } })
    expect(jsonOf(noStore)).toMatchObject({ message: '场景信息填写错误' })
  })

  it('shares its ledger with the backup host', async () => {
    const order = newOrder()
    await client.charge(order, 100)
    const backup = new WireClient(dir, sandbox.backupOrigin, clock)
    expect(jsonOf(await backup.query(order))).toMatchObject({ trade_state: 'SUCCESS' })
  })
})

describe('paying twice', () => {
  const rowOf = (order: string) => sandbox.ledger().find((row) => row.outTradeNo === order)

  it('AC-14c replays the same body, in any key order, without taking money again', async () => {
    const order = newOrder()
    const body = chargeBody(order, 100)
    const first = await client.send(charge({ body: JSON.stringify(body) }))
    const turned = Object.fromEntries(Object.entries(body).reverse())
    const second = await client.send(charge({ body: JSON.stringify(turned) }))
    expect(second.status).toBe(200)
    expect(jsonOf(second)?.transaction_id).toBe(jsonOf(first)?.transaction_id)
    expect(rowOf(order)).toMatchObject({ charges: 1 })
  })

  it('refuses the number with another amount or another code', async () => {
    const order = newOrder()
    const code = freshCode()
    await client.charge(order, 100, { code })
    for (const again of [
      await client.charge(order, 101, { code }),
      await client.charge(order, 100, { code: freshCode() }),
    ]) {
      expect(again.status).toBe(400)
      expect(jsonOf(again)).toMatchObject({ code: 'INVALID_REQUEST' })
      expect(again.headers['request-id']).toMatch(/-268498688$/)
    }
    expect(rowOf(order)).toMatchObject({ charges: 1, amountFen: 100 })
  })

  it('refuses a number that was reversed', async () => {
    const order = newOrder()
    const body = JSON.stringify(chargeBody(order, 100))
    await client.send(charge({ body }))
    clock.advance(15_000)
    expect((await client.reverse(order)).status).toBe(200)
    expect(jsonOf(await client.send(charge({ body })))).toMatchObject({ code: 'ORDER_CLOSED' })
    expect(rowOf(order)).toMatchObject({ state: 'REVOKED', charges: 1, returned: true })
  })

  it('takes a code once, even when the order that used it failed', async () => {
    const code = freshCode()
    expect((await client.charge(newOrder(), 90_015, { code })).status).toBe(403)
    const order = newOrder()
    const again = await client.charge(order, 100, { code })
    expect(again.status).toBe(403)
    expect(jsonOf(again)).toMatchObject({ code: 'AUTH_CODE_INVALID' })
    expect((await client.query(order)).status).toBe(404)
  })

  it('keeps transaction ids apart when an unpaid order is paid after a newer one', async () => {
    const unpaid = JSON.stringify(chargeBody(newOrder(), 90_010))
    expect((await client.send(charge({ body: unpaid }))).status).toBe(500)
    const newer = await client.charge(newOrder(), 100)
    const paid = await client.send(charge({ body: unpaid }))
    expect([newer.status, paid.status]).toEqual([200, 200])
    const newest = await client.charge(newOrder(), 100)
    const ids = [newer, paid, newest].map((answer) => jsonOf(answer)?.transaction_id)
    expect(ids).not.toContain(undefined)
    expect(new Set(ids).size).toBe(3)
  })
})

describe('reversing', () => {
  it('answers 404 for an order nobody has seen', async () => {
    const answer = await client.reverse('NEVERSEEN')
    expect(answer.status).toBe(404)
    expect(jsonOf(answer)).toMatchObject({ code: 'ORDER_NOT_EXIST' })
  })

  it('is the same twice, notes that it was early, and stops after seven days', async () => {
    const order = newOrder()
    await client.charge(order, 100)
    const first = await client.reverse(order)
    const value = { appid: 'wxsandbox00000001', mchid: '1900000001', out_trade_no: order }
    expect(jsonOf(first)).toEqual(value)
    expect(sandbox.requests(1)[0]?.verdict).toBe('reversed_early')
    expect(jsonOf(await client.reverse(order))).toEqual(value)
    expect(jsonOf(await client.query(order))).toMatchObject({ trade_state: 'REVOKED' })
    expect(sandbox.history(order).map(({ state }) => state)).toEqual(['SUCCESS', 'REVOKED'])
    const old = newOrder()
    await client.charge(old, 100)
    clock.advance(7 * 86_400_000 + 1)
    expect((await client.reverse(old)).status).toBe(400)
  })
})

describe('platform keys', () => {
  const unseal = (sealed: Record<string, string>): string => {
    const bytes = Buffer.from(sealed.ciphertext ?? '', 'base64')
    const key = readFileSync(join(dir, 'apiv3.key'))
    const decipher = createDecipheriv('aes-256-gcm', key, Buffer.from(sealed.nonce ?? ''))
    decipher.setAAD(Buffer.from(sealed.associated_data ?? ''))
    decipher.setAuthTag(bytes.subarray(-16))
    return decipher.update(bytes.subarray(0, -16), undefined, 'utf8') + decipher.final('utf8')
  }

  it('lists two certificates in overlap, sealed with the APIv3 key', async () => {
    const answer = await client.send(certificates())
    expect(client.signatureOf(answer)).toBe('good')
    const { data } = jsonOf(answer) as {
      data: { serial_no: string; encrypt_certificate: Record<string, string> }[]
    }
    expect(data).toHaveLength(2)
    for (const entry of data) {
      const certificate = new X509Certificate(unseal(entry.encrypt_certificate))
      expect(certificate.serialNumber).toBe(entry.serial_no)
      expect(entry.serial_no).toMatch(/^[0-9A-F]{40}$/)
      expect(certificate.subject).toContain('CN=Tenpay.com sign')
      expect(certificate.issuer).toContain('CN=Tenpay.com Root CA')
    }
    const other = await client.send(certificates({ path: '/v3/certificates?algorithm_type=SM2' }))
    expect(other.status).toBe(400)
  })

  it('lists only the signing certificate when told, so that a rotation brings an unknown one', async () => {
    sandbox.setListing('signing')
    const serialsOf = async () => {
      const value = jsonOf(await client.send(certificates())) as { data: { serial_no: string }[] }
      return value.data.map((entry) => entry.serial_no)
    }
    const before = await serialsOf()
    const serial = sandbox.rotate()
    expect(before).toHaveLength(1)
    expect(before).not.toContain(serial)
    expect(await serialsOf()).toEqual([serial])
    sandbox.setListing('both')
    expect(await serialsOf()).toHaveLength(2)
  })

  it('changes over to the other certificate while running', async () => {
    const before = await client.charge(newOrder(), 100)
    const serial = sandbox.rotate()
    const after = await client.charge(newOrder(), 100)
    expect(after.headers['wechatpay-serial']).toBe(serial)
    expect(before.headers['wechatpay-serial']).not.toBe(serial)
    expect([client.signatureOf(before), client.signatureOf(after)]).toEqual(['good', 'good'])
  })

  it('signs with the public key when the request names it', async () => {
    const answer = await client.query(newOrder(), { 'Wechatpay-Serial': sandbox.publicKeyId })
    expect(answer.status).toBe(404)
    const paid = await client.charge(newOrder(), 100, {
      headers: { 'Wechatpay-Serial': sandbox.publicKeyId },
    })
    expect(paid.headers['wechatpay-serial']).toBe(sandbox.publicKeyId)
    expect(sandbox.publicKeyId).toMatch(/^PUB_KEY_ID_\d{31}$/)
    expect(client.signatureOf(paid)).toBe('good')
  })

  it('probes the share it was told and never the retry', async () => {
    sandbox.setProbeShare(1)
    const order = newOrder()
    const body = JSON.stringify(chargeBody(order, 100))
    const probed = await client.send(charge({ body }))
    expect(probed.status).toBe(200)
    expect(probed.headers['wechatpay-signature']).toMatch(/^WECHATPAY\/SIGNTEST\//)
    expect(client.signatureOf(probed)).toBe('bad')
    expect(client.signatureOf(await client.send(charge({ body })))).toBe('good')
    sandbox.setProbeShare(0.25)
    const kinds: string[] = []
    for (let index = 0; index < 8; index += 1) {
      kinds.push(client.signatureOf(await client.charge(newOrder(), 100)))
    }
    expect(kinds.filter((kind) => kind === 'bad')).toHaveLength(2)
    sandbox.setProbeShare(0)
  })
})

describe('the connection', () => {
  it('is kept for the next request, whatever the answer was, and lengths are honest', async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    const answers = [
      await client.send(charge({ agent })),
      await client.send(charge({ agent, auth: { signature: 'AAAA' } })),
      await client.send(charge({ agent, path: '/v3/nothing' })),
      await client.send(charge({ agent, body: JSON.stringify(chargeBody(newOrder(), 90_003)) })),
    ]
    expect(answers.map(({ status }) => status)).toEqual([200, 401, 404, 202])
    expect(answers.map(({ reused }) => reused)).toEqual([false, true, true, true])
    for (const { headers, body } of answers) {
      expect(headers['content-length']).toBe(String(body.length))
      expect(headers['keep-alive']).toBe('timeout=8')
    }
    agent.destroy()
  })

  it('sees a client with a clock of its own', async () => {
    sandbox.setClockSkew(-400_000)
    const answer = await client.send(charge())
    expect(answer.status).toBe(401)
    expect(jsonOf(answer)).toMatchObject({ message: STALE })
    expect(answer.headers.date).toBe(new Date(clock.nowMs() - 400_000).toUTCString())
    sandbox.setClockSkew(0)
    expect((await client.send(charge())).status).toBe(200)
  })
})

describe('what stays', () => {
  it('belongs to one sandbox at a time', async () => {
    await expect(startSandbox({ dir, clock })).rejects.toThrow('another sandbox is using')
    expect((await client.charge(newOrder(), 100)).status).toBe(200)
  })

  it('keeps its folder private and its ledger durable', () => {
    expect(statSync(dir).mode & 0o777).toBe(0o700)
    for (const name of ['apiclient_key.pem', 'apiv3.key', 'control.token', 'ledger.sqlite']) {
      expect(statSync(join(dir, name)).mode & 0o777).toBe(0o600)
    }
    expect(sandbox.durability()).toEqual({ journalMode: 'wal', synchronous: 2 })
  })

  it('never writes a payment code', async () => {
    const code = '131415926535897932'
    await client.charge(newOrder(), 100, { code })
    await client.charge(newOrder(), 100, { code })
    for (const name of ['ledger.sqlite', 'ledger.sqlite-wal']) {
      const bytes = readFileSync(join(dir, name))
      expect(bytes.includes(Buffer.from(code))).toBe(false)
    }
  })

  it('keeps what a person changed in terminal.json, except ports', async () => {
    const other = mkdtempSync(join(tmpdir(), 'guitai-sandbox-'))
    const first = await startSandbox({ dir: other, clock })
    await first.close()
    const value = JSON.parse(readFileSync(first.terminalConfig, 'utf8'))
    expect(value.gateway.primary).toBe(first.origin)
    value.terminalId = 'POS77'
    value.gateway.backup = 'https://gateway.example'
    writeFileSync(first.terminalConfig, JSON.stringify(value))
    const second = await startSandbox({ dir: other, clock })
    await second.close()
    const after = JSON.parse(readFileSync(second.terminalConfig, 'utf8'))
    expect(after.terminalId).toBe('POS77')
    expect(after.gateway.primary).toBe(second.origin)
    expect(after.gateway.backup).toBe('https://gateway.example')
    rmSync(other, { recursive: true, force: true })
  })
})
