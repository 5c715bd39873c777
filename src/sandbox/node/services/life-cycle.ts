import { randomBytes, randomUUID, scryptSync } from 'node:crypto'
import { z } from 'zod'
import type { InterfaceType } from '../../services/interface-types.ts'
import { ADDRESS_ITEM, evidenceFaults, INTERFACE_TYPES } from '../../services/interface-types.ts'
import { CHANNELS, LIMIT_CHANNELS } from '../../services/measures.ts'
import type { LimitRow } from '../../services/payment-gate.ts'
import type { ApplicationRow, MerchantRow, StoreRow } from '../../services/records.ts'
import { MERCHANT_KINDS } from '../../services/records.ts'
import { sha256 } from './issuers.ts'
import type { Registry } from './registry.ts'
import { ServiceFault } from './registry.ts'

const id = z.string().regex(/^[0-9A-Za-z_-]{1,32}$/)
const text = z.string().trim().min(1).max(200)
const fen = z.number().int().min(0)
const amount = z.union([fen, z.literal('unlimited')])
const type = z.enum(INTERFACE_TYPES)

const admission = z.strictObject({
  merchant_id: id,
  name: text,
  kind: z.enum(MERCHANT_KINDS),
  acquirer_code: id,
  /** Unified social credit code, or the number of the person in charge; only its digest is kept. */
  uscc: text,
  settlement_account: text,
  industry_category: text,
  risk_level: z.enum(['low', 'medium', 'high']),
  administrator: text,
  operation_password: z.string().min(6).max(64),
  channels_allowed: z.array(z.enum(CHANNELS)).default([...CHANNELS]),
})

/** Mainland China, roughly: a store elsewhere is outside what these services are for. */
const geo = z.strictObject({
  lat_e6: z.number().int().min(3_800_000).max(53_600_000),
  lon_e6: z.number().int().min(73_400_000).max(135_100_000),
  datum: z.enum(['WGS-84', 'GCJ-02']),
  radius_m: z.number().int().min(10).max(5000).default(300),
})

const application = z.strictObject({
  merchant_id: id,
  store: z.strictObject({
    id,
    name: text,
    address: text,
    // The first two digits of mainland divisions run from 11 to 65; 71, 81, 82 are not among them.
    region_code: z.string().regex(/^(1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5])\d{4}$/),
    geo,
  }),
  interfaces: z
    .array(
      z.strictObject({
        type,
        variant: z.string().max(32).optional(),
        attended: z.boolean().default(true),
        evidence: z.record(z.string().max(40), z.string().max(2_000_000)),
      }),
    )
    .min(1)
    .max(7),
})

const limitWish = z.strictObject({
  merchant_id: id,
  limits: z
    .array(
      z.strictObject({
        interface: type,
        channel: z.enum(LIMIT_CHANNELS),
        single: amount,
        day: amount,
        month: amount,
      }),
    )
    .max(28),
  micro_credit: z.strictObject({ day: fen, month: fen }).optional(),
})

const decision = z.strictObject({ application_id: z.string(), approval_ref: text })

const salted = (value: string): string =>
  sha256(Buffer.concat([randomBytes(16), Buffer.from(value)]))

/** The hash of an operation password. */
export function hashPassword(password: string, salt: string): string {
  return scryptSync(password, Buffer.from(salt, 'hex'), 32).toString('hex')
}

/** Merchants from admission to approval. Every method expects a ledger transaction. */
export class LifeCycle {
  readonly #registry: Registry

  constructor(registry: Registry) {
    this.#registry = registry
  }

  /** Takes a merchant on. Nothing is granted by that. */
  admit(asked: unknown): { merchant_id: string } {
    const wish = admission.parse(asked)
    const { table } = this.#registry
    if (table.merchants.get(wish.merchant_id)) throw new ServiceFault('merchant.known')
    const salt = randomBytes(16).toString('hex')
    const { merchant_id, uscc, settlement_account, operation_password, ...plain } = wish
    const merchant: MerchantRow = {
      ...plain,
      id: merchant_id,
      uscc_sha256: salted(uscc),
      settle_acct_sha256: salted(settlement_account),
      password: { salt, hash: hashPassword(operation_password, salt) },
      wrongPasswords: 0,
      limits: [],
      micro_credit: undefined,
      closed: [],
    }
    table.merchants.put(merchant_id, merchant)
    return { merchant_id }
  }

