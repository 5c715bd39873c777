import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { TestTerminal } from './sandbox-services-client.ts'
import { EVIDENCE, INSIDE, limitRow, MERCHANT, World } from './sandbox-services-client.ts'

let world: World
let terminal: TestTerminal

beforeEach(async () => {
  world = await World.start()
})
afterEach(() => world.stop())

const quoting = (more: Record<string, string> = {}) => ({
  'Guitai-Grant': terminal.quote(),
  'Guitai-Place': INSIDE,
  ...more,
})
const FACE = { 'Guitai-Interface': 'FACEPAY' }
/** Fetches the grant and charges by it. */
const chargeNow = async (amountFen: number, more: Record<string, string> = {}) => {
  await terminal.fetchGrant()
  return world.charge(amountFen, quoting(more))
}

describe('a charge that quotes a grant', () => {
  beforeEach(async () => {
    terminal = await world.shop()
  })

  it('passes inside all it was granted', async () => {
    expect((await world.charge(500_000, quoting())).status).toBe(202)
    expect((await world.charge(100, quoting())).status).toBe(200)
    expect((await world.charge(50_000, quoting(FACE))).status).toBe(200)
    expect((await world.chargeV2(100, quoting())).code).toBe('SUCCESS')
  })

  it.each([
    ['rubbish', 'grant.malformed'],
    ['G-1/0', 'grant.malformed'],
    ['G-1/1', 'grant.unknown'],
  ])('is refused for %s: %s, in the words of both wires', async (grant, reason) => {
    const headers = quoting({ 'Guitai-Grant': grant })
    expect(await world.charge(100, headers)).toEqual({ status: 403, code: 'NO_AUTH', reason })
    expect(await world.chargeV2(100, headers)).toEqual({ code: 'NOAUTH', reason })
    expect(world.sandbox.ledger()).toEqual([])
  })

  it('is refused by an older version than the least, and by one that never was', async () => {
    await world.limits([limitRow('MICROPAY', 500_000)])
    expect((await world.charge(100, quoting())).reason).toBe('grant.version_too_low')
    await terminal.fetchGrant()
    expect((await world.charge(100, quoting())).status).toBe(200)
    const next = `${terminal.grant.grant_id}/3`
    const early = await world.charge(100, quoting({ 'Guitai-Grant': next }))
    expect(early.reason).toBe('grant.version_unknown')
  })

  it('is refused when the grant has run out', async () => {
    world.clock.advance(86_400_000 - 1000)
    expect((await world.charge(100, quoting())).status).toBe(200)
    world.clock.advance(1000)
    expect((await world.charge(100, quoting())).reason).toBe('grant.expired')
    expect((await chargeNow(100)).status).toBe(200)
  })

  it.each([
    ['just inside', '22545790,114057865,20,WGS-84', undefined],
    ['just outside', '22545800,114057865,20,WGS-84', 'place.outside'],
    ['another datum', '22543096,114057865,20,GCJ-02', 'place.outside'],
    ['no place on earth', '91000000,114057865,20,WGS-84', 'place.missing'],
    ['rubbish', 'NaN,NaN,0,WGS-84', 'place.missing'],
  ])('from %s: %s', async (_what, place, reason) => {
    const answer = await world.charge(100, quoting({ 'Guitai-Place': place }))
    expect(answer.reason).toBe(reason)
  })

  it('says where it is, or by which address it comes', async () => {
    const { 'Guitai-Place': _place, ...headers } = quoting()
    expect((await world.charge(100, headers)).reason).toBe('place.missing')
    expect((await world.chargeV2(100, headers, { spbill_create_ip: '10.0.0.9' })).code).toBe(
      'SUCCESS',
    )
    const scene_info = { device_ip: '10.0.0.9', store_info: { out_id: 'S001' } }
    const sent = await world.wire.charge(world.newOrder(), 100, { headers, patch: { scene_info } })
    expect(sent.status).toBe(200)
  })

  it('stays under single, day and month; what was reversed no longer counts', async () => {
    await world.limits([limitRow('MICROPAY', 300, 500, 700)])
    expect(await chargeNow(301)).toMatchObject({ code: 'RULE_LIMIT', reason: 'limit.single' })
    await terminal.fetchGrant()
    const first = world.newOrder()
    expect((await world.charge(300, quoting(), first)).status).toBe(200)
    expect((await chargeNow(201)).reason).toBe('limit.day')
    expect((await chargeNow(200)).status).toBe(200)
    world.clock.advance(86_400_000)
    expect((await chargeNow(201)).reason).toBe('limit.month')
    await world.wire.reverse(first)
    expect((await chargeNow(201)).status).toBe(200)
    world.clock.advance(30 * 86_400_000)
    expect((await chargeNow(300)).status).toBe(200)
  })

  it('AC-9: without delivered limits is refused; unlimited has to be said', async () => {
    await world.limits([limitRow('MICROPAY', 500)])
    expect((await chargeNow(1, FACE)).reason).toBe('limit.undefined')
    const free = { single: 'unlimited', day: 'unlimited', month: 'unlimited' }
    await world.limits([{ interface: 'FACEPAY', channel: 'ALL', ...free }])
    expect((await chargeNow(50_001, FACE)).reason).toBe('limit.single')
    await world.faces('terms', { per_txn: 90_000, per_day: 100_000 })
    expect((await chargeNow(90_000, FACE)).status).toBe(200)
    expect((await chargeNow(10_001, FACE)).reason).toBe('limit.day')
    expect((await chargeNow(10_000, FACE)).status).toBe(200)
  })

  it('is told again what became of it, whatever was decided meanwhile', async () => {
    const order = world.newOrder()
    const code = '134567890123456789'
    const headers = quoting()
    expect((await world.wire.charge(order, 100, { headers, code })).status).toBe(200)
    await world.measure('M8', { params: { refund: 'blocked' } })
    expect((await world.wire.charge(order, 100, { headers, code })).status).toBe(200)
    expect((await world.wire.query(order, headers)).status).toBe(200)
    expect((await world.wire.reverse(order, headers)).status).toBe(200)
  })

  it('is refused for an interface of another name', async () => {
    const answer = await world.charge(100, quoting({ 'Guitai-Interface': 'H5' }))
    expect(answer.reason).toBe('interface.not_granted')
  })
})

