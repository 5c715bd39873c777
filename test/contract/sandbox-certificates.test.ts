import { copyFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Sandbox } from '../../src/sandbox/node/sandbox.ts'
import { startSandbox } from '../../src/sandbox/node/sandbox.ts'
import type { Sending } from './sandbox-client.ts'
import { chargeBody, jsonOf, refundBody, VirtualClock, WireClient } from './sandbox-client.ts'

const START_MS = Date.parse('2026-05-06T07:08:09Z')
const DAY_MS = 86_400_000
/** The merchant's certificate is valid for five years from the day before the first start. */
const VALID_DAYS = 1_824

let dir: string
let foreignDir: string
let clock: VirtualClock
let sandbox: Sandbox
let client: WireClient
let foreigner: WireClient

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'guitai-sandbox-'))
  foreignDir = mkdtempSync(join(tmpdir(), 'guitai-sandbox-'))
  clock = new VirtualClock(START_MS)
  sandbox = await startSandbox({ dir, clock })
  client = new WireClient(dir, sandbox.origin, clock)
  // Another merchant: a certificate and key of the same making, which this gateway never issued.
  const other = await startSandbox({ dir: foreignDir, clock })
  await other.close()
  copyFileSync(join(dir, 'ca.pem'), join(foreignDir, 'ca.pem'))
  foreigner = new WireClient(foreignDir, sandbox.origin, clock)
  await client.charge('CERTIFICATE-PAID', 1_000)
})

afterAll(async () => {
  await sandbox.close()
  for (const folder of [dir, foreignDir]) rmSync(folder, { recursive: true, force: true })
})

const json = (value: unknown): string => JSON.stringify(value)
const REFUNDS = '/v3/refund/domestic/refunds'
const order = '/v3/pay/transactions/out-trade-no/CERTIFICATE-PAID'
const merchant = { appid: 'wxsandbox00000001', mchid: '1900000001' }
const CALLS: readonly [string, Sending][] = [
  [
    'charge',
    {
      method: 'POST',
      path: '/v3/pay/transactions/codepay',
      body: json(chargeBody('CERTIFICATE-NEW', 100)),
    },
  ],
  ['query', { method: 'GET', path: `${order}?mchid=1900000001` }],
  ['reverse', { method: 'POST', path: `${order}/reverse`, body: json(merchant) }],
  [
    'refund',
    {
      method: 'POST',
      path: REFUNDS,
      body: json(refundBody('CERTIFICATE-PAID', 'CERTIFICATE-R', { refund: 1, total: 1_000 })),
    },
  ],
  ['refund query', { method: 'GET', path: `${REFUNDS}/CERTIFICATE-R` }],
  ['certificates', { method: 'GET', path: '/v3/certificates' }],
  ['bill', { method: 'GET', path: '/v3/bill/tradebill?bill_date=2026-05-05' }],
]
const refusalOf = async (from: WireClient, sending: Sending) => {
  const answer = await from.send(sending)
  const value = jsonOf(answer)
  return [answer.status, value?.code, value?.message]
}
const untouched = () => {
  const rows = sandbox.ledger()
  expect(rows.map(({ outTradeNo, state }) => [outTradeNo, state])).toEqual([
    ['CERTIFICATE-PAID', 'SUCCESS'],
  ])
  expect(rows[0]?.refunds).toEqual([])
}

describe("a call signed with another merchant's certificate is refused", () => {
  it.each(CALLS)('AC-14d/service %s, under its own serial', async (_name, sending) => {
    expect(await refusalOf(foreigner, sending)).toEqual([401, 'SIGN_ERROR', '商户证书序列号有误'])
    untouched()
  })

  it.each(CALLS)("%s, under the merchant's serial", async (_name, sending) => {
    const auth = { serial: sandbox.merchantSerial }
    expect(await refusalOf(foreigner, { ...sending, auth })).toEqual([
      401,
      'SIGN_ERROR',
      '签名错误',
    ])
    untouched()
  })

  it.each(CALLS)('%s, under its own merchant id', async (_name, sending) => {
    const auth = { mchid: '1900000002' }
    const refusal = [401, 'SIGN_ERROR', '商户证书序列号有误']
    expect(await refusalOf(foreigner, { ...sending, auth })).toEqual(refusal)
    expect(await refusalOf(client, { ...sending, auth })).toEqual(refusal)
    untouched()
  })
})

describe('a call signed with an expired certificate is refused', () => {
  it.each(CALLS)('%s', async (_name, sending) => {
    const expiresInMs = START_MS + VALID_DAYS * DAY_MS - clock.nowMs()
    if (expiresInMs > 0) {
      clock.advance(expiresInMs)
      expect((await client.query('CERTIFICATE-PAID')).status).toBe(200)
      clock.advance(1_000)
    }
    expect(await refusalOf(client, sending)).toEqual([401, 'SIGN_ERROR', '商户证书已过期'])
    untouched()
  })
})
