import { err, ok, type Result } from '../base/result.ts'
import { type Problem, problem } from '../domain/errors.ts'
import { mayDo, type Right } from '../domain/roles.ts'
import type { Operators } from '../ports/operators.ts'
import { askSecret } from './ask-secret.ts'

/** Options of a command that only some may give. */
export const AUTHORISE_OPTIONS = {
  as: { type: 'string' },
  'as-pin-file': { type: 'string' },
  reason: { type: 'string' },
} as const

/** Who gives the command, and where the PIN is to be read. */
export type Claim = {
  readonly as?: string | undefined
  readonly 'as-pin-file'?: string | undefined
  /** Why; kept in the journal. */
  readonly reason?: string | undefined
}

/**
 * Whether whoever gives the command may do so. Until the first operator is added that is everybody who
 * may write the data folder; afterwards it takes the name and PIN of somebody with the right.
 *
 * @returns the name, or undefined where there are no operators yet
 */
export async function authorise(
  operators: Operators,
  right: Right,
  claim: Claim,
): Promise<Result<string | undefined, Problem>> {
  const known = operators.list()
  if (!known.ok) return known
  if (known.value.length === 0) return ok(undefined)
  const { as: name } = claim
  if (name === undefined) {
    const detail = 'say who you are with --as NAME'
    return err(problem('operator.not_allowed', { field: 'as', detail }))
  }
  const verified = await operators.verify(name, await askSecret('PIN', claim['as-pin-file']))
  if (!verified.ok) {
    const { problem: refused, waitMs } = verified.error
    const detail = waitMs > 0 ? { detail: `wait ${Math.ceil(waitMs / 1_000)} s` } : {}
    return err({ ...refused, ...detail })
  }
  if (mayDo(verified.value.role, right)) return ok(name)
  const detail = `${name} is ${verified.value.role}`
  return err(problem('operator.not_allowed', { field: 'as', detail }))
}
