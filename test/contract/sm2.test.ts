import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type RunningTerminal, startTerminal } from '../../src/terminal.ts'
import { type NoticeProxy, openNoticeProxy } from '../support/notice-proxy.ts'
import { openVirtualCounter, saleOf, until, type VirtualCounter } from './virtual-counter.ts'

/**
 * A real terminal and sandbox of a merchant that signs by SM2, over real TLS and real SQLite, whose time
 * moves only when told.
 */
let counter: VirtualCounter
let proxy: NoticeProxy
let terminal: RunningTerminal
beforeAll(async () => {
  counter = await openVirtualCounter('sm2')
  proxy = await openNoticeProxy(counter.dir)
  terminal = await counter.start({ gateway: { refundNotifyUrl: proxy.url } })
  proxy.terminal = terminal.api
})
afterAll(async () => {
  await proxy.close()
  await counter.close()
})

const verdicts = () => counter.sandbox.requests().map(({ path, verdict }) => `${path} ${verdict}`)
const rowOf = (outTradeNo: string | undefined) =>
  counter.sandbox.ledger().find((row) => row.outTradeNo === outTradeNo)

describe('a terminal of a merchant that signs by SM2', () => {
  it('downloads SM2 certificates, and charges', async () => {
    const sale = await counter.sellPaid(terminal, 1_230)
    expect(rowOf(sale.attempts.at(-1)?.outTradeNo)).toMatchObject({ charges: 1, amountFen: 1_230 })
    expect(verdicts()).toContain('/v3/certificates?algorithm_type=SM2 certificates')
    const kept = readdirSync(join(counter.dir, 'terminal-sm2', 'gateway'))
    expect(kept).toEqual(['platform-certificates-sm2-1900000001.json'])
    const cache = readFileSync(join(counter.dir, 'terminal-sm2', 'gateway', kept[0] ?? ''), 'utf8')
    expect(cache).toMatch(/"AEAD_SM4_GCM"/)
  })

  it('asks about a charge whose answer was lost, and finds it paid', async () => {
    const { id } = await counter.sell(terminal, 1_230, 'answer_lost')
    await counter.passUntil(
      () => saleOf(terminal, id),
      ({ phase }) => phase === 'paid',
    )
    expect(saleOf(terminal, id).attempts.at(-1)?.queries).toBeGreaterThan(0)
  })

  it('takes a charge back that nobody confirms', async () => {
    const { id } = await counter.sell(terminal, 1_230, 'password_none')
    await counter.passUntil(
      () => saleOf(terminal, id),
      ({ phase }) => phase !== 'in_flight',
    )
    const attempt = saleOf(terminal, id).attempts.at(-1)
    expect(attempt).toMatchObject({ phase: 'not_paid' })
    expect(rowOf(attempt?.outTradeNo)?.state).toBe('REVOKED')
  })

  it.each(['unsigned', 'signature_wrong', 'serial_wrong', 'signature_stale', 'signature_probe'])(
    'P3: does not believe an answer that is %s, and a query settles it',
    async (scenario) => {
      const sale = await counter.sell(terminal, 1_230, scenario)
      expect(sale.phase).not.toBe('paid')
      await counter.passUntil(
        () => saleOf(terminal, sale.id),
        ({ phase }) => phase === 'paid',
      )
      expect(rowOf(sale.attempts.at(-1)?.outTradeNo)?.charges).toBe(1)
    },
  )

  it('gives money back, and believes the sealed notification of it', async () => {
    const { id } = await counter.sellPaid(terminal, 100_000)
    const now = await counter.refund(terminal, { saleId: id })
    await until(() => now().phase === 'processing')
    const before = proxy.seen.length
    counter.clock.advance(3_000)
    await proxy.until(before + 1)
    await until(() => now().phase === 'refunded')
    const last = proxy.seen.at(-1)
    expect(last?.reply.status).toBe(204)
    expect(now().queries).toBe(1)
    const { resource } = JSON.parse(String(last?.notice.body))
    expect(resource.algorithm).toBe('AEAD_SM4_GCM')
    expect(last?.notice.headers['wechatpay-signature-type']).toBe('WECHATPAY2-SM2-WITH-SM3')
  })

  it('P3: refuses a notification with a byte changed, or another type', async () => {
    const notice = proxy.seen.at(-1)?.notice
    if (!notice) throw new Error('no notification')
    const text = String(notice.body)
    const type = 'wechatpay-signature-type'
    const { [type]: _type, ...untyped } = notice.headers
    const changed = [
      { ...notice, body: Buffer.from(text.replace('REFUND.SUCCESS', 'REFUND.SUCCESs')) },
      { ...notice, body: Buffer.from(text.replace('AEAD_SM4_GCM', 'AEAD_AES_256_GCM')) },
      { ...notice, headers: { ...notice.headers, [type]: 'WECHATPAY2-SHA256-RSA2048' } },
      { ...notice, headers: untyped },
    ]
    for (const one of changed) expect((await proxy.pass(one)).status).toBe(401)
    expect((await proxy.pass(notice)).status).toBe(204)
  })

  it('goes on after the platform certificate changed', async () => {
    counter.sandbox.rotate()
    expect((await counter.sellPaid(terminal, 1_230)).phase).toBe('paid')
    counter.sandbox.rotate()
  })

  it('verifies by a public key of SM2', async () => {
    await terminal.close()
    const id = readFileSync(join(counter.dir, 'sm2_pub_key_id.txt'), 'utf8').trim()
    const verification = { mode: 'public_key', id, file: 'sm2_pub_key.pem' }
    terminal = await counter.start({ gateway: { verification } })
    expect((await counter.sellPaid(terminal, 1_230)).phase).toBe('paid')
  })
})

describe('a terminal is not started', () => {
  type Changes = { readonly merchant?: object; readonly gateway?: object }
  const CASES: readonly [string, Changes, string, string][] = [
    [
      'that signs by RSA with an SM2 key',
      { merchant: { signature: 'rsa' } },
      'config.key_unreadable',
      'merchant.privateKeyFile',
    ],
    [
      'that signs by SM2 with an RSA key',
      {
        merchant: {
          certificateFile: 'apiclient_cert.pem',
          privateKeyFile: 'apiclient_key.pem',
        },
      },
      'config.key_unreadable',
      'merchant.privateKeyFile',
    ],
    [
      'with keys that are no pair',
      { merchant: { certificateFile: 'sm2_platform_1_cert.pem' } },
      'config.key_mismatch',
      'merchant.privateKeyFile',
    ],
    [
      'with an RSA public key of the gateway',
      {
        gateway: {
          verification: { mode: 'public_key', id: 'PUB_KEY_ID_1', file: 'pub_key.pem' },
        },
      },
      'config.public_key_unreadable',
      'gateway.verification.file',
    ],
    [
      'with a key of APIv2',
      { merchant: { apiV2KeyFile: 'apiv2.key' } },
      'config.invalid_field',
      'merchant.apiV2KeyFile',
    ],
  ]
  it.each(CASES)('%s', async (_what, changes, code, field) => {
    const settings = JSON.parse(readFileSync(counter.sandbox.terminalConfig, 'utf8'))
    const configFile = join(counter.dir, 'refused.json')
    const changed = {
      ...settings,
      dataDir: 'refused',
      merchant: { ...settings.merchant, ...changes.merchant },
      gateway: { ...settings.gateway, ...changes.gateway },
    }
    writeFileSync(configFile, JSON.stringify(changed))
    const started = await startTerminal({ configFile })
    if (started.ok) await started.value.close()
    expect(started).toMatchObject({ ok: false, error: { code, field } })
  })
})
