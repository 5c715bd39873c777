import { resolve } from 'node:path'
import { err, ok, type Result } from '../base/result.ts'
import type { Problem } from '../domain/errors.ts'
import { readConfig } from '../terminal/config.ts'
import { type Ask, askTerminal } from './ask-terminal.ts'
import { describeProblem, fail } from './usage.ts'

/** Asks the running terminal; an error is what it refused with. */
export type AskTerminal = (ask: Ask) => Promise<Result<unknown, Problem>>

/**
 * The line to the running terminal of a configuration, with its admin token: whoever may read the data
 * folder holds it. What got no answer is sent once more, and with its client id is not carried out
 * twice; then it ends with status 2 and `silence`.
 */
export function callTerminal(configFile: string, silence: string): Result<AskTerminal, Problem> {
  const config = readConfig(resolve(configFile))
  if (!config.ok) return config
  const { dataDir } = config.value
  return ok(async (ask) => {
    const answer = (await askTerminal(dataDir, ask)) ?? (await askTerminal(dataDir, ask))
    if (answer === undefined) return fail(silence)
    const value = (await answer.json()) as unknown
    return answer.ok ? ok(value) : err(value as Problem)
  })
}

/** Prints why it was refused, and ends with status 1. */
export function sayRefused(problem: Problem): void {
  console.error(`guitai: ${describeProblem(problem)}`)
  process.exitCode = 1
}