describe('micro merchants', () => {
  const NO_CREDIT = { limit_pay: 'no_credit' }

  it('AC-10a/service AC-10b/service AC-10c/service pay without credit once its room is spent, by Beijing day and month', async () => {
    terminal = await world.shop({ kind: 'MICRO' })
    await world.limits([limitRow('MICROPAY', 500_000)], {
      micro_credit: { day: 1000, month: 2500 },
    })
    await terminal.fetchGrant()
    expect(terminal.grant.micro_credit).toEqual({ day: 1000, month: 2500 })
    expect((await world.chargeV2(999, quoting())).code).toBe('SUCCESS')
    expect((await world.chargeV2(2, quoting())).reason).toBe('credit.must_be_off')
    expect((await world.chargeV2(2, quoting(), NO_CREDIT)).code).toBe('SUCCESS')
    expect((await world.charge(2, quoting())).reason).toBe('credit.must_be_off')
    expect((await world.chargeV2(1, quoting())).code).toBe('SUCCESS')
    // 15:08 of one day in Beijing; nine hours later it is the next.
    world.clock.advance(9 * 3_600_000)
    expect((await world.chargeV2(1000, quoting())).code).toBe('SUCCESS')
    world.clock.advance(86_400_000)
    await terminal.fetchGrant()
    expect((await world.chargeV2(501, quoting())).reason).toBe('credit.must_be_off')
    expect((await world.chargeV2(500, quoting())).code).toBe('SUCCESS')
  })
})

