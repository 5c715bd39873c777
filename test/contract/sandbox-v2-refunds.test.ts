import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Sandbox } from '../../src/sandbox/node/sandbox.ts'
import { startSandbox } from '../../src/sandbox/node/sandbox.ts'
import { magicRefundFen, REFUND_SCENARIOS } from '../../src/sandbox/refund-scenarios.ts'
import { magicAmountFen } from '../../src/sandbox/scenarios.ts'
import { jsonOf, VirtualClock, WireClient } from './sandbox-client.ts'
import type { Fields, V2Answer } from './sandbox-v2-client.ts'
import { refundFields, V2Client } from './sandbox-v2-client.ts'

const START_MS = Date.parse('2026-05-06T07:08:09Z')
const MINUTE_MS = 60_000
const DAY_MS = 86_400_000
const TOTAL_FEN = 90_000

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

let numbers = 0
const newRefundNo = (): string => {
  numbers += 1
  return `V2R-${numbers}`
}
/** A new order of 900.00 yuan that somebody has paid. */
const paidOrder = async (): Promise<string> => {
  numbers += 1
  const order = `V2R-${numbers}-ORDER`
  const { fields } = await v2.charge(order, TOTAL_FEN)
  if (fields?.result_code !== 'SUCCESS') throw new Error('the charge was not paid')
  return order
}
const rowOf = (order: string) => sandbox.ledger().find((row) => row.outTradeNo === order)
const told = ({ wire, fields, signature }: V2Answer) => ({
  status: wire.status,
  result: fields?.err_code ?? fields?.result_code,
  signature,
})
const refusal = (result: string) => ({ status: 200, result, signature: 'good' })
const statusOf = async (number: string): Promise<unknown> => {
  const { fields } = await v2.queryRefund(number)
  return fields?.refund_status_0 ?? fields?.err_code
}

describe('a v2 refund', () => {
  it('is taken, is on its way, and reaches the customer 3 s later', async () => {
    const order = await paidOrder()
    const number = newRefundNo()
    const taken = await v2.refund(refundFields(order, number, { refund: 400, total: TOTAL_FEN }))
    expect(taken.signature).toBe('good')
    expect(taken.fields).toMatchObject({
      return_code: 'SUCCESS',
      result_code: 'SUCCESS',
      out_trade_no: order,
      out_refund_no: number,
      refund_fee: '400',
      total_fee: '90000',
      cash_fee: '90000',
      cash_refund_fee: '400',
    })
    expect(taken.fields?.refund_id).toMatch(/^50000\d{23}$/)
    expect(taken.fields?.recall).toBeUndefined()
    expect(await statusOf(number)).toBe('PROCESSING')
    clock.advance(3000)
    const done = await v2.queryRefund(number)
    expect(done.signature).toBe('good')
    expect(done.fields).toMatchObject({
      result_code: 'SUCCESS',
      out_trade_no: order,
      transaction_id: taken.fields?.transaction_id,
      total_fee: '90000',
      refund_fee: '400',
      refund_count: '1',
      out_refund_no_0: number,
      refund_id_0: taken.fields?.refund_id,
      refund_fee_0: '400',
      refund_status_0: 'SUCCESS',
      refund_channel_0: 'ORIGINAL',
      refund_recv_accout_0: '支付用户零钱',
      refund_account_0: 'REFUND_SOURCE_UNSETTLED_FUNDS',
    })
    expect(done.fields?.refund_success_time_0).toMatch(/^2026-05-06 15:08:\d\d$/)
    expect((await v2.query(order)).fields).toMatchObject({ trade_state: 'REFUND' })
    expect(rowOf(order)).toMatchObject({ state: 'REFUND', refundedFen: 400, returned: false })
  })

  it('is one, however often it is sent; with another amount it is refused', async () => {
    const order = await paidOrder()
    const fields = refundFields(order, newRefundNo(), { refund: 400, total: TOTAL_FEN })
    const first = await v2.refund(fields)
    const again = await v2.refund(fields)
    expect(again.fields?.refund_id).toBe(first.fields?.refund_id)
    const other = await v2.refund({ ...fields, refund_fee: '401' })
    expect(told(other)).toEqual(refusal('REFUND_FEE_MISMATCH'))
    expect(rowOf(order)?.refunds).toHaveLength(1)
  })

  it('names its order by transaction_id before out_trade_no', async () => {
    const order = await paidOrder()
    const fields = refundFields('V2R-ANOTHER', newRefundNo(), { refund: 400, total: TOTAL_FEN })
    const transactionId = rowOf(order)?.transactionId ?? ''
    const taken = await v2.refund({ ...fields, transaction_id: transactionId })
    expect(taken.fields).toMatchObject({ result_code: 'SUCCESS', out_trade_no: order })
  })

  it('AC-14d/service needs the client certificate, its query does not', async () => {
    const order = await paidOrder()
    const number = newRefundNo()
    const fields = refundFields(order, number, { refund: 400, total: TOTAL_FEN })
    const without = await v2.send('/secapi/pay/refund', { fields })
    expect(without.signature).toBe('none')
    expect(without.fields).toEqual({ return_code: 'FAIL', return_msg: '证书未提供' })
    expect(rowOf(order)?.refunds).toEqual([])
    expect(sandbox.refusedClientCertificates()).toEqual({ client_certificate_missing: 1 })
    expect(told(await v2.queryRefund(number))).toEqual(refusal('REFUNDNOTEXIST'))
  })
})

