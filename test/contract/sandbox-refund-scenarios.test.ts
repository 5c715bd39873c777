import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Sandbox } from '../../src/sandbox/node/sandbox.ts'
import { startSandbox } from '../../src/sandbox/node/sandbox.ts'
import { magicRefundFen, REFUND_SCENARIOS } from '../../src/sandbox/refund-scenarios.ts'
import type { WireAnswer } from './sandbox-client.ts'
import { jsonOf, VirtualClock, WireClient } from './sandbox-client.ts'

const START_MS = Date.parse('2026-05-06T07:08:09Z')
const TOTAL_FEN = 100_000

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
beforeEach(() => sandbox.script([]))
afterAll(async () => {
  await sandbox.close()
  rmSync(dir, { recursive: true, force: true })
})

let numbers = 0
const newNumber = (kind: string): string => {
  numbers += 1
  return `RS-${numbers}-${kind}`
}
const paidOrder = async (): Promise<string> => {
  const order = newNumber('ORDER')
  const answer = await client.charge(order, TOTAL_FEN)
  if (answer.status !== 200) throw new Error(`the charge was answered ${answer.status}`)
  return order
}
const fenOf = (scenario: string): number => {
  const refundFen = magicRefundFen(scenario)
  if (refundFen === undefined) throw new Error(`no scenario ${scenario}`)
  return refundFen
}
const ask = (order: string, number: string, refundFen: number, headers = {}) =>
  client.refund(order, number, { refund: refundFen, total: TOTAL_FEN, headers })
const rowOf = (order: string) => sandbox.ledger().find((row) => row.outTradeNo === order)
const statusOf = async (number: string): Promise<unknown> => {
  const value = jsonOf(await client.queryRefund(number))
  return value?.status ?? value?.code
}

/** What the answer looks like, and what the ledger says right after it. */
type Seen = {
  readonly status?: number
  readonly error?: string
  readonly code?: string
  readonly signature?: 'good' | 'bad' | 'none' | 'stale' | 'unknown_serial'
  /** Status in the ledger; null: no refund. */
  readonly ledger: string | null
  readonly check?: (answer: WireAnswer, order: string, number: string) => void
}

const taken = { ledger: 'PROCESSING' } as const
const good = { status: 200, signature: 'good', ...taken } as const
const nothing = { ledger: null, signature: 'none' } as const
const saying = (fields: Record<string, unknown>): Seen => ({
  ...good,
  check: (answer) => expect(jsonOf(answer)).toMatchObject(fields),
})
const unreadable: Seen = { ...good, check: (answer) => expect(jsonOf(answer)).toBeUndefined() }

