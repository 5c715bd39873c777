import type Database from 'better-sqlite3'
import type { RefundCall, RefundParams } from '../refund-scenarios.ts'
import { REFUND_CALLS } from '../refund-scenarios.ts'
import type { Refund } from '../refunds.ts'

/** What was decided for a refund number before any refund existed. */
export type RefundPlan = {
  readonly outRefundNo: string
  readonly scenario: string
  readonly params: RefundParams
  /** How often each kind of call was struck, or refused, so far. */
  readonly used: Readonly<Record<RefundCall, number>>
}

type RefundRow = {
  out_refund_no: string
  refund_id: string
  out_trade_no: string
  amount_fen: number
  created_at_ms: number
  timeline: string
  funds_account: string
  body_hash: string
}

/** The tables of refunds; part of the ledger's schema. */
export const REFUND_SCHEMA = `
CREATE TABLE IF NOT EXISTS refunds (
  sequence INTEGER PRIMARY KEY AUTOINCREMENT,
  out_refund_no TEXT NOT NULL UNIQUE,
  refund_id TEXT NOT NULL UNIQUE,
  out_trade_no TEXT NOT NULL,
  amount_fen INTEGER NOT NULL,
  created_at_ms INTEGER NOT NULL,
  timeline TEXT NOT NULL,
  funds_account TEXT NOT NULL,
  body_hash TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS refunds_by_order ON refunds (out_trade_no);
CREATE TABLE IF NOT EXISTS refund_plans (
  out_refund_no TEXT PRIMARY KEY,
  scenario TEXT NOT NULL,
  params TEXT NOT NULL,
  used TEXT NOT NULL
) STRICT;
`

const refundOf = (row: RefundRow): Refund => ({
  outRefundNo: row.out_refund_no,
  refundId: row.refund_id,
  outTradeNo: row.out_trade_no,
  amountFen: row.amount_fen,
  createdAtMs: row.created_at_ms,
  timeline: JSON.parse(row.timeline),
  fundsAccount: row.funds_account,
  bodyHash: row.body_hash,
})

/** The refunds in the ledger's file. Every method expects to run inside a ledger transaction. */
export class RefundTable {
  readonly #db: Database.Database

  constructor(db: Database.Database) {
    this.#db = db
  }

  #one(column: 'out_refund_no' | 'refund_id', value: string): Refund | undefined {
    const row = this.#db.prepare(`SELECT * FROM refunds WHERE ${column} = ?`).get(value)
    return row === undefined ? undefined : refundOf(row as RefundRow)
  }

  /** The refund of a merchant's number, or undefined. */
  byNumber(outRefundNo: string): Refund | undefined {
    return this.#one('out_refund_no', outRefundNo)
  }

  /** The refund of the gateway's number, or undefined. */
  byId(refundId: string): Refund | undefined {
    return this.#one('refund_id', refundId)
  }

  /** All refunds of an order, oldest first. */
  ofOrder(outTradeNo: string): Refund[] {
    const sql = 'SELECT * FROM refunds WHERE out_trade_no = ? ORDER BY sequence'
    return (this.#db.prepare(sql).all(outTradeNo) as RefundRow[]).map(refundOf)
  }

  /** All refunds, oldest first. */
  all(): Refund[] {
    const rows = this.#db.prepare('SELECT * FROM refunds ORDER BY sequence').all()
    return (rows as RefundRow[]).map(refundOf)
  }

  /** The running number the next refund will get. */
  nextSequence(): number {
    const row = this.#db
      .prepare(
        `SELECT coalesce((SELECT seq + 1 FROM sqlite_sequence WHERE name = 'refunds'), 1) AS next`,
      )
      .get()
    return (row as { next: number }).next
  }

  /** Writes a new refund. Throws when its number is taken. */
  add(refund: Refund): void {
    this.#db
      .prepare(
        `INSERT INTO refunds (out_refund_no, refund_id, out_trade_no, amount_fen, created_at_ms,
           timeline, funds_account, body_hash)
         VALUES (@outRefundNo, @refundId, @outTradeNo, @amountFen, @createdAtMs, @timeline,
           @fundsAccount, @bodyHash)`,
      )
      .run({ ...refund, timeline: JSON.stringify(refund.timeline) })
  }

  plan(outRefundNo: string): RefundPlan | undefined {
    const row = this.#db
      .prepare('SELECT scenario, params, used FROM refund_plans WHERE out_refund_no = ?')
      .get(outRefundNo) as { scenario: string; params: string; used: string } | undefined
    if (row === undefined) return undefined
    const params: RefundParams = JSON.parse(row.params)
    return { outRefundNo, scenario: row.scenario, params, used: JSON.parse(row.used) }
  }

  addPlan(plan: Omit<RefundPlan, 'used'>): RefundPlan {
    const whole: RefundPlan = { ...plan, used: { refund: 0, refund_query: 0 } }
    this.#db
      .prepare(
        'INSERT INTO refund_plans (out_refund_no, scenario, params, used) VALUES (?, ?, ?, ?)',
      )
      .run(
        whole.outRefundNo,
        whole.scenario,
        JSON.stringify(whole.params),
        JSON.stringify(whole.used),
      )
    return whole
  }

  /** Counts one more use of a plan by a kind of call; a plan that is not written is left alone. */
  countUse(plan: RefundPlan, call: RefundCall): void {
    if (!REFUND_CALLS.includes(call)) return
    const used = { ...plan.used, [call]: plan.used[call] + 1 }
    this.#db
      .prepare('UPDATE refund_plans SET used = ? WHERE out_refund_no = ?')
      .run(JSON.stringify(used), plan.outRefundNo)
  }
}
