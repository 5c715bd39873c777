/** Pauses before one restart after another, in milliseconds; the last one repeats. */
export const RESTART_DELAYS_MS: readonly number[] = [250, 500, 1_000, 2_000, 5_000, 10_000, 30_000]
/** A part that ran this long was well: the next failure counts as the first. */
const WELL_AFTER_MS = 60_000

/**
 * How long to wait before the next start. Never gives up: a counter has to come back by itself.
 *
 * @param failures how many times in a row it ended, at least 1
 */
export function restartDelayMs(failures: number): number {
  const index = Math.min(Math.max(failures, 1), RESTART_DELAYS_MS.length) - 1
  return RESTART_DELAYS_MS[index] ?? 0
}

/** The number of failures in a row, after one more that came `livedMs` after its start. */
export function failuresAfter(failures: number, livedMs: number): number {
  return livedMs >= WELL_AFTER_MS ? 1 : failures + 1
}
