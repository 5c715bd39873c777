import { type ChildProcess, spawn } from 'node:child_process'
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { type Browser, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { findChromium } from '../../main/chromium.mjs'
import { type Sandbox, startSandbox } from '../../src/sandbox/node/sandbox.ts'
import { ROOT } from '../architecture/cruise.ts'

const dir = mkdtempSync(join(tmpdir(), 'guitai-shell-'))
const PORT_FILE = join(dir, 'state', 'guitai', 'browser', 'cashier', 'DevToolsActivePort')
const PATIENCE = { timeout: 30_000, interval: 100 }

/** Why the tests cannot run here; undefined when they can. */
function obstacle(): string | undefined {
  if (process.platform === 'win32') return 'the stand-in for the browser is a shell script'
  if (findChromium() === undefined) return 'no Chromium here'
  const built = existsSync(join(ROOT, 'dist', 'renderer', 'cashier.html'))
  return built ? undefined : 'the screens are not built (npm run screens)'
}

/** The real browser without a window, with a door for the test; the shell itself opens none. */
function headlessChromium(): string {
  const file = join(dir, 'chromium')
  const extra = '--headless --disable-gpu --disable-quic --remote-debugging-port=0'
  writeFileSync(file, `#!/bin/sh\necho $$ >> ${dir}/pids\nexec ${findChromium()} ${extra} "$@"\n`)
  chmodSync(file, 0o755)
  return file
}

const alive = (pid: number) => {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

/** Numbers of the browsers opened so far, oldest first. */
function browserPids(): number[] {
  const file = join(dir, 'pids')
  if (!existsSync(file)) return []
  return readFileSync(file, 'utf8').trim().split('\n').map(Number)
}

function killHard(pid: number): void {
  if (!(pid > 1)) throw new Error(`not a process of ours: ${pid}`)
  process.kill(pid, 'SIGKILL')
}

/** Children of a process, from /proc. */
function childrenOf(pid: number): { pid: number; command: string }[] {
  const list = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim()
  return list
    .split(' ')
    .filter((text) => text !== '')
    .map((text) => ({ pid: Number(text), command: readFileSync(`/proc/${text}/cmdline`, 'utf8') }))
}

describe('the browser shell', () => {
  const reason = obstacle()
  let sandbox: Sandbox | undefined
  let shell: ChildProcess | undefined
  let ended: Promise<number | null> | undefined
  let output = ''

  beforeAll(async () => {
    if (reason !== undefined) return
    sandbox = await startSandbox({ dir: join(dir, 'sandbox') })
    const args = [join(ROOT, 'main/browser/main.ts'), '--config', sandbox.terminalConfig]
    const child = spawn(process.execPath, args, {
      env: {
        ...process.env,
        GUITAI_CHROMIUM: headlessChromium(),
        XDG_STATE_HOME: join(dir, 'state'),
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    shell = child
    ended = new Promise((resolve) => child.once('exit', resolve))
    const keep = (chunk: Buffer) => {
      output += chunk.toString('utf8')
    }
    child.stdout.on('data', keep)
    child.stderr.on('data', keep)
  })

  afterAll(async () => {
    if (shell?.exitCode === null) shell.kill('SIGKILL')
    for (const pid of browserPids().filter(alive)) killHard(pid)
    await sandbox?.close()
    rmSync(dir, { recursive: true, force: true })
  })

  beforeEach((context) => {
    if (reason !== undefined) context.skip(reason)
  })

  let browser: Browser | undefined

  async function cashierPage(): Promise<Page> {
    await expect.poll(() => existsSync(PORT_FILE), PATIENCE).toBe(true)
    const [port] = readFileSync(PORT_FILE, 'utf8').split('\n')
    browser = await chromium.connectOverCDP(`http://127.0.0.1:${port}`)
    const pages = () => browser?.contexts().flatMap((context) => context.pages()) ?? []
    const isScreen = (page: Page) => page.url().includes('/screens/cashier.html')
    await expect.poll(() => pages().some(isScreen), PATIENCE).toBe(true)
    const page = pages().find(isScreen)
    if (page === undefined) throw new Error('the cashier’s page is gone')
    return page
  }

  it('opens the cashier’s screen and connects it', async () => {
    const page = await cashierPage()
    await page.waitForSelector('.panel[data-state="ready"]')
    expect(page.url()).not.toContain('token')
  })

  it('shows no token: not in its output, not in a command line', (context) => {
    expect(output).toContain('terminal: ready at http://127.0.0.1:')
    expect(output).not.toMatch(/token/i)
    if (process.platform !== 'linux') context.skip('reads command lines in /proc')
    const lines = childrenOf(shell?.pid ?? 0).map(({ command }) => command)
    expect(lines.some((line) => line.includes('--app=file:'))).toBe(true)
    expect(lines.filter((line) => line.includes('token'))).toEqual([])
  })

  it('starts the terminal again; the page comes back by itself', async (context) => {
    if (process.platform !== 'linux') context.skip('finds the terminal’s process in /proc')
    const page = await cashierPage()
    const terminal = childrenOf(shell?.pid ?? 0).find(({ command }) => command.includes('cli.ts'))
    const before = output.split('terminal: ready').length
    killHard(terminal?.pid ?? 0)
    await page.waitForSelector('.panel:not([data-state="ready"])')
    await expect.poll(() => output.split('terminal: ready').length, PATIENCE).toBe(before + 1)
    await page.waitForSelector('.panel[data-state="ready"]')
  })

  it('opens a browser again that died', async () => {
    const first = browserPids().at(-1) ?? 0
    await browser?.close().catch(() => {})
    if (alive(first)) killHard(first)
    rmSync(PORT_FILE, { force: true })
    await expect.poll(() => browserPids().at(-1), PATIENCE).not.toBe(first)
    const page = await cashierPage()
    await page.waitForSelector('.panel[data-state="ready"]')
  })

  it('ends both when it is told to', async () => {
    shell?.kill('SIGTERM')
    expect(await ended).toBe(0)
    await expect.poll(() => browserPids().filter(alive), PATIENCE).toEqual([])
  })
})

describe('the browser shell with a configuration that is refused', () => {
  it('ends and says why, instead of trying for ever', async (context) => {
    if (findChromium() === undefined) context.skip('no Chromium here')
    const file = join(tmpdir(), 'guitai-no-such-folder', 'terminal.json')
    const child = spawn(process.execPath, [join(ROOT, 'main/browser/main.ts'), '--config', file])
    let told = ''
    child.stderr.on('data', (chunk: Buffer) => {
      told += chunk.toString('utf8')
    })
    const code = await new Promise((resolve) => child.once('exit', resolve))
    expect(code).toBe(1)
    expect(told).toContain('config.')
  })
})
