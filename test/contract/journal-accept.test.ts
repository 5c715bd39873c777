import { spawnSync } from 'node:child_process'
import { copyFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { type Counter, openCounter } from '../support/counter.ts'

// Commands are programs of their own, and a customer is waited for.
vi.setConfig({ testTimeout: 180_000 })

const CLI = join(import.meta.dirname, '..', '..', 'src', 'cli.ts')
const PINS = { 安装: '802911', 店长: '774102', 小王: '550186' } as const
const REASON = 'disk replaced'

let counter: Counter
let file = ''
let lostSale = ''
let waiting = ''

beforeAll(async () => {
  counter = await openCounter()
  file = join(counter.dir, 'terminal', 'journal.db')
})
afterAll(() => counter?.close())

async function take(amountFen: number): Promise<string> {
  const clientId = `test-${amountFen}`
  const sale = await counter.api<{ saleId: string }>('POST', '/v1/sales', { clientId, amountFen })
  await counter.scan()
  await counter.saleWhen(sale.saleId, (now) => now.outcome === 'PAID')
  await counter.api('POST', `/v1/sales/${sale.saleId}/dismiss`, { clientId: `off-${amountFen}` })
  return sale.saleId
}

function guitai(...words: string[]) {
  const config = ['--config', counter.sandbox.ready.terminalConfig]
  const run = spawnSync(process.execPath, [CLI, ...words, ...config], {
    encoding: 'utf8',
    cwd: counter.dir,
    env: { ...process.env, LANG: 'en' },
  })
  return { code: run.status, out: run.stdout, said: run.stderr }
}

const as = (name: keyof typeof PINS) => ['--as', name, '--as-pin-file', `${name}.pin`]
const accept = (...words: string[]) => guitai('journal', 'accept', '--reason', REASON, ...words)

/** Puts a backup back, as a person does: without what the newer journal left beside it. */
function restore(backup: string): void {
  for (const end of ['-wal', '-shm']) rmSync(`${file}${end}`, { force: true })
  copyFileSync(backup, file)
}

describe('P5: guitai journal accept', () => {
  it('takes somebody who may, and a reason', async () => {
    waiting = await take(1_000)
    const refund = { clientId: 'refund', operator: 'M1', reason: 'returned goods' }
    await counter.api('POST', `/v1/sales/${waiting}/refunds`, refund)
    await counter.saleWhen(waiting, ({ refunds }) => refunds?.[0]?.phase === 'processing')
    await counter.terminal().stop()
    for (const [name, role] of [
      ['安装', 'installer'],
      ['店长', 'manager'],
      ['小王', 'cashier'],
    ] as const) {
      writeFileSync(join(counter.dir, `${name}.pin`), PINS[name], { mode: 0o600 })
      const words = name === '安装' ? [] : as('安装')
      const pin = ['--pin-file', `${name}.pin`]
      const added = guitai('operator', 'add', '--name', name, '--role', role, ...pin, ...words)
      expect(added).toMatchObject({ code: 0 })
    }
    const backup = join(counter.dir, 'backup.db')
    expect(guitai('journal', 'backup', '--to', backup).code).toBe(0)
    expect(accept(...as('店长'))).toMatchObject({
      code: 0,
      out: expect.stringContaining('nothing to accept'),
    })
    await counter.startTerminal()
    lostSale = await take(1_230)
    await counter.terminal().stop()
    restore(backup)
    await expect(counter.startTerminal()).rejects.toThrow(/journal\.damaged.*guitai journal accept/)
    expect(accept()).toMatchObject({ code: 2 })
    expect(guitai('journal', 'accept', ...as('店长'))).toMatchObject({ code: 2 })
    expect(accept(...as('小王'))).toMatchObject({
      code: 1,
      said: expect.stringContaining('operator.not_allowed'),
    })
    expect(accept('--as', '店长', '--as-pin-file', '小王.pin')).toMatchObject({ code: 1 })
    await expect(counter.startTerminal()).rejects.toThrow(/journal\.damaged/)
  })

  it('says in whose name, the terminal starts, asks about what was open and takes money', async () => {
    expect(accept(...as('店长'))).toMatchObject({
      code: 0,
      out: expect.stringMatching(
        /^accepted at row \d+ by 店长: rows \d+ to \d+ were missing \(disk/,
      ),
    })
    await counter.startTerminal()
    await counter.saleWhen(waiting, ({ refunds }) => refunds?.[0]?.outcome === 'REFUNDED')
    const gone = await counter.api<{ code?: string }>('GET', `/v1/sales/${lostSale}`)
    expect(gone.code).toBe('sale.not_found')
    await take(2_340)
    await counter.terminal().stop()
    const verified = guitai('journal', 'verify')
    expect(verified.code).toBe(0)
    expect(verified.out).toMatch(/\naccepted at row \d+ by 店长: rows \d+ to \d+ were missing/)
    expect(JSON.parse(guitai('journal', 'verify', '--json').out).seams).toHaveLength(1)
  })

  it('goes on with a new key when the old one was lost', async () => {
    rmSync(join(counter.dir, 'terminal', 'terminal.key'))
    await expect(counter.startTerminal()).rejects.toThrow(/terminal\.key/)
    expect(accept(...as('安装'))).toMatchObject({
      code: 0,
      out: expect.stringMatching(/by 安装: key [0-9a-f]{16} took the place of [0-9a-f]{16} \(disk/),
    })
    await counter.startTerminal()
    await take(3_450)
    await counter.terminal().stop()
    expect(guitai('journal', 'verify').code).toBe(0)
  })
})
