import { describe, expect, it, test } from 'vitest'
import { billDate, billTimeMs, unescapeText } from '../../../src/bills/bill-date.ts'
import { hereOf, keptPayments, refundHereOf } from '../../../src/bills/here.ts'
import { attemptOf, paidAttempt, refundOf, saleOf } from '../../support/sales.ts'

const beijing = (time: string): number => Date.parse(`${time}+08:00`)

describe('the day of a payment', () => {
  const lateMs = beijing('2026-03-04T23:59:58')
  const earlyMs = beijing('2026-03-05T00:00:04')

  it('is when the gateway says it was paid, not when it was submitted', () => {
    const paidAt = '2026-03-05T00:00:03+08:00'
    const attempt = paidAttempt({ submittedAtMs: lateMs, settledAtMs: earlyMs, paidAt })
    expect(hereOf(attempt, 's').day).toBe('2026-03-05')
  })

  it('does not follow a terminal clock that is wrong by days', () => {
    const wrongMs = beijing('2026-03-09T10:00:00')
    const paidAt = '2026-03-04T10:00:00+08:00'
    const attempt = paidAttempt({ submittedAtMs: wrongMs, settledAtMs: wrongMs, paidAt })
    expect(hereOf(attempt, 's').day).toBe('2026-03-04')
  })

  it('is the Beijing one whatever the offset says', () => {
    expect(hereOf(paidAttempt({ paidAt: '2026-03-04T16:00:00Z' }), 's').day).toBe('2026-03-05')
    expect(hereOf(paidAttempt({ paidAt: '2026-03-04T15:59:59Z' }), 's').day).toBe('2026-03-04')
  })

  it('is when it was settled where the gateway said no time', () => {
    const attempt = paidAttempt({ submittedAtMs: lateMs, settledAtMs: earlyMs, paidAt: '20260305' })
    expect(hereOf(attempt, 's').day).toBe('2026-03-05')
  })

  it('is when it was submitted while nobody knows', () => {
    const attempt = attemptOf({ outcome: 'UNKNOWN', submittedAtMs: lateMs, settledAtMs: earlyMs })
    expect(hereOf(attempt, 's').day).toBe('2026-03-04')
  })
})

describe('the days of a refund', () => {
  const wantedAtMs = beijing('2026-03-06T23:59:59')

  it('are one when it took no midnight, whatever the day of the payment', () => {
    const refund = refundOf({
      wantedAtMs,
      outcome: 'REFUNDED',
      refundedAt: '2026-03-06T23:59:59+08:00',
    })
    expect(refundHereOf(refund, 's')).toMatchObject({
      firstDay: '2026-03-06',
      lastDay: '2026-03-06',
    })
  })

  it('are two over midnight, also when our clock runs ahead', () => {
    const after = refundOf({ wantedAtMs, refundedAt: '2026-03-07T00:00:02+08:00' })
    expect(refundHereOf(after, 's')).toMatchObject({
      firstDay: '2026-03-06',
      lastDay: '2026-03-07',
    })
    const before = refundOf({ wantedAtMs, refundedAt: '2026-03-05T23:00:00+08:00' })
    expect(refundHereOf(before, 's')).toMatchObject({
      firstDay: '2026-03-05',
      lastDay: '2026-03-06',
    })
  })

  it('keeps apart what was refused and what the gateway gave up', () => {
    expect(refundHereOf(refundOf(), 's').standing).toBe('NOT_REFUNDED')
    expect(refundHereOf(refundOf({ cause: 'refund.closed' }), 's').standing).toBe('CLOSED')
  })
})

describe('the day that is asked for', () => {
  const nowMs = beijing('2026-05-31T00:30:00')
  test.each([
    [undefined, '2026-05-30'],
    ['2026-05-30', '2026-05-30'],
    ['2026-05-31', 'not_ended'],
    ['2026-06-01', 'not_ended'],
    ['2026-02-28', '2026-02-28'],
    ['2026-02-27', 'too_old'],
    ['2026-02-30', 'not_a_date'],
    ['yesterday', 'not_a_date'],
  ])('%s gives %s', (asked, expected) => {
    const result = billDate(asked, nowMs, true)
    expect(result.ok ? result.value : result.error).toBe(expected)
  })

  it('is yesterday in Beijing a second before and after midnight there', () => {
    const midnightMs = beijing('2026-03-05T00:00:00')
    expect(billDate(undefined, midnightMs - 1_000, true)).toEqual({ ok: true, value: '2026-03-03' })
    expect(billDate(undefined, midnightMs, true)).toEqual({ ok: true, value: '2026-03-04' })
  })

  it('may be of any age with a file at hand', () => {
    expect(billDate('2019-02-19', nowMs, false)).toEqual({ ok: true, value: '2019-02-19' })
  })

  it('goes back over the turn of a year', () => {
    const newYearMs = beijing('2026-01-31T12:00:00')
    expect(billDate('2025-10-31', newYearMs, true).ok).toBe(true)
    expect(billDate('2025-10-30', newYearMs, true)).toEqual({ ok: false, error: 'too_old' })
  })
})

it('reads the time and the text of a bill', () => {
  expect(billTimeMs('2026-03-04 10:00:00')).toBe(beijing('2026-03-04T10:00:00'))
  expect(unescapeText('咖啡\\ 大杯\\n\\"热\\"')).toBe('咖啡,大杯 "热"')
})

it('counts payments that are kept: not the ones given back whole', () => {
  const sale = saleOf([
    attemptOf(),
    paidAttempt({ outTradeNo: 'B2' }),
    paidAttempt({ outTradeNo: 'B3' }),
  ])
  const numbers = (refunds: ReturnType<typeof refundOf>[]) =>
    keptPayments({ ...sale, refunds }).map(({ outTradeNo }) => outTradeNo)
  expect(numbers([])).toEqual(['B2', 'B3'])
  const whole = refundOf({ outTradeNo: 'B2', amountFen: 1_000, outcome: 'REFUNDED' })
  expect(numbers([whole])).toEqual(['B3'])
  expect(numbers([{ ...whole, amountFen: 999 }])).toEqual(['B2', 'B3'])
  expect(numbers([{ ...whole, outcome: 'UNKNOWN' }])).toEqual(['B2', 'B3'])
})
