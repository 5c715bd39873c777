/**
 * npm run guards: takes each guard of {@link GUARDS} out of a copy of the source and runs the tests
 * that must then fail. A guard that can go without a failing test is printed, and the run fails.
 */
import { spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { GUARDS, type Guard } from './guards.ts'

const ROOT = join(import.meta.dirname, '..', '..')
const COPIED = ['src', 'test', 'main', 'docs', 'package.json', 'tsconfig.json', 'vitest.config.ts']

const copy = mkdtempSync(join(tmpdir(), 'guitai-guards-'))
for (const name of COPIED) cpSync(join(ROOT, name), join(copy, name), { recursive: true })
symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'), 'dir')

type Verdict = 'proved' | 'SURVIVED' | 'NOT FOUND'

function tryWithout(guard: Guard): Verdict {
  const path = join(copy, guard.file)
  const original = readFileSync(path, 'utf8')
  if (!original.includes(guard.from)) return 'NOT FOUND'
  writeFileSync(
    path,
    original.replace(guard.from, () => guard.to),
  )
  const vitest = join(copy, 'node_modules', 'vitest', 'vitest.mjs')
  const args = [vitest, 'run', guard.tests, '-t', `${guard.promise}:`, '--reporter=json']
  const run = spawnSync(process.execPath, args, { cwd: copy, encoding: 'utf8', timeout: 120_000 })
  writeFileSync(path, original)
  return failedByName(run.stdout, guard.promise) ? 'proved' : 'SURVIVED'
}

/** Whether a test named after the promise failed, rather than the run as such. */
function failedByName(output: string, promise: string): boolean {
  const start = output.indexOf('{"')
  if (start < 0) return false
  const report = JSON.parse(output.slice(start)) as {
    testResults: { assertionResults: { title: string; status: string }[] }[]
  }
  return report.testResults
    .flatMap(({ assertionResults }) => assertionResults)
    .some(({ title, status }) => status === 'failed' && title.startsWith(`${promise}:`))
}

let lost = 0
for (const guard of GUARDS) {
  const verdict = tryWithout(guard)
  if (verdict !== 'proved') lost += 1
  console.log(`${verdict.padEnd(9)} ${guard.promise.padEnd(4)} ${guard.what}  (${guard.file})`)
}
rmSync(copy, { recursive: true, force: true })
console.log(`${GUARDS.length - lost} of ${GUARDS.length} guards are proved by a test of their name`)
process.exitCode = lost === 0 ? 0 : 1
