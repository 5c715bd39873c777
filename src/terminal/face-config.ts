import { z } from 'zod'
import { err, ok, type Result } from '../base/result.ts'
import { type Problem, problem } from '../domain/errors.ts'
import { AUTH_INFO_ORIGIN } from '../gateway/v2/face-auth.ts'
import { isOnThisMachine } from '../scene/rehearsal.ts'

const device = z
  .strictObject({
    library: z.string().min(1).meta({
      description:
        "shared library of the device service's SDK; a path, relative to the configuration file",
    }),
    storeName: z.string().min(1).max(128).meta({
      description: 'name of the store as the device service is told; sent as store_name',
    }),
    deviceId: z
      .string()
      .regex(/^[0-9A-Za-z_-]{1,32}$/, '1 to 32 letters, digits, _ or -')
      .meta({ description: "the merchant's number for the device; sent as device_id" }),
    faceCodeType: z.enum(['0', '1']).default('1').meta({
      description:
        'what the device gives out: 1, a code of 18 digits for the ordinary calls; 0, a face code for the face calls of APIv2',
    }),
    screenIndex: z.number().int().min(0).max(9).optional().meta({
      description: 'screen that the device service draws on, as its SDK counts them',
    }),
    authAddress: z
      .string()
      .regex(/^https:\/\/[^/\s]+$/, 'must be https://host or https://host:port, without a path')
      .default(AUTH_INFO_ORIGIN)
      .meta({ description: 'where the device service is authorised (get_wxpayface_authinfo)' }),
  })
  .meta({ description: 'the official device; needed with provider wxpay-sdk' })

/** Section `face` of the configuration. */
export const faceSchema = z
  .strictObject({
    provider: z.enum(['camera', 'wxpay-sdk']).meta({
      description:
        'who reads faces: camera, the one of the customer screen; wxpay-sdk, the official device service',
    }),
    camera: z.enum(['page', 'elsewhere']).default('page').meta({
      description:
        'whose pictures are looked at: page, the camera of the customer screen; elsewhere, one that connects by itself, as the simulated one does; only with a gateway on this machine',
    }),
    modelsDir: z.string().min(1).optional().meta({
      description:
        'folder of the face models, relative to the configuration file; absent: GUITAI_MODELS, or the folder that guitai models fetch fills',
    }),
    allowDevelopmentModel: z.boolean().default(false).meta({
      description:
        'the model for development may be used; refused unless the gateway is on this machine',
    }),
    device: device.optional(),
  })
  .refine((face) => face.provider !== 'wxpay-sdk' || face.device !== undefined, {
    message: 'wxpay-sdk needs device',
    path: ['device'],
  })
  .optional()
  .meta({ description: 'face pay; absent: this terminal has none' })

type FaceSection = z.output<typeof faceSchema>

/** What the section must be beside the others: a model for development reads nobody's face for money. */
export function checkFace(config: {
  readonly face?: FaceSection
  readonly gateway: { readonly primary: string; readonly backup?: string | undefined }
  readonly merchant: { readonly apiV2KeyFile?: string | undefined }
  readonly services?: object | undefined
}): Result<undefined, Problem> {
  const { face, gateway, merchant, services } = config
  if (face === undefined) return ok(undefined)
  const refused = (field: string, detail: string) =>
    err(problem('config.invalid_field', { field, detail }))
  if (services === undefined) {
    return refused('face', 'face pay needs a grant, and there is no section services')
  }
  const addresses = [gateway.primary, ...(gateway.backup === undefined ? [] : [gateway.backup])]
  if (face.allowDevelopmentModel && !addresses.every(isOnThisMachine)) {
    return refused('face.allowDevelopmentModel', 'the gateway is not on this machine')
  }
  if (face.camera === 'elsewhere' && !addresses.every(isOnThisMachine)) {
    return refused('face.camera', 'the gateway is not on this machine')
  }
  if (face.provider === 'wxpay-sdk' && merchant.apiV2KeyFile === undefined) {
    const detail = 'the device service is authorised with it'
    return err(problem('config.api_v2_key_invalid', { field: 'merchant.apiV2KeyFile', detail }))
  }
  return ok(undefined)
}
