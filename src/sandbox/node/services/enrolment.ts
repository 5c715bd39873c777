import { randomBytes } from 'node:crypto'
import { z } from 'zod'
import { beijingTime } from '../../beijing-time.ts'
import { NO_COUNTER, takeCounter } from '../../services/counter-window.ts'
import type { CodeRow, TerminalRow } from '../../services/records.ts'
import type { Envelope, ServiceAnswer, ServiceRefusal } from '../../services/wire.ts'
import { APP_VERSION, refuseService } from '../../services/wire.ts'
import type { Issuers } from './issuers.ts'
import { kidOf, readPublicKey, sha256, verifyText } from './issuers.ts'
import type { Registry } from './registry.ts'
import { newGrantId, POLICY, ServiceFault } from './registry.ts'

const CODE_LIFE_MS = 24 * 3_600_000
/** Wrong codes for one serial, and how long it then has to wait. */
const WRONG_CODES_MAX = 5
const WRONG_CODES_PAUSE_MS = 3_600_000
const CROCKFORD = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'

const codeWish = z.strictObject({
  merchant_id: z.string(),
  store_id: z.string(),
  serial: z.string().regex(/^[0-9A-Za-z_-]{1,50}$/),
  device_type: z.enum(['09', '10']),
})

const enrolWish = z.strictObject({
  code: z.string().max(32),
  serial: z.string().max(50),
  device_type: z.enum(['09', '10']),
  public_key: z.string().max(100),
  app_version: z.string().regex(APP_VERSION),
  merchant_cert_sha256: z.string().regex(/^[0-9a-f]{64}$/),
})
type EnrolWish = z.infer<typeof enrolWish>

/** Five groups of four; 256 is a multiple of 32, so every character is equally likely. */
const newCode = (): string =>
  [...randomBytes(20)]
    .map((byte, index) => `${index > 0 && index % 4 === 0 ? '-' : ''}${CROCKFORD[byte % 32]}`)
    .join('')

/** Makes terminals of machines. Every method expects a ledger transaction. */
export class Enrolment {
  readonly #registry: Registry
  readonly #issuers: Issuers

  constructor(registry: Registry, issuers: Issuers) {
    this.#registry = registry
    this.#issuers = issuers
  }

  /** Makes a one-time code for one serial in one store. What an installer types is `code`. */
  makeCode(asked: unknown): { code: string; serial: string; expires_at: string } {
    const wish = codeWish.parse(asked)
    this.#registry.store(wish.merchant_id, wish.store_id)
    if (this.#registry.isTerminated(wish.merchant_id)) {
      throw new ServiceFault('merchant.terminated')
    }
    if (this.#isLive(wish.serial)) throw new ServiceFault('enrol.serial_bound')
    const secret = newCode()
    const expiresAtMs = this.#registry.nowMs() + CODE_LIFE_MS
    const row: CodeRow = {
      sha256: sha256(secret),
      serial: wish.serial,
      merchantId: wish.merchant_id,
      storeId: wish.store_id,
      deviceType: wish.device_type,
      expiresAtMs,
      usedByKid: undefined,
    }
    this.#registry.table.codes.put(row.sha256, row)
    const code = `${secret}.${this.#issuers.rootFingerprint()}`
    return { code, serial: wish.serial, expires_at: beijingTime(expiresAtMs) }
  }

  #isLive(serial: string): boolean {
    const found = this.#registry.table.terminals.get(serial)
    return found !== undefined && found.status !== 'RELEASED'
  }

