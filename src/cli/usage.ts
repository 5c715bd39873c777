import { type ParseArgsConfig, parseArgs } from 'node:util'
import type { Language, Problem } from '../domain/errors.ts'

type Options = NonNullable<ParseArgsConfig['options']>

/** Reads options; on a wrong one says so and ends with status 2. */
export function readOptions<const Wanted extends Options>(argv: string[], options: Wanted) {
  try {
    return parseArgs({ args: argv, options, strict: true, allowPositionals: true })
  } catch (cause) {
    return fail(cause instanceof Error ? cause.message : String(cause))
  }
}

/** Ends with status 2 and a line that says why. */
export function fail(message: string): never {
  console.error(`guitai: ${message}`)
  process.exit(2)
}

/** The language of the environment. */
export function systemLanguage(): Language {
  return (process.env.LANG ?? '').startsWith('zh') ? 'zh-CN' : 'en'
}

/** A problem as one readable line. */
export function describeProblem(problem: Problem, language: Language = systemLanguage()): string {
  const where = [problem.field, problem.detail].filter(Boolean).join(': ')
  return `${problem.staff[language]} [${problem.code}${where === '' ? '' : `; ${where}`}]`
}

/** Resolves at the first SIGINT or SIGTERM. */
export function untilStopped(): Promise<void> {
  return new Promise((resolve) => {
    process.once('SIGINT', () => resolve())
    process.once('SIGTERM', () => resolve())
  })
}
