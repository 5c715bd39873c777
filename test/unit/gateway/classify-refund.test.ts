import { generateKeyPairSync, sign } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ERRORS } from '../../../src/domain/errors.ts'
import { classifyRefund, type RefundQuestion } from '../../../src/gateway/classify-refund.ts'
import { CODE_TABLE, type RefundCall } from '../../../src/gateway/code-table.ts'
import { signatureCheck } from '../../../src/gateway/node/signatures.ts'
import { type Verdict, verify } from '../../../src/gateway/verify.ts'
import type { RefundAnswer } from '../../../src/ports/gateway.ts'
import { rawAnswer, withField, without } from './answers.ts'
import { ACCOUNT, REFUND_BODY, REQUEST } from './refunds.ts'

const VERIFIED: Verdict = { kind: 'verified' }
const UNSIGNED: Verdict = { kind: 'unsigned' }
const WRONG: Verdict = { kind: 'failed', fault: 'wrong' }
const CALLS: readonly RefundCall[] = ['refund', 'refund_query']

type Given = {
  readonly call?: RefundCall
  readonly verdict?: Verdict
  readonly resent?: boolean
}

function read(status: number, body: unknown, given: Given = {}): RefundAnswer {
  const { call = 'refund', verdict = VERIFIED, resent = false } = given
  const question: RefundQuestion = { call, request: REQUEST, resent }
  return classifyRefund({ kind: 'answered', answer: rawAnswer(status, body), verdict }, question)
}

/** What an error answer comes to: its kind and its cause. */
function refusal(status: number, code: string, given: Given = {}): string {
  const answer = read(status, { code, message: 'm' }, { verdict: UNSIGNED, ...given })
  return 'cause' in answer ? `${answer.kind} ${answer.cause}` : answer.kind
}

describe('a refund', () => {
  test.each([
    ['SUCCESS', 'refunded'],
    ['PROCESSING', 'processing'],
    ['ABNORMAL', 'abnormal'],
    ['CLOSED', 'closed'],
  ] as const)('%s in a verified answer that equals the request is %s', (status, state) => {
    for (const call of CALLS) {
      const answer = read(200, { ...REFUND_BODY, status }, { call })
      expect(answer).toMatchObject({ kind: 'refund', state, refundId: REFUND_BODY.refund_id })
      // Only what is done has a time at which it was done.
      expect('refundedAt' in answer).toBe(state === 'refunded')
    }
  })

  test('needs no more than number, order, amounts, state and the number of the gateway', () => {
    const bare = {
      refund_id: REFUND_BODY.refund_id,
      out_refund_no: REQUEST.outRefundNo,
      out_trade_no: REQUEST.outTradeNo,
      status: 'SUCCESS',
      amount: { total: REQUEST.totalFen, refund: REQUEST.refundFen },
    }
    expect(read(200, bare)).toEqual({
      kind: 'refund',
      status: 200,
      wireCode: 'SUCCESS',
      state: 'refunded',
      refundId: REFUND_BODY.refund_id,
    })
    expect(read(200, { ...bare, mchid: REQUEST.merchantId }).kind).toBe('refund')
  })

  const OTHERS: readonly [field: string, other: unknown][] = [
    ['out_refund_no', 'GR01J0000000ABCDEFGHJKMN-2'],
    ['out_trade_no', 'OTHER123'],
    ['amount.total', 1_231],
    ['amount.refund', 1_230],
  ]
  test.each(OTHERS)('%s missing or different is not this refund', (field, other) => {
    const isMoney = field.startsWith('amount')
    const variants = [
      without(REFUND_BODY, field),
      withField(REFUND_BODY, field, other),
      withField(REFUND_BODY, field, null),
      withField(REFUND_BODY, field, isMoney ? '430' : 430),
    ]
    for (const body of variants) {
      for (const call of CALLS) {
        const answer = read(200, body, { call })
        expect(answer).toMatchObject({ kind: 'unknown', sent: true })
        const causes = ['gateway.mismatch', 'gateway.unreadable']
        expect(causes).toContain(answer.kind === 'unknown' ? answer.cause : '')
      }
    }
  })

  test('another currency or merchant is not this refund', () => {
    for (const [field, value] of [
      ['amount.currency', 'HKD'],
      ['mchid', '1900007292'],
    ] as const) {
      const answer = read(200, withField(REFUND_BODY, field, value))
      expect(answer).toMatchObject({ kind: 'unknown', cause: 'gateway.mismatch' })
    }
    expect(read(200, without(REFUND_BODY, 'amount'))).toMatchObject({ cause: 'gateway.mismatch' })
  })

  test('P4: without a number of the gateway, or without a state, it is unknown', () => {
    for (const field of ['refund_id', 'status']) {
      const answer = read(200, without(REFUND_BODY, field))
      expect(answer).toMatchObject({ kind: 'unknown', cause: 'gateway.unreadable' })
    }
    expect(read(200, withField(REFUND_BODY, 'refund_id', '')).kind).toBe('unknown')
  })

  test.each(['REFUNDED', 'success', 'FAIL', 'CHANGE', '', '__proto__'])(
    'P4: a state of %j is unknown',
    (status) => {
      const answer = read(200, { ...REFUND_BODY, status })
      expect(answer).toMatchObject({ kind: 'unknown', cause: 'gateway.unknown_code' })
    },
  )

  test('P4: unsigned and wrongly signed answers are unknown', () => {
    for (const verdict of [UNSIGNED, WRONG]) {
      for (const call of CALLS) {
        const answer = read(200, REFUND_BODY, { call, verdict })
        expect(answer).toMatchObject({
          kind: 'unknown',
          cause: 'gateway.bad_signature',
          sent: true,
        })
      }
    }
  })

  test('P4: only a 200 can be a refund', () => {
    for (let status = 100; status < 600; status += 1) {
      if (status === 200) continue
      for (const call of CALLS) expect(read(status, REFUND_BODY, { call }).kind).toBe('unknown')
    }
  })

  test('no mutation of an honest answer to another number or amount is a refund', () => {
    const wrong = fc.oneof(
      fc.string(),
      fc.integer(),
      fc.double(),
      fc.constantFrom(null, true, '430', [430], {}, 430.000001, -430, 1_230, 1e21),
    )
    const field = fc.constantFrom(
      ...(['out_refund_no', 'out_trade_no', 'amount.total', 'amount.refund'] as const),
    )
    const honest = {
      out_refund_no: REQUEST.outRefundNo,
      out_trade_no: REQUEST.outTradeNo,
      'amount.total': REQUEST.totalFen,
      'amount.refund': REQUEST.refundFen,
    }
    fc.assert(
      fc.property(field, wrong, fc.constantFrom(...CALLS), (name, value, call) => {
        fc.pre(value !== honest[name])
        return read(200, withField(REFUND_BODY, name, value), { call }).kind === 'unknown'
      }),
      { numRuns: 2_000 },
    )
  })
})

