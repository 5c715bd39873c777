import { join, resolve } from 'node:path'
import { err, ok, type Result } from '../base/result.ts'
import { type Problem, problem } from '../domain/errors.ts'
import { mixGateways, type V2Client, withoutFaceCalls } from '../gateway/mix.ts'
import { type GatewayTransport, openGateway } from '../gateway/node/gateway.ts'
import type { RefundNotices } from '../gateway/node/notice-reader.ts'
import type { GatewayOptions } from '../gateway/node/settings.ts'
import { openV2Gateway, type V2Options } from '../gateway/v2/node/client.ts'
import { createReqInfoOpener } from '../gateway/v2/node/req-info.ts'
import { isV2Notice, readV2RefundNotice } from '../gateway/v2/refund-notice.ts'
import { STORE_ID_MAX } from '../gateway/v2/requests.ts'
import type { CertificateChoice } from '../keys/certificate-choice.ts'
import type { CertificatePair } from '../keys/node/merchant-certificates.ts'
import type { BillSource } from '../ports/bill-source.ts'
import type { Clock } from '../ports/clock.ts'
import type { Gateway } from '../ports/gateway.ts'
import type { Log } from '../ports/log.ts'
import { watchCertificate } from './certificate-watch.ts'
import type { Config } from './config.ts'
import { readSecret, readText } from './identity.ts'
import { openCertificates } from './keys.ts'
import { systemEntropy } from './system.ts'

/** What the gateway client needs beside the configuration. */
export type GatewayContext = Pick<GatewayOptions, 'onMark' | 'prove' | 'onGrantRefused'> & {
  readonly dataDir: string
  readonly clock: Clock
  readonly log: Log
}

/**
 * The client of the configured gateway. With an APIv2 key it is one of two: the calls that the
 * configuration names, and charges that rule out credit, go by APIv2.
 */
export async function makeGateway(
  config: Config,
  context: GatewayContext,
): Promise<Result<Gateway & BillSource & RefundNotices, Problem>> {
  const identity = readMerchant(config, context)
  if (!identity.ok) return identity
  const options = readOptions(config, context, identity.value)
  if (!options.ok) return options
  const v3 = await openGateway(options.value)
  if (!v3.ok) return err(withConfiguredField(v3.error))
  const { value } = v3
  const v2 = makeV2(config, { ...options.value, clients: identity.value.tls }, value.transport)
  if (!v2.ok) {
    await value.close()
    return v2
  }
  const gateway = v2.value
    ? mixGateways(value, v2.value, config.gateway.calls)
    : withoutFaceCalls(value)
  const notices = withV2Notices(value, config)
  return notices.ok
    ? ok(
        watched(
          gateway,
          { ...notices.value, downloadBill: (date, path) => value.downloadBill(date, path) },
          context,
        ),
      )
    : notices
}

/** Reads notifications in both wordings: the gateway sends those of APIv2 where the merchant platform says so. */
function withV2Notices(
  v3: RefundNotices,
  { merchant, baseDir }: Config,
): Result<RefundNotices, Problem> {
  const file = merchant.apiV2KeyFile
  if (file === undefined) return ok({ readNotice: (notice) => v3.readNotice(notice) })
  const key = readSecret(resolve(baseDir, file), 'merchant.apiV2KeyFile')
  if (!key.ok) return key
  const open = createReqInfoOpener(key.value.trim())
  const tools = { open, merchantId: merchant.id, appId: merchant.appId }
  return ok({
    readNotice: (notice) =>
      isV2Notice(notice.body) ? readV2RefundNotice(notice.body, tools) : v3.readNotice(notice),
  })
}

/** The gateway, with somebody who says in time that its certificate ends. */
function watched(
  gateway: Gateway,
  v3: BillSource & RefundNotices,
  context: GatewayContext,
): Gateway & BillSource & RefundNotices {
  const endsAtMs = gateway.health().certificateExpiresAtMs
  const endWatch = endsAtMs === undefined ? () => {} : watchCertificate(endsAtMs, context)
  return {
    signCharge: (charge) => gateway.signCharge(charge),
    query: (expected) => gateway.query(expected),
    reverse: (expected) => gateway.reverse(expected),
    refund: (request) => gateway.refund(request),
    queryRefund: (request) => gateway.queryRefund(request),
    expectCharge: () => gateway.expectCharge(),
    health: () => gateway.health(),
    onHealth: (listener) => gateway.onHealth(listener),
    downloadBill: (date, path) => v3.downloadBill(date, path),
    readNotice: (notice) => v3.readNotice(notice),
    close() {
      endWatch()
      return gateway.close()
    },
  }
}

