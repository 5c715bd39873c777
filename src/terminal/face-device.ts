import { resolve } from 'node:path'
import { err, ok, type Result } from '../base/result.ts'
import { type Problem, problem } from '../domain/errors.ts'
import { AUTH_INFO_ORIGIN } from '../gateway/v2/face-auth.ts'
import { type FaceAuthInfo, openFaceAuthInfo } from '../gateway/v2/node/face-auth-info.ts'
import type { Clock } from '../ports/clock.ts'
import type { Log } from '../ports/log.ts'
import type { Config } from './config.ts'
import { readSecret, readText } from './identity.ts'
import { systemEntropy } from './system.ts'

/**
 * What authorises the official device service, as configured: with the merchant's APIv2 key, which stays
 * here. The address that the device service's own pages name is checked against the roots of the system,
 * any other against the authority of the gateway.
 */
export function openDeviceAuthority(
  config: Config,
  { clock, log }: { readonly clock: Clock; readonly log: Log },
): Result<FaceAuthInfo, Problem> {
  const { merchant, gateway, store, face, baseDir } = config
  if (face?.device === undefined) return err(problem('face.not_configured', { field: 'face' }))
  const field = 'merchant.apiV2KeyFile'
  const file = merchant.apiV2KeyFile
  if (file === undefined) return err(problem('config.api_v2_key_invalid', { field }))
  const key = readSecret(resolve(baseDir, file), field)
  if (!key.ok) return key
  const { authAddress, storeName, deviceId } = face.device
  const caFile = authAddress === AUTH_INFO_ORIGIN ? undefined : gateway.caFile
  const ca = caFile ? readText(resolve(baseDir, caFile), 'gateway.caFile') : ok(undefined)
  if (!ca.ok) return ca
  const opened = openFaceAuthInfo({
    origin: authAddress,
    ...(ca.value === undefined ? {} : { caPem: ca.value }),
    apiV2Key: key.value.trim(),
    merchantId: merchant.id,
    appId: merchant.appId,
    storeId: store.id,
    storeName,
    deviceId,
    timeouts: {
      connectMs: gateway.connectTimeoutMs,
      headersMs: gateway.headersTimeoutMs,
      bodyMs: gateway.bodyTimeoutMs,
    },
    clock,
    entropy: systemEntropy,
    log,
  })
  return opened.ok ? opened : err({ ...opened.error, field })
}
