import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Sandbox } from '../../src/sandbox/node/sandbox.ts'
import { startSandbox } from '../../src/sandbox/node/sandbox.ts'
import { magicAmountFen } from '../../src/sandbox/scenarios.ts'
import { freshCode, jsonOf, VirtualClock, WireClient } from './sandbox-client.ts'
import type { V2Answer } from './sandbox-v2-client.ts'
import { chargeFields, issueCertificate, toXml, V2Client } from './sandbox-v2-client.ts'

const START_MS = Date.parse('2026-05-06T07:08:09Z')
const DAY_MS = 86_400_000

let dir: string
let clock: VirtualClock
let sandbox: Sandbox
let v3: WireClient
let v2: V2Client

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'guitai-sandbox-'))
  clock = new VirtualClock(START_MS)
  sandbox = await startSandbox({ dir, clock })
  v3 = new WireClient(dir, sandbox.origin, clock)
  v2 = new V2Client(dir, v3)
})

afterAll(async () => {
  v2.close()
  await sandbox.close()
  rmSync(dir, { recursive: true, force: true })
})

let orders = 0
const newOrder = (): string => {
  orders += 1
  return `V2-${orders}-ORDER`
}
const amountOf = (scenario: string): number => magicAmountFen(scenario) ?? 0
const rowOf = (order: string) => sandbox.ledger().find((row) => row.outTradeNo === order)
const failed = ({ wire, fields, signature }: V2Answer) => ({
  status: wire.status,
  signature,
  result: fields?.result_code,
  code: fields?.err_code,
})
const refusal = (code: string) => ({ status: 200, signature: 'good', result: 'FAIL', code })

describe('a v2 charge', () => {
  it.each(['MD5', 'HMAC-SHA256'] as const)('is paid and answered, signed with %s', async (type) => {
    v2.signType = type
    const order = newOrder()
    const { wire, fields, signature } = await v2.charge(order, 1234, { fields: { attach: 'A&B' } })
    expect(wire.status).toBe(200)
    expect(wire.headers['wechatpay-signature']).toBeUndefined()
    expect(signature).toBe('good')
    expect(fields).toMatchObject({
      return_code: 'SUCCESS',
      return_msg: 'OK',
      result_code: 'SUCCESS',
      appid: 'wxsandbox00000001',
      mch_id: '1900000001',
      device_info: 'POS01',
      is_subscribe: 'N',
      trade_type: 'MICROPAY',
      bank_type: 'OTHERS',
      fee_type: 'CNY',
      total_fee: '1234',
      cash_fee: '1234',
      out_trade_no: order,
      attach: 'A&B',
      time_end: '20260506150809',
    })
    expect(fields?.transaction_id).toMatch(/^42000\d{23}$/)
    expect(fields?.nonce_str).toMatch(/^[0-9a-f]{32}$/)
    expect(rowOf(order)).toMatchObject({ state: 'SUCCESS', amountFen: 1234, charges: 1 })
    v2.signType = 'HMAC-SHA256'
  })

  it('sent again is told again; with another code it is ORDERPAID', async () => {
    const fields = chargeFields(newOrder(), 100)
    const sending = { fields }
    const first = await v2.send('/pay/micropay', sending)
    const again = await v2.send('/pay/micropay', sending)
    expect(again.fields?.transaction_id).toBe(first.fields?.transaction_id)
    expect(again.fields?.nonce_str).not.toBe(first.fields?.nonce_str)
    const other = { fields: { ...fields, auth_code: freshCode() } }
    expect(failed(await v2.send('/pay/micropay', other))).toEqual(refusal('ORDERPAID'))
    expect(rowOf(fields.out_trade_no ?? '')?.charges).toBe(1)
  })

  it('under the number of an unpaid order is OUT_TRADE_NO_USED, of a reversed one ORDERREVERSED', async () => {
    const order = newOrder()
    await v2.charge(order, amountOf('not_enough'))
    const another = await v2.charge(order, amountOf('not_enough'))
    expect(failed(another)).toEqual(refusal('OUT_TRADE_NO_USED'))
    await v2.reverse(order)
    const late = await v2.charge(order, amountOf('not_enough'))
    expect(failed(late)).toEqual(refusal('ORDERREVERSED'))
  })

  it('of a code used on v3 is refused', async () => {
    const code = freshCode()
    await v3.charge(newOrder(), 100, { code })
    const answer = await v2.charge(newOrder(), 100, { fields: { auth_code: code } })
    expect(failed(answer)).toEqual(refusal('AUTH_CODE_INVALID'))
  })

  it('asks for the password above 1000.00 yuan', async () => {
    const order = newOrder()
    const answer = await v2.charge(order, 100_001)
    expect(failed(answer)).toEqual(refusal('USERPAYING'))
    expect(answer.fields?.err_code_des).toBe('需要用户输入支付密码')
    const waiting = await v2.query(order)
    expect(waiting.fields).toMatchObject({ result_code: 'SUCCESS', trade_state: 'USERPAYING' })
    clock.advance(8000)
    expect((await v2.query(order)).fields).toMatchObject({
      trade_state: 'SUCCESS',
      total_fee: '100001',
    })
  })
})

