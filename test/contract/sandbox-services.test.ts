import { createHash } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Signed } from './sandbox-services-client.ts'
import {
  canonical,
  EVIDENCE,
  INSIDE,
  MERCHANT,
  sendRaw,
  TestTerminal,
  World,
} from './sandbox-services-client.ts'

let world: World

beforeEach(async () => {
  world = await World.start()
})
afterEach(() => world.stop())

describe('enrolment', () => {
  it('gives a terminal its grant and the keys to check it by, in signed answers', async () => {
    const terminal = await world.shop()
    expect(terminal.grant).toMatchObject({
      version: 1,
      merchant: { id: MERCHANT, kind: 'ENTERPRISE' },
      store: { id: 'S001', net: { gateway_origin: world.sandbox.origin } },
      terminal: { serial: 'T-1', device_type: '10' },
      offline_grace_s: 7200,
      currency: 'CNY',
    })
    const answer = await terminal.call('GET', 'grant')
    expect(answer).toMatchObject({ status: 200, verified: true })
    const grant = answer.value.grant as Signed
    expect(terminal.verifies(grant, 'scene-issuer')).toBe(true)
    expect(terminal.verifies(grant, 'risk-issuer')).toBe(false)
    const forged = { ...grant, document: { ...grant.document, version: 2 } }
    expect(terminal.verifies(forged, 'scene-issuer')).toBe(false)
    const trust = (await terminal.call('GET', 'trust')).value.trust as Signed
    expect(terminal.verifies(trust, 'root')).toBe(true)
  })

  it('carries the digest of the root key in its code', async () => {
    const terminal = await world.shop()
    const code = await world.code('T-2')
    const keys = terminal.trust.keys as { role: string; kid: string }[]
    const root = keys.find((key) => key.role === 'root')
    expect(code).toMatch(/^([0-9A-HJKMNP-TV-Z]{4}-){4}[0-9A-HJKMNP-TV-Z]{4}\.[0-9a-f]{32}$/)
    expect(code.split('.')[1]?.slice(0, 16)).toBe(root?.kid)
  })

  it('takes a code once, in its time, for its serial', async () => {
    await world.shop()
    const code = await world.code('T-2')
    const other = new TestTerminal(world, 'T-3')
    expect((await other.enrol(code)).value.code).toBe('enrol.code_wrong')
    const second = new TestTerminal(world, 'T-2')
    expect((await second.enrol(code)).status).toBe(200)
    // The same terminal may ask again, as it does when the answer was lost; nobody else may.
    expect((await second.enrol(code)).status).toBe(200)
    expect((await new TestTerminal(world, 'T-2').enrol(code)).value.code).toBe('enrol.code_used')
    const late = await world.code('T-4')
    world.clock.advance(24 * 3_600_000)
    const fourth = new TestTerminal(world, 'T-4')
    expect((await fourth.enrol(late)).value.code).toBe('enrol.code_expired')
  })

  it('stops guessing', async () => {
    await world.shop()
    const code = await world.code('T-2')
    const terminal = new TestTerminal(world, 'T-2')
    for (let tries = 0; tries < 5; tries += 1) {
      expect((await terminal.enrol('AAAA-AAAA-AAAA-AAAA-AAAA')).value.code).toBe('enrol.code_wrong')
    }
    const refused = await terminal.enrol(code)
    expect(refused.value).toMatchObject({ code: 'rate.limited', retry_after_s: 3600 })
    world.clock.advance(3_600_000)
    expect((await terminal.enrol(code)).status).toBe(200)
  })

  it('binds one machine to one code and one merchant', async () => {
    const first = await world.shop()
    await world.admit({ merchant_id: '1900000002' })
    const asked = { store_id: 'S001', serial: 'T-1', device_type: '10', role: 'scene-issuer' }
    const live = await world.control('enrolment-codes', { merchant_id: MERCHANT, ...asked })
    expect(live.value.error).toBe('enrol.serial_bound')
    const copied = Object.assign(first, { serial: 'T-9' })
    expect((await copied.enrol(await world.code('T-9'))).value.code).toBe('enrol.key_bound')
  })

  it('wants the key that signs, and a certificate of this merchant', async () => {
    await world.shop()
    const stranger = new TestTerminal(world, 'T-8')
    const terminal = new TestTerminal(world, 'T-2')
    const code = await world.code('T-2')
    const borrowed = await terminal.enrol(code, { public_key: stranger.publicKey })
    expect(borrowed.value.code).toBe('signature.wrong')
    const foreign = await terminal.enrol(code, { merchant_cert_sha256: 'f'.repeat(64) })
    expect(foreign.value.code).toBe('enrol.certificate_foreign')
    expect((await terminal.enrol(code)).status).toBe(200)
  })
})

