import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openJournal } from '../../src/journal/node/sqlite-journal.ts'
import { type Running, startGuitai } from '../support/guitai.ts'
import { createRealClock } from '../support/real-clock.ts'
import { attemptOf, paidAttempt, saleOf } from '../support/sales.ts'
import { billText, type Entry } from '../unit/bills/bill-text.ts'
import { WireClient } from './sandbox-client.ts'

const CLI = join(import.meta.dirname, '..', '..', 'src', 'cli.ts')
const YESTERDAY = new Date(Date.now() + 8 * 3_600_000 - 86_400_000).toISOString().slice(0, 10)

type Ready = { readonly terminalConfig: string; readonly origin: string }
let dir: string
let sandbox: Running<Ready>

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'guitai-reconcile-'))
  sandbox = await startGuitai<Ready>(['sandbox', '--dir', dir, '--json'])
  const terminal = await startGuitai([
    'terminal',
    '--config',
    sandbox.ready.terminalConfig,
    '--json',
  ])
  await terminal.stop()
})
afterAll(async () => {
  await sandbox.stop()
  rmSync(dir, { recursive: true, force: true })
})

function reconcile(...more: string[]) {
  const args = [CLI, 'reconcile', '--config', sandbox.ready.terminalConfig, '--json', ...more]
  const run = spawnSync(process.execPath, args, { encoding: 'utf8' })
  const lines = run.stdout.split('\n').filter((line) => line.startsWith('{'))
  return { code: run.status, events: lines.map((line) => JSON.parse(line)), said: run.stderr }
}

describe('guitai reconcile', () => {
  it('ends with 0 for a day without trade, and keeps no bill, not even of a run that was killed', () => {
    mkdirSync(join(dir, 'terminal', 'bills'), { recursive: true })
    writeFileSync(join(dir, 'terminal', 'bills', '2026-01-02.csv.part'), 'left')
    const { code, events } = reconcile('--date', YESTERDAY)
    expect({ code, events }).toMatchObject({
      code: 0,
      events: [{ event: 'summary', differences: 0 }],
    })
    const kept = join(dir, 'terminal', 'bills')
    expect(readdirSync(kept)).toEqual([])
  })

  it('ends with 1 and names an order that is missing here', () => {
    const bill = join(dir, 'given.csv')
    writeFileSync(
      bill,
      billText([
        {
          商户号: '1900000001',
          设备号: 'POS01',
          微信订单号: '4200000000202611230000000001',
          商户订单号: 'GTFOREIGN0001',
          交易时间: `${YESTERDAY} 12:00:00`,
        },
      ]),
    )
    const { code, events } = reconcile('--date', YESTERDAY, '--bill', bill)
    expect(code).toBe(1)
    expect(events[0]).toMatchObject({ event: 'difference' })
    expect(existsSync(bill)).toBe(true)
  })

  it('ends with 2 and says why when it cannot be done', () => {
    expect(reconcile('--date', YESTERDAY, '--bill', join(dir, 'nowhere.csv')).code).toBe(2)
    expect(reconcile('--date', '2026-13-45')).toMatchObject({
      code: 2,
      said: expect.stringContaining('not a date'),
    })
  })
})

describe('guitai reconcile, asked wrongly or early', () => {
  it('takes yesterday when no day is said, and says which', () => {
    expect(reconcile().events.at(-1)).toMatchObject({ event: 'summary', date: YESTERDAY })
  })

  it('refuses days without a bill in the language asked for', () => {
    const today = new Date(Date.now() + 8 * 3_600_000).toISOString().slice(0, 10)
    expect(reconcile('--date', today, '--language', 'zh-CN')).toMatchObject({
      ...{ code: 2, said: expect.stringContaining('还没有结束') },
    })
    expect(reconcile('--date', '2099-01-01', '--language', 'en').said).toMatch(/not ended/)
    expect(reconcile('--date', '2020-01-01', '--language', 'en').said).toMatch(/three months ago/)
    expect(reconcile('--language', 'fr').code).toBe(2)
  })

  it('says that a running terminal must be stopped first', async () => {
    const config = sandbox.ready.terminalConfig
    const terminal = await startGuitai(['terminal', '--config', config, '--json'])
    const { code, said } = reconcile('--language', 'en')
    await terminal.stop()
    expect(code).toBe(2)
    expect(said).toMatch(/terminal is running. Stop it first/)
  })

  it('ends with 1 for sums that are not those of the entries', () => {
    const bill = join(dir, 'sums.csv')
    writeFileSync(bill, billText([ours({ 设备号: 'POS02' })], 3))
    const { code, events } = reconcile('--bill', bill)
    expect(code).toBe(1)
    expect(events[0]).toMatchObject({ event: 'sum_difference', said: 3, counted: 1 })
  })
})