describe('an answer that was signed and then changed', () => {
  const serial = '5DEA10EF55877E3CF6C33255C2E7DEFFF7E427EC'
  const nowMs = 1_767_225_600_000
  const platform = generateKeyPairSync('rsa', { modulusLength: 2_048 })
  const check = signatureCheck(platform.publicKey)
  const keys = { find: (named: string) => (named === serial ? check : undefined) }
  const body = Buffer.from(JSON.stringify(REFUND_BODY))
  const message = Buffer.concat([Buffer.from(`${nowMs / 1_000}\nn0nce\n`), body, Buffer.from('\n')])
  const headers = {
    'wechatpay-timestamp': String(nowMs / 1_000),
    'wechatpay-nonce': 'n0nce',
    'wechatpay-serial': serial,
    'wechatpay-signature': sign('sha256', message, platform.privateKey).toString('base64'),
  }
  const judge = (changed: Buffer) => {
    const answer = { status: 200, headers, body: changed }
    const verdict = verify(answer, keys, nowMs)
    const question: RefundQuestion = { call: 'refund_query', request: REQUEST, resent: false }
    return classifyRefund({ kind: 'answered', answer, verdict }, question).kind
  }

  test('P4: unchanged it is a refund, with any bit flipped it is unknown', () => {
    expect(judge(body)).toBe('refund')
    for (let at = 0; at < body.length * 8; at += 1) {
      const changed = Buffer.from(body)
      changed[at >> 3] = (changed[at >> 3] ?? 0) ^ (1 << (at & 7))
      expect(judge(changed), `bit ${at}`).toBe('unknown')
    }
  })

  test('P4: cut anywhere it is unknown', () => {
    for (let end = 0; end < body.length; end += 1) {
      expect(judge(body.subarray(0, end)), `cut at ${end}`).toBe('unknown')
    }
  })
})

