import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Sandbox } from '../../src/sandbox/node/sandbox.ts'
import { startSandbox } from '../../src/sandbox/node/sandbox.ts'
import { magicAmountFen, magicCodeTail, SCENARIOS } from '../../src/sandbox/scenarios.ts'
import { VirtualClock, WireClient } from './sandbox-client.ts'
import type { Fields, V2Answer } from './sandbox-v2-client.ts'
import { chargeFields, V2Client } from './sandbox-v2-client.ts'

const START_MS = Date.parse('2026-05-06T07:08:09Z')

let dir: string
let clock: VirtualClock
let sandbox: Sandbox
let v2: V2Client

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'guitai-sandbox-'))
  clock = new VirtualClock(START_MS)
  sandbox = await startSandbox({ dir, clock })
  v2 = new V2Client(dir, new WireClient(dir, sandbox.origin, clock))
})

afterAll(async () => {
  v2.close()
  await sandbox.close()
  rmSync(dir, { recursive: true, force: true })
})

let orders = 0
const newOrder = (): string => {
  orders += 1
  return `V2S-${orders}-ORDER`
}
const amountOf = (scenario: string): number => {
  const amountFen = magicAmountFen(scenario)
  if (amountFen === undefined) throw new Error(`no scenario ${scenario}`)
  return amountFen
}
const rowOf = (order: string) => sandbox.ledger().find((row) => row.outTradeNo === order)
const stateOf = async (order: string): Promise<unknown> => {
  const { fields } = await v2.query(order)
  return fields?.trade_state ?? fields?.err_code
}

/** What the charge's answer looks like, and what the ledger says right after it. */
type Seen = {
  /** HTTP status, where it is not 200. */
  readonly status?: number
  readonly error?: string
  readonly signature: 'good' | 'bad' | 'none'
  /** `err_code`, or SUCCESS. */
  readonly result?: string
  readonly fields?: Fields
  /** State in the ledger; absent: no order. */
  readonly ledger?: string
  readonly charges: number
}

const paid = { ledger: 'SUCCESS', charges: 1 } as const
const good = { signature: 'good', result: 'SUCCESS', ...paid } as const
const nothing = { signature: 'none', charges: 0 } as const
const lost = { status: 0, error: 'ECONNRESET', signature: 'none' } as const
const asked = { signature: 'good', result: 'USERPAYING', ledger: 'USERPAYING', charges: 0 } as const
const refused = (result: string) =>
  ({ signature: 'good', result, ledger: 'NOTPAY', charges: 0 }) as const
const refusedBefore = (result: string) => ({ signature: 'good', result, charges: 0 }) as const
const unreadable = { signature: 'none', ...paid } as const

const AT_ONCE: Readonly<Record<string, Seen>> = {
  ok: good,
  password_ok: asked,
  password_cancel: asked,
  password_wrong: asked,
  password_none: asked,
  answer_lost: { ...lost, ...paid },
  system_error_paid: { signature: 'good', result: 'SYSTEMERROR', ...paid },
  system_error_unpaid: refused('SYSTEMERROR'),
  rate_limited: refusedBefore('FREQUENCY_LIMITED'),
  unavailable: { status: 503, ...nothing },
  bank_error: refused('BANKERROR'),
  bank_error_paid: { signature: 'good', result: 'BANKERROR', ...paid },
  not_enough: refused('NOTENOUGH'),
  code_expired: refusedBefore('AUTHCODEEXPIRE'),
  code_invalid: refusedBefore('AUTH_CODE_INVALID'),
  code_used: refusedBefore('AUTH_CODE_INVALID'),
  rule_limit: refused('RULELIMIT'),
  account_error: refused('TRADE_ERROR'),
  trade_error: refused('TRADE_ERROR'),
  no_auth: refusedBefore('NOAUTH'),
  late_commit: { ...lost, ...paid },
  request_dropped: { ...lost, charges: 0 },
  reverse_refused: asked,
  reverse_error_done: asked,
  reverse_lost: asked,
  unsigned: { ...good, signature: 'none' },
  signature_wrong: { ...good, signature: 'bad' },
  serial_wrong: { ...good, signature: 'bad' },
  signature_stale: good,
  signature_probe: good,
  truncated_json: unreadable,
  cut_body: { ...unreadable, error: 'ECONNRESET' },
  not_json: unreadable,
  html_502: { status: 502, ...unreadable },
  empty_200: unreadable,
  redirect_302: { status: 302, ...unreadable },
  other_amount: { ...good, fields: { total_fee: String(amountOf('other_amount') + 1) } },
  other_mchid: { ...good, fields: { mch_id: '1900000009' } },
  other_appid: { ...good, fields: { appid: 'wxsandbox00000009' } },
  other_order: { ...good, fields: { out_trade_no: 'SANDBOX-ANOTHER-ORDER' } },
  huge_body: good,
  unknown_code: refused('SANDBOX_NEVER_HEARD_OF'),
  unknown_code_paid: { signature: 'good', result: 'SANDBOX_NEVER_HEARD_OF', ...paid },
  old_spelling: refused('NOTENOUGH'),
  late_arrival: { ...lost, ledger: 'NOTPAY', charges: 0 },
  refunded_later: good,
  credit_only: good,
  credit_anyway: good,
  debit_card: good,
}

/** Scenarios whose answer takes its time, and how long. */
const IN_TIME: Readonly<Record<string, number>> = {
  ok_slowly: 3000,
  answer_delayed: 60_000,
  slow_headers: 60_000,
  slow_body: 60_000,
}

