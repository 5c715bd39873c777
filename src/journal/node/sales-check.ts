import type { Sale } from '../../domain/sale.ts'
import type { Flaw } from '../../ports/journal.ts'
import { summarize } from '../row.ts'
import { type Base, type EventRow, isDamage } from './integrity.ts'
import type { Statements } from './statements.ts'
import type { SaleRow } from './stored.ts'

type Summary = readonly (string | number | null)[]

type Parts = {
  readonly statements: Statements
  readonly base: Base
  readonly onDamage: (cause: unknown) => void
}

/**
 * Holds the table of sales against the chain: every sale must be as its last row left it, and must have
 * been begun by a row. Remembers only the sales that are in the middle of their rows, so that its memory
 * does not grow with the journal.
 */
export class SalesCheck {
  readonly #parts: Parts
  /** Row after which each sale differed from what is stored, for those that do so far. */
  readonly #differing = new Map<string, number>()
  #begun = 0
  #flaw: Flaw | undefined

  constructor(parts: Parts) {
    this.#parts = parts
  }

  /** Takes the next row, which fits the chain. */
  see(row: EventRow): void {
    if (this.#flaw) return
    try {
      const { after } = JSON.parse(row.body) as { readonly after: readonly Summary[] }
      for (const summary of after) this.#compare(row.seq, summary)
    } catch (cause) {
      this.#cannotRead(row.seq, cause)
    }
  }

  /** What is wrong with the sales, once all rows were seen up to `seq`. */
  flawAt(seq: number): Flaw | undefined {
    if (this.#flaw) return this.#flaw
    for (const [id, lastSeq] of this.#differing) {
      return { seq: lastSeq, detail: `the sale ${id} is not as it left it` }
    }
    try {
      const { salesAfter } = this.#parts.statements
      const stored = salesAfter.get(this.#parts.base.seq) as { readonly n: number }
      if (stored.n === this.#begun) return undefined
      return { seq, detail: 'there is a sale that no row began' }
    } catch (cause) {
      this.#cannotRead(seq, cause)
      return this.#flaw
    }
  }

  #compare(seq: number, summary: Summary): void {
    const id = String(summary[0])
    const row = this.#parts.statements.saleById.get(id) as
      | (SaleRow & { readonly seq: number })
      | undefined
    if (row?.seq === seq) this.#begun += 1
    const isAsStored =
      row !== undefined &&
      JSON.stringify(summarize(JSON.parse(row.body) as Sale)) === JSON.stringify(summary)
    if (isAsStored) this.#differing.delete(id)
    else this.#differing.set(id, seq)
  }

  #cannotRead(seq: number, cause: unknown): void {
    if (isDamage(cause)) this.#parts.onDamage(cause)
    else if (!(cause instanceof SyntaxError || cause instanceof TypeError)) throw cause
    const detail = cause instanceof Error ? cause.message : String(cause)
    this.#flaw = { seq, detail: `a sale of it cannot be read: ${detail}` }
  }
}
