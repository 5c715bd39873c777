import { beijingTime } from '../domain/beijing-time.ts'
import { EVENTS_PER_CALL_MAX, type RiskEvent } from '../gateway/services/messages.ts'
import type { Entropy } from '../ports/entropy.ts'
import type { Log } from '../ports/log.ts'
import type { SceneStore } from './scene-state.ts'

/** Events that wait for the service; of more, the oldest are dropped. */
const EVENTS_MAX = 500

/** An instant as terminal services write it. @param atMs Unix milliseconds */
export function instant(atMs: number): string {
  return `${beijingTime(atMs).replace(' ', 'T')}+08:00`
}

/** What is reported; `facts` only of what docs/gateway.md, Events, allows. */
export type Report = Pick<RiskEvent, 'kind' | 'facts'> & { readonly trigger?: number }

/** Risk events on their way to the service: durable when `add` returns, told once, bounded. */
export class SceneEvents {
  readonly #store: SceneStore
  readonly #entropy: Pick<Entropy, 'uuid'>
  readonly #log: Log
  #waiting: readonly RiskEvent[]

  constructor(parts: {
    readonly store: SceneStore
    readonly entropy: Pick<Entropy, 'uuid'>
    readonly log: Log
  }) {
    this.#store = parts.store
    this.#entropy = parts.entropy
    this.#log = parts.log
    this.#waiting = parts.store.events()
  }

  /** How many the service does not have yet. */
  get waiting(): number {
    return this.#waiting.length
  }

  /** @param atMs Unix milliseconds, trusted where there is such a time */
  add({ kind, facts, trigger }: Report, atMs: number): void {
    const event: RiskEvent = {
      id: this.#entropy.uuid(),
      kind,
      at: instant(atMs),
      ...(trigger === undefined ? {} : { trigger }),
      facts,
    }
    this.#log.warn('risk event', { kind, ...facts })
    this.#keep([...this.#waiting, event].slice(-EVENTS_MAX))
  }

  /** The oldest that wait, as many as one call takes. */
  next(): readonly RiskEvent[] {
    return this.#waiting.slice(0, EVENTS_PER_CALL_MAX)
  }

  /** The service has these, or will never take them. */
  drop(ids: readonly string[]): void {
    const gone = new Set(ids)
    const left = this.#waiting.filter(({ id }) => !gone.has(id))
    if (left.length < this.#waiting.length) this.#keep(left)
  }

  #keep(waiting: readonly RiskEvent[]): void {
    this.#waiting = waiting
    const kept = this.#store.saveEvents(waiting)
    if (!kept.ok) this.#log.error('risk events not kept', { code: kept.error.code })
  }
}
