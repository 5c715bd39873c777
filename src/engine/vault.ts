import { WAITS } from '../domain/waits.ts'
import type { Clock } from '../ports/clock.ts'
import type { Entropy } from '../ports/entropy.ts'

/** A code, and its digest as {@link UsedCodes} makes it: one computation serves the whole scan. */
export type HeldCode = { readonly code: string; readonly digest: string }

/**
 * Where a payment code lives between the scanner and the gateway: in this process's memory, under a
 * handle, for at most 60 s, and for one use (P6). Everything else passes the handle around.
 */
export class Vault {
  readonly #clock: Clock
  readonly #entropy: Entropy
  readonly #codes = new Map<string, { readonly held: HeldCode; readonly forget: () => void }>()

  constructor(clock: Clock, entropy: Entropy) {
    this.#clock = clock
    this.#entropy = entropy
  }

  /** Keeps a code and gives its handle. */
  put(held: HeldCode): string {
    const handle = this.#entropy.uuid()
    const forget = this.#clock.after(WAITS.codeLifeMs, () => this.#codes.delete(handle))
    this.#codes.set(handle, { held, forget })
    return handle
  }

  /** Gives the code once; undefined when it was taken or has grown too old. */
  take(handle: string): HeldCode | undefined {
    const kept = this.#codes.get(handle)
    kept?.forget()
    this.#codes.delete(handle)
    return kept?.held
  }

  /** Forgets every code. */
  forgetAll(): void {
    for (const handle of [...this.#codes.keys()]) this.take(handle)
  }

  /** Number of codes held. */
  get size(): number {
    return this.#codes.size
  }
}