describe('what a v2 refund is refused for', () => {
  it.each<[string, Fields, string]>([
    ['no refund number', { out_refund_no: '' }, 'LACK_PARAMS'],
    ['no order', { out_trade_no: '' }, 'LACK_PARAMS'],
    ['no amount', { refund_fee: '' }, 'LACK_PARAMS'],
    ['nothing to refund', { refund_fee: '0' }, 'PARAM_ERROR'],
    ['more than the total', { refund_fee: '90001' }, 'PARAM_ERROR'],
    ['another currency', { refund_fee_type: 'USD' }, 'PARAM_ERROR'],
    ['an account nobody knows', { refund_account: 'CASH' }, 'PARAM_ERROR'],
    ['another total', { total_fee: '90001' }, 'REFUND_FEE_MISMATCH'],
    ['another appid', { appid: 'wxsandbox00000002' }, 'APPID_MCHID_NOT_MATCH'],
    ['an order nobody knows', { out_trade_no: 'V2R-NOBODY' }, 'ORDERNOTEXIST'],
    ['a payment nobody knows', { transaction_id: '4200001' }, 'ORDERNOTEXIST'],
  ])('%s', async (_, patch, code) => {
    const order = await paidOrder()
    const fields = refundFields(order, newRefundNo(), { refund: 400, total: TOTAL_FEN })
    expect(told(await v2.refund({ ...fields, ...patch }))).toEqual(refusal(code))
    expect(rowOf(order)).toMatchObject({ state: 'SUCCESS', refunds: [] })
  })

  it('an order that is unpaid, reversed, or too old', async () => {
    const total = magicAmountFen('not_enough') ?? 0
    await v2.charge('V2R-UNPAID', total)
    const unpaid = refundFields('V2R-UNPAID', newRefundNo(), { refund: 1, total })
    expect(told(await v2.refund(unpaid))).toEqual(refusal('ORDERNOTEXIST'))
    const order = await paidOrder()
    clock.advance(15_000)
    await v2.reverse(order)
    const reversed = refundFields(order, newRefundNo(), { refund: 1, total: TOTAL_FEN })
    expect(told(await v2.refund(reversed))).toEqual(refusal('ERROR'))
    const old = await paidOrder()
    clock.advance(365 * DAY_MS + 1)
    const late = refundFields(old, newRefundNo(), { refund: 1, total: TOTAL_FEN })
    expect(told(await v2.refund(late))).toEqual(refusal('TRADE_OVERDUE'))
  })

  it('too soon after another, and more than is left', async () => {
    const order = await paidOrder()
    const ask = (refund: number) =>
      v2.refund(refundFields(order, newRefundNo(), { refund, total: TOTAL_FEN }))
    expect(told(await ask(1000)).result).toBe('SUCCESS')
    expect(told(await ask(1000))).toEqual(refusal('FREQUENCY_LIMITED'))
    clock.advance(MINUTE_MS)
    expect(told(await ask(TOTAL_FEN - 999))).toEqual(refusal('INVALID_REQUEST'))
    expect(told(await ask(TOTAL_FEN - 1000)).result).toBe('SUCCESS')
    clock.advance(3000)
    expect(rowOf(order)).toMatchObject({ refundedFen: TOTAL_FEN, returned: true })
  })
})

