import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Sandbox } from '../../src/sandbox/node/sandbox.ts'
import { startSandbox } from '../../src/sandbox/node/sandbox.ts'
import { magicAmountFen, magicCodeTail, SCENARIOS } from '../../src/sandbox/scenarios.ts'
import type { WireAnswer } from './sandbox-client.ts'
import { chargeBody, jsonOf, VirtualClock, WireClient } from './sandbox-client.ts'

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
const amountOf = (scenario: string): number => {
  const amountFen = magicAmountFen(scenario)
  if (amountFen === undefined) throw new Error(`no scenario ${scenario}`)
  return amountFen
}
const rowOf = (order: string) => sandbox.ledger().find((row) => row.outTradeNo === order)
const stateOf = async (order: string): Promise<unknown> => {
  const value = jsonOf(await client.query(order))
  return value?.trade_state ?? value?.code
}

/** What the charge's answer looks like, and what the ledger says right after it. */
type Seen = {
  readonly status?: number
  readonly error?: string
  readonly code?: string
  readonly state?: string
  readonly signature?: 'good' | 'bad' | 'none' | 'stale' | 'unknown_serial'
  /** State in the ledger; absent: no order. */
  readonly ledger?: string
  readonly charges: number
  readonly check?: (answer: WireAnswer, order: string) => void
}

const paid = { ledger: 'SUCCESS', charges: 1 } as const
const unpaid = { ledger: 'NOTPAY', charges: 0, signature: 'none' } as const
const nothing = { charges: 0 } as const
const asked = {
  status: 202,
  state: 'USERPAYING',
  signature: 'good',
  ledger: 'USERPAYING',
  charges: 0,
} as const
const refused = (code: string) => ({ status: 403, code, ...unpaid })
const refusedBefore = (code: string) => ({ status: 403, code, ...nothing })

