import { describe, expect, it, test } from 'vitest'
import {
  type LostOrder,
  type RepairRefusal,
  repair,
  repairLost,
  repairRefund,
} from '../../../src/checkout/repair.ts'
import type { Refund } from '../../../src/domain/refund.ts'
import type { Attempt, Sale } from '../../../src/domain/sale.ts'
import { decodeSale, encodeSale } from '../../../src/journal/row.ts'
import type { GatewayAnswer, RefundAnswer } from '../../../src/ports/gateway.ts'
import { attemptOf, paidAttempt, refundOf, saleOf } from '../../support/sales.ts'

const AT_MS = 90_000_000
const source = 'trade bill of 2026-03-04'
const PAID: GatewayAnswer = {
  kind: 'paid',
  outTradeNo: 'GTORDER0001',
  amountFen: 1_000,
  transactionId: '4200001',
  paidAt: '2026-03-04T10:00:00+08:00',
  refunded: false,
  requestId: 'R-1',
}
const CLOSED: GatewayAnswer = { kind: 'closed' }
const BY_HAND = { operator: '经理', reason: '顾客已离开', atMs: 50_000 }

function heard(answer: GatewayAnswer, outTradeNo = 'GTORDER0001') {
  return { outTradeNo, answer, atMs: AT_MS, source }
}
function unknownAttempt(change: Partial<Attempt> = {}): Attempt {
  return attemptOf({ phase: 'reversing', outcome: 'UNKNOWN', overdue: true, ...change })
}
function unwrap<Value>(result: { ok: true; value: Value } | { ok: false; error: string }): Value {
  if (!result.ok) throw new Error(result.error)
  return result.value
}
/** What the journal would read back. */
const stored = (sale: Sale): Sale => decodeSale(encodeSale(sale))

