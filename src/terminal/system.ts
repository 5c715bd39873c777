import { createHmac, randomBytes, randomUUID } from 'node:crypto'
import { uptime } from 'node:os'
import type { Clock } from '../ports/clock.ts'
import type { Entropy } from '../ports/entropy.ts'

/**
 * How long a reading of the clock that also runs in sleep is used: asking the system for it costs more
 * than anything else in a decision about the scene, which asks several times. No machine falls asleep,
 * wakes and is shown a code within this time of running.
 */
const BOOT_READING_MS = 2
let bootMs = 0
let bootReadAtMs = Number.NEGATIVE_INFINITY

function readBootMs(): number {
  const nowMs = performance.now()
  if (nowMs - bootReadAtMs >= BOOT_READING_MS) {
    bootMs = uptime() * 1_000
    bootReadAtMs = nowMs
  }
  return bootMs
}

/** The operating system's clocks. */
export const systemClock: Clock = {
  nowMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  sinceBootMs: readBootMs,
  after(delayMs, fire) {
    const timer = setTimeout(fire, delayMs)
    return () => clearTimeout(timer)
  },
}

/** Random bytes are fetched this many at a time: a call costs the same for 16 as for 4,096. */
const POOL_BYTES = 4_096
let pool = randomBytes(POOL_BYTES)
let used = 0

const digestKey = randomBytes(32)

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
  digest: (text) => createHmac('sha256', digestKey).update(text).digest('base64'),
}
