import type { BillFault } from '../bill-file.ts'
import type { LedgerRow, LedgerTotals } from '../ledger-row.ts'
import type { ScriptEntry } from '../script.ts'
import type { SeenRequest } from './ledger.ts'
import type { Notice } from './notice-table.ts'

export const LISTINGS = ['both', 'signing'] as const
export type Listing = (typeof LISTINGS)[number]

/** What a scan through the control surface types. Without text, a new code for the scenario. */
export type ScanWish = {
  readonly scenario?: string | undefined
  readonly text?: string | undefined
  readonly suffix?: string | undefined
}

/** What can be looked at and turned while a sandbox runs. */
export interface SandboxControls {
  /** Every order as it is now, with its refunds. */
  ledger(): LedgerRow[]
  /** What all orders come to now. */
  totals(): LedgerTotals
  /** Every refund notice that was sent or waits to be, oldest first. */
  notices(): Notice[]
  /** The latest requests, newest first. */
  requests(limit?: number): SeenRequest[]
  /** How many v2 requests were refused for their client certificate, by reason. */
  refusedClientCertificates(): Readonly<Record<string, number>>
  /** Replaces the script; throws for one that is malformed. Returns how many entries it has. */
  script(entries: readonly ScriptEntry[]): number
  /** Types into the attached scanner; throws when there is none. */
  scan(wish: ScanWish): { readonly scanned: true }
  /** Pulls the attached scanner's cable, or plugs it in again; throws when there is none. */
  setCable(plugged: boolean): void
  /** Signs with the other platform certificate from now on; returns its serial. */
  rotate(): string
  /**
   * Which certificates the download lists: both, or the signing one only. With the second, a client
   * meets a serial it has never seen at the next rotation, and has to download again.
   */
  setListing(listing: Listing): void
  /** Moves the gateway's clock away from its true time by so many milliseconds. */
  setClockSkew(skewMs: number): void
  /** What is wrong with every bill made from now on; `none` ends it. */
  setBillFault(fault: BillFault): void
  /** Share of signed answers, 0 to 1, whose signature is a probe. */
  setProbeShare(share: number): void
}
