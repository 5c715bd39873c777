import { execFile } from 'node:child_process'
import { copyFileSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { type Hall, openHall } from './hall.ts'
import type { Till } from './till.ts'

const CLI = join(import.meta.dirname, '..', '..', 'src', 'cli.ts')
const SALES = 30
const PAGE_BYTES = 4_096

let hall: Hall
let till: Till
let file = ''
let kept = ''

beforeAll(async () => {
  hall = await openHall(20)
  till = hall.till('one')
  await till.start()
  for (let index = 0; index < SALES; index += 1) await till.takeMoney(100 + index)
  await till.kill()
  // Closing it in peace brings everything from the write-ahead log into the file itself.
  till.journal().close()
  file = join(till.dataDir, 'journal.db')
  kept = join(hall.dir, 'kept.db')
  copyFileSync(file, kept)
})
afterEach(() => {
  copyFileSync(kept, file)
  // What a terminal signed meanwhile would give the old copy away.
  for (const name of ['checkpoints.jsonl', 'journal.head']) {
    rmSync(join(till.dataDir, name), { force: true })
  }
  rmSync(`${file}-wal`, { force: true })
})
afterAll(() => hall?.close())

type Printed = { readonly code: number; readonly out: string; readonly error: string }

/** Runs `guitai journal`. */
async function journalCommand(what: string): Promise<Printed> {
  const args = [CLI, 'journal', what, '--config', till.configFile, '--json', '--limit', '100']
  try {
    const { stdout, stderr } = await promisify(execFile)(process.execPath, args)
    return { code: 0, out: stdout, error: stderr }
  } catch (cause) {
    const { code, stdout, stderr } = cause as { code: number; stdout: string; stderr: string }
    return { code, out: stdout, error: stderr }
  }
}

const linesOf = (text: string) => text.split('\n').filter(Boolean)

describe('a journal that is damaged', () => {
  it('P5 as it was left by SIGKILL, is whole', async () => {
    const { code, out } = await journalCommand('verify')
    expect({ code, rows: JSON.parse(out).rows > SALES }).toEqual({ code: 0, rows: true })
    expect(linesOf((await journalCommand('list')).out)).toHaveLength(SALES)
  })

  it('P1 cut short: the terminal does not start, and what can be read is printed', async () => {
    const pages = readFileSync(file).length / PAGE_BYTES
    truncateSync(file, Math.floor(pages * 0.7) * PAGE_BYTES)
    await expect(till.start()).rejects.toThrow(/"code":"journal\.damaged"/)
    const verified = await journalCommand('verify')
    expect(verified.code).toBe(1)
    expect(verified.error).toContain('The journal file is damaged')
    expect(JSON.parse(verified.out).brokenAt).toBeGreaterThan(1)
    const listed = await journalCommand('list')
    expect(listed.code).toBe(1)
    const listedSales = linesOf(listed.out)
    expect(listedSales.length).toBeGreaterThan(SALES / 3)
    for (const line of listedSales) expect(JSON.parse(line).outcome).toBe('PAID')
  })

  it('P1 cut to nothing: the terminal does not begin a new one', async () => {
    truncateSync(file, 0)
    await expect(till.start()).rejects.toThrow(/"code":"journal\.damaged"/)
    // Nor the second time, when the first look has made it a database again.
    await expect(till.start()).rejects.toThrow(/"code":"journal\.damaged"/)
  })

  it('P5 with one bit flipped in its last step: the terminal does not start, all sales are printed', async () => {
    const bytes = readFileSync(file)
    const at = bytes.lastIndexOf('"kind":"charge_answered"') + '"kind":"'.length
    bytes[at] = (bytes[at] ?? 0) ^ 1
    writeFileSync(file, bytes)
    await expect(till.start()).rejects.toThrow(/"code":"journal\.damaged"/)
    const verified = await journalCommand('verify')
    expect(verified.code).toBe(1)
    expect(JSON.parse(verified.out).brokenAt).toBeGreaterThan(1)
    expect(linesOf((await journalCommand('list')).out)).toHaveLength(SALES)
  })

  it('P1 with every page after the first overwritten: the terminal says so and does not start', async () => {
    const bytes = readFileSync(file)
    bytes.fill(0x55, PAGE_BYTES)
    writeFileSync(file, bytes)
    await expect(till.start()).rejects.toThrow(/"code":"journal\.damaged"/)
    const verified = await journalCommand('verify')
    expect(verified.code).toBe(1)
    expect(verified.error).toContain('The journal file is damaged')
  })

  it('P1 overwritten under a running terminal: it stops at the first page that it cannot read', async () => {
    await till.start()
    const bytes = readFileSync(file)
    bytes.fill(0x55, PAGE_BYTES)
    writeFileSync(file, bytes)
    const { sales } = await till.get<{ sales: unknown[] }>('/v1/sales?limit=100')
    expect(sales.length).toBeLessThan(SALES)
    const answer = await till.command('/v1/sales', { amountFen: 800 })
    expect(answer).toMatchObject({ code: 'journal.damaged', moneyTaken: 'no' })
    expect(await till.status()).toMatchObject({
      state: 'stopped',
      journal: { state: 'failing', code: 'journal.damaged' },
    })
    await till.screenWhen(({ cashier }) => cashier.state === 'stopped')
    await till.kill()
    expect((await hall.ledger()).some(({ amountFen }) => amountFen === 800)).toBe(false)
  })

  it('P2 used by another terminal: the second one says so, and the first goes on', async () => {
    await till.start()
    const second = hall.till('two', 'terminal-one')
    await expect(second.start()).rejects.toThrow(/"code":"journal\.in_use"/)
    await till.takeMoney(900)
    await till.kill()
  })
})