describe('an attempt', () => {
  it('not paid here and paid there makes the sale paid, and the event says what it was', () => {
    const { sale, event, kept } = unwrap(repair(saleOf([attemptOf()]), heard(PAID)))
    expect(sale).toMatchObject({ phase: 'paid', closedAtMs: AT_MS })
    expect(sale.attempts[0]).toMatchObject({
      ...{ phase: 'paid', outcome: 'PAID', awaits: 'nothing', settledAtMs: AT_MS },
      ...{ transactionId: '4200001', paidAt: '2026-03-04T10:00:00+08:00' },
    })
    expect(sale.attempts[0]).not.toHaveProperty('cause')
    expect(event).toEqual({
      ...{ kind: 'outcome_repaired', saleId: 'sale-1', outTradeNo: 'GTORDER0001' },
      ...{ was: 'NOT_PAID', outcome: 'PAID', source, requestId: 'R-1' },
    })
    expect(kept).toEqual(['GTORDER0001'])
    expect(stored(sale)).toEqual(sale)
  })

  it('closed by hand and paid there is paid, and keeps who closed it', () => {
    const closed = saleOf([unknownAttempt()], { closedByHand: BY_HAND })
    const { sale, event } = unwrap(repair(closed, heard(PAID)))
    expect(sale).toMatchObject({ phase: 'paid', closedByHand: BY_HAND })
    expect(sale.attempts[0]).not.toHaveProperty('overdue')
    expect(event).toMatchObject({ was: 'UNKNOWN', outcome: 'PAID' })
  })

  it('closed by hand and closed there is not paid', () => {
    const closed = saleOf([unknownAttempt()], { closedByHand: BY_HAND })
    const { sale, kept } = unwrap(repair(closed, heard(CLOSED)))
    expect(sale).toMatchObject({ phase: 'closed', closedAtMs: 60_000 })
    expect(sale.attempts[0]).toMatchObject({ outcome: 'NOT_PAID', cause: 'gateway.reversed' })
    expect(kept).toEqual([])
    expect(stored(sale)).toEqual(sale)
  })

  it('paid beside another paid attempt is a double payment', () => {
    const later = paidAttempt({ outTradeNo: 'GTORDER0002' })
    const twice = saleOf([attemptOf(), later], { phase: 'paid' })
    const { sale, kept } = unwrap(repair(twice, heard(PAID)))
    expect(kept).toEqual(['GTORDER0001', 'GTORDER0002'])
    expect(sale).toMatchObject({ phase: 'paid', closedAtMs: 60_000 })
    expect(sale.attempts[1]).toBe(later)
  })

  it('paid beside one whose money was given back whole is no double payment', () => {
    const given = refundOf({ outTradeNo: 'GTORDER0002', amountFen: 1_000, outcome: 'REFUNDED' })
    const later = paidAttempt({ outTradeNo: 'GTORDER0002' })
    const sale = saleOf([attemptOf(), later], { phase: 'paid', refunds: [given] })
    expect(unwrap(repair(sale, heard(PAID))).kept).toEqual(['GTORDER0001'])
  })

  it('of an armed sale disarms it', () => {
    const armed = saleOf([attemptOf()], { phase: 'armed', armedUntilMs: 99 })
    const { sale } = unwrap(repair(armed, heard(PAID)))
    expect(sale).not.toHaveProperty('armedUntilMs')
    expect(sale.phase).toBe('paid')
  })

  const REFUSED: readonly [string, Sale, GatewayAnswer, RepairRefusal][] = [
    [
      'of a sale in flight',
      saleOf([unknownAttempt()], { phase: 'in_flight' }),
      PAID,
      'left_to_terminal',
    ],
    [
      'of another number',
      saleOf([attemptOf({ outTradeNo: 'GTORDER0009' })]),
      PAID,
      'unknown_number',
    ],
    ['paid on both sides', saleOf([paidAttempt()], { phase: 'paid' }), PAID, 'stands_already'],
    ['not paid on both sides', saleOf([attemptOf()]), CLOSED, 'stands_already'],
    ['paid here and closed there', saleOf([paidAttempt()], { phase: 'paid' }), CLOSED, 'kept_here'],
    ['paid with another amount', saleOf([attemptOf()]), { ...PAID, amountFen: 999 }, 'not_ours'],
    [
      'paid under another number',
      saleOf([attemptOf()]),
      { ...PAID, outTradeNo: 'GTX00001' },
      'not_ours',
    ],
    ['that never arrived', saleOf([unknownAttempt()]), { kind: 'not_found' }, 'not_certain'],
    ['that failed there', saleOf([unknownAttempt()]), { kind: 'failed' }, 'not_certain'],
    ['still paying', saleOf([unknownAttempt()]), { kind: 'paying' }, 'not_certain'],
    ['unpaid there', saleOf([unknownAttempt()]), { kind: 'unpaid' }, 'not_certain'],
    [
      'with a wrong signature',
      saleOf([unknownAttempt()]),
      { kind: 'unknown', cause: 'gateway.bad_signature', sent: true },
      'not_certain',
    ],
  ]
  test.each(REFUSED)('%s is left as it is', (_name, sale, answer, refusal) => {
    expect(repair(sale, heard(answer))).toEqual({ ok: false, error: refusal })
  })

  it('is repaired once: the second time it stands already', () => {
    const { sale } = unwrap(repair(saleOf([attemptOf()]), heard(PAID)))
    expect(repair(sale, heard(PAID))).toEqual({ ok: false, error: 'stands_already' })
  })
})

describe('an order that the journal lacks', () => {
  const LOST: LostOrder = {
    ...{ outTradeNo: 'GTORDER0001', amountFen: 1_000, merchantId: '1900000001' },
    ...{ appId: 'wxsandbox00000001', storeId: 'S001', grantVersion: 'v1' },
    ...{ saleId: 'sale-9', traceId: 'trace-9', tradeType: 'MICROPAY', boughtAtMs: 5_000 },
    description: '咖啡, 大杯',
  }

  it('becomes a paid sale that can be refunded', () => {
    const { sale, event } = unwrap(repairLost(LOST, heard(PAID)))
    expect(sale).toMatchObject({
      ...{ id: 'sale-9', amountFen: 1_000, description: '咖啡, 大杯', phase: 'paid' },
      ...{ createdAtMs: 5_000, closedAtMs: AT_MS },
    })
    expect(sale).not.toHaveProperty('orderRef')
    expect(sale.attempts).toMatchObject([{ outcome: 'PAID', transactionId: '4200001' }])
    expect(event).toMatchObject({ was: 'absent', outcome: 'PAID', saleId: 'sale-9' })
    expect(stored(sale)).toEqual(sale)
  })

  it('and was reversed becomes a closed one', () => {
    const { sale } = unwrap(repairLost(LOST, heard(CLOSED)))
    expect(sale).toMatchObject({ phase: 'closed', attempts: [{ outcome: 'NOT_PAID' }] })
    expect(stored(sale)).toEqual(sale)
  })

  test.each([
    ['of another amount', LOST, { ...PAID, amountFen: 999 } as GatewayAnswer, 'not_ours'],
    ['of another kind', { ...LOST, tradeType: 'JSAPI' }, PAID, 'not_ours'],
    ['with a number of another form', { ...LOST, outTradeNo: 'A' }, CLOSED, 'not_ours'],
    ['without an amount', { ...LOST, amountFen: 0 }, CLOSED, 'not_ours'],
    ['unknown there', LOST, { kind: 'not_found' } as GatewayAnswer, 'not_certain'],
  ])('%s is not taken', (_name, lost, answer, refusal) => {
    expect(repairLost(lost, heard(answer))).toEqual({ ok: false, error: refusal })
  })

  it('has a description without anything that could be a payment code', () => {
    const description = '付款码 130061098828009406'
    const { sale } = unwrap(repairLost({ ...LOST, description }, heard(PAID)))
    expect(sale.description).toBe('付款码 [redacted]')
  })

  it('has a description no longer than the wire takes', () => {
    const { sale } = unwrap(repairLost({ ...LOST, description: '长'.repeat(300) }, heard(PAID)))
    expect(sale.description).toHaveLength(127)
  })
})

