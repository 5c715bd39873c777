import { describe, expect, it } from 'vitest'
import {
  type Counters,
  commit,
  newCounters,
  release,
  reserve,
  rollCounters,
  usedFen,
} from '../../../src/scene/counters.ts'
import { type Decision, decide } from '../../../src/scene/decide.ts'
import type { Facts } from '../../../src/scene/request.ts'
import { shanghaiPeriod } from '../../../src/scene/shanghai.ts'
import { CHANNELS } from '../../../src/scene/words.ts'
import {
  charge,
  goodFacts,
  goodScene,
  grantDocument,
  inHand,
  limitRow,
  NOW_MS,
  type Wire,
} from './documents.ts'

const DAY_MS = 86_400_000
let count = 0

/** Counters in which something was paid by a channel at a time. */
function paid(counters: Counters, amountFen: number, atMs: number, paidBy = 'CREDIT'): Counters {
  count += 1
  const outTradeNo = `T${count}`
  const channel = CHANNELS.find((one) => one === paidBy) ?? 'CREDIT'
  const reserved = reserve(
    counters,
    { outTradeNo, interface: 'MICROPAY', channels: CHANNELS, amountFen },
    atMs,
  )
  return commit(reserved, { outTradeNo, paidBy: channel }, atMs)
}

function microGrant(): Wire {
  const merchant = grantDocument().merchant as Wire
  return grantDocument({
    merchant: { ...merchant, kind: 'MICRO' },
    micro_credit: { day: 100_000, month: 1_000_000 },
  })
}

function decideWith(
  document: Wire,
  amountFen: number,
  { lost = false, ...changes }: Partial<Facts> & { lost?: boolean } = {},
): Decision {
  const { counters, ...facts } = goodFacts(changes)
  const found = lost || counters === undefined ? {} : { counters }
  return decide(
    goodScene({ grant: inHand(document), facts: { ...facts, ...found } }),
    charge({ amountFen }),
  )
}

describe('limits', () => {
  it('AC-8a/decision hold one payment against the limit, which is itself allowed', () => {
    const document = grantDocument({ limits: [limitRow('MICROPAY', { single: 500_000 })] })
    expect(decideWith(document, 500_000)).toMatchObject({ kind: 'allow', ceilingFen: 500_000 })
    expect(decideWith(document, 500_001)).toMatchObject({
      code: 'scene.above_single_limit',
      check: 'limits',
    })
  })

  it.each([
    ['day', 'scene.above_day_limit'],
    ['month', 'scene.above_month_limit'],
  ])('hold the sum of the %s against the limit', (name, code) => {
    const document = grantDocument({ limits: [limitRow('MICROPAY', { [name]: 10_000 })] })
    const counters = paid(newCounters(NOW_MS), 9_000, NOW_MS, 'BALANCE')
    expect(decideWith(document, 1_000, { counters })).toMatchObject({ ceilingFen: 1_000 })
    expect(decideWith(document, 1_001, { counters })).toMatchObject({ code })
  })

  it.each([0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY])(
    'take no amount of %d',
    (amountFen) => {
      expect(decideWith(grantDocument(), amountFen)).toMatchObject({ code: 'scene.amount_invalid' })
    },
  )

  it('use no credit that has no row, or whose room is too small', () => {
    const fixed = [
      limitRow('MICROPAY', { channel: 'QUICK' }),
      limitRow('MICROPAY', { channel: 'BALANCE' }),
    ]
    const credit = limitRow('MICROPAY', { channel: 'CREDIT', single: 500 })
    expect(decideWith(grantDocument({ limits: fixed }), 1)).toMatchObject({
      sendWithoutCredit: true,
    })
    const document = grantDocument({ limits: [...fixed, credit] })
    expect(decideWith(document, 500)).toMatchObject({ sendWithoutCredit: false })
    expect(decideWith(document, 501)).toMatchObject({ sendWithoutCredit: true })
    expect(decideWith(document, 501, { canExcludeCredit: [] })).toMatchObject({
      code: 'scene.credit_not_excluded',
    })
  })

  it('AC-10a let credit reach the limit of the day, and exclude it beyond', () => {
    const counters = paid(newCounters(NOW_MS), 99_900, NOW_MS)
    expect(decideWith(microGrant(), 100, { counters })).toMatchObject({ sendWithoutCredit: false })
    expect(decideWith(microGrant(), 101, { counters })).toMatchObject({ sendWithoutCredit: true })
    expect(decideWith(microGrant(), 101, { counters, canExcludeCredit: [] })).toMatchObject({
      kind: 'refuse',
      code: 'scene.credit_not_excluded',
    })
  })

  it('AC-10b exclude credit when the month is full, even with nothing today', () => {
    const before = NOW_MS - 2 * DAY_MS
    const counters = paid(newCounters(before), 999_999, before)
    expect(decideWith(microGrant(), 1, { counters })).toMatchObject({ sendWithoutCredit: false })
    expect(decideWith(microGrant(), 2, { counters })).toMatchObject({ sendWithoutCredit: true })
  })

  it('count a day in Shanghai, wherever the machine is', () => {
    const last = Date.parse('2026-03-31T23:59:59+08:00')
    expect(shanghaiPeriod(last + 1_000).day - shanghaiPeriod(last).day).toBe(1)
    expect(shanghaiPeriod(last + 1_000).month - shanghaiPeriod(last).month).toBe(1)
  })

  it('AC-10c roll day and month in Shanghai, and never back', () => {
    const last = Date.parse('2026-03-31T23:59:59+08:00')
    const counters = paid(newCounters(last), 70_000, last)
    const used = (now: Counters, atMs: number) => usedFen(now, 'micro_credit', atMs)
    expect(used(counters, last)).toEqual({ dayFen: 70_000, monthFen: 70_000 })
    expect(used(counters, last + 1_000)).toEqual({ dayFen: 0, monthFen: 0 })
    const next = paid(rollCounters(counters, last + 1_000), 10_000, last + 1_000)
    expect(used(next, last + 1_000)).toEqual({ dayFen: 10_000, monthFen: 10_000 })
    // Back in March nothing of April is free again, and March does not begin anew.
    expect(used(next, last)).toEqual({ dayFen: 10_000, monthFen: 10_000 })
    expect(rollCounters(next, last)).toEqual(next)
    const midMonth = Date.parse('2026-03-30T10:00:00+08:00')
    expect(used(paid(newCounters(midMonth), 5, midMonth), last)).toEqual({ dayFen: 0, monthFen: 5 })
  })

  it('AC-10d give no room back for a refund', () => {
    const counters = paid(newCounters(NOW_MS), 99_900, NOW_MS)
    // A refund is no event of the counters; releasing a number that was paid changes nothing.
    expect(release(counters, `T${count}`)).toEqual(counters)
  })

  it('AC-10e exclude credit while the counters are lost, and refuse where a sum is needed', () => {
    expect(decideWith(microGrant(), 1, { lost: true })).toMatchObject({ sendWithoutCredit: true })
    const limited = grantDocument({ limits: [limitRow('MICROPAY', { day: 10_000 })] })
    expect(decideWith(limited, 1, { lost: true })).toMatchObject({ code: 'scene.counters_lost' })
  })

  it('AC-annex/decision have no number of their own: without delivered ones nothing is charged', () => {
    expect(decideWith(grantDocument({ limits: [] }), 1)).toMatchObject({
      code: 'scene.limits_missing',
    })
    expect(decideWith(grantDocument(), 900_000_000)).toMatchObject({ kind: 'allow' })
  })
})

