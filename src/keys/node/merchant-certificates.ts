import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto'
import { z } from 'zod'
import { err, ok, type Result } from '../../base/result.ts'
import { type ErrorCode, type Problem, problem } from '../../domain/errors.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Secrets } from '../../ports/secrets.ts'
import {
  type CertificateChoice,
  type CertificateFacts,
  chooseCertificates,
} from '../certificate-choice.ts'

const CERTIFICATE_NAME = /^merchant-[0-9a-f]{1,40}$/
/** Under which the serial number chosen by hand is kept. */
const CHOICE_NAME = 'merchant-choice'
/** Fewest bits of an RSA key that the wire takes. */
const RSA_BITS_MIN = 2_048

const nameOf = (serial: string) => `merchant-${serial.toLowerCase()}`

const storedSchema = z.strictObject({
  version: z.literal(1),
  certificatePem: z.string(),
  /** PKCS#8, DER. */
  privateKey: z.base64(),
  importedAtMs: z.number().int(),
})

/** A certificate with its private key, PEM. */
export type CertificatePair = {
  readonly certificatePem: string
  readonly privateKeyPem: string
}

type OpenedCertificate = CertificateFacts & CertificatePair

/** What is imported. */
export type CertificateImport = CertificatePair & {
  /** How the sources are called in a refusal. */
  readonly fields: { readonly certificate: string; readonly key: string }
}

/** An imported certificate, and whether it signs now. */
export type ListedCertificate = CertificateFacts & { readonly signs: boolean }

/** Everything that is kept; `unreadable` names the sealed files that do not open. */
export type CertificateList = {
  readonly certificates: readonly ListedCertificate[]
  readonly unreadable: readonly string[]
}

/**
 * The merchant API certificates of this terminal, each sealed with its private key. A key goes in and
 * signs; no command gives it out again.
 */
export class MerchantCertificates {
  readonly #secrets: Secrets
  readonly #clock: Pick<Clock, 'nowMs'>
  readonly #merchantId: string

  constructor(parts: {
    readonly secrets: Secrets
    readonly clock: Pick<Clock, 'nowMs'>
    readonly merchantId: string
  }) {
    this.#secrets = parts.secrets
    this.#clock = parts.clock
    this.#merchantId = parts.merchantId
  }