describe('measures', () => {
  beforeEach(async () => {
    terminal = await world.shop()
  })
  const PASSES = undefined
  const end = '2026-05-06T15:08:09+08:00'
  const ceiling = { interface: 'MICROPAY', channel: 'ALL', single: 50, day: 1000, month: 9000 }

  it.each([
    ['M1', {}, [PASSES, PASSES, PASSES]],
    [
      'M2',
      { params: { items: ['x'] }, deadline: '2026-06-01T00:00:00+08:00' },
      [PASSES, PASSES, PASSES],
    ],
    [
      'M2',
      { params: { items: ['x'] }, deadline: end, on_deadline: 'suspend' },
      ['merchant.suspended', 'merchant.suspended', PASSES],
    ],
    ['M3', { params: { limits: [ceiling] } }, ['limit.single', PASSES, PASSES]],
    ['M4', { params: { cycle: 'T+7' } }, [PASSES, PASSES, PASSES]],
    [
      'M5',
      { params: { channels_allowed: ['QUICK', 'BALANCE'] } },
      ['credit.must_be_off', 'credit.must_be_off', PASSES],
    ],
    [
      'M5',
      { params: { channels_allowed: ['BALANCE'] } },
      ['interface.not_granted', 'interface.not_granted', PASSES],
    ],
    [
      'M6',
      { params: { interfaces_allowed: ['MICROPAY'], attended_only: false } },
      [PASSES, 'interface.not_granted', PASSES],
    ],
    ['M7', { params: { delay_days: 7 } }, [PASSES, PASSES, PASSES]],
    ['M8', { params: { refund: 'allowed' } }, ['merchant.suspended', 'merchant.suspended', PASSES]],
    [
      'M8',
      { params: { refund: 'blocked' } },
      ['merchant.suspended', 'merchant.suspended', 'refund.blocked'],
    ],
    [
      'M8',
      { params: { refund: 'allowed' }, interfaces: ['FACEPAY'] },
      [PASSES, 'merchant.suspended', PASSES],
    ],
    ['M9', { interfaces: ['MICROPAY'] }, ['interface.closed', PASSES, 'refund.blocked']],
    [
      'M10',
      { params: { agreement_end: end } },
      ['merchant.terminated', 'merchant.terminated', 'refund.blocked'],
    ],
  ])('AC-16.%s/service %j: charge by code, by face, refund', async (code, more, expected) => {
    const order = world.newOrder()
    expect((await world.charge(100, quoting(), order)).status).toBe(200)
    await world.measure(code, more)
    const byCode = await chargeNow(60)
    const byFace = await chargeNow(60, FACE)
    const refund = { refund: 10, total: 100, headers: quoting() }
    const refunded = await world.wire.refund(order, `R-${order}`, refund)
    const reasons = [byCode.reason, byFace.reason, refunded.headers['guitai-refusal']]
    expect(reasons).toEqual(expected)
    expect((await world.wire.query(order)).status).toBe(200)
    const early = await world.wire.query('NEVER-WAS', quoting())
    expect(early.headers['guitai-refusal']).toBeUndefined()
  })

  it('begin at their instant, are lifted by their id, and narrow the least of all', async () => {
    const soon = '2026-05-06T15:09:09+08:00'
    const id = await world.measure('M8', { params: { refund: 'allowed' }, effective_at: soon })
    expect((await chargeNow(60)).status).toBe(200)
    world.clock.advance(60_000)
    expect((await chargeNow(60)).reason).toBe('merchant.suspended')
    await world.done('lifts', { role: 'risk-issuer', measure_id: id })
    expect((await chargeNow(60)).status).toBe(200)
    await world.measure('M3', { params: { limits: [ceiling] } })
    await world.measure('M3', { params: { limits: [{ ...ceiling, single: 40 }] } })
    expect((await chargeNow(41)).reason).toBe('limit.single')
    expect((await chargeNow(40)).status).toBe(200)
  })

  it('stand in the grant, which then allows no time offline', async () => {
    await world.measure('M1')
    await terminal.fetchGrant()
    expect(terminal.grant).toMatchObject({
      measures: [{ code: 'M1', seq: 1 }],
      offline_grace_s: 7200,
    })
    await world.measure('M7', { params: { delay_days: 1 } })
    await terminal.fetchGrant()
    expect(terminal.grant).toMatchObject({
      measures: [{}, { code: 'M7', seq: 2 }],
      offline_grace_s: 0,
    })
  })

  it('AC-18/service M8 tells the terminal whether it may refund, and closing at the end leaves no interface', async () => {
    const id = await world.measure('M8', { params: { refund: 'blocked' } })
    await terminal.fetchGrant()
    expect(terminal.grant.refund).toBe('blocked')
    await world.done('lifts', { role: 'risk-issuer', measure_id: id })
    const soon = '2026-05-06T15:09:09+08:00'
    await world.measure('M10', { params: { agreement_end: soon } })
    await terminal.fetchGrant()
    expect(terminal.grant).toMatchObject({ refund: 'allowed', interfaces: [{}, {}] })
    expect((await world.charge(60, quoting())).status).toBe(200)
    world.clock.advance(60_000)
    expect((await world.charge(60, quoting())).reason).toBe('merchant.terminated')
    world.clock.advance(6 * 3_600_000)
    await terminal.fetchGrant()
    expect(terminal.grant).toMatchObject({ refund: 'blocked', interfaces: [] })
  })

  it('M9 and M10 are never lifted; M9 ends by a new approval of all it closed', async () => {
    const id = await world.measure('M9')
    const lift = { role: 'risk-issuer', measure_id: id }
    expect((await world.control('lifts', lift)).value.error).toBe('measure.not_liftable')
    const half = await world.apply([{ type: 'MICROPAY', evidence: EVIDENCE }])
    const refused = await world.approve(half.value.application_id, 'HALF')
    expect(refused.value.error).toBe('approval.closed_by_risk')
    await world.grant([
      { type: 'MICROPAY', evidence: EVIDENCE },
      { type: 'FACEPAY', evidence: EVIDENCE },
    ])
    expect((await chargeNow(60)).status).toBe(200)
  })

  it.each([
    ['X77', {}],
    ['M2', { params: { items: ['x'] } }],
    ['M3', { params: {} }],
    ['M3', { params: { limits: [{ ...ceiling, single: 'unlimited' }] } }],
    ['M5', { params: { channels_allowed: ['GOLD'] } }],
    ['M8', { params: {} }],
    ['M8', { params: { refund: 'allowed' }, deadline: end }],
  ])('%s %j is no measure', async (code, more) => {
    const asked = { role: 'risk-issuer', merchant_id: MERCHANT, code, ...more }
    expect((await world.control('measures', asked)).status).toBe(400)
    expect((await terminal.call('GET', 'bulletins')).value.highest_seq).toBe(0)
  })

  it('do not stop the repeat of a refund that was taken', async () => {
    const order = world.newOrder()
    await world.charge(100, quoting(), order)
    const refund = { refund: 10, total: 100, headers: quoting() }
    expect((await world.wire.refund(order, 'TAKEN-1', refund)).status).toBe(200)
    await world.measure('M8', { params: { refund: 'blocked' } })
    expect((await world.wire.refund(order, 'TAKEN-1', refund)).status).toBe(200)
    world.clock.advance(60_000)
    const next = await world.wire.refund(order, 'TAKEN-2', refund)
    expect(next.headers['guitai-refusal']).toBe('refund.blocked')
  })
})

describe('enforcement', () => {
  it('is off until somebody turns it on', async () => {
    terminal = await world.shop()
    expect((await world.charge(100, {})).status).toBe(200)
    await world.done('enforcement', { on: true })
    expect((await world.charge(100, {})).reason).toBe('grant.missing')
    expect((await world.chargeV2(100, {})).reason).toBe('grant.missing')
    expect((await world.charge(100, quoting())).reason).toBe('proof.missing')
    await world.done('enforcement', { on: false })
    const order = world.newOrder()
    expect((await world.charge(100, quoting(), order)).status).toBe(200)
    await world.done('enforcement', { on: true })
    const bare = await world.wire.refund(order, 'BARE-1', { refund: 10, total: 100 })
    expect(bare.headers['guitai-refusal']).toBe('grant.missing')
    expect((await world.wire.query(order)).status).toBe(200)
    expect((await world.wire.reverse(order)).status).toBe(200)
  })
})
