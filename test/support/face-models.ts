import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { FACE_MODELS } from '../../src/face/model-list.ts'
import type { FaceModel } from '../../src/face/models.ts'
import { DEVELOPMENT_MODELS } from '../../src/terminal/face.ts'

/** A model that is no network, with a row that fits its bytes. */
export function fakeModel(
  name: string,
  bytes: Uint8Array,
  change: Partial<FaceModel> = {},
): FaceModel {
  const [detector] = FACE_MODELS
  if (detector === undefined) throw new Error('the list is empty')
  return {
    ...detector,
    name,
    sha256: createHash('sha256').update(bytes).digest('hex'),
    bytes: bytes.length,
    ...change,
  }
}

type Skippable = { skip(reason: string): never }

/** A listed model's bytes; skips the running test with the reason where it is not on this machine. */
export function needModel(context: Skippable, name: string): Buffer {
  const folder = process.env.GUITAI_MODELS ?? resolve(import.meta.dirname, '../../../shared/models')
  const path = [folder, DEVELOPMENT_MODELS]
    .map((place) => join(place, `${name}.onnx`))
    .find((file) => existsSync(file))
  if (path === undefined) {
    return context.skip(`no ${name}.onnx: set GUITAI_MODELS to the folder that has it`)
  }
  return readFileSync(path)
}
