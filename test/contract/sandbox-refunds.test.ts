import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Sandbox } from '../../src/sandbox/node/sandbox.ts'
import { startSandbox } from '../../src/sandbox/node/sandbox.ts'
import { magicAmountFen } from '../../src/sandbox/scenarios.ts'
import { jsonOf, refundBody, VirtualClock, WireClient } from './sandbox-client.ts'

const START_MS = Date.parse('2026-05-06T07:08:09Z')
const MINUTE_MS = 60_000
const DAY_MS = 86_400_000

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

let numbers = 0
const newRefundNo = (): string => {
  numbers += 1
  return `RF-${numbers}|*@_`
}
/** A new order somebody has paid. */
const paidOrder = async (amountFen: number): Promise<string> => {
  numbers += 1
  const order = `RF-${numbers}-ORDER`
  const answer = await client.charge(order, amountFen)
  if (answer.status !== 200) throw new Error(`the charge was answered ${answer.status}`)
  return order
}
const rowOf = (order: string) => sandbox.ledger().find((row) => row.outTradeNo === order)
const statusOf = async (refundNo: string): Promise<unknown> => {
  const value = jsonOf(await client.queryRefund(refundNo))
  return value?.status ?? value?.code
}

describe('a refund', () => {
  it('is taken, is on its way, and reaches the customer 3 s later', async () => {
    const order = await paidOrder(1_000)
    const number = newRefundNo()
    const taken = await client.refund(order, number, { refund: 400, total: 1_000 })
    expect(taken.status).toBe(200)
    expect(client.signatureOf(taken)).toBe('good')
    const value = jsonOf(taken)
    expect(value).toMatchObject({
      out_refund_no: number,
      out_trade_no: order,
      channel: 'ORIGINAL',
      create_time: '2026-05-06T15:08:09+08:00',
      status: 'PROCESSING',
      funds_account: 'UNSETTLED',
      amount: { total: 1_000, refund: 400, payer_total: 1_000, payer_refund: 400, currency: 'CNY' },
    })
    expect(value?.refund_id).toMatch(/^50000\d{23}$/)
    expect(value?.success_time).toBeUndefined()
    expect(jsonOf(await client.query(order))).toMatchObject({
      trade_state: 'REFUND',
      transaction_id: value?.transaction_id,
      amount: { total: 1_000 },
    })
    clock.advance(2_999)
    expect(await statusOf(number)).toBe('PROCESSING')
    clock.advance(1)
    const done = await client.queryRefund(number)
    expect(client.signatureOf(done)).toBe('good')
    expect(jsonOf(done)).toMatchObject({
      refund_id: value?.refund_id,
      status: 'SUCCESS',
      success_time: '2026-05-06T15:08:12+08:00',
    })
    expect(rowOf(order)).toMatchObject({
      state: 'REFUND',
      returned: false,
      refundedFen: 400,
      refunds: [{ outRefundNo: number, amountFen: 400, status: 'SUCCESS' }],
    })
  })

  it('is the same refund when asked for again, and refused when it says something else', async () => {
    const order = await paidOrder(1_000)
    const other = await paidOrder(1_000)
    const number = newRefundNo()
    const first = jsonOf(await client.refund(order, number, { refund: 400, total: 1_000 }))
    const again = await client.refund(order, number, { refund: 400, total: 1_000 })
    expect(jsonOf(again)).toEqual(first)
    for (const [where, refund] of [
      [order, 401],
      [other, 400],
    ] as const) {
      const answer = await client.refund(where, number, { refund, total: 1_000 })
      expect([answer.status, jsonOf(answer)?.code]).toEqual([400, 'INVALID_REQUEST'])
    }
    expect(rowOf(order)?.refunds).toHaveLength(1)
    expect(rowOf(other)?.refunds).toEqual([])
  })

  it('finds its order by transaction id, and refuses two numbers of different orders', async () => {
    const order = await paidOrder(500)
    const transactionId = rowOf(order)?.transactionId ?? ''
    const patch = { out_trade_no: undefined, transaction_id: transactionId }
    const number = newRefundNo()
    const taken = await client.refund('', number, { refund: 500, total: 500, patch })
    expect(jsonOf(taken)).toMatchObject({ out_trade_no: order, transaction_id: transactionId })
    const other = await paidOrder(500)
    const mixed = { transaction_id: rowOf(other)?.transactionId }
    const more = { refund: 1, total: 500, patch: mixed }
    const answer = await client.refund(await paidOrder(500), newRefundNo(), more)
    expect(jsonOf(answer)).toMatchObject({
      code: 'INVALID_REQUEST',
      message: '微信支付订单号与商户订单号不是同一笔订单',
    })
    expect(rowOf(other)?.refunds).toEqual([])
  })
})

