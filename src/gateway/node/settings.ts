import { createPrivateKey, createPublicKey, type KeyObject, X509Certificate } from 'node:crypto'
import { err, ok, type Result } from '../../base/result.ts'
import { type ErrorCode, type Problem, problem } from '../../domain/errors.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Entropy } from '../../ports/entropy.ts'
import type { Log } from '../../ports/log.ts'
import type { SuiteName } from '../suite.ts'
import type { SignatureCheck } from '../verify.ts'
import type { Timeouts } from './exchange.ts'
import type { ProveGrant } from './grant-proof.ts'
import type { NodeSuite, RequestSigner } from './node-suite.ts'
import { RSA } from './signatures.ts'

/** By what the gateway's answers are verified. */
export type Verification =
  | {
      readonly mode: 'certificates'
      /** When given, platform certificates must be issued by it. */
      readonly rootPem?: string
    }
  | {
      readonly mode: 'public_key'
      /** `PUB_KEY_ID_…`. */
      readonly id: string
      readonly pem: string
    }

/** What the gateway client is made of. Files have been read by the caller. */
export type GatewayOptions = {
  /** `https://host[:port]`, nothing more. */
  readonly primary: string
  readonly backup?: string
  /** Absent: the roots of the system. */
  readonly caPem?: string
  readonly merchantId: string
  readonly appId: string
  readonly terminalId: string
  readonly deviceIp: string
  readonly certificatePem: string
  readonly privateKeyPem: string
  /** Needed to verify by certificates, and to open refund notifications; 32 bytes. */
  readonly apiV3Key?: string
  readonly verification: Verification
  /** How requests and answers are signed, and what is sealed with the APIv3 key; absent: `rsa`. */
  readonly signature?: SuiteName
  /**
   * Where the gateway tells what became of a refund (APIv3 refund, `notify_url`, string(256)): `https:`
   * without a query. Absent: it tells the address of the merchant's console, if there is one.
   */
  readonly refundNotifyUrl?: string
  readonly timeouts: Timeouts
  /** Absent: payment calls name no grant. */
  readonly prove?: ProveGrant
  /** As of the transport. */
  readonly onGrantRefused?: (reason: string) => void
  /** Folder for public data that saves a download. */
  readonly cacheDir: string
  readonly clock: Clock
  readonly entropy: Entropy
  readonly log: Log
  /** For measurements: called as an attempt passes these points. */
  readonly onMark?: (mark: 'signed' | 'sent' | 'answered', outTradeNo: string) => void
}

/** The options after every check, with keys made once. */
export type GatewaySettings = {
  readonly primary: string
  readonly backup?: string
  /** Absent: RSA. */
  readonly suite?: NodeSuite
  readonly signer: RequestSigner
  readonly merchantSerial: string
  readonly certificateExpiresAtMs: number
  readonly apiV3Key?: Buffer
  readonly publicKey?: { readonly id: string; readonly check: SignatureCheck }
}

/** `notify_url` of a refund, string(256). */
const NOTIFY_URL_MAX = 256

type Checked<Value> = Result<Value, Problem>

function refuse(code: ErrorCode, field: string, detail?: string): Checked<never> {
  return err(problem(code, { field, ...(detail === undefined ? {} : { detail }) }))
}

/**
 * Checks every setting that can be checked without a network. The first wrong one is the answer.
 *
 * @param suite the one that `signature` names
 */
export function checkSettings(
  options: GatewayOptions,
  suite: NodeSuite = RSA,
): Checked<GatewaySettings> {
  const primary = checkOrigin(options.primary, 'primary')
  if (!primary.ok) return primary
  const backup =
    options.backup === undefined ? ok(undefined) : checkOrigin(options.backup, 'backup')
  if (!backup.ok) return backup
  const ca = checkAuthorities(options, suite)
  if (!ca.ok) return ca
  if (options.refundNotifyUrl !== undefined && !isNotifyUrl(options.refundNotifyUrl)) {
    return refuse('config.invalid_field', 'refundNotifyUrl')
  }
  const identity = checkIdentity(options, suite)
  if (!identity.ok) return identity
  const apiV3Key = checkApiV3Key(options)
  if (!apiV3Key.ok) return apiV3Key
  const publicKey = checkPublicKey(options.verification, suite)
  if (!publicKey.ok) return publicKey
  return ok({
    primary: primary.value,
    suite,
    ...identity.value,
    ...(backup.value === undefined ? {} : { backup: backup.value }),
    ...(apiV3Key.value === undefined ? {} : { apiV3Key: apiV3Key.value }),
    ...(publicKey.value === undefined ? {} : { publicKey: publicKey.value }),
  })
}

