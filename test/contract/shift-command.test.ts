import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createDispatch } from '../../src/api/dispatch.ts'
import { openServer, type Server } from '../../src/api/node/server.ts'
import { openJournal } from '../../src/journal/node/sqlite-journal.ts'
import type { JournalFile } from '../../src/ports/journal.ts'
import { type Sandbox, startSandbox } from '../../src/sandbox/node/sandbox.ts'
import { readConfig } from '../../src/terminal/config.ts'
import { journalPath } from '../../src/terminal/folders.ts'
import { keepIdentity, readIdentity } from '../../src/terminal/identity.ts'
import { paidAnswer } from '../support/scripted-gateway.ts'
import { openTill, type Till } from '../support/till.ts'

const CLI = join(import.meta.dirname, '..', '..', 'src', 'cli.ts')

let dir: string
let sandbox: Sandbox
let till: Till
let server: Server

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'guitai-shift-'))
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
      name: { id: 'POS01', store: '测试<店>', version: 'test' },
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

function shift(...args: string[]): Promise<Run> {
  const words = [CLI, 'shift', ...args, '--config', sandbox.terminalConfig]
  return new Promise((done) => {
    execFile(process.execPath, words, (failure, out, said) =>
      done({ code: typeof failure?.code === 'number' ? failure.code : 0, out, said }),
    )
  })
}

async function sell(amountFen: number): Promise<void> {
  await till.sell(amountFen)
  till.scanner.present(till.freshCode())
}

async function collect(amountFen: number): Promise<void> {
  await sell(amountFen)
  await till.gateway.last().answer(paidAnswer(till.gateway.last()))
}

describe('guitai shift', () => {
  it('shows the open shift and closes it', async () => {
    await collect(123_456)
    const shown = await shift('show', '--language', 'zh-CN')
    expect(shown).toMatchObject({ code: 0, out: expect.stringMatching(/收款 1 笔 +1,234\.56/) })
    const closed = await shift('close', '--operator', '张敏', '--language', 'en')
    expect(closed).toMatchObject({ code: 0, out: expect.stringMatching(/Closed by +张敏/) })
    expect(till.engine.shifts.list(1)).toMatchObject([{ number: 1, closedBy: '张敏' }])
    const listed = await shift('list')
    expect(listed.out).toMatch(/^ +1 .+ 1,234\.56 +张敏\n$/)
    const json = JSON.parse((await shift('list', '--json')).out)
    expect(json).toMatchObject({ shifts: [{ number: 1, netFen: 123_456 }] })
  })

  it('ends with 1 while something has no result, and closes with --carry', async () => {
    await sell(500)
    const refused = await shift('close', '--operator', 'li', '--language', 'en')
    expect(refused).toMatchObject({
      code: 1,
      out: '',
      said: expect.stringContaining('shift.unsettled'),
    })
    expect((await shift('close', '--operator', 'li', '--carry')).code).toBe(0)
    expect((await shift('list')).out).toContain('+1?')
  })

  it('writes a page to print: one file of its owner, nothing loaded, names escaped', async () => {
    await collect(100)
    const file = join(dir, 'shift.html')
    await shift('close', '--operator', 'A & B', '--html', file, '--language', 'zh-CN')
    const page = readFileSync(file, 'utf8')
    expect(page).toContain('<html lang="zh-CN">')
    expect(page).toContain('测试&lt;店&gt;')
    expect(page).toContain('A &amp; B')
    expect(page).not.toMatch(/https?:|<script|<link|src=|url\(/)
    expect(statSync(file).mode & 0o777).toBe(0o600)
  })

  it.each([
    [['close'], 'needs --operator'],
    [['forget'], 'choose show, close or list'],
    [['show', '--language', 'fr'], 'zh-CN or en'],
  ])('ends with 2 for %j', async (args, said) => {
    expect(await shift(...args)).toMatchObject({ code: 2, said: expect.stringContaining(said) })
    expect(till.engine.shifts.list(1)).toEqual([])
  })

  it('ends with 2 when no terminal answers', async () => {
    await server.close()
    expect(await shift('show')).toMatchObject({
      code: 2,
      said: expect.stringContaining('does not answer'),
    })
  })
})
