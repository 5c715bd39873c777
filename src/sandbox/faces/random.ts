/** Numbers that look random and are the same for the same seed and label. */
export type Random = {
  /** From 0 up to, never, 1. */
  readonly next: () => number
  readonly range: (low: number, high: number) => number
  readonly chance: (share: number) => boolean
  readonly pick: <T>(list: readonly [T, ...T[]]) => T
}

const FNV_PRIME = 0x01000193

function labelled(seed: number, label: string): number {
  let hash = (seed ^ 0x811c9dc5) >>> 0
  for (let index = 0; index < label.length; index += 1) {
    hash = Math.imul(hash ^ label.charCodeAt(index), FNV_PRIME) >>> 0
  }
  return hash
}

/** A stream of its own for each label (mulberry32), so that one more draw in one place moves no other. */
export function randomFrom(seed: number, label: string): Random {
  let state = labelled(seed, label)
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
  return {
    next,
    range: (low, high) => low + (high - low) * next(),
    chance: (share) => next() < share,
    pick: (list) => list[Math.floor(next() * list.length)] ?? list[0],
  }
}
