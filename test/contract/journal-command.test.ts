import { spawnSync } from 'node:child_process'
import { copyFileSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Counter, openCounter } from '../support/counter.ts'

const CLI = join(import.meta.dirname, '..', '..', 'src', 'cli.ts')

let counter: Counter
let dataDir = ''
let waiting = ''

/** Sells one and leaves one with the customer; what is asked of a running terminal is asked here. */
beforeAll(async () => {
  counter = await openCounter()
  dataDir = join(counter.dir, 'terminal')
  await take(1_230, 'PAID')
  waiting = await take(90_006, 'UNKNOWN')
})
afterAll(() => counter?.close())

async function take(amountFen: number, outcome: string): Promise<string> {
  const clientId = `test-${amountFen}`
  const sale = await counter.api<{ saleId: string }>('POST', '/v1/sales', { clientId, amountFen })
  await counter.scan()
  await counter.saleWhen(sale.saleId, (now) => now.attempts.length > 0 && now.outcome === outcome)
  return sale.saleId
}

function journal(...words: string[]) {
  const config = ['--config', counter.sandbox.ready.terminalConfig]
  const args = [CLI, 'journal', ...words, ...config]
  const run = spawnSync(process.execPath, args, {
    encoding: 'utf8',
    env: { ...process.env, LANG: 'en' },
  })
  return { code: run.status, out: run.stdout, said: run.stderr }
}

describe('guitai journal', () => {
  it('asks the running terminal what is pending, and nothing else of a file in use', async () => {
    const asked = journal('pending', '--json')
    expect(asked).toMatchObject({ code: 0, said: '' })
    expect(JSON.parse(asked.out)).toMatchObject({ sale: waiting, outcome: 'UNKNOWN' })
    expect(journal('pending').out).toMatch(/^UNKNOWN +.*900\.06 .* {2}for \d+ s/)
    expect(journal('verify')).toMatchObject({
      code: 1,
      said: expect.stringContaining('journal.in_use'),
    })
    const live = join(dataDir, 'live-copy.db')
    const made = journal('backup', '--to', live)
    expect(made).toMatchObject({ code: 0, out: expect.stringContaining('read back and whole') })
    expect(statSync(live).mode & 0o777).toBe(0o600)
    expect(journal('backup', '--to', live)).toMatchObject({
      code: 1,
      said: expect.stringContaining('there is a file of that name'),
    })
    expect(journal('backup', '--to', join(dataDir, 'journal.db')).code).toBe(1)
    await counter.terminal().stop()
    expect(JSON.parse(journal('pending', '--json').out)).toMatchObject({ sale: waiting })
  })

  it('checks the chain and the signatures of a terminal that was stopped', () => {
    const { code, out } = journal('verify')
    expect(code).toBe(0)
    expect(out).toMatch(
      /^the chain of \d+ rows is whole\n\d+ checkpoints are signed by key [0-9a-f]{16}\n$/,
    )
    const { rows, checkpoints } = JSON.parse(journal('verify', '--json').out)
    expect([rows > 5, checkpoints > 0]).toEqual([true, true])
  })

  it('copies it, and the copy is a journal', () => {
    const to = join(counter.dir, 'copy.db')
    expect(journal('backup')).toMatchObject({ code: 2, said: expect.stringContaining('--to') })
    const { code, out } = journal('backup', '--to', to)
    expect({ code, out }).toMatchObject({ code: 0, out: expect.stringContaining('read back') })
    expect(statSync(to).mode & 0o777).toBe(0o600)
  })

  it('drops nothing that may still be refunded', () => {
    expect(journal('compact', '--keep-days', '399')).toMatchObject({
      code: 2,
      said: expect.stringContaining('at least 400'),
    })
    expect(journal('compact', '--keep-days', '400')).toMatchObject({
      code: 0,
      out: expect.stringContaining('nothing to drop'),
    })
  })

  it('exports payments that a spreadsheet can read', () => {
    const lines = journal('export', '--format', 'csv').out.trimEnd().split('\r\n')
    expect(lines[0]).toMatch(/^time,kind,sale,/)
    expect(lines.filter((line) => line.includes(',payment,'))).toHaveLength(2)
  })

  it('P5: says which row is missing when an old copy was put back, and the terminal does not start', async () => {
    const file = join(dataDir, 'journal.db')
    const kept = join(counter.dir, 'kept.db')
    copyFileSync(file, kept)
    await counter.startTerminal()
    await counter.terminal().stop()
    copyFileSync(kept, file)
    await expect(counter.startTerminal()).rejects.toThrow(/journal\.damaged.*row \d+ is missing/)
    const { code, out } = journal('verify')
    expect(code).toBe(1)
    expect(out).toMatch(
      /^the chain is broken at row \d+: it is missing: rows up to \d+ were written/,
    )
    expect(readFileSync(join(dataDir, 'checkpoints.jsonl'), 'utf8')).toMatch(/^\{"seq":/)
  })
})
