import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it, test } from 'vitest'
import { type Candidate, candidateOf, refundCandidateOf } from '../../src/bills/candidates.ts'
import { reconcile } from '../../src/bills/node/reconcile.ts'
import type { Refund } from '../../src/domain/refund.ts'
import type { Attempt, Sale } from '../../src/domain/sale.ts'
import { attemptOf, paidAttempt, refundOf, saleOf } from '../support/sales.ts'
import { billText, type Entry, refundEntry } from '../unit/bills/bill-text.ts'

/** Whole bills against whole journals: what is found, and what would be asked about. */
const DAY = '2026-03-04'
const folder = mkdtempSync(join(tmpdir(), 'guitai-compared-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const atMs = (time: string): number => Date.parse(`${time}+08:00`)

function sold(outTradeNo: string, change: Partial<Attempt> = {}, refunds: Refund[] = []): Sale {
  const attempt = paidAttempt({ outTradeNo, paidAt: `${DAY}T10:00:00+08:00`, ...change })
  return saleOf([attempt], { id: `sale-of-${outTradeNo}`, phase: 'paid', refunds })
}
function given(outRefundNo: string, outTradeNo: string, change: Partial<Refund> = {}): Refund {
  return refundOf({
    ...{ outRefundNo, outTradeNo, amountFen: 400, phase: 'refunded', outcome: 'REFUNDED' },
    ...{ wantedAtMs: atMs(`${DAY}T11:00:00`), refundId: `50${outRefundNo}` },
    refundedAt: `${DAY}T11:00:03+08:00`,
    ...change,
  })
}
function paidEntry(outTradeNo: string, change: Entry = {}): Entry {
  const numbers = { 商户订单号: outTradeNo, 微信订单号: `4200${outTradeNo}` }
  return { ...numbers, 交易时间: `${DAY} 10:00:00`, 订单金额: '10.00', ...change }
}
function refund(outRefundNo: string, outTradeNo: string, change: Entry = {}): Entry {
  const numbers = { 商户订单号: outTradeNo, 商户退款单号: outRefundNo }
  const id = { 微信退款单号: `50${outRefundNo}`, 交易时间: `${DAY} 11:00:00` }
  return refundEntry({ ...numbers, ...id, 申请退款金额: '4.00', ...change })
}

function run(sales: readonly Sale[], entries: readonly Entry[], date = DAY) {
  const billPath = join(folder, 'bill.csv')
  writeFileSync(billPath, billText(entries))
  const found: Record<string, string> = {}
  const candidates: (Candidate | undefined)[] = []
  const doublePayments: (readonly string[])[] = []
  const done = reconcile({
    asked: { date, terminalId: 'POS01', merchantId: '1900000001' },
    journal: { recentSales: () => sales },
    billPath,
    scratchPath: join(folder, 'comparison.db'),
    onSumDifference: ({ column }) => {
      found[column] = 'sum'
    },
    onDoublePayment: ({ outTradeNos }) => doublePayments.push(outTradeNos),
    onDifference: (difference) => {
      const { verdict, here, there } = difference
      found[here?.outTradeNo ?? there?.outTradeNo ?? ''] = verdict
      candidates.push(candidateOf(difference))
    },
    onRefundDifference: (difference) => {
      const { verdict, here, there } = difference
      found[here?.outRefundNo ?? there?.outRefundNo ?? ''] = verdict
      candidates.push(refundCandidateOf(difference))
    },
    onProgress: () => {},
  })
  if (!done.ok) throw new Error(done.error.detail)
  return {
    ...done.value,
    found,
    candidates: candidates.filter(Boolean),
    doublePaid: doublePayments,
  }
}

it('agrees on payments and refunds of one day, and counts them apart', () => {
  const { totals, refundTotals, differences } = run(
    [sold('GTAA00001', {}, [given('R1', 'GTAA00001')]), sold('GTAA00002')],
    [paidEntry('GTAA00001'), paidEntry('GTAA00002'), refund('R1', 'GTAA00001')],
  )
  expect({ totals, refundTotals, differences }).toEqual({
    totals: { matched: { count: 2, amountFen: 2_000 } },
    refundTotals: { matched: { count: 1, amountFen: 400 } },
    differences: 0,
  })
})

it('agrees on a refund of an order that was paid on another day', () => {
  const sale = sold('GTAA00001', { paidAt: '2026-03-01T10:00:00+08:00' }, [
    given('R1', 'GTAA00001'),
  ])
  expect(run([sale], [refund('R1', 'GTAA00001')]).refundTotals).toHaveProperty('matched.count', 1)
  const { found } = run([sale], [])
  expect(found).toEqual({ R1: 'missing_there' })
})

it('tells two refunds of one order apart, and the same number under two orders', () => {
  const sales = [
    sold('GTAA00001', {}, [given('R1', 'GTAA00001'), given('R2', 'GTAA00001')]),
    sold('GTAA00002', {}, [given('R9', 'GTAA00002')]),
  ]
  const entries = [paidEntry('GTAA00001'), paidEntry('GTAA00002'), refund('R1', 'GTAA00001')]
  const both = [refund('R2', 'GTAA00001'), refund('R2', 'GTAA00002')]
  const { found, refundTotals } = run(sales, [...entries, ...both])
  expect(found).toEqual({ R9: 'missing_there', R2: 'missing_here' })
  expect(refundTotals).toMatchObject({ matched: { count: 2 }, missing_here: { count: 1 } })
})

it('names a refund that the bill has twice, and asks nothing about it', () => {
  const sale = sold('GTAA00001', {}, [given('R1', 'GTAA00001')])
  const twice = [refund('R1', 'GTAA00001'), refund('R1', 'GTAA00001')]
  const { found, candidates } = run([sale], [paidEntry('GTAA00001'), ...twice])
  expect({ found, candidates }).toEqual({ found: { R1: 'repeated_there' }, candidates: [] })
})

it('asks nothing about a refund that is given here and failed by the bill', () => {
  const sale = sold('GTAA00001', {}, [given('R1', 'GTAA00001')])
  const failed = refund('R1', 'GTAA00001', { 退款状态: 'FAIL' })
  const { found, candidates } = run([sale], [paidEntry('GTAA00001'), failed])
  expect({ found, candidates }).toEqual({ found: { R1: 'state_differs' }, candidates: [] })
})

it('does not look for what was collected for another merchant', () => {
  const other = sold('GTAA00001', { merchantId: '1900000099' }, [given('R1', 'GTAA00001')])
  expect(run([other], [])).toMatchObject({ found: {}, differences: 0 })
})

it('names a refund that somebody gave elsewhere of an order of this terminal', () => {
  const entries = [paidEntry('GTAA00001'), refund('MCH77', 'GTAA00001', { 设备号: '' })]
  const foreign = refund('MCH78', 'GTFOREIGN1', { 设备号: 'POS02' })
  const { found, candidates, refundTotals } = run([sold('GTAA00001')], [...entries, foreign])
  expect(found).toEqual({ MCH77: 'missing_here' })
  expect(candidates).toEqual([])
  expect(refundTotals).toHaveProperty('elsewhere.count', 1)
})

test.each([
  ['paid a second before midnight', '23:59:59', DAY, {}],
  ['paid a second before midnight, in the next bill', '23:59:59', '2026-03-05', {}],
])('an order %s', (_name, time, date, found) => {
  const paidAt = `${DAY}T${time}+08:00`
  const submittedAtMs = atMs(`${DAY}T23:59:57`)
  const sale = sold('GTAA00001', {
    paidAt,
    submittedAtMs,
    settledAtMs: atMs('2026-03-05T00:00:02'),
  })
  const entries = date === DAY ? [paidEntry('GTAA00001', { 交易时间: `${DAY} ${time}` })] : []
  expect(run([sale], entries, date).found).toEqual(found)
})

it('an order submitted before midnight and paid after it is looked for in the second bill', () => {
  const sale = sold('GTAA00001', {
    paidAt: '2026-03-05T00:00:01+08:00',
    submittedAtMs: atMs(`${DAY}T23:59:55`),
  })
  expect(run([sale], []).found).toEqual({})
  expect(run([sale], [], '2026-03-05').found).toEqual({ GTAA00001: 'missing_there' })
})

it('a refund over midnight is missed on neither day, and found on either', () => {
  const late = given('R1', 'GTAA00001', {
    wantedAtMs: atMs(`${DAY}T23:59:58`),
    refundedAt: '2026-03-05T00:00:02+08:00',
  })
  const sale = sold('GTAA00001', { paidAt: '2026-03-01T10:00:00+08:00' }, [late])
  const nextDay = { 交易时间: '2026-03-05 00:00:01' }
  expect(run([sale], []).refundTotals).toHaveProperty('other_day.count', 1)
  expect(run([sale], [], '2026-03-05').found).toEqual({})
  expect(run([sale], [refund('R1', 'GTAA00001')]).refundTotals).toHaveProperty('matched.count', 1)
  const next = run([sale], [refund('R1', 'GTAA00001', nextDay)], '2026-03-05')
  expect(next.refundTotals).toHaveProperty('matched.count', 1)
})

it('accepts a reversed order in both shapes', () => {
  const reversed = (outTradeNo: string): Sale =>
    saleOf([attemptOf({ outTradeNo })], { id: `sale-of-${outTradeNo}` })
  const revoked = { 交易状态: 'REVOKED' }
  const { found, totals } = run(
    [reversed('GTAA00001'), reversed('GTAA00002'), reversed('GTAA00003')],
    [
      paidEntry('GTAA00001', revoked),
      paidEntry('GTAA00002'),
      paidEntry('GTAA00002', revoked),
      paidEntry('GTAA00003', { ...revoked, 订单金额: '0.00', 申请退款金额: '10.00' }),
    ],
  )
  expect(found).toEqual({})
  expect(totals).toHaveProperty('matched.count', 3)
})

it('asks about what the bill has and the journal lacks, and about nothing else', () => {
  const byHand = { operator: '经理', reason: '等不到', atMs: 1 }
  const unknown = attemptOf({ outTradeNo: 'GTAA00002', outcome: 'UNKNOWN', phase: 'reversing' })
  const refused = given('R1', 'GTAA00004', { outcome: 'NOT_REFUNDED', phase: 'not_refunded' })
  const { candidates, found } = run(
    [
      saleOf([attemptOf({ outTradeNo: 'GTAA00001' })], { id: 'sale-a' }),
      saleOf([unknown], { id: 'sale-b', closedByHand: byHand }),
      sold('GTAA00003'),
      sold('GTAA00004', {}, [refused]),
      sold('GTAA00006'),
    ],
    [
      paidEntry('GTAA00001'),
      paidEntry('GTAA00002'),
      paidEntry('GTAA00003', { 订单金额: '9.99' }),
      paidEntry('GTAA00004'),
      paidEntry('GTAA00005', { 商品名称: '咖啡' }),
      paidEntry('GTAA00006', { 交易状态: 'REVOKED' }),
      paidEntry('GTFOREIGN1', { 设备号: 'POS02' }),
      refund('R1', 'GTAA00004'),
    ],
  )
  expect(candidates).toEqual([
    { kind: 'attempt', saleId: 'sale-a', outTradeNo: 'GTAA00001' },
    { kind: 'attempt', saleId: 'sale-b', outTradeNo: 'GTAA00002' },
    {
      ...{ kind: 'order', outTradeNo: 'GTAA00005', amountFen: 1_000 },
      order: { time: `${DAY} 10:00:00`, tradeType: 'MICROPAY', description: '咖啡' },
    },
    { kind: 'refund', saleId: 'sale-of-GTAA00004', outTradeNo: 'GTAA00004', outRefundNo: 'R1' },
  ])
  expect(found).toMatchObject({ GTAA00003: 'amount_differs', GTAA00006: 'state_differs' })
})

it('finds a sale that was paid twice on the day of either payment, and on no other', () => {
  const early = paidAttempt({ outTradeNo: 'GTAA00001', paidAt: `${DAY}T23:00:00+08:00` })
  const late = paidAttempt({ outTradeNo: 'GTAA00002', paidAt: '2026-03-05T01:00:00+08:00' })
  const sale = saleOf([early, late], { phase: 'paid' })
  const both = [['GTAA00001', 'GTAA00002']]
  expect(run([sale], [paidEntry('GTAA00001')])).toMatchObject({ doublePaid: both, differences: 1 })
  expect(run([sale], [], '2026-03-05').doublePaid).toEqual(both)
  expect(run([sale], [], '2026-03-06').doublePaid).toEqual([])
  const returned = refundOf({ outTradeNo: 'GTAA00002', amountFen: 1_000, outcome: 'REFUNDED' })
  expect(run([{ ...sale, refunds: [returned] }], [paidEntry('GTAA00001')]).doublePaid).toEqual([])
})