  /** Applies for interfaces at a new store, or for a change of one; evidence has to be whole. */
  apply(asked: unknown): { application_id: string; status: string } {
    const wish = application.parse(asked)
    this.#mustBeServed(wish.merchant_id)
    const faults = wish.interfaces.flatMap((one) =>
      evidenceFaults({ ...one, storeAddress: wish.store.address }),
    )
    const types = wish.interfaces.map((one) => one.type)
    const scenes = wish.interfaces.map((one) => `${one.type} ${one.attended}`)
    if (new Set(scenes).size !== scenes.length) faults.push('interface.twice')
    faults.push(...this.#missingForMove(wish.merchant_id, wish.store, types))
    const pictures = wish.interfaces.flatMap(({ evidence }) =>
      Object.entries(evidence)
        .filter(([name]) => name === 'photo')
        .map(([, value]) => sha256(value)),
    )
    faults.push(...this.#usedElsewhere(wish.merchant_id, wish.store, pictures))
    if (faults.length > 0) throw new ServiceFault('evidence.refused', faults)
    const row: ApplicationRow = {
      id: randomUUID(),
      merchantId: wish.merchant_id,
      store: wish.store,
      interfaces: wish.interfaces.map(({ evidence, ...one }) => ({
        ...one,
        evidence_refs: Object.fromEntries(
          Object.entries(evidence).map(([name, value]) => [name, salted(value)]),
        ),
      })),
      pictures,
      status: 'PENDING',
      approval_ref: undefined,
      appliedAt: this.#registry.now(),
    }
    this.#registry.table.applications.put(row.id, row)
    return { application_id: row.id, status: row.status }
  }

  #mustBeServed(merchantId: string): MerchantRow {
    const merchant = this.#registry.merchant(merchantId)
    if (this.#registry.isTerminated(merchantId)) throw new ServiceFault('merchant.terminated')
    return merchant
  }

  /** Evidence is for one address: a store that moves shows it again for all it has. */
  #missingForMove(
    merchantId: string,
    store: { readonly id: string; readonly address: string },
    types: readonly InterfaceType[],
  ): string[] {
    const before = this.#registry.table.stores.get(`${merchantId}/${store.id}`)
    if (before === undefined || before.address === store.address) return []
    return before.interfaces
      .filter((one) => !types.includes(one.type))
      .map((one) => `evidence.missing:${one.type}:${ADDRESS_ITEM}`)
  }

  #usedElsewhere(
    merchantId: string,
    store: { readonly id: string; readonly address: string },
    pictures: readonly string[],
  ): string[] {
    const used = this.#registry.table.applications
      .all()
      .some(
        (one) =>
          (one.merchantId !== merchantId ||
            one.store.id !== store.id ||
            one.store.address !== store.address) &&
          one.pictures.some((picture) => pictures.includes(picture)),
      )
    return used ? ['evidence.used_elsewhere:photo'] : []
  }

  #pending(applicationId: string): ApplicationRow {
    const row = this.#registry.table.applications.get(applicationId)
    if (row === undefined) throw new ServiceFault('application.unknown')
    if (row.status !== 'PENDING') throw new ServiceFault('application.decided')
    return row
  }

  /** Turns an application down. */
  reject(asked: unknown): { status: string } {
    const { application_id } = z.strictObject({ application_id: z.string() }).parse(asked)
    const row = this.#pending(application_id)
    this.#registry.table.applications.put(row.id, { ...row, status: 'REJECTED' })
    return { status: 'REJECTED' }
  }

  /** Approves an application under a reference never used before; only now it has any effect. */
  approve(asked: unknown): { status: string; store_id: string } {
    const { application_id, approval_ref } = decision.parse(asked)
    const row = this.#pending(application_id)
    this.#mustBeServed(row.merchantId)
    const { table } = this.#registry
    if (table.applications.all().some((one) => one.approval_ref === approval_ref)) {
      throw new ServiceFault('approval.ref_used')
    }
    const types = row.interfaces.map((one) => one.type)
    const missing = this.#missingForMove(row.merchantId, row.store, types)
    if (missing.length > 0) throw new ServiceFault('evidence.refused', missing)
    this.#reopen(row.merchantId, types)
    const before = table.stores.get(`${row.merchantId}/${row.store.id}`)
    const kept = before?.interfaces.filter((one) => !types.includes(one.type)) ?? []
    const granted = row.interfaces.map((one) => ({
      type: one.type,
      attended: one.attended,
      evidence_refs: one.evidence_refs,
      approval_ref,
    }))
    const store: StoreRow = {
      ...row.store,
      merchantId: row.merchantId,
      interfaces: [...kept, ...granted],
    }
    this.#registry.saveStore(store)
    table.applications.put(row.id, { ...row, status: 'APPROVED', approval_ref })
    const moved = before !== undefined && before.address !== store.address
    for (const terminal of this.#registry.terminalsOf(row.merchantId, store.id)) {
      if (moved) this.#registry.replaceGrant(terminal)
      else this.#registry.issueGrant(terminal, true)
    }
    return { status: 'APPROVED', store_id: store.id }
  }

  /** What was closed opens again by a new approval, and by nothing less. */
  #reopen(merchantId: string, types: readonly InterfaceType[]): void {
    const merchant = this.#registry.merchant(merchantId)
    const { table } = this.#registry
    const touched = this.#registry
      .measuresOf(merchantId)
      .filter((one) => one.code === 'M9' && one.scope.interfaces.some((it) => types.includes(it)))
    if (touched.some((one) => !one.scope.interfaces.every((it) => types.includes(it)))) {
      throw new ServiceFault('approval.closed_by_risk')
    }
    for (const measure of touched) {
      const liftedAt = this.#registry.now()
      table.measures.put(measure.measure_id, { merchantId, measure, liftedAt })
    }
    const closed = merchant.closed.filter((one) => !types.includes(one.interface))
    table.merchants.put(merchantId, { ...merchant, closed })
    const lifts = touched.map((one) => one.measure_id)
    if (lifts.length === 0) return
    for (const terminal of this.#registry.terminalsOf(merchantId)) {
      this.#registry.issueBulletin(terminal, { measures: [], lifts })
    }
  }

  /** Delivers limits, whole: what is not in the list is not usable. */
  setLimits(asked: unknown): { limits_version: number } {
    const wish = limitWish.parse(asked)
    const merchant = this.#mustBeServed(wish.merchant_id)
    if ((merchant.kind === 'MICRO') !== (wish.micro_credit !== undefined)) {
      throw new ServiceFault('limits.micro_credit')
    }
    const key = `limits/${merchant.id}`
    const limits_version = (this.#registry.table.counts.get(key)?.count ?? 0) + 1
    this.#registry.table.counts.put(key, { count: limits_version, untilMs: 0 })
    const limits: LimitRow[] = wish.limits.map((row) => ({ ...row, limits_version }))
    const { micro_credit } = wish
    this.#registry.table.merchants.put(merchant.id, { ...merchant, limits, micro_credit })
    for (const terminal of this.#registry.terminalsOf(merchant.id)) {
      this.#registry.issueGrant(terminal, true)
    }
    return { limits_version }
  }
}
