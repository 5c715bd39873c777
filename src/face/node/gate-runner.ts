import type { FaceCode } from '../../domain/face-errors.ts'
import type { FromGate, ToGate } from '../gate-protocol.ts'
import { Capture, type CaptureTools } from './gate-capture.ts'
import { GateNetworks } from './gate-networks.ts'

/** What a runner is made of; networks come with `load`. */
export type RunnerTools = Omit<CaptureTools, 'networks'> & {
  readonly post: (message: FromGate) => void
}

type Told<Kind extends ToGate['kind']> = Extract<ToGate, { kind: Kind }>

const NOT_OPENED = { kind: 'not_opened' } as const

/**
 * Does what a gate is told, one thing after the other, so that nothing is overwritten that inference still
 * reads. Whatever goes wrong ends the capture, and everything of it is overwritten.
 */
export class GateRunner {
  readonly #tools: RunnerTools
  #networks: GateNetworks | undefined
  #capture: Capture | undefined
  #queue: Promise<void> = Promise.resolve()

  constructor(tools: RunnerTools) {
    this.#tools = tools
  }

  /** Resolves when it is done; never rejects. */
  tell(message: ToGate): Promise<void> {
    this.#queue = this.#queue.then(() => this.#do(message))
    return this.#queue
  }

  async #do(message: ToGate): Promise<void> {
    try {
      await this.#dispatch(message)
    } catch (cause) {
      const detail = cause instanceof Error ? cause.message : String(cause)
      if (message.kind === 'load') this.#tools.post({ kind: 'not_loaded', detail })
      else if (message.kind !== 'end') await this.#fail(message, 'face.gate_failed')
    }
    if (message.kind !== 'end') this.#tools.post({ kind: 'answered' })
  }

  async #dispatch(message: ToGate): Promise<void> {
    switch (message.kind) {
      case 'load':
        return this.#load(message)
      case 'begin':
        return this.#begin(message)
      case 'camera':
        return this.#camera(message)
      case 'frame':
        return this.#frame(message)
      case 'wipe':
        await this.#wipe()
        return this.#tools.post({ kind: 'wiped', captureId: message.captureId })
      case 'end':
        await this.#wipe()
        await this.#networks?.close()
        this.#networks = undefined
    }
  }

  async #load({ models }: Told<'load'>): Promise<void> {
    await this.#wipe()
    const networks = await GateNetworks.load(models, this.#tools.memory)
    await this.#networks?.close()
    this.#networks = networks
    this.#tools.post({ kind: 'loaded' })
  }

  async #begin(begin: Told<'begin'>): Promise<void> {
    await this.#wipe()
    const { captureId } = begin
    if (this.#networks === undefined) return this.#fail(begin, 'face.model_missing')
    const capture = Capture.begin(begin, { ...this.#tools, networks: this.#networks })
    if (typeof capture === 'string') return this.#fail(begin, capture)
    this.#capture = capture
    this.#tools.post({ kind: 'begun', captureId })
  }

  #camera({ captureId, publicKey }: Told<'camera'>): void {
    const own = this.#current(captureId)?.open(publicKey)
    const answer = own ? ({ kind: 'opened', publicKey: own } as const) : NOT_OPENED
    this.#tools.post({ ...answer, captureId })
  }

  async #frame({ captureId, frame }: Told<'frame'>): Promise<void> {
    const { post } = this.#tools
    const capture = this.#current(captureId)
    // One that was on its way when the capture ended.
    if (capture === undefined) return
    const { guidance, end } = await capture.take(frame)
    // Its memory is given back now: the collector does not see how much hangs on a small view.
    if (frame.buffer instanceof ArrayBuffer) frame.buffer.transfer(0)
    if (guidance) post({ kind: 'guidance', captureId, guidance })
    if (end?.kind === 'failed') return this.#fail({ captureId }, end.cause)
    if (end === undefined) return post({ kind: 'next', captureId })
    await this.#wipe()
    post({ kind: 'sealed', captureId, sealed: end.sealed })
  }

  #current(captureId: string): Capture | undefined {
    return this.#capture?.captureId === captureId ? this.#capture : undefined
  }

  async #fail({ captureId }: { readonly captureId: string }, cause: FaceCode): Promise<void> {
    try {
      await this.#wipe()
    } catch {
      // What could not be overwritten one by one is overwritten together.
      this.#tools.memory.wipeAll()
    }
    this.#tools.post({ kind: 'failed', captureId, cause })
  }

  async #wipe(): Promise<void> {
    const capture = this.#capture
    this.#capture = undefined
    await capture?.close()
  }
}