describe('every scenario, on v2', () => {
  it('has a row in these tables', () => {
    const tested = [...Object.keys(AT_ONCE), ...Object.keys(IN_TIME)].sort()
    expect([...SCENARIOS.keys()].sort()).toEqual(tested)
  })

  it.each(Object.entries(AT_ONCE))('%s', async (name, seen) => {
    const order = newOrder()
    const { wire, fields, signature } = await v2.charge(order, amountOf(name))
    expect(wire.error).toBe(seen.error)
    expect(wire.status).toBe(seen.status ?? 200)
    expect(wire.headers['wechatpay-signature']).toBeUndefined()
    expect(fields?.err_code ?? fields?.result_code).toBe(seen.result)
    expect(signature).toBe(seen.signature)
    if (seen.fields) expect(fields).toMatchObject(seen.fields)
    expect(rowOf(order)?.state).toBe(seen.ledger)
    expect(rowOf(order)?.charges ?? 0).toBe(seen.charges)
    if (['late_commit', 'late_arrival'].includes(name)) return
    expect(await stateOf(order)).toBe(seen.ledger ?? 'ORDERNOTEXIST')
  })

  it.each(Object.entries(IN_TIME))('%s', async (name, ms) => {
    const order = newOrder()
    const waiting = clock.nextTimer()
    let done = false
    const pending = v2.charge(order, amountOf(name)).then((answer) => {
      done = true
      return answer
    })
    await waiting
    clock.advance(ms - 1)
    await v2.query(order)
    expect(done).toBe(false)
    clock.advance(1)
    const answer = await pending
    expect(answer.signature).toBe('good')
    expect(answer.fields).toMatchObject({ result_code: 'SUCCESS', out_trade_no: order })
    expect(rowOf(order)).toMatchObject({ state: 'SUCCESS', charges: 1 })
  })

  it('is chosen by code and by header as on v3', async () => {
    const code = `15000000000055${'0'}${magicCodeTail('not_enough')}`
    const byCode = await v2.charge(newOrder(), 100, { fields: { auth_code: code } })
    expect(byCode.fields?.err_code).toBe('NOTENOUGH')
    const headers = { 'Wechatpay-Negative-Test': 'MICROPAY_USERPAYING' }
    const byHeader = await v2.charge(newOrder(), 100, { headers })
    expect(byHeader.fields?.err_code).toBe('USERPAYING')
  })
})

describe('faults of other calls', () => {
  const told = ({ wire, fields, signature }: V2Answer) => ({
    status: wire.status,
    result: fields?.err_code ?? fields?.result_code,
    recall: fields?.recall,
    signature,
  })

  it.each([
    ['unsigned', { status: 200, result: 'SUCCESS', signature: 'none' }],
    ['signature_wrong', { status: 200, result: 'SUCCESS', signature: 'bad' }],
    ['system_error_paid', { status: 200, result: 'SYSTEMERROR', signature: 'good' }],
    ['answer_lost', { status: 0, result: undefined, signature: 'none' }],
    ['html_502', { status: 502, result: undefined, signature: 'none' }],
    ['other_order', { status: 200, result: 'SUCCESS', signature: 'good' }],
  ])('%s strikes a query that asks for it by header', async (name, seen) => {
    const order = newOrder()
    await v2.charge(order, 100)
    const headers = { 'Wechatpay-Negative-Test': name }
    expect(told(await v2.query(order, { headers }))).toEqual({ recall: undefined, ...seen })
    expect(told(await v2.query(order))).toMatchObject({ result: 'SUCCESS', signature: 'good' })
  })

  it('a reversal that answers SYSTEMERROR, or nothing, has happened and is to be called again', async () => {
    for (const [name, status, recall] of [
      ['reverse_error_done', 200, 'Y'],
      ['reverse_lost', 0, undefined],
    ] as const) {
      const order = newOrder()
      await v2.charge(order, amountOf(name))
      clock.advance(45_000)
      expect(told(await v2.reverse(order))).toMatchObject({ status, recall })
      expect(rowOf(order)?.state).toBe('REVOKED')
      expect(told(await v2.reverse(order))).toMatchObject({ result: 'SUCCESS', recall: 'N' })
    }
  })

  it('reverse_refused says USERPAYING twice after the dialog ended', async () => {
    const order = newOrder()
    await v2.charge(order, amountOf('reverse_refused'))
    clock.advance(45_000)
    const seen = []
    for (let index = 0; index < 3; index += 1) {
      const { result, recall } = told(await v2.reverse(order))
      seen.push(`${result} ${recall}`)
    }
    expect(seen).toEqual(['USERPAYING Y', 'USERPAYING Y', 'SUCCESS N'])
  })

  it('late orders are not there yet, for a query and for a reversal', async () => {
    const hidden = newOrder()
    await v2.charge(hidden, amountOf('late_commit'))
    const states = []
    for (let index = 0; index < 4; index += 1) states.push(await stateOf(hidden))
    expect(states).toEqual(['ORDERNOTEXIST', 'ORDERNOTEXIST', 'ORDERNOTEXIST', 'SUCCESS'])
    const late = newOrder()
    await v2.charge(late, amountOf('late_arrival'))
    expect(told(await v2.reverse(late)).result).toBe('INVALID_TRANSACTIONID')
    clock.advance(20_000)
    expect(await stateOf(late)).toBe('SUCCESS')
  })

  it('what was not processed the first time is processed when sent again', async () => {
    for (const name of ['rate_limited', 'unavailable', 'request_dropped']) {
      const order = newOrder()
      const sending = { fields: chargeFields(order, amountOf(name)) }
      expect(told(await v2.send('/pay/micropay', sending)).result).not.toBe('SUCCESS')
      expect(told(await v2.send('/pay/micropay', sending)).result).toBe('SUCCESS')
      expect(rowOf(order)).toMatchObject({ state: 'SUCCESS', charges: 1 })
    }
  })
})