/** The client of the v2 calls; none when there is no key and nothing goes by it. */
function makeV2(
  config: Config,
  options: V2Options,
  shared: GatewayTransport,
): Result<V2Client | undefined, Problem> {
  const { merchant, gateway, store, baseDir } = config
  const field = 'merchant.apiV2KeyFile'
  const asked = Object.entries(gateway.calls).find(([, version]) => version === 'v2')
  if (merchant.signature === 'sm2' && merchant.apiV2KeyFile !== undefined) {
    const detail = 'calls by v2 show an RSA certificate; with merchant.signature sm2 leave it out'
    return err(problem('config.invalid_field', { field, detail }))
  }
  if (merchant.apiV2KeyFile === undefined) {
    if (!asked) return ok(undefined)
    const detail = `gateway.calls.${asked[0]} is v2, and there is no key for it`
    return err(problem('config.api_v2_key_invalid', { field, detail }))
  }
  if (gateway.calls.charge === 'v2' && store.id.length > STORE_ID_MAX) {
    const detail = `charges by v2 carry at most ${STORE_ID_MAX} characters`
    return err(problem('config.invalid_field', { field: 'store.id', detail }))
  }
  const key = readSecret(resolve(baseDir, merchant.apiV2KeyFile), field)
  if (!key.ok) return key
  const opened = openV2Gateway({ ...options, apiV2Key: key.value.trim() }, shared)
  return opened.ok ? opened : err(withConfiguredField(opened.error))
}

/** Who signs, from the files of the configuration or, where it names none, from what was imported. */
export function readMerchant(
  config: Config,
  { clock, log }: Pick<GatewayContext, 'clock' | 'log'>,
): Result<CertificateChoice<CertificatePair>, Problem> {
  const { certificateFile, privateKeyFile } = config.merchant
  const at = (name: string) => resolve(config.baseDir, name)
  if (certificateFile === undefined || privateKeyFile === undefined) {
    const certificates = openCertificates(config, clock)
    return certificates.ok ? certificates.value.open() : certificates
  }
  const certificate = readText(at(certificateFile), 'merchant.certificateFile')
  if (!certificate.ok) return certificate
  const key = readSecret(at(privateKeyFile), 'merchant.privateKeyFile')
  if (!key.ok) return key
  log.info('merchant key is read from a file of the configuration')
  const signing = { certificatePem: certificate.value, privateKeyPem: key.value }
  return ok({ signing, tls: [signing] })
}

/** Reads every other file the configuration names. */
function readOptions(
  config: Config,
  context: GatewayContext,
  { signing }: CertificateChoice<CertificatePair>,
): Result<GatewayOptions, Problem> {
  const { merchant, gateway } = config
  if (gateway.refundNotifyUrl !== undefined && gateway.calls.refund === 'v2') {
    const detail = 'refunds by v2 are not told about there'
    return err(problem('config.invalid_field', { field: 'gateway.refundNotifyUrl', detail }))
  }
  const at = (name: string) => resolve(config.baseDir, name)
  const apiV3Key = merchant.apiV3KeyFile
    ? readSecret(at(merchant.apiV3KeyFile), 'merchant.apiV3KeyFile')
    : ok(undefined)
  if (!apiV3Key.ok) return apiV3Key
  const ca = gateway.caFile ? readText(at(gateway.caFile), 'gateway.caFile') : ok(undefined)
  if (!ca.ok) return ca
  const { verification } = gateway
  const publicKey =
    verification.mode === 'public_key'
      ? readText(at(verification.file), 'gateway.verification.file')
      : ok('')
  if (!publicKey.ok) return publicKey
  const { onMark, prove, onGrantRefused } = context
  return ok({
    primary: gateway.primary,
    ...(gateway.backup === undefined ? {} : { backup: gateway.backup }),
    ...(ca.value === undefined ? {} : { caPem: ca.value }),
    merchantId: merchant.id,
    appId: merchant.appId,
    terminalId: config.terminalId,
    deviceIp: gateway.deviceIp,
    certificatePem: signing.certificatePem,
    privateKeyPem: signing.privateKeyPem,
    ...(apiV3Key.value === undefined ? {} : { apiV3Key: apiV3Key.value.trim() }),
    signature: merchant.signature,
    verification:
      verification.mode === 'public_key'
        ? { mode: 'public_key', id: verification.id, pem: publicKey.value }
        : { mode: 'certificates' },
    ...(gateway.refundNotifyUrl === undefined ? {} : { refundNotifyUrl: gateway.refundNotifyUrl }),
    timeouts: {
      connectMs: gateway.connectTimeoutMs,
      headersMs: gateway.headersTimeoutMs,
      bodyMs: gateway.bodyTimeoutMs,
    },
    cacheDir: join(context.dataDir, 'gateway'),
    clock: context.clock,
    entropy: systemEntropy,
    log: context.log,
    ...(onMark ? { onMark } : {}),
    ...(prove ? { prove } : {}),
    ...(onGrantRefused ? { onGrantRefused } : {}),
  })
}

/** The gateway clients name their own options; a person knows the fields of the configuration. */
const CONFIGURED_FIELDS: Readonly<Record<string, string>> = {
  primary: 'gateway.primary',
  backup: 'gateway.backup',
  caPem: 'gateway.caFile',
  certificatePem: 'merchant.certificateFile',
  privateKeyPem: 'merchant.privateKeyFile',
  apiV3Key: 'merchant.apiV3KeyFile',
  apiV2Key: 'merchant.apiV2KeyFile',
  refundNotifyUrl: 'gateway.refundNotifyUrl',
  'verification.id': 'gateway.verification.id',
  'verification.pem': 'gateway.verification.file',
}

function withConfiguredField(refused: Problem): Problem {
  const field = refused.field && CONFIGURED_FIELDS[refused.field]
  return field ? { ...refused, field } : refused
}
