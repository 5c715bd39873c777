import 'reflect-metadata'
import type { KeyObject } from 'node:crypto'
import {
  createPrivateKey,
  createPublicKey,
  KeyObject as NodeKey,
  randomBytes,
  randomInt,
  webcrypto,
  X509Certificate,
} from 'node:crypto'
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as x509 from '@peculiar/x509'
import type { Merchant } from '../orders.ts'
import { newSm2Key } from './sm2-key.ts'
import type { SignatureName, Suite } from './suite.ts'
import { loadSuite } from './suite.ts'

/** Values that nobody can take for a real merchant. */
export const SANDBOX_MERCHANT: Merchant = { id: '1900000001', appId: 'wxsandbox00000001' }

/** A signing key of the platform under the name its answers carry in Wechatpay-Serial. */
export type PlatformKey = {
  readonly serial: string
  readonly privateKey: KeyObject
  /** PEM of the certificate; empty for the public key that has none. */
  readonly certificate: string
  readonly effectiveAtMs: number
  readonly expiresAtMs: number
}

export type Credentials = {
  readonly serverCertificate: string
  readonly serverKey: string
  readonly merchantKey: KeyObject
  readonly merchantSerial: string
  readonly merchantCertificateExpiresAtMs: number
  /** PEM. */
  readonly merchantCertificate: string
  /** PEM of the authority that issues merchants' certificates; undefined in an old folder. */
  readonly merchantAuthority: string | undefined
  readonly apiV3Key: string
  readonly apiV2Key: string
  readonly platform: readonly [PlatformKey, PlatformKey]
  readonly publicKey: PlatformKey
  readonly controlToken: string
  readonly suite: Suite
}

/** Keys that sign messages are RSA, as on the real wire. */
const RSA = {
  name: 'RSASSA-PKCS1-v1_5',
  hash: 'SHA-256',
  publicExponent: new Uint8Array([1, 0, 1]),
  modulusLength: 2048,
}
/** Keys of authorities and of TLS are elliptic, because they are made and used faster. */
const ELLIPTIC = { name: 'ECDSA', namedCurve: 'P-256' }
const ELLIPTIC_SIGNATURE = { name: 'ECDSA', hash: 'SHA-256' }
const DAY_MS = 86_400_000
const TENPAY = 'OU=Tenpay.com CA Center,O=Tenpay.com,C=CN'
/** Subject and issuer shape of published platform certificates. */
const NAMES = {
  ca: 'CN=Guitai Sandbox CA,O=Guitai Sandbox',
  server: 'CN=localhost,O=Guitai Sandbox',
  merchant: `CN=${SANDBOX_MERCHANT.id},O=Guitai Sandbox,OU=Sandbox Merchant,C=CN`,
  platform: 'L=ShenZhen,C=CN,OU=Tenpay.com CA Center,O=Tenpay.com,CN=Tenpay.com sign',
  platformIssuer: `CN=Tenpay.com Root CA,${TENPAY}`,
}

type Pair = webcrypto.CryptoKeyPair
const newRsa = (): Promise<Pair> => webcrypto.subtle.generateKey(RSA, true, ['sign', 'verify'])
const newElliptic = (): Promise<Pair> =>
  webcrypto.subtle.generateKey(ELLIPTIC, true, ['sign', 'verify'])
const pemOf = (pair: Pair): string =>
  String(NodeKey.from(pair.privateKey).export({ type: 'pkcs8', format: 'pem' }))

/** Twenty bytes whose first is never below 16: forty hex digits, positive, no leading zero. */
const newSerial = (): string => {
  const bytes = randomBytes(20)
  bytes[0] = randomInt(0x10, 0x80)
  return bytes.toString('hex').toUpperCase()
}

type Issue = {
  readonly subject: string
  readonly issuer: string
  /** The public key itself, or its SPKI. */
  readonly keys: { readonly publicKey: webcrypto.CryptoKey | Uint8Array<ArrayBuffer> }
  readonly issuerKeys: Pick<Pair, 'privateKey'>
  readonly fromMs: number
  readonly days: number
  readonly extensions: readonly x509.Extension[]
}

