import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { cruise, type ICruiseResult } from 'dependency-cruiser'
import extractTypeScriptConfiguration from 'dependency-cruiser/config-utl/extract-ts-config'

/** The folder of the whole project. */
export const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))))

type Configuration = {
  readonly forbidden: readonly { readonly name: string; readonly severity: string }[]
  readonly options: Readonly<Record<string, unknown>>
}

/** The rules of .dependency-cruiser.cjs. */
export const CONFIGURATION: Configuration = createRequire(import.meta.url)(
  join(ROOT, '.dependency-cruiser.cjs'),
)

/** One import that breaks a rule. */
export type Violation = { readonly rule: string; readonly from: string; readonly to: string }

/** What was looked at, and what broke which rule. */
export type Cruise = {
  readonly sources: readonly string[]
  readonly dependencies: number
  readonly violations: readonly Violation[]
}

/** Checks the folders beneath `baseDir` with the project's own rules. */
export async function cruiseTree(baseDir: string, folders: readonly string[]): Promise<Cruise> {
  const { tsConfig: _, ...options } = CONFIGURATION.options
  const ruleSet = { forbidden: CONFIGURATION.forbidden } as object
  const { output } = await cruise(
    [...folders],
    { ...options, baseDir, validate: true, ruleSet },
    undefined,
    { tsConfig: extractTypeScriptConfiguration(join(ROOT, 'tsconfig.json')) },
  )
  const { modules, summary } = output as ICruiseResult
  const ours = modules.filter(({ source }) => /^(src|main|renderer|test)\//.test(source))
  return {
    sources: ours.map(({ source }) => source),
    dependencies: ours.reduce((sum, { dependencies }) => sum + dependencies.length, 0),
    violations: summary.violations.map(({ rule, from, to }) => ({ rule: rule.name, from, to })),
  }
}