  /** Answers `POST /services/v1/enrol`. @param signedText what the terminal signed */
  enrol(asked: unknown, envelope: Envelope, signedText: string): ServiceAnswer {
    const reading = enrolWish.safeParse(asked)
    if (!reading.success) {
      return refuseService('request.refused', { field: reading.error.issues[0]?.path.join('.') })
    }
    const wish = reading.data
    const key = readPublicKey(wish.public_key)
    const held =
      key !== undefined &&
      kidOf(key.der) === envelope.kid &&
      verifyText(signedText, key.key, envelope.signature)
    if (!held || wish.serial !== envelope.serial) return refuseService('signature.wrong')
    const paused = this.#pause(wish.serial)
    if (paused > 0) return refuseService('rate.limited', { retry_after_s: paused })
    const code = this.#registry.table.codes.get(sha256(wish.code))
    if (code?.serial !== wish.serial || code.deviceType !== wish.device_type) {
      this.#countWrong(wish.serial)
      return refuseService('enrol.code_wrong')
    }
    const refusal = this.#refusalOf(code, wish, envelope)
    if (refusal !== undefined) return refuseService(refusal)
    return { status: 200, value: this.#terminalAnswer(this.#bind(code, wish, envelope)) }
  }

  #pause(serial: string): number {
    const row = this.#registry.table.counts.get(`codes/${serial}`)
    if (row === undefined || row.count < WRONG_CODES_MAX) return 0
    return Math.max(0, Math.ceil((row.untilMs - this.#registry.nowMs()) / 1000))
  }

  #countWrong(serial: string): void {
    const { counts } = this.#registry.table
    const key = `codes/${serial}`
    const before = counts.get(key)
    const nowMs = this.#registry.nowMs()
    const count = before && before.untilMs > nowMs ? before.count + 1 : 1
    counts.put(key, { count, untilMs: nowMs + WRONG_CODES_PAUSE_MS })
  }

  #refusalOf(code: CodeRow, wish: EnrolWish, { kid }: Envelope): ServiceRefusal | undefined {
    const again = code.usedByKid === kid && this.#registry.table.terminals.get(wish.serial)
    if (code.usedByKid !== undefined && !again) return 'enrol.code_used'
    if (this.#registry.nowMs() >= code.expiresAtMs) return 'enrol.code_expired'
    if (again) return again.kid === kid && again.status === 'LIVE' ? undefined : 'enrol.code_used'
    if (this.#isLive(wish.serial)) return 'enrol.serial_bound'
    const others = this.#registry.table.terminals.all()
    if (others.some((one) => one.kid === kid && one.status !== 'RELEASED')) {
      return 'enrol.key_bound'
    }
    const own = this.#registry
      .certificatesOf(code.merchantId)
      .some((one) => one.sha256 === wish.merchant_cert_sha256)
    return own ? undefined : 'enrol.certificate_foreign'
  }

  #bind(code: CodeRow, wish: EnrolWish, envelope: Envelope): TerminalRow {
    const { table } = this.#registry
    const before = table.terminals.get(wish.serial)
    if (code.usedByKid !== undefined && before !== undefined) {
      const counters = takeCounter(before.counters, envelope.counter) ?? before.counters
      return this.#registry.saveTerminal({ ...before, counters })
    }
    table.codes.put(code.sha256, { ...code, usedByKid: envelope.kid })
    const terminal: TerminalRow = {
      serial: wish.serial,
      merchantId: code.merchantId,
      storeId: code.storeId,
      deviceType: code.deviceType,
      kid: envelope.kid,
      publicKey: wish.public_key,
      appVersion: wish.app_version,
      status: 'LIVE',
      suspendedFor: undefined,
      seen: undefined,
      counters: takeCounter(NO_COUNTER, envelope.counter) ?? NO_COUNTER,
      grantId: newGrantId(),
      // A serial that served before goes on counting: what it was told then can never come again.
      grantVersion: before?.grantVersion ?? 0,
      minimumVersion: (before?.grantVersion ?? 0) + 1,
      bulletinSeq: before?.bulletinSeq ?? 0,
      revocations: before?.revocations ?? [],
    }
    this.#registry.note('installer', 'terminal.enrolled', wish.serial)
    return this.#registry.issueGrant(terminal, true)
  }

  #terminalAnswer(terminal: TerminalRow) {
    const { serial, kid, deviceType, merchantId, storeId } = terminal
    return {
      merchant: { id: merchantId },
      store: { id: storeId },
      terminal: { serial, kid, device_type: deviceType },
      trust: this.#issuers.trust([POLICY]),
      grant: this.#registry.currentDocument(terminal),
      next_bulletin_seq: terminal.bulletinSeq + 1,
    }
  }
}
