import type { Log } from '../ports/log.ts'

/** Tells listeners. One that throws is somebody else's dead screen and changes nothing here (P10). */
export class Broadcast<Value> {
  readonly #listeners = new Set<(value: Value) => void>()
  readonly #log: Log

  constructor(log: Log) {
    this.#log = log
  }

  /** Adds a listener; the returned function takes it away. */
  add(listener: (value: Value) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Tells everybody. Never throws. */
  send(value: Value): void {
    for (const listener of this.#listeners) {
      try {
        listener(value)
      } catch (cause) {
        const detail = cause instanceof Error ? cause.message : String(cause)
        this.#log.error('a listener failed', { detail })
      }
    }
  }

  get size(): number {
    return this.#listeners.size
  }
}
