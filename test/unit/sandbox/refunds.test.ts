import { describe, expect, it } from 'vitest'
import type { Order } from '../../../src/sandbox/orders.ts'
import { reverseOrder } from '../../../src/sandbox/orders.ts'
import type { Refund, RefundStatus, RefundWish } from '../../../src/sandbox/refunds.ts'
import {
  newRefund,
  refundAnswer,
  refundedFen,
  refundRefusal,
  refundStatus,
  refundTakenFen,
} from '../../../src/sandbox/refunds.ts'

const PAID_AT_MS = 1_000_000
const YEAR_MS = 365 * 86_400_000
const PAID: Order = {
  outTradeNo: 'ABCDEF',
  state: 'SUCCESS',
  amountFen: 1_000,
  transactionId: '4200000000000000000000000001',
  attach: null,
  deviceId: null,
  description: null,
  submittedAtMs: PAID_AT_MS,
  paidAtMs: PAID_AT_MS,
  reversedAtMs: null,
  charges: 1,
  returned: false,
  tradeType: 'MICROPAY',
  bodyHash: '',
  nextState: null,
  nextAtMs: null,
}
const wishOf = (refundFen: number, totalFen = 1_000): RefundWish => ({
  outRefundNo: 'R',
  outTradeNo: 'ABCDEF',
  transactionId: undefined,
  totalFen,
  refundFen,
  fundsAccount: undefined,
  bodyHash: 'hash',
})
const taken = (
  refundFen: number,
  atMs: number,
  steps: readonly (readonly [RefundStatus, number])[] = [['SUCCESS', 3]],
): Refund =>
  newRefund(PAID, wishOf(refundFen), {
    steps: steps.map(([status, afterSeconds]) => ({ status, afterSeconds })),
    nowMs: atMs,
    sequence: 7,
  })
const refusal = (wish: RefundWish, refunds: readonly Refund[] = [], nowMs = PAID_AT_MS + 60_000) =>
  refundRefusal(PAID, refunds, { wish, nowMs })

describe('a refund', () => {
  it('is on its way until a step is due, and stays at the last one', () => {
    const refund = taken(10, 5_000, [
      ['ABNORMAL', 3],
      ['SUCCESS', 6],
    ])
    const at = [0, 5_000, 7_999, 8_000, 10_999, 11_000, 9e15]
    expect(at.map((nowMs) => refundStatus(refund, nowMs))).toEqual([
      ...['PROCESSING', 'PROCESSING', 'PROCESSING', 'ABNORMAL'],
      ...['ABNORMAL', 'SUCCESS', 'SUCCESS'],
    ])
    expect(refund.refundId).toMatch(/^50000\d{23}$/)
  })

  it('can be done at once, and says since when', () => {
    const refund = taken(10, 5_000, [['SUCCESS', 0]])
    expect(refund.timeline).toEqual([{ status: 'SUCCESS', atMs: 5_000 }])
    const success_time = '1970-01-01T08:00:05+08:00'
    expect(refundAnswer(refund, PAID, 6_000)).toMatchObject({ status: 'SUCCESS', success_time })
    expect(refundAnswer(taken(10, 5_000), PAID, 6_000)).not.toHaveProperty('success_time')
  })

  it('holds its amount unless it is closed, and has given it back when it is done', () => {
    const refunds = [
      taken(1, 0),
      taken(2, 0, [['CLOSED', 3]]),
      taken(4, 0, [['ABNORMAL', 3]]),
      taken(8, 0, []),
    ]
    expect([refundTakenFen(refunds, 2_999), refundedFen(refunds, 2_999)]).toEqual([15, 0])
    expect([refundTakenFen(refunds, 3_000), refundedFen(refunds, 3_000)]).toEqual([13, 1])
  })
})

describe('a refund is refused', () => {
  const earlier = (count: number): Refund[] => Array.from({ length: count }, () => taken(1, 0))

  it.each([
    ['when it may be given', wishOf(1_000), [], undefined],
    ['for one fen too much', wishOf(1_001), [], 'refund_too_much'],
    ['for more than is left', wishOf(1_000), [taken(1, 0)], 'refund_too_much'],
    ['never for what is left', wishOf(999), [taken(1, 0)], undefined],
    ['for another total', wishOf(1, 999), [], 'refund_total_differs'],
    ['not for the fiftieth', wishOf(1), earlier(49), undefined],
    ['for the fifty-first', wishOf(1), earlier(50), 'refund_too_many'],
  ] as const)('%s', (_name, wish, refunds, expected) => {
    expect(refusal(wish, refunds)).toBe(expected)
  })

  it('within a minute of the last one, and after a year', () => {
    const before = [taken(1, PAID_AT_MS)]
    expect(refusal(wishOf(1), before, PAID_AT_MS + 59_999)).toBe('refund_too_soon')
    expect(refusal(wishOf(1), before, PAID_AT_MS + 60_000)).toBeUndefined()
    expect(refusal(wishOf(1), [], PAID_AT_MS + YEAR_MS)).toBeUndefined()
    expect(refusal(wishOf(1), [], PAID_AT_MS + YEAR_MS + 1)).toBe('refund_too_late')
  })

  it.each([
    [{ ...PAID, state: 'NOTPAY', paidAtMs: null }, 'refund_unpaid'],
    [{ ...PAID, state: 'PAYERROR', paidAtMs: null }, 'refund_unpaid'],
    [{ ...PAID, state: 'REVOKED', reversedAtMs: 1 }, 'refund_reversed'],
    [{ ...PAID, state: 'REVOKED', paidAtMs: null }, 'refund_reversed'],
  ] as const)('of an order that is %o', (order, expected) => {
    expect(refundRefusal(order, [], { wish: wishOf(1), nowMs: PAID_AT_MS })).toBe(expected)
  })

  it('and so is the reversal of a refunded order', () => {
    const reversal = reverseOrder({ ...PAID, state: 'REFUND' }, PAID_AT_MS)
    expect(reversal).toEqual({ ok: false, refusal: 'reverse_refunded' })
  })
})
