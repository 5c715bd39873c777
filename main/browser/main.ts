import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { createInterface } from 'node:readline'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { findChromium } from '../chromium.mjs'
import { type Ending, type Part, Supervised } from '../shared/supervised.ts'
import { machineTiming } from '../shared/timing.ts'
import {
  browserArguments,
  openingPage,
  readShellOptions,
  type ShellOptions,
} from './command-line.ts'
import { type Ready, readReadyLine } from './ready-line.ts'

const CLI = fileURLToPath(new URL('../../src/cli.ts', import.meta.url))
/** The terminal closes its journal and tells its screens. */
const TERMINAL_PATIENCE_MS = 10_000
const BROWSER_PATIENCE_MS = 3_000
/** A terminal that says nothing for this long after its start hangs. */
const READY_TIMEOUT_MS = 30_000
const WINDOW_SIZE = { width: 1_024, height: 768 }

const say = (line: string) => console.error(line)

function profileFolder(screen: string): string {
  const base =
    process.platform === 'win32'
      ? (process.env.LOCALAPPDATA ?? homedir())
      : process.env.XDG_STATE_HOME || join(homedir(), '.local', 'state')
  const folder = join(base, 'guitai', 'browser', screen)
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  return folder
}

/** Writes the page that leads to a screen; its address. */
function writeOpeningPage(profileDir: string, url: string): string {
  const file = join(profileDir, 'open.html')
  writeFileSync(file, openingPage(url), { mode: 0o600 })
  return pathToFileURL(file).href
}

function partOf(child: ChildProcess, onEnd: (ending: Ending) => void): Part {
  let ended = false
  const end = (ending: Ending) => {
    if (ended) return
    ended = true
    onEnd(ending)
  }
  child.once('error', (error) => {
    say(error.message)
    end({ code: 127, signal: null })
  })
  child.once('exit', (code, signal) => end({ code, signal }))
  return { stop: () => child.kill('SIGTERM'), kill: () => child.kill('SIGKILL') }
}

/** The two screens: each a browser of its own, so that one may die without the other. */
class Screens {
  readonly #chromium: string
  readonly #options: ShellOptions
  readonly #onClosedByHand: () => void
  #parts: Supervised[] = []
  #ready: Ready | undefined

  constructor(chromium: string, options: ShellOptions, onClosedByHand: () => void) {
    this.#chromium = chromium
    this.#options = options
    this.#onClosedByHand = onClosedByHand
  }

  /** Opens the screens, or leaves them alone when they show these addresses already. */
  async show(ready: Ready): Promise<void> {
    if (this.#ready?.cashierUrl === ready.cashierUrl) return
    this.#ready = ready
    await this.close()
    const { customerAt, windowed } = this.#options
    this.#parts = [this.#window('cashier', ready.cashierUrl, { x: 0, y: 0 })]
    const customer = customerAt ?? (windowed ? { x: WINDOW_SIZE.width, y: 0 } : undefined)
    if (customer) this.#parts.push(this.#window('customer', ready.customerUrl, customer))
    for (const part of this.#parts) part.start()
  }

  async close(): Promise<void> {
    await Promise.all(this.#parts.map((part) => part.stop()))
    this.#parts = []
  }

  #window(screen: string, url: string, position: { x: number; y: number }): Supervised {
    const { windowed } = this.#options
    const profileDir = profileFolder(screen)
    const args = browserArguments({
      url: writeOpeningPage(profileDir, url),
      profileDir,
      kiosk: !windowed,
      position,
      ...(windowed ? { size: WINDOW_SIZE } : {}),
      asRoot: process.getuid?.() === 0,
    })
    return new Supervised({
      timing: machineTiming,
      patienceMs: BROWSER_PATIENCE_MS,
      start: (onEnd) => partOf(spawn(this.#chromium, args, { stdio: 'ignore' }), onEnd),
      onEnd: ({ code, signal }, delayMs) => {
        if (windowed && code === 0) {
          this.#onClosedByHand()
          return false
        }
        say(`${screen} screen ended (${signal ?? code}), opening it again in ${delayMs} ms`)
        return true
      },
    })
  }
}

function spawnTerminal(config: string, onReady: (ready: Ready) => void): ChildProcess {
  const args = [CLI, 'terminal', '--config', config, '--shell', 'none', '--json']
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  const tooLate = machineTiming.after(READY_TIMEOUT_MS, () => {
    say(`the terminal was not ready within ${READY_TIMEOUT_MS / 1_000} s`)
    child.kill('SIGKILL')
  })
  child.once('exit', tooLate)
  createInterface({ input: child.stdout }).on('line', (line) => {
    const ready = readReadyLine(line)
    // The ready line holds the screens' token: everything else is passed on, it is not.
    if (ready === undefined) return say(line)
    tooLate()
    onReady(ready)
  })
  return child
}

function run(options: ShellOptions, chromium: string): void {
  let wasReady = false
  let exitCode = 0
  const finish = async (): Promise<void> => {
    await screens.close()
    await terminal.stop()
    process.exit(exitCode)
  }
  const finishSoon = () => {
    finish().catch((error: unknown) => {
      say(String(error))
      process.exit(1)
    })
  }
  const screens = new Screens(chromium, options, finishSoon)
  const terminal = new Supervised({
    timing: machineTiming,
    patienceMs: TERMINAL_PATIENCE_MS,
    start: (onEnd) => {
      const child = spawnTerminal(options.config, (ready) => {
        wasReady = true
        say(`terminal: ready at ${ready.api}`)
        screens.show(ready).catch((error: unknown) => say(String(error)))
      })
      return partOf(child, onEnd)
    },
    onEnd: ({ code, signal }, delayMs) => {
      if (!wasReady) {
        // It never ran: a wrong configuration does not get better by trying again.
        exitCode = code ?? 1
        finishSoon()
        return false
      }
      say(`terminal ended (${signal ?? code}), starting it again in ${delayMs} ms`)
      return true
    },
  })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, finishSoon)
  terminal.start()
}

function main(): void {
  try {
    const options = readShellOptions(process.argv.slice(2))
    const chromium = findChromium()
    if (chromium === undefined) throw new Error('no Chromium, Chrome or Edge was found')
    run(options, chromium)
  } catch (error) {
    say(error instanceof Error ? error.message : String(error))
    process.exitCode = 1
  }
}

main()
