import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createDispatch } from '../../src/api/dispatch.ts'
import { openServer, type Server } from '../../src/api/node/server.ts'
import { WAITS } from '../../src/domain/waits.ts'
import { openJournal } from '../../src/journal/node/sqlite-journal.ts'
import type { RefundAnswer } from '../../src/ports/gateway.ts'
import type { JournalFile } from '../../src/ports/journal.ts'
import { type Sandbox, startSandbox } from '../../src/sandbox/node/sandbox.ts'
import { readConfig } from '../../src/terminal/config.ts'
import { journalPath } from '../../src/terminal/folders.ts'
import { keepIdentity, readIdentity } from '../../src/terminal/identity.ts'
import { openTill, type Till } from '../support/till.ts'

const CLI = join(import.meta.dirname, '..', '..', 'src', 'cli.ts')

let dir: string
let sandbox: Sandbox
let till: Till
let server: Server

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'guitai-refund-'))
  // For its configuration only: the terminal behind the command is the till of each test.
  sandbox = await startSandbox({ dir })
})
afterAll(async () => {
  await sandbox.close()
  rmSync(dir, { recursive: true, force: true })
})

let held: JournalFile

beforeEach(async () => {
  const config = readConfig(sandbox.terminalConfig)
  if (!config.ok) throw new Error(config.error.code)
  mkdirSync(config.value.dataDir, { recursive: true })
  const identity = readIdentity(config.value.dataDir)
  till = await openTill()
  server = await openServer({
    terminal: till.engine,
    dispatch: createDispatch(till.engine, {
      name: { id: 'POS01', store: '测试店', version: 'test' },
    }),
    grants: [{ token: identity.tokens.admin, scopes: ['admin'] }],
    port: 0,
    origins: [],
    log: till.log,
  })
  keepIdentity(config.value.dataDir, { ...identity, port: server.port })
  // A command speaks to a terminal that holds its journal, and to nobody else.
  const opened = openJournal(journalPath(config.value.dataDir))
  if (!opened.ok) throw new Error(opened.error.code)
  held = opened.value
  held.append({ atMs: 0, kind: 'terminal_started', event: {}, sales: [] })
})
afterEach(async () => {
  held.close()
  await server.close()
  await till.close()
})

type Run = { readonly code: number; readonly out: string; readonly said: string }

const words = (args: readonly string[]) => [
  CLI,
  'refund',
  '--config',
  sandbox.terminalConfig,
  ...args,
]
const envIn = (lang: string) => ({ ...process.env, LANG: lang })

function refund(args: readonly string[], lang = 'en'): Promise<Run> {
  return new Promise((done) => {
    execFile(process.execPath, words(args), { env: envIn(lang) }, (failure, out, said) =>
      done({ code: typeof failure?.code === 'number' ? failure.code : 0, out, said }),
    )
  })
}

const WHO = ['--operator', '张敏', '--reason', '退货']
const taken = (state: 'refunded' | 'processing' | 'abnormal' | 'closed'): RefundAnswer => ({
  kind: 'refund',
  state,
  refundId: '5000',
})

describe('guitai refund', () => {
  it('gives an amount back and says that it is taken', async () => {
    const { id } = await till.sellPaid(1_230)
    const run = await refund(['--sale', id, '--amount', '4.3', ...WHO])
    const [made] = till.sale(id).refunds ?? []
    expect(made).toMatchObject({ amountFen: 430, operator: '张敏', reason: '退货' })
    expect(run).toEqual({
      code: 0,
      out: `refund of 4.30 yuan, ${made?.outRefundNo}: taken by the terminal; the result is not known yet, do not refund again\n`,
      said: '',
    })
    expect(till.gateway.refundCalls).toHaveLength(1)
  })

  it('gives all that is left when no amount is said, in Chinese', async () => {
    const { id } = await till.sellPaid(1_230)
    const run = await refund(['--sale', id, ...WHO], 'zh_CN.UTF-8')
    expect(run.out).toMatch(/^退款 12\.30 元，.+：终端已受理，结果待确认，不要再次退款\n$/)
  })

  it('of the order that is named', async () => {
    const { id, attempts } = await till.sellPaid(1_230)
    const [attempt] = attempts
    const other = await refund(['--sale', id, '--order', 'GTANOTHER001', ...WHO])
    expect(other).toMatchObject({ code: 1, said: expect.stringContaining('no_such_attempt') })
    const run = await refund(['--sale', id, '--order', attempt?.outTradeNo ?? '', ...WHO])
    expect(run.code).toBe(0)
  })

  it.each([
    [['--amount', '12.31'], 'refund.above_remainder'],
    [['--amount', '0'], 'amount.not_positive'],
  ])('ends with 1 and the reason for %j', async (args, code) => {
    const { id } = await till.sellPaid(1_230)
    const run = await refund(['--sale', id, ...args, ...WHO])
    expect(run).toMatchObject({ code: 1, out: '', said: expect.stringContaining(code) })
    expect(till.gateway.refundCalls).toHaveLength(0)
  })

  it.each([
    [['--amount', '1,50'], 'in yuan'],
    [['--amount', '1.505'], 'in yuan'],
    [['--amount=-1'], 'in yuan'],
  ])('ends with 2 for %j', async (args, said) => {
    const { id } = await till.sellPaid(1_230)
    const run = await refund(['--sale', id, ...args, ...WHO])
    expect(run).toMatchObject({ code: 2, said: expect.stringContaining(said) })
    expect(till.sale(id).refunds).toBeUndefined()
  })

  it('refunds once when the first answer is lost on the way', async () => {
    const { id } = await till.sellPaid(1_230)
    const lossy = await loseFirstAnswer(server.port)
    const run = await refund(['--sale', id, '--amount', '4.30', ...WHO])
    await lossy.close()
    expect(run.code).toBe(0)
    expect(lossy.calls()).toBe(2)
    expect(till.sale(id).refunds).toHaveLength(1)
  })

  it('ends with 2 without a reason, and when no terminal answers', async () => {
    const { id } = await till.sellPaid(1_230)
    expect((await refund(['--sale', id, '--operator', '张敏'])).code).toBe(2)
    await server.close()
    const run = await refund(['--sale', id, ...WHO])
    expect(run).toMatchObject({ code: 2, said: expect.stringContaining('look at the sale') })
  })
})

