import type { Result } from '../base/result.ts'
import type { Problem } from '../domain/errors.ts'

/** A bill on this disk, whole and with the hash the gateway gave; or the gateway's word that there is none. */
export type FetchedBill =
  | { readonly kind: 'file'; readonly path: string; readonly sizeBytes: number }
  | { readonly kind: 'no_trade' }

/** Where a day's trade bill comes from. */
export interface BillSource {
  /**
   * Fetches the bill of one day in Beijing time into `path`, which afterwards is there only when the
   * hash over the whole file was right. Never rejects; bounded in size and time; an error is a
   * problem under `bill.`.
   *
   * @param date `YYYY-MM-DD`
   */
  downloadBill(date: string, path: string): Promise<Result<FetchedBill, Problem>>
}