const AT_ONCE: Readonly<Record<string, Seen>> = {
  ok: saying({ status: 'PROCESSING' }),
  at_once: { ...saying({ status: 'SUCCESS' }), ledger: 'SUCCESS' },
  to_card: saying({ status: 'PROCESSING' }),
  abnormal: saying({ status: 'PROCESSING' }),
  closed: saying({ status: 'PROCESSING' }),
  abnormal_then_ok: saying({ status: 'PROCESSING' }),
  stuck: saying({ status: 'PROCESSING' }),
  merchant_funds: { status: 403, code: 'NOT_ENOUGH', ...nothing },
  account_abnormal: { status: 403, code: 'USER_ACCOUNT_ABNORMAL', ...nothing },
  rate_limited: { status: 429, code: 'FREQUENCY_LIMITED', ...nothing },
  rate_limited_taken: { status: 429, code: 'FREQUENCY_LIMITED', signature: 'none', ...taken },
  system_error: { status: 500, code: 'SYSTEM_ERROR', ...nothing },
  system_error_taken: { status: 500, code: 'SYSTEM_ERROR', signature: 'none', ...taken },
  unavailable: { status: 503, code: 'SERVICE_UNAVAILABLE', ...nothing },
  request_dropped: { error: 'ECONNRESET', status: 0, ...nothing },
  answer_lost: { error: 'ECONNRESET', status: 0, ...taken },
  late_commit: { error: 'ECONNRESET', status: 0, ...taken },
  unsigned: { ...saying({ status: 'PROCESSING' }), signature: 'none' },
  signature_wrong: { ...saying({ status: 'PROCESSING' }), signature: 'bad' },
  serial_wrong: { ...saying({ status: 'PROCESSING' }), signature: 'unknown_serial' },
  signature_stale: { ...saying({ status: 'PROCESSING' }), signature: 'stale' },
  signature_probe: { ...saying({ status: 'PROCESSING' }), signature: 'bad' },
  truncated_json: unreadable,
  cut_body: {
    status: 200,
    error: 'ECONNRESET',
    ...taken,
    check: ({ headers, body }) => {
      expect(body.length).toBeGreaterThan(0)
      expect(body.length).toBeLessThan(Number(headers['content-length']))
    },
  },
  not_json: unreadable,
  html_502: { status: 502, signature: 'none', ...taken },
  empty_200: {
    ...good,
    signature: 'none',
    check: ({ body }) => expect(body.length).toBe(0),
  },
  redirect_302: { status: 302, signature: 'none', ...taken },
  other_amount: saying({ amount: { total: TOTAL_FEN, refund: fenOf('other_amount') + 1 } }),
  other_total: saying({ amount: { total: TOTAL_FEN + 1, refund: fenOf('other_total') } }),
  other_refund: {
    ...good,
    check: (answer, order, number) => {
      expect(jsonOf(answer)).toMatchObject({ out_trade_no: order })
      expect(jsonOf(answer)?.out_refund_no).not.toBe(number)
    },
  },
  other_order: {
    ...good,
    check: (answer, order, number) => {
      expect(jsonOf(answer)).toMatchObject({ out_refund_no: number })
      expect(jsonOf(answer)?.out_trade_no).not.toBe(order)
    },
  },
  unknown_status: saying({ status: 'SANDBOX_NEVER_HEARD_OF' }),
  unknown_code: { status: 403, code: 'SANDBOX_NEVER_HEARD_OF', ...nothing },
  unknown_code_taken: { status: 403, code: 'SANDBOX_NEVER_HEARD_OF', signature: 'none', ...taken },
  query_error: good,
  query_lost: good,
  query_unsigned: good,
  notice_twice: good,
  notice_reversed: good,
  notice_none: good,
  notice_probe: good,
  notice_garbled: good,
  notice_stale: good,
  huge_body: {
    ...good,
    check: ({ body }) => expect(body.length).toBe(100 * 1024 * 1024),
  },
}

const IN_TIME = ['answer_delayed', 'slow_headers', 'slow_body']

describe('every refund scenario', () => {
  it('has a row in these tables and a magic amount', () => {
    expect([...REFUND_SCENARIOS.keys()].sort()).toEqual(
      [...Object.keys(AT_ONCE), ...IN_TIME].sort(),
    )
    const amounts = [...REFUND_SCENARIOS.keys()].map(fenOf)
    expect(new Set(amounts).size).toBe(REFUND_SCENARIOS.size)
    expect([Math.min(...amounts), amounts.at(-1)]).toEqual([80_001, 80_000 + amounts.length])
    expect(amounts.length).toBeLessThan(100)
  })

  it.each(Object.entries(AT_ONCE))('%s, by amount', async (name, seen) => {
    const order = await paidOrder()
    const number = newNumber('REFUND')
    const answer = await ask(order, number, fenOf(name))
    expect(answer.error).toBe(seen.error)
    if (seen.status !== undefined) expect(answer.status).toBe(seen.status)
    if (seen.code) expect(jsonOf(answer)?.code).toBe(seen.code)
    if (seen.signature) expect(client.signatureOf(answer)).toBe(seen.signature)
    seen.check?.(answer, order, number)
    const row = rowOf(order)
    expect(row?.refunds.map(({ status }) => status)).toEqual(
      seen.ledger === null ? [] : [seen.ledger],
    )
    expect(row?.state).toBe(seen.ledger === null ? 'SUCCESS' : 'REFUND')
    if (seen.ledger === null) expect(await statusOf(number)).toBe('RESOURCE_NOT_EXISTS')
  })

  it.each(IN_TIME)('%s, by amount, takes 60 s', async (name) => {
    const order = await paidOrder()
    const number = newNumber('REFUND')
    const waiting = clock.nextTimer()
    let done = false
    const pending = ask(order, number, fenOf(name)).then((answer) => {
      done = true
      return answer
    })
    await waiting
    clock.advance(59_999)
    expect(await statusOf(number)).toBe('PROCESSING')
    expect(done).toBe(false)
    clock.advance(1)
    const answer = await pending
    expect(jsonOf(answer)).toMatchObject({ out_refund_no: number })
    expect(client.signatureOf(answer)).toBe('good')
  })
})