const issue = async (wanted: Issue): Promise<string> => {
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: newSerial(),
    subject: wanted.subject,
    issuer: wanted.issuer,
    notBefore: new Date(wanted.fromMs),
    notAfter: new Date(wanted.fromMs + wanted.days * DAY_MS),
    signingAlgorithm: ELLIPTIC_SIGNATURE,
    publicKey: wanted.keys.publicKey,
    signingKey: wanted.issuerKeys.privateKey,
    extensions: [...wanted.extensions],
  })
  return `${certificate.toString('pem')}\n`
}

type Files = Record<string, string>

const makeServer = async (nowMs: number): Promise<Files> => {
  const ca = await newElliptic()
  const server = await newElliptic()
  const usage = x509.KeyUsageFlags
  const dates = { fromMs: nowMs - DAY_MS, issuerKeys: ca, issuer: NAMES.ca }
  const caPem = await issue({
    ...dates,
    subject: NAMES.ca,
    keys: ca,
    days: 3650,
    extensions: [
      new x509.BasicConstraintsExtension(true, undefined, true),
      new x509.KeyUsagesExtension(usage.keyCertSign | usage.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(ca.publicKey),
    ],
  })
  const serverPem = await issue({
    ...dates,
    subject: NAMES.server,
    keys: server,
    days: 820,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      new x509.SubjectAlternativeNameExtension([
        { type: 'dns', value: 'localhost' },
        { type: 'ip', value: '127.0.0.1' },
        { type: 'ip', value: '::1' },
      ]),
      await x509.AuthorityKeyIdentifierExtension.create(ca.publicKey),
    ],
  })
  return { 'ca.pem': caPem, 'server_cert.pem': serverPem, 'server_key.pem': pemOf(server) }
}

/** 32 digits and lower-case letters. */
const newApiKey = (): string =>
  Array.from({ length: 32 }, () => randomInt(36).toString(36)).join('')

const makeMerchant = async (nowMs: number): Promise<Files> => {
  const root = await newElliptic()
  const keys = await newRsa()
  const usage = x509.KeyUsageFlags
  const authority = await issue({
    subject: NAMES.platformIssuer,
    issuer: NAMES.platformIssuer,
    keys: root,
    issuerKeys: root,
    fromMs: nowMs - DAY_MS,
    days: 7300,
    extensions: [
      new x509.BasicConstraintsExtension(true, undefined, true),
      new x509.KeyUsagesExtension(usage.keyCertSign | usage.cRLSign, true),
    ],
  })
  const certificate = await issue({
    subject: NAMES.merchant,
    issuer: NAMES.platformIssuer,
    keys,
    issuerKeys: root,
    fromMs: nowMs - DAY_MS,
    days: 1825,
    extensions: [],
  })
  return {
    // With its key more certificates can be had: renewed, expired, of another merchant.
    'merchant_ca.pem': authority,
    'merchant_ca_key.pem': pemOf(root),
    'apiclient_cert.pem': certificate,
    'apiclient_key.pem': pemOf(keys),
    'apiv3.key': newApiKey(),
  }
}

const newPublicKeyId = (): string =>
  `PUB_KEY_ID_${'0'.repeat(9)}${String(randomInt(1e12)).padStart(22, '0')}`

