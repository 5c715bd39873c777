import type { RefundRequest } from '../../../src/ports/gateway.ts'
import { EXPECTED } from './answers.ts'

/** The refund all these tests ask for. */
export const REQUEST: RefundRequest = {
  outRefundNo: 'GR01J0000000ABCDEFGHJKMN-1',
  outTradeNo: EXPECTED.outTradeNo,
  merchantId: EXPECTED.merchantId,
  appId: EXPECTED.appId,
  totalFen: 1_230,
  refundFen: 430,
  reason: '商品退货',
}

/** Where a refund went, which must never come out of the client. */
export const ACCOUNT = '招商银行信用卡0403'

/** A refund as the wire has it. */
export const REFUND_BODY = {
  refund_id: '50000000382019052709732678859',
  out_refund_no: REQUEST.outRefundNo,
  transaction_id: '4200000000202601010000000001',
  out_trade_no: REQUEST.outTradeNo,
  channel: 'ORIGINAL',
  user_received_account: ACCOUNT,
  success_time: '2026-01-02T10:00:00+08:00',
  create_time: '2026-01-02T09:59:58+08:00',
  status: 'SUCCESS',
  funds_account: 'UNSETTLED',
  amount: {
    total: 1_230,
    refund: 430,
    payer_total: 1_200,
    payer_refund: 420,
    settlement_refund: 430,
    settlement_total: 1_230,
    discount_refund: 10,
    currency: 'CNY',
    from: [{ account: 'AVAILABLE', amount: 430 }],
  },
  promotion_detail: [],
}