describe('one ledger under both versions', () => {
  it('a v2 refund is found by v3, and a v3 refund by v2', async () => {
    const order = await paidOrder()
    const [first, second] = [newRefundNo(), newRefundNo()]
    const taken = await v2.refund(refundFields(order, first, { refund: 100, total: TOTAL_FEN }))
    expect(jsonOf(await v3.queryRefund(first))).toMatchObject({
      refund_id: taken.fields?.refund_id,
      status: 'PROCESSING',
      amount: { refund: 100, total: TOTAL_FEN },
    })
    clock.advance(MINUTE_MS)
    expect((await v3.refund(order, second, { refund: 200, total: TOTAL_FEN })).status).toBe(200)
    expect((await v2.queryRefund(second)).fields).toMatchObject({ refund_fee_0: '200' })
    const again = await v2.refund(refundFields(order, second, { refund: 200, total: TOTAL_FEN }))
    expect(told(again)).toEqual(refusal('REFUND_FEE_MISMATCH'))
    expect(rowOf(order)?.refunds).toHaveLength(2)
    expect(told(await v2.reverse(order))).toEqual(refusal('TRADE_STATE_ERROR'))
  })
})

describe('a question about refunds', () => {
  it('by order tells ten at a time from an offset on', async () => {
    const order = await paidOrder()
    const made = Array.from({ length: 12 }, newRefundNo)
    for (const number of made) {
      await v2.refund(refundFields(order, number, { refund: 100, total: TOTAL_FEN }))
      clock.advance(MINUTE_MS)
    }
    const ask = (more: Fields) => v2.send('/pay/refundquery', { fields: more })
    const all = await ask({ out_trade_no: order })
    expect(all.signature).toBe('good')
    expect(all.fields).toMatchObject({
      total_refund_count: '12',
      refund_count: '10',
      refund_fee: '1200',
      out_refund_no_0: made[0],
      out_refund_no_9: made[9],
    })
    expect(all.fields?.out_refund_no_10).toBeUndefined()
    const transactionId = rowOf(order)?.transactionId ?? ''
    const rest = await ask({ transaction_id: transactionId, offset: '11' })
    expect(rest.fields).toMatchObject({ refund_count: '1', out_refund_no_0: made[11] })
    expect(told(await ask({ out_trade_no: order, offset: '12' }))).toEqual(refusal('PARAM_ERROR'))
    const refundId = rest.fields?.refund_id_0 ?? ''
    const single = await ask({ refund_id: refundId, out_refund_no: 'V2R-ANOTHER' })
    expect(single.fields).toMatchObject({ refund_count: '1', out_refund_no_0: made[11] })
    expect(told(await ask({}))).toEqual(refusal('LACK_PARAMS'))
    expect(told(await ask({ out_trade_no: 'V2R-NOBODY' }))).toEqual(refusal('REFUNDNOTEXIST'))
  })
})

/** What the refund's answer looks like, and whether the ledger has the refund right after it. */
type Seen = {
  readonly status?: number
  readonly error?: string
  readonly signature: 'good' | 'bad' | 'none'
  readonly result?: string
  readonly fields?: Fields
  readonly taken: boolean
}

const good = { signature: 'good', result: 'SUCCESS', taken: true } as const
const no = (result: string) => ({ signature: 'good', result, taken: false }) as const
const lost = { status: 0, error: 'ECONNRESET', signature: 'none' } as const
const unreadable = { signature: 'none', taken: true } as const

/** Scenarios whose answer to the refund differs from a good one. */
const SEEN: Readonly<Record<string, Seen>> = {
  merchant_funds: no('NOTENOUGH'),
  account_abnormal: no('USER_ACCOUNT_ABNORMAL'),
  rate_limited: no('FREQUENCY_LIMITED'),
  rate_limited_taken: { ...good, result: 'FREQUENCY_LIMITED' },
  system_error: no('SYSTEMERROR'),
  system_error_taken: { ...good, result: 'SYSTEMERROR' },
  unavailable: { status: 503, signature: 'none', taken: false },
  request_dropped: { ...lost, taken: false },
  answer_lost: { ...lost, taken: true },
  late_commit: { ...lost, taken: true },
  unsigned: { ...good, signature: 'none' },
  signature_wrong: { ...good, signature: 'bad' },
  serial_wrong: { ...good, signature: 'bad' },
  truncated_json: unreadable,
  cut_body: { ...unreadable, error: 'ECONNRESET' },
  not_json: unreadable,
  html_502: { status: 502, ...unreadable },
  empty_200: unreadable,
  redirect_302: { status: 302, ...unreadable },
  other_amount: {
    ...good,
    fields: { refund_fee: String((magicRefundFen('other_amount') ?? 0) + 1) },
  },
  other_total: { ...good, fields: { total_fee: String(TOTAL_FEN + 1) } },
  other_refund: { ...good, fields: { out_refund_no: 'SANDBOX-ANOTHER-REFUND' } },
  other_order: { ...good, fields: { out_trade_no: 'SANDBOX-ANOTHER-ORDER' } },
  unknown_code: no('SANDBOX_NEVER_HEARD_OF'),
  unknown_code_taken: { ...good, result: 'SANDBOX_NEVER_HEARD_OF' },
}
const IN_TIME = ['answer_delayed', 'slow_headers', 'slow_body']

