import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { LIMITS } from '../../src/domain/limits.ts'
import type { Sandbox } from '../../src/sandbox/node/sandbox.ts'
import { magicRefundFen } from '../../src/sandbox/refund-scenarios.ts'
import type { RunningTerminal } from '../../src/terminal.ts'
import { type NoticeProxy, openNoticeProxy, type Passed } from '../support/notice-proxy.ts'
import { type VirtualClock, WireClient } from './sandbox-client.ts'
import { openVirtualCounter, until, type VirtualCounter } from './virtual-counter.ts'

/** A real terminal, sandbox and TLS proxy, whose time moves only when told. */
const TOTAL_FEN = 100_000

let counter: VirtualCounter
let dir: string
let clock: VirtualClock
let sandbox: Sandbox
let proxy: NoticeProxy
let terminal: RunningTerminal

beforeEach(async () => {
  counter = await openVirtualCounter()
  dir = counter.dir
  clock = counter.clock
  sandbox = counter.sandbox
  proxy = await openNoticeProxy(dir)
  terminal = await start({ refundNotifyUrl: proxy.url })
})
afterEach(async () => {
  await proxy.close()
  await counter.close()
})

async function start(gateway: object, merchant: object = {}): Promise<RunningTerminal> {
  const started = await counter.start({ gateway, merchant })
  proxy.terminal = started.api
  return started
}

/** A refund of that scenario, of a paid sale, that the gateway has taken. */
async function refund(scenario: string) {
  const { id } = await counter.sellPaid(terminal, TOTAL_FEN)
  const now = await counter.refund(terminal, { saleId: id, amountFen: magicRefundFen(scenario) })
  await until(() => now().phase === 'processing')
  return { id, now }
}

/** Lets time pass for the sandbox and the terminal, and waits for so many notices in all. */
async function pass(byMs: number, count: number): Promise<void> {
  clock.advance(byMs)
  await proxy.until(count)
  const attempts = () => sandbox.notices().reduce((sum, notice) => sum + notice.attempts, 0)
  await until(() => attempts() >= count)
}

function lastNotice(): Passed {
  const notice = proxy.seen.at(-1)?.notice
  if (!notice) throw new Error('no notice')
  return notice
}

const statuses = () => proxy.seen.map(({ reply }) => reply.status)
const failed = (status: number) => ({
  status,
  text: JSON.stringify({ code: 'FAIL', message: '失败' }),
})

describe('a refund notice', () => {
  it('settles a refund before its next question is due', async () => {
    const { now } = await refund('ok')
    const { nextTryAtMs = 0 } = now()
    await pass(3_000, 1)
    await until(() => now().phase === 'refunded')
    expect(statuses()).toEqual([204])
    expect(clock.nowMs()).toBeLessThan(nextTryAtMs)
    expect(now()).toMatchObject({ outcome: 'REFUNDED', queries: 1 })
    expect(sandbox.notices()).toMatchObject([{ attempts: 1 }])
  })

  it('does so at a terminal without an APIv2 key', async () => {
    await terminal.close()
    terminal = await start({ refundNotifyUrl: proxy.url }, { apiV2KeyFile: undefined })
    const { now } = await refund('ok')
    await pass(3_000, 1)
    await until(() => now().phase === 'refunded')
    expect([statuses(), now().queries]).toEqual([[204], 1])
  })

  it('that comes twice is taken twice and asks once', async () => {
    const { now } = await refund('notice_twice')
    await pass(3_000, 1)
    await until(() => now().phase === 'refunded')
    await pass(1_000, 2)
    expect(statuses()).toEqual([204, 204])
    expect(now().queries).toBe(1)
  })

  it('that is overtaken by a later one changes nothing any more', async () => {
    const { now } = await refund('notice_reversed')
    await pass(6_000, 1)
    await until(() => now().phase === 'refunded')
    await pass(1_000, 2)
    expect(statuses()).toEqual([204, 204])
    expect(now()).toMatchObject({ phase: 'refunded', outcome: 'REFUNDED', queries: 1 })
  })

  it('in order, each of them has its question', async () => {
    const { now } = await refund('abnormal_then_ok')
    await pass(3_000, 1)
    await until(() => now().phase === 'abnormal')
    await pass(3_000, 2)
    await until(() => now().phase === 'refunded')
    expect(now().queries).toBe(2)
  })

  it('of a closed refund gives the amount free again', async () => {
    const { now } = await refund('closed')
    await pass(3_000, 1)
    await until(() => now().phase === 'not_refunded')
    expect(now()).toMatchObject({ outcome: 'NOT_REFUNDED', cause: 'refund.closed' })
  })

  it('signed by a certificate nobody knows yet is believed when it comes again', async () => {
    await terminal.close()
    rmSync(join(dir, 'terminal', 'gateway'), { recursive: true, force: true })
    sandbox.setListing('signing')
    terminal = await start({ refundNotifyUrl: proxy.url })
    const { now } = await refund('ok')
    sandbox.rotate()
    const downloads = () => sandbox.requests().filter(({ path }) => path === '/v3/certificates')
    const before = downloads().length
    await pass(3_000, 1)
    expect(statuses()).toEqual([503])
    await until(() => downloads().length > before)
    await pass(1_000, 2)
    if (statuses()[1] === 503) await pass(2_000, 3)
    await until(() => now().phase === 'refunded')
    expect(statuses().at(-1)).toBe(204)
  })

  it('of a refund that is not made here is taken and logged, and asks nothing', async () => {
    const { now } = await refund('notice_none')
    const client = new WireClient(dir, sandbox.origin, clock)
    await client.charge('ELSEWHERE-1', TOTAL_FEN)
    const patch = { notify_url: proxy.url }
    await client.refund('ELSEWHERE-1', 'ELSEWHERE-R1', { refund: 100, total: TOTAL_FEN, patch })
    await pass(3_000, 1)
    expect(statuses()).toEqual([204])
    expect(now()).toMatchObject({ phase: 'processing', queries: 0 })
    expect(readLog()).toMatch(/"refund notice".*ELSEWHERE-R1|ELSEWHERE-R1.*"refund notice"/)
  })
})

