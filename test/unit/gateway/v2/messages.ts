import { createSigner } from '../../../../src/gateway/v2/node/signer.ts'
import { type Fields, writeXml } from '../../../../src/gateway/v2/xml.ts'
import type { RefundRequest } from '../../../../src/ports/gateway.ts'
import { EXPECTED, OPEN_ID } from '../answers.ts'

/** An APIv2 key for tests: 32 characters. */
export const API_V2_KEY = 'vwxyz0123456789abcdefghijklmnopq'
export const SIGNER = createSigner(API_V2_KEY, 'HMAC-SHA256')

/** A refund of some of the order all tests ask about. */
export const REFUND: RefundRequest = {
  outRefundNo: 'RF01J0000000ABCDEFGHJKMN',
  outTradeNo: EXPECTED.outTradeNo,
  merchantId: EXPECTED.merchantId,
  appId: EXPECTED.appId,
  totalFen: 1_230,
  refundFen: 300,
  reason: '退货',
}

/** The fields of every answer that came from the gateway, and of one that says yes. */
export const COMMON = {
  return_code: 'SUCCESS',
  return_msg: 'OK',
  appid: EXPECTED.appId,
  mch_id: EXPECTED.merchantId,
  nonce_str: '5K8264ILTKCH16CQ2502SI8ZNMTM67VS',
}
export const GOOD = { ...COMMON, result_code: 'SUCCESS' }

/** A paid order. */
export const PAID = {
  ...GOOD,
  openid: OPEN_ID,
  is_subscribe: 'N',
  trade_type: 'MICROPAY',
  bank_type: 'CCB_DEBIT',
  fee_type: 'CNY',
  total_fee: '1230',
  cash_fee: '1200',
  coupon_fee: '30',
  transaction_id: '4200000000202601010000000001',
  out_trade_no: EXPECTED.outTradeNo,
  time_end: '20260101100000',
}

/** A refund that was asked for and taken. */
export const REFUND_TAKEN = {
  ...GOOD,
  transaction_id: PAID.transaction_id,
  out_trade_no: EXPECTED.outTradeNo,
  out_refund_no: REFUND.outRefundNo,
  refund_id: '50300000012026010100000000001',
  refund_fee: '300',
  total_fee: '1230',
  cash_fee: '1200',
}

/** A refund that was asked about and has reached the customer; beside it an older one. */
export const REFUND_DONE = {
  ...GOOD,
  transaction_id: PAID.transaction_id,
  out_trade_no: EXPECTED.outTradeNo,
  total_fee: '1230',
  cash_fee: '1200',
  refund_count: '2',
  refund_fee: '500',
  out_refund_no_0: 'RF01J0000000ZZZZZZZZZZZZ',
  refund_id_0: '50300000012026010100000000000',
  refund_fee_0: '200',
  refund_status_0: 'PROCESSING',
  out_refund_no_1: REFUND.outRefundNo,
  refund_id_1: REFUND_TAKEN.refund_id,
  refund_fee_1: '300',
  refund_status_1: 'SUCCESS',
  refund_recv_accout_1: '招商银行信用卡0403',
  refund_success_time_1: '2026-01-02 15:26:26',
}

/** A signed answer that says no. */
export function refusal(code: string, text = '说明'): Record<string, string> {
  return { ...COMMON, result_code: 'FAIL', err_code: code, err_code_des: text }
}

/** `fields` with a signature behind them. */
export function signed(fields: Readonly<Record<string, string>>, signer = SIGNER): Fields {
  const all = new Map(Object.entries(fields))
  return all.set('sign', signer.sign(all))
}

/** A signed answer as it comes off the wire. */
export function signedXml(fields: Readonly<Record<string, string>>, signer = SIGNER): string {
  return writeXml(signed(fields, signer))
}
