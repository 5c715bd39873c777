import type { Refund } from '../../src/domain/refund.ts'
import type { Attempt, Sale } from '../../src/domain/sale.ts'

/** An attempt that was reversed, unless said otherwise. */
export function attemptOf(change: Partial<Attempt> = {}): Attempt {
  return {
    outTradeNo: 'GTORDER0001',
    amountFen: 1_000,
    merchantId: '1900000001',
    appId: 'wxsandbox00000001',
    storeId: 'S001',
    interface: 'MICROPAY',
    grantVersion: 'v1',
    submittedAtMs: 1_000,
    phase: 'not_paid',
    outcome: 'NOT_PAID',
    cause: 'gateway.reversed',
    sent: true,
    queries: 3,
    reversals: 1,
    reversalsOutstanding: 0,
    reverseConfirmed: true,
    step: 7,
    awaits: 'nothing',
    settledAtMs: 60_000,
    ...change,
  }
}

/** A paid attempt. */
export function paidAttempt(change: Partial<Attempt> = {}): Attempt {
  const { cause: _cause, ...attempt } = attemptOf({
    phase: 'paid',
    outcome: 'PAID',
    reversals: 0,
    reverseConfirmed: false,
    transactionId: `4200${change.outTradeNo ?? 'GTORDER0001'}`,
    ...change,
  })
  return attempt
}

/** A closed sale with these attempts. */
export function saleOf(attempts: readonly Attempt[], change: Partial<Sale> = {}): Sale {
  return {
    id: 'sale-1',
    amountFen: 1_000,
    description: '测试',
    createdAtMs: 500,
    traceId: 'trace-1',
    phase: 'closed',
    attempts,
    cancelWanted: false,
    closedAtMs: 60_000,
    ...change,
  }
}

/** A refund that was refused, unless said otherwise. */
export function refundOf(change: Partial<Refund> = {}): Refund {
  return {
    outRefundNo: 'GRREFUND0001',
    outTradeNo: 'GTORDER0001',
    amountFen: 400,
    reason: '退货',
    operator: '张三',
    wantedAtMs: 70_000,
    phase: 'not_refunded',
    outcome: 'NOT_REFUNDED',
    cause: 'refund.refused',
    submits: 1,
    queries: 1,
    step: 3,
    awaits: 'nothing',
    settledAtMs: 71_000,
    ...change,
  }
}
