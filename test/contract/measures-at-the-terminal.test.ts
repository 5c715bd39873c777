import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { lastAttempt, type Sale } from '../../src/domain/sale.ts'
import { MEASURES } from '../../src/scene/measures.ts'
import { GrantedShop } from './granted-shop.ts'
import { until } from './virtual-counter.ts'

/** Every column of the measures' table, written a second time by hand. */
const ROWS: Readonly<Record<string, readonly string[]>> = {
  //  new charge, refund, reverse, query, screen, customer, grace, ends by
  M1: ['allowed', 'allowed', 'allowed', 'allowed', 'manager_banner', 'as_usual', 'grace', 'lift'],
  M2: ['until_deadline', 'allowed', 'allowed', 'allowed', 'countdown', 'as_usual', '', 'lift'],
  M3: [
    ...['within_its_limits', 'allowed', 'allowed', 'allowed'],
    ...['ceiling_before_scan', 'as_usual', '', 'lift'],
  ],
  M4: ['allowed', 'allowed', 'allowed', 'allowed', 'manager_note', 'as_usual', '', 'lift'],
  M5: [
    ...['on_its_channels', 'allowed', 'allowed', 'allowed'],
    ...['no_credit_before_payment', 'as_usual', '', 'lift'],
  ],
  M6: [
    ...['in_its_scenes', 'allowed', 'allowed', 'allowed'],
    ...['option_not_drawn', 'other_way', '', 'lift'],
  ],
  M7: ['allowed', 'allowed', 'allowed', 'allowed', 'manager_note', 'as_usual', '', 'lift'],
  M8: [
    ...['refused', 'unless_blocked', 'in_flight_only', 'allowed'],
    ...['stopped', 'other_way', '', 'lift'],
  ],
  M9: [
    ...['refused_when_closed', 'back_office_when_closed', 'in_flight_only_when_closed', 'allowed'],
    ...['way_closed', 'other_way', '', 'new_approval'],
  ],
  M10: [
    ...['refused_for_good', 'refused_for_good', 'in_flight_seven_days', 'in_flight_seven_days'],
    ...['retired', 'other_way', '', 'nothing'],
  ],
}

it('the table that the code obeys is the one written here', () => {
  const theirs = Object.entries(MEASURES).map(([code, row]) => {
    const { charge, refund, reverse, query, screen, customer, hasGrace, endsBy } = row
    const columns = [charge, refund, reverse, query, screen, customer]
    return [code, [...columns, hasGrace ? 'grace' : '', endsBy]]
  })
  expect(Object.fromEntries(theirs)).toEqual(ROWS)
})

type Case = {
  readonly title: string
  readonly code: string
  readonly params?: (endsAt: string) => object
  /** Fields beside the parameters; `at` is when the measure, or what it threatens, is in force. */
  readonly more?: (at: string) => object
  /** What 90 yuan by code come to, and 101 yuan. */
  readonly charge: string
  readonly large?: string
  /** What a charge comes to that was read before and is signed after; absent: as `charge`. */
  readonly between?: string
  /** Whether face pay is still offered; capturing a face is no part of this. */
  readonly isFaceOffered: boolean
  readonly refund: string
  readonly screen: string
}

const inEffect = (at: string) => ({ effective_at: at })
const LIMITS = (single: number) => ({
  limits: [{ interface: 'MICROPAY', channel: 'ALL', single, day: 50_000_000, month: 90_000_000 }],
})
const USUAL = { charge: 'paid', isFaceOffered: true, refund: 'given', more: inEffect } as const
const STOPPED = {
  ...{ charge: 'scene.suspended', isFaceOffered: false, refund: 'given', screen: 'stopped' },
  more: inEffect,
} as const
const FAR = '2026-06-30T00:00:00+08:00'
const items = () => ({ items: ['门头照片'] })

