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
  /**
   * What of each changed sale the chain covers. The hash of a row is over the text of
   * `{"event":…,"after":…}` in this order.
   */
  readonly after: readonly (readonly unknown[])[]
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

/** What a check of the whole journal found right. */
export type Verified = {
  /** Rows that were recomputed. */
  readonly rows: number
  /** The first of them: more than 1 once old rows were dropped. */
  readonly fromSeq: number
  /** Signed checkpoints that fit, and the key that signed them; no key is known without a signer. */
  readonly checkpoints: number
  readonly keyId?: string
}

/** The first thing in a journal that is not as it was written. */
export type Flaw = { readonly seq: number; readonly detail: string }

/** How far a long piece of work is. */
export type Progress = { readonly done: number; readonly total: number }

/**
 * The append-only record. Synchronous on purpose: when `append` has returned ok, the step is on the
 * disk and survives a power cut. Nothing is ever changed; what is old may be dropped, all up to a
 * signed row, and the journal then says so.
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
  /** The newest row of a kind that is about no sale. */
  lastRow(kind: string): JournalRow | undefined
  /** Sums of the money that became certain in the steps after `afterSeq`, up to `toSeq`. */
  money(afterSeq: number, toSeq: number): readonly MoneyTotal[]
  /**
   * Recomputes the hash chain and checks every signed row; the error names the first row that does
   * not fit. Reads a page at a time and holds up the caller until it is through.
   */
  verify(onProgress?: (progress: Progress) => void): Result<Verified, Flaw>
  status(): JournalStatus
  close(): void
}

/** What a backup holds. */
export type Backup = { readonly rows: number; readonly bytes: number }

/** A journal in a file, with the work that keeps the file in order. */
export interface JournalFile extends Journal {
  /** Whether {@link JournalFile.upkeep} has something to do. Costs next to nothing. */
  upkeepDue(atMs: number): boolean
  /**
   * Signs the newest row when that is due and moves the write-ahead log into the file: some
   * milliseconds, so never between a scan and its charge. What fails is tried at the next call.
   */
  upkeep(atMs: number): void
  /**
   * Copies the journal while steps go on being appended, checks the copy, and gives it its name only
   * when it is whole and on the disk. The caller is held up for a few milliseconds at a time.
   *
   * @returns what the copy holds, or `journal.unavailable` or `journal.damaged` with the reason
   */
  backup(path: string, onProgress?: (progress: Progress) => void): Promise<Result<Backup, Problem>>
}
