/**
 * `npm run checks`: every acceptance check, the tests that show it and how they ended. Runs only the
 * files in which a check is named. The exit code is 1 when one is missing or failed, or a title names one
 * that nobody knows.
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative, sep } from 'node:path'
import { isBad, type Ran, reportLines, strangers, writeReport } from './report.ts'

const ROOT = join(import.meta.dirname, '..', '..')
const VITEST = join(ROOT, 'node_modules', 'vitest', 'vitest.mjs')

type Report = {
  readonly testResults: readonly {
    readonly name: string
    readonly assertionResults: readonly { readonly fullName: string; readonly status: string }[]
  }[]
}

const pathOf = (file: string): string => relative(ROOT, file).split(sep).join('/')

function filesWithChecks(): string[] {
  const folder = join(ROOT, 'test')
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.test.ts'))
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => !pathOf(file).startsWith('test/architecture/canary/'))
    .filter((file) => /\bAC-[\d%a]/.test(readFileSync(file, 'utf8')))
    .map(pathOf)
}

function runTests(files: readonly string[]): Ran[] {
  const folder = mkdtempSync(join(tmpdir(), 'guitai-checks-'))
  try {
    const output = join(folder, 'report.json')
    const args = ['run', '--reporter=json', `--outputFile=${output}`, ...files]
    spawnSync(process.execPath, [VITEST, ...args], { cwd: ROOT, stdio: 'ignore' })
    const report: Report = JSON.parse(readFileSync(output, 'utf8'))
    return report.testResults.flatMap(({ name, assertionResults }) =>
      assertionResults
        .filter(({ fullName }) => fullName.includes('AC-'))
        .map(({ fullName, status }) => ({
          file: pathOf(name),
          title: fullName,
          passed: status === 'passed',
        })),
    )
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

const tests = runTests(filesWithChecks())
const lines = reportLines(tests)
console.log(writeReport(lines))
const unknown = strangers(tests)
if (unknown.length > 0) console.log(`named in tests, but in no list: ${unknown.join(', ')}`)
if (unknown.length > 0 || lines.some(isBad)) process.exitCode = 1
