// Brings a fresh clone to the point where everything runs: packages, browser, screens, fonts.
// Plain JavaScript for Node 20 and later, without a dependency: it runs before any is installed.
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { fileURLToPath } from 'node:url'
import { findChromium } from './chromium.mjs'

export const ROOT = dirname(dirname(fileURLToPath(import.meta.url)))
const MODULES = join(ROOT, 'node_modules')
const BIN = join(MODULES, '.bin')
const NODE_MAJOR_MIN = 24

/** Something only a person can put right; its message says what to do. */
export class BootstrapError extends Error {}

const say = (line) => process.stderr.write(`${line}\n`)

/** Path of the Node that package.json pins, whether or not it is there. */
export function pinnedNodePath() {
  const name = process.platform === 'win32' ? 'node.exe' : 'node'
  return join(MODULES, 'node', 'bin', name)
}

function versionOf(node) {
  if (!existsSync(node)) return undefined
  const run = spawnSync(node, ['--version'], { encoding: 'utf8' })
  return run.status === 0 ? run.stdout.trim().replace(/^v/, '') : undefined
}

/** The Node for everything this project starts: the pinned one, or this one if it is new enough. */
function projectNode() {
  const wanted = readJson(join(ROOT, 'package.json'))?.devDependencies.node
  const pinned = pinnedNodePath()
  if (versionOf(pinned) === wanted) return pinned
  if (Number(process.versions.node.split('.')[0]) >= NODE_MAJOR_MIN) {
    say(`node: the pinned ${wanted} is not installed, using this ${process.versions.node}`)
    return process.execPath
  }
  throw new BootstrapError(
    `Node ${wanted} is missing at ${pinned}: the install script of the "node" package did not run ` +
      '(blocked by ignore-scripts or by npm’s allow list?). Run "npm rebuild node", or use ' +
      `Node ${NODE_MAJOR_MIN} or later yourself.`,
  )
}

/** The environment of everything that is started: our programs first, the pinned Node as `node`. */
export function projectEnv(extra = {}) {
  const path = [BIN, process.env.PATH ?? process.env.Path ?? ''].join(delimiter)
  return {
    ...process.env,
    ...(process.platform === 'win32' ? { Path: path } : {}),
    PATH: path,
    ...extra,
  }
}

function readJson(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'))
  } catch {
    return undefined
  }
}

/** Runs a program and keeps its output for the case that it fails. */
function runQuietly(file, args, options = {}) {
  return new Promise((resolve) => {
    const child = spawn(file, args, {
      cwd: ROOT,
      stdio: ['ignore', 'pipe', 'pipe'],
      ...options,
    })
    let output = ''
    const keep = (chunk) => {
      output += chunk
    }
    child.stdout.on('data', keep)
    child.stderr.on('data', keep)
    child.on('error', (error) => resolve({ code: 127, output: `${file}: ${error.message}` }))
    child.on('close', (code) => resolve({ code: code ?? 1, output }))
  })
}

async function step(name, why, work) {
  say(`${name}: ${why} …`)
  const startedMs = performance.now()
  const { code, output } = await work()
  const seconds = Math.round((performance.now() - startedMs) / 100) / 10
  if (code === 0) return say(`${name}: done in ${seconds} s`)
  throw new BootstrapError(`${output.trimEnd()}\n${name}: failed after ${seconds} s, see above`)
}

/**
 * What of the lock file is not installed, as text; undefined when all is. Compares contents, not
 * times, so that a checkout of another branch and back installs nothing.
 */
export function missingPackages(lock, installed) {
  if (installed === undefined) return 'nothing is installed yet'
  for (const [path, wanted] of Object.entries(lock.packages)) {
    if (path === '' || wanted.link) continue
    const have = installed.packages[path]
    if (have === undefined && wanted.optional) continue
    if (have?.version !== wanted.version) return `${path} should be ${wanted.version}`
  }
  return undefined
}

function npmCommand() {
  const script = process.env.npm_execpath
  if (script?.endsWith('.js') && existsSync(script)) return [process.execPath, [script], {}]
  return ['npm', [], { shell: process.platform === 'win32' }]
}

async function ensurePackages() {
  const lock = readJson(join(ROOT, 'package-lock.json'))
  if (lock === undefined) throw new BootstrapError('package-lock.json is missing or unreadable')
  const missing = missingPackages(lock, readJson(join(MODULES, '.package-lock.json')))
  if (missing === undefined) return
  const [file, args, options] = npmCommand()
  await step('packages', `npm ci, because ${missing}`, () =>
    runQuietly(file, [...args, 'ci', '--no-fund', '--no-audit'], options),
  )
}

const canUseApt = () => process.getuid?.() === 0 && existsSync('/usr/bin/apt-get')

async function apt(...packages) {
  const options = { env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } }
  const update = await runQuietly('apt-get', ['update', '-q'], options)
  if (update.code !== 0) return update
  const flags = ['-q', '-y', '-o', 'DPkg::Lock::Timeout=120', '--no-install-recommends']
  return runQuietly('apt-get', ['install', ...flags, ...packages], options)
}

