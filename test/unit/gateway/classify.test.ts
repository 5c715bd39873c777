import { describe, expect, test } from 'vitest'
import { ERRORS } from '../../../src/domain/errors.ts'
import { classify, type Question } from '../../../src/gateway/classify.ts'
import { type Call, CODE_TABLE, meaningOf } from '../../../src/gateway/code-table.ts'
import type { Verdict } from '../../../src/gateway/verify.ts'
import type { GatewayAnswer } from '../../../src/ports/gateway.ts'
import { EXPECTED, OPEN_ID, PAID_BODY, rawAnswer, withField, without } from './answers.ts'

const VERIFIED: Verdict = { kind: 'verified' }
const UNSIGNED: Verdict = { kind: 'unsigned' }
const WRONG: Verdict = { kind: 'failed', fault: 'wrong' }
const CALLS: readonly Call[] = ['charge', 'query', 'reverse']

type Given = {
  readonly call?: Call
  readonly verdict?: Verdict
  readonly resent?: boolean
}

function read(status: number, body: unknown, given: Given = {}): GatewayAnswer {
  const { call = 'charge', verdict = VERIFIED, resent = false } = given
  const question: Question = { call, expected: EXPECTED, resent }
  return classify({ kind: 'answered', answer: rawAnswer(status, body), verdict }, question)
}

describe('P3: paid', () => {
  test('P3: a verified answer that equals the attempt is paid', () => {
    for (const call of ['charge', 'query'] as const) {
      expect(read(200, PAID_BODY, { call })).toMatchObject({
        kind: 'paid',
        outTradeNo: EXPECTED.outTradeNo,
        amountFen: 1_230,
        payerTotalFen: 1_200,
        transactionId: PAID_BODY.transaction_id,
        paidAt: '2026-01-01T10:00:00+08:00',
        refunded: false,
      })
    }
    const refunded = withField(PAID_BODY, 'trade_state', 'REFUND')
    expect(read(200, refunded, { call: 'query' })).toMatchObject({ kind: 'paid', refunded: true })
  })

  const FIELDS = ['out_trade_no', 'mchid', 'appid', 'amount.total'] as const
  test.each(FIELDS)('P3: %s missing or different is not paid', (field) => {
    const other = field === 'amount.total' ? 1_231 : 'OTHER123'
    const variants = [
      without(PAID_BODY, field),
      withField(PAID_BODY, field, other),
      withField(PAID_BODY, field, null),
      withField(PAID_BODY, field, field === 'amount.total' ? '1230' : 1_230),
    ]
    for (const body of variants) {
      const answer = read(200, body)
      expect(answer).toMatchObject({ kind: 'unknown', sent: true })
      expect(['gateway.mismatch', 'gateway.unreadable']).toContain(
        answer.kind === 'unknown' ? answer.cause : '',
      )
    }
  })

  test('P3: another currency, no amount, or no transaction id is not paid', () => {
    const foreign = withField(PAID_BODY, 'amount.currency', 'HKD')
    expect(read(200, foreign)).toMatchObject({ kind: 'unknown', cause: 'gateway.mismatch' })
    expect(read(200, without(PAID_BODY, 'amount'))).toMatchObject({ cause: 'gateway.mismatch' })
    const bare = without(PAID_BODY, 'transaction_id')
    expect(read(200, bare)).toMatchObject({ kind: 'unknown', cause: 'gateway.unreadable' })
  })

  test('AC-14b P3: unsigned and wrongly signed answers are not paid', () => {
    for (const verdict of [UNSIGNED, WRONG]) {
      for (const call of CALLS) {
        expect(read(200, PAID_BODY, { call, verdict })).toMatchObject({
          kind: 'unknown',
          cause: 'gateway.bad_signature',
          sent: true,
        })
      }
    }
  })

  test('P3: only a 2xx can be paid', () => {
    for (let status = 300; status < 600; status += 1) {
      expect(read(status, PAID_BODY, { call: 'query' }).kind).toBe('unknown')
    }
  })

  test('P3: a reversal is never paid', () => {
    expect(read(200, PAID_BODY, { call: 'reverse' })).toMatchObject({
      kind: 'unknown',
      cause: 'gateway.not_settled',
    })
  })
})

