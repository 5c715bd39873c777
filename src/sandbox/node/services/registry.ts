import { randomUUID } from 'node:crypto'
import { beijingTime } from '../../beijing-time.ts'
import type { SandboxClock } from '../../clock.ts'
import type { FaceTerms } from '../../services/face-terms.ts'
import { FACE_TERMS, faceTermsSchema } from '../../services/face-terms.ts'
import type { InterfaceType } from '../../services/interface-types.ts'
import type { Measure } from '../../services/measures.ts'
import type { MerchantRow, SignedDocument, StoreRow, TerminalRow } from '../../services/records.ts'
import type { Issuers } from './issuers.ts'
import { sha256 } from './issuers.ts'
import type { ServicesTable } from './services-table.ts'

/** Under what text the sandbox grants; made up. */
export const POLICY = { policy_id: 'sandbox-policy', policy_version: '1' } as const

const GRANT_LIFE_MS = 24 * 3_600_000
const RENEW_AFTER_MS = 6 * 3_600_000
const OFFLINE_GRACE_S = 7200
const NO_DIGEST = '0'.repeat(64)
/** A warning alone leaves the offline grace as it is. */
const HARMLESS = 'M1'

/** What was asked for and cannot be; `code` says why, `faults` every reason where there are many. */
export class ServiceFault extends Error {
  readonly code: string
  readonly faults: readonly string[]

  constructor(code: string, faults: readonly string[] = []) {
    super([code, ...faults].join(' '))
    this.code = code
    this.faults = faults
  }
}

export type RegistrySettings = {
  readonly table: ServicesTable
  readonly issuers: Issuers
  readonly clock: SandboxClock
  /** Where terminals reach this service, and the digest of the authority of its TLS certificate. */
  readonly network: () => {
    readonly origin: string
    readonly backupOrigin: string
    readonly caSha256: string
  }
  /** SHA-256 of the public key faces are encrypted to. */
  readonly faceKeySha256: string
  /** Called when a terminal has something to fetch. */
  readonly wake: (serial: string) => void
}

/** What merchants, stores and terminals are, and the documents about them. */
export class Registry {
  readonly #settings: RegistrySettings
  readonly table: ServicesTable

  constructor(settings: RegistrySettings) {
    this.#settings = settings
    this.table = settings.table
  }

  nowMs(): number {
    return this.#settings.clock.nowMs()
  }

  now(): string {
    return beijingTime(this.nowMs())
  }

  /** Writes down who did what. */
  note(role: string, act: string, subject: string): void {
    this.table.acts.put(randomUUID(), { at: this.now(), role, act, subject })
  }

  merchant(id: string): MerchantRow {
    const found = this.table.merchants.get(id)
    if (found === undefined) throw new ServiceFault('merchant.unknown')
    return found
  }

  store(merchantId: string, id: string): StoreRow {
    const found = this.table.stores.get(`${merchantId}/${id}`)
    if (found === undefined) throw new ServiceFault('store.unknown')
    return found
  }

  saveStore(store: StoreRow): void {
    this.table.stores.put(`${store.merchantId}/${store.id}`, store)
  }

  storesOf(merchantId: string): StoreRow[] {
    return this.table.stores.all().filter((store) => store.merchantId === merchantId)
  }

  /** Measures about a merchant that were not lifted, those that begin later included. */
  measuresOf(merchantId: string): Measure[] {
    return this.table.measures
      .all()
      .filter((row) => row.merchantId === merchantId && row.liftedAt === undefined)
      .map(({ measure }) => measure)
  }

  /** Whether the agreement with a merchant has ended. */
  isTerminated(merchantId: string): boolean {
    return this.measuresOf(merchantId).some(
      ({ code, effective_at }) => code === 'M10' && Date.parse(effective_at) <= this.nowMs(),
    )
  }

  /** Terminals of a merchant, or of one of its stores, that were not released. */
  terminalsOf(merchantId: string, storeId?: string): TerminalRow[] {
    return this.table.terminals
      .all()
      .filter(
        (one) =>
          one.merchantId === merchantId &&
          one.status !== 'RELEASED' &&
          (storeId === undefined || one.storeId === storeId),
      )
  }

  saveTerminal(terminal: TerminalRow): TerminalRow {
    return this.table.terminals.put(terminal.serial, terminal)
  }

  /** Live API certificates of a merchant, oldest first. */
  certificatesOf(merchantId: string) {
    return this.table.certificates
      .all()
      .filter(
        (one) =>
          one.merchantId === merchantId &&
          one.revokedAt === undefined &&
          one.notAfterMs > this.nowMs(),
      )
  }