describe('codes of a refund', () => {
  test.each([
    ['NOT_ENOUGH', 403, 'refused refund.merchant_funds'],
    ['NOTENOUGH', 403, 'refused refund.merchant_funds'],
    ['USER_ACCOUNT_ABNORMAL', 403, 'refused refund.account_abnormal'],
    ['PARAM_ERROR', 400, 'refused refund.refused'],
    ['INVALID_REQUEST', 400, 'refused refund.refused'],
    ['REFUND_FEE_MISMATCH', 400, 'unknown gateway.not_settled'],
    ['TRADE_OVERDUE', 400, 'refused refund.refused'],
    ['RESOURCE_NOT_EXISTS', 404, 'refused refund.refused'],
    ['MCH_NOT_EXISTS', 404, 'refused refund.not_authorised'],
    ['NO_AUTH', 403, 'refused refund.not_authorised'],
    ['SIGN_ERROR', 401, 'refused refund.sign_error'],
    ['FREQUENCY_LIMITED', 429, 'unknown gateway.busy'],
    ['SYSTEM_ERROR', 500, 'unknown gateway.server_error'],
    ['SERVICE_UNAVAILABLE', 503, 'unknown gateway.server_error'],
    ['SOMETHING_NEW', 400, 'unknown gateway.unknown_code'],
    ['not_enough', 403, 'unknown gateway.unknown_code'],
    ['__proto__', 403, 'unknown gateway.unknown_code'],
  ])('%s under %i is %s', (code, status, meaning) => {
    expect(refusal(status, code)).toBe(meaning)
  })

  test('every code in every spelling means the same under every client error that counts', () => {
    for (const { codes, meaning } of CODE_TABLE.refund) {
      for (const code of codes) {
        for (const status of code === 'RESOURCE_NOT_EXISTS' ? [404] : [400, 401, 403]) {
          const answer = read(status, { code, message: 'm' }, { verdict: UNSIGNED })
          expect(answer).toMatchObject({ ...meaning, wireCode: code, wireText: 'm' })
        }
      }
    }
  })

  test('P4: no code is definite under a status that proves nothing', () => {
    // What these two speak of is missing, and the documents give them this status.
    const missing = ['RESOURCE_NOT_EXISTS', 'MCH_NOT_EXISTS']
    for (const code of CODE_TABLE.refund.flatMap(({ codes }) => codes)) {
      for (const status of [301, 302, 404, 405, 408, 409, 410, 429, 500, 502, 503, 504]) {
        if (status === 404 && missing.includes(code)) continue
        expect(refusal(status, code)).toMatch(/^unknown /)
      }
    }
  })

  test('P4: INVALID_REQUEST is not definite once the request may have been there before', () => {
    const given = { resent: true }
    expect(refusal(400, 'INVALID_REQUEST', given)).toBe('unknown gateway.not_settled')
    expect(refusal(400, 'PARAM_ERROR', given)).toBe('refused refund.refused')
  })

  test('P4: an error whose signature is there and wrong is not believed', () => {
    for (const [status, code] of [
      [403, 'NOT_ENOUGH'],
      [404, 'RESOURCE_NOT_EXISTS'],
    ] as const) {
      for (const call of CALLS) {
        const given = { verdict: WRONG, call }
        expect(refusal(status, code, given)).toBe('unknown gateway.bad_signature')
      }
    }
  })
})

describe('codes of a question after a refund', () => {
  const call = 'refund_query'

  test('no such refund is not_found, on 404 only', () => {
    expect(refusal(404, 'RESOURCE_NOT_EXISTS', { call })).toBe('not_found')
    for (const status of [400, 401, 403, 409, 410, 429, 500]) {
      expect(refusal(status, 'RESOURCE_NOT_EXISTS', { call })).toMatch(/^unknown /)
    }
    expect(refusal(404, 'ORDER_NOT_EXIST', { call })).toMatch(/^unknown /)
    expect(read(404, '', { call, verdict: UNSIGNED }).kind).toBe('unknown')
  })

  test('P4: whatever refuses to answer it says nothing about the money', () => {
    const rows = [...CODE_TABLE.refund, ...CODE_TABLE.refund_query, ...CODE_TABLE.charge]
    for (const code of rows.flatMap(({ codes }) => codes)) {
      for (const status of [400, 401, 403, 404, 409, 429, 500, 503]) {
        const answer = read(status, { code }, { call, verdict: UNSIGNED })
        expect(answer.kind).not.toBe('refused')
        if (answer.kind === 'unknown') expect(ERRORS[answer.cause].moneyTaken).toBe('unknown')
      }
    }
    for (const code of ['PARAM_ERROR', 'SIGN_ERROR', 'NO_AUTH']) {
      expect(refusal(401, code, { call })).toBe('unknown gateway.check_refused')
    }
    expect(refusal(404, 'MCH_NOT_EXISTS', { call })).toBe('unknown gateway.check_refused')
  })
})

describe('P4: what cannot be read', () => {
  test.each(['', '{', 'null', '[]', '"SUCCESS"', '1', '<xml/>', '\u0000'])(
    'P4: body %j is unknown',
    (body) => {
      for (const call of CALLS) {
        for (const status of [200, 202, 204, 400, 403, 404, 500]) {
          expect(read(status, body, { call }).kind).toBe('unknown')
        }
      }
    },
  )

  test('P4: any bytes give an answer, and none of them a refund', () => {
    const status = fc.integer({ min: 100, max: 599 })
    fc.assert(
      fc.property(fc.string(), status, (body, code) => {
        expect(read(code, body).kind).toBe('unknown')
      }),
    )
  })

  test('P4: a transport failure keeps its cause and says whether it was sent', () => {
    for (const sent of [true, false]) {
      const question: RefundQuestion = { call: 'refund', request: REQUEST, resent: false }
      const answer = classifyRefund({ kind: 'failed', cause: 'gateway.cut_off', sent }, question)
      expect(answer).toEqual({ kind: 'unknown', cause: 'gateway.cut_off', sent })
    }
  })
})

test('P6: where the money went never leaves the client', () => {
  for (const body of [REFUND_BODY, withField(REFUND_BODY, 'amount.refund', 1)]) {
    expect(JSON.stringify(read(200, body))).not.toContain(ACCOUNT)
  }
})