describe('a signed request', () => {
  it('is refused when a byte of it is another, and teaches nothing then', async () => {
    const terminal = await world.shop()
    const before = terminal.counter
    const tampered = await terminal.call('POST', 'events', { events: [] }, { body: '{"a":1}' })
    // The answer is about the bytes that arrived, which are not those that were signed.
    expect(tampered).toMatchObject({ status: 401, verified: false })
    expect(tampered.value.code).toBe('signature.wrong')
    const foreign = await terminal.call('GET', 'grant', undefined, { kid: '0123456789abcdef' })
    expect(foreign).toMatchObject({ status: 401, verified: true })
    expect(foreign.value.code).toBe('signature.wrong')
    expect((await terminal.call('GET', 'time', undefined, { counter: before + 1 })).status).toBe(
      200,
    )
  })

  it('is refused by a clock more than 300 s away, except to ask the time', async () => {
    const terminal = await world.shop()
    const nowMs = world.clock.nowMs()
    for (const [skewMs, status] of [
      [300_000, 200],
      [-300_000, 200],
      [300_001, 401],
      [-300_001, 401],
    ] as const) {
      const answer = await terminal.call('GET', 'grant', undefined, { timestampMs: nowMs + skewMs })
      expect(answer).toMatchObject({ status, verified: true })
    }
    const far = { timestampMs: nowMs - 86_400_000 }
    const time = await terminal.call('GET', 'time', undefined, far)
    expect(time).toMatchObject({ status: 200, verified: true, value: { time_ms: nowMs } })
  })

  it('without its headers gets an unsigned refusal', async () => {
    const terminal = await world.shop()
    const raw = await sendRaw(world.dir, `${world.sandbox.origin}/services/v1/grant`, {
      method: 'GET',
    })
    expect([raw.status, raw.headers['guitai-signature']]).toEqual([400, undefined])
    const odd = await terminal.call('GET', 'grant', undefined, { nonce: 'short' })
    expect(odd).toMatchObject({ status: 400, verified: false })
  })

  it.each([
    ['comes again', 0],
    ['lies below the latest 64', -80],
  ])('suspends its serial when the counter %s', async (_what, step) => {
    const terminal = await world.shop()
    await terminal.call('GET', 'time', undefined, { counter: 100 })
    const replayed = await terminal.call('GET', 'time', undefined, { counter: 100 + step })
    expect(replayed).toMatchObject({ status: 409, value: { code: 'counter.replayed' } })
    const next = await terminal.call('GET', 'grant', undefined, { counter: 200 })
    expect(next.value.code).toBe('terminal.suspended')
    const paid = await world.charge(100, {
      'Guitai-Grant': terminal.quote(),
      'Guitai-Place': INSIDE,
    })
    expect(paid.reason).toBe('terminal.suspended')
    const asked = { role: 'risk-issuer', serial: 'T-1', reason: 'looked at' }
    await world.done('resumptions', asked)
    expect((await terminal.call('GET', 'grant')).status).toBe(200)
  })

  it('may be overtaken by another', async () => {
    const terminal = await world.shop()
    for (const counter of [100, 98, 99, 37]) {
      expect((await terminal.call('GET', 'time', undefined, { counter })).status).toBe(200)
    }
  })

  it('finds its counter spent after a restart of the service', async () => {
    const terminal = await world.shop()
    await terminal.call('GET', 'time', undefined, { counter: 50 })
    await world.restart()
    const answer = await terminal.call('GET', 'time', undefined, { counter: 50 })
    expect(answer.value.code).toBe('counter.replayed')
  })
})

