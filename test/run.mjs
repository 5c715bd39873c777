// npm test: everything that is checked, each check counted, the last line a sum.
//   npm test                every static check, then every test
//   npm test -- FILTER …    only the tests whose file matches; vitest's options may follow
//   npm test -- --static    only the static checks
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import {
  BootstrapError,
  bootstrap,
  packageProgram,
  projectEnv,
  ROOT,
  runEntry,
} from '../main/bootstrap.mjs'

const AT_ONCE = 2

/** Name, package, program and arguments of every static check, in the order they are told. */
const CHECKS = [
  ['types', 'typescript', 'tsc', ['-p', 'tsconfig.json']],
  ['types of the pure folders', 'typescript', 'tsc', ['-p', 'tsconfig.pure.json']],
  ['types of the screens', 'typescript', 'tsc', ['-p', 'renderer/tsconfig.json']],
  ['types of the preload', 'typescript', 'tsc', ['-p', 'tsconfig.electron.json']],
  [
    'lint and format',
    '@biomejs/biome',
    'biome',
    ['ci', '--error-on-warnings', '--colors=off', '.'],
  ],
  [
    'layers',
    'dependency-cruiser',
    'depcruise',
    ['--config', '.dependency-cruiser.cjs', 'src', 'main', 'renderer', 'test'],
  ],
  ['nothing unused', 'knip', 'knip', ['--no-progress']],
  ['screens build', 'vite', 'vite', ['build', '--config', 'renderer/vite.config.ts']],
  ['Electron shell builds', 'vite', 'vite', ['build', '--config', 'main/electron/vite.config.ts']],
  // Take each guard of the promises away; without a package of their own, they are our files.
  ['guards are proved by tests', undefined, 'test/mutations/run.ts', ['--proof', 'unit']],
  ['guards are proved by simulation and trace', undefined, 'test/mutations/run.ts', []],
]
/** The checks of `npm run check`: the quick ones, which write no file. */
const QUICK = 7

const print = (line) => process.stdout.write(`${line}\n`)

const programOf = (packageName, program) =>
  packageName === undefined ? join(ROOT, program) : packageProgram(packageName, program)

function runCheck(node, [name, packageName, program, args]) {
  const startedMs = performance.now()
  return new Promise((resolve) => {
    const child = spawn(node, [programOf(packageName, program), ...args], {
      cwd: ROOT,
      env: projectEnv({ NO_COLOR: '1', FORCE_COLOR: undefined }),
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let output = ''
    const keep = (chunk) => {
      output += chunk
    }
    child.stdout.on('data', keep)
    child.stderr.on('data', keep)
    child.on('error', (error) => resolve({ name, ok: false, seconds: 0, output: error.message }))
    child.on('close', (code) => {
      const seconds = Math.round((performance.now() - startedMs) / 100) / 10
      resolve({ name, ok: code === 0, seconds, output })
    })
  })
}

/** Runs the checks a few at a time and tells them in their order. */
async function runChecks(node, checks) {
  const sum = { passed: 0, failed: 0 }
  const results = []
  let next = 0
  const worker = async (started) => {
    while (next < checks.length) {
      const index = next
      next += 1
      started[index](await runCheck(node, checks[index]))
    }
  }
  const resolvers = []
  for (const [index] of checks.entries()) {
    results[index] = new Promise((resolve) => {
      resolvers[index] = resolve
    })
  }
  const workers = Array.from({ length: AT_ONCE }, () => worker(resolvers))
  for (const result of results) {
    const { name, ok, seconds, output } = await result
    sum[ok ? 'passed' : 'failed'] += 1
    print(`${ok ? '✓' : '✗'} ${name} (${seconds} s)`)
    if (!ok) print(output.trimEnd().replace(/^/gm, '    '))
  }
  await Promise.all(workers)
  return sum
}

/** Runs vitest in the foreground and reads what came of it. */
async function runTests({ node, chromium }, args) {
  const folder = mkdtempSync(join(tmpdir(), 'guitai-test-'))
  const file = join(folder, 'summary.json')
  const reporters = ['--reporter=default', `--reporter=${join(ROOT, 'test/summary-reporter.mjs')}`]
  try {
    const code = await new Promise((resolve) => {
      const child = spawn(node, [packageProgram('vitest'), 'run', ...reporters, ...args], {
        cwd: ROOT,
        env: projectEnv({
          GUITAI_TEST_SUMMARY: file,
          ...(args.length > 0 ? { GUITAI_TEST_FILTERED: '1' } : {}),
          ...(chromium === undefined ? {} : { GUITAI_CHROMIUM: chromium }),
        }),
        stdio: ['ignore', 'inherit', 'inherit'],
      })
      child.on('error', () => resolve(127))
      child.on('close', (status) => resolve(status ?? 1))
    })
    return { code, ...readSummary(file) }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function readSummary(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    return { passed: 0, failed: 0, skipped: [], broken: 1 }
  }
}

/** The native part is one check more where it can be built; elsewhere its tests say why they are skipped. */
async function prepareNative(sum) {
  try {
    await bootstrap({ need: ['native'] })
  } catch (error) {
    if (!(error instanceof BootstrapError)) throw error
    print(`✗ native part\n${error.message.replace(/^/gm, '    ')}`)
    sum.failed += 1
  }
}

/** The browser is one check more: without it the tests that need no screen still run. */
async function prepareBrowser(sum) {
  try {
    const { chromium } = await bootstrap({ need: ['chromium'] })
    return chromium
  } catch (error) {
    if (!(error instanceof BootstrapError)) throw error
    print(`✗ browser for the tests\n    ${error.message}`)
    sum.failed += 1
    return undefined
  }
}

function tell(sum) {
  for (const { name, reason } of sum.skipped) print(`skipped: ${name}: ${reason}`)
  print(`${sum.passed} passed, ${sum.failed} failed, ${sum.skipped.length} skipped`)
  return sum.failed === 0 ? 0 : 1
}

function add(sum, { passed, failed, skipped = [], broken = 0, code = 0 }) {
  sum.passed += passed
  sum.failed += failed + broken
  sum.skipped.push(...skipped)
  // vitest can also fail without a failed test, for example when a filter matches no file.
  if (code !== 0 && failed + broken === 0) sum.failed += 1
}

await runEntry(async () => {
  const args = process.argv.slice(2)
  const sum = { passed: 0, failed: 0, skipped: [] }
  const onlyStatic = args[0] === '--static' || args[0] === '--quick'
  const filter = onlyStatic ? [] : args
  const { node } = await bootstrap({ need: ['packages'] })
  if (filter.length === 0) {
    add(sum, await runChecks(node, args[0] === '--quick' ? CHECKS.slice(0, QUICK) : CHECKS))
  }
  if (onlyStatic) return tell(sum)
  await prepareNative(sum)
  const chromium = await prepareBrowser(sum)
  if (filter.length > 0) await bootstrap({ need: ['renderer'] })
  add(sum, await runTests({ node, chromium }, filter))
  return tell(sum)
})
