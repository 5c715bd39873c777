import { createHmac } from 'node:crypto'
import type { Entropy } from '../../src/ports/entropy.ts'

/** Numbers that look random and are the same for the same seed. */
export type Random = {
  /** At least 0 and less than 1. */
  next(): number
  /** A whole number, both ends included. */
  integer(min: number, max: number): number
  /** One of `items`, which must not be empty. */
  pick<Item>(items: readonly Item[]): Item
  /** True with this probability, 0 to 1. */
  chance(probability: number): boolean
  /** `count` bytes. */
  bytes(count: number): Uint8Array
  /** A copy of `items` in another order. */
  shuffle<Item>(items: readonly Item[]): Item[]
  /** A generator of its own, so that one part's draws do not move another's. */
  fork(): Random
}

/** Makes a generator (mulberry32) from a whole-number seed; only its low 32 bits count. */
export function createRandom(seed: number): Random {
  let state = seed >>> 0
  const word = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = state
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return (mixed ^ (mixed >>> 14)) >>> 0
  }
  const next = (): number => word() / 2 ** 32
  const integer = (min: number, max: number): number => min + Math.floor(next() * (max - min + 1))

  return {
    next,
    integer,
    pick(items) {
      if (items.length === 0) throw new Error('nothing to pick from')
      return items[integer(0, items.length - 1)] as (typeof items)[number]
    },
    chance: (probability) => next() < probability,
    bytes: (count) => Uint8Array.from({ length: count }, () => word() & 0xff),
    shuffle(items) {
      const copy = [...items]
      for (let last = copy.length - 1; last > 0; last -= 1) {
        const other = integer(0, last)
        const held = copy[last] as (typeof items)[number]
        copy[last] = copy[other] as (typeof items)[number]
        copy[other] = held
      }
      return copy
    },
    fork: () => createRandom(word()),
  }
}

/** An {@link Entropy} that gives the same bytes and identifiers for the same seed. Tests only. */
export function createSeededEntropy(seed: number): Entropy {
  const random = createRandom(seed)
  return {
    bytes: (count) => random.bytes(count),
    digest: (text) => createHmac('sha256', `${seed}`).update(text).digest('base64'),
    uuid() {
      const bytes = random.bytes(16)
      bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40
      bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80
      const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
      return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
    },
  }
}