describe('bulletins', () => {
  it('come in a chain, signed by the risk issuer alone', async () => {
    const terminal = await world.shop()
    const warning = await world.measure('M1')
    await world.done('lifts', { role: 'risk-issuer', measure_id: warning })
    const { value } = await terminal.call('GET', 'bulletins?since=0')
    const bulletins = value.bulletins as Signed[]
    expect(bulletins.map(({ document }) => document.seq)).toEqual([1, 2])
    expect(bulletins.every((one) => terminal.verifies(one, 'risk-issuer'))).toBe(true)
    expect(bulletins.some((one) => terminal.verifies(one, 'scene-issuer'))).toBe(false)
    expect(bulletins[0]?.document).toMatchObject({
      terminal_serial: 'T-1',
      measures: [{ code: 'M1', measure_id: warning, seq: 1 }],
    })
    expect(bulletins[1]?.document).toMatchObject({ measures: [], lifts: [warning] })
    const digest = createHash('sha256').update(canonical(bulletins[0]?.document)).digest('hex')
    expect(bulletins[1]?.document.prev_sha256).toBe(digest)
    expect((await terminal.call('GET', 'bulletins?since=1')).value.bulletins).toHaveLength(1)
  })

  it('AC-3/service wake a held request at once, and end it when the time is up', async () => {
    const terminal = await world.shop()
    const first = world.clock.nextTimer()
    const held = terminal.call('GET', 'bulletins?since=0&grant=1&wait_s=50')
    await first
    await world.measure('M8', { params: { refund: 'allowed' } })
    const woken = await held
    expect(woken).toMatchObject({ verified: true, value: { highest_seq: 1 } })
    expect(woken.value.bulletins).toHaveLength(1)
    const second = world.clock.nextTimer()
    const quiet = terminal.call('GET', 'bulletins?since=1&wait_s=50')
    await second
    world.clock.advance(50_000)
    expect((await quiet).value.bulletins).toEqual([])
    expect((await terminal.call('GET', 'bulletins?since=0&wait_s=51')).status).toBe(400)
  })

  it('are answered at once when another grant is current', async () => {
    const terminal = await world.shop()
    await world.limits([])
    const { value } = await terminal.call('GET', 'bulletins?since=0&grant=1&wait_s=50')
    expect(value).toMatchObject({ bulletins: [], grant_version: 2, minimum_version: 2 })
  })

  it('are acknowledged when they exist', async () => {
    const terminal = await world.shop()
    await world.measure('M1')
    const ack = {
      code: 'M1',
      what: 'acknowledged',
      operator: 'li',
      at: '2026-05-06T15:10:00+08:00',
    }
    const taken = await terminal.call('POST', 'acknowledgements', { seq: 1, ...ack })
    expect(taken.value).toEqual({ seq: 1, what: 'acknowledged' })
    const none = await terminal.call('POST', 'acknowledgements', { seq: 2, ...ack })
    expect(none.value.code).toBe('acknowledgement.unknown')
    const { value } = await world.control('overview')
    expect(value.acknowledgements).toMatchObject([{ serial: 'T-1', seq: 1, operator: 'li' }])
  })
})

