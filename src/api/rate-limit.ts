/** Lets so many pass at once, and so many a second after that. */
export type RateLimit = {
  readonly atOnceMax: number
  readonly perSecondMax: number
}

/**
 * Makes the gate of a {@link RateLimit}: true for one that may pass.
 *
 * @param nowMs a clock that never jumps, milliseconds
 */
export function createRateLimit(limit: RateLimit, nowMs: () => number): () => boolean {
  const { atOnceMax, perSecondMax } = limit
  let left = atOnceMax
  let countedAtMs = nowMs()
  return () => {
    const atMs = nowMs()
    left = Math.min(atOnceMax, left + ((atMs - countedAtMs) * perSecondMax) / 1_000)
    countedAtMs = atMs
    if (left < 1) return false
    left -= 1
    return true
  }
}