function ours(entry: Entry): Entry {
  return {
    微信订单号: '4200',
    商户订单号: 'GTX0000001',
    交易时间: `${YESTERDAY} 12:00:00`,
    ...entry,
  }
}

describe('guitai reconcile --repair', () => {
  const bill = () => join(dir, 'repair.csv')
  const journal = () => {
    const opened = openJournal(join(dir, 'terminal', 'journal.db'))
    if (!opened.ok) throw new Error(opened.error.detail)
    return opened.value
  }
  const NUMBERS = ['GTREPAIR0001', 'GTREPAIR0002', 'GTREPAIR0003'] as const
  const [REVERSED, LOST, OTHER] = NUMBERS

  beforeAll(async () => {
    const wire = new WireClient(dir, sandbox.ready.origin, createRealClock())
    const entries: Entry[] = []
    for (const outTradeNo of NUMBERS) {
      const paid = await wire.charge(outTradeNo, 1_000)
      const { transaction_id: id } = JSON.parse(paid.body.toString()) as { transaction_id: string }
      const amounts = { 订单金额: '10.00', 应结订单金额: '10.00' }
      entries.push(
        ours({ 商户订单号: outTradeNo, 微信订单号: id, 商品名称: '咖啡\\ 大杯', ...amounts }),
      )
    }
    writeFileSync(bill(), billText(entries))
    const id = entries[2]?.微信订单号
    const other = paidAttempt({
      ...{ outTradeNo: OTHER, paidAt: `${YESTERDAY}T12:00:00+08:00` },
      ...(id === undefined ? {} : { transactionId: id }),
    })
    const sale = saleOf([attemptOf({ outTradeNo: REVERSED }), other], { phase: 'paid' })
    const open = journal()
    open.append({ atMs: 1, kind: 'made', event: { kind: 'made' }, sales: [sale] })
    open.close()
  })

  it('is not done without being asked for, but says what it would ask', () => {
    const open = journal()
    const { rows } = open.status()
    open.close()
    const { code, events } = reconcile('--bill', bill())
    expect(code).toBe(1)
    const asks = events.filter(({ event }) => event === 'would_ask')
    expect(asks.map(({ outTradeNo }) => outTradeNo)).toEqual([REVERSED, LOST])
    const after = journal()
    expect(after.status().rows).toBe(rows)
    after.close()
  })

  it('appends what the gateway verifies, shouts the double payment, and ends with 1 for it', () => {
    const { code, events } = reconcile('--bill', bill(), '--repair')
    expect(events.filter(({ event }) => event === 'repair')).toMatchObject([
      { number: REVERSED, repaired: { was: 'NOT_PAID', outcome: 'PAID' } },
      { number: LOST, repaired: { was: 'absent', outcome: 'PAID' } },
    ])
    expect(events.filter(({ event }) => event === 'double_payment')).toMatchObject([
      { saleId: 'sale-1', outTradeNos: [REVERSED, OTHER] },
    ])
    expect(code).toBe(1)
    const open = journal()
    const [made] = open.recentSales(1)
    expect(made).toMatchObject({ description: '咖啡,大杯', phase: 'paid', amountFen: 1_000 })
    expect(open.verify().ok).toBe(true)
    open.close()
  })

  it('a second time repairs nothing, and still shouts', () => {
    const open = journal()
    const { rows } = open.status()
    open.close()
    const { code, events } = reconcile('--bill', bill(), '--repair')
    expect(events.map(({ event }) => event)).toEqual(['double_payment', 'summary'])
    expect(events[1]).toMatchObject({ totals: { matched: { count: 3 } }, differences: 1 })
    expect(code).toBe(1)
    const after = journal()
    expect(after.status().rows).toBe(rows)
    after.close()
  })

  it('leaves a journal that a terminal starts from', async () => {
    const config = sandbox.ready.terminalConfig
    const terminal = await startGuitai<{ event: string }>([
      'terminal',
      '--config',
      config,
      '--json',
    ])
    expect(terminal.ready.event).toBe('ready')
    await terminal.stop()
  })
})