function checkOrigin(address: string, field: string): Checked<string> {
  const url = URL.canParse(address) ? new URL(address) : undefined
  const bare = url && url.pathname === '/' && url.search === '' && url.hash === ''
  if (url?.protocol !== 'https:' || !bare || url.username !== '' || url.password !== '') {
    return refuse('config.gateway_not_https', field)
  }
  return ok(url.origin)
}

/** Notifications go to a public `https:` address without a query (interface rules, "回调通知"). */
function isNotifyUrl(address: string): boolean {
  if (address.length > NOTIFY_URL_MAX || !URL.canParse(address)) return false
  const { protocol, username, password } = new URL(address)
  const isBare = !/[?#\s]/.test(address) && username === '' && password === ''
  return protocol === 'https:' && isBare
}

function checkAuthorities(options: GatewayOptions, suite: NodeSuite): Checked<undefined> {
  const { verification } = options
  const root = verification.mode === 'certificates' ? verification.rootPem : undefined
  if (options.caPem !== undefined && !readCertificate(options.caPem)) {
    return refuse('config.ca_unreadable', 'caPem')
  }
  if (root !== undefined && !readCertificate(root)) return refuse('config.ca_unreadable', 'rootPem')
  if (root !== undefined && suite.name !== 'rsa') {
    // OpenSSL, as Node uses it, cannot set the identity that an SM2 signature on a certificate is over.
    return refuse(
      'config.ca_unreadable',
      'rootPem',
      'only RSA certificates are held against a root',
    )
  }
  return ok(undefined)
}

function readCertificate(pem: string): X509Certificate | undefined {
  try {
    return new X509Certificate(pem)
  } catch {
    return undefined
  }
}

function readPrivateKey(pem: string, suite: NodeSuite): KeyObject | undefined {
  try {
    const key = createPrivateKey(pem)
    return suite.isUsable(key) ? key : undefined
  } catch {
    return undefined
  }
}

/** The common name of a certificate's subject: of a merchant API certificate, the `mchid`. */
function commonNameOf(certificate: X509Certificate): string | undefined {
  const lines = certificate.subject.split('\n')
  return lines.find((line) => line.startsWith('CN='))?.slice('CN='.length)
}

type Identity = Pick<GatewaySettings, 'signer' | 'merchantSerial' | 'certificateExpiresAtMs'>

function checkIdentity(options: GatewayOptions, suite: NodeSuite): Checked<Identity> {
  const certificate = readCertificate(options.certificatePem)
  if (!certificate) return refuse('config.certificate_unreadable', 'certificatePem')
  const key = readPrivateKey(options.privateKeyPem, suite)
  if (!key) return refuse('config.key_unreadable', 'privateKeyPem', suite.keyWords)
  if (!certificate.checkPrivateKey(key)) return refuse('config.key_mismatch', 'privateKeyPem')
  const commonName = commonNameOf(certificate)
  if (commonName !== options.merchantId) {
    const detail = `the certificate names ${commonName ?? 'nobody'}`
    return refuse('config.certificate_of_other_merchant', 'certificatePem', detail)
  }
  const nowMs = options.clock.nowMs()
  const expiresAtMs = certificate.validToDate.getTime()
  if (nowMs >= expiresAtMs) {
    return refuse('config.certificate_expired', 'certificatePem', certificate.validTo)
  }
  if (nowMs < certificate.validFromDate.getTime()) {
    return refuse('config.certificate_not_yet_valid', 'certificatePem', certificate.validFrom)
  }
  return ok({
    signer: suite.makeSigner(key),
    merchantSerial: certificate.serialNumber.toUpperCase(),
    certificateExpiresAtMs: expiresAtMs,
  })
}

function checkApiV3Key(options: GatewayOptions): Checked<Buffer | undefined> {
  if (options.apiV3Key === undefined) {
    const isNeeded = options.refundNotifyUrl !== undefined
    if (options.verification.mode === 'public_key' && !isNeeded) return ok(undefined)
    return refuse('config.api_v3_key_invalid', 'apiV3Key', 'missing')
  }
  const key = Buffer.from(options.apiV3Key, 'utf8')
  if (key.length !== 32) return refuse('config.api_v3_key_invalid', 'apiV3Key')
  return ok(key)
}

function checkPublicKey(
  verification: Verification,
  suite: NodeSuite,
): Checked<GatewaySettings['publicKey']> {
  if (verification.mode === 'certificates') return ok(undefined)
  if (!/^PUB_KEY_ID_[0-9A-Za-z]{1,64}$/.test(verification.id)) {
    return refuse('config.public_key_unreadable', 'verification.id')
  }
  try {
    const key = createPublicKey(verification.pem)
    if (suite.isUsable(key)) return ok({ id: verification.id, check: suite.makeCheck(key) })
  } catch {
    // Falls through: it could not be read.
  }
  return refuse('config.public_key_unreadable', 'verification.pem')
}
