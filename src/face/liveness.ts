/** What one way of telling a live face asks for (docs/face.md, Gate). */
export type LivenessProfile = {
  /** The liveness networks look at the frames that may be sealed. */
  readonly asksNetworks: boolean
  /** The head is turned once to a side drawn by lot. */
  readonly asksTurn: boolean
}

/** Rows of docs/face.md. None is a certified check; a name that is not here switches face pay off. */
export const LIVENESS_PROFILES: Readonly<Record<string, LivenessProfile>> = {
  'passive-1': { asksNetworks: true, asksTurn: false },
  'active-1': { asksNetworks: true, asksTurn: true },
  'rehearsal-1': { asksNetworks: false, asksTurn: true },
}

/** The row of a profile; undefined when there is none. */
export function livenessProfile(name: string): LivenessProfile | undefined {
  return Object.hasOwn(LIVENESS_PROFILES, name) ? LIVENESS_PROFILES[name] : undefined
}

/**
 * The share of one class in what a network answered (softmax), 0 to 1; 0 for an answer that is none.
 *
 * @param liveClass index of the class that means a live face
 */
export function shareOfClass(logits: Float32Array, liveClass: number): number {
  const top = Math.max(...logits)
  const powers = Array.from(logits, (value) => Math.exp(value - top))
  const share = (powers[liveClass] ?? 0) / powers.reduce((sum, power) => sum + power, 0)
  return Number.isFinite(share) ? share : 0
}

/** Mean of what several networks say; 0 when nothing was asked. */
export function meanOf(scores: readonly number[]): number {
  return scores.length === 0 ? 0 : scores.reduce((sum, score) => sum + score, 0) / scores.length
}
