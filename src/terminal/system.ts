import { hash, randomBytes, randomUUID } from 'node:crypto'
import { uptime } from 'node:os'
import type { Clock } from '../ports/clock.ts'
import type { Entropy } from '../ports/entropy.ts'

/** The clocks of a machine: wall, running time, and time since its start with what it slept. */
export type MachineClocks = {
  readonly wallMs: () => number
  readonly runningMs: () => number
  readonly sinceBootMs: () => number
}

/**
 * How long one reading of the clock that also runs in sleep is carried on by the one that does not, and
 * how far the wall clock may leave the latter meanwhile. Asking the system for it costs more than
 * anything else in a decision about the scene. A sleep moves the wall clock, so the first look after it
 * asks anew.
 */
const BOOT_READING_MS = 1_000
const WALL_SLACK_MS = 20

/** Milliseconds since the machine started, with what it slept, at the price of two cheap clocks. */
export function carryBootTime({ wallMs, runningMs, sinceBootMs }: MachineClocks): () => number {
  let read: { readonly bootMs: number; readonly runMs: number; readonly atMs: number } | undefined
  let toldMs = 0
  return () => {
    const [atMs, runMs] = [wallMs(), runningMs()]
    const ranMs = read === undefined ? 0 : runMs - read.runMs
    const strayedMs = read === undefined ? 0 : Math.abs(atMs - read.atMs - ranMs)
    if (read === undefined || ranMs >= BOOT_READING_MS || strayedMs > WALL_SLACK_MS) {
      read = { bootMs: sinceBootMs(), runMs, atMs }
    }
    // The system's is coarser: a new reading may lie a little before what was carried on.
    toldMs = Math.max(toldMs, read.bootMs + runMs - read.runMs)
    return toldMs
  }
}

const wallMs = () => Date.now()
const runningMs = () => performance.now()

/** The operating system's clocks. */
export const systemClock: Clock = {
  nowMs: wallMs,
  monotonicMs: runningMs,
  sinceBootMs: carryBootTime({ wallMs, runningMs, sinceBootMs: () => uptime() * 1_000 }),
  after(delayMs, fire) {
    const timer = setTimeout(fire, delayMs)
    return () => clearTimeout(timer)
  },
}

/** Random bytes are fetched this many at a time: a call costs the same for 16 as for 4,096. */
const POOL_BYTES = 4_096
let pool = randomBytes(POOL_BYTES)
let used = 0

/** Goes before what is digested; nobody outside ever has a digest to lengthen. */
const digestKey = randomBytes(32).toString('hex')

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
  digest: (text) => hash('sha256', digestKey + text, 'base64'),
}