describe('risk events', () => {
  const event = (id: string, facts: object = {}) => ({
    id: `00000000-0000-4000-8000-00000000000${id}`,
    kind: 'scene.location_mismatch',
    at: '2026-05-06T15:10:00+08:00',
    trigger: 1,
    facts,
  })

  it('are taken once each', async () => {
    const terminal = await world.shop()
    const [one, two] = [event('1', { distance_m: 900 }), event('2')]
    const first = await terminal.call('POST', 'events', { events: [one] })
    expect(first.value).toEqual({ accepted: [one.id], known: [] })
    const again = await terminal.call('POST', 'events', { events: [one, two] })
    expect(again.value).toEqual({ accepted: [two.id], known: [one.id] })
    expect((await world.control('overview')).value.events).toHaveLength(2)
  })

  it.each([
    { openid: 'o123' },
    { code: '一位顾客' },
    { code: 'A'.repeat(65) },
    { count: -1 },
    { amount_fen: 1.5 },
  ])('hold nothing about a payer: %j', async (facts) => {
    const terminal = await world.shop()
    const answer = await terminal.call('POST', 'events', {
      events: [event('1'), event('2', facts)],
    })
    expect(answer.value.code).toBe('event.facts_refused')
    expect((await world.control('overview')).value.events).toEqual([])
  })
})

describe('faults', () => {
  it.each(['answer_garbled', 'answer_unsigned', 'answer_other_nonce', 'answer_wrong_role'])(
    '%s makes one answer that does not verify',
    async (fault) => {
      const terminal = await world.shop()
      await world.done('faults', { fault })
      expect((await terminal.call('GET', 'time')).verified).toBe(false)
      expect((await terminal.call('GET', 'time')).verified).toBe(true)
    },
  )

  it('AC-6: documents signed by the other role verify as neither', async () => {
    const terminal = await world.shop()
    await world.measure('M1')
    const roles = ['scene-issuer', 'risk-issuer'] as const
    for (const [path, right] of [
      ['grant', roles[0]],
      ['bulletins', roles[1]],
    ] as const) {
      for (const fault of ['document_wrong_role', 'document_garbled']) {
        await world.done('faults', { fault })
        const spoilt = await terminal.call('GET', path)
        expect(spoilt.verified).toBe(true)
        const found = [spoilt.value[path]].flat() as Signed[]
        expect(found.map((one) => terminal.verifies(one, right))).toEqual([false])
      }
      const honest = [(await terminal.call('GET', path)).value[path]].flat() as Signed[]
      expect(honest.map((one) => terminal.verifies(one, right))).toEqual([true])
    }
  })
})

describe('sign-off', () => {
  const whole = {
    in_flight: 0,
    journal_entries: 12,
    journal_head: 'a'.repeat(64),
    wiped: ['merchant_key', 'grant', 'counters', 'face_credentials'],
  }

  it('ends a terminal whose merchant has left, and only then', async () => {
    const terminal = await world.shop()
    expect((await terminal.call('POST', 'sign-off', whole)).value.code).toBe('signoff.not_ended')
    await world.measure('M10', { params: { agreement_end: '2026-05-06T15:08:09+08:00' } })
    const busy = await terminal.call('POST', 'sign-off', { ...whole, in_flight: 1 })
    expect(busy.value.code).toBe('signoff.in_flight')
    const kept = await terminal.call('POST', 'sign-off', { ...whole, wiped: ['grant'] })
    expect(kept.value).toMatchObject({ code: 'signoff.not_wiped' })
    expect((await terminal.call('POST', 'sign-off', whole)).value).toEqual({ released: true })
    expect((await terminal.call('GET', 'time')).value.code).toBe('terminal.unknown')
  })

  it('frees the serial, whose grants go on counting', async () => {
    const terminal = await world.shop()
    const password = 'operation-password'
    const closing = { role: 'merchant', merchant_id: MERCHANT, interface: 'ALL', password }
    await world.done('closings', { ...closing, administrator: 'wang' })
    await terminal.fetchGrant()
    const before = Number(terminal.grant.version)
    expect((await terminal.call('POST', 'sign-off', whole)).status).toBe(200)
    await world.grant([{ type: 'MICROPAY', evidence: EVIDENCE }])
    const next = await world.terminal('T-1')
    expect(Number(next.grant.version)).toBeGreaterThan(before)
    expect(next.grant.grant_id).not.toBe(terminal.grant.grant_id)
  })
})
