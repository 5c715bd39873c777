import type { InterfacePause } from '../ports/administration.ts'
import type { Clock } from '../ports/clock.ts'
import type { SceneGate, SceneInterface } from '../ports/scene.ts'

/** Which interfaces are paused, and who wants to know when that changes. */
export class InterfacePauses {
  readonly #clock: Clock
  readonly #listeners = new Set<() => void>()
  #pauses: readonly InterfacePause[] = []

  constructor(clock: Clock) {
    this.#clock = clock
  }

  list(): readonly InterfacePause[] {
    return this.#pauses
  }

  isPaused(type: SceneInterface): boolean {
    return this.#pauses.some((pause) => pause.interface === type)
  }

  /** The pauses as they are from now on; the journal has them. Listeners are told later. */
  adopt(pauses: readonly InterfacePause[]): void {
    this.#pauses = pauses
    this.#clock.after(0, () => {
      for (const listener of this.#listeners) listener()
    })
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => {
      this.#listeners.delete(listener)
    }
  }
}

/**
 * The gate with one more check, the last: an interface that is paused takes no new money. What is in
 * flight and refunds never ask for it. A pause is this terminal's own and no closing.
 */
export function withPauses(gate: SceneGate, pauses: InterfacePauses): SceneGate {
  return {
    decide(request) {
      const decision = gate.decide(request)
      const isNewMoney = request.action === 'charge' || request.action === 'offer'
      if (decision.kind === 'refuse' || !isNewMoney || !pauses.isPaused(request.interface)) {
        return decision
      }
      return { kind: 'refuse', code: 'scene.paused', check: 'pause' }
    },
    grantVersion: () => gate.grantVersion(),
    reserve: (charge, step) => gate.reserve(charge, step),
    commit: (paid, step) => gate.commit(paid, step),
    release: (outTradeNo, step) => gate.release(outTradeNo, step),
    countedSeq: () => gate.countedSeq(),
    catchUp: (charges, seq) => gate.catchUp(charges, seq),
    offered: (by) => gate.offered(by).filter((type) => !pauses.isPaused(type)),
    status: () => gate.status(),
    trustedNowMs: () => gate.trustedNowMs?.(),
    faceTerms: () => gate.faceTerms?.(),
    onChange(listener) {
      const ends = [gate.onChange(listener), pauses.onChange(listener)]
      return () => {
        for (const end of ends) end()
      }
    },
  }
}