const makePlatform = async (nowMs: number): Promise<Files> => {
  const root = await newElliptic()
  const files: Files = {}
  const [old, young, pair] = await Promise.all([newRsa(), newRsa(), newRsa()])
  // Two certificates in overlap, one four years old and one new, so that signing can change over.
  const generations = [
    { name: 'platform_1', ageDays: 1460, keys: old },
    { name: 'platform_2', ageDays: 2, keys: young },
  ]
  for (const { name, ageDays, keys } of generations) {
    files[`${name}_key.pem`] = pemOf(keys)
    files[`${name}_cert.pem`] = await issue({
      subject: NAMES.platform,
      issuer: NAMES.platformIssuer,
      keys,
      issuerKeys: root,
      fromMs: nowMs - ageDays * DAY_MS,
      days: 1825,
      extensions: [],
    })
  }
  const publicPem = NodeKey.from(pair.publicKey).export({ type: 'spki', format: 'pem' })
  files['pub_key_private.pem'] = pemOf(pair)
  files['pub_key.pem'] = String(publicPem)
  files['pub_key_id.txt'] = newPublicKeyId()
  return files
}

/** What {@link makeMerchant} and {@link makePlatform} make, for a merchant that signs by SM2. */
const makeSm2 = async (dir: string, nowMs: number): Promise<Files> => {
  const authority = readFileSync(join(dir, 'merchant_ca_key.pem'), 'utf8')
  const issuerKeys = { privateKey: await importSigningKey(authority) }
  const files: Files = {}
  const wanted = [
    { name: 'apiclient', subject: NAMES.merchant, ageDays: 1 },
    { name: 'platform_1', subject: NAMES.platform, ageDays: 1460 },
    { name: 'platform_2', subject: NAMES.platform, ageDays: 2 },
  ]
  for (const { name, subject, ageDays } of wanted) {
    const { privatePem, spki } = newSm2Key()
    files[`sm2_${name}_key.pem`] = privatePem
    files[`sm2_${name}_cert.pem`] = await issue({
      subject,
      issuer: NAMES.platformIssuer,
      keys: { publicKey: spki },
      issuerKeys,
      fromMs: nowMs - ageDays * DAY_MS,
      days: 1825,
      extensions: [],
    })
  }
  const pair = newSm2Key()
  files['sm2_pub_key_private.pem'] = pair.privatePem
  files['sm2_pub_key.pem'] = pair.publicPem
  files['sm2_pub_key_id.txt'] = newPublicKeyId()
  return files
}

/**
 * Issues a merchant's API certificate by the sandbox's authority, for a public key that is given or
 * for a new pair, whose private half is told once and kept nowhere.
 * Rejects in a folder that has no authority.
 * @param publicPem SPKI of an RSA key
 */
export async function issueMerchantCertificate(
  dir: string,
  wanted: { readonly merchantId: string; readonly nowMs: number; readonly publicPem?: string },
): Promise<{ readonly certificate: string; readonly privateKey: string | undefined }> {
  const authorityKey = await importSigningKey(
    readFileSync(join(dir, 'merchant_ca_key.pem'), 'utf8'),
  )
  const pair = wanted.publicPem === undefined ? await newRsa() : undefined
  const publicKey = pair?.publicKey ?? (await importPublic(wanted.publicPem ?? ''))
  const certificate = await issue({
    subject: NAMES.merchant.replace(SANDBOX_MERCHANT.id, wanted.merchantId),
    issuer: NAMES.platformIssuer,
    keys: { publicKey },
    issuerKeys: { privateKey: authorityKey },
    fromMs: wanted.nowMs - DAY_MS,
    days: 1825,
    extensions: [],
  })
  return { certificate, privateKey: pair && pemOf(pair) }
}

const importSigningKey = (pem: string): Promise<webcrypto.CryptoKey> => {
  const der = createPrivateKey(pem).export({ type: 'pkcs8', format: 'der' })
  return webcrypto.subtle.importKey('pkcs8', der, ELLIPTIC, false, ['sign'])
}

const importPublic = (pem: string): Promise<webcrypto.CryptoKey> => {
  const der = createPublicKey(pem).export({ type: 'spki', format: 'der' })
  return webcrypto.subtle.importKey('spki', der, RSA, true, ['verify'])
}

/** Writes a file whole or not at all, readable by its owner only. */
export function writePrivate(path: string, text: string): void {
  const next = `${path}.new`
  writeFileSync(next, text, { mode: 0o600 })
  chmodSync(next, 0o600)
  renameSync(next, path)
}