describe('counters', () => {
  const request = {
    outTradeNo: 'A',
    interface: 'MICROPAY',
    channels: CHANNELS,
    amountFen: 500,
  } as const
  const dayOf = (counters: Counters, bucket: Parameters<typeof usedFen>[1], atMs = NOW_MS) =>
    usedFen(counters, bucket, atMs).dayFen

  it('keep what is reserved until it is settled, over midnight too', () => {
    const counters = reserve(newCounters(NOW_MS), request, NOW_MS)
    expect(dayOf(counters, 'MICROPAY.ALL')).toBe(500)
    expect(dayOf(counters, 'MICROPAY.ALL', NOW_MS + 3 * DAY_MS)).toBe(500)
    expect(dayOf(release(counters, 'A'), 'MICROPAY.ALL')).toBe(0)
  })

  it('count a payment in its channel, and in all of them when nobody says which', () => {
    const counters = reserve(newCounters(NOW_MS), request, NOW_MS)
    const byBalance = commit(counters, { outTradeNo: 'A', paidBy: 'BALANCE' }, NOW_MS)
    expect(dayOf(byBalance, 'MICROPAY.BALANCE')).toBe(500)
    expect(dayOf(byBalance, 'micro_credit')).toBe(0)
    const byAnything = commit(counters, { outTradeNo: 'A' }, NOW_MS)
    expect(dayOf(byAnything, 'micro_credit')).toBe(500)
    expect(dayOf(byAnything, 'MICROPAY.QUICK')).toBe(500)
  })

  it('count credit that an order had excluded', () => {
    const counters = reserve(
      newCounters(NOW_MS),
      { ...request, channels: ['QUICK', 'BALANCE'] },
      NOW_MS,
    )
    expect(dayOf(counters, 'micro_credit')).toBe(0)
    const surprise = commit(counters, { outTradeNo: 'A', paidBy: 'CREDIT' }, NOW_MS)
    expect(dayOf(surprise, 'micro_credit')).toBe(500)
  })

  it('count one number once', () => {
    const once = reserve(newCounters(NOW_MS), request, NOW_MS)
    expect(reserve(once, request, NOW_MS)).toEqual(once)
    const done = commit(once, { outTradeNo: 'A' }, NOW_MS)
    expect(commit(done, { outTradeNo: 'A' }, NOW_MS)).toEqual(done)
  })
})
