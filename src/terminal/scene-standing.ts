import type { SceneCode } from '../domain/scene-errors.ts'
import type { SceneRequest } from '../ports/scene.ts'
import type { SceneState, Standing } from './scene-state.ts'

type Row = {
  /** Why new money is refused. */
  readonly newMoney?: SceneCode
  /** Why refunds, and reversals of what is final, are refused. */
  readonly giveBack?: SceneCode
}

/** What a standing refuses; money in flight is settled under all of them (docs/gateway.md, Refusals). */
const STANDINGS: Readonly<Record<Standing, Row>> = {
  good: {},
  suspended: { newMoney: 'scene.suspended' },
  merchant_suspended: { newMoney: 'scene.suspended' },
  terminated: { newMoney: 'scene.terminated', giveBack: 'scene.terminated' },
  unknown: { newMoney: 'scene.state_lost', giveBack: 'scene.state_lost' },
  key_wrong: { newMoney: 'scene.other_terminal' },
}

/** What the service answered to a call as a whole, as a standing; undefined: it says nothing of that. */
export const STANDING_BY_REFUSAL: Readonly<Record<string, Standing>> = {
  'terminal.unknown': 'unknown',
  'signature.wrong': 'key_wrong',
  'counter.replayed': 'suspended',
  'terminal.suspended': 'suspended',
  'merchant.terminated': 'terminated',
  'merchant.suspended': 'merchant_suspended',
}

/**
 * Why the service's word about this terminal refuses a request before its grant is looked at: its
 * standing, a sign-off that has begun, or a grant that payment calls no longer accept.
 */
export function standingCode(
  state: SceneState | undefined,
  request: SceneRequest,
  grantVersion: number | undefined,
): { readonly code: SceneCode; readonly check: string } | undefined {
  if (state === undefined) return undefined
  const isNew = request.action === 'charge' || request.action === 'offer'
  const isFinal = 'inFlight' in request && !request.inFlight && request.action === 'reverse'
  const isBack = request.action === 'refund' || isFinal
  const row = state.lifecycle === 'enrolled' ? STANDINGS[state.standing] : STANDINGS.terminated
  const code = isNew ? row.newMoney : isBack ? row.giveBack : undefined
  if (code !== undefined) return { code, check: 'standing' }
  const isTooOld = grantVersion !== undefined && grantVersion < state.minimumVersion
  return isNew && isTooOld ? { code: 'scene.grant_old', check: 'version' } : undefined
}
