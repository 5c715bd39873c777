import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { err, ok, type Result } from '../base/result.ts'
import { beijingTime } from '../domain/beijing-time.ts'
import { type CertificateLevel, certificateLife } from '../domain/certificate-life.ts'
import { type Problem, problem } from '../domain/errors.ts'
import type {
  CertificateImport,
  ListedCertificate,
  MerchantCertificates,
} from '../keys/node/merchant-certificates.ts'
import { readPkcs12 } from '../keys/node/pkcs12.ts'
import type { Config } from '../terminal/config.ts'
import { readText } from '../terminal/identity.ts'
import { openCertificates, openOperators } from '../terminal/keys.ts'
import { systemClock } from '../terminal/system.ts'
import { readOwnConfig, type SystemKeys } from '../terminal/system-key.ts'
import { carryOut, type Done, signature } from './act-book.ts'
import { askSecret } from './ask-secret.ts'
import { AUTHORISE_OPTIONS, authorise } from './authorise.ts'
import { describeProblem, fail, readOptions } from './usage.ts'

const OPTIONS = {
  config: { type: 'string' },
  cert: { type: 'string' },
  key: { type: 'string' },
  p12: { type: 'string' },
  'password-file': { type: 'string' },
  serial: { type: 'string' },
  yes: { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
  ...AUTHORISE_OPTIONS,
} as const

type Values = ReturnType<typeof readOptions<typeof OPTIONS>>['values']
type Job = {
  readonly config: Config
  readonly certificates: MerchantCertificates
  readonly values: Values
}

const ACTIONS: Readonly<Record<string, (job: Job) => Promise<Result<Done, Problem>>>> = {
  import: importCertificate,
  use: async (job) => useCertificate(job),
  remove: async (job) => removeCertificate(job),
}

/**
 * `guitai cert`: imports the merchant API certificate with its key, lists what was imported, chooses
 * which one signs, or removes one. Ends with 0, with 1 when it was refused, with 2 for a wrong call.
 */
export async function runCert(argv: string[], host: SystemKeys = {}): Promise<void> {
  const { values, positionals } = readOptions(argv, OPTIONS)
  const [what = 'list'] = positionals
  const action = ACTIONS[what]
  if (!action && what !== 'list') fail(`cert ${what}: choose import, list, use or remove`)
  if (values.config === undefined) fail('cert needs --config FILE')
  const config = await readOwnConfig(resolve(values.config), host)
  if (!config.ok) return say(config.error)
  const certificates = openCertificates(config.value, systemClock)
  if (!certificates.ok) return say(certificates.error)
  const job = { config: config.value, certificates: certificates.value, values }
  const done = action ? await change(job, () => action(job)) : listCertificates(job)
  if (done.ok) console.log(done.value)
  else say(done.error)
}

/** What changes something takes an installer once there are operators, and is kept in the journal. */
async function change(
  { config, values }: Job,
  command: () => Promise<Result<Done, Problem>>,
): Promise<Result<string, Problem>> {
  const operators = openOperators(config, systemClock)
  if (!operators.ok) return operators
  const allowed = await authorise(operators.value, 'certificates', values)
  if (!allowed.ok) return allowed
  const done = await carryOut(config, signature(allowed.value, values), command)
  if (!done.ok) return done
  if (done.value.note) say(done.value.note)
  return ok(done.value.says)
}

async function importCertificate(job: Job): Promise<Result<Done, Problem>> {
  const { config, certificates, values } = job
  const wanted = await readImport(config, values)
  if (!wanted.ok) return wanted
  const imported = certificates.import(wanted.value)
  if (!imported.ok) return imported
  const { serial, merchantId, validUntilMs } = imported.value
  const files = new Set(Object.values(wanted.value.fields))
  const says = [
    `imported ${serial} of merchant ${merchantId}, good until ${beijingTime(validUntilMs)}`,
    'it is used from the next start of the terminal',
    `now delete ${[...files].join(' and ')}, and every copy`,
    ...(config.merchant.privateKeyFile === undefined
      ? []
      : [
          'the configuration still names certificateFile and privateKeyFile, which go before what was imported: take both out',
        ]),
  ].join('\n')
  return ok({ says, act: `certificate.import ${serial}` })
}

async function readImport(
  config: Config,
  values: Values,
): Promise<Result<CertificateImport, Problem>> {
  const { cert, key, p12 } = values
  if (p12 !== undefined && cert === undefined && key === undefined) {
    if (config.merchant.signature === 'sm2') {
      const detail = 'an SM2 certificate is imported with --cert and --key'
      return err(problem('keys.p12_unreadable', { field: p12, detail }))
    }
    const bytes = readBytes(p12)
    if (!bytes.ok) return bytes
    const file = values['password-file']
    const asks = file !== undefined || process.stdin.isTTY
    // The merchant platform gives the file out under the merchant number.
    const password = asks ? await askSecret('password of the file', file) : config.merchant.id
    const pair = readPkcs12(bytes.value, password, p12)
    return pair.ok ? ok({ ...pair.value, fields: { certificate: p12, key: p12 } }) : pair
  }
  if (cert === undefined || key === undefined || p12 !== undefined) {
    fail('cert import needs --cert FILE --key FILE, or --p12 FILE')
  }
  const certificatePem = readText(resolve(cert), cert)
  if (!certificatePem.ok) return certificatePem
  const privateKeyPem = readText(resolve(key), key)
  if (!privateKeyPem.ok) return privateKeyPem
  return ok({
    certificatePem: certificatePem.value,
    privateKeyPem: privateKeyPem.value,
    fields: { certificate: cert, key },
  })
}

function readBytes(file: string): Result<Uint8Array, Problem> {
  try {
    return ok(readFileSync(resolve(file)))
  } catch (cause) {
    const detail = cause instanceof Error ? cause.message : String(cause)
    return err(problem('config.file_unreadable', { field: file, detail }))
  }
}

const SAYS: Readonly<Record<CertificateLevel, string>> = {
  good: '',
  last_month: 'renew it within the month',
  last_week: 'renew it this week',
  last_day: 'renew it today',
  ended: 'ended: charges and refunds are refused',
}

function listCertificates({ certificates, config, values }: Job): Result<string, Problem> {
  const list = certificates.list()
  if (!list.ok) return list
  const nowMs = systemClock.nowMs()
  const listed = list.value.certificates.map((one) => ({
    ...one,
    ...certificateLife(one.validUntilMs, nowMs),
  }))
  if (values.json) {
    return ok(JSON.stringify({ certificates: listed, unreadable: list.value.unreadable }))
  }
  const lines = listed.map((one) =>
    [
      one.serial.padEnd(40),
      one.kind === config.merchant.signature ? '' : `by ${one.kind}, unlike merchant.signature`,
      one.merchantId === config.merchant.id ? '' : `of merchant ${one.merchantId}`,
      `until ${beijingTime(one.validUntilMs)}`,
      `${one.daysLeft} days left`,
      roleOf(one),
      SAYS[one.level],
    ]
      .filter(Boolean)
      .join('  '),
  )
  const broken = list.value.unreadable.map((name) => `${name}  does not open: import it again`)
  const all = [...lines, ...broken]
  return ok(all.length === 0 ? 'no certificate was imported' : all.join('\n'))
}

function roleOf({ signs }: ListedCertificate): string {
  return signs ? 'signs' : 'kept'
}

function useCertificate({ certificates, values }: Job): Result<Done, Problem> {
  if (values.serial === undefined) fail('cert use needs --serial SERIAL, or --serial newest')
  const serial = values.serial === 'newest' ? undefined : values.serial
  const chosen = certificates.use(serial)
  if (!chosen.ok) return chosen
  const says = `${serial ?? 'the newest valid one'} signs from the next start of the terminal`
  return ok({ says, act: `certificate.use ${values.serial}` })
}

function removeCertificate({ certificates, values }: Job): Result<Done, Problem> {
  const { serial, yes } = values
  if (serial === undefined) fail('cert remove needs --serial SERIAL')
  const list = certificates.list()
  if (!list.ok) return list
  const found = list.value.certificates.find((one) => one.serial === serial.toUpperCase())
  if (found?.signs && !yes) {
    return err(problem('keys.certificate_signs', { field: 'serial', detail: serial }))
  }
  const removed = certificates.remove(serial)
  const says = `removed ${serial}; its key is gone for good`
  return removed.ok ? ok({ says, act: `certificate.remove ${serial.toUpperCase()}` }) : removed
}

function say(problem: Problem): void {
  console.error(`guitai: ${describeProblem(problem)}`)
  process.exitCode = 1
}
