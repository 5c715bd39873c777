import { createCipheriv, createHash } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { magicRefundFen } from '../../src/sandbox/refund-scenarios.ts'
import { readConfig } from '../../src/terminal/config.ts'
import { readSecret } from '../../src/terminal/identity.ts'
import { type NoticeProxy, openNoticeProxy } from '../support/notice-proxy.ts'
import { openVirtualCounter, until, type VirtualCounter } from './virtual-counter.ts'

const TOTAL_FEN = 100_000
let counter: VirtualCounter
let proxy: NoticeProxy
beforeEach(async () => {
  counter = await openVirtualCounter()
  proxy = await openNoticeProxy(counter.dir)
})
afterEach(async () => {
  await proxy.close()
  await counter.close()
})

/** What APIv2 sends of a refund, under a key. */
function notice(fields: object, outer: object, apiKey: string): Buffer {
  const write = (all: object) =>
    Object.entries(all)
      .map(([name, text]) => `<${name}><![CDATA[${text}]]></${name}>`)
      .join('')
  const key = createHash('md5').update(apiKey).digest('hex')
  const cipher = createCipheriv('aes-256-ecb', key, null)
  const sealed = Buffer.concat([cipher.update(`<root>${write(fields)}</root>`), cipher.final()])
  const all = { return_code: 'SUCCESS', ...outer, req_info: sealed.toString('base64') }
  return Buffer.from(`<xml>${write(all)}</xml>`)
}

describe('a refund notice of APIv2', () => {
  it.each([
    ['asks and settles', undefined, 200, 'refunded'],
    ['of another key changes nothing', 'k'.repeat(32), 401, 'processing'],
  ])('%s', async (_what, otherKey, status, phase) => {
    const terminal = await counter.start({ gateway: { refundNotifyUrl: proxy.url }, merchant: {} })
    proxy.terminal = terminal.api
    const config = readConfig(counter.sandbox.terminalConfig)
    if (!config.ok) throw new Error(config.error.code)
    const { merchant, baseDir } = config.value
    const key = readSecret(`${baseDir}/${merchant.apiV2KeyFile}`, 'key')
    if (!key.ok) throw new Error(key.error.code)
    const { id } = await counter.sellPaid(terminal, TOTAL_FEN)
    const amountFen = magicRefundFen('ok') ?? 0
    const now = await counter.refund(terminal, { saleId: id, amountFen })
    await until(() => now().phase === 'processing')
    const { outTradeNo, outRefundNo, refundId = '' } = now()
    const fields = {
      ...{ out_trade_no: outTradeNo, out_refund_no: outRefundNo, refund_id: refundId },
      ...{ refund_status: 'SUCCESS', total_fee: TOTAL_FEN, refund_fee: amountFen },
    }
    const body = notice(
      fields,
      { appid: merchant.appId, mch_id: merchant.id },
      otherKey ?? key.value.trim(),
    )
    proxy.change = () => ({ headers: { 'content-type': 'text/xml' }, body })
    counter.clock.advance(3_000)
    await proxy.until(1)
    if (phase === 'refunded') await until(() => now().phase === 'refunded')
    expect(proxy.seen[0]?.reply.status).toBe(status)
    if (status === 200)
      expect(proxy.seen[0]?.reply.text).toContain('<return_code><![CDATA[SUCCESS]]>')
    expect(now().phase).toBe(phase)
  })
})