describe('paying', () => {
  const SHAPES: readonly [number, unknown][] = [
    [202, { trade_state: 'USERPAYING' }],
    [202, { code: 'USERPAYING', message: '需要用户输入支付密码' }],
    [202, {}],
    [202, ''],
    [200, { ...PAID_BODY, trade_state: 'USERPAYING' }],
  ]
  test.each(SHAPES)('a verified %i %j is paying', (status, body) => {
    expect(read(status, body).kind).toBe('paying')
  })

  test.each(SHAPES)('P4: an unsigned %i %j is unknown', (status, body) => {
    const answer = read(status, body, { verdict: UNSIGNED })
    expect(answer).toMatchObject({ kind: 'unknown', cause: 'gateway.bad_signature' })
  })

  test('P4: paying for another order is unknown', () => {
    const body = { trade_state: 'USERPAYING', out_trade_no: 'OTHER123' }
    expect(read(202, body)).toMatchObject({ kind: 'unknown', cause: 'gateway.mismatch' })
  })

  test('P4: USERPAYING in an unsigned error of a charge is unknown', () => {
    const answer = read(400, { code: 'USERPAYING' }, { verdict: UNSIGNED })
    expect(answer.kind).toBe('unknown')
  })

  test('a reversal refused with USERPAYING is paying: not reversed', () => {
    const body = { code: 'USERPAYING', message: '正在支付中不能发起撤销' }
    expect(read(400, body, { call: 'reverse', verdict: UNSIGNED }).kind).toBe('paying')
    expect(read(200, body, { call: 'reverse' }).kind).toBe('paying')
  })

  test('P4: a reversal that may still be under way is unknown, not paying', () => {
    for (const status of [200, 202]) {
      const stated = { ...PAID_BODY, trade_state: 'USERPAYING' }
      expect(read(status, stated, { call: 'reverse' }).kind).toBe('unknown')
    }
    for (const body of ['', {}, { code: 'USERPAYING' }, { trade_state: 'USERPAYING' }]) {
      expect(read(202, body, { call: 'reverse' }).kind).toBe('unknown')
    }
  })
})

describe('states of a query', () => {
  test.each([
    ['NOTPAY', 'unpaid'],
    ['ACCEPT', 'unpaid'],
    ['PAYERROR', 'failed'],
    ['REVOKED', 'closed'],
    ['CLOSED', 'closed'],
    ['USERPAYING', 'paying'],
  ] as const)('%s is %s when verified and ours', (state, kind) => {
    const bare = { mchid: EXPECTED.merchantId, out_trade_no: EXPECTED.outTradeNo }
    const body = { ...bare, trade_state: state, trade_state_desc: 'x' }
    expect(read(200, body, { call: 'query' }).kind).toBe(kind)
    expect(read(200, body, { call: 'query', verdict: UNSIGNED }).kind).toBe('unknown')
    const others = { ...body, out_trade_no: 'OTHER123' }
    expect(read(200, others, { call: 'query' })).toMatchObject({ cause: 'gateway.mismatch' })
    if (kind !== 'paying') {
      for (const field of ['mchid', 'out_trade_no']) {
        const answer = read(200, without(body, field), { call: 'query' })
        expect(answer).toMatchObject({ kind: 'unknown', cause: 'gateway.mismatch' })
      }
    }
  })

  test('P4: a state nobody knows is unknown', () => {
    const body = withField(PAID_BODY, 'trade_state', 'PAID')
    expect(read(200, body)).toMatchObject({ kind: 'unknown', cause: 'gateway.unknown_code' })
  })
})

