import type { Cause } from '../domain/errors.ts'
import { WAITS } from '../domain/waits.ts'
import type { GatewayHealth } from '../ports/gateway.ts'

/** Causes that speak of the line and not of one order. */
const LINE_CAUSES: ReadonlySet<Cause> = new Set<Cause>([
  'gateway.unreachable',
  'gateway.timeout',
  'gateway.cut_off',
])

/** Tells when the line to the gateway is back, at most once in a while. */
export class LineWatch {
  #wasDown = false
  #nextAtMs = 0

  /**
   * Whether what waits should be asked about now. One wave of questions, then a pause: the answers to
   * them must not set off the next one.
   */
  isBack(health: GatewayHealth, atMs: number): boolean {
    const isBack = this.#wasDown && health.state === 'ok' && atMs >= this.#nextAtMs
    this.#wasDown = health.lastCause !== undefined && LINE_CAUSES.has(health.lastCause)
    if (isBack) this.#nextAtMs = atMs + WAITS.waveEveryMs
    return isBack
  }
}
