import type { Cause } from '../domain/errors.ts'
import { WAITS } from '../domain/waits.ts'
import type { Clock } from '../ports/clock.ts'
import type { GatewayHealth } from '../ports/gateway.ts'

/** Causes that speak of the way to the gateway, or of the gateway as a whole, and not of one order. */
const LINE_CAUSES: ReadonlySet<Cause> = new Set<Cause>([
  'gateway.unreachable',
  'gateway.timeout',
  'gateway.cut_off',
  'gateway.server_error',
  'gateway.busy',
])

/** Tells when the way to the gateway is back, at most once in a while. */
export class LineWatch {
  readonly #clock: Clock
  readonly #onBack: () => void
  #wasDown = false
  #isQuiet = false
  #isOk = false
  #cancelQuiet: () => void = () => undefined

  /** `onBack` asks about what waits. */
  constructor(clock: Clock, onBack: () => void) {
    this.#clock = clock
    this.#onBack = onBack
  }

  /** How the gateway is now. */
  note(health: GatewayHealth): void {
    this.#isOk = health.state === 'ok'
    if (health.lastCause !== undefined && LINE_CAUSES.has(health.lastCause)) this.#wasDown = true
    this.#tell()
  }

  /** Ends the waiting. */
  stop(): void {
    this.#cancelQuiet()
  }

  /**
   * One wave of questions, then a pause: the answers to them must not set off the next one. What comes
   * back in the pause is told at its end.
   */
  #tell(): void {
    if (!this.#wasDown || !this.#isOk || this.#isQuiet) return
    this.#wasDown = false
    this.#isQuiet = true
    this.#cancelQuiet = this.#clock.after(WAITS.waveEveryMs, () => {
      this.#isQuiet = false
      this.#tell()
    })
    this.#onBack()
  }
}
