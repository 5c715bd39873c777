import { failuresAfter, restartDelayMs } from './back-off.ts'

/** How a part ended. */
export type Ending = { readonly code: number | null; readonly signal: string | null }

/** One running part. */
export type Part = {
  /** Asks it to end. */
  stop(): void
  /** Ends it at once. */
  kill(): void
}

/** Time, handed in so that tests own it. */
export type Timing = {
  /** Milliseconds since some start; never jumps back. */
  monotonicMs(): number
  /** Calls `fire` once after `delayMs`; the returned function cancels it. */
  after(delayMs: number, fire: () => void): () => void
}

export type SupervisedOptions = {
  readonly timing: Timing
  /** Starts the part; `onEnd` must be called exactly once, when it has ended. */
  readonly start: (onEnd: (ending: Ending) => void) => Part
  /** Told of every end that nobody asked for. False: it is not started again. */
  readonly onEnd: (ending: Ending, nextStartInMs: number) => boolean
  /** From asking it to end to ending it at once. */
  readonly patienceMs: number
}

/**
 * Keeps one part running: starts it, starts it again after a pause when it ends by itself, and ends
 * it for good when asked.
 */
export class Supervised {
  readonly #options: SupervisedOptions
  #part: Part | undefined
  #failures = 0
  #startedAtMs = 0
  #cancelTimer: () => void = () => {}
  #stopped = true
  #whenStopped: (() => void)[] = []

  constructor(options: SupervisedOptions) {
    this.#options = options
  }

  /** Whether the part runs right now. */
  get isRunning(): boolean {
    return this.#part !== undefined
  }

  /** Starts the part, unless it runs already. */
  start(): void {
    if (!this.#stopped) return
    this.#stopped = false
    this.#begin()
  }

  /** Ends the part and starts it no more. Resolves when it has ended. */
  stop(): Promise<void> {
    this.#stopped = true
    this.#cancelTimer()
    const part = this.#part
    if (part === undefined) return Promise.resolve()
    // Set up before asking: a part may end while it is asked.
    const stopped = new Promise<void>((resolve) => this.#whenStopped.push(resolve))
    this.#cancelTimer = this.#options.timing.after(this.#options.patienceMs, () => part.kill())
    part.stop()
    return stopped
  }

  /** Ends the part now; it is started again like after any other end. */
  restart(): void {
    this.#part?.kill()
  }

  #begin(): void {
    this.#startedAtMs = this.#options.timing.monotonicMs()
    this.#part = this.#options.start((ending) => this.#ended(ending))
  }

  #ended(ending: Ending): void {
    this.#part = undefined
    this.#cancelTimer()
    if (this.#stopped) {
      for (const resolve of this.#whenStopped.splice(0)) resolve()
      return
    }
    const livedMs = this.#options.timing.monotonicMs() - this.#startedAtMs
    this.#failures = failuresAfter(this.#failures, livedMs)
    const delayMs = restartDelayMs(this.#failures)
    this.#stopped = !this.#options.onEnd(ending, delayMs)
    if (this.#stopped) return
    this.#cancelTimer = this.#options.timing.after(delayMs, () => this.#begin())
  }
}
