import type Database from 'better-sqlite3'

/** What only v2 says about an order; part of the ledger's schema. */
export const V2_SCHEMA = `
CREATE TABLE IF NOT EXISTS limits (
  out_trade_no TEXT PRIMARY KEY,
  limit_pay TEXT NOT NULL
) STRICT;
`

/** Limits of orders in the ledger's file. */
export class V2Table {
  readonly #db: Database.Database

  constructor(db: Database.Database) {
    this.#db = db
  }

  /** Keeps which means of payment an order does not take; the first word on it stands. */
  limit(outTradeNo: string, limitPay: string): void {
    this.#db
      .prepare('INSERT OR IGNORE INTO limits (out_trade_no, limit_pay) VALUES (?, ?)')
      .run(outTradeNo, limitPay)
  }

  /** The limits of all orders that have one, by order number. */
  limits(): ReadonlyMap<string, string> {
    const rows = this.#db.prepare('SELECT out_trade_no, limit_pay FROM limits').raw().all()
    return new Map(rows as [string, string][])
  }

  /** How many requests ended in each verdict that begins with `prefix`. */
  countVerdicts(prefix: string): Record<string, number> {
    const rows = this.#db
      .prepare(
        `SELECT verdict, count(*) AS count FROM requests
         WHERE substr(verdict, 1, ?) = ? GROUP BY verdict`,
      )
      .all(prefix.length, prefix) as { verdict: string; count: number }[]
    return Object.fromEntries(rows.map(({ verdict, count }) => [verdict, count]))
  }
}
