import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Sandbox } from '../../src/sandbox/node/sandbox.ts'
import { startSandbox } from '../../src/sandbox/node/sandbox.ts'
import type { Sending } from './sandbox-client.ts'
import { chargeBody, jsonOf, VirtualClock, WireClient } from './sandbox-client.ts'

const START_MS = Date.parse('2026-05-06T07:08:09Z')
const REFUNDS = '/v3/refund/domestic/refunds'
const CODEPAY = '/v3/pay/transactions/codepay'

let dir: string
let clock: VirtualClock
let sandbox: Sandbox
let client: WireClient

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'guitai-sandbox-'))
  clock = new VirtualClock(START_MS)
  sandbox = await startSandbox({ dir, clock })
  client = new WireClient(dir, sandbox.origin, clock)
})

afterAll(async () => {
  await sandbox.close()
  rmSync(dir, { recursive: true, force: true })
})

let orders = 0
const newOrder = (): string => {
  orders += 1
  return `CT-${orders}-ORDER`
}
const charge = (patch: Partial<Sending> = {}): Sending => ({
  method: 'POST',
  path: CODEPAY,
  body: JSON.stringify(chargeBody(newOrder(), 100)),
  ...patch,
})
const certificates = (patch: Partial<Sending> = {}): Sending => ({
  method: 'GET',
  path: '/v3/certificates',
  ...patch,
})
const seconds = (offset: number): string => String(START_MS / 1000 + offset)
const MALFORMED = 'Http头Authorization值格式错误，请参考《微信支付商户REST API签名规则》'
const STALE = 'Http头Authorization中的timestamp与发起请求的时间不得超过5分钟'

type Expected = {
  status: number
  code?: string
  message?: string
  errno?: number | null
}