const writeMissing = async (
  dir: string,
  lastFile: string,
  make: () => Promise<Files>,
): Promise<void> => {
  if (existsSync(join(dir, lastFile))) return
  const files = await make()
  // The last file stands for the set: it is written when all the others are there.
  for (const [name, text] of Object.entries(files)) {
    if (name !== lastFile) writePrivate(join(dir, name), text)
  }
  writePrivate(join(dir, lastFile), files[lastFile] ?? '')
}

const platformKey = (dir: string, name: string): PlatformKey => {
  const certificate = readFileSync(join(dir, `${name}_cert.pem`), 'utf8')
  const parsed = new X509Certificate(certificate)
  return {
    serial: parsed.serialNumber,
    privateKey: createPrivateKey(readFileSync(join(dir, `${name}_key.pem`))),
    certificate,
    effectiveAtMs: Date.parse(parsed.validFrom),
    expiresAtMs: Date.parse(parsed.validTo),
  }
}

/**
 * Makes what is missing in `dir` and reads it all: a CA and a TLS certificate for loopback, the
 * merchant's certificate, key and authority, the APIv3 and APIv2 keys, two platform certificates, a platform public key.
 * For SM2 the merchant's and the platform's are others, in files of their own.
 * The folder is 0700, every file 0600.
 *
 * `nowMs` dates the merchant's and the platform's certificates. The TLS certificate is dated by the
 * machine's clock, because that is the one TLS clients look at, whatever clock the sandbox runs on.
 */
export async function openCredentials(
  dir: string,
  { nowMs, signature }: { readonly nowMs: number; readonly signature: SignatureName },
): Promise<Credentials> {
  mkdirSync(dir, { recursive: true, mode: 0o700 })
  chmodSync(dir, 0o700)
  await Promise.all([
    writeMissing(dir, 'ca.pem', () => makeServer(Date.now())),
    writeMissing(dir, 'apiclient_cert.pem', () => makeMerchant(nowMs)),
    writeMissing(dir, 'pub_key_id.txt', () => makePlatform(nowMs)),
  ])
  if (signature === 'sm2') {
    await writeMissing(dir, 'sm2_pub_key_id.txt', () => makeSm2(dir, nowMs))
  }
  await writeMissing(dir, 'control.token', async () => ({
    'control.token': randomBytes(24).toString('base64url'),
  }))
  await writeMissing(dir, 'apiv2.key', async () => ({ 'apiv2.key': newApiKey() }))
  const read = (name: string): string => readFileSync(join(dir, name), 'utf8')
  const own = signature === 'rsa' ? '' : `${signature}_`
  const merchantCertificate = read(`${own}apiclient_cert.pem`)
  const merchant = new X509Certificate(merchantCertificate)
  return {
    serverCertificate: read('server_cert.pem'),
    serverKey: read('server_key.pem'),
    merchantCertificate,
    merchantAuthority: existsSync(join(dir, 'merchant_ca.pem'))
      ? read('merchant_ca.pem')
      : undefined,
    merchantKey: createPublicKey(merchantCertificate),
    merchantSerial: merchant.serialNumber,
    merchantCertificateExpiresAtMs: Date.parse(merchant.validTo),
    apiV3Key: read('apiv3.key').trim(),
    apiV2Key: read('apiv2.key').trim(),
    platform: [platformKey(dir, `${own}platform_1`), platformKey(dir, `${own}platform_2`)],
    publicKey: {
      serial: read(`${own}pub_key_id.txt`).trim(),
      privateKey: createPrivateKey(read(`${own}pub_key_private.pem`)),
      certificate: '',
      effectiveAtMs: 0,
      expiresAtMs: Number.MAX_SAFE_INTEGER,
    },
    controlToken: read('control.token').trim(),
    suite: await loadSuite(signature),
  }
}
