import { InferenceSession, Tensor } from 'onnxruntime-node'
import { invariant } from '../../base/invariant.ts'
import type { DetectorOutputs } from '../detect.ts'
import type { GateModel } from '../gate-protocol.ts'
import type { FaceBytes, FaceMemory } from './face-memory.ts'

type Memory = Pick<FaceMemory, 'allocate' | 'lend'>

const BYTES_PER_VALUE = 4
/** One thread: a second one would take from payments what a face gains. */
const OPTIONS: InferenceSession.SessionOptions = {
  executionProviders: ['cpu'],
  intraOpNumThreads: 1,
  interOpNumThreads: 1,
  executionMode: 'sequential',
  // Buffers are the same in every run, so that a run on an empty picture overwrites them.
  enableMemPattern: true,
  enableCpuMemArena: true,
  logSeverityLevel: 3,
}

/** What a network is shown in one capture; memory of faces. */
export type NetworkInput = {
  /** Batch, channels, rows, columns. */
  readonly values: Float32Array
  readonly tensor: Tensor
  readonly face: FaceBytes
}

/** One network, loaded and warm. */
export class Network {
  readonly model: GateModel['model']
  /** Width and height of what it is shown, pixels. */
  readonly side: number
  readonly #session: InferenceSession
  readonly #count: number

  private constructor(model: GateModel['model'], session: InferenceSession) {
    const [batch, channels, rows = 0, columns] = model.input.shape
    invariant(batch === 1 && channels === 3 && rows === columns, 'a network has another input')
    this.model = model
    this.side = rows
    this.#session = session
    this.#count = 3 * rows * rows
  }

  /** Loads a network and runs it once, since the first run of all is slow. Rejects what cannot be run. */
  static async load({ bytes, model }: GateModel, memory: Memory): Promise<Network> {
    const session = await InferenceSession.create(bytes, OPTIONS)
    const network = new Network(model, session)
    for (const { name } of model.outputs) {
      invariant(session.outputNames.includes(name), `${model.name} has no output ${name}`)
    }
    await network.flush(memory)
    return network
  }

  /** Memory for what it is shown; for one capture. */
  allocate(memory: Memory): NetworkInput {
    const face = memory.allocate(this.#count * BYTES_PER_VALUE)
    return inputOf(face, this.model.input.shape)
  }

  /** Runs it; whoever has read the outputs gives them to {@link forget}. */
  async run({ tensor }: NetworkInput): Promise<DetectorOutputs> {
    const answers = await this.#session.run({ [this.model.input.name]: tensor })
    const outputs: Record<string, Float32Array> = {}
    for (const [name, { data }] of Object.entries(answers)) {
      if (data instanceof Float32Array) outputs[name] = data
    }
    return outputs
  }

  /**
   * Overwrites what the runtime keeps between runs of what it was shown, by showing it an empty picture: it
   * puts what it computes where it was the last time.
   */
  async flush(memory: Memory): Promise<void> {
    await memory.lend(this.#count * BYTES_PER_VALUE, async (face) => {
      forget(await this.run(inputOf(face, this.model.input.shape)))
    })
  }

  async close(): Promise<void> {
    await this.#session.release()
  }
}

function inputOf(face: FaceBytes, shape: readonly number[]): NetworkInput {
  const { bytes } = face
  const values = new Float32Array(
    bytes.buffer as ArrayBuffer,
    bytes.byteOffset,
    bytes.byteLength / BYTES_PER_VALUE,
  )
  return { values, face, tensor: new Tensor('float32', values, [...shape]) }
}

/** Overwrites what a network answered. */
export function forget(outputs: DetectorOutputs): void {
  for (const values of Object.values(outputs)) values.fill(0)
}