describe('a refund notice is not believed, and the refund is asked about as ever,', () => {
  it.each(['notice_garbled', 'notice_stale'])('P3: with %s', async (scenario) => {
    const { now } = await refund(scenario)
    await pass(3_000, 1)
    expect(proxy.seen[0]?.reply).toEqual(failed(401))
    expect(now()).toMatchObject({ phase: 'processing', queries: 0 })
    clock.advance(60_000)
    await until(() => now().phase === 'refunded')
  })

  it('P3: with a signature probe, and when it comes again in order it is', async () => {
    const { now } = await refund('notice_probe')
    await pass(3_000, 1)
    expect([statuses(), now().phase]).toEqual([[401], 'processing'])
    await pass(1_000, 2)
    await until(() => now().phase === 'refunded')
    expect(statuses()).toEqual([401, 204])
  })

  it.each([
    ['its body', ({ headers, body }: Passed) => ({ headers, body: withoutLast(body) })],
    ['nothing but a space', spaced],
    ['its nonce', ({ headers, body }: Passed) => ({ body, headers: withNonce(headers) })],
    ['everything', () => ({ headers: {}, body: Buffer.from('{}') })],
  ])('P3: when the way changed %s', async (_what, change) => {
    const { now } = await refund('ok')
    proxy.change = change
    await pass(3_000, 1)
    expect(proxy.seen[0]?.reply).toEqual(failed(401))
    proxy.change = (notice) => notice
    expect(now().queries).toBe(0)
    await pass(1_000, 2)
    await until(() => now().phase === 'refunded')
  })

  it('when it is kept and played again later', async () => {
    const { now } = await refund('abnormal')
    await pass(3_000, 1)
    await until(() => now().phase === 'abnormal')
    const kept = lastNotice()
    expect((await proxy.pass(kept)).status).toBe(204)
    clock.advance(299_000)
    const { queries } = now()
    clock.advance(1_000)
    expect(await proxy.pass(kept)).toEqual(failed(401))
    expect(now().queries).toBe(queries)
  })

  it('when it is sealed with another APIv3 key', async () => {
    await terminal.close()
    writeFileSync(join(dir, 'other.key'), '0123456789abcdefghijklmnopqrstuv', { mode: 0o600 })
    terminal = await start(
      {
        refundNotifyUrl: proxy.url,
        verification: { mode: 'public_key', id: sandbox.publicKeyId, file: 'pub_key.pem' },
      },
      { apiV3KeyFile: 'other.key' },
    )
    const { now } = await refund('ok')
    await pass(3_000, 1)
    expect(proxy.seen[0]?.reply).toEqual(failed(401))
    expect(now().phase).toBe('processing')
    expect(readLog()).toContain('not_opened')
  })
})

describe('the address of refund notices', () => {
  it.each([false, true])(
    'refuses a megabyte unread (chunked: %s) and goes on',
    async (isChunked) => {
      const { now } = await refund('ok')
      const huge = {
        headers: { 'content-type': 'application/json' },
        body: Buffer.alloc(1_048_576),
      }
      expect(await proxy.pass(huge, { isChunked })).toEqual(failed(413))
      await pass(3_000, 1)
      await until(() => now().phase === 'refunded')
    },
  )

  it('takes so many at once and the rest later', async () => {
    const bad = { headers: {}, body: Buffer.from('{}') }
    for (let count = 0; count < LIMITS.noticesAtOnceMax; count += 1) {
      expect((await proxy.pass(bad)).status).toBe(401)
    }
    expect(await proxy.pass(bad)).toEqual(failed(429))
    clock.advance(1_000)
    expect((await proxy.pass(bad)).status).toBe(401)
  })

  it('wants the Host of the terminal, which a page of another name cannot send', async () => {
    const bad = { headers: {}, body: Buffer.from('{}') }
    expect((await proxy.pass(bad, { host: 'shop.example' })).status).toBe(421)
    expect((await proxy.pass(bad)).status).toBe(401)
  })

  it('is not there when none is configured', async () => {
    await terminal.close()
    terminal = await start({})
    const reply = await proxy.pass({ headers: {}, body: Buffer.from('{}') })
    expect(reply.status).toBe(404)
  })
})

function readLog(): string {
  const folder = join(dir, 'terminal', 'logs')
  return readdirSync(folder)
    .map((name) => readFileSync(join(folder, name), 'utf8'))
    .join('')
}

function withoutLast(body: Buffer): Buffer {
  return Buffer.from(body.toString().replace('"SUCCESS"', '"CLOSED"').replace(/.$/, ''))
}

function spaced({ headers, body }: Passed): Passed {
  return { headers, body: Buffer.concat([body, Buffer.from(' ')]) }
}

function withNonce(headers: Passed['headers']): Passed['headers'] {
  return { ...headers, 'wechatpay-nonce': 'another' }
}
