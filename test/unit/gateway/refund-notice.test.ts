import { createCipheriv, createPublicKey, generateKeyPairSync, sign } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { openSealed, signatureCheck } from '../../../src/gateway/node/signatures.ts'
import { readRefundNotice } from '../../../src/gateway/refund-notice.ts'
import type { RawAnswer } from '../../../src/gateway/verify.ts'
import { needVectors } from '../../support/vectors.ts'
import { withField, without } from './answers.ts'
import { ACCOUNT, REQUEST } from './refunds.ts'

const NOW_MS = 1_767_225_600_000
const SERIAL = '5DEA10EF55877E3CF6C33255C2E7DEFFF7E427EC'
const KEY = Buffer.from('0123456789abcdefghijklmnopqrstuv')

const platform = generateKeyPairSync('rsa', { modulusLength: 2_048 })
const stranger = generateKeyPairSync('rsa', { modulusLength: 2_048 })
const check = signatureCheck(platform.publicKey)
const tools = {
  keys: { find: (serial: string) => (serial === SERIAL ? check : undefined) },
  open: (sealed: Parameters<typeof openSealed>[1]) => openSealed(KEY, sealed),
  merchantId: REQUEST.merchantId,
  nowMs: NOW_MS,
}

/** What is inside an honest notification. */
const INSIDE = {
  mchid: REQUEST.merchantId,
  transaction_id: '4200000000202601010000000001',
  out_trade_no: REQUEST.outTradeNo,
  refund_id: '50000000382019052709732678859',
  out_refund_no: REQUEST.outRefundNo,
  refund_status: 'SUCCESS',
  success_time: '2026-01-02T10:00:00+08:00',
  user_received_account: ACCOUNT,
  amount: { total: 1_230, refund: 430, payer_total: 1_200, payer_refund: 420 },
}

type Made = {
  readonly inside?: unknown
  readonly key?: Buffer
  readonly associatedData?: string
  readonly eventType?: string
}

/** The body of a notification: `inside`, sealed. */
function seal(made: Made = {}): object {
  const { inside = INSIDE, key = KEY, associatedData = 'refund' } = made
  const nonce = 'fdasflkja484'
  const cipher = createCipheriv('aes-256-gcm', key, nonce)
  cipher.setAAD(Buffer.from(associatedData))
  const text = typeof inside === 'string' ? inside : JSON.stringify(inside)
  const sealed = [cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]
  return {
    id: 'EV-2018022511223320873',
    create_time: '2026-01-02T10:00:01+08:00',
    event_type: made.eventType ?? 'REFUND.SUCCESS',
    resource_type: 'encrypt-resource',
    summary: '退款成功',
    resource: {
      original_type: 'refund',
      algorithm: 'AEAD_AES_256_GCM',
      ciphertext: Buffer.concat(sealed).toString('base64'),
      associated_data: associatedData,
      nonce,
    },
  }
}

/** A notification signed over `body`. */
function post(body: unknown, key = platform.privateKey, timestampS = NOW_MS / 1_000) {
  const bytes = Buffer.from(typeof body === 'string' ? body : JSON.stringify(body))
  const message = Buffer.concat([Buffer.from(`${timestampS}\nn0nce\n`), bytes, Buffer.from('\n')])
  const headers = {
    'wechatpay-timestamp': String(timestampS),
    'wechatpay-nonce': 'n0nce',
    'wechatpay-serial': SERIAL,
    'wechatpay-signature': sign('sha256', message, key).toString('base64'),
  }
  return { headers, body: bytes }
}

const read = (notice: Pick<RawAnswer, 'headers' | 'body'>) => readRefundNotice(notice, tools)
const fault = (error: string) => ({ ok: false, error })

describe('an honest notification', () => {
  test.each([
    ['SUCCESS', 'refunded'],
    ['ABNORMAL', 'abnormal'],
    ['CLOSED', 'closed'],
  ])('of %s is %s', (status, state) => {
    const inside = { ...INSIDE, refund_status: status }
    const notice = read(post(seal({ inside, eventType: `REFUND.${status}` })))
    expect(notice).toEqual({
      ok: true,
      value: {
        merchantId: REQUEST.merchantId,
        outTradeNo: REQUEST.outTradeNo,
        outRefundNo: REQUEST.outRefundNo,
        refundId: INSIDE.refund_id,
        state,
        totalFen: 1_230,
        refundFen: 430,
        ...(state === 'refunded' ? { refundedAt: INSIDE.success_time } : {}),
      },
    })
    // P6: where the money went is not kept.
    expect(JSON.stringify(notice)).not.toContain(ACCOUNT)
  })

  test('may be sealed without associated data', () => {
    const body = without(seal({ associatedData: '' }), 'resource.associated_data')
    expect(read(post(body)).ok).toBe(true)
  })

  test('of the vectors is read', (context) => {
    type Vector = {
      readonly api_v3_key: string
      readonly refund_callback: { headers: Record<string, string>; body: string }
    }
    const vectors = needVectors<Vector>(context, 'v3-codepay-derived.json')
    const java = needVectors<{ wechatpay_public_key_pem: string; wechatpay_serial: string }>(
      context,
      'v3-rsa.wechatpay-java.json',
    )
    const { headers, body } = vectors.refund_callback
    const lower = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value])
    const published = signatureCheck(createPublicKey(java.wechatpay_public_key_pem))
    const key = Buffer.from(vectors.api_v3_key)
    const notice = readRefundNotice(
      { headers: Object.fromEntries(lower), body: Buffer.from(body) },
      {
        keys: { find: (serial) => (serial === java.wechatpay_serial ? published : undefined) },
        open: (sealed) => openSealed(key, sealed),
        merchantId: '1900007291',
        nowMs: 1_554_209_980_000,
      },
    )
    expect(notice).toEqual({
      ok: true,
      value: {
        merchantId: '1900007291',
        outTradeNo: 'POS20260101000001',
        outRefundNo: 'R20260101000001',
        refundId: '50000000000000000000000000001',
        state: 'refunded',
        totalFen: 1,
        refundFen: 1,
        refundedAt: '2026-01-01T10:00:00+08:00',
      },
    })
  })
})