describe('a refund', () => {
  const GIVEN: RefundAnswer = {
    kind: 'refund',
    state: 'refunded',
    refundId: '5000001',
    refundedAt: '2026-03-04T11:00:00+08:00',
  }
  const paidSale = (...refunds: Refund[]): Sale =>
    saleOf([paidAttempt()], { phase: 'paid', refunds })
  const answered = (answer: RefundAnswer) => ({
    ...{ outRefundNo: 'GRREFUND0001', answer, atMs: AT_MS, source },
  })

  it('refused here and given there is given', () => {
    const { sale, event } = unwrap(repairRefund(paidSale(refundOf()), answered(GIVEN)))
    expect(sale.refunds).toMatchObject([
      { phase: 'refunded', outcome: 'REFUNDED', refundId: '5000001', settledAtMs: AT_MS },
    ])
    expect(sale.refunds?.[0]).not.toHaveProperty('cause')
    expect(event).toMatchObject({
      ...{ kind: 'outcome_repaired', outRefundNo: 'GRREFUND0001', outTradeNo: 'GTORDER0001' },
      ...{ was: 'NOT_REFUNDED', outcome: 'REFUNDED' },
    })
    expect(stored(sale)).toEqual(sale)
  })

  it('not known here and closed there did not happen', () => {
    const open = refundOf({ outcome: 'UNKNOWN', phase: 'checking' })
    const { sale } = unwrap(repairRefund(paidSale(open), answered({ ...GIVEN, state: 'closed' })))
    expect(sale.refunds).toMatchObject([{ outcome: 'NOT_REFUNDED', cause: 'refund.closed' }])
    expect(stored(sale)).toEqual(sale)
  })

  it('that would give back more than was paid is left, and the journal would not take it', () => {
    const other = refundOf({ outRefundNo: 'GRREFUND0002', amountFen: 700, outcome: 'REFUNDED' })
    const sale = paidSale(refundOf(), other)
    expect(repairRefund(sale, answered(GIVEN))).toEqual({ ok: false, error: 'above_paid' })
    const forced = paidSale(refundOf({ outcome: 'REFUNDED' }), other)
    expect(() => encodeSale(forced)).toThrow(/more than was paid/)
  })

  const REFUSED: readonly [string, Sale, RefundAnswer, RepairRefusal][] = [
    ['that runs', paidSale(refundOf({ awaits: 'timer' })), GIVEN, 'left_to_terminal'],
    ['of another number', paidSale(), GIVEN, 'unknown_number'],
    ['on its way', paidSale(refundOf()), { ...GIVEN, state: 'processing' }, 'not_certain'],
    ['abnormal there', paidSale(refundOf()), { ...GIVEN, state: 'abnormal' }, 'not_certain'],
    ['unknown there', paidSale(refundOf()), { kind: 'not_found' }, 'not_certain'],
    ['given on both sides', paidSale(refundOf({ outcome: 'REFUNDED' })), GIVEN, 'stands_already'],
    [
      'given here and closed there',
      paidSale(refundOf({ outcome: 'REFUNDED' })),
      { ...GIVEN, state: 'closed' },
      'kept_here',
    ],
  ]
  test.each(REFUSED)('%s is left as it is', (_name, sale, answer, refusal) => {
    expect(repairRefund(sale, answered(answer))).toEqual({ ok: false, error: refusal })
  })
})
