import type Database from 'better-sqlite3'
import type { NoticeManner } from '../refund-scenarios.ts'
import type { RefundStatus } from '../refunds.ts'

/** One notice that is to be sent, or was. */
export type Notice = {
  readonly id: number
  /** The same for a notice and its duplicate. */
  readonly eventId: string
  readonly outRefundNo: string
  readonly status: RefundStatus
  readonly url: string
  readonly manner: NoticeManner
  readonly publicKeyMode: boolean
  /** When the refund got the status. */
  readonly changedAtMs: number
  /** When it is sent next. */
  readonly dueAtMs: number
  readonly attempts: number
  readonly outcome: 'waiting' | 'delivered' | 'given_up'
}

type NoticeRow = {
  id: number
  event_id: string
  out_refund_no: string
  status: RefundStatus
  url: string
  manner: NoticeManner
  public_key_mode: number
  changed_at_ms: number
  due_at_ms: number
  attempts: number
  outcome: Notice['outcome']
}

/** The table of notices; part of the ledger's schema. */
export const NOTICE_SCHEMA = `
CREATE TABLE IF NOT EXISTS notices (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  event_id TEXT NOT NULL,
  out_refund_no TEXT NOT NULL,
  status TEXT NOT NULL,
  url TEXT NOT NULL,
  manner TEXT NOT NULL,
  public_key_mode INTEGER NOT NULL,
  changed_at_ms INTEGER NOT NULL,
  due_at_ms INTEGER NOT NULL,
  attempts INTEGER NOT NULL,
  outcome TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS notices_waiting ON notices (due_at_ms) WHERE outcome = 'waiting';
`

const noticeOf = (row: NoticeRow): Notice => ({
  id: row.id,
  eventId: row.event_id,
  outRefundNo: row.out_refund_no,
  status: row.status,
  url: row.url,
  manner: row.manner,
  publicKeyMode: row.public_key_mode === 1,
  changedAtMs: row.changed_at_ms,
  dueAtMs: row.due_at_ms,
  attempts: row.attempts,
  outcome: row.outcome,
})

/** The notices in the ledger's file. */
export class NoticeTable {
  readonly #db: Database.Database

  constructor(db: Database.Database) {
    this.#db = db
  }

  /** Writes a new notice that waits to be sent. */
  add(notice: Omit<Notice, 'id' | 'attempts' | 'outcome'>): void {
    this.#db
      .prepare(
        `INSERT INTO notices (event_id, out_refund_no, status, url, manner, public_key_mode,
           changed_at_ms, due_at_ms, attempts, outcome)
         VALUES (@eventId, @outRefundNo, @status, @url, @manner, @publicKeyMode, @changedAtMs,
           @dueAtMs, 0, 'waiting')`,
      )
      .run({ ...notice, publicKeyMode: notice.publicKeyMode ? 1 : 0 })
  }

  /** What still waits, the earliest due first. */
  waiting(): Notice[] {
    const sql = `SELECT * FROM notices WHERE outcome = 'waiting' ORDER BY due_at_ms, id`
    return (this.#db.prepare(sql).all() as NoticeRow[]).map(noticeOf)
  }

  /** Every notice, oldest first. */
  all(): Notice[] {
    return (this.#db.prepare('SELECT * FROM notices ORDER BY id').all() as NoticeRow[]).map(
      noticeOf,
    )
  }

  /** Writes what one more attempt came to. */
  attempted(
    id: number,
    after: { readonly outcome: Notice['outcome']; readonly dueAtMs: number },
  ): void {
    this.#db
      .prepare(
        'UPDATE notices SET attempts = attempts + 1, outcome = ?, due_at_ms = ? WHERE id = ?',
      )
      .run(after.outcome, after.dueAtMs, id)
  }
}