describe('is not believed', () => {
  test('without a signature, or with the wrong one', () => {
    const good = post(seal())
    expect(read({ ...good, headers: {} })).toEqual(fault('unsigned'))
    expect(read(post(seal(), stranger.privateKey))).toEqual(fault('wrong'))
    const body = Buffer.concat([good.body, Buffer.from(' ')])
    expect(read({ ...good, body })).toEqual(fault('wrong'))
    const signature = 'WECHATPAY/SIGNTEST/dGhpcyBpcyBub3QgYSBzaWduYXR1cmU'
    const headers = { ...good.headers, 'wechatpay-signature': signature }
    expect(read({ ...good, headers })).toEqual(fault('probe'))
    const unknown = { ...good.headers, 'wechatpay-serial': 'FFFF' }
    expect(read({ ...good, headers: unknown })).toEqual(fault('unknown_serial'))
  })

  test('outside the window in which a notification is not a replay', () => {
    for (const awayS of [-300, 300]) {
      const notice = post(seal(), platform.privateKey, NOW_MS / 1_000 + awayS)
      expect(read(notice)).toEqual(fault('clock_off'))
    }
  })

  test('sealed with another key, or changed inside the seal', () => {
    const other = Buffer.from('vutsrqponmlkjihgfedcba9876543210')
    expect(read(post(seal({ key: other })))).toEqual(fault('not_opened'))
    expect(read(post(withField(seal(), 'resource.associated_data', 'x')))).toEqual(
      fault('not_opened'),
    )
    expect(read(post(withField(seal(), 'resource.nonce', 'fdasflkja485')))).toEqual(
      fault('not_opened'),
    )
    expect(read(post(withField(seal(), 'resource.ciphertext', '')))).toEqual(fault('not_opened'))
  })

  test('of another merchant', () => {
    const inside = { ...INSIDE, mchid: '1900007292' }
    expect(read(post(seal({ inside })))).toEqual(fault('other_merchant'))
  })

  test('when outside and inside do not say the same', () => {
    const inside = { ...INSIDE, refund_status: 'CLOSED' }
    expect(read(post(seal({ inside })))).toEqual(fault('contradiction'))
    expect(read(post(seal({ eventType: 'TRANSACTION.SUCCESS' })))).toEqual(fault('contradiction'))
  })

  const OUTSIDE: readonly [string, unknown][] = [
    ['event_type', 1],
    ['resource_type', 'plain'],
    ['resource.original_type', 'transaction'],
    ['resource.algorithm', 'AEAD_SM4_GCM'],
    ['resource.nonce', ''],
    ['resource', null],
  ]
  test.each(OUTSIDE)('with another %s outside', (field, value) => {
    expect(read(post(withField(seal(), field, value)))).toEqual(fault('unreadable'))
  })

  const WITHIN: readonly [string, unknown][] = [
    ['mchid', 1_900_007_291],
    ['out_trade_no', 'A B'],
    ['out_refund_no', 'R/1'],
    ['refund_id', ''],
    ['refund_status', 'PROCESSING'],
    ['amount.total', '1230'],
    ['amount.total', 429],
    ['amount.refund', 0],
    ['amount.refund', -1],
    ['amount.refund', 0.5],
    ['amount', null],
  ]
  test.each(WITHIN)('with a %s of %j inside, or none', (field, value) => {
    for (const inside of [withField(INSIDE, field, value), without(INSIDE, field)]) {
      expect(read(post(seal({ inside })))).toEqual(fault('unreadable'))
    }
  })

  test.each(['', '{', 'null', '[]', '"x"'])('when it is %j, outside or inside', (text) => {
    expect(read(post(text))).toEqual(fault('unreadable'))
    expect(read(post(seal({ inside: text })))).toEqual(fault('unreadable'))
  })

  test('when one bit of it is flipped', () => {
    const good = post(seal())
    const bit = fc.integer({ min: 0, max: good.body.length * 8 - 1 })
    fc.assert(
      fc.property(bit, (at) => {
        const body = Buffer.from(good.body)
        body[at >> 3] = (body[at >> 3] ?? 0) ^ (1 << (at & 7))
        expect(read({ ...good, body })).toEqual(fault('wrong'))
      }),
    )
  })

  test('P4: when one bit is flipped inside the seal, however it is signed', () => {
    const whole = seal() as { resource: { ciphertext: string } }
    const bytes = Buffer.from(whole.resource.ciphertext, 'base64')
    const bit = fc.integer({ min: 0, max: bytes.length * 8 - 1 })
    fc.assert(
      fc.property(bit, (at) => {
        const changed = Buffer.from(bytes)
        changed[at >> 3] = (changed[at >> 3] ?? 0) ^ (1 << (at & 7))
        const body = withField(whole, 'resource.ciphertext', changed.toString('base64'))
        expect(read(post(body))).toEqual(fault('not_opened'))
      }),
      { numRuns: 50 },
    )
  })
})
