import type { Clock } from '../ports/clock.ts'
import type { SteadyTime } from './steady-time.ts'

/** Between two looks at the clocks. */
const LOOK_EVERY_MS = 5_000
/** More than this between two looks, and the machine slept, or this program stood still. */
const SLEPT_MS = 10_000

export type SleepWatchOptions = {
  readonly clock: Clock
  readonly time: SteadyTime
  /** The program runs again after it did not run for `gapMs`. */
  readonly onWake: (gapMs: number) => void
}

/**
 * Notices that the machine slept. Nothing ran meanwhile, no timer either, so that whoever stood at the
 * counter may be gone. A clock that cannot tell sleep from waking is not watched.
 */
export class SleepWatch {
  readonly #options: SleepWatchOptions
  #bootMs: number | undefined
  #monotonicMs: number
  #cancel: () => void = () => undefined

  constructor(options: SleepWatchOptions) {
    this.#options = options
    this.#bootMs = options.clock.sinceBootMs?.()
    this.#monotonicMs = options.clock.monotonicMs()
  }

  /** Begins to look. */
  start(): void {
    if (this.#bootMs === undefined) return
    this.#cancel = this.#options.clock.after(LOOK_EVERY_MS, () => {
      this.look()
      this.start()
    })
  }

  /** Looks now, as before a scan is believed: the next regular look may be some seconds away. */
  look(): void {
    const { clock, time, onWake } = this.#options
    const bootMs = clock.sinceBootMs?.()
    if (bootMs === undefined || this.#bootMs === undefined) return
    const monotonicMs = clock.monotonicMs()
    const gapMs = bootMs - this.#bootMs
    const asleepMs = gapMs - (monotonicMs - this.#monotonicMs)
    this.#bootMs = bootMs
    this.#monotonicMs = monotonicMs
    if (gapMs <= SLEPT_MS) return
    time.skip(asleepMs)
    onWake(Math.round(gapMs))
  }

  /** Ends the looking. */
  stop(): void {
    this.#cancel()
  }
}
