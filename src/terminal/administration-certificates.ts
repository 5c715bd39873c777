import { X509Certificate } from 'node:crypto'
import { type CertificateLevel, certificateLife } from '../domain/certificate-life.ts'
import type { CertificateFacts } from '../keys/certificate-choice.ts'
import { commonNameOf, type MerchantCertificates } from '../keys/node/merchant-certificates.ts'
import type { CertificateViewFacts } from '../ports/administration.ts'
import type { Clock } from '../ports/clock.ts'

/** Opening sealed keys takes milliseconds, so a list is good for this long. */
const FRESH_MS = 10_000

const LEVELS: Readonly<Record<CertificateLevel, CertificateViewFacts['level']>> = {
  good: 'ok',
  last_month: 'soon',
  last_week: 'urgent',
  last_day: 'urgent',
  ended: 'expired',
}

type Known = Omit<CertificateFacts, 'importedAtMs'>

/** The merchant API certificates as people read them: those that were imported, and the configured one. */
export class CertificateBook {
  readonly #certificates: MerchantCertificates
  readonly #clock: Clock
  readonly #signing: Known
  readonly #isConfigured: boolean
  #imported: readonly Known[] = []
  #readAtMs = Number.NEGATIVE_INFINITY

  constructor(parts: {
    readonly certificates: MerchantCertificates
    readonly clock: Clock
    /** What charges have been signed by since the start, PEM. */
    readonly signingPem: string
    /** It comes from a file of the configuration. */
    readonly isConfigured: boolean
  }) {
    this.#certificates = parts.certificates
    this.#clock = parts.clock
    this.#isConfigured = parts.isConfigured
    const certificate = new X509Certificate(parts.signingPem)
    this.#signing = {
      serial: certificate.serialNumber.toUpperCase(),
      merchantId: commonNameOf(certificate),
      validFromMs: certificate.validFromDate.getTime(),
      validUntilMs: certificate.validToDate.getTime(),
    }
  }

  list(): readonly CertificateViewFacts[] {
    const signs = this.#signing.serial
    const imported = this.#read().map((one) =>
      this.#view(one, { source: 'imported', signs: !this.#isConfigured && one.serial === signs }),
    )
    if (!this.#isConfigured) return imported
    return [this.#view(this.#signing, { source: 'configured', signs: true }), ...imported]
  }

  #view(
    { serial, merchantId, validFromMs, validUntilMs }: Known,
    more: Pick<CertificateViewFacts, 'source' | 'signs'>,
  ): CertificateViewFacts {
    const { level, daysLeft } = certificateLife(validUntilMs, this.#clock.nowMs())
    return {
      serial,
      merchantId,
      validFromMs,
      validUntilMs,
      daysLeft,
      level: LEVELS[level],
      ...more,
    }
  }

  #read(): readonly Known[] {
    const nowMs = this.#clock.monotonicMs()
    if (nowMs - this.#readAtMs < FRESH_MS) return this.#imported
    const list = this.#certificates.list()
    if (list.ok) this.#imported = list.value.certificates
    this.#readAtMs = nowMs
    return this.#imported
  }
}
