import type { Cause } from '../../domain/errors.ts'
import type { Clock } from '../../ports/clock.ts'
import type { GatewayAnswer, GatewayHealth, RefundAnswer } from '../../ports/gateway.ts'
import type { Exchange } from './http.ts'

/** Causes that speak of the way to the gateway or of our standing there, not of one order. */
const WAY_CAUSES: ReadonlySet<Cause> = new Set<Cause>([
  'gateway.unreachable',
  'gateway.timeout',
  'gateway.cut_off',
  'gateway.server_error',
  'gateway.busy',
  'gateway.bad_signature',
  'gateway.unreadable',
  'gateway.sign_error',
  'refund.sign_error',
  'gateway.not_authorised',
  'gateway.terminal_suspended',
  'gateway.terminal_not_proven',
  'gateway.check_refused',
  'gateway.certificate_expired',
])

/** Causes that any answer at all disproves. */
const LINE_CAUSES: ReadonlySet<Cause> = new Set<Cause>([
  'gateway.unreachable',
  'gateway.timeout',
  'gateway.cut_off',
])

/** Keeps {@link GatewayHealth} from what comes back. */
export class HealthBook {
  readonly #clock: Clock
  readonly #listeners = new Set<(health: GatewayHealth) => void>()
  #health: GatewayHealth

  constructor(clock: Clock, certificateExpiresAtMs: number) {
    this.#clock = clock
    this.#health = { state: 'unknown', certificateExpiresAtMs }
  }

  current(): GatewayHealth {
    return this.#health
  }

  /** Calls `listener` at every change of state, host or cause; the returned function ends it. */
  onChange(listener: (health: GatewayHealth) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  #become(next: GatewayHealth): void {
    const before = this.#health
    this.#health = next
    const isSame =
      before.state === next.state &&
      before.host === next.host &&
      before.lastCause === next.lastCause
    if (isSame) return
    for (const listener of this.#listeners) listener(next)
  }

  /** Anything came back, or nothing did: facts of the line. */
  noteExchange(end: Exchange): void {
    if (end.kind === 'failed') {
      this.#become({ ...this.#health, state: 'failing', lastCause: end.cause })
      return
    }
    const nowMs = this.#clock.nowMs()
    const theirsMs = Date.parse(end.answer.headers.date ?? '')
    const skew = Number.isNaN(theirsMs) ? {} : { clockSkewMs: theirsMs - nowMs }
    const { lastCause, ...rest } = this.#health
    const failing = lastCause !== undefined && !LINE_CAUSES.has(lastCause)
    this.#become({
      ...rest,
      ...skew,
      state: failing ? 'failing' : 'ok',
      host: end.host,
      lastAnswerAtMs: nowMs,
      ...(failing ? { lastCause } : {}),
    })
  }

  /** A call's answer: whether the gateway deals with us. */
  noteAnswer(answer: GatewayAnswer | RefundAnswer): void {
    const cause = 'cause' in answer ? answer.cause : undefined
    const { lastCause: _, ...rest } = this.#health
    const failing = cause !== undefined && WAY_CAUSES.has(cause)
    this.#become({
      ...rest,
      state: failing ? 'failing' : 'ok',
      ...(failing ? { lastCause: cause } : {}),
    })
  }
}
