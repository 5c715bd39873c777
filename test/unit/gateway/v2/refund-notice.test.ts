import { createCipheriv, createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { createReqInfoOpener } from '../../../../src/gateway/v2/node/req-info.ts'
import { isV2Notice, readV2RefundNotice } from '../../../../src/gateway/v2/refund-notice.ts'
import { EXPECTED } from '../answers.ts'
import { API_V2_KEY, REFUND } from './messages.ts'

const INNER = {
  out_trade_no: REFUND.outTradeNo,
  out_refund_no: REFUND.outRefundNo,
  refund_id: '50000000002026010100000000001',
  refund_status: 'SUCCESS',
  total_fee: '1230',
  refund_fee: '300',
  refund_recv_accout: '招商银行信用卡0403',
  success_time: '2026-01-01 10:00:00',
}

function seal(inner: object, apiKey = API_V2_KEY): string {
  const key = createHash('md5').update(apiKey).digest('hex')
  const cipher = createCipheriv('aes-256-ecb', key, null)
  const fields = Object.entries(inner).map(
    ([name, text]) => `<${name}><![CDATA[${text}]]></${name}>`,
  )
  return Buffer.concat([cipher.update(`<root>${fields.join('')}</root>`), cipher.final()]).toString(
    'base64',
  )
}

function notice(changes: object = {}): Buffer {
  const fields = {
    return_code: 'SUCCESS',
    appid: EXPECTED.appId,
    mch_id: EXPECTED.merchantId,
    nonce_str: 'N1',
    req_info: seal(INNER),
    ...changes,
  }
  const elements = Object.entries(fields).map(([name, text]) => `<${name}>${text}</${name}>`)
  return Buffer.from(`<xml>${elements.join('')}</xml>`)
}

const tools = {
  open: createReqInfoOpener(API_V2_KEY),
  merchantId: EXPECTED.merchantId,
  appId: EXPECTED.appId,
}

describe('a refund notification of APIv2', () => {
  it('says which refund to ask about, and not where the money went', () => {
    const read = readV2RefundNotice(notice(), tools)
    expect(read).toEqual({
      ok: true,
      value: {
        merchantId: EXPECTED.merchantId,
        outTradeNo: REFUND.outTradeNo,
        outRefundNo: REFUND.outRefundNo,
        refundId: INNER.refund_id,
        ...{ state: 'refunded', totalFen: 1_230, refundFen: 300 },
      },
    })
  })

  it.each([
    ['sealed with another key', { req_info: seal(INNER, 'k'.repeat(32)) }, 'not_opened'],
    ['cut short', { req_info: seal(INNER).slice(0, 100) }, 'not_opened'],
    ['without its seal', { req_info: '' }, 'unreadable'],
    ['no base64', { req_info: '!'.repeat(64) }, 'unreadable'],
    ['of another merchant', { mch_id: '1900000009' }, 'other_merchant'],
    ['of another app', { appid: 'wx0' }, 'other_merchant'],
    ['that says FAIL', { return_code: 'FAIL' }, 'unreadable'],
    ['in a state nobody knows', { req_info: seal({ ...INNER, refund_status: 'X' }) }, 'unreadable'],
    ['of more than was paid', { req_info: seal({ ...INNER, refund_fee: '1231' }) }, 'unreadable'],
    ['without a number', { req_info: seal({ ...INNER, out_refund_no: '' }) }, 'unreadable'],
  ])('%s is not believed', (_what, changes, error) => {
    expect(readV2RefundNotice(notice(changes), tools)).toEqual({ ok: false, error })
  })

  it('is told from one of APIv3 by its first byte', () => {
    expect([notice(), Buffer.from(' \n<xml>'), Buffer.from('{"id"')].map(isV2Notice)).toEqual([
      ...[true, true, false],
    ])
  })
})