async function ensureChromium() {
  const found = findChromium()
  if (found !== undefined) return found
  const advice =
    'Install Chromium, Chrome or Edge (Debian: apt-get install chromium fonts-noto-cjk), or set ' +
    'GUITAI_CHROMIUM to the full path of one.'
  if (!canUseApt()) throw new BootstrapError(`No Chromium was found. ${advice}`)
  await step('chromium', 'apt-get install chromium fonts-noto-cjk', () =>
    apt('chromium', 'fonts-noto-cjk'),
  )
  const installed = findChromium()
  if (installed === undefined) throw new BootstrapError(`Chromium is still not found. ${advice}`)
  return installed
}

async function ensureFonts() {
  if (process.platform !== 'linux') return
  const list = spawnSync('fc-list', [':lang=zh', 'family'], { encoding: 'utf8' })
  if (list.status === 0 && list.stdout.trim() !== '') return
  if (canUseApt()) {
    await step('fonts', 'apt-get install fonts-noto-cjk', () => apt('fonts-noto-cjk', 'fontconfig'))
  } else {
    say('fonts: no Chinese font was found; the screens need one (Debian: fonts-noto-cjk)')
  }
}

/** The time of the newest file beneath some folders, Unix ms; 0 when there is none. */
function newestMs(folders) {
  let newest = 0
  for (const folder of folders.filter(existsSync)) {
    for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue
      newest = Math.max(newest, statSync(join(entry.parentPath ?? entry.path, entry.name)).mtimeMs)
    }
  }
  return newest
}

/** A built part: the file that proves it, what it is made from, and vite's configuration. */
const BUILDS = {
  renderer: {
    proof: 'dist/renderer/cashier.html',
    sources: ['renderer', 'src/screen', 'src/api', 'src/domain'],
    config: 'renderer/vite.config.ts',
  },
  electron: {
    proof: 'dist/electron/main.js',
    sources: ['main/electron', 'src'],
    config: 'main/electron/vite.config.ts',
  },
}

/** Path of a program inside an installed package, to be run with the pinned Node. */
export function packageProgram(packageName, name = packageName) {
  const folder = join(MODULES, packageName)
  const bin = readJson(join(folder, 'package.json'))?.bin
  const file = typeof bin === 'string' ? bin : bin?.[name]
  if (file === undefined) throw new BootstrapError(`package ${packageName} has no program ${name}`)
  return join(folder, file)
}

async function ensureBuilt(part) {
  const { proof, sources, config } = BUILDS[part]
  const built = join(ROOT, proof)
  const sourceMs = newestMs(sources.map((folder) => join(ROOT, folder)))
  if (existsSync(built) && statSync(built).mtimeMs >= sourceMs) return
  if (!existsSync(join(ROOT, config))) throw new BootstrapError(`${config} is missing`)
  const why = existsSync(built) ? `${proof} is older than its sources` : `${proof} is missing`
  await step(part, `vite build, because ${why}`, () =>
    runQuietly(projectNode(), [packageProgram('vite'), 'build', '--config', config], {
      env: projectEnv(),
    }),
  )
}

const NO_COMPILER = 2

/** The native part is optional: without a compiler that is said, and everything else goes on. */
async function ensureNative() {
  const build = () => runQuietly(projectNode(), ['native/build.mjs'], { env: projectEnv() })
  let built = await build()
  if (built.code === NO_COMPILER && process.platform === 'linux' && canUseApt()) {
    await step('compiler', 'apt-get install g++', () => apt('g++', 'libc6-dev'))
    built = await build()
  }
  if (built.code === NO_COMPILER) return say(built.output.trimEnd())
  if (built.code !== 0) throw new BootstrapError(built.output.trimEnd())
}

const STEPS = {
  packages: ensurePackages,
  native: ensureNative,
  chromium: ensureChromium,
  fonts: ensureFonts,
  renderer: () => ensureBuilt('renderer'),
  electron: () => ensureBuilt('electron'),
}

/**
 * Makes what is needed be there.
 *
 * @param options.need names of {@link STEPS}, done in their order
 * @returns the Node to start everything with, and the browser when it was asked for
 * @throws BootstrapError saying what a person has to do
 */
export async function bootstrap({ need }) {
  const results = {}
  for (const name of Object.keys(STEPS)) {
    if (need.includes(name)) results[name] = await STEPS[name]()
  }
  return { node: projectNode(), chromium: results.chromium }
}

/**
 * Runs a program in the foreground: signals are passed on, its exit code comes back. The third signal
 * ends it for good.
 */
export function runForeground(file, args, env = projectEnv()) {
  const child = spawn(file, args, { stdio: 'inherit', env })
  let asked = 0
  const pass = (signal) => {
    asked += 1
    // Ctrl-C at a terminal reaches the whole process group: passing it on would count it twice.
    if (signal === 'SIGINT' && process.stdin.isTTY && asked <= 2) return
    child.kill(asked > 2 ? 'SIGKILL' : signal)
  }
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP']
  for (const signal of signals) process.on(signal, pass)
  return new Promise((resolve) => {
    child.on('error', (error) => {
      say(`${file}: ${error.message}`)
      resolve(127)
    })
    child.on('close', (code, signal) => {
      for (const name of signals) process.off(name, pass)
      resolve(code ?? (signal === 'SIGINT' ? 130 : 143))
    })
  })
}

/** Runs a whole entry point; a {@link BootstrapError} is told in plain words, a bug with its stack. */
export async function runEntry(work) {
  try {
    process.exitCode = await work()
  } catch (error) {
    say(error instanceof BootstrapError ? error.message : String(error?.stack ?? error))
    process.exitCode = 1
  }
}
