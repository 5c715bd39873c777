import { describe, expect, test } from 'vitest'
import { ERRORS } from '../../../../src/domain/errors.ts'
import { classifyV2Order, classifyV2Refund } from '../../../../src/gateway/v2/classify.ts'
import { V2_CODES } from '../../../../src/gateway/v2/codes.ts'
import { createSigner } from '../../../../src/gateway/v2/node/signer.ts'
import type { V2Call } from '../../../../src/gateway/v2/requests.ts'
import type { GatewayAnswer, RefundAnswer } from '../../../../src/ports/gateway.ts'
import { EXPECTED, OPEN_ID, rawAnswer } from '../answers.ts'
import {
  API_V2_KEY,
  COMMON,
  GOOD,
  PAID,
  REFUND,
  REFUND_DONE,
  REFUND_TAKEN,
  refusal,
  SIGNER,
  signedXml,
} from './messages.ts'

type Body = string | Readonly<Record<string, string>>
type OrderCall = 'charge' | 'query' | 'reverse'
type RefundCall = 'refund' | 'refund_query'
type More = { readonly status?: number; readonly resent?: boolean }

function arrival(body: Body, status: number) {
  const text = typeof body === 'string' ? body : signedXml(body)
  return { kind: 'answered' as const, answer: rawAnswer(status, text) }
}

function order(call: OrderCall, body: Body, more: More = {}): GatewayAnswer {
  const { status = 200, resent = false } = more
  const question = { call, expected: EXPECTED, resent, signer: SIGNER }
  return classifyV2Order(arrival(body, status), question)
}

function refund(call: RefundCall, body: Body, more: More = {}): RefundAnswer {
  const { status = 200, resent = false } = more
  const question = { call, request: REFUND, resent, signer: SIGNER }
  return classifyV2Refund(arrival(body, status), question)
}

function ask(call: V2Call, body: Body, more: More = {}): GatewayAnswer | RefundAnswer {
  return call === 'refund' || call === 'refund_query'
    ? refund(call, body, more)
    : order(call, body, more)
}

const without = (fields: Readonly<Record<string, string>>, ...names: string[]) =>
  Object.fromEntries(Object.entries(fields).filter(([name]) => !names.includes(name)))
const state = (trade_state: string) => ({ ...GOOD, out_trade_no: EXPECTED.outTradeNo, trade_state })
const CALLS = Object.keys(V2_CODES) as V2Call[]
const QUERIED = { ...PAID, trade_state: 'SUCCESS', trade_state_desc: '支付成功' }

describe('P3: paid', () => {
  test('P3: a signed answer that equals the attempt is paid', () => {
    const paid = {
      kind: 'paid',
      outTradeNo: EXPECTED.outTradeNo,
      amountFen: 1_230,
      payerTotalFen: 1_200,
      transactionId: PAID.transaction_id,
      paidAt: '2026-01-01T10:00:00+08:00',
      refunded: false,
    }
    expect(order('charge', PAID)).toMatchObject(paid)
    expect(order('query', QUERIED)).toMatchObject(paid)
    const refunded = { ...QUERIED, trade_state: 'REFUND' }
    expect(order('query', refunded)).toMatchObject({ ...paid, refunded: true })
  })

  test.each(['appid', 'mch_id', 'out_trade_no', 'total_fee'])(
    'P3: %s missing or different is not paid',
    (name) => {
      const others = ['OTHER123', '1231', '', '0123', '1230.0', ' 1230']
      const bodies = [without(PAID, name), ...others.map((value) => ({ ...PAID, [name]: value }))]
      for (const body of bodies) {
        const mismatch = { kind: 'unknown', cause: 'gateway.mismatch', sent: true }
        expect(order('charge', body)).toMatchObject(mismatch)
        expect(order('query', { ...body, trade_state: 'SUCCESS' })).toMatchObject(mismatch)
      }
    },
  )

  test('P3: another currency, no transaction number, or a state that disagrees is not paid', () => {
    const bodies = [
      { ...PAID, fee_type: 'HKD' },
      without(PAID, 'transaction_id'),
      { ...PAID, trade_state: 'USERPAYING' },
      { ...PAID, err_code: 'SYSTEMERROR' },
      without(PAID, 'result_code'),
      { ...PAID, result_code: 'OK' },
      without(PAID, 'return_code'),
    ]
    for (const body of bodies) expect(order('charge', body).kind).toBe('unknown')
    // A charge has no state; a question that was answered without one was not answered.
    expect(order('query', PAID)).toMatchObject({ kind: 'unknown', cause: 'gateway.unreadable' })
  })

  test('P3: an answer that is not signed by this key and in this way is not believed', () => {
    const md5 = createSigner(API_V2_KEY, 'MD5')
    const stranger = createSigner(API_V2_KEY.toUpperCase(), 'HMAC-SHA256')
    const bodies = [
      signedXml(PAID, md5),
      signedXml(PAID, stranger),
      signedXml({ ...PAID, sign_type: 'MD5' }),
      signedXml(PAID).replace(/<sign>.*<\/sign>/, ''),
      signedXml(PAID).replace('1230', '1231'),
      signedXml({ ...PAID, attach: 'x&total_fee=1' }),
    ]
    for (const body of bodies) {
      expect(order('charge', body)).toEqual({
        kind: 'unknown',
        cause: 'gateway.bad_signature',
        sent: true,
        status: 200,
      })
    }
    expect(order('charge', signedXml({ ...PAID, sign_type: 'HMAC-SHA256' })).kind).toBe('paid')
  })

  test('P6: nothing of the payer comes out', () => {
    const answers = [order('charge', PAID), order('query', QUERIED)]
    expect(JSON.stringify(answers)).not.toContain(OPEN_ID)
    const done = refund('refund_query', REFUND_DONE)
    expect(done.kind).toBe('refund')
    expect(JSON.stringify(done)).not.toMatch(/招商|0403/)
    const told = order('charge', refusal('AUTH_CODE_INVALID', '付款码 130061098828009406 无效'))
    expect(JSON.stringify(told)).not.toContain('130061098828009406')
  })
})

