import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join, relative, sep } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { ROOT } from './cruise.ts'
import { brokenRules, LONGER_FILES, linesMax, TIDY_RULES } from './tidy-rules.ts'

const FOLDERS = ['src', 'main', 'renderer', 'test']
const CODE = /\.(ts|tsx|mjs|cjs|mts)$/
/** The rules themselves quote what they ban, and the planted tree breaks the law on purpose. */
const NOT_CHECKED = /^test\/architecture\/(tidy-rules\.ts$|canary\/)/

function codeFiles(): string[] {
  const files: string[] = []
  for (const folder of FOLDERS) {
    const entries = readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
    for (const entry of entries.filter((one) => one.isFile() && CODE.test(one.name))) {
      files.push(relative(ROOT, join(entry.parentPath, entry.name)).split(sep).join('/'))
    }
  }
  return files.filter((file) => !NOT_CHECKED.test(file) && !file.includes('node_modules/'))
}

const files = codeFiles().map((path) => ({
  path,
  lines: readFileSync(join(ROOT, path), 'utf8').split('\n'),
}))

describe('banned words', () => {
  it.each(TIDY_RULES)('$name is caught where it is banned and only there', (rule) => {
    expect(brokenRules(...rule.caught)).toContain(rule)
    expect(brokenRules(...rule.allowed)).toEqual([])
  })

  it('are not in the code', () => {
    expect(files.length).toBeGreaterThan(25)
    const found = files.flatMap(({ path, lines }) =>
      lines.flatMap((line, index) =>
        brokenRules(path, line).map(
          ({ name, instead }) => `${path}:${index + 1} ${name}; use ${instead}`,
        ),
      ),
    )
    expect(found).toEqual([])
  })
})

describe('files', () => {
  it('are not too long', () => {
    expect(linesMax('src/engine/loop.ts')).toBe(400)
    const tooLong = files.filter(({ path, lines }) => lines.length - 1 > linesMax(path))
    expect(tooLong.map(({ path, lines }) => `${path}: ${lines.length - 1}`)).toEqual([])
  })

  it('that may be longer exist', () => {
    const paths = files.map(({ path }) => path)
    expect(Object.keys(LONGER_FILES).filter((path) => !paths.includes(path))).toEqual([])
  })

  it('have kebab-case names', () => {
    const odd = files.filter(({ path }) => !/^[a-z0-9-]+(\.[a-z0-9-]+)*$/.test(basename(path)))
    expect(odd.map(({ path }) => path)).toEqual([])
  })
})

/** What the linter must refuse, by the name of its rule. */
const LINTED: Readonly<Record<string, string>> = {
  'lint/complexity/noExcessiveLinesPerFunction': [
    'export function planted(): number {',
    '  let sum = 0',
    ...Array.from({ length: 70 }, (_, index) => `  sum += ${index}`),
    '  return sum',
    '}',
  ].join('\n'),
  'lint/complexity/useMaxParams':
    'export function planted(a: number, b: number, c: number, d: number): number {\n  return a + b + c + d\n}',
  'lint/suspicious/noExplicitAny': 'export const planted: any = 1',
  'lint/suspicious/noConsole': "console.log('planted')",
  'lint/style/noDefaultExport': 'export default 1',
  'lint/style/noNonNullAssertion': 'export const planted = (text?: string) => text!.length',
  'lint/nursery/noFloatingPromises':
    'async function planted(): Promise<void> {}\nexport function run(): void {\n  planted()\n}',
}

describe('the linter', () => {
  const folder = mkdtempSync(join(tmpdir(), 'guitai-lint-'))
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  it('enforces function size, parameters and types in src', () => {
    const configuration = JSON.parse(readFileSync(join(ROOT, 'biome.json'), 'utf8'))
    const { $schema: _, ...rules } = configuration
    const alone = { ...rules, vcs: { enabled: false } }
    writeFileSync(join(folder, 'biome.json'), JSON.stringify(alone))
    mkdirSync(join(folder, 'src'))
    const names = Object.keys(LINTED)
    for (const [index, text] of Object.values(LINTED).entries()) {
      writeFileSync(join(folder, 'src', `planted-${index}.ts`), `${text}\n`)
    }
    const biome = join(ROOT, 'node_modules', '@biomejs', 'biome', 'bin', 'biome')
    const run = spawnSync(process.execPath, [biome, 'lint', '--reporter=json', '.'], {
      cwd: folder,
      encoding: 'utf8',
    })
    expect(run.status).toBe(1)
    for (const [index, name] of names.entries()) {
      expect(run.stdout).toMatch(new RegExp(`"category":"${name}"`))
      expect(run.stdout).toContain(`planted-${index}.ts`)
    }
  })
})
