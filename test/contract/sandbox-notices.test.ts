import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Sandbox } from '../../src/sandbox/node/sandbox.ts'
import { startSandbox } from '../../src/sandbox/node/sandbox.ts'
import { magicRefundFen } from '../../src/sandbox/refund-scenarios.ts'
import type { NoticeReceiver } from './notice-receiver.ts'
import { openNoticeReceiver } from './notice-receiver.ts'
import { jsonOf, VirtualClock, WireClient } from './sandbox-client.ts'

const START_MS = Date.parse('2026-05-06T07:08:09Z')
const TOTAL_FEN = 100_000

let dir: string
let clock: VirtualClock
let sandbox: Sandbox
let client: WireClient
let receiver: NoticeReceiver

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'guitai-sandbox-'))
  clock = new VirtualClock(START_MS)
  sandbox = await startSandbox({ dir, clock })
  client = new WireClient(dir, sandbox.origin, clock)
  receiver = await openNoticeReceiver(dir)
})

afterEach(async () => {
  await receiver.close()
  await sandbox.close()
  rmSync(dir, { recursive: true, force: true })
})

const refund = async (scenario: string, headers: Record<string, string> = {}) => {
  await client.charge('NOTICE-ORDER', TOTAL_FEN)
  const refundFen = magicRefundFen(scenario) ?? 0
  const patch = { notify_url: receiver.url }
  const more = { refund: refundFen, total: TOTAL_FEN, patch, headers }
  const answer = await client.refund('NOTICE-ORDER', 'NOTICE-REFUND', more)
  expect(answer.status).toBe(200)
  return jsonOf(answer)
}
/** Lets the time pass, and resolves when the sandbox has dealt with the answer of a notice. */
const pass = async (byMs: number, count: number): Promise<void> => {
  clock.advance(byMs)
  await receiver.until(count)
  await dealtWith(count)
}
const dealtWith = async (count: number): Promise<void> => {
  const attempts = () => sandbox.notices().reduce((sum, notice) => sum + notice.attempts, 0)
  while (attempts() < count) await new Promise((resolve) => setImmediate(resolve))
}
const signatureOf = (index: number): string => {
  const notice = receiver.received[index]
  if (notice === undefined) throw new Error(`no notice ${index}`)
  const { headers, body } = notice
  return client.signatureOf({ status: 0, headers, body, error: undefined, reused: false })
}
const kinds = () => receiver.received.map(({ value }) => value.event_type)

