import { err, ok, type Result } from '../base/result.ts'

/** The last signed time of this boot, and what the monotonic clock said when it arrived. */
export type TimeAnchor = { readonly signedMs: number; readonly monotonicMs: number }

/**
 * What is known of the time. `highWaterMs` is kept on the disk: the latest trusted time there ever
 * was. `anchor` lives as long as the monotonic clock does.
 */
export type TimeState = {
  readonly highWaterMs: number
  readonly anchor?: TimeAnchor
  /** A signed time lay before the high-water mark. */
  readonly isRolledBack: boolean
}

/** The time as decisions take it. */
export type TrustedTime =
  | { readonly kind: 'trusted'; readonly nowMs: number }
  | { readonly kind: 'none' }
  | { readonly kind: 'rolled_back' }

/** How far the wall clock may be from trusted time before staff are told, milliseconds. */
const WALL_SKEW_MS_MAX = 300_000

/** After a start: what was kept, and no time until one signed answer came. */
export function restartTime({ highWaterMs, isRolledBack }: TimeState): TimeState {
  return { highWaterMs, isRolledBack }
}

/**
 * Trusted time: the last signed time and what passed since on the monotonic clock. The wall clock is
 * no part of it, so setting that changes nothing.
 */
export function trustedTime(state: TimeState, monotonicMs: number): TrustedTime {
  if (state.isRolledBack) return { kind: 'rolled_back' }
  const { anchor } = state
  // A monotonic clock that went back belongs to another boot.
  if (anchor === undefined || monotonicMs < anchor.monotonicMs) return { kind: 'none' }
  return { kind: 'trusted', nowMs: anchor.signedMs + (monotonicMs - anchor.monotonicMs) }
}

/**
 * Takes a signed time. One before the high-water mark locks: either the service's clock was set back,
 * or an old answer was played again, and neither may open a day again.
 *
 * @param toleranceMs how much earlier than the mark is a matter of round trips, milliseconds
 */
export function takeSignedTime(
  state: TimeState,
  anchor: TimeAnchor,
  toleranceMs: number,
): TimeState {
  if (!Number.isSafeInteger(anchor.signedMs) || anchor.signedMs < 0) return state
  if (anchor.signedMs < state.highWaterMs - toleranceMs) return { ...state, isRolledBack: true }
  // Within the tolerance, time stands rather than going back.
  const signedMs = Math.max(anchor.signedMs, state.highWaterMs)
  return { ...state, anchor: { ...anchor, signedMs }, highWaterMs: signedMs }
}

/** Raises the mark to the present; what comes back is to be kept on the disk. */
export function raiseHighWater(state: TimeState, monotonicMs: number): TimeState {
  const now = trustedTime(state, monotonicMs)
  if (now.kind !== 'trusted' || now.nowMs <= state.highWaterMs) return state
  return { ...state, highWaterMs: now.nowMs }
}

/** Whether the wall clock is so far off that staff are told; it decides nothing. */
export function isWallClockOff(wallMs: number, now: TrustedTime): boolean {
  return now.kind === 'trusted' && Math.abs(wallMs - now.nowMs) > WALL_SKEW_MS_MAX
}

/**
 * How long the service that grants has not been heard of. `consumedMs` is kept on the disk; a restart
 * adds the time that the terminal was down, and all there is when nobody knows that.
 */
export type SilenceMeter = {
  /** Counted up to `countedAtMonotonicMs`, from the last verified answer. */
  readonly consumedMs: number
  readonly countedAtMonotonicMs: number
  /** Trusted time at that moment, Unix milliseconds; absent when there was none. */
  readonly countedAtMs?: number
  /** Whether asking has failed since the last verified answer. */
  readonly hasFailed: boolean
}

/** Longer than any grace: what counts when the downtime is not known. */
export const SILENCE_MS_ALL = Number.MAX_SAFE_INTEGER

/** A verified answer of the service came. */
export function heardFromService(monotonicMs: number, now: TrustedTime): SilenceMeter {
  return meterAt({ consumedMs: 0, hasFailed: false }, monotonicMs, now)
}

/** Asking the service failed; from here on the silence counts. */
export function missedService(meter: SilenceMeter): SilenceMeter {
  return { ...meter, hasFailed: true }
}

/** Counts up to now; what comes back is to be kept on the disk. */
export function countSilence(
  meter: SilenceMeter,
  monotonicMs: number,
  now: TrustedTime,
): SilenceMeter {
  return meterAt(
    { consumedMs: silenceMs(meter, monotonicMs), hasFailed: meter.hasFailed },
    monotonicMs,
    now,
  )
}

/**
 * Goes on after a restart. The downtime is what trusted time says it was; without one on both sides it
 * counts in full.
 *
 * @param monotonicMs the new boot's clock at the moment `now` was taken
 */
export function resumeSilence(
  kept: SilenceMeter,
  monotonicMs: number,
  now: TrustedTime,
): SilenceMeter {
  const known = now.kind === 'trusted' && kept.countedAtMs !== undefined
  const downMs = known ? now.nowMs - (kept.countedAtMs ?? 0) : SILENCE_MS_ALL
  const consumedMs =
    downMs < 0 ? SILENCE_MS_ALL : Math.min(kept.consumedMs + downMs, SILENCE_MS_ALL)
  return meterAt({ consumedMs, hasFailed: true }, monotonicMs, now)
}

function meterAt(
  counted: Pick<SilenceMeter, 'consumedMs' | 'hasFailed'>,
  monotonicMs: number,
  now: TrustedTime,
): SilenceMeter {
  const at = now.kind === 'trusted' ? { countedAtMs: now.nowMs } : {}
  return { ...counted, countedAtMonotonicMs: monotonicMs, ...at }
}

/** Milliseconds since the last verified answer. */
function silenceMs(meter: SilenceMeter, monotonicMs: number): number {
  const passedMs = monotonicMs - meter.countedAtMonotonicMs
  if (passedMs < 0) return SILENCE_MS_ALL
  return Math.min(meter.consumedMs + passedMs, SILENCE_MS_ALL)
}

/**
 * How long the terminal has been offline as a grant counts it: 0 while the service answers as often
 * as it is asked, otherwise everything since the last verified answer.
 *
 * @param refreshEveryMs how often the service is asked, from the configuration
 */
export function offlineMs(
  meter: SilenceMeter,
  monotonicMs: number,
  refreshEveryMs: number,
): number {
  const silentMs = silenceMs(meter, monotonicMs)
  return meter.hasFailed || silentMs > refreshEveryMs ? silentMs : 0
}

/** Reads a high-water mark that was kept; anything else than a time is a lost state. */
export function readHighWater(kept: unknown): Result<TimeState, 'scene.state_lost'> {
  if (typeof kept !== 'number' || !Number.isSafeInteger(kept) || kept < 0) {
    return err('scene.state_lost')
  }
  return ok({ highWaterMs: kept, isRolledBack: false })
}
