import { X509Certificate } from 'node:crypto'
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { Clock } from '../../ports/clock.ts'
import type { Log } from '../../ports/log.ts'
import { parseCertificates, type WireCertificate } from '../codec.ts'
import { type PlatformKeys, type SignatureCheck, verify } from '../verify.ts'
import type { Exchange } from './http.ts'
import type { NodeSuite } from './node-suite.ts'
import { RSA } from './signatures.ts'

export type CertificateStoreOptions = {
  /** 32 bytes. */
  readonly apiV3Key: Buffer
  /** Where the last download is kept, sealed as it came. */
  readonly cacheFile: string
  /** What the certificates are of; absent: RSA. */
  readonly suite?: NodeSuite
  /** When given, a certificate must be issued by it. */
  readonly rootPem?: string
  readonly clock: Clock
  readonly log: Log
  /** One signed `GET /v3/certificates`. Never rejects. */
  readonly download: () => Promise<Exchange>
}

type PlatformCertificate = {
  readonly serial: string
  readonly fromMs: number
  readonly untilMs: number
  readonly check: SignatureCheck
  /** As the wire had it: the cache keeps this, so that the APIv3 key vouches for the cache too. */
  readonly wire: WireCertificate
}

/** Pause between two downloads; the documents ask for less than 12 hours. */
const REFRESH_EVERY_MS = 3_600_000
/** Pauses after failed downloads; the last one repeats. */
const RETRY_MS = [5_000, 30_000, 120_000, 600_000]
/** How long a serial that a download did not bring is not asked for again. */
const MISSED_FOR_MS = 60_000
const MISSED_MAX = 64
/** A certificate is listed a day before it signs, so an early start is only a clock's error. */
const EARLY_MS = 300_000
const CACHE_BYTES_MAX = 1_048_576

/**
 * The platform certificates (APIv3 "平台证书"): downloaded, opened with the APIv3 key, held by serial
 * for as long as each is valid, so that both verify while one replaces the other.
 */
export class CertificateStore implements PlatformKeys {
  readonly suite: NodeSuite
  readonly #options: CertificateStoreOptions
  readonly #root: X509Certificate | undefined
  #held = new Map<string, PlatformCertificate>()
  #missed = new Map<string, number>()
  #running: Promise<void> | undefined
  #cancelTimer: (() => void) | undefined
  #failures = 0
  #closed = false

  constructor(options: CertificateStoreOptions) {
    this.#options = options
    this.suite = options.suite ?? RSA
    this.#root = options.rootPem === undefined ? undefined : new X509Certificate(options.rootPem)
  }

