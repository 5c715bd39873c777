import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeOutTradeNo } from '../../../../src/domain/order-number.ts'
import { openGateway } from '../../../../src/gateway/node/gateway.ts'
import type { GatewayOptions } from '../../../../src/gateway/node/settings.ts'
import type { Charge, Expected, Gateway, GatewayAnswer } from '../../../../src/ports/gateway.ts'
import { SANDBOX_MERCHANT } from '../../../../src/sandbox/node/credentials.ts'
import { type Sandbox, startSandbox } from '../../../../src/sandbox/node/sandbox.ts'
import { mintPaymentCode } from '../../../../src/sandbox/node/simulated-scanner.ts'
import { createRealClock } from '../../../support/real-clock.ts'
import { createRandom, createSeededEntropy } from '../../../support/seeded.ts'
import { createMemoryLog, freshFolder } from './rig.ts'

/** The client against a gateway that shares none of its code. */
let sandbox: Sandbox
let gateway: Gateway
const random = createRandom(7)
const clock = createRealClock()

function optionsFor(changes: Partial<GatewayOptions> = {}): GatewayOptions {
  const read = (name: string) => readFileSync(join(sandbox.dir, name), 'utf8')
  return {
    primary: sandbox.origin,
    backup: sandbox.backupOrigin,
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
    clock,
    entropy: createSeededEntropy(3),
    log: createMemoryLog(),
    ...changes,
  }
}

async function open(changes: Partial<GatewayOptions> = {}): Promise<Gateway> {
  const opened = await openGateway(optionsFor(changes))
  if (!opened.ok) throw new Error(opened.error.code)
  return opened.value
}

beforeAll(async () => {
  sandbox = await startSandbox({ dir: freshFolder() })
  gateway = await open()
})
afterAll(async () => {
  await gateway?.close()
  await sandbox?.close()
})

function makeCharge(scenario: string): Charge {
  const outTradeNo = makeOutTradeNo(clock.nowMs(), random.bytes(12))
  const code = mintPaymentCode(scenario, () => random.next())
  const expected: Expected = {
    outTradeNo,
    amountFen: 1_230,
    merchantId: SANDBOX_MERCHANT.id,
    appId: SANDBOX_MERCHANT.appId,
  }
  return { ...expected, code, description: '柜台测试', storeId: 'S001' }
}

function what(answer: GatewayAnswer): string {
  return 'cause' in answer ? `${answer.kind} ${answer.cause}` : answer.kind
}

/** What a charge comes to, and what the query after it says. Scenarios that wait are not here. */
const SCENARIOS: readonly [scenario: string, charge: string, query: string][] = [
  ['ok', 'paid', 'paid'],
  ['password_ok', 'paying', 'paying'],
  ['password_none', 'paying', 'paying'],
  ['answer_lost', 'unknown gateway.cut_off', 'paid'],
  ['system_error_paid', 'unknown gateway.server_error', 'paid'],
  ['system_error_unpaid', 'unknown gateway.server_error', 'unpaid'],
  ['rate_limited', 'unknown gateway.busy', 'not_found'],
  ['unavailable', 'unknown gateway.server_error', 'not_found'],
  ['bank_error', 'unknown gateway.server_error', 'unpaid'],
  ['bank_error_paid', 'unknown gateway.server_error', 'paid'],
  ['not_enough', 'refused gateway.not_enough', 'unpaid'],
  ['old_spelling', 'refused gateway.not_enough', 'unpaid'],
  ['code_expired', 'refused gateway.code_expired', 'not_found'],
  ['code_invalid', 'refused gateway.code_invalid', 'not_found'],
  ['code_used', 'refused gateway.code_invalid', 'not_found'],
  ['rule_limit', 'refused gateway.rule_limit', 'unpaid'],
  ['account_error', 'refused gateway.account_error', 'unpaid'],
  ['trade_error', 'refused gateway.trade_error', 'unpaid'],
  ['no_auth', 'refused gateway.not_authorised', 'not_found'],
  ['late_commit', 'unknown gateway.cut_off', 'not_found'],
  ['request_dropped', 'unknown gateway.cut_off', 'not_found'],
  ['unsigned', 'unknown gateway.bad_signature', 'paid'],
  ['signature_wrong', 'unknown gateway.bad_signature', 'paid'],
  ['serial_wrong', 'unknown gateway.bad_signature', 'paid'],
  ['signature_stale', 'unknown gateway.bad_signature', 'paid'],
  ['signature_probe', 'unknown gateway.bad_signature', 'paid'],
  ['truncated_json', 'unknown gateway.unreadable', 'paid'],
  ['cut_body', 'unknown gateway.cut_off', 'paid'],
  ['not_json', 'unknown gateway.unreadable', 'paid'],
  ['html_502', 'unknown gateway.server_error', 'paid'],
  ['empty_200', 'unknown gateway.bad_signature', 'paid'],
  ['redirect_302', 'unknown gateway.unreadable', 'paid'],
  ['other_amount', 'unknown gateway.mismatch', 'paid'],
  ['other_mchid', 'unknown gateway.mismatch', 'paid'],
  ['other_appid', 'unknown gateway.mismatch', 'paid'],
  ['other_order', 'unknown gateway.mismatch', 'paid'],
  ['huge_body', 'unknown gateway.unreadable', 'paid'],
  ['unknown_code', 'unknown gateway.unknown_code', 'unpaid'],
  ['unknown_code_paid', 'unknown gateway.unknown_code', 'paid'],
]

describe('against the sandbox', () => {
  test.each(SCENARIOS)('P3, P4: %s: charge %s, query %s', async (scenario, charged, queried) => {
    const charge = makeCharge(scenario)
    const first = await gateway.signCharge(charge).send()
    expect(what(first)).toBe(charged)
    if (first.kind === 'unknown') expect(first.sent).toBe(true)
    expect(what(await gateway.query(charge))).toBe(queried)
  })

  test('a reversal of a paid order, and the state after it', async () => {
    const charge = makeCharge('ok')
    expect((await gateway.signCharge(charge).send()).kind).toBe('paid')
    expect((await gateway.reverse(charge)).kind).toBe('reversed')
    expect((await gateway.query(charge)).kind).toBe('closed')
  })

  test('a reversal while the password page is open was not done', async () => {
    const charge = makeCharge('password_none')
    expect((await gateway.signCharge(charge).send()).kind).toBe('paying')
    expect((await gateway.reverse(charge)).kind).toBe('paying')
  })

  test('a slow answer ends in time and is settled by a query', async () => {
    const timeouts = { connectMs: 10_000, headersMs: 60, bodyMs: 60 }
    const hasty = await open({ timeouts })
    for (const scenario of ['answer_delayed', 'slow_headers', 'slow_body']) {
      const charge = makeCharge(scenario)
      expect(what(await hasty.signCharge(charge).send())).toBe('unknown gateway.timeout')
      expect((await gateway.query(charge)).kind).toBe('paid')
    }
    await hasty.close()
  })

  test('answers go on being believed after the platform certificate changed', async () => {
    sandbox.rotate()
    expect((await gateway.signCharge(makeCharge('ok')).send()).kind).toBe('paid')
    sandbox.rotate()
    expect((await gateway.signCharge(makeCharge('ok')).send()).kind).toBe('paid')
  })
})
