import { err, ok, type Result } from '../../base/result.ts'
import type { Clock } from '../../ports/clock.ts'
import { livenessProfile } from '../liveness.ts'
import type { FaceGate, GateEvent, GateFlaw, GateOrder } from '../reader-gate.ts'
import { GateHost, type GateEvent as HostEvent, type StartThread } from './gate-host.ts'
import type { ModelSet } from './model-store.ts'

export type HostedGateOptions = {
  readonly models: ModelSet
  readonly clock: Pick<Clock, 'after'>
  /** Another thread in tests. */
  readonly startThread?: StartThread
}

/** A gate of verified models in a thread of its own; without a detector there is none, and it says so. */
export class HostedGate implements FaceGate {
  readonly #models: ModelSet
  readonly #host: GateHost | undefined
  /** Cameras that wait for the terminal's half of their key. */
  readonly #agreeing = new Map<string, (publicKey: Uint8Array | undefined) => void>()

  constructor({ models, ...rest }: HostedGateOptions) {
    this.#models = models
    const { detector, liveness } = models
    this.#host = detector && new GateHost({ ...rest, models: { detector, liveness } })
  }

  readiness(profile: string): Result<undefined, GateFlaw> {
    const asked = livenessProfile(profile)
    if (asked === undefined) return err({ cause: 'face.profile_unknown' })
    const { lack, liveness } = this.#models
    const isLacking = this.#host === undefined || (asked.asksNetworks && liveness.length === 0)
    if (isLacking) {
      const detail = lack && `${lack.detail}; ${lack.command}`
      const cause = lack?.cause ?? 'face.model_missing'
      return err({ cause, ...(detail === undefined ? {} : { detail }) })
    }
    const state = this.#host?.readiness()
    if (state?.kind === 'ready') return ok(undefined)
    const detail = state && 'detail' in state ? state.detail : undefined
    return err({ cause: 'face.gate_failed', ...(detail === undefined ? {} : { detail }) })
  }

  onReadiness(listener: () => void): () => void {
    return this.#host?.onReadiness(listener) ?? (() => {})
  }

  begin(order: GateOrder, tell: (event: GateEvent) => void): void {
    const { captureId } = order
    // The frame that an agreement asks for is asked for by whoever waits for the agreement.
    let isFirst = false
    this.#host?.begin(order, (event: HostEvent) => {
      if (event.kind === 'opened') {
        isFirst = event.publicKey !== undefined
        this.#agreed(captureId, event.publicKey)
      } else if (event.kind === 'next' && isFirst) isFirst = false
      else tell(event)
    })
  }

  openCamera(hello: {
    readonly captureId: string
    readonly publicKey: Uint8Array
  }): Promise<Uint8Array | undefined> {
    const host = this.#host
    if (host === undefined) return Promise.resolve(undefined)
    return new Promise((resolve) => {
      this.#agreed(hello.captureId, undefined)
      this.#agreeing.set(hello.captureId, resolve)
      host.openCamera(hello)
    })
  }

  frame(captureId: string, frame: Uint8Array): void {
    this.#host?.frame(captureId, frame)
  }

  wipe(captureId: string): void {
    this.#agreed(captureId, undefined)
    void this.#host?.wipe(captureId)
  }

  async close(): Promise<void> {
    for (const captureId of [...this.#agreeing.keys()]) this.#agreed(captureId, undefined)
    await this.#host?.close()
  }

  #agreed(captureId: string, publicKey: Uint8Array | undefined): void {
    const resolve = this.#agreeing.get(captureId)
    this.#agreeing.delete(captureId)
    resolve?.(publicKey)
  }
}
