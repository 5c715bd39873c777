import { describe, expect, it } from 'vitest'
import type { Refund } from '../../../src/domain/refund.ts'
import type { Attempt, Sale } from '../../../src/domain/sale.ts'
import { checkSameMerchant } from '../../../src/terminal/same-merchant.ts'

const OURS = { id: '1900000001', appId: 'wx1' }

const attempt: Attempt = {
  outTradeNo: 'GTTEST000001',
  amountFen: 100,
  merchantId: OURS.id,
  appId: OURS.appId,
  storeId: 'S001',
  interface: 'MICROPAY',
  grantVersion: 'test-1',
  submittedAtMs: 1,
  phase: 'checking',
  outcome: 'UNKNOWN',
  sent: true,
  queries: 0,
  reversals: 0,
  reversalsOutstanding: 0,
  reverseConfirmed: false,
  step: 1,
  awaits: 'timer',
}

const refund: Refund = {
  outRefundNo: 'GTR000001',
  outTradeNo: attempt.outTradeNo,
  amountFen: 50,
  reason: '退货',
  operator: '店长',
  wantedAtMs: 1,
  phase: 'processing',
  outcome: 'UNKNOWN',
  submits: 1,
  queries: 0,
  step: 1,
  awaits: 'timer',
}

function saleOf(phase: Sale['phase'], made: Partial<Attempt>, refunds?: readonly Refund[]): Sale {
  return {
    id: `sale-${phase}`,
    amountFen: 100,
    description: '测试',
    createdAtMs: 1,
    traceId: 't1',
    phase,
    attempts: [{ ...attempt, ...made }],
    cancelWanted: false,
    ...(refunds ? { refunds } : {}),
  }
}

describe('a configuration for another merchant or app', () => {
  it('is refused while a sale has no result', () => {
    const sales = [saleOf('in_flight', { merchantId: '1900000002' }), saleOf('in_flight', {})]
    expect(checkSameMerchant(sales, OURS)).toMatchObject({
      ok: false,
      error: {
        code: 'config.merchant_changed',
        field: 'merchant.id',
        moneyTaken: 'unknown',
        detail: 'without a result: sales 1, refunds 0; made for merchant 1900000002, app wx1',
      },
    })
  })

  it('is refused while a refund has no result, of a sale that is paid', () => {
    const paid = { appId: 'wx2', phase: 'paid', outcome: 'PAID', awaits: 'nothing' } as const
    expect(checkSameMerchant([saleOf('paid', paid, [refund])], OURS)).toMatchObject({
      ok: false,
      error: { code: 'config.merchant_changed', field: 'merchant.appId' },
    })
    const done: Refund = { ...refund, phase: 'refunded', outcome: 'REFUNDED', awaits: 'nothing' }
    expect(checkSameMerchant([saleOf('paid', paid, [done])], OURS).ok).toBe(true)
  })

  it('is fine when what waits is ours, or an earlier attempt was not', () => {
    const ready = saleOf('ready', { merchantId: '1900000002', outcome: 'NOT_PAID' })
    expect(checkSameMerchant([saleOf('in_flight', {}), ready], OURS).ok).toBe(true)
  })
})
