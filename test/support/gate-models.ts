import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { GateModel, GateModels } from '../../src/face/gate-protocol.ts'

/** Where models for development are; they are no part of the project. */
const FOLDER =
  process.env.GUITAI_MODELS ?? join(import.meta.dirname, '..', '..', '..', 'shared', 'models')
const STRIDES = [8, 16, 32]

/** Why tests with networks are left out, or undefined where they run. */
export const NO_MODELS: string | undefined = existsSync(join(FOLDER, 'yunet_n_320_320.onnx'))
  ? undefined
  : 'no face models in ../shared/models or the folder of GUITAI_MODELS'

function read(name: string): Uint8Array {
  return Uint8Array.from(readFileSync(join(FOLDER, `${name}.onnx`)))
}

function input(side: number) {
  return { name: 'input', shape: [1, 3, side, side] }
}

/** YuNet for pictures of `side` by `side`: 320 or 640. */
function detectorModel(side: 320 | 640 = 320): GateModel {
  const name = `yunet_n_${side}_${side}`
  const outputs = ['cls', 'obj', 'bbox', 'kps'].flatMap((kind) =>
    STRIDES.map((stride) => ({ name: `${kind}_${stride}`, shape: [] })),
  )
  const decoding = { kind: 'yunet', strides: STRIDES } as const
  return { bytes: read(name), model: { name, input: input(side), outputs, decoding } }
}

function livenessModel(name: string, cropFactor: number): GateModel {
  const decoding = { kind: 'minifasnet', cropFactor, liveClass: 1 } as const
  const outputs = [{ name: 'output', shape: [1, 3] }]
  return { bytes: read(name), model: { name, input: input(80), outputs, decoding } }
}

/** All networks of a gate. */
export function gateModels(): GateModels {
  const liveness = [livenessModel('MiniFASNetV2', 2.7), livenessModel('MiniFASNetV1SE', 4)]
  return { detector: detectorModel(), liveness }
}
