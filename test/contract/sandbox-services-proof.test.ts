import 'reflect-metadata'
import { createHash, X509Certificate } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { chargeBody, freshCode } from './sandbox-client.ts'
import {
  EVIDENCE,
  INSIDE,
  type ProofChanges,
  STORE,
  TestTerminal,
  World,
} from './sandbox-services-client.ts'
import { chargeFields, toXml } from './sandbox-v2-client.ts'

const CHARGE = '/v3/pay/transactions/codepay'

let world: World
let terminal: TestTerminal
beforeEach(async () => {
  world = await World.start()
  terminal = await world.shop()
  await world.done('enforcement', { on: true })
})
afterEach(() => world.stop())

/** A charge of a test's own, proven over the bytes that are sent; a header of undefined is left out. */
async function charge(
  changes: ProofChanges = {},
  headers: Record<string, string | undefined> = {},
  order = world.newOrder(),
) {
  const body = JSON.stringify(chargeBody(order, 100, { code: freshCode() }))
  const all = { ...terminal.prove(CHARGE, body, changes), ...headers }
  const sent = Object.entries(all).flatMap(([name, value]) => (value ? [[name, value]] : []))
  const request = { method: 'POST', path: CHARGE, body, headers: Object.fromEntries(sent) }
  const answer = await world.wire.send(request)
  const { code } = JSON.parse(answer.body.toString('utf8'))
  return { status: answer.status, code, reason: answer.headers['guitai-refusal'] }
}

const events = async () => (await world.control('overview')).value.events

describe('AC-259a: a charge says which machine makes it, where, and by what program', () => {
  it('passes when all of it is there and signed', async () => {
    expect((await charge()).status).toBe(200)
    expect((await charge()).status).toBe(200)
  })

  it.each([
    'Guitai-Terminal',
    'Guitai-Key',
    'Guitai-Timestamp',
    'Guitai-Nonce',
    'Guitai-Counter',
    'Guitai-Signature',
    'Guitai-Device-Type',
    'Guitai-App-Version',
  ])('is refused without %s', async (name) => {
    const answer = await charge({}, { [name]: undefined })
    expect(answer).toEqual({ status: 403, code: 'NO_AUTH', reason: 'proof.missing' })
    expect(world.sandbox.ledger()).toEqual([])
  })

  it('is refused without all of them, by grant alone', async () => {
    const headers = { 'Guitai-Grant': terminal.quote(), 'Guitai-Place': INSIDE }
    expect((await world.charge(100, headers)).reason).toBe('proof.missing')
    expect((await world.chargeV2(100, headers)).reason).toBe('proof.missing')
  })

  it.each([
    ['the place', { 'Guitai-Place': '22543097,114057865,20,WGS-84' }],
    ['no place', { 'Guitai-Place': undefined }],
    ['the device type', { 'Guitai-Device-Type': '09' }],
    ['the version', { 'Guitai-App-Version': '9.9.9' }],
    ['the interface', { 'Guitai-Interface': 'FACEPAY' }],
    ['the counter', { 'Guitai-Counter': '999' }],
  ])('is refused when %s is another one than was signed', async (_what, headers) => {
    expect((await charge({}, headers)).reason).toBe('signature.wrong')
    expect((await charge()).status).toBe(200)
  })

  it('is refused by another device type, another version and a wrong clock, each of them signed', async () => {
    expect((await charge({ deviceType: '09' })).reason).toBe('device_type.differs')
    expect((await charge({ appVersion: '1.0.1' })).reason).toBe('app_version.differs')
    const timestampMs = world.clock.nowMs() - 300_001
    expect((await charge({ timestampMs })).reason).toBe('clock.skew')
    expect((await charge()).status).toBe(200)
  })

  it('knows a new version once the terminal has told it', async () => {
    expect((await terminal.call('GET', 'grant?app_version=1.0.1')).status).toBe(200)
    expect((await charge({ appVersion: '1.0.1' })).status).toBe(200)
    expect((await charge()).reason).toBe('app_version.differs')
  })

  it('is proven by v2 as well, and so is a refund, each counter once', async () => {
    const order = world.newOrder()
    const fields = chargeFields(order, 100)
    const path = '/pay/micropay'
    const body = toXml(world.v2.signed(fields))
    const headers = terminal.prove(path, body)
    const paid = await world.v2.send(path, { fields, body, headers })
    expect(paid.fields?.result_code).toBe('SUCCESS')
    const refund = { out_trade_no: order, out_refund_no: 'R-1', total_fee: '100', refund_fee: '10' }
    const asked = toXml(world.v2.signed(refund))
    const proven = terminal.prove('/secapi/pay/refund', asked)
    const given = await world.v2.refund(refund, { body: asked, headers: proven })
    expect(given.fields?.result_code).toBe('SUCCESS')
    expect((await charge()).status).toBe(200)
  })
})

