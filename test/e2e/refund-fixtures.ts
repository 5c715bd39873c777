import type { SaleView } from '../../src/api/protocol.ts'
import { problem } from '../../src/domain/errors.ts'
import type { ScreenModel } from '../../src/screen/model.ts'
import { modelOf, sceneNamed } from './screens-fixtures.ts'

const NOW_MS = 1_795_500_000_000
type RefundView = NonNullable<SaleView['refunds']>[number]

/** The id of the `index`th sale. */
export const saleIdOf = (index: number): string =>
  `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`

/** A paid sale of 45.50, the `index`th back from now. */
export function paidSale(index = 0, more: Partial<SaleView> = {}): SaleView {
  const createdAtMs = NOW_MS - 60_000 - index * 3_400_000
  const amountFen = 4_550 + index * 1_100
  return {
    saleId: saleIdOf(index),
    orderRef: `A-${1_041 - index}`,
    amountFen,
    currency: 'CNY',
    description: '青禾便利店',
    createdAtMs,
    phase: 'paid',
    outcome: 'PAID',
    cancelWanted: false,
    traceId: `t${index}`,
    attempts: [
      {
        outTradeNo: `GTPOS0120261124${String(100_000 - index)}A1B2C3D4E5`,
        phase: 'paid',
        outcome: 'PAID',
        submittedAtMs: createdAtMs,
        queries: 0,
        reversals: 0,
        transactionId: `42000012342026112400000${String(10_000 - index)}`,
      },
    ],
    refundableFen: amountFen,
    ...more,
  }
}

const PROBLEMS: { readonly [phase: string]: Parameters<typeof problem>[0] } = {
  not_refunded: 'refund.merchant_funds',
  abnormal: 'refund.abnormal',
  checking: 'refund.not_known',
}
const OUTCOMES: { readonly [phase: string]: RefundView['outcome'] } = {
  refunded: 'REFUNDED',
  not_refunded: 'NOT_REFUNDED',
}

/** A refund in a phase. */
export function refundIn(phase: string, more: Partial<RefundView> = {}): RefundView {
  const code = PROBLEMS[phase]
  return {
    outRefundNo: 'GTPOS0120261124100000A1B2C3D4E5-R1',
    outTradeNo: 'GTPOS0120261124100000A1B2C3D4E5',
    amountFen: 2_000,
    reason: '商品退货',
    operator: '张敏',
    wantedAtMs: NOW_MS - 5_000,
    phase,
    outcome: OUTCOMES[phase] ?? 'UNKNOWN',
    submits: 1,
    queries: 0,
    ...(code === undefined ? {} : { problem: problem(code) }),
    ...more,
  }
}

/** A paid sale with one refund. */
export function refundedSale(phase: string, amountFen = 2_000): SaleView {
  const refund = refundIn(phase, { amountFen })
  const left = refund.outcome === 'NOT_REFUNDED' ? 4_550 : 4_550 - amountFen
  const refundedFen = refund.outcome === 'REFUNDED' ? amountFen : 0
  return paidSale(0, { refunds: [refund], refundableFen: left, refundedFen })
}

/** The phases a refund can be in, each with a look of its own or that of a neighbour. */
export const PHASES = [
  'submitting',
  'checking',
  'processing',
  'abnormal',
  'refunded',
  'not_refunded',
] as const

/** The till of a counter that makes refunds; its list has every mark a sale can have. */
export function tillWithRefunds(revision = 1, scene = 'ready'): ScreenModel {
  const model = modelOf(sceneNamed(scene), revision)
  const row = (index: number, more: object = {}) => ({
    saleId: saleIdOf(index),
    atMs: NOW_MS - 60_000 * (index + 1),
    amountFen: 4_550 + index * 1_100,
    outcome: 'PAID' as const,
    ...more,
  })
  const recent = [
    row(0),
    row(1, { refund: { state: 'under_way', amountFen: 5_650 } }),
    row(2, { refund: { state: 'done', amountFen: 2_000 } }),
    row(3, { refund: { state: 'done', amountFen: 7_850 } }),
    row(4, { refund: { state: 'not_given', amountFen: 0 } }),
    row(5, { refund: { state: 'needs_staff', amountFen: 10_050 } }),
    row(6, { outcome: 'NOT_PAID' }),
  ]
  return { ...model, cashier: { ...model.cashier, mayRefund: true, recent } }
}
