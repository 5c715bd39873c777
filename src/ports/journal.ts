import type { Result } from '../base/result.ts'
import type { ErrorCode, Problem } from '../domain/errors.ts'
import type { PaymentInterface, Sale } from '../domain/sale.ts'

/** The answer of a command, kept so that a repeat gets the same. */
export type CommandRecord = {
  readonly clientId: string
  /** Digest of operation and input. */
  readonly digest: string
  /** JSON of the answer. */
  readonly answer: string
}

/** One step of the loop: what happened, and the sale as it is after it. */
export type JournalEntry = {
  readonly atMs: number
  readonly kind: string
  /** The event, without any credential. */
  readonly event: Readonly<Record<string, unknown>>
  /** Sales as they are after the step; empty when none changed. */
  readonly sales: readonly Sale[]
  readonly command?: CommandRecord
}

/** One stored step. */
export type JournalRow = {
  readonly seq: number
  readonly atMs: number
  readonly kind: string
  readonly saleId: string | null
  readonly outTradeNo: string | null
  readonly event: Readonly<Record<string, unknown>>
  readonly hash: string
}

/** Money that became certain: a payment kept, or a refund given. */
export type MoneyKind = 'payment' | 'refund'

/** Money that became certain within a range of steps, summed. */
export type MoneyTotal = {
  readonly kind: MoneyKind
  readonly interface: PaymentInterface
  /** Who collected the sale or gave the refund; null when nobody was named. */
  readonly operator: string | null
  readonly count: number
  readonly amountFen: number
}

/** What the journal says of itself. */
export type JournalStatus = {
  readonly state: 'ok' | 'failing'
  readonly rows: number
  readonly openSales: number
  readonly synchronous: string
  /** Why it fails. */
  readonly code?: ErrorCode
  readonly detail?: string
}

/**
 * The append-only record. Synchronous on purpose: when `append` has returned ok, the step is on the
 * disk and survives a power cut. Nothing is ever changed or removed.
 */
export interface Journal {
  /** Writes one step durably, all of it or nothing. */
  append(entry: JournalEntry): Result<{ readonly seq: number }, Problem>
  /** Sales that are not closed, oldest first. */
  openSales(): readonly Sale[]
  sale(id: string): Sale | undefined
  /** Newest first; `beforeId` continues a list. */
  recentSales(limit: number, beforeId?: string): readonly Sale[]
  command(clientId: string): CommandRecord | undefined
  /** Rows in order, from `fromSeq`. */
  rows(fromSeq: number, limit: number): readonly JournalRow[]
  /** The newest row of a kind. */
  lastRow(kind: string): JournalRow | undefined
  /** Sums of the money that became certain in the steps after `afterSeq`, up to `toSeq`. */
  money(afterSeq: number, toSeq: number): readonly MoneyTotal[]
  /** Recomputes the hash chain; the error names the first row that does not fit. */
  verify(): Result<{ readonly rows: number }, { readonly seq: number }>
  status(): JournalStatus
  close(): void
}
