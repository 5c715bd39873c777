import type { Clock } from '../ports/clock.ts'

/**
 * Unix milliseconds that never jump while the program runs: the wall clock as it was at the start,
 * carried on by the monotonic clock. Events are stamped with it, so that a clock set forward cannot
 * shorten a wait and one set back cannot lengthen it.
 */
export class SteadyTime {
  readonly #clock: Clock
  readonly #startWallMs: number
  readonly #startMonotonicMs: number

  constructor(clock: Clock) {
    this.#clock = clock
    this.#startWallMs = clock.nowMs()
    this.#startMonotonicMs = clock.monotonicMs()
  }

  nowMs(): number {
    return Math.round(this.#startWallMs + this.#clock.monotonicMs() - this.#startMonotonicMs)
  }
}
