import type { Clock } from '../ports/clock.ts'

/** How far the wall clock may be away before it is followed. */
const TOLERANCE_MS = 2_000
/** It is followed by at most one part in so many of the time that passes. */
const SLEW_PARTS = 20

/**
 * Unix milliseconds that never jump and never go back while the program runs: the wall clock as it was
 * at the start, carried on by the monotonic clock. Events are stamped with it, so that a clock set
 * forward cannot cut a wait short and one set back cannot draw it out. A wall clock that is more than
 * 2 s away, set or drifted over weeks, is followed slowly: a wait is at most a twentieth shorter or
 * longer than its name says, and never shorter while `isWaiting` says that money may be moving.
 */
export class SteadyTime {
  readonly #clock: Clock
  readonly #isWaiting: () => boolean
  #steadyMs: number
  #monotonicMs: number

  constructor(clock: Clock, isWaiting: () => boolean = () => false) {
    this.#clock = clock
    this.#isWaiting = isWaiting
    this.#steadyMs = clock.nowMs()
    this.#monotonicMs = clock.monotonicMs()
  }

  nowMs(): number {
    const monotonicMs = this.#clock.monotonicMs()
    const passedMs = Math.max(0, monotonicMs - this.#monotonicMs)
    this.#monotonicMs = monotonicMs
    this.#steadyMs += passedMs
    this.#steadyMs += this.#correctionMs(passedMs / SLEW_PARTS)
    return Math.round(this.#steadyMs)
  }

  /** Adds time that the monotonic clock left out because the machine slept. */
  skip(sleptMs: number): void {
    this.#steadyMs += Math.max(0, sleptMs)
  }

  #correctionMs(mostMs: number): number {
    const aheadMs = this.#clock.nowMs() - this.#steadyMs
    if (aheadMs > TOLERANCE_MS) {
      return this.#isWaiting() ? 0 : Math.min(mostMs, aheadMs - TOLERANCE_MS)
    }
    if (aheadMs < -TOLERANCE_MS) return Math.max(-mostMs, aheadMs + TOLERANCE_MS)
    return 0
  }
}
