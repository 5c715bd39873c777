import type { Clock } from '../../src/ports/clock.ts'

/** The machine's time, with a wall clock that a test can set. */
export type RealClock = Clock & {
  /** Moves the wall clock alone. */
  shiftWall(byMs: number): void
}

/** A clock for tests against real sockets. */
export function createRealClock(): RealClock {
  let shiftMs = 0
  return {
    nowMs: () => Date.now() + shiftMs,
    monotonicMs: () => performance.now(),
    after(delayMs, fire) {
      const timer = setTimeout(fire, delayMs)
      return () => clearTimeout(timer)
    },
    shiftWall(byMs) {
      shiftMs += byMs
    },
  }
}
