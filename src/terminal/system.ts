import { randomBytes, randomUUID } from 'node:crypto'
import type { Clock } from '../ports/clock.ts'
import type { Entropy } from '../ports/entropy.ts'

/** The operating system's clocks. */
export const systemClock: Clock = {
  nowMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  after(delayMs, fire) {
    const timer = setTimeout(fire, delayMs)
    return () => clearTimeout(timer)
  },
}

/** The operating system's randomness. */
export const systemEntropy: Entropy = {
  bytes: (count) => randomBytes(count),
  uuid: () => randomUUID(),
}