describe('limit_pay', () => {
  it('is kept on the order and shown on the control surface', async () => {
    const [limited, free] = [newOrder(), newOrder()]
    await v2.charge(limited, 100, { fields: { limit_pay: 'no_credit' } })
    await v2.charge(free, 100)
    const answer = await v3.send({
      method: 'GET',
      path: '/sandbox/ledger',
      auth: { whole: `Bearer ${sandbox.controlToken}` },
    })
    const { orders: rows } = jsonOf(answer) as { orders: { outTradeNo: string }[] }
    const shown = (order: string) => rows.find(({ outTradeNo }) => outTradeNo === order)
    expect(shown(limited)).toMatchObject({ limitPay: 'no_credit' })
    expect(shown(free)).toMatchObject({ limitPay: null })
  })

  it('refuses a customer who has only credit, as often as asked, and nobody else', async () => {
    const amountFen = amountOf('credit_only')
    const order = newOrder()
    const fields = { ...chargeFields(order, amountFen), limit_pay: 'no_credit' }
    for (const sending of [{ fields }, { fields }]) {
      expect(failed(await v2.send('/pay/micropay', sending))).toEqual(refusal('NOTSUPORTCARD'))
    }
    expect(rowOf(order)).toMatchObject({ state: 'NOTPAY', charges: 0 })
    expect((await v2.charge(newOrder(), amountFen)).fields?.result_code).toBe('SUCCESS')
    expect((await v3.charge(newOrder(), amountFen)).status).toBe(200)
  })
})

describe('what is not trusted or not understood', () => {
  const path = '/pay/micropay'
  const untrusted = async (sending: { body?: string; method?: string }) => {
    const answer = await v2.send(path, { fields: {}, ...sending })
    expect(answer.wire.status).toBe(200)
    expect(answer.wire.headers['content-type']).toBe('text/plain')
    expect(answer.fields?.return_code).toBe('FAIL')
    expect(Object.keys(answer.fields ?? {})).toEqual(['return_code', 'return_msg'])
    return answer.fields?.return_msg
  }

  it('is answered unsigned, with return_code FAIL', async () => {
    const order = newOrder()
    const good = v2.signed(chargeFields(order, 100))
    expect(await untrusted({ body: toXml({ ...good, total_fee: '1' }) })).toBe('签名错误')
    expect(await untrusted({ body: toXml({ ...good, sign: '' }) })).toBe('签名错误')
    expect(await untrusted({ body: toXml({ ...good, sign_type: 'RSA' }) })).toBe('签名错误')
    expect(await untrusted({ body: toXml({ ...good, sign_type: 'MD5' }) })).toBe('签名错误')
    expect(await untrusted({ body: toXml({ ...good, mch_id: '1900000002' }) })).toMatch('mch_id')
    expect(await untrusted({ body: toXml({ ...good, mch_id: '' }) })).toMatch('mch_id')
    expect(await untrusted({ body: JSON.stringify(good) })).toBe('XML格式错误')
    expect(await untrusted({ body: `<!DOCTYPE xml>${toXml(good)}` })).toBe('XML格式错误')
    expect(await untrusted({ body: '' })).toBe('XML格式错误')
    expect(await untrusted({ body: toXml({ ...good, body: '\u{fffd}' }) })).toBe('编码格式错误')
    expect(await untrusted({ method: 'PUT' })).toBe('请使用post方法')
    expect(rowOf(order)).toBeUndefined()
    expect((await v2.send(path, { fields: {}, body: toXml(good) })).fields?.result_code).toBe(
      'SUCCESS',
    )
  })

  it.each([
    ['body', '', 'LACK_PARAMS'],
    ['total_fee', '', 'LACK_PARAMS'],
    ['nonce_str', '', 'LACK_PARAMS'],
    ['auth_code', '', 'LACK_PARAMS'],
    ['spbill_create_ip', '', 'LACK_PARAMS'],
    ['total_fee', '0', 'PARAM_ERROR'],
    ['total_fee', '1.00', 'PARAM_ERROR'],
    ['total_fee', '-1', 'PARAM_ERROR'],
    ['out_trade_no', 'a b', 'PARAM_ERROR'],
    ['out_trade_no', 'x'.repeat(33), 'PARAM_ERROR'],
    ['body', '字'.repeat(129), 'PARAM_ERROR'],
    ['limit_pay', 'no_debit', 'PARAM_ERROR'],
    ['fee_type', 'USD', 'PARAM_ERROR'],
    ['time_expire', '20260506', 'PARAM_ERROR'],
    ['auth_code', '13000000000000000', 'AUTH_CODE_ERROR'],
    ['auth_code', '280000000000000001', 'AUTH_CODE_INVALID'],
    ['appid', 'wxsandbox00000002', 'APPID_MCHID_NOT_MATCH'],
  ])('%s = "%s" is %s, signed', async (name, value, code) => {
    const order = newOrder()
    const answer = await v2.charge(order, 100, { fields: { [name]: value } })
    expect(failed(answer)).toEqual(refusal(code))
    expect(rowOf(order)).toBeUndefined()
  })

  it('leaves other paths and the v3 calls as they were', async () => {
    const closing = await v2.send('/pay/closeorder', { fields: { out_trade_no: newOrder() } })
    expect(closing.wire.status).toBe(404)
    expect((await v3.send({ method: 'POST', path: '/v3/pay/micropay' })).status).toBe(404)
  })
})

