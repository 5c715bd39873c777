// npm start: the whole counter on one machine. The sandbox plays the gateway and the scanner unless
// a configuration is given.
//   npm start -- [--shell electron|browser|none] [--config FILE] [--kiosk]
import { spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { request } from 'node:https'
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { parseArgs } from 'node:util'
import {
  BootstrapError,
  bootstrap,
  projectEnv,
  ROOT,
  runEntry,
  runForeground,
} from './bootstrap.mjs'

const SHELLS = ['electron', 'browser', 'none']
const READY_TIMEOUT_MS = 30_000
const say = (line) => process.stderr.write(`${line}\n`)

function hasDisplay() {
  if (process.platform !== 'linux') return true
  return Boolean(process.env.DISPLAY || process.env.WAYLAND_DISPLAY)
}

/** The Electron program, or undefined when its runtime was never downloaded. */
function electronRuntime() {
  const folder = join(ROOT, 'node_modules', 'electron')
  const listed = join(folder, 'path.txt')
  const name = existsSync(listed) ? readFileSync(listed, 'utf8').trim() : 'electron'
  const path = join(process.env.ELECTRON_OVERRIDE_DIST_PATH ?? join(folder, 'dist'), name)
  return existsSync(path) ? path : undefined
}

function chooseShell(wanted) {
  if (wanted !== undefined && !SHELLS.includes(wanted)) {
    throw new BootstrapError(`--shell ${wanted}: choose one of ${SHELLS.join(', ')}`)
  }
  if (wanted === 'none') return 'none'
  if (wanted === undefined && !hasDisplay()) {
    say('shell: no display here, so the demonstration runs in this terminal')
    return 'none'
  }
  const runtime = electronRuntime()
  if (wanted !== 'browser' && runtime !== undefined) {
    say(`shell: Electron, runtime at ${runtime}`)
    return 'electron'
  }
  if (wanted === 'electron') {
    throw new BootstrapError(
      'Electron’s runtime is not here; it is downloaded from GitHub by "npx install-electron". ' +
        'Without it use --shell browser.',
    )
  }
  if (wanted === undefined) {
    say('shell: Electron’s runtime is not here (npx install-electron), so the browser shell opens')
  }
  return 'browser'
}

function demonstrationFolder() {
  const local = process.env.XDG_DATA_HOME || join(homedir(), '.local', 'share')
  const base = process.platform === 'win32' ? process.env.LOCALAPPDATA : local
  return join(base ?? homedir(), 'guitai', 'demo')
}

/** Starts the sandbox and waits for the line in which it says where it is. */
async function startSandbox(node) {
  const args = [join(ROOT, 'src', 'cli.ts'), 'sandbox', '--dir', demonstrationFolder(), '--json']
  const child = spawn(node, args, { stdio: ['ignore', 'pipe', 'inherit'], env: projectEnv() })
  const lines = createInterface({ input: child.stdout })
  const ready = await new Promise((done, fail) => {
    const timer = setTimeout(() => {
      child.kill()
      fail(new BootstrapError(`the sandbox did not start within ${READY_TIMEOUT_MS / 1_000} s`))
    }, READY_TIMEOUT_MS)
    child.once('exit', (code) => {
      clearTimeout(timer)
      fail(new BootstrapError(`the sandbox ended with code ${code}`))
    })
    lines.on('line', (line) => {
      if (!line.startsWith('{')) return
      const event = JSON.parse(line)
      if (event.event !== 'ready') return
      clearTimeout(timer)
      done(event)
    })
  })
  return { child, ready }
}

/** Types a payment code into the simulated scanner. */
function scan({ origin, dir, controlToken }, scenario) {
  const body = JSON.stringify(scenario === '' ? {} : { scenario })
  const call = request(
    `${origin}/sandbox/scan`,
    {
      method: 'POST',
      ca: readFileSync(join(dir, 'ca.pem')),
      headers: {
        authorization: `Bearer ${controlToken}`,
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(body),
      },
    },
    (answer) => {
      answer.resume()
      const worked = (answer.statusCode ?? 500) < 300
      say(worked ? 'scanned' : `the sandbox refused that (${answer.statusCode})`)
    },
  )
  call.on('error', (error) => say(`the sandbox did not answer: ${error.message}`))
  call.end(body)
}

function offerScanning(ready) {
  if (!process.stdin.isTTY) return
  say(
    'Press Enter here to hold a payment code before the scanner; a scenario’s name may precede it.',
  )
  createInterface({ input: process.stdin }).on('line', (line) => scan(ready, line.trim()))
}

function shellCommand(shell, node, chromium) {
  if (shell === 'browser') {
    if (chromium !== undefined) process.env.GUITAI_CHROMIUM = chromium
    return [node, [join(ROOT, 'main', 'browser', 'main.ts')]]
  }
  // Chromium's own sandbox refuses to run as root; a development machine only.
  const asRoot = process.getuid?.() === 0 ? ['--no-sandbox'] : []
  return [electronRuntime(), [...asRoot, join(ROOT, 'dist', 'electron', 'main.js')]]
}

async function openShell(shell, { config, kiosk }) {
  const need = shell === 'electron' ? ['renderer', 'electron'] : ['chromium', 'fonts', 'renderer']
  const { node, chromium } = await bootstrap({ need: ['packages', ...need] })
  const [file, args] = shellCommand(shell, node, chromium)
  const flags = kiosk ? [] : ['--windowed']
  if (config !== undefined) {
    return runForeground(file, [...args, '--config', resolve(config), ...flags])
  }
  const sandbox = await startSandbox(node)
  say(`sandbox: ${sandbox.ready.origin}, files in ${sandbox.ready.dir}`)
  offerScanning(sandbox.ready)
  try {
    return await runForeground(file, [...args, '--config', sandbox.ready.terminalConfig, ...flags])
  } finally {
    sandbox.child.kill('SIGTERM')
    process.stdin.destroy()
  }
}

await runEntry(async () => {
  const { values } = parseArgs({
    options: {
      shell: { type: 'string' },
      config: { type: 'string' },
      kiosk: { type: 'boolean', default: false },
    },
  })
  const shell = chooseShell(values.shell)
  if (shell !== 'none') return openShell(shell, values)
  const { node } = await bootstrap({ need: ['packages', 'renderer'] })
  const command =
    values.config === undefined ? ['demo'] : ['terminal', '--config', resolve(values.config)]
  return runForeground(node, [join(ROOT, 'src', 'cli.ts'), ...command])
})