/** What the terminal does under each measure, from its row. The last two close for good. */
const CASES: readonly Case[] = [
  { ...USUAL, title: 'AC-16.M1/terminal warned', code: 'M1', screen: 'manager_banner' },
  {
    ...USUAL,
    title: 'AC-16.M2/terminal before the deadline',
    code: 'M2',
    params: items,
    more: (at) => ({ effective_at: at, deadline: FAR, on_deadline: 'suspend' }),
    screen: 'countdown',
  },
  {
    ...STOPPED,
    title: 'AC-16.M2/terminal after the deadline that suspends',
    code: 'M2',
    params: items,
    more: (at) => ({ deadline: at, on_deadline: 'suspend' }),
  },
  {
    ...USUAL,
    title: 'AC-16.M3/terminal with a lower limit',
    code: 'M3',
    params: () => LIMITS(10_000),
    large: 'scene.above_single_limit',
    screen: 'ceiling_before_scan',
  },
  {
    ...USUAL,
    title: 'AC-16.M3/terminal with a limit of nothing',
    code: 'M3',
    params: () => LIMITS(0),
    charge: 'scene.above_single_limit',
    large: 'scene.above_single_limit',
    screen: 'ceiling_before_scan',
  },
  {
    ...USUAL,
    title: 'AC-16.M4/terminal settled in another cycle',
    code: 'M4',
    params: () => ({ cycle: 'T+3' }),
    screen: 'manager_note',
  },
  {
    ...USUAL,
    title: 'AC-16.M5/terminal without credit',
    code: 'M5',
    params: () => ({ channels_allowed: ['QUICK', 'BALANCE'] }),
    charge: 'paid without credit',
    large: 'paid without credit',
    // It was signed with credit, so it does not leave; the next code pays without.
    between: 'scene.changed',
    screen: 'no_credit_before_payment',
  },
  {
    ...USUAL,
    title: 'AC-16.M6/terminal with face pay taken away',
    code: 'M6',
    params: () => ({ interfaces_allowed: ['MICROPAY'], attended_only: false }),
    isFaceOffered: false,
    screen: 'option_not_drawn',
  },
  {
    ...USUAL,
    title: 'AC-16.M6/terminal with codes taken away',
    code: 'M6',
    params: () => ({ interfaces_allowed: ['FACEPAY'], attended_only: false }),
    charge: 'scene.scene_removed',
    large: 'scene.scene_removed',
    screen: 'option_not_drawn',
  },
  {
    ...USUAL,
    title: 'AC-16.M7/terminal with settlement delayed',
    code: 'M7',
    params: () => ({ delay_days: 3 }),
    screen: 'manager_note',
  },
  {
    ...STOPPED,
    title: 'AC-16.M8/terminal suspended',
    code: 'M8',
    params: () => ({ refund: 'allowed' }),
  },
  {
    ...STOPPED,
    title: 'AC-16.M8/terminal suspended with refunds blocked',
    code: 'M8',
    params: () => ({ refund: 'blocked' }),
    refund: 'scene.refund_blocked',
  },
  { ...STOPPED, title: 'AC-16.unknown/terminal under a code nobody knows', code: 'M77' },
  {
    title: 'AC-16.M9/terminal closed',
    code: 'M9',
    more: inEffect,
    charge: 'scene.interface_closed',
    large: 'scene.interface_closed',
    isFaceOffered: false,
    refund: 'scene.refund_back_office',
    screen: 'way_closed',
  },
  {
    title: 'AC-16.M10/terminal after the agreement',
    code: 'M10',
    params: (agreement_end) => ({ agreement_end }),
    charge: 'scene.terminated',
    large: 'scene.terminated',
    isFaceOffered: false,
    refund: 'scene.terminated',
    screen: 'retired',
  },
]

const TIMINGS = ['pushed', 'stored', 'restarted', 'between'] as const
type Timing = (typeof TIMINGS)[number]
const HOW: Readonly<Record<Timing, string>> = {
  pushed: 'pushed while a code is awaited',
  stored: 'that has stood for ten minutes',
  restarted: 'kept over a restart',
  between: 'in force between scan and signature',
}

const CHARGE_FEN = 9_000
const LARGE_FEN = 10_100

/** What became of a charge, in one word. */
function wordOf(sale: Sale | string): string {
  if (typeof sale === 'string') return sale
  const attempt = lastAttempt(sale)
  if (sale.sceneRefusal) return sale.sceneRefusal.code
  if (sale.phase !== 'paid') return attempt?.cause ?? sale.phase
  return attempt?.noCredit ? 'paid without credit' : 'paid'
}

/** Words of reasons and measures, none of which a customer may ever read. */
const TELLING =
  /M\d|scene\.|measure|trigger|risk|suspend|limit|credit card|grant|警告|警示|整改|限额|结算|渠道|场景|中止|暂停|关闭|解除|终止|风险|授权|协议|洗钱|套现|赌博/i

function expectNothingTold({ shown }: GrantedShop): void {
  const texts = shown.flatMap(({ hint }) => (hint === undefined ? [] : Object.values(hint)))
  for (const text of texts) expect(text).not.toMatch(TELLING)
  const fields = new Set(shown.flatMap((screen) => Object.keys(screen)))
  const known = ['state', 'store', 'amountFen', 'deadlineAtMs', 'hint', 'noCredit']
  expect([...fields].filter((name) => !known.includes(name))).toEqual([])
}