describe('no flipped byte makes money', () => {
  const honest: readonly [V2Call, Body, string][] = [
    ['charge', PAID, 'paid'],
    ['query', QUERIED, 'paid'],
    ['refund', REFUND_TAKEN, 'refund'],
    ['refund_query', REFUND_DONE, 'refund'],
    ['reverse', { ...GOOD, recall: 'N' }, 'reversed'],
    ['charge', refusal('NOTENOUGH'), 'refused'],
    ['charge', refusal('USERPAYING'), 'paying'],
    ['query', state('NOTPAY'), 'unpaid'],
    ['query', state('REVOKED'), 'closed'],
    ['query', refusal('ORDERNOTEXIST'), 'not_found'],
  ]
  test.each(honest)('P3: every bit of an answer to %s', (call, body, kind) => {
    const bytes = Buffer.from(signedXml(body as Readonly<Record<string, string>>))
    expect(ask(call, bytes.toString()).kind).toBe(kind)
    const believed: string[] = []
    for (let at = 0; at < bytes.length; at += 1) {
      for (let bit = 0; bit < 8; bit += 1) {
        bytes[at] = (bytes[at] ?? 0) ^ (1 << bit)
        const arrived = {
          kind: 'answered' as const,
          answer: { status: 200, headers: {}, body: bytes },
        }
        const about = { resent: false, signer: SIGNER }
        const answer =
          call === 'refund' || call === 'refund_query'
            ? classifyV2Refund(arrived, { ...about, call, request: REFUND })
            : classifyV2Order(arrived, { ...about, call, expected: EXPECTED })
        if (answer.kind !== 'unknown') believed.push(`bit ${bit} of byte ${at}: ${answer.kind}`)
        bytes[at] = (bytes[at] ?? 0) ^ (1 << bit)
      }
    }
    expect(believed).toEqual([])
  })

  test('P3: an answer cut anywhere is not believed', () => {
    const text = signedXml(PAID)
    for (let at = 0; at < text.length; at += 1) {
      expect(order('charge', text.slice(0, at)).kind).toBe('unknown')
    }
  })
})

