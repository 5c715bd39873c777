import { randomBytes, randomUUID } from 'node:crypto'
import { uptime } from 'node:os'
import type { Clock } from '../ports/clock.ts'
import type { Entropy } from '../ports/entropy.ts'

/** The operating system's clocks. */
export const systemClock: Clock = {
  nowMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  sinceBootMs: () => uptime() * 1_000,
  after(delayMs, fire) {
    const timer = setTimeout(fire, delayMs)
    return () => clearTimeout(timer)
  },
}

/** Random bytes are fetched this many at a time: a call costs the same for 16 as for 4,096. */
const POOL_BYTES = 4_096
let pool = randomBytes(POOL_BYTES)
let used = 0

/** The operating system's randomness. No byte is given twice. */
export const systemEntropy: Entropy = {
  bytes(count) {
    if (count > POOL_BYTES) return randomBytes(count)
    if (used + count > POOL_BYTES) {
      pool = randomBytes(POOL_BYTES)
      used = 0
    }
    used += count
    return pool.subarray(used - count, used)
  },
  uuid: () => randomUUID(),
}