/** Scenarios whose answer comes at once. */
const AT_ONCE: Readonly<Record<string, Seen>> = {
  ok: { status: 200, state: 'SUCCESS', signature: 'good', ...paid },
  password_ok: asked,
  password_cancel: asked,
  password_wrong: asked,
  password_none: asked,
  answer_lost: { error: 'ECONNRESET', status: 0, ...paid },
  system_error_paid: { status: 500, code: 'SYSTEM_ERROR', signature: 'none', ...paid },
  system_error_unpaid: { status: 500, code: 'SYSTEM_ERROR', ...unpaid },
  rate_limited: { status: 429, code: 'FREQUENCY_LIMITED', ...nothing },
  unavailable: { status: 503, code: 'SERVICE_UNAVAILABLE', ...nothing },
  bank_error: { status: 500, code: 'BANK_ERROR', ...unpaid },
  bank_error_paid: { status: 500, code: 'BANK_ERROR', ...paid },
  not_enough: refused('NOT_ENOUGH'),
  code_expired: refusedBefore('AUTH_CODE_EXPIRE'),
  code_invalid: refusedBefore('AUTH_CODE_INVALID'),
  code_used: refusedBefore('AUTH_CODE_INVALID'),
  rule_limit: refused('RULE_LIMIT'),
  account_error: refused('ACCOUNT_ERROR'),
  trade_error: refused('TRADE_ERROR'),
  no_auth: refusedBefore('NO_AUTH'),
  late_commit: { error: 'ECONNRESET', ...paid },
  request_dropped: { error: 'ECONNRESET', ...nothing },
  reverse_refused: asked,
  reverse_error_done: asked,
  reverse_lost: asked,
  unsigned: { status: 200, state: 'SUCCESS', signature: 'none', ...paid },
  signature_wrong: { status: 200, state: 'SUCCESS', signature: 'bad', ...paid },
  serial_wrong: { status: 200, state: 'SUCCESS', signature: 'unknown_serial', ...paid },
  signature_stale: { status: 200, state: 'SUCCESS', signature: 'stale', ...paid },
  signature_probe: {
    status: 200,
    signature: 'bad',
    ...paid,
    check: ({ headers }) =>
      expect(headers['wechatpay-signature']).toMatch(/^WECHATPAY\/SIGNTEST\//),
  },
  truncated_json: {
    status: 200,
    signature: 'good',
    ...paid,
    check: (answer) => {
      expect(answer.body.toString()).toContain('trade_state')
      expect(jsonOf(answer)).toBeUndefined()
    },
  },
  cut_body: {
    status: 200,
    error: 'ECONNRESET',
    ...paid,
    check: ({ headers, body }) => {
      expect(body.length).toBeGreaterThan(0)
      expect(body.length).toBeLessThan(Number(headers['content-length']))
    },
  },
  not_json: {
    status: 200,
    signature: 'good',
    ...paid,
    check: (answer) => expect(jsonOf(answer)).toBeUndefined(),
  },
  html_502: {
    status: 502,
    signature: 'none',
    ...paid,
    check: ({ headers, body }) => {
      expect(headers['content-type']).toBe('text/html')
      expect(body.toString()).toContain('502 Bad Gateway')
    },
  },
  empty_200: {
    status: 200,
    signature: 'none',
    ...paid,
    check: ({ body }) => expect(body.length).toBe(0),
  },
  redirect_302: {
    status: 302,
    signature: 'none',
    ...paid,
    check: ({ headers }) => expect(headers.location).toMatch(/^https:/),
  },
  other_amount: {
    status: 200,
    signature: 'good',
    ...paid,
    check: (answer) =>
      expect(jsonOf(answer)).toMatchObject({ amount: { total: amountOf('other_amount') + 1 } }),
  },
  other_mchid: {
    status: 200,
    signature: 'good',
    ...paid,
    check: (answer) => expect(jsonOf(answer)?.mchid).not.toBe('1900000001'),
  },
  other_appid: {
    status: 200,
    signature: 'good',
    ...paid,
    check: (answer) => expect(jsonOf(answer)?.appid).not.toBe('wxsandbox00000001'),
  },
  other_order: {
    status: 200,
    signature: 'good',
    ...paid,
    check: (answer, order) => expect(jsonOf(answer)?.out_trade_no).not.toBe(order),
  },
  huge_body: {
    status: 200,
    signature: 'good',
    state: 'SUCCESS',
    ...paid,
    check: ({ headers, body }) => {
      expect(headers['content-length']).toBe(String(100 * 1024 * 1024))
      expect(body.length).toBe(100 * 1024 * 1024)
    },
  },
  unknown_code: { status: 403, code: 'SANDBOX_NEVER_HEARD_OF', ...unpaid },
  unknown_code_paid: {
    status: 403,
    code: 'SANDBOX_NEVER_HEARD_OF',
    signature: 'none',
    ...paid,
  },
  old_spelling: refused('NOTENOUGH'),
  late_arrival: { error: 'ECONNRESET', ledger: 'NOTPAY', charges: 0 },
  refunded_later: { status: 200, state: 'SUCCESS', signature: 'good', ...paid },
  credit_only: { status: 200, state: 'SUCCESS', signature: 'good', ...paid },
  credit_anyway: { status: 200, state: 'SUCCESS', signature: 'good', ...paid },
  debit_card: { status: 200, state: 'SUCCESS', signature: 'good', ...paid },
}

/** Scenarios whose answer takes its time, and how long. */
const IN_TIME: Readonly<Record<string, { readonly ms: number; readonly before: string }>> = {
  ok_slowly: { ms: 3000, before: 'NOTPAY' },
  answer_delayed: { ms: 60_000, before: 'SUCCESS' },
  slow_headers: { ms: 60_000, before: 'SUCCESS' },
  slow_body: { ms: 60_000, before: 'SUCCESS' },
}

describe('every scenario', () => {
  it('has a row in these tables, a magic amount and a magic code', () => {
    const tested = [...Object.keys(AT_ONCE), ...Object.keys(IN_TIME)].sort()
    expect([...SCENARIOS.keys()].sort()).toEqual(tested)
    const amounts = [...SCENARIOS.keys()].map(amountOf)
    expect(new Set(amounts).size).toBe(SCENARIOS.size)
    expect(Math.min(...amounts)).toBe(90_001)
    expect(Math.max(...amounts)).toBeLessThanOrEqual(90_099)
  })

  it.each(Object.entries(AT_ONCE))('%s, by amount', async (name, seen) => {
    const order = newOrder()
    const answer = await client.charge(order, amountOf(name))
    if (seen.error === undefined) expect(answer.error).toBeUndefined()
    else expect(answer.error).toBe(seen.error)
    if (seen.status !== undefined) expect(answer.status).toBe(seen.status)
    if (seen.code) expect(jsonOf(answer)?.code).toBe(seen.code)
    if (seen.state) expect(jsonOf(answer)?.trade_state).toBe(seen.state)
    if (seen.signature) expect(client.signatureOf(answer)).toBe(seen.signature)
    seen.check?.(answer, order)
    const row = rowOf(order)
    expect(row?.state).toBe(seen.ledger)
    expect(row?.charges ?? 0).toBe(seen.charges)
    if (seen.ledger === undefined) expect(await stateOf(order)).toBe('ORDER_NOT_EXIST')
    else if (!['late_commit', 'late_arrival'].includes(name))
      expect(await stateOf(order)).toBe(seen.ledger)
  })

  it.each(Object.entries(IN_TIME))('%s, by amount', async (name, { ms, before }) => {
    const order = newOrder()
    const waiting = clock.nextTimer()
    let done = false
    const pending = client.charge(order, amountOf(name)).then((answer) => {
      done = true
      return answer
    })
    await waiting
    clock.advance(ms - 1)
    expect(await stateOf(order)).toBe(before)
    expect(done).toBe(false)
    clock.advance(1)
    const answer = await pending
    expect(answer.status).toBe(200)
    expect(jsonOf(answer)).toMatchObject({ out_trade_no: order, trade_state: 'SUCCESS' })
    expect(client.signatureOf(answer)).toBe('good')
    expect(rowOf(order)).toMatchObject({ state: 'SUCCESS', charges: 1 })
  })

  it('are chosen by the tail of a code beginning with 15, and by no other', async () => {
    const tail = magicCodeTail('not_enough')
    const magic = await client.charge(newOrder(), 100, { code: `15000000000077${'0'}${tail}` })
    expect(jsonOf(magic)?.code).toBe('NOT_ENOUGH')
    const plain = await client.charge(newOrder(), 100, { code: `14000000000077${'0'}${tail}` })
    expect(plain.status).toBe(200)
  })

  it('are chosen by header, under their own or the official name', async () => {
    const headers = { 'Wechatpay-Negative-Test': 'rule_limit' }
    expect(jsonOf(await client.charge(newOrder(), 100, { headers }))?.code).toBe('RULE_LIMIT')
    const official = { 'Wechatpay-Negative-Test': 'MICROPAY_USERPAYING' }
    expect((await client.charge(newOrder(), 100, { headers: official })).status).toBe(202)
    const order = newOrder()
    await client.charge(order, 100)
    const unsigned = await client.query(order, { 'Wechatpay-Negative-Test': 'unsigned' })
    expect(client.signatureOf(unsigned)).toBe('none')
    expect(client.signatureOf(await client.query(order))).toBe('good')
  })
})

describe('what becomes of scenarios', () => {
  const passwordEnds: [string, number, string, number][] = [
    ['password_ok', 8000, 'SUCCESS', 1],
    ['password_cancel', 6000, 'PAYERROR', 0],
    ['password_wrong', 45_000, 'PAYERROR', 0],
    ['password_none', 45_000, 'PAYERROR', 0],
  ]
  it.each(passwordEnds)('%s ends after %i ms in %s', async (name, ms, state, charges) => {
    const order = newOrder()
    await client.charge(order, amountOf(name))
    clock.advance(ms - 1)
    expect(await stateOf(order)).toBe('USERPAYING')
    clock.advance(1)
    expect(await stateOf(order)).toBe(state)
    expect(rowOf(order)).toMatchObject({ state, charges })
    const at = clock.nowMs()
    expect(sandbox.history(order)).toEqual([
      { state: 'USERPAYING', atMs: at - ms },
      { state, atMs: at },
    ])
    clock.advance(15_000)
    expect((await client.reverse(order)).status).toBe(200)
    expect(rowOf(order)).toMatchObject({ state: 'REVOKED', charges, returned: charges > 0 })
  })

  it('late_commit hides the order from three queries', async () => {
    const order = newOrder()
    await client.charge(order, amountOf('late_commit'))
    const states = []
    for (let index = 0; index < 4; index += 1) states.push(await stateOf(order))
    const absent = 'ORDER_NOT_EXIST'
    expect(states).toEqual([absent, absent, absent, 'SUCCESS'])
  })

  it('late_arrival is unknown for 20 s, even to a reversal, and is paid then', async () => {
    const order = newOrder()
    await client.charge(order, amountOf('late_arrival'))
    clock.advance(19_999)
    expect(await stateOf(order)).toBe('ORDER_NOT_EXIST')
    expect((await client.reverse(order)).status).toBe(404)
    clock.advance(1)
    expect(await stateOf(order)).toBe('SUCCESS')
    expect(rowOf(order)).toMatchObject({ state: 'SUCCESS', charges: 1, returned: false })
    expect((await client.reverse(order)).status).toBe(200)
    expect(rowOf(order)).toMatchObject({ state: 'REVOKED', charges: 1, returned: true })
  })

  it('reverse_refused refuses twice after the dialog ended, then reverses', async () => {
    const order = newOrder()
    await client.charge(order, amountOf('reverse_refused'))
    clock.advance(45_000)
    const codes = []
    for (let index = 0; index < 3; index += 1) codes.push(jsonOf(await client.reverse(order))?.code)
    expect(codes).toEqual(['USERPAYING', 'USERPAYING', undefined])
    expect(rowOf(order)?.state).toBe('REVOKED')
  })

  it('reverse_error_done and reverse_lost have reversed, and say so the second time', async () => {
    for (const [name, status] of [
      ['reverse_error_done', 500],
      ['reverse_lost', 0],
    ] as const) {
      const order = newOrder()
      await client.charge(order, amountOf(name))
      clock.advance(45_000)
      expect((await client.reverse(order)).status).toBe(status)
      expect(rowOf(order)?.state).toBe('REVOKED')
      expect((await client.reverse(order)).status).toBe(200)
    }
  })

  it('refunded_later turns REFUND after 10 s and can no longer be reversed', async () => {
    const order = newOrder()
    await client.charge(order, amountOf('refunded_later'))
    clock.advance(10_000)
    expect(await stateOf(order)).toBe('REFUND')
    expect(rowOf(order)).toMatchObject({ state: 'REFUND', charges: 1, returned: true })
    expect((await client.reverse(order)).status).toBe(400)
  })

  it('an order reversed while its call waits is never paid', async () => {
    const order = newOrder()
    const waiting = clock.nextTimer()
    const pending = client.charge(order, amountOf('ok_slowly'))
    await waiting
    expect((await client.reverse(order)).status).toBe(200)
    clock.advance(3000)
    expect(jsonOf(await pending)?.code).toBe('ORDER_CLOSED')
    expect(rowOf(order)).toMatchObject({ state: 'REVOKED', charges: 0, returned: false })
  })

  it('what was not processed the first time is processed when sent again', async () => {
    for (const name of ['rate_limited', 'unavailable', 'request_dropped']) {
      const order = newOrder()
      const sending = {
        method: 'POST',
        path: '/v3/pay/transactions/codepay',
        body: JSON.stringify(chargeBody(order, amountOf(name))),
      }
      expect((await client.send(sending)).status).not.toBe(200)
      expect((await client.send(sending)).status).toBe(200)
      expect(rowOf(order)).toMatchObject({ state: 'SUCCESS', charges: 1 })
    }
  })
})