describe('P4: everything else is unknown', () => {
  test.each([
    [500, 'gateway.server_error'],
    [502, 'gateway.server_error'],
    [429, 'gateway.busy'],
    [403, 'gateway.unreadable'],
    [302, 'gateway.unreadable'],
    [204, 'gateway.unreadable'],
  ])('P4: HTTP %i, even with a good body', (status, cause) => {
    for (const call of CALLS) {
      const body = call === 'refund' ? REFUND_TAKEN : PAID
      expect(ask(call, body, { status })).toMatchObject({ kind: 'unknown', cause, sent: true })
    }
  })

  test.each(['', '{}', '<html></html>', '<xml></xml>', '<xml><return_code>OK</return_code></xml>'])(
    'P4: the body %j',
    (body) => {
      for (const call of CALLS) {
        expect(ask(call, body)).toMatchObject({ kind: 'unknown', cause: 'gateway.unreadable' })
      }
    },
  )

  test('P4: return_code FAIL is unsigned and settles nothing, whatever it says', () => {
    const failed = (text: string) =>
      `<xml><return_code><![CDATA[FAIL]]></return_code>\n<return_msg><![CDATA[${text}]]></return_msg>\n</xml>`
    for (const text of ['签名错误', '证书已过期', '缺少参数', 'SIGNERROR']) {
      const said = { kind: 'unknown', sent: true, wireCode: 'FAIL', wireText: text }
      expect(order('charge', failed(text))).toMatchObject({
        ...said,
        cause: 'gateway.bad_signature',
      })
      for (const call of ['query', 'reverse', 'refund', 'refund_query'] as const) {
        expect(ask(call, failed(text))).toMatchObject({ ...said, cause: 'gateway.check_refused' })
      }
    }
    const lying = `<xml><return_code>FAIL</return_code><result_code>SUCCESS</result_code></xml>`
    for (const call of CALLS) expect(ask(call, lying).kind).toBe('unknown')
  })

  test('P4: a request that got no answer keeps what is known of its sending', () => {
    for (const sent of [true, false]) {
      const failed = { kind: 'failed', cause: 'gateway.timeout', sent } as const
      const expected = { kind: 'unknown', cause: 'gateway.timeout', sent }
      const about = { resent: false, signer: SIGNER }
      expect(classifyV2Order(failed, { ...about, call: 'charge', expected: EXPECTED })).toEqual(
        expected,
      )
      expect(classifyV2Refund(failed, { ...about, call: 'refund', request: REFUND })).toEqual(
        expected,
      )
    }
  })

  test('P4: a code that is in no table', () => {
    for (const call of CALLS) {
      for (const code of ['SOMETHING_NEW', 'toString', '__proto__', 'ERROR']) {
        const answer = ask(call, refusal(code))
        expect(answer).toMatchObject({
          kind: 'unknown',
          cause: 'gateway.unknown_code',
          wireCode: code,
        })
      }
      const nameless = { ...COMMON, result_code: 'FAIL' }
      expect(ask(call, nameless)).toMatchObject({ kind: 'unknown', cause: 'gateway.unreadable' })
    }
  })
})

describe('the code table', () => {
  const rows = CALLS.flatMap((call) =>
    V2_CODES[call].flatMap((row) => row.codes.map((code) => ({ call, code, row }))),
  )

  test.each(rows)('$call $code', ({ call, code, row }) => {
    const answer = ask(call, refusal(code))
    expect(answer).toMatchObject({ ...row.meaning, wireCode: code, wireText: '说明' })
    // Unsigned it says nothing, and neither does it when it is about another merchant or order.
    const unsigned = signedXml(refusal(code)).replace(/<sign>.*<\/sign>/, '')
    expect(ask(call, unsigned)).toMatchObject({ kind: 'unknown', cause: 'gateway.bad_signature' })
    for (const other of [
      { mch_id: '1900000002' },
      { appid: 'wx2' },
      { out_trade_no: 'OTHER123' },
    ]) {
      const answered = ask(call, { ...refusal(code), ...other })
      expect(answered).toMatchObject({ kind: 'unknown', cause: 'gateway.mismatch' })
    }
  })

  test('no code stands twice in a table, and a refused charge moved no money', () => {
    for (const call of CALLS) {
      const codes = V2_CODES[call].flatMap(({ codes }) => codes)
      expect(new Set(codes).size).toBe(codes.length)
    }
    const causes = V2_CODES.charge.flatMap(({ meaning }) =>
      meaning.kind === 'refused' ? [ERRORS[meaning.cause].moneyTaken] : [],
    )
    expect(new Set(causes)).toEqual(new Set(['no']))
  })

  test('questions and reversals are never refused for good', () => {
    for (const call of ['query', 'reverse', 'refund_query'] as const) {
      expect(V2_CODES[call].filter(({ meaning }) => meaning.kind === 'refused')).toEqual([])
    }
  })

  test('what may have been sent before is not refused by INVALID_REQUEST', () => {
    for (const call of ['charge', 'refund'] as const) {
      expect(ask(call, refusal('INVALID_REQUEST')).kind).toBe('refused')
      const again = ask(call, refusal('INVALID_REQUEST'), { resent: true })
      expect(again).toMatchObject({ kind: 'unknown', cause: 'gateway.not_settled' })
    }
  })
})

