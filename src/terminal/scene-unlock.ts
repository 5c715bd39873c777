import { err, ok, type Result } from '../base/result.ts'
import { type Problem, problem } from '../domain/errors.ts'
import type { Clock } from '../ports/clock.ts'
import type { SceneParts } from './scene.ts'

/** An answer older than this says nothing about the present, milliseconds (docs/gateway.md). */
const ROUND_TRIP_MS_MAX = 10_000

/** A time that the service has just signed, and what the monotonic clock said when it arrived. */
export type FreshTime = { readonly signedMs: number; readonly arrivedMonotonicMs: number }

/** Asks the service for the time, of a terminal whose clock is locked; nothing is changed by it. */
export async function askTime({
  keeper,
  link,
}: Pick<SceneParts, 'keeper' | 'link'>): Promise<Result<FreshTime, Problem>> {
  if (keeper.state() === undefined) return err(problem('services.not_enrolled'))
  if (keeper.time.now().kind !== 'rolled_back') return err(problem('clock.not_locked'))
  const answer = await link.ask({ method: 'GET', path: 'time' })
  if (answer.kind === 'failed' || answer.roundTripMs >= ROUND_TRIP_MS_MAX) {
    return err(problem('clock.no_signed_time'))
  }
  const { timestampMs: signedMs, arrivedMonotonicMs } = answer
  return ok({ signedMs, arrivedMonotonicMs })
}

/** Goes by that time from now on, durable before it counts. */
export function unlockClock(
  { keeper }: Pick<SceneParts, 'keeper'>,
  { signedMs, arrivedMonotonicMs }: FreshTime,
  clock: Pick<Clock, 'monotonicMs'>,
): Result<undefined, Problem> {
  const state = keeper.state()
  if (state === undefined) return err(problem('services.not_enrolled'))
  keeper.time.unlock(signedMs, clock.monotonicMs() - arrivedMonotonicMs)
  const isKept = keeper.adopt({ ...state, ...keeper.time.count() })
  return isKept ? ok(undefined) : err(problem('scene.state_lost'))
}
