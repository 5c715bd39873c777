import { expect, it } from 'vitest'
import type { Refund } from '../../../src/domain/refund.ts'
import type { Attempt, Sale } from '../../../src/domain/sale.ts'
import { riskSchema, riskTerms } from '../../../src/terminal/risk-terms.ts'
import { RiskWatch } from '../../../src/terminal/risk-watch.ts'
import type { Report } from '../../../src/terminal/scene-events.ts'
import { createManualClock } from '../../support/manual-clock.ts'
import { createRandom } from '../../support/seeded.ts'

/** Texts of a sale that no event may carry. */
const SECRETS = [
  'ORDER-REF-77',
  'GTATTEMPT',
  'GRREFUND',
  '张敏',
  '退货',
  '4200TX',
  'sale-',
  'trace-',
]

function attempt(index: number, changes: Partial<Attempt> = {}): Attempt {
  return {
    outTradeNo: `GTATTEMPT${index}`,
    amountFen: 1_234,
    merchantId: '1900000001',
    appId: 'wx1',
    storeId: 'S001',
    interface: 'MICROPAY',
    grantVersion: 'G/1',
    submittedAtMs: 1_000,
    phase: 'paid',
    outcome: 'PAID',
    sent: true,
    queries: 0,
    reversals: 0,
    reversalsOutstanding: 0,
    reverseConfirmed: false,
    step: 1,
    awaits: 'nothing',
    settledAtMs: 2_000,
    transactionId: `4200TX${index}`,
    ...changes,
  }
}

function sale(index: number, changes: Partial<Sale> = {}): Sale {
  return {
    id: `sale-${index}`,
    orderRef: 'ORDER-REF-77',
    amountFen: 1_234,
    description: '柜台',
    operator: '张敏',
    createdAtMs: 1,
    traceId: `trace-${index}`,
    phase: 'paid',
    attempts: [attempt(index)],
    cancelWanted: false,
    ...changes,
  }
}

function refund(index: number, changes: Partial<Refund> = {}): Refund {
  return {
    outRefundNo: `GRREFUND${index}`,
    outTradeNo: `GTATTEMPT${index}`,
    amountFen: 1_234,
    reason: '退货',
    operator: '张敏',
    wantedAtMs: 3_000,
    phase: 'refunded',
    outcome: 'REFUNDED',
    submits: 1,
    queries: 1,
    step: 3,
    awaits: 'nothing',
    ...changes,
  }
}

function open(config: object = {}) {
  const clock = createManualClock()
  const reports: Report[] = []
  const terms = riskTerms(riskSchema.parse(config))
  const watch = new RiskWatch({ terms, clock, report: (report) => reports.push(report) })
  const kinds = () => {
    clock.advance(0)
    return reports.map(({ kind }) => kind)
  }
  return { watch, clock, reports, kinds }
}

it('counts a sale once, however often it changes, and its refunds once each', () => {
  const { watch, kinds } = open({ paidCount: 2, equalCount: 99, loopCount: 2 })
  watch.saw(sale(1, { phase: 'in_flight', attempts: [attempt(1, { outcome: 'UNKNOWN' })] }))
  watch.saw(sale(1))
  watch.saw(sale(1, { closedAtMs: 9 }))
  watch.saw(sale(1, { refunds: [refund(1, { outcome: 'UNKNOWN' })] }))
  watch.saw(sale(1, { refunds: [refund(1)] }))
  watch.saw(sale(1, { refunds: [refund(1)] }))
  expect(kinds()).toEqual([])
  watch.saw(sale(2))
  expect(kinds()).toEqual(['trade.frequent'])
  watch.saw(sale(2, { refunds: [refund(2)] }))
  expect(kinds()).toEqual(['trade.frequent', 'trade.refund_loops'])
})

it('counts refunds the gateway refused, and not those the scene refused before', () => {
  const { watch, kinds } = open({ refusedCount: 2 })
  const no = (index: number, cause: Refund['cause']) =>
    sale(index, { refunds: [refund(index, { outcome: 'NOT_REFUNDED', ...(cause && { cause }) })] })
  watch.saw(no(1, 'scene.refund_blocked'))
  watch.saw(no(2, undefined))
  expect(kinds()).toEqual([])
  watch.saw(no(3, undefined))
  expect(kinds()).toEqual(['trade.refunds_refused'])
})

it('AC-16-trig AC-7 no event holds anything of whose sale it was, whatever the sales are', () => {
  const random = createRandom(8)
  const { watch, clock, reports } = open({
    ...{ openFrom: '09:00', openUntil: '09:01', largestFen: 2_000, paidCount: 5 },
    ...{ equalCount: 2, loopCount: 2, refusedCount: 1, roundCount: 2 },
  })
  for (let index = 0; index < 2_000; index += 1) {
    clock.advance(random.pick([1, 1_000, 100_000]))
    const amountFen = random.pick([1_234, 10_000, random.integer(1, 9_999)])
    const made = sale(index, { amountFen, attempts: [attempt(index, { amountFen })] })
    watch.saw(made)
    if (random.chance(0.5)) continue
    const outcome = random.pick(['REFUNDED', 'NOT_REFUNDED'] as const)
    watch.saw({ ...made, refunds: [refund(index, { amountFen, outcome })] })
  }
  clock.advance(0)
  expect(new Set(reports.map(({ kind }) => kind)).size).toBe(7)
  for (const { kind, facts, trigger } of reports) {
    expect(kind).toMatch(/^trade\.[a-z_]+$/)
    expect([2, 6, 8]).toContain(trigger)
    const others = Object.keys(facts).filter(
      (name) => !['count', 'duration_ms', 'amount_fen'].includes(name),
    )
    expect(others).toEqual([])
    for (const value of Object.values(facts)) expect(Number.isSafeInteger(value)).toBe(true)
    for (const secret of SECRETS) expect(JSON.stringify({ kind, facts })).not.toContain(secret)
  }
})

it('takes business hours whole or not at all', () => {
  expect(riskSchema.safeParse({ openFrom: '09:00' }).success).toBe(false)
  expect(riskSchema.safeParse({ openFrom: '9:00', openUntil: '22:00' }).success).toBe(false)
  expect(riskSchema.safeParse({}).success).toBe(true)
})

it('M5/violation tells of an excluded channel once, without what the sale is', () => {
  const clock = createManualClock()
  const told: Report[] = []
  const terms = riskTerms(riskSchema.parse({}))
  const watch = new RiskWatch({ terms, clock, report: (report) => told.push(report) })
  const forbidden = attempt(1, { noCredit: true, paidBy: 'CREDIT', channelForbidden: true })
  const reversing = { ...forbidden, phase: 'reversing', outcome: 'UNKNOWN' } as const
  watch.saw(sale(1, { phase: 'in_flight', attempts: [reversing] }))
  watch.saw(
    sale(1, {
      phase: 'ready',
      attempts: [{ ...forbidden, phase: 'not_paid', outcome: 'NOT_PAID' }],
    }),
  )
  clock.advance(1)
  expect(told).toEqual([
    {
      kind: 'measure.channel_violation',
      trigger: 1,
      facts: {
        interface: 'MICROPAY',
        amount_fen: 1_234,
        out_trade_no: 'GTATTEMPT1',
      },
    },
  ])
  for (const secret of SECRETS.filter((one) => one !== 'GTATTEMPT')) {
    expect(JSON.stringify(told)).not.toContain(secret)
  }
})