describe('what becomes of refunds', () => {
  const ends: [string, readonly (readonly [number, string])[]][] = [
    ['ok', [[3_000, 'SUCCESS']]],
    ['to_card', [[172_800_000, 'SUCCESS']]],
    ['abnormal', [[3_000, 'ABNORMAL']]],
    ['closed', [[3_000, 'CLOSED']]],
    [
      'abnormal_then_ok',
      [
        [3_000, 'ABNORMAL'],
        [3_000, 'SUCCESS'],
      ],
    ],
  ]
  it.each(ends)('%s', async (name, steps) => {
    const order = await paidOrder()
    const number = newNumber('REFUND')
    await ask(order, number, fenOf(name))
    let before: unknown = 'PROCESSING'
    for (const [afterMs, status] of steps) {
      clock.advance(afterMs - 1)
      expect(await statusOf(number)).toBe(before)
      clock.advance(1)
      expect(await statusOf(number)).toBe(status)
      before = status
    }
    clock.advance(86_400_000)
    expect(await statusOf(number)).toBe(before)
    const row = rowOf(order)
    expect(row?.refundedFen).toBe(before === 'SUCCESS' ? fenOf(name) : 0)
    expect(row?.state).toBe('REFUND')
  })

  it('stuck stays as it is', async () => {
    const order = await paidOrder()
    const number = newNumber('REFUND')
    await ask(order, number, fenOf('stuck'))
    clock.advance(30 * 86_400_000)
    expect(await statusOf(number)).toBe('PROCESSING')
  })

  it.each([
    ...['rate_limited', 'rate_limited_taken', 'system_error', 'system_error_taken', 'unavailable'],
    ...['request_dropped', 'answer_lost', 'unknown_code', 'unknown_code_taken', 'cut_body'],
  ])('%s is one refund when the same request is sent again', async (name) => {
    const order = await paidOrder()
    const number = newNumber('REFUND')
    expect((await ask(order, number, fenOf(name))).error ?? 'refused').toMatch(/ECONNRESET|refused/)
    const again = await ask(order, number, fenOf(name))
    expect([again.status, client.signatureOf(again)]).toEqual([200, 'good'])
    expect(rowOf(order)?.refunds).toHaveLength(1)
  })

  it('merchant_funds goes on refusing, until the script says that there is money', async () => {
    const order = await paidOrder()
    const params = { count: 2 }
    sandbox.script([{ matchRefund: { outTradeNo: order }, scenario: 'merchant_funds', params }])
    const number = newNumber('REFUND')
    const statuses = []
    for (let index = 0; index < 3; index += 1) statuses.push((await ask(order, number, 1)).status)
    expect(statuses).toEqual([403, 403, 200])
  })

  it('late_commit hides the refund from three queries', async () => {
    const number = newNumber('REFUND')
    await ask(await paidOrder(), number, fenOf('late_commit'))
    const statuses = []
    for (let index = 0; index < 4; index += 1) statuses.push(await statusOf(number))
    const absent = 'RESOURCE_NOT_EXISTS'
    expect(statuses).toEqual([absent, absent, absent, 'PROCESSING'])
  })

  it.each([
    ['query_error', 500, 'none'],
    ['query_lost', 0, 'none'],
    ['query_unsigned', 200, 'none'],
  ])('%s strikes the first query only', async (name, status, signature) => {
    const number = newNumber('REFUND')
    await ask(await paidOrder(), number, fenOf(name))
    const first = await client.queryRefund(number)
    expect([first.status, client.signatureOf(first)]).toEqual([status, signature])
    const second = await client.queryRefund(number)
    expect([second.status, client.signatureOf(second)]).toEqual([200, 'good'])
  })
})

