import { describe, expect, it } from 'vitest'
import { sumsOf, unsettledOf } from '../../../src/domain/shift.ts'
import { refundOf, saleOf } from '../../support/one-attempt-sales.ts'

const outTradeNo = 'T00000001'

describe('what has no result', () => {
  it('is the attempt in flight and the refund on its way, and nothing that is settled', () => {
    const refund = (outRefundNo: string, outcome: 'REFUNDED' | 'NOT_REFUNDED' | 'UNKNOWN') =>
      refundOf({ outRefundNo, outTradeNo, outcome, amountFen: 10, wantedAtMs: 50 })
    const refunds = [
      refund('R1', 'REFUNDED'),
      refund('R2', 'NOT_REFUNDED'),
      refund('R3', 'UNKNOWN'),
    ]
    const paid = saleOf('s1', { outTradeNo, outcome: 'PAID' }, { refunds, orderRef: 'A-1' })
    const inFlight = saleOf(
      's2',
      { outTradeNo: 'T00000002', outcome: 'UNKNOWN', submittedAtMs: 7 },
      { operator: 'li' },
    )
    const armed = { ...saleOf('s3', { outTradeNo: 'T00000003', outcome: 'NOT_PAID' }) }
    expect(unsettledOf([paid, inFlight, { ...armed, phase: 'armed' }])).toEqual([
      {
        kind: 'sale',
        saleId: 's2',
        number: 'T00000002',
        amountFen: 100,
        sinceMs: 7,
        operator: 'li',
      },
      {
        kind: 'refund',
        saleId: 's1',
        number: 'R3',
        amountFen: 10,
        sinceMs: 50,
        orderRef: 'A-1',
        operator: 'li',
      },
    ])
  })

  it('is no sale that a manager closed by hand', () => {
    const closedByHand = { operator: 'li', reason: '对账', atMs: 9 }
    const sale = saleOf('s1', { outTradeNo, outcome: 'UNKNOWN', awaits: 'nothing' })
    expect(unsettledOf([{ ...sale, phase: 'closed', closedByHand }])).toEqual([])
  })
})

describe('the sums of a shift', () => {
  it('are payments, refunds and what is left, which may be less than nothing', () => {
    const by = { interface: 'MICROPAY', operator: null } as const
    expect(
      sumsOf([
        { kind: 'payment', ...by, count: 2, amountFen: 300 },
        { kind: 'payment', ...by, operator: 'li', count: 1, amountFen: 50 },
        { kind: 'refund', ...by, count: 1, amountFen: 400 },
      ]),
    ).toEqual({
      payments: { count: 3, amountFen: 350 },
      refunds: { count: 1, amountFen: 400 },
      netFen: -50,
    })
    expect(sumsOf([]).netFen).toBe(0)
  })
})
