import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { LedgerTotals } from '../../src/sandbox/ledger-row.ts'
import type { Sandbox } from '../../src/sandbox/node/sandbox.ts'
import { startSandbox } from '../../src/sandbox/node/sandbox.ts'
import { jsonOf, VirtualClock, WireClient } from './sandbox-client.ts'

const START_MS = Date.parse('2026-05-06T07:08:09Z')

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
  return `SC-${orders}-ORDER`
}
const rowOf = (order: string) => sandbox.ledger().find((row) => row.outTradeNo === order)
const stateOf = async (order: string): Promise<unknown> => {
  const value = jsonOf(await client.query(order))
  return value?.trade_state ?? value?.code
}

describe('scripts', () => {
  it('match by number of the charge, amount and code, and set how faults strike', async () => {
    sandbox.script([
      { match: { nth: 2 }, scenario: 'trade_error' },
      {
        match: { amountFen: 777, codeTail: '88' },
        scenario: 'password_ok',
        params: { seconds: 20 },
      },
      {
        match: { amountFen: 888 },
        scenario: 'unsigned',
        params: { on: ['charge', 'query'], times: 2 },
      },
    ])
    expect((await client.charge(newOrder(), 100)).status).toBe(200)
    expect(jsonOf(await client.charge(newOrder(), 100))?.code).toBe('TRADE_ERROR')
    const slow = newOrder()
    expect((await client.charge(slow, 777, { code: '130000009999999988' })).status).toBe(202)
    clock.advance(19_999)
    expect(await stateOf(slow)).toBe('USERPAYING')
    clock.advance(1)
    expect(await stateOf(slow)).toBe('SUCCESS')
    const order = newOrder()
    const answers = [await client.charge(order, 888)]
    for (let index = 0; index < 3; index += 1) answers.push(await client.query(order))
    const kinds = answers.map((answer) => client.signatureOf(answer))
    expect(kinds).toEqual(['none', 'none', 'none', 'good'])
    sandbox.script([])
  })

  it('are refused when they name no scenario', () => {
    expect(() => sandbox.script([{ match: {}, scenario: 'nonsense' }])).toThrow('no such scenario')
  })
})

describe('the control surface', () => {
  const call = (method: string, path: string, body?: unknown, token = sandbox.controlToken) =>
    client.send({
      method,
      path: `/sandbox/${path}`,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      auth: { whole: `Bearer ${token}` },
    })

  it('asks for its token', async () => {
    expect((await call('GET', 'ledger', undefined, 'wrong')).status).toBe(401)
    expect((await client.send({ method: 'GET', path: '/sandbox/ledger' })).status).toBe(401)
    expect((await call('GET', 'nothing')).status).toBe(404)
  })

  it('shows the ledger and the requests, with the time the body was complete', async () => {
    const order = newOrder()
    const before = process.hrtime.bigint()
    await client.charge(order, 100)
    const after = process.hrtime.bigint()
    const { orders: rows } = jsonOf(await call('GET', 'ledger')) as {
      orders: { outTradeNo: string }[]
    }
    expect(rows.at(-1)).toEqual(rowOf(order))
    const { requests } = jsonOf(await call('GET', 'requests?limit=1')) as {
      requests: { receivedNs: string }[]
    }
    expect(requests).toHaveLength(1)
    expect(requests[0]).toMatchObject({
      method: 'POST',
      path: '/v3/pay/transactions/codepay',
      outTradeNo: order,
      verdict: 'paid',
      status: 200,
    })
    const receivedNs = BigInt(requests[0]?.receivedNs ?? '0')
    expect(receivedNs > before && receivedNs < after).toBe(true)
  })

  it('shows the refunds of each order, the sums, and the notices', async () => {
    const order = newOrder()
    await client.charge(order, 1_000)
    const before = (jsonOf(await call('GET', 'ledger')) as { totals: LedgerTotals }).totals
    const patch = { notify_url: 'http://127.0.0.1:9/nobody' }
    const taken = await client.refund(order, 'SC-REFUND', { refund: 300, total: 1_000, patch })
    const shown = async () => {
      const { orders: rows, totals } = jsonOf(await call('GET', 'ledger')) as {
        orders: { refunds: unknown[] }[]
        totals: LedgerTotals
      }
      return { refunds: rows.at(-1)?.refunds, totals }
    }
    const refund = {
      outRefundNo: 'SC-REFUND',
      refundId: jsonOf(taken)?.refund_id,
      amountFen: 300,
      createdAtMs: clock.nowMs(),
    }
    expect(await shown()).toEqual({
      refunds: [{ ...refund, status: 'PROCESSING', changedAtMs: clock.nowMs() }],
      totals: { ...before, refundingFen: before.refundingFen + 300 },
    })
    expect(jsonOf(await call('GET', 'notices'))).toMatchObject({
      notices: [{ outRefundNo: 'SC-REFUND', status: 'SUCCESS', attempts: 0, outcome: 'waiting' }],
    })
    clock.advance(3_000)
    expect(await shown()).toEqual({
      refunds: [{ ...refund, status: 'SUCCESS', changedAtMs: clock.nowMs() }],
      totals: {
        ...before,
        refundedFen: before.refundedFen + 300,
        heldFen: before.heldFen - 300,
      },
    })
    expect((await call('GET', 'notices', undefined, 'wrong')).status).toBe(401)
  })

  it('takes scripts, rotates, sets the probe share, and scans', async () => {
    const script = [{ match: { amountFen: 555 }, scenario: 'no_auth' }]
    expect(jsonOf(await call('POST', 'script', script))).toEqual({ entries: 1 })
    expect(jsonOf(await client.charge(newOrder(), 555))?.code).toBe('NO_AUTH')
    expect((await call('POST', 'script', [{ scenario: 'no_auth' }])).status).toBe(400)
    sandbox.script([])
    const { serial } = jsonOf(await call('POST', 'rotate')) as { serial: string }
    const paidNow = await client.charge(newOrder(), 100)
    expect(paidNow.headers['wechatpay-serial']).toBe(serial)
    expect(jsonOf(await call('POST', 'probe-share', { share: 1 }))).toEqual({ share: 1 })
    expect(client.signatureOf(await client.charge(newOrder(), 100))).toBe('bad')
    expect((await call('POST', 'probe-share', { share: 2 })).status).toBe(400)
    await call('POST', 'probe-share', { share: 0 })
    expect((await call('POST', 'scan', {})).status).toBe(400)
    const scanned: [string, string | undefined][] = []
    const cable: boolean[] = []
    sandbox.attachScanner({
      scan: (text, suffix) => scanned.push([text, suffix]),
      unplug: () => cable.push(false),
      replug: () => cable.push(true),
    })
    await call('POST', 'cable', { plugged: false })
    await call('POST', 'cable', { plugged: true })
    expect(cable).toEqual([false, true])
    await call('POST', 'scan', { scenario: 'not_enough' })
    await call('POST', 'scan', { text: '6212345', suffix: '\r\n' })
    expect(scanned[0]?.[0]).toMatch(/^15\d{13}915$/)
    expect(scanned[1]).toEqual(['6212345', '\r\n'])
    sandbox.attachScanner(undefined)
  })
})