describe('the order of checks', () => {
  const garbage = { signature: 'AAAA' }
  const cases: [string, () => Sending, Expected][] = [
    ['unknown path, empty', () => charge({ path: '/v3/nothing' }), { status: 404, errno: null }],
    [
      'unknown path before a missing Authorization',
      () => charge({ path: '/v3/nothing', auth: { whole: null } }),
      { status: 404 },
    ],
    ['wrong method, empty', () => charge({ method: 'PUT' }), { status: 405, errno: null }],
    [
      'wrong method before a missing Authorization',
      () => charge({ method: 'PUT', auth: { whole: null } }),
      { status: 405 },
    ],
    [
      'no Accept on certificates before a missing Authorization',
      () => certificates({ headers: { Accept: '' }, auth: { whole: null } }),
      { status: 400, code: 'INVALID_REQUEST', message: 'Http头缺少Accept或User-Agent' },
    ],
    [
      'no User-Agent on refunds',
      () => ({
        method: 'POST',
        path: '/v3/refund/domestic/refunds',
        body: '{}',
        headers: { 'User-Agent': '' },
      }),
      { status: 400, code: 'INVALID_REQUEST' },
    ],
    [
      'no User-Agent on a refund query',
      () => ({ method: 'GET', path: `${REFUNDS}/R1`, headers: { 'User-Agent': '' } }),
      { status: 400, code: 'INVALID_REQUEST', message: 'Http头缺少Accept或User-Agent' },
    ],
    [
      'refunds without Authorization',
      () => ({ method: 'POST', path: REFUNDS, body: '{}', auth: { whole: null } }),
      { status: 401, code: 'SIGN_ERROR', message: MALFORMED, errno: 268443699 },
    ],
    [
      'a wrong signature of a refund before its fields',
      () => ({ method: 'POST', path: REFUNDS, body: '{}', auth: garbage }),
      { status: 401, code: 'SIGN_ERROR', message: '签名错误' },
    ],
    [
      'a refund that is no JSON',
      () => ({ method: 'POST', path: REFUNDS, body: '[' }),
      { status: 400, code: 'PARAM_ERROR', message: '请求体不是合法的JSON' },
    ],
    [
      'a refund query without a number, empty',
      () => ({ method: 'GET', path: REFUNDS }),
      { status: 405, errno: null },
    ],
    [
      'settling an abnormal refund, which the sandbox does not offer',
      () => ({ method: 'POST', path: `${REFUNDS}/5000/apply-abnormal-refund`, body: '{}' }),
      { status: 403, code: 'NO_AUTH' },
    ],
    [
      'no User-Agent on a charge is nothing',
      () => charge({ headers: { 'User-Agent': '' } }),
      { status: 200 },
    ],
    ['any Accept will do', () => certificates({ headers: { Accept: '*/*' } }), { status: 200 }],
    [
      'certificates without Authorization',
      () => certificates({ auth: { whole: null } }),
      { status: 401, code: 'SIGN_ERROR', message: MALFORMED, errno: 268443699 },
    ],
    [
      'bills without Authorization',
      () => ({
        method: 'GET',
        path: '/v3/bill/fundflowbill?bill_date=2026-05-05',
        auth: { whole: null },
      }),
      { status: 401, code: 'SIGN_ERROR', message: MALFORMED },
    ],
    [
      'a charge without Authorization, no Request-ID',
      () => charge({ auth: { whole: null } }),
      { status: 401, code: 'SIGN_ERROR', message: '签名信息错误，验签失败', errno: null },
    ],
    [
      'a charge with Bearer, no Request-ID',
      () => charge({ auth: { whole: 'Bearer abc' } }),
      { status: 401, code: 'SIGN_ERROR', message: '签名信息错误，验签失败', errno: null },
    ],
    [
      'a malformed Authorization',
      () => charge({ auth: { whole: 'WECHATPAY2-SHA256-RSA2048 mchid=1' } }),
      { status: 401, code: 'SIGN_ERROR', message: MALFORMED },
    ],
    [
      'another scheme of the family',
      () => charge({ auth: { scheme: 'WECHATPAY2-SM2-WITH-SM3' } }),
      { status: 401, code: 'SIGN_ERROR' },
    ],
    [
      'a stale timestamp before a wrong signature',
      () => charge({ auth: { timestamp: seconds(-301), ...garbage } }),
      { status: 401, code: 'SIGN_ERROR', message: STALE },
    ],
    [
      'a timestamp from the future',
      () => charge({ auth: { timestamp: seconds(301) } }),
      { status: 401, code: 'SIGN_ERROR', message: STALE },
    ],
    [
      'a timestamp at the edge',
      () => charge({ auth: { timestamp: seconds(-299) } }),
      { status: 200 },
    ],
    [
      'a wrong serial before a wrong signature',
      () => charge({ auth: { serial: '4'.repeat(40), ...garbage } }),
      { status: 401, code: 'SIGN_ERROR', message: '商户证书序列号有误' },
    ],
    [
      'a wrong signature',
      () => charge({ auth: garbage }),
      { status: 401, code: 'SIGN_ERROR', message: '签名错误', errno: 268443699 },
    ],
    [
      'a wrong signature before another mchid in the body',
      () => charge({ auth: garbage, body: JSON.stringify({ mchid: '1900000002' }) }),
      { status: 401, code: 'SIGN_ERROR', message: '签名错误' },
    ],
    [
      'another mchid in the body before its fields',
      () => charge({ body: JSON.stringify({ mchid: '1900000002' }) }),
      {
        status: 400,
        code: 'PARAM_ERROR',
        message: 'http header中的mchid与post payload中的mchid不匹配',
      },
    ],
    [
      'another mchid in a query',
      () => ({
        method: 'GET',
        path: '/v3/pay/transactions/out-trade-no/ABCDEF?mchid=1900000002',
      }),
      { status: 400, code: 'PARAM_ERROR' },
    ],
    [
      'no mchid in a query',
      () => ({ method: 'GET', path: '/v3/pay/transactions/out-trade-no/ABCDEF' }),
      { status: 400, code: 'PARAM_ERROR' },
    ],
    [
      'a public key id that is not ours',
      () => charge({ headers: { 'Wechatpay-Serial': 'PUB_KEY_ID_0' } }),
      { status: 400, code: 'PARAM_ERROR', message: '平台证书序列号Wechatpay-Serial错误' },
    ],
    [
      'fields after everything else',
      () => charge({ body: JSON.stringify(chargeBody(newOrder(), 1.5)) }),
      { status: 400, code: 'PARAM_ERROR', message: '支付总金额需要使用整数', errno: 268435461 },
    ],
    [
      'closing a payment code order',
      () => ({
        method: 'POST',
        path: '/v3/pay/transactions/out-trade-no/ABCDEF/close',
        body: JSON.stringify({ mchid: '1900000001' }),
      }),
      { status: 400, code: 'INVALID_REQUEST', errno: 268449641 },
    ],
  ]
  it.each(cases)('%s', async (_name, sending, expected) => {
    const answer = await client.send(sending())
    expect(answer.error).toBeUndefined()
    expect(answer.status).toBe(expected.status)
    if (answer.status >= 400) {
      const signed = Object.keys(answer.headers).filter((name) => name.startsWith('wechatpay'))
      expect(signed).toEqual([])
    }
    if (answer.status === 404 || answer.status === 405) expect(answer.body.length).toBe(0)
    if (expected.code) expect(jsonOf(answer)).toMatchObject({ code: expected.code })
    if (expected.message) expect(jsonOf(answer)).toMatchObject({ message: expected.message })
    if (expected.errno === null) expect(answer.headers['request-id']).toBeUndefined()
    if (typeof expected.errno === 'number') {
      expect(answer.headers['request-id']).toMatch(new RegExp(`^08[0-9A-F]+-${expected.errno}$`))
    }
  })

  it('tells what it tried to verify, without the body', async () => {
    const answer = await client.send(charge({ auth: { signature: 'AAAA' } }))
    expect(jsonOf(answer)).toMatchObject({
      detail: {
        field: 'signature',
        location: 'authorization',
        detail: { issue: 'sign not match' },
        sign_information: { method: 'POST', url: CODEPAY },
      },
    })
    expect(answer.body.toString()).not.toContain('auth_code')
  })

  it('answers with the header set of the public host', async () => {
    const { headers } = await client.charge(newOrder(), 100)
    expect(headers).toMatchObject({
      server: 'nginx',
      date: new Date(START_MS).toUTCString(),
      'content-type': 'application/json; charset=utf-8',
      'content-language': 'zh-CN',
      'cache-control': 'no-cache, must-revalidate',
      'x-content-type-options': 'nosniff',
      'wechatpay-signature-type': 'WECHATPAY2-SHA256-RSA2048',
    })
    expect(headers['request-id']).toMatch(/^08[0-9A-F]+-0$/)
  })
})
