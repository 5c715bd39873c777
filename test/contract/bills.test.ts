import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it, test } from 'vitest'
import type { Verdict } from '../../src/bills/judge.ts'
import { reconcile } from '../../src/bills/node/reconcile.ts'
import { makeOutTradeNo } from '../../src/domain/order-number.ts'
import type { Attempt, Sale } from '../../src/domain/sale.ts'
import { openGateway } from '../../src/gateway/node/gateway.ts'
import type { BillSource } from '../../src/ports/bill-source.ts'
import type { Gateway } from '../../src/ports/gateway.ts'
import type { BillFault } from '../../src/sandbox/bill-file.ts'
import { SANDBOX_MERCHANT } from '../../src/sandbox/node/credentials.ts'
import { type Sandbox, startSandbox } from '../../src/sandbox/node/sandbox.ts'
import { mintPaymentCode } from '../../src/sandbox/node/simulated-scanner.ts'
import { createRealClock } from '../support/real-clock.ts'
import { createRandom, createSeededEntropy } from '../support/seeded.ts'
import { createMemoryLog, freshFolder } from '../unit/gateway/node/rig.ts'
import { VirtualClock, WireClient } from './sandbox-client.ts'

/** Client, sandbox and comparison together; the sandbox shares no code with the other two. */
const DAY_MS = 86_400_000
const real = createRealClock()
const clock = new VirtualClock(real.nowMs() - DAY_MS)
const day = new Date(clock.nowMs() + 8 * 3_600_000).toISOString().slice(0, 10)
const random = createRandom(11)
const folder = freshFolder()
const path = join(folder, 'bill.csv')
let sandbox: Sandbox
let gateway: Gateway & BillSource
let attempts: Attempt[] = []

async function charge(reversed: boolean): Promise<Attempt> {
  const outTradeNo = makeOutTradeNo(clock.nowMs(), random.bytes(12))
  const { id: merchantId, appId } = SANDBOX_MERCHANT
  const expected = { outTradeNo, amountFen: 1_230, merchantId, appId }
  const code = mintPaymentCode('ok', () => random.next())
  const answer = await gateway
    .signCharge({ ...expected, code, description: '测试', storeId: 'S001' })
    .send()
  if (answer.kind !== 'paid') throw new Error(answer.kind)
  if (reversed) await gateway.reverse(expected)
  return {
    ...expected,
    outcome: reversed ? 'NOT_PAID' : 'PAID',
    submittedAtMs: clock.nowMs(),
    settledAtMs: clock.nowMs(),
    transactionId: answer.transactionId,
  } as Attempt
}

beforeAll(async () => {
  sandbox = await startSandbox({ dir: freshFolder(), clock })
  const read = (name: string) => readFileSync(join(sandbox.dir, name), 'utf8')
  const opened = await openGateway({
    primary: sandbox.origin,
    caPem: read('ca.pem'),
    merchantId: SANDBOX_MERCHANT.id,
    appId: SANDBOX_MERCHANT.appId,
    terminalId: 'POS01',
    deviceIp: '127.0.0.1',
    certificatePem: read('apiclient_cert.pem'),
    privateKeyPem: read('apiclient_key.pem'),
    apiV3Key: read('apiv3.key').trim(),
    verification: { mode: 'certificates' },
    timeouts: { connectMs: 10_000, headersMs: 10_000, bodyMs: 10_000 },
    cacheDir: freshFolder(),
    clock: { ...real, nowMs: () => clock.nowMs() },
    entropy: createSeededEntropy(3),
    log: createMemoryLog(),
  })
  if (!opened.ok) throw new Error(opened.error.code)
  gateway = opened.value
  attempts = [await charge(false), await charge(false), await charge(true)]
  clock.advance(DAY_MS)
})
beforeEach(() => sandbox.setBillFault('none'))
afterAll(async () => {
  await gateway?.close()
  await sandbox?.close()
})

/** Fetches and compares; the code of the problem, or how many orders came to what. */
async function run(fault: BillFault): Promise<string | Partial<Record<Verdict, number>>> {
  sandbox.setBillFault(fault)
  const bill = await gateway.downloadBill(day, path)
  if (!bill.ok) {
    expect(existsSync(`${path}.part`)).toBe(false)
    return bill.error.code
  }
  const done = reconcile({
    asked: { date: day, terminalId: 'POS01', merchantId: SANDBOX_MERCHANT.id },
    journal: { recentSales: () => [{ id: 'sale', attempts } as unknown as Sale] },
    billPath: bill.value.kind === 'file' ? bill.value.path : undefined,
    scratchPath: join(folder, 'comparison.db'),
    onDifference: () => {},
    onSumDifference: () => {},
    onDoublePayment: () => {},
    onRefundDifference: () => {},
    onProgress: () => {},
  })
  expect(existsSync(join(folder, 'comparison.db'))).toBe(false)
  if (!done.ok) return done.error.code
  const counts = Object.entries(done.value.totals).map(([verdict, { count }]) => [verdict, count])
  return Object.fromEntries(counts)
}

const FAULTS: readonly [BillFault, Awaited<ReturnType<typeof run>>][] = [
  ['none', { matched: 3 }],
  ['creating', 'bill.not_ready'],
  ['wrong_hash', 'bill.hash_mismatch'],
  ['wrong_gzip', 'bill.not_fetched'],
  ['extra_column', 'bill.unreadable'],
  ['missing_column', 'bill.unreadable'],
  ['cut_file', 'bill.unreadable'],
  ['amount_changed', { amount_differs: 1, matched: 2 }],
  ['row_missing', { missing_there: 1, matched: 2 }],
  ['foreign_row', { missing_here: 1, matched: 3 }],
]

describe('a bill of the sandbox', () => {
  test.each(FAULTS)('with %s', async (fault, result) => {
    expect(await run(fault)).toEqual(result)
  })

  it('is not there for a day without trade', async () => {
    const before = new Date(clock.nowMs() - 9 * DAY_MS).toISOString().slice(0, 10)
    const bill = await gateway.downloadBill(before, path)
    expect(bill).toEqual({ ok: true, value: { kind: 'no_trade' } })
  })

  it('is not there for a day that has not ended', async () => {
    const today = new Date(clock.nowMs() + 8 * 3_600_000).toISOString().slice(0, 10)
    expect(await gateway.downloadBill(today, path)).toHaveProperty('error.code', 'bill.not_fetched')
  })

  it('can be had for five minutes, unsigned, to a signed request', async () => {
    const wire = new WireClient(sandbox.dir, sandbox.origin, clock)
    const asked = await wire.send({
      method: 'GET',
      path: `/v3/bill/tradebill?bill_date=${day}&bill_type=ALL`,
    })
    const { download_url } = JSON.parse(asked.body.toString()) as { download_url: string }
    const place = download_url.slice(sandbox.origin.length)
    const file = await wire.send({ method: 'GET', path: place })
    expect(file.headers).not.toHaveProperty('wechatpay-signature')
    expect(file.body.subarray(0, 3)).toEqual(Buffer.from([0xef, 0xbb, 0xbf]))
    const unsigned = await wire.send({ method: 'GET', path: place, auth: { whole: null } })
    expect(unsigned.status).toBe(401)
    clock.advance(300_000)
    expect((await wire.send({ method: 'GET', path: place })).status).toBe(400)
  })
})
