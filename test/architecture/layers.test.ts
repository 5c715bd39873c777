import { basename, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { CONFIGURATION, cruiseTree, ROOT } from './cruise.ts'

const FOLDERS = ['src', 'main', 'renderer', 'test']
const RULES = CONFIGURATION.forbidden.map(({ name }) => name)
const canary = await cruiseTree(join(ROOT, 'test', 'architecture', 'canary'), FOLDERS)
const real = await cruiseTree(ROOT, FOLDERS)

/** A planted file carries the name of the rule it breaks; a cycle has a second half. */
function plantedFor(file: string): string | undefined {
  const name = basename(file, '.ts').replace(/-other$/, '')
  return RULES.includes(name) ? name : undefined
}

describe('every rule of the import table', () => {
  it.each(RULES)('catches the violation planted for %s', (rule) => {
    const caught = canary.violations.filter(({ from }) => plantedFor(from) === rule)
    expect(caught.map((violation) => violation.rule)).toContain(rule)
  })

  it('is an error, not a warning', () => {
    expect(CONFIGURATION.forbidden.filter(({ severity }) => severity !== 'error')).toEqual([])
  })

  it('leaves the lawful half of the planted tree alone', () => {
    const lawful = canary.sources.filter((file) => plantedFor(file) === undefined)
    expect(lawful.length).toBeGreaterThan(12)
    const blamed = canary.violations.filter(({ from }) => plantedFor(from) === undefined)
    expect(blamed).toEqual([])
  })
})

describe('the real tree', () => {
  it('is really read: a tool that sees nothing would also find nothing', () => {
    const seen = (folder: string) => real.sources.filter((file) => file.startsWith(`${folder}/`))
    expect(seen('src').length).toBeGreaterThan(15)
    expect(seen('src/base')).toContain('src/base/result.ts')
    expect(seen('src/domain')).toContain('src/domain/errors.ts')
    expect(seen('main').length).toBeGreaterThan(3)
    expect(real.dependencies).toBeGreaterThan(real.sources.length / 2)
  })

  it('breaks no rule', () => {
    expect(real.violations).toEqual([])
  })
})
