import type { AnswerHeaders, RawAnswer } from '../../../src/gateway/verify.ts'
import type { Expected } from '../../../src/ports/gateway.ts'

/** The order all these tests ask about. */
export const EXPECTED: Expected = {
  outTradeNo: 'GT01J0000000ABCDEFGHJKMN',
  amountFen: 1_230,
  merchantId: '1900007291',
  appId: 'wxd678efh567hg6787',
}

/** A payer identifier, which must never come out of the client. */
export const OPEN_ID = 'oUpF8uMuAJO_M2pxb1Q9zNjWeS6o'

/** A paid order as the wire has it. */
export const PAID_BODY = {
  appid: EXPECTED.appId,
  mchid: EXPECTED.merchantId,
  out_trade_no: EXPECTED.outTradeNo,
  transaction_id: '4200000000202601010000000001',
  trade_type: 'MICROPAY',
  trade_state: 'SUCCESS',
  trade_state_desc: '支付成功',
  bank_type: 'CCB_DEBIT',
  success_time: '2026-01-01T10:00:00+08:00',
  payer: { openid: OPEN_ID },
  amount: { total: 1_230, payer_total: 1_200, currency: 'CNY', payer_currency: 'CNY' },
}

/** An answer as it comes off the wire. */
export function rawAnswer(status: number, body: unknown, headers: AnswerHeaders = {}): RawAnswer {
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  return { status, headers, body: Buffer.from(text) }
}

/** `body` without a field; `amount.total` names an inner one. */
export function without(body: object, path: string): object {
  const copy = structuredClone(body) as Record<string, unknown>
  const [outer = '', inner] = path.split('.')
  if (inner === undefined) delete copy[outer]
  else delete (copy[outer] as Record<string, unknown>)[inner]
  return copy
}

/** `body` with another value in a field. */
export function withField(body: object, path: string, value: unknown): object {
  const copy = structuredClone(body) as Record<string, unknown>
  const [outer = '', inner] = path.split('.')
  if (inner === undefined) copy[outer] = value
  else (copy[outer] as Record<string, unknown>)[inner] = value
  return copy
}
