import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join, resolve } from 'node:path'
import { startTerminal } from '../terminal.ts'
import { describeProblem, fail, readOptions, untilStopped } from './usage.ts'

const ROOT = join(import.meta.dirname, '..', '..')

/** Folder of the built screens. */
export const SCREENS_DIR = join(ROOT, 'dist', 'renderer')

/** `guitai terminal`: runs one terminal until it is told to stop. */
export async function runTerminal(argv: string[]): Promise<void> {
  const { values } = readOptions(argv, {
    config: { type: 'string' },
    shell: { type: 'string', default: 'none' },
    json: { type: 'boolean', default: false },
  })
  if (values.config === undefined) fail('terminal needs --config FILE')
  const configFile = resolve(values.config)
  if (values.shell === 'browser')
    return openShell(process.execPath, [join(ROOT, 'main/browser/main.ts')], configFile)
  if (values.shell === 'electron')
    return openShell(electronPath(), [join(ROOT, 'dist/electron/main.js')], configFile)
  if (values.shell !== 'none') fail('--shell is electron, browser or none')

  const started = await startTerminal({
    configFile,
    screensDir: SCREENS_DIR,
    ownsProcess: true,
  })
  if (!started.ok) {
    console.error(
      values.json
        ? JSON.stringify({ event: 'failed', problem: started.error })
        : `guitai: ${describeProblem(started.error)}`,
    )
    process.exitCode = 1
    return
  }
  const { api, tokens, screens, close } = started.value
  const ready = { event: 'ready', api, token: tokens.register, tokens, screens }
  console.log(
    values.json
      ? JSON.stringify(ready)
      : `ready: ${api}\n  cashier   ${screens.cashier}\n  customer  ${screens.customer}`,
  )
  await untilStopped()
  await close()
}

/** A shell is a program of its own that runs the terminal in a process of its own. */
async function openShell(program: string, args: string[], configFile: string): Promise<void> {
  const child = spawn(program, [...args, '--config', configFile], { stdio: 'inherit' })
  const stop = () => child.kill('SIGTERM')
  process.once('SIGINT', stop)
  process.once('SIGTERM', stop)
  process.exitCode = await new Promise<number>((done) => {
    child.once('exit', (code) => done(code ?? 1))
    child.once('error', () => done(1))
  })
}

function electronPath(): string {
  const folder = join(ROOT, 'node_modules', 'electron')
  if (!existsSync(join(folder, 'path.txt'))) {
    fail("Electron's runtime is not here; run npx install-electron, or use --shell browser")
  }
  return createRequire(import.meta.url)('electron') as string
}
