import { err, ok, type Result } from '../base/result.ts'
import { type ErrorCode, type Problem, problem } from '../domain/errors.ts'
import { type Refusal, readClosingsAnswer } from '../gateway/services/messages.ts'
import type { InterfaceClosing } from '../ports/administration.ts'
import { noteClosing } from '../scene/admit.ts'
import { INTERFACES } from '../scene/words.ts'
import type { SceneParts } from './scene.ts'

/** Refusals of a closing (docs/gateway.md, Refusals) in our words. */
const REFUSALS: Readonly<Record<string, ErrorCode>> = {
  'closing.password_wrong': 'closing.password_wrong',
  'closing.locked': 'closing.locked',
  'closing.not_administrator': 'closing.not_administrator',
  'closing.not_granted': 'closing.not_granted',
}

/**
 * Closes an interface at the service, for good (docs/gateway.md, Closings). The password goes into the
 * one request and nowhere else. What was closed is refused here at once; then the grant is fetched.
 */
export async function closeInterface(
  { keeper, link }: Pick<SceneParts, 'keeper' | 'link'>,
  { interface: type, administrator, password }: Omit<InterfaceClosing, 'reason'>,
): Promise<Result<readonly string[], Problem>> {
  if (keeper.state() === undefined) return err(problem('services.not_enrolled'))
  const body = { interface: type, administrator, password }
  const answer = await link.ask({ method: 'POST', path: 'closings', body })
  if (answer.kind === 'failed') return err(problem('closing.unreachable', { detail: answer.why }))
  if (answer.kind === 'refused') {
    if (answer.refusal.code === 'closing.not_granted') await link.fetchGrant()
    return err(refused(answer.refusal))
  }
  const read = readClosingsAnswer(answer.value)
  if (read === undefined) return err(problem('closing.unreachable', { detail: 'unreadable' }))
  shut({ keeper, link }, read.closed)
  await link.fetchGrant()
  return ok(read.closed)
}

function refused(refusal: Refusal): Problem {
  const code = REFUSALS[refusal.code]
  if (code === undefined) return problem('closing.refused', { detail: refusal.code })
  const { tries_left: left } = refusal
  return problem(code, typeof left === 'number' ? { triesLeft: left } : {})
}

/** Whether or not the new grant arrives: what the service has closed takes no more money here. */
function shut({ keeper }: Pick<SceneParts, 'keeper' | 'link'>, closed: readonly string[]): void {
  const state = keeper.state()
  const found = keeper.grantInHand()
  if (state === undefined || found.kind !== 'read') return
  const types = INTERFACES.filter((type) => closed.includes(type))
  const sealed = types.reduce((noted, type) => noteClosing(noted, found.grant, type), state.sealed)
  keeper.adopt({ ...state, sealed })
}
