import type { Counters } from './counters.ts'
import type { NetworkEvidence, Place } from './place.ts'
import type { TrustedTime } from './trusted-time.ts'
import type { InterfaceType, Role } from './words.ts'

type Asked = { readonly interface: InterfaceType; readonly role: Role }
type NewMoney = Asked & {
  readonly currency: string
  /** Whether staff stand at the terminal. */
  readonly attended: boolean
}

/** What somebody wants to do. `interface` of an existing order is the one it was made with. */
export type Request =
  /** Charge by an interface; asked when a sale is made, when a code or consent comes, and at signing. */
  | (NewMoney & { readonly action: 'charge'; readonly amountFen: number })
  /** Draw a way to pay on a screen. */
  | (NewMoney & { readonly action: 'offer' })
  | (Asked & { readonly action: 'refund' })
  | (Asked & { readonly action: 'reverse'; readonly inFlight: boolean })
  | (Asked & { readonly action: 'query'; readonly inFlight: boolean })

/** What the sealed state has: nothing below it is ever taken again. */
export type SealedState = {
  readonly maxVersion: number
  /** Digest of the grant of that version. */
  readonly maxVersionSha256: string
  readonly maxBulletinSeq: number
  readonly maxLimitsVersion: number
  /** Grants that can never load again. */
  readonly tombstones: readonly string[]
  /** Approvals of interfaces that were closed; only another one opens them again. */
  readonly closedApprovals: readonly {
    readonly interface: InterfaceType
    readonly approvalRef: string
  }[]
}

/** What is so at the terminal; gathered by the caller, judged here. */
export type Facts = {
  /** Absent when it is lost or does not verify. */
  readonly sealed?: SealedState
  readonly terminal: {
    readonly serial: string
    readonly keySha256: string
    readonly deviceType: '09' | '10'
    readonly appVersion: string
  }
  readonly merchant: {
    readonly id: string
    readonly certificateSha256: string
    /** Unix milliseconds, as the certificate says. */
    readonly certificateNotAfterMs: number
  }
  readonly time: TrustedTime
  /** Of the monotonic clock, milliseconds; for how long the place is unknown. */
  readonly monotonicMs: number
  /** As a grant counts it, milliseconds; 0 while the service answers. */
  readonly offlineMs: number
  readonly gateway: { readonly origin: string; readonly caSha256: string }
  readonly network: NetworkEvidence
  readonly place: Place
  /** Absent when they are lost. */
  readonly counters?: Counters
  /** Policies this program knows, `id/version`. */
  readonly policies: readonly string[]
  /** Interfaces whose orders can exclude credit. */
  readonly canExcludeCredit: readonly InterfaceType[]
  /** Whether something else than a payment through this terminal is at hand, such as cash. */
  readonly hasOtherTender: boolean
  /** How long an unknown place is borne when the network is the store's, milliseconds; configured. */
  readonly unknownPlaceMsMax: number
}
