import { join, resolve } from 'node:path'
import type { CameraDesk } from '../api/camera-link.ts'
import { createCameraDesk } from '../api/node/camera.ts'
import { FACE_MODELS } from '../face/model-list.ts'
import { CameraReader } from '../face/node/camera-reader.ts'
import { HostedGate } from '../face/node/hosted-gate.ts'
import { loadModels } from '../face/node/model-store.ts'
import type { Clock } from '../ports/clock.ts'
import type { FaceReader } from '../ports/face.ts'
import type { Log } from '../ports/log.ts'
import type { Config } from './config.ts'
import { modelsHome } from './folders.ts'
import type { SceneParts } from './scene.ts'

/** Where the sources have the model that was made from drawn faces. */
export const DEVELOPMENT_MODELS = join(import.meta.dirname, '..', 'sandbox', 'faces', 'model')

/** Whoever reads faces at this terminal, and who takes its cameras. */
export type FaceParts = { readonly reader: FaceReader; readonly cameras?: CameraDesk }

/** Face pay as configured; undefined where it is not, or nothing could grant it. */
export function openFace(
  config: Config,
  {
    scene,
    clock,
    log,
  }: { readonly scene: SceneParts | undefined; readonly clock: Clock; readonly log: Log },
): FaceParts | undefined {
  const { face, baseDir } = config
  if (face?.provider !== 'camera' || scene === undefined) return undefined
  const folder = modelsHome(
    face.modelsDir === undefined ? undefined : resolve(baseDir, face.modelsDir),
  )
  const models = loadModels({
    folder,
    models: FACE_MODELS,
    allowDevelopment: face.allowDevelopmentModel,
    developmentFolder: DEVELOPMENT_MODELS,
  })
  const { kind, detector, lack } = models
  log.info('face models', {
    kind,
    detector: detector?.model.name,
    lack: lack?.cause,
    detail: lack?.detail,
  })
  const { keeper, faces, serial } = scene
  const reader = new CameraReader({
    gate: new HostedGate({ models, clock }),
    authority: faces,
    granted: {
      terms: () => keeper.faceTerms(),
      onChange: (listener) => keeper.onChange(listener),
    },
    terminalSerial: serial,
    isCameraElsewhere: face.camera === 'elsewhere',
    clock,
    log,
  })
  return { reader, cameras: createCameraDesk(reader, clock) }
}