describe('a v2 query', () => {
  it('by transaction_id goes before out_trade_no', async () => {
    const order = newOrder()
    const transactionId = (await v2.charge(order, 100)).fields?.transaction_id ?? ''
    const fields = { transaction_id: transactionId, out_trade_no: 'V2-ANOTHER' }
    const found = await v2.send('/pay/orderquery', { fields })
    expect(found.fields).toMatchObject({ out_trade_no: order, trade_state: 'SUCCESS' })
  })

  it('of an order nobody knows is ORDERNOTEXIST, without a number LACK_PARAMS', async () => {
    expect(failed(await v2.query(newOrder()))).toEqual(refusal('ORDERNOTEXIST'))
    const none = await v2.send('/pay/orderquery', { fields: {} })
    expect(failed(none)).toEqual(refusal('LACK_PARAMS'))
    const wrong = await v2.send('/pay/orderquery', { fields: { transaction_id: '4200001' } })
    expect(failed(wrong)).toEqual(refusal('ORDERNOTEXIST'))
  })

  it('of what is not paid tells number, attach and state only', async () => {
    const order = newOrder()
    await v2.charge(order, amountOf('not_enough'), { fields: { attach: 'X' } })
    const { fields, signature } = await v2.query(order)
    expect(signature).toBe('good')
    expect(Object.keys(fields ?? {}).sort()).toEqual(
      [
        ...['appid', 'attach', 'mch_id', 'nonce_str', 'out_trade_no', 'result_code'],
        ...['return_code', 'return_msg', 'sign', 'trade_state', 'trade_state_desc'],
      ].sort(),
    )
    expect(fields?.trade_state).toBe('NOTPAY')
  })
})

