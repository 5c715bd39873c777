import type { Refund } from '../../src/domain/refund.ts'
import type { Attempt, Sale } from '../../src/domain/sale.ts'

/** A sale with one attempt, as the journal would have it. */
export function saleOf(
  id: string,
  attempt: Partial<Attempt> & Pick<Attempt, 'outTradeNo' | 'outcome'>,
  more: Partial<Sale> = {},
): Sale {
  const amountFen = attempt.amountFen ?? more.amountFen ?? 100
  const isPaid = attempt.outcome === 'PAID'
  const isOpen = attempt.outcome === 'UNKNOWN'
  return {
    id,
    amountFen,
    description: '测试',
    createdAtMs: 1,
    traceId: 't',
    phase: isPaid ? 'paid' : isOpen ? 'in_flight' : 'closed',
    cancelWanted: false,
    attempts: [
      {
        amountFen,
        merchantId: '1900000001',
        appId: 'wx1',
        storeId: 'S001',
        interface: 'MICROPAY',
        grantVersion: 'v1',
        submittedAtMs: 1,
        phase: isPaid ? 'paid' : isOpen ? 'checking' : 'not_paid',
        sent: true,
        queries: 0,
        reversals: 0,
        reversalsOutstanding: 0,
        reverseConfirmed: false,
        step: 1,
        awaits: isOpen ? 'timer' : 'nothing',
        ...attempt,
      },
    ],
    ...more,
  }
}

/** A refund of a sale's attempt. */
export function refundOf(
  refund: Partial<Refund> & Pick<Refund, 'outRefundNo' | 'outTradeNo' | 'outcome' | 'amountFen'>,
): Refund {
  const isOpen = refund.outcome === 'UNKNOWN'
  const settled = refund.outcome === 'REFUNDED' ? 'refunded' : 'not_refunded'
  return {
    reason: '退货',
    operator: 'li',
    wantedAtMs: 1,
    phase: isOpen ? 'checking' : settled,
    submits: 1,
    queries: 0,
    step: 1,
    awaits: isOpen ? 'timer' : 'nothing',
    ...refund,
  }
}