/** Money on its way before the measure: one to be asked about, one to be taken back, one to be refunded. */
type Before = { readonly asked: string; readonly undone: string; readonly paid: string }

async function sellBefore(shop: GrantedShop): Promise<Before> {
  const { id: paid } = await shop.sellPaid(2_000)
  const asked = await shop.sell(3_000, 'system_error_paid')
  if (typeof asked === 'string') throw new Error(asked)
  await shop.wish('dismiss_wanted', asked.id)
  const undone = await shop.sell(4_000, 'system_error_paid')
  if (typeof undone === 'string') throw new Error(undone)
  await shop.wish('cancel_wanted', undone.id)
  await shop.quiet()
  await shop.wish('dismiss_wanted', undone.id)
  return { asked: asked.id, undone: undone.id, paid }
}

/** Takes what is on the screens away. */
async function clear(shop: GrantedShop): Promise<void> {
  for (;;) {
    await shop.quiet()
    const { saleId, intents } = shop.terminal.engine.screen().cashier
    if (saleId === undefined) return
    await shop.wish(intents.includes('dismiss') ? 'dismiss_wanted' : 'cancel_wanted', saleId)
  }
}

/** The next whole second after the next scan: instants of this wire have no finer part. */
const nextInstantMs = (shop: GrantedShop) =>
  (Math.floor((shop.world.clock.nowMs() + 1_500) / 1_000) + 1) * 1_000
const written = (atMs: number) =>
  `${new Date(atMs + 8 * 3_600_000).toISOString().slice(0, 19)}+08:00`

/** Brings the measure in that way, and collects 90 yuan under it. */
const BRING: Readonly<
  Record<
    Timing,
    (shop: GrantedShop, take: (at: string) => Promise<string>) => Promise<[string, string]>
  >
> = {
  async pushed(shop, take) {
    const armed = await shop.arm(CHARGE_FEN)
    if (!armed.ok) throw new Error(armed.error.code)
    const { id } = armed.value
    const measureId = await take(written(shop.world.clock.nowMs()))
    // What waits for a code when the grant changes may have to be armed again.
    if (shop.sale(id).phase !== 'armed') {
      const again = await shop.wish('arm_wanted', id)
      if (!again.ok) return [measureId, again.error.code]
    }
    shop.scan()
    await until(() => shop.sale(id).phase !== 'armed')
    await shop.quiet()
    return [measureId, wordOf(shop.sale(id))]
  },
  async stored(shop, take) {
    const measureId = await take(written(shop.world.clock.nowMs()))
    await shop.passOnline(600_000)
    return [measureId, wordOf(await shop.sell(CHARGE_FEN))]
  },
  async restarted(shop, take) {
    const measureId = await take(written(shop.world.clock.nowMs()))
    const before = shop.scene.measures
    await shop.world.done('faults', { fault: 'answer_unsigned', times: 1_000 })
    await shop.stop()
    await shop.start()
    expect(shop.scene.measures).toEqual(before)
    await clear(shop)
    const unheard = await shop.arm(CHARGE_FEN)
    expect(unheard).toMatchObject({ ok: false, error: { code: 'scene.time_untrusted' } })
    await shop.world.done('faults', { fault: 'answer_unsigned', times: 0 })
    await shop.turn(() => shop.scene.refusal?.check !== 'time', 100)
    return [measureId, wordOf(await shop.sell(CHARGE_FEN))]
  },
  async between(shop, take) {
    const atMs = nextInstantMs(shop)
    const measureId = await take(written(atMs))
    expect(shop.world.clock.nowMs()).toBeLessThan(atMs - 1_500)
    shop.onPoint = (point) => {
      if (point !== 'after_append:code_scanned') return
      shop.onPoint = () => {}
      expect(shop.world.clock.nowMs()).toBeLessThan(atMs)
      // The time by the service's signature lies behind by as long as its answer was on the way.
      shop.world.clock.advance(atMs - shop.world.clock.nowMs() + 500)
    }
    const sale = await shop.sell(CHARGE_FEN)
    if (typeof sale === 'string') throw new Error(sale)
    return [measureId, wordOf(sale)]
  },
}

/** What may be taken while a code is waited for, and leaves the sale waiting. */
const NARROWING = CASES.filter(
  ({ code, charge }) => ['M3', 'M5', 'M6'].includes(code) && charge.startsWith('paid'),
)