describe('one ledger under both versions', () => {
  it('a v2 order is queried, reversed and known to v3', async () => {
    const order = newOrder()
    const charged = await v2.charge(order, 321)
    expect(jsonOf(await v3.query(order))).toMatchObject({
      trade_state: 'SUCCESS',
      transaction_id: charged.fields?.transaction_id,
      amount: { total: 321 },
    })
    clock.advance(15_000)
    expect((await v3.reverse(order)).status).toBe(200)
    expect((await v2.query(order)).fields?.trade_state).toBe('REVOKED')
  })

  it('a v3 order is queried and reversed by v2, and its number is taken', async () => {
    const order = newOrder()
    const charged = jsonOf(await v3.charge(order, 321))
    expect((await v2.query(order)).fields).toMatchObject({
      trade_state: 'SUCCESS',
      total_fee: '321',
      transaction_id: charged?.transaction_id,
    })
    expect(failed(await v2.charge(order, 321))).toEqual(refusal('ORDERPAID'))
    clock.advance(15_000)
    expect((await v2.reverse(order)).fields).toMatchObject({ result_code: 'SUCCESS', recall: 'N' })
    expect(jsonOf(await v3.query(order))?.trade_state).toBe('REVOKED')
    expect(rowOf(order)).toMatchObject({ state: 'REVOKED', charges: 1, returned: true })
  })

  it('one script chooses for both', async () => {
    sandbox.script([{ match: { nth: 2 }, scenario: 'rule_limit' }])
    expect((await v3.charge(newOrder(), 100)).status).toBe(200)
    expect(failed(await v2.charge(newOrder(), 100))).toEqual(refusal('RULELIMIT'))
    sandbox.script([])
  })
})

describe('a v2 reversal', () => {
  it('by transaction_id alone gives the money back, and twice is as once', async () => {
    const order = newOrder()
    const transactionId = (await v2.charge(order, 100)).fields?.transaction_id ?? ''
    clock.advance(15_000)
    for (const agent of [v2.agentWith(), v2.agentWith()]) {
      const fields = { transaction_id: transactionId }
      const answer = await v2.send('/secapi/pay/reverse', { fields, agent })
      expect(answer.signature).toBe('good')
      expect(answer.fields).toMatchObject({ result_code: 'SUCCESS', recall: 'N' })
    }
    expect(rowOf(order)).toMatchObject({ state: 'REVOKED', returned: true })
  })

  it('while the customer confirms is USERPAYING, to be called again', async () => {
    const order = newOrder()
    await v2.charge(order, amountOf('password_none'))
    const early = await v2.reverse(order)
    expect(failed(early)).toEqual(refusal('USERPAYING'))
    expect(early.fields?.recall).toBe('Y')
    clock.advance(45_000)
    expect((await v2.reverse(order)).fields).toMatchObject({ result_code: 'SUCCESS', recall: 'N' })
    expect(rowOf(order)).toMatchObject({ state: 'REVOKED', charges: 0, returned: false })
  })

  it('earlier than 15 s is done, and noted', async () => {
    const order = newOrder()
    await v2.charge(order, 100)
    expect((await v2.reverse(order)).fields?.result_code).toBe('SUCCESS')
    expect(sandbox.requests(1)[0]?.verdict).toBe('reversed_early')
  })

  it.each([
    ['after seven days', 'ok', 7 * DAY_MS + 1, 'REVERSE_EXPIRE'],
    ['of a refunded order', 'refunded_later', 10_000, 'TRADE_STATE_ERROR'],
  ])('%s is refused, not to be called again', async (_, scenario, waitMs, code) => {
    const order = newOrder()
    await v2.charge(order, amountOf(scenario))
    clock.advance(waitMs)
    const answer = await v2.reverse(order)
    expect(failed(answer)).toEqual(refusal(code))
    expect(answer.fields?.recall).toBe('N')
    expect(rowOf(order)?.state).not.toBe('REVOKED')
  })

  it('of an order nobody knows is INVALID_TRANSACTIONID', async () => {
    const answer = await v2.reverse(newOrder())
    expect(failed(answer)).toEqual(refusal('INVALID_TRANSACTIONID'))
    expect(answer.fields?.recall).toBe('N')
  })
})

describe('a folder made before there was an authority', () => {
  it('goes on with the certificate it has, and gets a v2 key', async () => {
    const old = mkdtempSync(join(tmpdir(), 'guitai-sandbox-'))
    const made = await startSandbox({ dir: old, clock })
    await made.close()
    for (const name of ['merchant_ca.pem', 'merchant_ca_key.pem', 'apiv2.key']) {
      rmSync(join(old, name))
    }
    const again = await startSandbox({ dir: old, clock })
    const client = new V2Client(old, new WireClient(old, again.origin, clock))
    const order = newOrder()
    await client.charge(order, 100)
    expect((await client.reverse(order)).fields?.result_code).toBe('SUCCESS')
    const stranger = await client.reverse(order, { agent: v2.agentWith() })
    expect(stranger.fields?.return_msg).toMatch('证书出错')
    client.close()
    await again.close()
    rmSync(old, { recursive: true, force: true })
  })
})