describe('a query', () => {
  test.each([
    ['USERPAYING', 'paying'],
    ['NOTPAY', 'unpaid'],
    ['ACCEPT', 'unpaid'],
    ['PAYERROR', 'failed'],
    ['REVOKED', 'closed'],
    ['CLOSED', 'closed'],
  ])('trade_state %s is %s', (trade, kind) => {
    expect(order('query', state(trade))).toMatchObject({ kind, wireCode: trade })
    for (const body of [
      without(state(trade), 'out_trade_no'),
      { ...state(trade), out_trade_no: 'OTHER123' },
    ]) {
      expect(order('query', body)).toMatchObject({ kind: 'unknown', cause: 'gateway.mismatch' })
    }
  })

  test('a state nobody knows', () => {
    expect(order('query', state('NEW'))).toMatchObject({ cause: 'gateway.unknown_code' })
  })
})

describe('a reversal', () => {
  test('recall N is reversed, and nothing else is', () => {
    expect(order('reverse', { ...GOOD, recall: 'N' }).kind).toBe('reversed')
    for (const body of [GOOD, { ...GOOD, recall: 'Y' }, { ...GOOD, recall: 'n' }]) {
      expect(order('reverse', body)).toMatchObject({
        kind: 'unknown',
        cause: 'gateway.not_settled',
      })
    }
    const other = { ...GOOD, recall: 'N', out_trade_no: 'OTHER123' }
    expect(order('reverse', other)).toMatchObject({ kind: 'unknown', cause: 'gateway.mismatch' })
  })

  test('while the customer confirms it is refused, whatever recall says', () => {
    for (const recall of ['Y', 'N']) {
      expect(order('reverse', { ...refusal('USERPAYING'), recall }).kind).toBe('paying')
    }
  })
})

describe('a refund', () => {
  test('taken means processing; only the question says that the customer has it', () => {
    const found = { kind: 'refund', refundId: REFUND_TAKEN.refund_id }
    expect(refund('refund', REFUND_TAKEN)).toMatchObject({ ...found, state: 'processing' })
    expect(refund('refund_query', REFUND_DONE)).toMatchObject({
      ...found,
      state: 'refunded',
      refundedAt: '2026-01-02T15:26:26+08:00',
    })
  })

  test.each([
    ['SUCCESS', 'refunded'],
    ['PROCESSING', 'processing'],
    ['CHANGE', 'abnormal'],
    ['REFUNDCLOSE', 'closed'],
  ])('refund_status %s is %s', (wire, expected) => {
    const answer = refund('refund_query', { ...REFUND_DONE, refund_status_1: wire })
    expect(answer).toMatchObject({ kind: 'refund', state: expected, wireCode: wire })
    expect('refundedAt' in answer).toBe(expected === 'refunded')
  })

  test('asked for one refund, the numbers behind the names may be missing', () => {
    const body = {
      ...REFUND_TAKEN,
      refund_status: 'SUCCESS',
      refund_success_time: '2026-01-02 15:26:26',
    }
    expect(refund('refund_query', body)).toMatchObject({ kind: 'refund', state: 'refunded' })
  })

  const FIELDS = ['appid', 'mch_id', 'out_trade_no', 'out_refund_no', 'total_fee', 'refund_fee']
  test.each(FIELDS)('%s missing or different is not believed', (name) => {
    const listed = /refund_(?:no|fee)$/.test(name) ? `${name}_1` : name
    for (const value of [undefined, 'OTHER123', '301', '0300']) {
      const change = (fields: Readonly<Record<string, string>>, field: string) =>
        value === undefined ? without(fields, field) : { ...fields, [field]: value }
      const mismatch = { kind: 'unknown', cause: 'gateway.mismatch', sent: true }
      expect(refund('refund', change(REFUND_TAKEN, name))).toMatchObject(mismatch)
      expect(refund('refund_query', change(REFUND_DONE, listed))).toMatchObject(mismatch)
    }
  })

  test('no number of its own, no status, a status nobody knows, another currency, or twice', () => {
    const twice = { ...REFUND_DONE, out_refund_no_0: REFUND.outRefundNo, refund_fee_0: '300' }
    const cases: readonly [RefundCall, Readonly<Record<string, string>>, string][] = [
      ['refund', without(REFUND_TAKEN, 'refund_id'), 'gateway.unreadable'],
      ['refund', { ...REFUND_TAKEN, refund_fee_type: 'USD' }, 'gateway.mismatch'],
      ['refund_query', without(REFUND_DONE, 'refund_id_1'), 'gateway.unreadable'],
      ['refund_query', without(REFUND_DONE, 'refund_status_1'), 'gateway.unreadable'],
      ['refund_query', { ...REFUND_DONE, refund_status_1: 'NOTSURE' }, 'gateway.unknown_code'],
      ['refund_query', twice, 'gateway.mismatch'],
    ]
    for (const [call, body, cause] of cases) {
      expect(refund(call, body)).toMatchObject({ kind: 'unknown', cause })
    }
  })
})