  /** Reads the cache. A cache that is missing or damaged is no certificate, not an error. */
  async load(): Promise<void> {
    try {
      const bytes = await readFile(this.#options.cacheFile)
      if (bytes.length > CACHE_BYTES_MAX) return
      this.#keep(this.#open(parseCertificates(bytes) ?? []))
      this.#options.log.info('platform certificates from cache', { count: this.#held.size })
    } catch {
      this.#options.log.info('no cached platform certificates')
    }
  }

  /** Downloads now, and from then on by itself. */
  start(): void {
    void this.refresh()
  }

  find(serial: string): SignatureCheck | undefined {
    const certificate = this.#held.get(serial)
    return certificate && this.#isValid(certificate) ? certificate.check : undefined
  }

  /**
   * For an answer signed by a serial nobody knows: downloads once. Returns at once when that was
   * tried for this serial a short while ago.
   */
  async refreshFor(serial: string): Promise<void> {
    const { clock } = this.#options
    const missedAtMs = this.#missed.get(serial)
    if (missedAtMs !== undefined && clock.monotonicMs() - missedAtMs < MISSED_FOR_MS) return
    // One that runs already may have been answered before the serial came to be.
    if (this.#running) await this.#running
    if (!this.find(serial)) await this.refresh()
    if (this.find(serial)) return
    if (this.#missed.size >= MISSED_MAX) this.#missed.clear()
    this.#missed.set(serial, clock.monotonicMs())
  }

  /** One download; callers at the same time share it. Never rejects. */
  refresh(): Promise<void> {
    if (this.#closed) return Promise.resolve()
    this.#running ??= this.#refresh().finally(() => {
      this.#running = undefined
    })
    return this.#running
  }

  /** Ends the background work; resolves when what was begun is over. */
  async close(): Promise<void> {
    this.#closed = true
    this.#cancelTimer?.()
    await this.#running
  }

  async #refresh(): Promise<void> {
    this.#cancelTimer?.()
    let fault = await this.#download()
    if (fault === 'probe') fault = await this.#download()
    if (this.#closed) return
    if (fault) this.#options.log.warn('platform certificates not refreshed', { fault })
    this.#failures = fault ? this.#failures + 1 : 0
    const retryMs = RETRY_MS[Math.min(this.#failures, RETRY_MS.length) - 1]
    this.#cancelTimer = this.#options.clock.after(retryMs ?? REFRESH_EVERY_MS, () => {
      void this.refresh()
    })
  }

  /** Undefined when it went well, otherwise what was wrong. */
  async #download(): Promise<string | undefined> {
    const end = await this.#options.download()
    if (end.kind === 'failed') return end.detail
    const { answer } = end
    if (answer.status !== 200) return `status ${answer.status}`
    // The first download is signed by a certificate that only it contains: so it is opened before
    // it is verified, and nothing of it is kept until it is.
    const brought = this.#open(parseCertificates(answer.body) ?? [])
    const inside = new Map(brought.map((one) => [one.serial, one.check]))
    const find = (serial: string) => inside.get(serial) ?? this.find(serial)
    const keys = { suite: this.suite, find }
    const verdict = verify(answer, keys, this.#options.clock.nowMs())
    if (verdict.kind === 'unsigned') return 'unsigned'
    if (verdict.kind === 'failed') return verdict.fault
    this.#keep(brought)
    await this.#save()
    return undefined
  }

  #open(entries: readonly WireCertificate[]): readonly PlatformCertificate[] {
    const opened: PlatformCertificate[] = []
    for (const wire of entries) {
      const certificate = this.#openOne(wire)
      if (certificate) opened.push(certificate)
    }
    return opened
  }

  #openOne(wire: WireCertificate): PlatformCertificate | undefined {
    const {
      algorithm,
      nonce,
      associated_data: associatedData,
      ciphertext,
    } = wire.encrypt_certificate
    if (algorithm !== this.suite.sealAlgorithm) return this.#refuse(wire, 'sealed otherwise')
    const pem = this.suite.open(this.#options.apiV3Key, { nonce, associatedData, ciphertext })
    if (!pem) return this.#refuse(wire, 'does not open with the APIv3 key')
    try {
      const certificate = new X509Certificate(pem)
      const serial = certificate.serialNumber.toUpperCase()
      if (serial !== wire.serial_no.toUpperCase()) return this.#refuse(wire, 'another serial')
      const { publicKey } = certificate
      if (!this.suite.isUsable(publicKey)) return this.#refuse(wire, 'not a usable key')
      if (this.#root && !isIssuedBy(certificate, this.#root)) {
        return this.#refuse(wire, 'not issued by the configured root')
      }
      const opened: PlatformCertificate = {
        serial,
        fromMs: certificate.validFromDate.getTime(),
        untilMs: certificate.validToDate.getTime(),
        check: this.suite.makeCheck(publicKey),
        wire,
      }
      return this.#isValid(opened) ? opened : this.#refuse(wire, 'not valid now')
    } catch {
      return this.#refuse(wire, 'not a certificate')
    }
  }

  #refuse(wire: WireCertificate, reason: string): undefined {
    this.#options.log.warn('platform certificate refused', { serial: wire.serial_no, reason })
    return undefined
  }

  #isValid(certificate: PlatformCertificate): boolean {
    const nowMs = this.#options.clock.nowMs()
    return certificate.fromMs - EARLY_MS <= nowMs && nowMs < certificate.untilMs
  }

  /** Adds to what is held; those that have expired go. */
  #keep(brought: readonly PlatformCertificate[]): void {
    const all = [...this.#held.values(), ...brought].filter((one) => this.#isValid(one))
    this.#held = new Map(all.map((one) => [one.serial, one]))
  }

  async #save(): Promise<void> {
    const { cacheFile, log } = this.#options
    const text = JSON.stringify({ data: [...this.#held.values()].map(({ wire }) => wire) })
    try {
      await mkdir(dirname(cacheFile), { recursive: true })
      await writeFile(`${cacheFile}.new`, text, { mode: 0o600 })
      await rename(`${cacheFile}.new`, cacheFile)
    } catch {
      log.warn('platform certificates could not be cached')
    }
  }
}

function isIssuedBy(certificate: X509Certificate, root: X509Certificate): boolean {
  return certificate.checkIssued(root) && certificate.verify(root.publicKey)
}
