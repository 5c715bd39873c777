import { readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, expect, it, test } from 'vitest'
import { makeOutTradeNo } from '../../src/domain/order-number.ts'
import type { BillSource } from '../../src/ports/bill-source.ts'
import type { Expected, Gateway } from '../../src/ports/gateway.ts'
import { type Sandbox, startSandbox } from '../../src/sandbox/node/sandbox.ts'
import { mintPaymentCode } from '../../src/sandbox/node/simulated-scanner.ts'
import { readConfig } from '../../src/terminal/config.ts'
import { makeGateway } from '../../src/terminal/gateway.ts'
import { createRealClock } from '../support/real-clock.ts'
import { createRandom } from '../support/seeded.ts'
import { createMemoryLog, freshFolder } from '../unit/gateway/node/rig.ts'

/** The v2 client against the sandbox, which shares no code with it. */
const ALL_V2 = { charge: 'v2', query: 'v2', reverse: 'v2', refund: 'v2' }
const clock = createRealClock()
const random = createRandom(21)
const log = createMemoryLog()
const open: { close(): Promise<void> }[] = []
let sandbox: Sandbox
let v2: Gateway & BillSource
let v3: Gateway & BillSource

/** The gateway of the sandbox's configuration, with these calls. */
async function gatewayWith(calls: object): Promise<Gateway & BillSource> {
  const settings = JSON.parse(readFileSync(sandbox.terminalConfig, 'utf8'))
  const file = join(dirname(sandbox.terminalConfig), `changed-${open.length}.json`)
  writeFileSync(file, JSON.stringify({ ...settings, gateway: { ...settings.gateway, calls } }))
  const config = readConfig(file)
  if (!config.ok) throw new Error(config.error.detail)
  const made = await makeGateway(config.value, { dataDir: freshFolder(), clock, log })
  if (!made.ok) throw new Error(`${made.error.code} ${made.error.field}`)
  open.push(made.value)
  return made.value
}

beforeAll(async () => {
  sandbox = await startSandbox({ dir: freshFolder() })
  open.push(sandbox)
  v2 = await gatewayWith(ALL_V2)
  v3 = await gatewayWith({})
})
afterAll(async () => {
  for (const one of open.reverse()) await one.close()
})

function order(): Expected {
  const { merchant } = JSON.parse(readFileSync(sandbox.terminalConfig, 'utf8'))
  const outTradeNo = makeOutTradeNo(clock.nowMs(), random.bytes(12))
  return { outTradeNo, amountFen: 1_230, merchantId: merchant.id, appId: merchant.appId }
}

function charge(gateway: Gateway, expected: Expected, scenario: string, noCredit = false) {
  const code = mintPaymentCode(scenario, () => random.next())
  const rest = { code, description: '测试', storeId: 'S001', noCredit }
  return gateway.signCharge({ ...expected, ...rest }).send()
}

test.each([
  ['ok', 'paid', 'paid'],
  ['password_none', 'paying', 'paying'],
  ['not_enough', 'refused', 'unpaid'],
  ['code_expired', 'refused', 'not_found'],
  ['system_error_paid', 'unknown', 'paid'],
  ['bank_error', 'unknown', 'unpaid'],
  ['answer_lost', 'unknown', 'paid'],
  ['unsigned', 'unknown', 'paid'],
  ['signature_wrong', 'unknown', 'paid'],
  ['other_amount', 'unknown', 'paid'],
  ['other_mchid', 'unknown', 'paid'],
  ['other_appid', 'unknown', 'paid'],
  ['other_order', 'unknown', 'paid'],
  ['cut_body', 'unknown', 'paid'],
  ['html_502', 'unknown', 'paid'],
  ['unknown_code_paid', 'unknown', 'paid'],
])('P3, P4: %s is %s, and asked about it is %s by either API', async (scenario, kind, asked) => {
  const expected = order()
  expect((await charge(v2, expected, scenario)).kind).toBe(kind)
  expect((await v2.query(expected)).kind).toBe(asked)
  expect((await v3.query(expected)).kind).toBe(asked)
})

it('reverses by v2 what was charged by v3, and by v3 what was charged by v2', async () => {
  for (const [first, second] of [
    [v3, v2],
    [v2, v3],
  ] as const) {
    const expected = order()
    expect((await charge(first, expected, 'ok')).kind).toBe('paid')
    expect((await second.reverse(expected)).kind).toBe('reversed')
    expect((await first.query(expected)).kind).toBe('closed')
  }
})

it('does not reverse while the customer confirms', async () => {
  const expected = order()
  await charge(v2, expected, 'password_none')
  expect((await v2.reverse(expected)).kind).toBe('paying')
})

it('refunds once however often it is asked, by the merchant certificate', async () => {
  const { amountFen, ...expected } = order()
  await charge(v2, { ...expected, amountFen }, 'ok')
  const request = {
    ...expected,
    outRefundNo: `RF${expected.outTradeNo}`,
    totalFen: amountFen,
    refundFen: 300,
    reason: '退货',
  }
  expect((await v2.queryRefund(request)).kind).toBe('not_found')
  const taken = await v2.refund(request)
  expect(taken).toMatchObject({ kind: 'refund', state: 'processing' })
  expect(await v2.refund(request)).toMatchObject({ kind: 'refund', state: 'processing' })
  const refundId = taken.kind === 'refund' ? taken.refundId : ''
  for (const gateway of [v2, v3]) {
    expect(await gateway.queryRefund(request)).toMatchObject({ kind: 'refund', refundId })
  }
  const other = await v2.queryRefund({ ...request, refundFen: 301 })
  expect(other).toMatchObject({ kind: 'unknown', cause: 'gateway.mismatch' })
  expect(sandbox.refusedClientCertificates()).toEqual({})
})

it('switches credit off where it is asked to, and only there', async () => {
  const [free, ruledOut] = [order(), order()]
  expect((await charge(v3, free, 'credit_only')).kind).toBe('paid')
  expect(await charge(v3, ruledOut, 'credit_only', true)).toMatchObject({
    kind: 'refused',
    cause: 'gateway.not_enough',
  })
  expect((await v3.query(ruledOut)).kind).toBe('unpaid')
})

it('P6: keeps codes and keys out of the log', async () => {
  await charge(v2, order(), 'ok')
  const key = readFileSync(join(sandbox.dir, 'apiv2.key'), 'utf8').trim()
  const written = JSON.stringify(log.lines)
  expect(written).toContain('gateway answered')
  expect(written).not.toContain(key)
  expect(written).not.toMatch(/(?<!\d)1[0-5]\d{16}(?!\d)/)
})