describe('every refund scenario, on v2', () => {
  const asked = [...REFUND_SCENARIOS.keys()].filter((name) => !IN_TIME.includes(name))

  it.each(asked)('%s', async (name) => {
    const seen: Seen = SEEN[name] ?? good
    const order = await paidOrder()
    const refund = magicRefundFen(name) ?? 0
    const number = newRefundNo()
    const answer = await v2.refund(refundFields(order, number, { refund, total: TOTAL_FEN }))
    expect(answer.wire.error).toBe(seen.error)
    expect(answer.wire.status).toBe(seen.status ?? 200)
    expect(answer.fields?.err_code ?? answer.fields?.result_code).toBe(seen.result)
    expect(answer.signature).toBe(seen.signature)
    if (seen.fields) expect(answer.fields).toMatchObject(seen.fields)
    expect(rowOf(order)?.refunds).toHaveLength(seen.taken ? 1 : 0)
    expect(rowOf(order)?.state).toBe(seen.taken ? 'REFUND' : 'SUCCESS')
  })

  it.each(IN_TIME)('%s', async (name) => {
    const order = await paidOrder()
    const refund = magicRefundFen(name) ?? 0
    const waiting = clock.nextTimer()
    const sending = refundFields(order, newRefundNo(), { refund, total: TOTAL_FEN })
    const pending = v2.refund(sending)
    await waiting
    expect(rowOf(order)?.refunds).toHaveLength(1)
    clock.advance(60_000)
    expect(told(await pending)).toEqual(refusal('SUCCESS'))
  })

  it.each([
    ['abnormal', ['PROCESSING', 'CHANGE', 'CHANGE']],
    ['closed', ['PROCESSING', 'REFUNDCLOSE', 'REFUNDCLOSE']],
    ['abnormal_then_ok', ['PROCESSING', 'CHANGE', 'SUCCESS']],
    ['stuck', ['PROCESSING', 'PROCESSING', 'PROCESSING']],
    ['at_once', ['SUCCESS', 'SUCCESS', 'SUCCESS']],
  ])('%s becomes %j', async (name, statuses) => {
    const order = await paidOrder()
    const number = newRefundNo()
    const refund = magicRefundFen(name) ?? 0
    await v2.refund(refundFields(order, number, { refund, total: TOTAL_FEN }))
    const seen = []
    for (let index = 0; index < 3; index += 1) {
      seen.push(await statusOf(number))
      clock.advance(3000)
    }
    expect(seen).toEqual(statuses)
  })

  it('late_commit is unknown to three queries; errors of queries pass', async () => {
    const ask = async (name: string): Promise<string> => {
      const order = await paidOrder()
      const number = newRefundNo()
      const refund = magicRefundFen(name) ?? 0
      await v2.refund(refundFields(order, number, { refund, total: TOTAL_FEN }))
      return number
    }
    const late = await ask('late_commit')
    const absent = 'REFUNDNOTEXIST'
    for (let index = 0; index < 3; index += 1) expect(await statusOf(late)).toBe(absent)
    expect(await statusOf(late)).toBe('PROCESSING')
    const failing = await ask('query_error')
    expect(await statusOf(failing)).toBe('SYSTEMERROR')
    expect(await statusOf(failing)).toBe('PROCESSING')
    const dropped = await ask('query_lost')
    expect((await v2.queryRefund(dropped)).wire.error).toBe('ECONNRESET')
    const unsigned = await ask('query_unsigned')
    expect((await v2.queryRefund(unsigned)).signature).toBe('none')
    const plain = await ask('ok')
    const headers = { 'Wechatpay-Negative-Test': 'unknown_status' }
    const strange = await v2.queryRefund(plain, { headers })
    expect(strange.signature).toBe('good')
    expect(strange.fields?.refund_status_0).toBe('SANDBOX_NEVER_HEARD_OF')
  })
})