describe('a refund notice', () => {
  it('is signed, sealed, and comes when the refund is done', async () => {
    const taken = await refund('ok')
    expect(receiver.received).toHaveLength(0)
    await pass(3_000, 1)
    expect(signatureOf(0)).toBe('good')
    expect(receiver.received[0]?.value).toMatchObject({
      id: expect.stringMatching(/^EV-.{1,33}$/),
      create_time: '2026-05-06T15:08:12+08:00',
      event_type: 'REFUND.SUCCESS',
      resource_type: 'encrypt-resource',
      resource: {
        original_type: 'refund',
        algorithm: 'AEAD_AES_256_GCM',
        associated_data: 'refund',
        nonce: expect.stringMatching(/^.{12}$/),
      },
    })
    expect(receiver.received[0]?.resource).toEqual({
      mchid: '1900000001',
      out_trade_no: 'NOTICE-ORDER',
      transaction_id: taken?.transaction_id,
      out_refund_no: 'NOTICE-REFUND',
      refund_id: taken?.refund_id,
      refund_status: 'SUCCESS',
      success_time: '2026-05-06T15:08:12+08:00',
      user_received_account: '支付用户零钱',
      amount: {
        total: TOTAL_FEN,
        refund: magicRefundFen('ok'),
        payer_total: TOTAL_FEN,
        payer_refund: magicRefundFen('ok'),
      },
    })
    expect(sandbox.notices()).toMatchObject([{ outcome: 'delivered', attempts: 1 }])
  })

  it('is signed by the public key when the refund asked for it', async () => {
    await refund('ok', { 'Wechatpay-Serial': sandbox.publicKeyId })
    await pass(3_000, 1)
    expect(receiver.received[0]?.headers['wechatpay-serial']).toBe(sandbox.publicKeyId)
    expect(signatureOf(0)).toBe('good')
  })

  it('goes to an https receiver as well', async () => {
    await receiver.close()
    receiver = await openNoticeReceiver(dir, true)
    await refund('ok')
    await pass(3_000, 1)
    expect([receiver.url.slice(0, 6), signatureOf(0)]).toEqual(['https:', 'good'])
  })

  it('is not planned again by a repeat of the request', async () => {
    await refund('ok')
    await refund('ok')
    expect(sandbox.notices()).toHaveLength(1)
  })

  it.each([
    ['abnormal', 'REFUND.ABNORMAL'],
    ['closed', 'REFUND.CLOSED'],
  ])('says %s', async (scenario, kind) => {
    await refund(scenario)
    await pass(3_000, 1)
    expect(kinds()).toEqual([kind])
    expect(receiver.received[0]?.resource.success_time).toBeUndefined()
  })

  it('comes again with pauses until it is taken', async () => {
    receiver.answers = [500, 404, 200]
    await refund('ok')
    await pass(3_000, 1)
    await pass(1_000, 2)
    clock.advance(1_999)
    expect(receiver.received).toHaveLength(2)
    await pass(1, 3)
    clock.advance(600_000)
    expect(sandbox.notices()).toMatchObject([{ outcome: 'delivered', attempts: 3 }])
    expect(new Set(receiver.received.map(({ value }) => value.id)).size).toBe(1)
  })

  it('is given up after six attempts', async () => {
    receiver.answers = Array.from({ length: 10 }, () => 500)
    await refund('ok')
    await pass(3_000, 1)
    for (const [index, pauseMs] of [1_000, 2_000, 4_000, 8_000, 15_000].entries()) {
      await pass(pauseMs, index + 2)
    }
    clock.advance(600_000)
    expect(sandbox.notices()).toMatchObject([{ outcome: 'given_up', attempts: 6 }])
    expect(receiver.received).toHaveLength(6)
  })

  it('does not wait longer than five seconds for an answer', async () => {
    receiver.answers = [null]
    await refund('ok')
    clock.advance(3_000)
    await receiver.until(1)
    clock.advance(5_000)
    await dealtWith(1)
    await pass(1_000, 2)
    expect(sandbox.notices()).toMatchObject([{ outcome: 'delivered', attempts: 2 }])
  })

  it('comes after a restart when the sandbox died before', async () => {
    await refund('ok')
    await sandbox.close()
    clock.advance(60_000)
    sandbox = await startSandbox({ dir, clock })
    await pass(0, 1)
    expect(kinds()).toEqual(['REFUND.SUCCESS'])
  })
})

describe('by scenario, notices', () => {
  it('come twice', async () => {
    await refund('notice_twice')
    await pass(3_000, 1)
    await pass(1_000, 2)
    const ids = receiver.received.map(({ value }) => value.id)
    expect(ids[0]).toBe(ids[1])
  })

  it('come the wrong way round', async () => {
    await refund('notice_reversed')
    clock.advance(5_999)
    expect(receiver.received).toHaveLength(0)
    await pass(1, 1)
    await pass(1_000, 2)
    expect(kinds()).toEqual(['REFUND.SUCCESS', 'REFUND.ABNORMAL'])
  })

  it('come in order otherwise', async () => {
    await refund('abnormal_then_ok')
    await pass(3_000, 1)
    await pass(3_000, 2)
    expect(kinds()).toEqual(['REFUND.ABNORMAL', 'REFUND.SUCCESS'])
  })

  it('do not come', async () => {
    await refund('notice_none')
    clock.advance(600_000)
    expect(sandbox.notices()).toEqual([])
  })

  it.each([
    ['notice_garbled', 'bad'],
    ['notice_stale', 'stale'],
  ])('%s are signed %s', async (scenario, kind) => {
    await refund(scenario)
    await pass(3_000, 1)
    expect(signatureOf(0)).toBe(kind)
  })

  it('begin with a probe and come properly signed when it was refused', async () => {
    receiver.answers = [401]
    await refund('notice_probe')
    await pass(3_000, 1)
    expect(receiver.received[0]?.headers['wechatpay-signature']).toMatch(/^WECHATPAY\/SIGNTEST\//)
    await pass(1_000, 2)
    expect([signatureOf(0), signatureOf(1)]).toEqual(['bad', 'good'])
  })
})
