import { afterEach, describe, expect, it } from 'vitest'
import { lastAttempt } from '../../src/domain/sale.ts'
import { GrantedShop, type KeptEvent, type ShopChanges } from './granted-shop.ts'
import { until } from './virtual-counter.ts'

let shop: GrantedShop
afterEach(() => shop?.close())

async function open(changes: ShopChanges = {}): Promise<GrantedShop> {
  shop = await GrantedShop.open(changes)
  await shop.heard()
  return shop
}

/** The events of a kind, once the service has one. */
async function eventsOf(kind: string): Promise<readonly KeptEvent[]> {
  for (;;) {
    const found = (await shop.events()).filter((event) => event.kind === kind)
    if (found.length > 0) return found
    await shop.pass(200, 200)
  }
}

/** Nothing the terminal saw makes it take a measure by itself. */
async function expectNoMeasure(): Promise<void> {
  expect(shop.scene).toMatchObject({ measures: [], screen: 'as_usual' })
  expect(shop.scene.refusal).toBeUndefined()
}

/** Thresholds so low that a few sales reach them. */
const risk = (low: object) => ({ config: { services: { risk: low } } })

describe('each sign of risk', () => {
  it('AC-16-trig: 2 out of hours, many, and larger than expected', async () => {
    await open(risk({ openFrom: '03:00', openUntil: '03:01', paidCount: 2, largestFen: 5_000 }))
    await shop.sellPaid(5_001)
    await shop.sellPaid(1_234)
    await shop.sellPaid(6_001)
    for (const kind of ['trade.out_of_hours', 'trade.frequent', 'trade.large']) {
      expect(await eventsOf(kind)).toMatchObject([{ trigger: 2 }])
    }
    await expectNoMeasure()
  })

  it('AC-16-trig: 6 round sums, equal sums, and refunds soon after', async () => {
    await open(risk({ roundCount: 2, equalCount: 2, loopCount: 2 }))
    const ids = [(await shop.sellPaid(10_000)).id, (await shop.sellPaid(10_000)).id]
    for (const id of ids) await shop.refund(id)
    await shop.pass(70_000, 5_000)
    for (const kind of ['trade.round_sums', 'trade.equal_sums', 'trade.refund_loops']) {
      expect(await eventsOf(kind)).toMatchObject([{ trigger: 6, facts: { count: 2 } }])
    }
    await expectNoMeasure()
  })

  it('AC-16-trig: 8 refunds that were refused', async () => {
    await open(risk({ refusedCount: 2 }))
    const { id } = await shop.sellPaid(2_000)
    const stop = await shop.measure('M8', { params: { refund: 'blocked' } })
    for (let asked = 0; asked < 3; asked += 1) await shop.refund(id)
    expect(await eventsOf('trade.refunds_refused')).toMatchObject([{ trigger: 8 }])
    await shop.lift(stop)
    await until(() => shop.scene.refusal === undefined)
    await expectNoMeasure()
  })

  it('AC-16-trig: 9 a clock that was set back', async () => {
    await open()
    await shop.passOnline(330_000)
    await shop.stop()
    // The service itself now signs an earlier time than this terminal has had.
    shop.world.clock.advance(-200_000)
    await shop.start()
    await until(() => shop.scene.refusal?.code === 'scene.clock_rollback')
    expect(await shop.arm(1_000)).toMatchObject({ error: { code: 'scene.clock_rollback' } })
    shop.world.clock.advance(1)
    expect(await eventsOf('charge.refused')).toMatchObject([
      { trigger: 9, facts: { code: 'scene.clock_rollback' } },
    ])
    expect(shop.scene.measures).toEqual([])
  })

  it('AC-7: an event whose sending fails goes with the next answer, within a minute', async () => {
    await open(risk({ largestFen: 1_000 }))
    await shop.world.done('faults', { fault: 'answer_unsigned', times: 1 })
    await shop.sellPaid(1_001)
    const soldAtMs = shop.world.clock.nowMs()
    shop.world.clock.advance(1)
    const found = await eventsOf('trade.large')
    expect(found).toHaveLength(1)
    expect(shop.world.clock.nowMs() - soldAtMs).toBeLessThan(60_000)
  })
})

