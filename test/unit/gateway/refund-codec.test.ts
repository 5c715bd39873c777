import { describe, expect, test } from 'vitest'
import { AMOUNT_FEN_MAX } from '../../../src/domain/money.ts'
import { encodeRefund, encodeRefundQuery } from '../../../src/gateway/refund-codec.ts'
import type { RefundRequest } from '../../../src/ports/gateway.ts'
import { REQUEST } from './refunds.ts'

const FACTS = { merchantId: REQUEST.merchantId, appId: REQUEST.appId }

function encode(changes: Partial<RefundRequest> = {}) {
  return encodeRefund({ ...REQUEST, ...changes }, FACTS)
}

describe('a request for a refund', () => {
  test('byte for byte', () => {
    expect(encode()).toEqual({
      ok: true,
      value: {
        method: 'POST',
        target: '/v3/refund/domestic/refunds',
        body:
          '{"out_trade_no":"GT01J0000000ABCDEFGHJKMN","out_refund_no":"GR01J0000000ABCDEFGHJKMN-1",' +
          '"reason":"商品退货","amount":{"refund":430,"total":1230,"currency":"CNY"}}',
      },
    })
  })

  test('says where it is to be told of, when that is configured', () => {
    const refundNotifyUrl = 'https://shop.example/refunds'
    const encoded = encodeRefund(REQUEST, { ...FACTS, refundNotifyUrl })
    expect(encoded.ok && JSON.parse(encoded.value.body)).toMatchObject({
      notify_url: refundNotifyUrl,
    })
  })

  test('has no reason when there is none', () => {
    const encoded = encode({ reason: '' })
    expect(encoded.ok && Object.keys(JSON.parse(encoded.value.body))).not.toContain('reason')
  })

  test.each<[string, Partial<RefundRequest>]>([
    ['all of the total', { refundFen: 1_230 }],
    ['one fen', { refundFen: 1 }],
    ['the largest amount', { refundFen: AMOUNT_FEN_MAX, totalFen: AMOUNT_FEN_MAX }],
    ['80 characters of three bytes', { reason: '退'.repeat(80) }],
    ['a number of 64 characters', { outRefundNo: 'Rr0_-|*@'.repeat(8) }],
  ])('may be for %s', (_name, changes) => {
    expect(encode(changes).ok).toBe(true)
  })

  test.each<[string, Partial<RefundRequest>]>([
    ['refund number', { outRefundNo: '' }],
    ['refund number', { outRefundNo: 'R'.repeat(65) }],
    ['refund number', { outRefundNo: 'R/1' }],
    ['refund number', { outRefundNo: 'R?1' }],
    ['refund number', { outRefundNo: 'R 1' }],
    ['refund number', { outRefundNo: 'R1\n' }],
    ['refund number', { outRefundNo: '退1' }],
    ['order number', { outTradeNo: 'A B' }],
    ['order number', { outTradeNo: '' }],
    ['merchant', { merchantId: '1900007292' }],
    ['app', { appId: 'wx0' }],
    ['amount', { refundFen: 0 }],
    ['amount', { refundFen: -1 }],
    ['amount', { refundFen: 0.5 }],
    ['amount', { refundFen: Number.NaN }],
    ['total', { totalFen: 1_230.5 }],
    ['total', { totalFen: Number.POSITIVE_INFINITY }],
    ['total', { totalFen: AMOUNT_FEN_MAX + 1 }],
    ['amount above total', { refundFen: 1_231 }],
    ['reason', { reason: '退'.repeat(81) }],
    ['reason', { reason: 'a\nb' }],
    ['reason', { reason: 'a\u0000' }],
    ['reason', { reason: 'a\u007f' }],
    ['reason', { reason: 'a\u0085' }],
    ['reason', { reason: '🙂' }],
    ['reason', { reason: '\ud83d' }],
  ])('a wrong %s is named and nothing is made: %j', (field, changes) => {
    expect(encode(changes)).toEqual({ ok: false, error: field })
  })
})

describe('a question after a refund', () => {
  test('has its number in the path, percent-encoded once', () => {
    const asked = (outRefundNo: string) => encodeRefundQuery({ ...REQUEST, outRefundNo }, FACTS)
    const value = (target: string) => ({ ok: true, value: { method: 'GET', target, body: '' } })
    expect(asked('R-1_z')).toEqual(value('/v3/refund/domestic/refunds/R-1_z'))
    expect(asked('A|B*1@c')).toEqual(value('/v3/refund/domestic/refunds/A%7CB%2A1%40c'))
  })

  test.each<[string, Partial<RefundRequest>]>([
    ['refund number', { outRefundNo: '../orders' }],
    ['refund number', { outRefundNo: 'R%2F' }],
    ['merchant', { merchantId: '1900007292' }],
    ['app', { appId: 'wx0' }],
  ])('a wrong %s is named and nothing is made', (field, changes) => {
    expect(encodeRefundQuery({ ...REQUEST, ...changes }, FACTS)).toEqual({
      ok: false,
      error: field,
    })
  })
})
