import { createHash } from 'node:crypto'
import { LIMITS } from '../domain/limits.ts'
import type { Operator } from '../domain/roles.ts'
import type { Clock } from '../ports/clock.ts'
import type { Entropy } from '../ports/entropy.ts'

/** Bytes of a session's name: nobody guesses one. */
const SESSION_BYTES = 24

type Open = { readonly operator: Operator; usedAtMs: number }

/**
 * Who is signed in, in memory only: a restart signs everybody out. A session ends by itself when it was
 * not used for `lockAfterMs`, counted by a clock that goes on while the machine sleeps.
 */
export class OperatorSessions {
  readonly #clock: Clock
  readonly #entropy: Pick<Entropy, 'bytes'>
  readonly #lockAfterMs: number
  /** By digest of the name, so that looking one up tells nothing by how long it takes. */
  readonly #open = new Map<string, Open>()

  constructor(parts: {
    readonly clock: Clock
    readonly entropy: Pick<Entropy, 'bytes'>
    readonly lockAfterMs: number
  }) {
    this.#clock = parts.clock
    this.#entropy = parts.entropy
    this.#lockAfterMs = parts.lockAfterMs
  }

  get lockAfterMs(): number {
    return this.#lockAfterMs
  }

  /** Opens a session; when there are too many, the one that was idle longest ends. */
  begin(operator: Operator): string {
    this.#sweep()
    while (this.#open.size >= LIMITS.operatorSessionsMax) {
      const [oldest] = [...this.#open].toSorted(([, a], [, b]) => a.usedAtMs - b.usedAtMs)
      if (oldest) this.#open.delete(oldest[0])
    }
    const name = Buffer.from(this.#entropy.bytes(SESSION_BYTES)).toString('base64url')
    this.#open.set(keyOf(name), { operator, usedAtMs: this.#nowMs() })
    return name
  }

  /** Whose session it is, if it lives. @param isIdle does not count as a use */
  find(name: string, isIdle: boolean): Operator | undefined {
    this.#sweep()
    const found = this.#open.get(keyOf(name))
    if (found && !isIdle) found.usedAtMs = this.#nowMs()
    return found?.operator
  }

  end(name: string): void {
    this.#open.delete(keyOf(name))
  }

  /** Ends every session of somebody. */
  endOf(operator: string): void {
    for (const [key, { operator: open }] of this.#open) {
      if (open.name === operator) this.#open.delete(key)
    }
  }

  #sweep(): void {
    const nowMs = this.#nowMs()
    for (const [key, { usedAtMs }] of this.#open) {
      if (nowMs - usedAtMs >= this.#lockAfterMs) this.#open.delete(key)
    }
  }

  #nowMs(): number {
    return this.#clock.sinceBootMs?.() ?? this.#clock.monotonicMs()
  }
}

function keyOf(name: string): string {
  return createHash('sha256').update(name).digest('base64')
}