/** Takes the measure away again; the last one stays. */
async function end(shop: GrantedShop, code: string, measureId: string): Promise<void> {
  if (code === 'M10') return
  if (code === 'M9') await shop.approveAgain()
  else await shop.lift(measureId)
  await until(() => shop.scene.refusal === undefined)
}

describe.each(TIMINGS)('a measure that is %s', (timing) => {
  let shop: GrantedShop
  beforeAll(async () => {
    shop = await GrantedShop.open()
    await shop.heard()
  })
  afterAll(() => shop?.close())

  it.each(CASES.map((one) => [one.title, one] as const))(
    `%s, ${HOW[timing]}: charge, face pay as offered, refund, reversal, query`,
    async (_title, one) => {
      const before = await sellBefore(shop)
      const take = (at: string) =>
        shop.measure(one.code, { ...one.more?.(at), params: one.params?.(at) ?? {} })
      const [measureId, charge] = await BRING[timing](shop, take)
      expect(charge).toBe(timing === 'between' ? (one.between ?? one.charge) : one.charge)
      await clear(shop)
      expect(shop.scene.screen).toBe(one.screen)
      if (timing === 'between') {
        expect(wordOf(await shop.sell(CHARGE_FEN))).toBe(one.charge)
        await clear(shop)
      }
      expect(wordOf(await shop.sell(LARGE_FEN))).toBe(one.large ?? one.charge)
      await clear(shop)
      expect(shop.scene.offered.includes('FACEPAY')).toBe(one.isFaceOffered)
      const isStopped = one.charge !== 'paid' && one.charge !== 'paid without credit'
      expect(shop.terminal.engine.screen().customer.state).toBe(isStopped ? 'stopped' : 'ready')

      const refund = await shop.refund(before.paid)
      expect(refund.ok ? 'given' : refund.error.code).toBe(one.refund)
      await shop.pass(75_000, 5_000)
      const outcomes = shop.sale(before.paid).refunds?.map(({ outcome }) => outcome)
      expect(outcomes).toEqual(one.refund === 'given' ? ['REFUNDED'] : undefined)
      // What was on its way is settled under every measure.
      expect(lastAttempt(shop.sale(before.asked))).toMatchObject({ outcome: 'PAID' })
      expect(lastAttempt(shop.sale(before.asked))?.queries).toBeGreaterThan(0)
      expect(lastAttempt(shop.sale(before.undone))).toMatchObject({ outcome: 'NOT_PAID' })
      expect(lastAttempt(shop.sale(before.undone))?.reversals).toBeGreaterThan(0)
      expectNothingTold(shop)
      await end(shop, one.code, measureId)
    },
  )
})

describe('a narrowing measure that comes while a code is waited for', () => {
  let shop: GrantedShop
  beforeAll(async () => {
    shop = await GrantedShop.open()
    await shop.heard()
  })
  afterAll(() => shop?.close())

  it.each(NARROWING.map((one) => [one.title, one] as const))(
    '%s: the sale is armed all along, and its code is charged under the new grant',
    async (_title, one) => {
      const armed = await shop.arm(CHARGE_FEN)
      if (!armed.ok) throw new Error(armed.error.code)
      const { id } = armed.value
      const before = shop.scene.grantVersion
      const seen: (string | undefined)[] = []
      const end = shop.terminal.engine.onScreen(({ cashier }) => {
        seen.push(cashier.state, cashier.stop)
      })
      const at = written(shop.world.clock.nowMs())
      const more = { ...one.more?.(at), params: one.params?.(at) ?? {} }
      const taken = shop.world.measure(one.code, more)
      const refusals = new Set<string | undefined>()
      for (let turn = 0; shop.scene.grantVersion === before; turn += 1) {
        await new Promise((resolve) => setImmediate(resolve))
        const code = shop.scene.refusal?.code
        refusals.add(code)
        // Time has to pass for a change to be told, and little enough that no answer looks late.
        if (code !== undefined || turn % 20 === 19) shop.world.clock.advance(1)
      }
      const measureId = await taken
      await shop.pass(20, 1)
      end()
      // The grant was behind for a moment, and nobody at the counter saw it.
      expect([...refusals].toSorted()).toEqual(['scene.grant_updating', undefined])
      expect([...new Set(seen)]).toEqual(['waiting_code', undefined])
      shop.scan()
      await until(() => shop.sale(id).phase !== 'armed')
      await shop.quiet()
      expect(wordOf(shop.sale(id))).toBe(one.charge)
      expect(lastAttempt(shop.sale(id))?.grantVersion).not.toBe(before)
      await clear(shop)
      await shop.lift(measureId)
    },
  )
})