describe('AC-259b: one serial that is live twice is suspended, and an event says so', () => {
  it('R-CLONE: a counter that comes again', async () => {
    expect((await charge({ counter: 500 })).status).toBe(200)
    expect((await charge({ counter: 500 })).reason).toBe('counter.replayed')
    expect((await charge()).reason).toBe('terminal.suspended')
    expect((await terminal.call('GET', 'grant')).value.code).toBe('terminal.suspended')
    expect(await events()).toMatchObject([
      { serial: 'T-1', kind: 'terminal.copied', trigger: 5, facts: { code: 'counter.replayed' } },
    ])
  })

  it('a counter of the services, used again for a charge', async () => {
    await terminal.call('GET', 'time')
    expect((await charge({ counter: terminal.counter })).reason).toBe('counter.replayed')
  })

  it('in two places that it cannot have gone between', async () => {
    expect((await charge()).status).toBe(200)
    world.clock.advance(60_000)
    // 2 500 m at most in a minute, and 40 m of doubt: 0.0224 of a degree of latitude are 2 490 m.
    const near = await charge({ place: '22565496,114057865,20,WGS-84' })
    expect(near.reason).toBe('place.outside')
    world.clock.advance(1_000)
    const far = await charge({ place: INSIDE })
    expect(far.reason).toBe('terminal.elsewhere')
    expect((await charge()).reason).toBe('terminal.suspended')
    expect(await events()).toMatchObject([
      { trigger: 5, facts: { code: 'terminal.elsewhere', distance_m: 2491 } },
    ])
  })

  it('by the certificate of another merchant', async () => {
    const merchant_id = '1900000002'
    await world.admit({ merchant_id })
    const store = { ...STORE, id: 'S002', address: '别处2号' }
    const evidence = { ...EVIDENCE, address: store.address, photo: 'another-shop' }
    await world.grant([{ type: 'MICROPAY', evidence }], { merchant_id, store })
    const issued = await world.done('certificates', { role: 'merchant', merchant_id })
    const certificate = new X509Certificate(String(issued.certificate))
    terminal = new TestTerminal(world, 'T-2')
    const code = await world.code('T-2', { merchant_id, store_id: 'S002' })
    const merchant_cert_sha256 = createHash('sha256').update(certificate.raw).digest('hex')
    expect((await terminal.enrol(code, { merchant_cert_sha256 })).status).toBe(200)
    expect((await charge()).reason).toBe('terminal.elsewhere')
    expect((await terminal.call('GET', 'grant')).value.code).toBe('terminal.suspended')
    expect(await events()).toMatchObject([
      { serial: 'T-2', trigger: 5, facts: { code: 'terminal.elsewhere' } },
    ])
  })

  it('works again after people have looked, also from another place', async () => {
    await charge({ counter: 500 })
    await charge({ counter: 500 })
    await world.done('resumptions', { role: 'risk-issuer', serial: 'T-1', reason: 'looked' })
    expect((await charge()).status).toBe(200)
  })
})
