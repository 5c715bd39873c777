import { err, type Result } from '../base/result.ts'
import { type Problem, problem } from '../domain/errors.ts'
import type { Journal } from '../ports/journal.ts'
import type { CommandIdentity } from '../ports/terminal.ts'

/** The first answer of a command that was carried out before; another body is refused. */
export function firstAnswer<Value>(
  journal: Journal,
  identity: CommandIdentity,
): Result<Value, Problem> | undefined {
  const before = journal.command(identity.clientId)
  if (!before) return undefined
  if (before.digest !== identity.digest) {
    return err(problem('api.client_id_reused', { field: 'clientId' }))
  }
  return JSON.parse(before.answer) as Result<Value, Problem>
}