describe('reversal', () => {
  const REVERSED = {
    appid: EXPECTED.appId,
    mchid: EXPECTED.merchantId,
    out_trade_no: EXPECTED.outTradeNo,
  }
  test('is done by a verified 200 that names our order, or a verified empty 204', () => {
    expect(read(200, REVERSED, { call: 'reverse' }).kind).toBe('reversed')
    expect(read(204, '', { call: 'reverse' }).kind).toBe('reversed')
  })

  test('P4: is not done otherwise', () => {
    const call = 'reverse'
    expect(read(200, REVERSED, { call, verdict: UNSIGNED }).kind).toBe('unknown')
    expect(read(204, '', { call, verdict: WRONG }).kind).toBe('unknown')
    for (const field of ['mchid', 'out_trade_no']) {
      expect(read(200, without(REVERSED, field), { call }).kind).toBe('unknown')
      expect(read(200, withField(REVERSED, field, 'OTHER123'), { call }).kind).toBe('unknown')
    }
    expect(read(200, '', { call }).kind).toBe('unknown')
    expect(read(204, '', { call: 'charge' }).kind).toBe('unknown')
    expect(read(201, REVERSED, { call }).kind).toBe('unknown')
  })
})

describe('error codes', () => {
  const refusals = CODE_TABLE.charge.filter(({ meaning }) => meaning.kind === 'refused')

  test('every definite refusal of a charge says that nothing was charged, in each spelling', () => {
    for (const { codes, meaning } of refusals) {
      for (const code of codes) {
        const answer = read(403, { code, message: 'm' }, { verdict: UNSIGNED })
        expect(answer).toMatchObject({ kind: 'refused', wireCode: code, wireText: 'm' })
        if (meaning.kind !== 'refused') continue
        expect(answer).toMatchObject({ cause: meaning.cause })
        expect(ERRORS[meaning.cause].moneyTaken).toBe('no')
      }
    }
  })

  test('P4: no code is definite under a status that proves nothing', () => {
    for (const { codes } of refusals) {
      for (const status of [404, 405, 408, 409, 410, 429, 500, 502, 503, 504, 301, 302, 307]) {
        const answer = read(status, { code: codes[0] }, { verdict: UNSIGNED })
        expect(answer).toMatchObject({ kind: 'unknown', sent: true })
      }
    }
  })

  test('P4: codes that speak of an earlier request are never definite', () => {
    const given = { verdict: UNSIGNED }
    for (const code of ['OUT_TRADE_NO_USED', 'ORDER_PAID', 'ORDERPAID']) {
      expect(read(403, { code }, given).kind).toBe('unknown')
    }
    expect(read(400, { code: 'INVALID_REQUEST' }, given).kind).toBe('refused')
    expect(read(400, { code: 'INVALID_REQUEST' }, { ...given, resent: true }).kind).toBe('unknown')
  })

  test('P4: a code of no table, in any spelling of case, is unknown and kept as text', () => {
    for (const code of ['SOMETHING_NEW', 'not_enough', 'NOT_ENOUGH ', '__proto__', 'toString']) {
      const answer = read(403, { code, message: '新' }, { verdict: UNSIGNED })
      expect(answer).toMatchObject({ kind: 'unknown', cause: 'gateway.unknown_code' })
    }
    expect(read(403, { code: 'SOMETHING_NEW' }, { verdict: UNSIGNED })).toMatchObject({
      wireCode: 'SOMETHING_NEW',
    })
  })

  test('P4: an error whose signature is there and wrong is not believed', () => {
    const answer = read(403, { code: 'NOT_ENOUGH' }, { verdict: WRONG })
    expect(answer).toMatchObject({ kind: 'unknown', cause: 'gateway.bad_signature' })
    expect(read(403, { code: 'NOT_ENOUGH' }, { verdict: VERIFIED }).kind).toBe('refused')
  })

  test('P4: a query or reversal is never refused, and its cause leaves the money unknown', () => {
    for (const call of ['query', 'reverse'] as const) {
      for (const { codes } of [...CODE_TABLE.charge, ...CODE_TABLE[call]]) {
        for (const code of codes) {
          for (const status of [400, 401, 403, 404, 409, 429, 500]) {
            const answer = read(status, { code }, { call, verdict: UNSIGNED })
            expect(answer.kind).not.toBe('refused')
            if (answer.kind !== 'unknown') continue
            expect(ERRORS[answer.cause].moneyTaken).toBe('unknown')
          }
        }
      }
    }
  })

  test('no such order is not_found on 404 only, and never for a charge', () => {
    for (const code of ['ORDER_NOT_EXIST', 'ORDERNOTEXIST']) {
      for (const call of ['query', 'reverse'] as const) {
        expect(read(404, { code }, { call, verdict: UNSIGNED }).kind).toBe('not_found')
        expect(read(400, { code }, { call, verdict: UNSIGNED }).kind).toBe('unknown')
      }
      expect(read(404, { code }, { verdict: UNSIGNED }).kind).toBe('unknown')
    }
    expect(read(404, '', { call: 'query', verdict: UNSIGNED }).kind).toBe('unknown')
  })
})

