import { join, resolve } from 'node:path'
import type { CameraDesk } from '../api/camera-link.ts'
import { createCameraDesk } from '../api/node/camera.ts'
import { ok, type Result } from '../base/result.ts'
import type { Problem } from '../domain/errors.ts'
import { FACE_MODELS } from '../face/model-list.ts'
import { CameraReader } from '../face/node/camera-reader.ts'
import { openDeviceReader } from '../face/node/device-reader.ts'
import { HostedGate } from '../face/node/hosted-gate.ts'
import { loadModels } from '../face/node/model-store.ts'
import { loadNativePart } from '../face/node/native.ts'
import type { Clock } from '../ports/clock.ts'
import type { FaceReader } from '../ports/face.ts'
import type { Log } from '../ports/log.ts'
import type { Config } from './config.ts'
import { openDeviceAuthority } from './face-device.ts'
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
): Result<FaceParts | undefined, Problem> {
  const { face, baseDir } = config
  if (face === undefined || scene === undefined) return ok(undefined)
  protectProcess(log)
  if (face.provider === 'wxpay-sdk') return openDevice(config, { clock, log })
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
  return ok({ reader, cameras: createCameraDesk(reader, clock) })
}

/** No core dump and no debugger from now on (F-11), where the native part can do that; else it is said. */
function protectProcess(log: Log): void {
  const native = loadNativePart()
  if (!native.ok) {
    log.warn('faces lie in memory that may be swapped or dumped', { reason: native.error.reason })
    return
  }
  log.info('memory of faces', { ...native.value.forbidCoreDumps() })
}

/** The official device service, which leads the customer through it on its own screen. */
function openDevice(
  config: Config,
  { clock, log }: { readonly clock: Clock; readonly log: Log },
): Result<FaceParts | undefined, Problem> {
  const { face, merchant, store, baseDir } = config
  const authority = openDeviceAuthority(config, { clock, log })
  if (!authority.ok) return authority
  const device = face?.device
  if (device === undefined) return ok(undefined)
  const { library, faceCodeType, screenIndex } = device
  const reader = openDeviceReader({
    library: resolve(baseDir, library),
    authority: authority.value,
    merchant: { appId: merchant.appId, merchantId: merchant.id, storeId: store.id },
    codeType: faceCodeType,
    ...(screenIndex === undefined ? {} : { screenIndex }),
    clock,
    log,
  })
  return ok({ reader })
}