describe('the client certificate', () => {
  const inForce = () => ({ fromMs: clock.nowMs() - DAY_MS, toMs: clock.nowMs() + DAY_MS })
  const counted = async () => {
    const answer = await v3.send({
      method: 'GET',
      path: '/sandbox/client-certificates',
      auth: { whole: `Bearer ${sandbox.controlToken}` },
    })
    return jsonOf(answer) as { refused: Record<string, number> }
  }

  it('AC-14d/service refuses a reversal without one, and with any but the merchant’s; each is counted', async () => {
    const order = newOrder()
    await v2.charge(order, 100)
    const merchantId = '1900000001'
    const past = { fromMs: clock.nowMs() - 2 * DAY_MS, toMs: clock.nowMs() - DAY_MS }
    const future = { fromMs: clock.nowMs() + DAY_MS, toMs: clock.nowMs() + 2 * DAY_MS }
    const wanted = [
      { merchantId, ...inForce(), by: 'stranger' },
      { merchantId, ...past, by: 'sandbox' },
      { merchantId, ...future, by: 'sandbox' },
      { merchantId: '1900000002', ...inForce(), by: 'sandbox' },
    ] as const
    const pairs = await Promise.all(wanted.map((each) => issueCertificate(dir, each)))
    const agents = [undefined, ...pairs.map((pair) => v2.agentWith(pair))]
    const messages = []
    for (const agent of agents) {
      const sending = { fields: { out_trade_no: order }, ...(agent ? { agent } : {}) }
      const answer = await v2.send('/secapi/pay/reverse', sending)
      expect(answer.wire.status).toBe(200)
      expect(answer.signature).toBe('none')
      expect(answer.fields?.return_code).toBe('FAIL')
      messages.push(answer.fields?.return_msg)
    }
    expect(messages).toEqual([
      '证书未提供',
      '证书出错，请登录微信支付商户平台下载证书',
      '证书已过期',
      '证书已过期',
      '证书与商户号不匹配',
    ])
    expect(rowOf(order)?.state).toBe('SUCCESS')
    expect((await counted()).refused).toEqual({
      client_certificate_missing: 1,
      client_certificate_foreign: 1,
      client_certificate_expired: 2,
      client_certificate_other_merchant: 1,
    })
  })

  it('may be a renewed one of the same merchant', async () => {
    const order = newOrder()
    await v2.charge(order, 100)
    const pair = await issueCertificate(dir, {
      merchantId: '1900000001',
      ...inForce(),
      by: 'sandbox',
    })
    const answer = await v2.reverse(order, { agent: v2.agentWith(pair) })
    expect(answer.fields?.result_code).toBe('SUCCESS')
  })

  it('is checked by the clock of the sandbox', async () => {
    const order = newOrder()
    await v2.charge(order, 100)
    sandbox.setClockSkew(6 * 365 * DAY_MS)
    const answer = await v2.reverse(order)
    sandbox.setClockSkew(0)
    expect(answer.fields?.return_msg).toBe('证书已过期')
  })

  it('does not stand in for the signature', async () => {
    const order = newOrder()
    await v2.charge(order, 100)
    const body = toXml({ ...v2.signed({ out_trade_no: order }), out_trade_no: `${order}X` })
    expect((await v2.reverse(order, { body })).fields?.return_msg).toBe('签名错误')
  })

  it('is still known when a TLS session is taken up again', async () => {
    const order = newOrder()
    await v2.charge(order, 100)
    const agent = v2.agentWith()
    const reused: boolean[] = []
    agent.on('keylog', (_line, socket) => {
      socket.once('secureConnect', () => reused.push(socket.isSessionReused()))
    })
    for (let index = 0; index < 2; index += 1) {
      expect((await v2.reverse(order, { agent })).fields?.result_code).toBe('SUCCESS')
    }
    expect(reused.at(-1)).toBe(true)
  })

  it('is neither needed nor in the way elsewhere', async () => {
    const order = newOrder()
    const agent = v2.agentWith()
    expect((await v2.charge(order, 100, { agent })).fields?.result_code).toBe('SUCCESS')
    expect((await v2.query(order)).fields?.trade_state).toBe('SUCCESS')
    const path = `/v3/pay/transactions/out-trade-no/${order}?mchid=1900000001`
    expect((await v3.send({ method: 'GET', path, agent })).status).toBe(200)
    expect((await v3.query(order)).status).toBe(200)
  })
})