describe('P4: what cannot be read', () => {
  test.each(['', '{', 'null', '[]', '"SUCCESS"', '1', '<xml/>', '\u0000'])(
    'P4: body %j is unknown',
    (body) => {
      for (const call of CALLS) {
        for (const status of [200, 202, 400, 403, 404, 500]) {
          if (call === 'charge' && status === 202 && body === '') continue
          expect(read(status, body, { call }).kind).toBe('unknown')
        }
      }
    },
  )

  test('P4: a body that is not UTF-8 is unknown', () => {
    const body = Buffer.from(JSON.stringify(PAID_BODY))
    body[body.indexOf('支')] = 0xff
    const answer = { status: 200, headers: {}, body }
    const question: Question = { call: 'charge', expected: EXPECTED, resent: false }
    expect(classify({ kind: 'answered', answer, verdict: VERIFIED }, question)).toMatchObject({
      kind: 'unknown',
      cause: 'gateway.unreadable',
    })
  })

  test('P4: a transport failure keeps its cause and says whether it was sent', () => {
    const question: Question = { call: 'charge', expected: EXPECTED, resent: false }
    for (const sent of [true, false]) {
      const answer = classify({ kind: 'failed', cause: 'gateway.cut_off', sent }, question)
      expect(answer).toEqual({ kind: 'unknown', cause: 'gateway.cut_off', sent })
    }
  })
})

describe('P6: what leaves the client', () => {
  test('P6: no payer identifier and no code, wherever the gateway puts them', () => {
    const code = '130061098828009406'
    const texts = [
      JSON.stringify(read(200, PAID_BODY)),
      JSON.stringify(read(403, { code: 'NOT_ENOUGH', message: `code ${code} of ${OPEN_ID}` })),
      JSON.stringify(read(403, { code, message: 'm' })),
      JSON.stringify(read(200, withField(PAID_BODY, 'trade_state_desc', `${code},${OPEN_ID}`))),
    ]
    for (const text of texts) {
      expect(text).not.toContain(code)
      expect(text).not.toContain(OPEN_ID)
    }
  })

  test('text is stripped of control characters and cut to 200', () => {
    const message = `a\u0000\u001b[31m\u202eb\n${'长'.repeat(500)}`
    const answer = read(403, { code: 'NOT_ENOUGH', message })
    expect(answer.wireText).toHaveLength(200)
    expect(answer.wireText).not.toMatch(/\p{C}/u)
  })
})

describe('a reversal that is refused for good', () => {
  const REFUSALS = ['TRADE_ERROR', 'TRADE_STATE_ERROR', 'REVERSE_EXPIRE', 'USER_ACCOUNT_ABNORMAL']
  test.each(REFUSALS)('%s is named, and settles nothing', (wireCode) => {
    const refusal = { status: 403, wireCode, resent: false }
    expect(meaningOf('reverse', refusal)).toEqual({
      kind: 'unknown',
      cause: 'gateway.reverse_refused',
    })
    expect(meaningOf('reverse', { ...refusal, status: 500 }).kind).toBe('unknown')
    expect(meaningOf('query', refusal)).not.toMatchObject({ cause: 'gateway.reverse_refused' })
  })
})
