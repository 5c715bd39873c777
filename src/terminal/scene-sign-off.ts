import { err, ok, type Result } from '../base/result.ts'
import { type Problem, problem } from '../domain/errors.ts'
import { WIPED, type Wiped } from '../gateway/services/messages.ts'
import type { SceneKeeper } from './scene-keeper.ts'
import type { SceneLink } from './scene-link.ts'
import type { SceneState } from './scene-state.ts'

/** What the service is told of the end; money in flight is counted from the journal. */
export type LastAccount = {
  readonly inFlight: number
  readonly journalEntries: number
  /** Hash of the last row, 64 hex digits. */
  readonly journalHead: string
}

type Wipe = (what: Wiped) => Result<undefined, Problem>

/**
 * Ends a terminal whose agreement has ended, or whose store may do nothing any more (docs/gateway.md,
 * Sign-off): refuses for good, then wipes in a fixed order, each step on the disk before the next, and
 * then tells the service. May be repeated until the service has released the terminal. The journal and
 * the terminal's key stay: they say what happened.
 *
 * @param wipe removes what the scene does not keep itself: the merchant key and face credentials
 */
export async function signOff(
  parts: { readonly keeper: SceneKeeper; readonly link: SceneLink; readonly wipe: Wipe },
  account: LastAccount,
): Promise<Result<undefined, Problem>> {
  const { keeper, link, wipe } = parts
  const state = keeper.state()
  if (state === undefined) return err(problem('services.not_enrolled'))
  if (state.lifecycle === 'released') return ok(undefined)
  if (state.lifecycle === 'enrolled' && !hasEnded(keeper, state)) {
    return err(problem('services.agreement_runs'))
  }
  if (account.inFlight > 0) return err(problem('services.money_in_flight'))
  const begun = keep(keeper, (now) => ({ ...now, lifecycle: 'signing_off' }))
  if (!begun.ok) return begun
  for (const what of WIPED) {
    const wiped = wipeOne(keeper, what, wipe)
    if (!wiped.ok) return wiped
  }
  const told = await link.signOff({
    in_flight: 0,
    journal_entries: account.journalEntries,
    journal_head: account.journalHead,
    wiped: WIPED,
  })
  return told.ok ? keep(keeper, (now) => ({ ...now, lifecycle: 'released' })) : told
}

/** M10 holds, or nothing is granted any more. */
function hasEnded(keeper: SceneKeeper, state: SceneState): boolean {
  const found = keeper.grantInHand()
  const isIdle = found.kind === 'read' ? found.grant.interfaces.length === 0 : state.grant === null
  return isIdle || state.standing === 'terminated' || keeper.inForce().some(isTheEnd)
}

function isTheEnd({ code }: { readonly code: string }): boolean {
  return code === 'M10'
}

function wipeOne(keeper: SceneKeeper, what: Wiped, wipe: Wipe): Result<undefined, Problem> {
  if (keeper.state()?.wiped.includes(what)) return ok(undefined)
  const done = what === 'counters' ? keeper.wipeCounters() : wipe(what)
  if (!done.ok) return done
  return keep(keeper, (now) => ({
    ...now,
    ...(what === 'grant' ? { grant: null } : {}),
    wiped: [...now.wiped, what],
  }))
}

function keep(
  keeper: SceneKeeper,
  change: (state: SceneState) => SceneState,
): Result<undefined, Problem> {
  const state = keeper.state()
  const isKept = state !== undefined && keeper.adopt(change(state))
  return isKept ? ok(undefined) : err(problem('scene.state_lost'))
}
