import { decodeFaces, type Face } from '../detect.ts'
import type { FrameView } from '../frame-view.ts'
import type { GateModels } from '../gate-protocol.ts'
import { FACE_LIMITS } from '../judge.ts'
import { meanOf, shareOfClass } from '../liveness.ts'
import { letterbox, liveRegion, planarBgr, type Resampler } from '../pixels.ts'
import type { FaceMemory } from './face-memory.ts'
import { forget, Network, type NetworkInput } from './inference.ts'

const THRESHOLDS = {
  scoreMin: FACE_LIMITS.secondScoreMin,
  overlapMax: FACE_LIMITS.overlapMax,
  facesMax: FACE_LIMITS.facesMax,
} as const

/** The networks of a gate, loaded and warm. */
export class GateNetworks {
  readonly detector: Network
  readonly liveness: readonly Network[]

  private constructor(detector: Network, liveness: readonly Network[]) {
    this.detector = detector
    this.liveness = liveness
  }

  /** Rejects where one of them cannot be run. */
  static async load({ detector, liveness }: GateModels, memory: FaceMemory): Promise<GateNetworks> {
    const loaded: Network[] = []
    for (const model of liveness) loaded.push(await Network.load(model, memory))
    return new GateNetworks(await Network.load(detector, memory), loaded)
  }

  /** Memory for one capture. @param asksLiveness whether the liveness networks will be asked */
  eyes(memory: FaceMemory, asksLiveness: boolean): Eyes {
    return new Eyes(memory, {
      detector: this.detector,
      liveness: asksLiveness ? this.liveness : [],
    })
  }

  async close(): Promise<void> {
    for (const network of [this.detector, ...this.liveness]) await network.close()
  }
}

type Shown = { readonly network: Network; readonly input: NetworkInput }

/** What the networks are shown in one capture. Holds pixels. */
export class Eyes {
  readonly #memory: FaceMemory
  readonly #detector: Shown
  readonly #liveness: readonly Shown[]

  constructor(memory: FaceMemory, networks: Pick<GateNetworks, 'detector' | 'liveness'>) {
    const shown = (network: Network) => ({ network, input: network.allocate(memory) })
    this.#memory = memory
    this.#detector = shown(networks.detector)
    this.#liveness = networks.liveness.map(shown)
  }

  /** Finds the faces of a frame, best first. */
  async findFaces(frame: FrameView, resampler: Resampler): Promise<readonly Face[]> {
    const { network, input } = this.#detector
    const { decoding } = network.model
    if (decoding.kind !== 'yunet') return []
    const box = letterbox(frame, network.side)
    const whole = { x: 0, y: 0, width: frame.width, height: frame.height }
    resampler.resample(frame, whole, planarBgr(input.values, network.side, box))
    const outputs = await network.run(input)
    try {
      const layout = { side: network.side, strides: decoding.strides, scale: box.scale }
      return decodeFaces(outputs, layout, THRESHOLDS)
    } finally {
      forget(outputs)
    }
  }

  /** How live a face looks to all of them, 0 to 1; 0 where none is there to ask. */
  async judgeLiveness(frame: FrameView, face: Face, resampler: Resampler): Promise<number> {
    const scores: number[] = []
    for (const { network, input } of this.#liveness) {
      const { decoding } = network.model
      if (decoding.kind !== 'minifasnet') return 0
      const region = liveRegion(frame, face.box, decoding.cropFactor)
      const size = { width: network.side, height: network.side }
      resampler.resample(frame, region, planarBgr(input.values, network.side, size))
      const outputs = await network.run(input)
      const [logits] = Object.values(outputs)
      scores.push(logits ? shareOfClass(logits, decoding.liveClass) : 0)
      forget(outputs)
    }
    return meanOf(scores)
  }

  /** Overwrites and gives back what they were shown, and what the runtime kept of it. */
  async close(): Promise<void> {
    const all = [this.#detector, ...this.#liveness]
    for (const { input } of all) input.face.release()
    for (const { network } of all) await network.flush(this.#memory)
  }
}
