import { type Problem, problem } from '../domain/errors.ts'
import type { Config } from './config.ts'
import { openStore } from './scene.ts'

/**
 * Why a terminal does not start, in the words that help: one that was retired lacks its merchant key
 * because it was wiped, and no file has to be looked for.
 */
export function whyNotStarted(config: Config, error: Problem): Problem {
  if (config.services === undefined) return error
  const opened = openStore(config)
  const isReleased =
    opened.ok &&
    opened.value.kept.kind === 'kept' &&
    opened.value.kept.state.lifecycle === 'released'
  return isReleased ? problem('services.retired', { detail: error.code }) : error
}
