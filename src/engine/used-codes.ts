import { LIMITS } from '../domain/limits.ts'
import { WAITS } from '../domain/waits.ts'
import type { Clock } from '../ports/clock.ts'
import type { Entropy } from '../ports/entropy.ts'

type Used = { readonly outTradeNo: string; readonly atMs: number }

/**
 * Which payment codes were charged, so that an old picture of one is refused without a call: a code is
 * good for one payment. Keeps digests under the key of this process for ten minutes, and never a
 * digit; a restart forgets them, and then the gateway refuses.
 */
export class UsedCodes {
  readonly #clock: Clock
  readonly #entropy: Entropy
  /** By digest, oldest first. */
  readonly #used = new Map<string, Used>()

  constructor(clock: Clock, entropy: Entropy) {
    this.#clock = clock
    this.#entropy = entropy
  }

  /** What stands for a code here; says nothing of it to anybody else. */
  digestOf(code: string): string {
    return this.#entropy.digest(code)
  }

  /** The code of that digest is about to leave with this attempt. */
  use(outTradeNo: string, digest: string): void {
    this.#forgetOld()
    // Set anew, so that it stands last.
    this.#used.delete(digest)
    this.#used.set(digest, { outTradeNo, atMs: this.#clock.monotonicMs() })
    const [oldest] = this.#used.keys()
    if (this.#used.size > LIMITS.usedCodesMax && oldest !== undefined) this.#used.delete(oldest)
  }

  /** No byte of that attempt left: its code is as good as before. */
  giveBack(outTradeNo: string): void {
    for (const [digest, used] of this.#used) {
      if (used.outTradeNo === outTradeNo) this.#used.delete(digest)
    }
  }

  /** Whether the code of that digest was charged here. */
  has(digest: string): boolean {
    this.#forgetOld()
    return this.#used.has(digest)
  }

  /** Number of codes known. */
  get size(): number {
    this.#forgetOld()
    return this.#used.size
  }

  #forgetOld(): void {
    const sinceMs = this.#clock.monotonicMs() - WAITS.usedCodeMs
    for (const [digest, { atMs }] of this.#used) {
      if (atMs > sinceMs) return
      this.#used.delete(digest)
    }
  }
}