describe('refund scenarios are chosen', () => {
  it('by a script: amount, order, number of the refund, and which calls a fault strikes', async () => {
    const [first, second] = [await paidOrder(), await paidOrder()]
    sandbox.script([
      { match: { amountFen: 4_242 }, scenario: 'not_enough' },
      { matchRefund: { nth: 2 }, scenario: 'account_abnormal' },
      { matchRefund: { refundFen: 777 }, scenario: 'abnormal', params: { seconds: 20 } },
      {
        matchRefund: { outTradeNo: second },
        scenario: 'unsigned',
        params: { on: ['refund', 'refund_query'], times: 2 },
      },
    ])
    expect((await client.charge(newNumber('ORDER'), 4_242)).status).toBe(403)
    const slow = newNumber('REFUND')
    expect((await ask(first, slow, 777)).status).toBe(200)
    const refused = await ask(first, newNumber('REFUND'), 1)
    expect(jsonOf(refused)?.code).toBe('FREQUENCY_LIMITED')
    clock.advance(19_999)
    expect(await statusOf(slow)).toBe('PROCESSING')
    clock.advance(1)
    expect(await statusOf(slow)).toBe('ABNORMAL')
    const number = newNumber('REFUND')
    const answers = [await ask(second, number, 5), await ask(second, number, 5)]
    answers.push(await ask(second, number, 5))
    for (let index = 0; index < 3; index += 1) answers.push(await client.queryRefund(number))
    const kinds = answers.map((answer) => client.signatureOf(answer))
    expect(kinds).toEqual(['none', 'none', 'good', 'none', 'none', 'good'])
  })

  it('never by a script that names none or mixes the two kinds', () => {
    const wrong = [
      { matchRefund: {}, scenario: 'password_ok' },
      { match: {}, scenario: 'to_card' },
      { match: {}, matchRefund: {}, scenario: 'ok' },
    ]
    for (const entry of wrong) expect(() => sandbox.script([entry])).toThrow()
  })

  it('by header, for a request and for a single query', async () => {
    const order = await paidOrder()
    const number = newNumber('REFUND')
    const header = (name: string) => ({ 'Wechatpay-Negative-Test': name })
    const answer = await ask(order, number, 100, header('account_abnormal'))
    expect(jsonOf(answer)?.code).toBe('USER_ACCOUNT_ABNORMAL')
    const other = newNumber('REFUND')
    await ask(order, other, 100, header('at_once'))
    const struck: [string, string][] = [
      ['unsigned', 'none'],
      ['signature_wrong', 'bad'],
      ['serial_wrong', 'unknown_serial'],
      ['signature_stale', 'stale'],
      ['signature_probe', 'bad'],
      ['other_amount', 'good'],
    ]
    for (const [name, kind] of struck) {
      const query = await client.queryRefund(other, header(name))
      expect([name, query.status, client.signatureOf(query)]).toEqual([name, 200, kind])
    }
    expect((await client.queryRefund(other, header('answer_lost'))).error).toBe('ECONNRESET')
    expect((await client.queryRefund(other, header('cut_body'))).error).toBe('ECONNRESET')
    expect((await client.queryRefund(other, header('html_502'))).status).toBe(502)
    expect(await statusOf(other)).toBe('SUCCESS')
  })

  it('and never make of one order more than it was', () => {
    const { takenFen, reversedFen, refundedFen, refundingFen, heldFen } = sandbox.totals()
    expect(takenFen - reversedFen - refundedFen).toBe(heldFen)
    expect(heldFen).toBeGreaterThanOrEqual(refundingFen)
    for (const row of sandbox.ledger()) expect(row.refundedFen).toBeLessThanOrEqual(row.amountFen)
  })
})
