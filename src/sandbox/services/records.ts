import type { InterfaceType } from './interface-types.ts'
import type { Channel, Measure } from './measures.ts'
import type { Geo, LimitRow } from './payment-gate.ts'
import type { SeenPlace } from './travel.ts'

/** An object with its signature beside it, as it stands on the wire. */
export type SignedDocument = {
  readonly document: Readonly<Record<string, unknown>>
  readonly sig: string
}

export const MERCHANT_KINDS = ['ENTERPRISE', 'INDIVIDUAL', 'MICRO', 'OTHER'] as const
export const CLOSERS = ['SUPERADMIN', 'RISK', 'TERMINATION'] as const

export type Closed = {
  readonly interface: InterfaceType
  readonly closed_at: string
  readonly by: (typeof CLOSERS)[number]
}

export type MerchantRow = {
  readonly id: string
  readonly name: string
  readonly kind: (typeof MERCHANT_KINDS)[number]
  readonly acquirer_code: string
  readonly uscc_sha256: string
  readonly settle_acct_sha256: string
  readonly industry_category: string
  readonly risk_level: 'low' | 'medium' | 'high'
  readonly administrator: string
  readonly password: { readonly salt: string; readonly hash: string }
  readonly wrongPasswords: number
  readonly limits: readonly LimitRow[]
  readonly micro_credit: { readonly day: number; readonly month: number } | undefined
  readonly channels_allowed: readonly Channel[]
  readonly closed: readonly Closed[]
}

export type Granted = {
  readonly type: InterfaceType
  readonly attended: boolean
  readonly evidence_refs: Readonly<Record<string, string>>
  readonly approval_ref: string
}

export type StorePlace = {
  readonly id: string
  readonly name: string
  readonly address: string
  readonly region_code: string
  readonly geo: Geo
}

export type StoreRow = StorePlace & {
  readonly merchantId: string
  readonly interfaces: readonly Granted[]
}

export type ApplicationRow = {
  readonly id: string
  readonly merchantId: string
  readonly store: StorePlace
  readonly interfaces: readonly {
    readonly type: InterfaceType
    readonly variant?: string | undefined
    readonly attended: boolean
    /** Digests, salted. */
    readonly evidence_refs: Readonly<Record<string, string>>
  }[]
  /** Unsalted digests of photos and screenshots, to find them used twice. */
  readonly pictures: readonly string[]
  readonly status: 'PENDING' | 'APPROVED' | 'REJECTED'
  readonly approval_ref: string | undefined
  readonly appliedAt: string
}

/** What was measured where a terminal was set up, as it stands in a grant. */
export type Installation = {
  /** Who approved that it stands there; joined to the approval of every interface. */
  readonly approval_ref: string
  readonly position?:
    | {
        readonly lat_e6: number
        readonly lon_e6: number
        readonly datum: Geo['datum']
        readonly accuracy_m: number
      }
    | undefined
  readonly ip_cidrs?: readonly string[] | undefined
  readonly bssid_hash?: string | undefined
}

export type TerminalRow = {
  readonly serial: string
  readonly merchantId: string
  readonly storeId: string
  readonly deviceType: '09' | '10'
  readonly kid: string
  /** base64 of SPKI DER. */
  readonly publicKey: string
  readonly appVersion: string
  readonly status: 'LIVE' | 'SUSPENDED' | 'RELEASED'
  readonly suspendedFor: string | undefined
  readonly counters: { readonly highest: number; readonly seen: readonly number[] }
  /** Where it last said in a payment call that it stands. */
  readonly seen: SeenPlace | undefined
  readonly grantId: string
  readonly grantVersion: number
  readonly minimumVersion: number
  readonly bulletinSeq: number
  readonly revocations: readonly SignedDocument[]
  readonly installed?: Installation | undefined
}

export type GrantRow = SignedDocument & {
  readonly grantId: string
  readonly version: number
  readonly serial: string
  readonly sha256: string
}

export type BulletinRow = SignedDocument & {
  readonly serial: string
  readonly seq: number
  readonly sha256: string
}

export type MeasureRow = {
  readonly merchantId: string
  readonly measure: Measure
  readonly liftedAt: string | undefined
}

export type CertificateRow = {
  readonly serial: string
  readonly merchantId: string
  /** PEM. */
  readonly certificate: string
  readonly sha256: string
  readonly notAfterMs: number
  readonly revokedAt: string | undefined
}

export type CodeRow = {
  readonly sha256: string
  readonly serial: string
  readonly merchantId: string
  readonly storeId: string
  readonly deviceType: '09' | '10'
  readonly expiresAtMs: number
  readonly usedByKid: string | undefined
}

export type EventRow = {
  readonly serial: string
  readonly id: string
  readonly kind: string
  readonly at: string
  readonly trigger: number | undefined
  readonly facts: Readonly<Record<string, string | number>>
}

/** One act at the service, and who did it. */
export type ActRow = {
  readonly at: string
  readonly role: string
  readonly act: string
  readonly subject: string
}
