import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Running, startGuitai } from '../support/guitai.ts'
import { billText } from '../unit/bills/bill-text.ts'

const CLI = join(import.meta.dirname, '..', '..', 'src', 'cli.ts')
const YESTERDAY = new Date(Date.now() + 8 * 3_600_000 - 86_400_000).toISOString().slice(0, 10)

type Ready = { readonly terminalConfig: string }
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
  it('ends with 0 for a day without trade, and keeps no bill', () => {
    const { code, events } = reconcile('--date', YESTERDAY)
    expect({ code, events }).toMatchObject({
      code: 0,
      events: [{ event: 'summary', differences: 0 }],
    })
    const kept = join(dir, 'terminal', 'bills')
    expect(
      existsSync(kept) ? readdirSync(kept).filter((name) => name.endsWith('.csv')) : [],
    ).toEqual([])
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