describe('the rules of refunds', () => {
  const refusalOf = async (order: string, refund: number, total: number) => {
    const answer = await client.refund(order, newRefundNo(), { refund, total })
    return [answer.status, jsonOf(answer)?.code, jsonOf(answer)?.message]
  }

  it('never gives back more than was paid, and frees what a closed refund held', async () => {
    const order = await paidOrder(100_000)
    const closing = newRefundNo()
    await client.refund(order, closing, { refund: 80_005, total: 100_000 })
    clock.advance(MINUTE_MS)
    expect(await statusOf(closing)).toBe('CLOSED')
    expect(await statusOf('RF-NOBODY')).toBe('RESOURCE_NOT_EXISTS')
    expect((await refusalOf(order, 100_000, 100_000))[0]).toBe(200)
    clock.advance(MINUTE_MS)
    const [status, code, message] = await refusalOf(order, 1, 100_000)
    expect([status, code, message]).toEqual([
      400,
      'INVALID_REQUEST',
      '退款金额大于订单剩余可退金额',
    ])
    expect(rowOf(order)).toMatchObject({ refundedFen: 100_000, returned: true })
  })

  it('waits a minute between two refunds of one order', async () => {
    const order = await paidOrder(300)
    expect((await refusalOf(order, 100, 300))[0]).toBe(200)
    clock.advance(MINUTE_MS - 1)
    expect((await refusalOf(order, 100, 300)).slice(0, 2)).toEqual([429, 'FREQUENCY_LIMITED'])
    clock.advance(1)
    expect((await refusalOf(order, 100, 300))[0]).toBe(200)
    expect(rowOf(order)?.refunds).toHaveLength(2)
  })

  it('allows fifty', async () => {
    const order = await paidOrder(5_100)
    for (let index = 0; index < 50; index += 1) {
      expect((await refusalOf(order, 100, 5_100))[0]).toBe(200)
      clock.advance(MINUTE_MS)
    }
    expect(await refusalOf(order, 100, 5_100)).toEqual([
      400,
      'INVALID_REQUEST',
      '订单退款次数已达50次上限',
    ])
  })

  it('ends after a year', async () => {
    const order = await paidOrder(200)
    clock.advance(365 * DAY_MS)
    expect((await refusalOf(order, 100, 200))[0]).toBe(200)
    clock.advance(MINUTE_MS)
    expect((await refusalOf(order, 100, 200)).slice(0, 2)).toEqual([400, 'INVALID_REQUEST'])
    expect(rowOf(order)?.refunds).toHaveLength(1)
  })

  it('wants the total of the order, a paid order, and one that exists', async () => {
    const order = await paidOrder(200)
    expect((await refusalOf(order, 100, 201)).slice(0, 2)).toEqual([400, 'INVALID_REQUEST'])
    expect((await refusalOf('NEVER-SEEN', 1, 1)).slice(0, 2)).toEqual([404, 'RESOURCE_NOT_EXISTS'])
    numbers += 1
    const unpaid = `RF-${numbers}-ORDER`
    expect((await client.charge(unpaid, 90_006)).status).toBe(202)
    expect((await refusalOf(unpaid, 100, 90_006)).slice(0, 2)).toEqual([400, 'INVALID_REQUEST'])
    expect(rowOf(order)).toMatchObject({ state: 'SUCCESS', refunds: [] })
  })

  it('excludes reversals, either way round', async () => {
    const reversed = await paidOrder(200)
    expect((await client.reverse(reversed)).status).toBe(200)
    expect((await refusalOf(reversed, 100, 200)).slice(1)).toEqual([
      'INVALID_REQUEST',
      '订单已撤销，不能退款',
    ])
    const refunded = await paidOrder(200)
    expect((await refusalOf(refunded, 1, 200))[0]).toBe(200)
    const answer = await client.reverse(refunded)
    expect([answer.status, jsonOf(answer)?.code]).toEqual([400, 'INVALID_REQUEST'])
    expect(rowOf(refunded)).toMatchObject({ state: 'REFUND', reversedAtMs: null })
  })

  it('knows the refunds somebody else gave', async () => {
    const refundedLaterFen = magicAmountFen('refunded_later') ?? 0
    const order = await paidOrder(refundedLaterFen)
    expect(rowOf(order)).toMatchObject({ state: 'SUCCESS', refunds: [] })
    clock.advance(10_000)
    expect(rowOf(order)).toMatchObject({
      state: 'REFUND',
      refundedFen: refundedLaterFen,
      returned: true,
    })
    clock.advance(MINUTE_MS)
    expect((await refusalOf(order, 1, refundedLaterFen)).slice(0, 2)).toEqual([
      400,
      'INVALID_REQUEST',
    ])
    const hurried = await paidOrder(refundedLaterFen)
    expect((await refusalOf(hurried, 48, refundedLaterFen))[0]).toBe(200)
    clock.advance(20_000)
    expect(rowOf(hurried)).toMatchObject({ refundedFen: 48, returned: false })
  })

  it('serves both hosts from one ledger', async () => {
    const order = await paidOrder(200)
    const number = newRefundNo()
    await client.refund(order, number, { refund: 200, total: 200 })
    const backup = new WireClient(dir, sandbox.backupOrigin, clock)
    expect(jsonOf(await backup.queryRefund(number))).toMatchObject({ out_refund_no: number })
  })
})

