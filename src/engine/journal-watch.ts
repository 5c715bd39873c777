import { WAITS } from '../domain/waits.ts'
import type { Clock } from '../ports/clock.ts'
import type { Journal } from '../ports/journal.ts'
import type { SteadyTime } from './steady-time.ts'

export type JournalWatchOptions = {
  readonly journal: Journal
  readonly clock: Clock
  readonly time: SteadyTime
  /** The journal takes steps again. */
  readonly onBack: () => void
}

/**
 * Tries a journal that could not be written again and again, so that a disk that was full for a moment
 * does not stop the terminal until somebody asks for something.
 */
export class JournalWatch {
  readonly #options: JournalWatchOptions
  #cancelTry: (() => void) | undefined

  constructor(options: JournalWatchOptions) {
    this.#options = options
  }

  /** A step could not be written. */
  failed(): void {
    this.#cancelTry ??= this.#options.clock.after(WAITS.journalRetryMs, () => this.#try())
  }

  /** A step was written. */
  worked(): void {
    if (this.#cancelTry === undefined) return
    this.stop()
    this.#options.onBack()
  }

  /** Ends the trying. */
  stop(): void {
    this.#cancelTry?.()
    this.#cancelTry = undefined
  }

  #try(): void {
    const atMs = this.#options.time.nowMs()
    const entry = { atMs, kind: 'journal_tried', event: { kind: 'journal_tried' }, sales: [] }
    const written = this.#options.journal.append(entry)
    if (written.ok) {
      this.worked()
      return
    }
    this.#cancelTry = undefined
    this.failed()
  }
}