  #seqOf(terminal: TerminalRow): (measure: Measure) => Measure {
    const seqs = new Map<string, number>()
    for (let seq = 1; seq <= terminal.bulletinSeq; seq += 1) {
      const row = this.table.bulletins.get(`${terminal.serial}/${seq}`)
      const carried = (row?.document.measures ?? []) as readonly Measure[]
      for (const { measure_id } of carried) seqs.set(measure_id, seq)
    }
    return (measure) => ({ ...measure, seq: seqs.get(measure.measure_id) ?? 0 })
  }

  /**
   * Issues the next version of a terminal's grant. `narrow` makes it the least that payment calls
   * accept from now on.
   */
  issueGrant(terminal: TerminalRow, narrow: boolean): TerminalRow {
    const version = terminal.grantVersion + 1
    const { grantId, serial } = terminal
    const before = this.table.grants.get(`${serial}/${terminal.grantVersion}`)
    const fields = {
      grant_id: grantId,
      version,
      prev_sha256: before?.sha256 ?? NO_DIGEST,
      ...this.#grantFields(terminal),
    }
    const signed = this.#settings.issuers.sign('grant', fields, 'scene-issuer')
    this.table.grants.put(`${serial}/${version}`, { ...signed, grantId, version, serial })
    this.table.grantIds.put(grantId, { serial })
    const minimumVersion = narrow ? version : terminal.minimumVersion
    const next = this.saveTerminal({ ...terminal, grantVersion: version, minimumVersion })
    this.#settings.wake(serial)
    return next
  }

  #grantFields(terminal: TerminalRow): Record<string, unknown> {
    const merchant = this.merchant(terminal.merchantId)
    const store = this.store(terminal.merchantId, terminal.storeId)
    const measures = this.measuresOf(merchant.id).map(this.#seqOf(terminal))
    const nowMs = this.nowMs()
    const shut = merchant.closed.filter((one) => Date.parse(one.closed_at) <= nowMs)
    const ref = terminal.installed?.approval_ref
    const interfaces = store.interfaces
      .filter(({ type }) => !shut.some((one) => one.interface === type))
      .map((one) =>
        ref === undefined ? one : { ...one, approval_ref: `${one.approval_ref}/${ref}` },
      )
    const has = (type: InterfaceType): boolean => interfaces.some((one) => one.type === type)
    const cautious =
      merchant.risk_level === 'high' || measures.some(({ code }) => code !== HARMLESS)
    return {
      ...POLICY,
      merchant: this.#merchantFields(merchant),
      store: this.#storeFields(store, terminal),
      terminal: {
        serial: terminal.serial,
        device_type: terminal.deviceType,
        pubkey_sha256: sha256(Buffer.from(terminal.publicKey, 'base64')),
        app_min_version: '0',
        ...(terminal.installed?.position ? { position: terminal.installed.position } : {}),
      },
      interfaces,
      industry_category: merchant.industry_category,
      risk_level: merchant.risk_level,
      limits: merchant.limits.filter((row) => has(row.interface)),
      ...(merchant.kind === 'MICRO' ? { micro_credit: this.microCredit(merchant) } : {}),
      ...(has('FACEPAY') ? { face: this.faceTerms() } : {}),
      channels_allowed: merchant.channels_allowed,
      refund: this.refundOf(merchant.id),
      measures,
      closed: merchant.closed,
      region: 'CN',
      currency: 'CNY',
      issued_at: beijingTime(nowMs),
      not_before: beijingTime(nowMs),
      not_after: beijingTime(nowMs + GRANT_LIFE_MS),
      offline_grace_s: cautious ? 0 : OFFLINE_GRACE_S,
    }
  }

  #merchantFields(merchant: MerchantRow) {
    const { id, kind, acquirer_code, uscc_sha256, settle_acct_sha256 } = merchant
    const api_cert_sha256 = this.certificatesOf(id).map((one) => one.sha256)
    return { id, kind, acquirer_code, uscc_sha256, settle_acct_sha256, api_cert_sha256 }
  }

  #storeFields({ id, name, address, region_code, geo }: StoreRow, { installed }: TerminalRow) {
    const { origin, backupOrigin, caSha256 } = this.#settings.network()
    const { ip_cidrs, bssid_hash } = installed ?? {}
    const net = {
      gateway_origin: origin,
      gateway_backup_origin: backupOrigin,
      ca_sha256: caSha256,
      ...(ip_cidrs === undefined ? {} : { ip_cidrs }),
      ...(bssid_hash === undefined ? {} : { bssid_hash }),
    }
    return { id, name, address, region_code, geo, net }
  }

  /** What grants say of face pay from now on; made up, and changed by `setFaceTerms`. */
  faceTerms(): FaceTerms & { readonly enc_pubkey_sha256: string } {
    const terms = this.table.faceTerms.get('face') ?? FACE_TERMS
    return { ...terms, enc_pubkey_sha256: this.#settings.faceKeySha256 }
  }

  /** Changes some terms of face pay, in a new grant for every terminal. Throws for what is none. */
  setFaceTerms(asked: unknown): FaceTerms {
    const { enc_pubkey_sha256: _own, ...before } = this.faceTerms()
    const changed = faceTermsSchema.parse({ ...before, ...Object(asked) })
    this.table.faceTerms.put('face', changed)
    for (const one of this.table.terminals.all()) {
      if (one.status !== 'RELEASED' && one.grantVersion > 0) this.issueGrant(one, true)
    }
    return changed
  }

  /** What credit a micro merchant may take; nothing until somebody has said how much. */
  microCredit(merchant: MerchantRow): { day: number; month: number } | undefined {
    if (merchant.kind !== 'MICRO') return undefined
    return merchant.micro_credit ?? { day: 0, month: 0 }
  }

  /** Whether refunds may be asked for at the terminal. */
  refundOf(merchantId: string): 'allowed' | 'gateway_only' | 'blocked' {
    if (this.isTerminated(merchantId)) return 'blocked'
    const blocked = this.measuresOf(merchantId).some(
      (one) =>
        one.code === 'M8' &&
        one.params.refund === 'blocked' &&
        one.scope.interfaces.length === 0 &&
        Date.parse(one.effective_at) <= this.nowMs(),
    )
    return blocked ? 'blocked' : 'allowed'
  }

  /** The current grant, renewed when it grows old or the service has moved. */
  currentGrant(terminal: TerminalRow): TerminalRow {
    const row = this.table.grants.get(`${terminal.serial}/${terminal.grantVersion}`)
    if (row === undefined) return terminal
    const { issued_at, store } = row.document as {
      issued_at: string
      store: { net: { gateway_origin: string; gateway_backup_origin?: string } }
    }
    const { origin, backupOrigin } = this.#settings.network()
    const { gateway_origin, gateway_backup_origin } = store.net
    const moved = gateway_origin !== origin || gateway_backup_origin !== backupOrigin
    const old = this.nowMs() - Date.parse(issued_at) >= RENEW_AFTER_MS
    return moved || old ? this.issueGrant(terminal, false) : terminal
  }

  /** The newest grant of a terminal as it goes over the wire; null when it has none. */
  currentDocument(terminal: TerminalRow): SignedDocument | null {
    const row = this.table.grants.get(`${terminal.serial}/${terminal.grantVersion}`)
    return row === undefined ? null : { document: row.document, sig: row.sig }
  }

  /** Issues the next bulletin of a terminal. */
  issueBulletin(
    terminal: TerminalRow,
    news: { readonly measures: readonly Measure[]; readonly lifts: readonly string[] },
  ): TerminalRow {
    const { serial } = terminal
    const seq = terminal.bulletinSeq + 1
    const before = this.table.bulletins.get(`${serial}/${seq - 1}`)
    const fields = {
      seq,
      prev_sha256: before?.sha256 ?? NO_DIGEST,
      merchant_id: terminal.merchantId,
      terminal_serial: serial,
      ...POLICY,
      issued_at: this.now(),
      measures: news.measures.map((measure) => ({ ...measure, seq })),
      lifts: news.lifts,
    }
    const signed = this.#settings.issuers.sign('bulletin', fields, 'risk-issuer')
    this.table.bulletins.put(`${serial}/${seq}`, { ...signed, serial, seq })
    this.#settings.wake(serial)
    return this.saveTerminal({ ...terminal, bulletinSeq: seq })
  }

  /**
   * Ends a grant for good and begins another one for the same terminal. Where it was set up has to be
   * measured again.
   */
  replaceGrant(terminal: TerminalRow): TerminalRow {
    const fields = {
      revoked_grant_id: terminal.grantId,
      terminal_serial: terminal.serial,
      issued_at: this.now(),
    }
    const { document, sig } = this.#settings.issuers.sign('revocation', fields, 'scene-issuer')
    const revocations = [...terminal.revocations, { document, sig }].slice(-20)
    const next = { ...terminal, grantId: newGrantId(), revocations, installed: undefined }
    return this.issueGrant(next, true)
  }
}

/** A name no other grant has. */
export function newGrantId(): string {
  return `G-${randomUUID()}`
}