/** The command while it waits. */
type Waiting = {
  /** Resolves with the next line it prints. */
  line(): Promise<string>
  readonly ended: Promise<number | null>
}

function wait(id: string): Waiting {
  const args = words(['--sale', id, '--wait', ...WHO])
  const child: ChildProcess = spawn(process.execPath, args, {
    env: envIn('en'),
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  if (!child.stdout) throw new Error('no output')
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  return {
    line: async () => String((await lines.next()).value),
    ended: new Promise((done) => child.once('exit', done)),
  }
}

describe('guitai refund --wait', () => {
  it('says each step and ends with 0 when the money is given', async () => {
    const { id } = await till.sellPaid(1_230)
    const run = wait(id)
    expect(await run.line()).toContain('taken by the terminal')
    await till.gateway.refundCalls[0]?.answer(taken('processing'))
    expect(await run.line()).toContain('on its way back')
    till.clock.advance(WAITS.refundPollMs[0] ?? 0)
    await till.gateway.refundCalls[1]?.answer(taken('refunded'))
    expect(await run.line()).toMatch(/: given back$/)
    expect(await run.ended).toBe(0)
  })

  it.each([
    ['closed', /: not given back \(.+\[refund\.closed\]\)$/],
    ['abnormal', /: it did not reach the customer \(.+\[refund\.abnormal\]\)$/],
  ] as const)('ends with 1 when it is %s', async (state, line) => {
    const { id } = await till.sellPaid(1_230)
    const run = wait(id)
    await run.line()
    await till.gateway.refundCalls[0]?.answer(taken(state))
    expect(await run.line()).toMatch(line)
    expect(await run.ended).toBe(1)
  })
})

describe('guitai journal', () => {
  it('lists refunds under their sales', async () => {
    const config = readConfig(sandbox.terminalConfig)
    if (!config.ok) throw new Error(config.error.code)
    held.close()
    const kept = await openTill({ journalFile: join(config.value.dataDir, 'journal.db') })
    const [given, open] = [await kept.sellPaid(1_230), await kept.sellPaid(500)]
    await kept.refund(given.id, 430)
    await kept.gateway.refundCalls[0]?.answer(taken('refunded'))
    await kept.refund(open.id)
    await kept.close()
    const listed = await journal('list')
    expect(listed.out.split('\n')).toEqual([
      expect.stringMatching(/^PAID +5\.00 /),
      expect.stringMatching(/^UNKNOWN +5\.00 {2}refund \S+$/),
      expect.stringMatching(/^PAID +12\.30 /),
      expect.stringMatching(/^REFUNDED +4\.30 {2}refund \S+ {2}5000$/),
      '',
    ])
    const lines = (await journal('list', '--json')).out.trimEnd().split('\n')
    expect(JSON.parse(lines[3] ?? '')).toMatchObject({
      amountFen: 430,
      outcome: 'REFUNDED',
      transactionId: '5000',
    })
  })
})

function journal(...args: string[]): Promise<Run> {
  const all = [CLI, 'journal', ...args, '--config', sandbox.terminalConfig]
  return new Promise((done) => {
    execFile(process.execPath, all, { env: envIn('en') }, (failure, out, said) =>
      done({ code: typeof failure?.code === 'number' ? failure.code : 0, out, said }),
    )
  })
}

/** Puts a line before the terminal that is cut once, when the first answer comes back. */
async function loseFirstAnswer(port: number) {
  let calls = 0
  const line = createServer((near) => {
    calls += 1
    const isFirst = calls === 1
    const far = connect(port, '127.0.0.1')
    const host = `127.0.0.1:${port}`
    near.on('data', (bytes) => far.write(String(bytes).replace(/127\.0\.0\.1:\d+/, host)))
    far.on('data', (bytes) => (isFirst ? near.destroy() : near.write(bytes)))
    for (const socket of [near, far]) socket.on('error', () => undefined)
    near.on('close', () => far.destroy())
    far.on('close', () => near.destroy())
  })
  await new Promise<void>((done) => line.listen(0, '127.0.0.1', done))
  const config = readConfig(sandbox.terminalConfig)
  const address = line.address()
  if (!config.ok || address === null || typeof address === 'string') throw new Error('no line')
  const { dataDir } = config.value
  keepIdentity(dataDir, { ...readIdentity(dataDir), port: address.port })
  return {
    calls: () => calls,
    close: () => new Promise<void>((done) => line.close(() => done())),
  }
}