  /**
   * Checks and seals a certificate with its key; one of the same serial number is replaced.
   *
   * @returns its facts, or `config.certificate_unreadable`, `config.key_unreadable` (no RSA key of 2048
   *   bits, or encrypted), `config.key_mismatch`, `config.certificate_of_other_merchant`,
   *   `config.certificate_expired`, `config.certificate_not_yet_valid`, or an error of {@link Secrets}
   */
  import(wanted: CertificateImport): Result<CertificateFacts, Problem> {
    const importedAtMs = this.#clock.nowMs()
    const checked = checkPair(wanted, { merchantId: this.#merchantId, nowMs: importedAtMs })
    if (!checked.ok) return checked
    const { certificate, key } = checked.value
    const der = key.export({ type: 'pkcs8', format: 'der' })
    const bytes = Buffer.from(
      JSON.stringify({
        version: 1,
        certificatePem: certificate.toString(),
        privateKey: der.toString('base64'),
        importedAtMs,
      }),
    )
    const facts = { ...factsOf(certificate), importedAtMs }
    const sealed = this.#secrets.seal(nameOf(facts.serial), bytes)
    bytes.fill(0)
    der.fill(0)
    return sealed.ok ? ok(facts) : sealed
  }

  /** What is kept, oldest first, of whichever merchant. */
  list(): Result<CertificateList, Problem> {
    const opened = this.#openAll()
    if (!opened.ok) return opened
    const choice = this.#choose(opened.value.certificates)
    if (!choice.ok) return choice
    const certificates = opened.value.certificates.map(
      ({ certificatePem: _certificate, privateKeyPem: _key, ...facts }) => ({
        ...facts,
        signs: facts.serial === choice.value?.signing.serial,
      }),
    )
    return ok({ ...opened.value, certificates })
  }

  /**
   * The certificates to work with, keys included.
   *
   * @returns `keys.no_certificate` when none was imported, `config.certificate_of_other_merchant` when
   *   only those of others were, or an error of {@link Secrets}
   */
  open(): Result<CertificateChoice<CertificatePair>, Problem> {
    const opened = this.#openAll()
    if (!opened.ok) return opened
    const choice = this.#choose(opened.value.certificates)
    if (!choice.ok) return choice
    if (choice.value) return ok(choice.value)
    const [foreign] = opened.value.certificates
    if (foreign) {
      const detail = `certificate ${foreign.serial} names ${foreign.merchantId}`
      return err(problem('config.certificate_of_other_merchant', { field: 'merchant.id', detail }))
    }
    const [unreadable] = opened.value.unreadable
    if (unreadable) return err(problem('keys.sealed_unreadable', { field: unreadable }))
    return err(problem('keys.no_certificate', { field: 'merchant.certificateFile' }))
  }

  /** Lets one certificate sign from the next start; undefined: the newest valid one again. */
  use(serial: string | undefined): Result<undefined, Problem> {
    if (serial === undefined) {
      const removed = this.#secrets.remove(CHOICE_NAME)
      return removed.ok ? ok(undefined) : removed
    }
    const known = this.#secrets.open(nameOf(serial))
    if (!known.ok) return known
    if (!known.value) return unknownSerial(serial)
    known.value.fill(0)
    return this.#secrets.seal(CHOICE_NAME, Buffer.from(serial.toUpperCase()))
  }

  /** Forgets a certificate and its key, which nobody can bring back. */
  remove(serial: string): Result<undefined, Problem> {
    const removed = this.#secrets.remove(nameOf(serial))
    if (!removed.ok) return removed
    return removed.value ? ok(undefined) : unknownSerial(serial)
  }

  #choose(
    certificates: readonly OpenedCertificate[],
  ): Result<CertificateChoice<OpenedCertificate> | undefined, Problem> {
    const chosen = this.#secrets.open(CHOICE_NAME)
    if (!chosen.ok && chosen.error.code !== 'keys.sealed_unreadable') return chosen
    const serial = chosen.ok && chosen.value ? Buffer.from(chosen.value).toString() : undefined
    const ours = certificates.filter(({ merchantId }) => merchantId === this.#merchantId)
    return ok(chooseCertificates(ours, { nowMs: this.#clock.nowMs(), chosen: serial }))
  }

  /** One damaged file must not take the others with it. */
  #openAll(): Result<
    { certificates: readonly OpenedCertificate[]; unreadable: readonly string[] },
    Problem
  > {
    const names = this.#secrets.names()
    if (!names.ok) return names
    const certificates: OpenedCertificate[] = []
    const unreadable: string[] = []
    for (const name of names.value.filter((known) => CERTIFICATE_NAME.test(known))) {
      const bytes = this.#secrets.open(name)
      if (!bytes.ok && bytes.error.code !== 'keys.sealed_unreadable') return bytes
      const certificate = bytes.ok && bytes.value ? parseStored(bytes.value) : undefined
      if (certificate) certificates.push(certificate)
      else unreadable.push(name)
    }
    return ok({
      certificates: certificates.toSorted((a, b) => a.validFromMs - b.validFromMs),
      unreadable,
    })
  }
}

function unknownSerial(serial: string): Result<never, Problem> {
  return err(problem('keys.certificate_unknown', { field: 'serial', detail: serial }))
}

function parseStored(bytes: Uint8Array): OpenedCertificate | undefined {
  try {
    const stored = storedSchema.parse(JSON.parse(Buffer.from(bytes).toString('utf8')))
    const key = createPrivateKey({
      key: Buffer.from(stored.privateKey, 'base64'),
      format: 'der',
      type: 'pkcs8',
    })
    bytes.fill(0)
    return {
      ...factsOf(new X509Certificate(stored.certificatePem)),
      importedAtMs: stored.importedAtMs,
      certificatePem: stored.certificatePem,
      privateKeyPem: key.export({ type: 'pkcs8', format: 'pem' }).toString(),
    }
  } catch {
    return undefined
  }
}

function factsOf(certificate: X509Certificate): Omit<CertificateFacts, 'importedAtMs'> {
  return {
    serial: certificate.serialNumber.toUpperCase(),
    merchantId: commonNameOf(certificate),
    validFromMs: certificate.validFromDate.getTime(),
    validUntilMs: certificate.validToDate.getTime(),
  }
}

/** The common name of a merchant API certificate is its `mchid`; empty when there is none. */
export function commonNameOf(certificate: X509Certificate): string {
  const lines = certificate.subject?.split('\n') ?? []
  return lines.find((line) => line.startsWith('CN='))?.slice('CN='.length) ?? ''
}

type Pair = { readonly certificate: X509Certificate; readonly key: KeyObject }

function checkPair(
  wanted: CertificateImport,
  { merchantId, nowMs }: { readonly merchantId: string; readonly nowMs: number },
): Result<Pair, Problem> {
  const { fields } = wanted
  const refuse = (code: ErrorCode, field: string, detail?: string) =>
    err(problem(code, { field, ...(detail === undefined ? {} : { detail }) }))
  const certificate = attempt(() => new X509Certificate(wanted.certificatePem))
  if (!certificate) return refuse('config.certificate_unreadable', fields.certificate)
  const key = attempt(() => createPrivateKey(wanted.privateKeyPem))
  const bits = key?.asymmetricKeyDetails?.modulusLength ?? 0
  if (key?.asymmetricKeyType !== 'rsa' || bits < RSA_BITS_MIN) {
    return refuse('config.key_unreadable', fields.key, `an RSA key of ${RSA_BITS_MIN} bits or more`)
  }
  if (!certificate.checkPrivateKey(key)) return refuse('config.key_mismatch', fields.key)
  const named = commonNameOf(certificate)
  if (named !== merchantId) {
    const detail = `the certificate names ${named === '' ? 'nobody' : named}`
    return refuse('config.certificate_of_other_merchant', fields.certificate, detail)
  }
  const { validFromDate, validToDate } = certificate
  if (nowMs >= validToDate.getTime()) {
    return refuse('config.certificate_expired', fields.certificate, certificate.validTo)
  }
  if (nowMs < validFromDate.getTime()) {
    return refuse('config.certificate_not_yet_valid', fields.certificate, certificate.validFrom)
  }
  return ok({ certificate, key })
}

function attempt<Value>(make: () => Value): Value | undefined {
  try {
    return make()
  } catch {
    return undefined
  }
}