describe('the fields of a refund', () => {
  const good = { refund: 100, total: 200, currency: 'CNY' }
  const from = [{ account: 'AVAILABLE', amount: 99 }]
  const goods = { merchant_goods_id: 'A', unit_price: 1, refund_amount: 1, refund_quantity: 1 }
  const cases: [string, Record<string, unknown>, string][] = [
    ['no refund number', { out_refund_no: undefined }, '/out_refund_no'],
    ['a refund number of 65', { out_refund_no: 'x'.repeat(65) }, '/out_refund_no'],
    ['a refund number with a blank', { out_refund_no: 'RF 1' }, '/out_refund_no'],
    ['no order', { out_trade_no: undefined }, '/out_trade_no'],
    ['a reason of 81', { reason: '退'.repeat(81) }, '/reason'],
    ['no amount', { amount: undefined }, '/amount'],
    ['text for an amount', { amount: { ...good, refund: '100' } }, '/amount/refund'],
    ['part of a fen', { amount: { ...good, refund: 1.5 } }, '/amount/refund'],
    ['nothing', { amount: { ...good, refund: 0 } }, '/amount/refund'],
    ['more than the total', { amount: { ...good, refund: 201 } }, '/amount/refund'],
    ['no total', { amount: { ...good, total: undefined } }, '/amount/total'],
    ['no currency', { amount: { ...good, currency: undefined } }, '/amount/currency'],
    ['another currency', { amount: { ...good, currency: 'USD' } }, '/amount/currency'],
    ['accounts that do not add up', { amount: { ...good, from } }, '/amount/from'],
    [
      'an account nobody has',
      { amount: { ...good, from: [{ account: 'X', amount: 100 }] } },
      '/amount/from/0/account',
    ],
    ['a funds account nobody has', { funds_account: 'BASIC' }, '/funds_account'],
    ['a sub-merchant', { sub_mchid: '1900000002' }, '/sub_mchid'],
    [
      'goods without a price',
      { goods_detail: [goods, { ...goods, unit_price: undefined }] },
      '/goods_detail/1/unit_price',
    ],
    ['goods that are text', { goods_detail: ['x'] }, '/goods_detail/0'],
    ['a notice elsewhere', { notify_url: 'https://example.com/refunds' }, '/notify_url'],
    ['a notice with a query', { notify_url: 'https://127.0.0.1/a?b=c' }, '/notify_url'],
    ['a notice that is no address', { notify_url: 'refunds' }, '/notify_url'],
  ]
  it.each(cases)('%s', async (_name, patch, field) => {
    const body = JSON.stringify({
      ...refundBody('RF-FIELDS', 'RF-FIELDS', { refund: 100, total: 200 }),
      ...patch,
    })
    const answer = await client.send({ method: 'POST', path: '/v3/refund/domestic/refunds', body })
    expect(answer.status).toBe(400)
    expect(jsonOf(answer)).toMatchObject({
      code: 'PARAM_ERROR',
      detail: { field, location: 'body' },
    })
    expect(client.signatureOf(answer)).toBe('none')
  })

  it('may name accounts and goods that add up', async () => {
    const order = await paidOrder(200)
    const patch = {
      funds_account: 'AVAILABLE',
      amount: { ...good, from: [{ account: 'AVAILABLE', amount: 100 }] },
      goods_detail: [goods],
    }
    const answer = await client.refund(order, newRefundNo(), { refund: 100, total: 200, patch })
    expect(jsonOf(answer)).toMatchObject({ funds_account: 'AVAILABLE' })
  })
})