describe('measures together', () => {
  it('AC-16.combine/terminal: come to the most restrictive on every axis', async () => {
    await open()
    const limits = [
      { interface: 'MICROPAY', channel: 'ALL', single: 10_000, day: 900_000, month: 900_000 },
    ]
    await shop.measure('M3', { params: { limits } })
    await shop.measure('M5', { params: { channels_allowed: ['QUICK', 'BALANCE'] } })
    await shop.measure('M6', {
      params: { interfaces_allowed: ['MICROPAY'], attended_only: false },
    })
    await until(() => shop.scene.refusal === undefined)
    expect(shop.scene).toMatchObject({ offered: ['MICROPAY'], ceilingFen: 10_000 })
    const sale = await shop.sell(9_000)
    if (typeof sale === 'string') throw new Error(sale)
    expect(sale.phase).toBe('paid')
    expect(lastAttempt(sale)?.noCredit).toBe(true)
    const [order] = await shop.ledger()
    expect(order).toMatchObject({ amountFen: 9_000, limitPay: 'no_credit' })
    await shop.wish('dismiss_wanted', sale.id)
    expect(await shop.sell(10_100)).toBe('scene.above_single_limit')
  })
})

describe('what is not a measure against this terminal', () => {
  it.each([
    ['document_garbled', 'not_signed'],
    ['document_wrong_role', 'not_signed'],
    ['document_old', 'old'],
    ['document_other_terminal', 'other_terminal'],
    ['document_other_merchant', 'other_merchant'],
  ])('AC-16.forge/terminal: %s changes nothing and makes an event', async (fault, code) => {
    await open()
    const stop = await shop.measure('M3', {
      params: {
        limits: [
          { interface: 'MICROPAY', channel: 'ALL', single: 10_000, day: 900_000, month: 900_000 },
        ],
      },
    })
    const before = shop.scene.measures
    await shop.world.done('faults', { fault, times: 1 })
    // What is spoilt on its way is the lifting of the measure that stands.
    await shop.world.done('lifts', { role: 'risk-issuer', measure_id: stop })
    const found = await eventsOf('bulletin.refused')
    expect(found[0]?.facts.code).toMatch(fault === 'document_garbled' ? /./ : new RegExp(code))
    expect(before).toEqual([{ code: 'M3' }])
    // The honest one comes after a pause, and lifts it.
    await shop.turn(() => shop.scene.measures.length === 0, 200)
  })

  it('AC-16.unknown/terminal: a code nobody knows makes an event, once', async () => {
    await open()
    await shop.measure('M77')
    expect(await eventsOf('measure.unknown')).toMatchObject([{ facts: { code: 'M77' } }])
    await shop.passOnline(330_000)
    expect(await eventsOf('measure.unknown')).toHaveLength(1)
  })
})

describe('in time', () => {
  it('AC-3/terminal: a measure is in force without any time passing, when online', async () => {
    await open()
    const atMs = shop.world.clock.nowMs()
    await shop.measure('M8', { params: { refund: 'allowed' } })
    await until(() => shop.scene.refusal?.code === 'scene.suspended')
    expect(shop.world.clock.nowMs() - atMs).toBeLessThan(60_000)
  })

  it('AC-18/terminal: charges stop at the end of the agreement, online', async () => {
    await open()
    const endMs = shop.world.clock.nowMs() + 300_000
    const agreement_end = new Date(endMs).toISOString().replace('.000Z', 'Z')
    await shop.measure('M10', { params: { agreement_end } })
    await shop.passOnline(200_000)
    expect((await shop.sellPaid()).phase).toBe('paid')
    await shop.passOnline(endMs + 60_000 - shop.world.clock.nowMs())
    expect(await shop.sell(1_000)).toBe('scene.terminated')
  })

  it('AC-18/terminal AC-3.4/terminal: offline they stop by the end of the grace, restarts or not', async () => {
    await open()
    await shop.world.done('faults', { fault: 'answer_unsigned', times: 1_000 })
    await shop.pass(3_000_000, 50_000)
    expect((await shop.sellPaid()).phase).toBe('paid')
    await shop.stop()
    await shop.start()
    // No signed time since the start: nothing may be charged, and nothing of the grace comes back.
    expect(await shop.sell(1_000)).toBe('scene.time_untrusted')
    await shop.pass(4_300_000, 50_000)
    expect((await shop.arm(1_000)).ok).toBe(false)
  })
})
