import type Database from 'better-sqlite3'
import type { FaceTerms } from '../../services/face-terms.ts'
import type { InterfaceType } from '../../services/interface-types.ts'
import type {
  ActRow,
  ApplicationRow,
  BulletinRow,
  CertificateRow,
  CodeRow,
  EventRow,
  GrantRow,
  MeasureRow,
  MerchantRow,
  StoreRow,
  TerminalRow,
} from '../../services/records.ts'

/** Terminal services in the ledger's file; part of its schema. */
export const SERVICES_SCHEMA = `
CREATE TABLE IF NOT EXISTS service_rows (
  kind TEXT NOT NULL,
  id TEXT NOT NULL,
  sequence INTEGER NOT NULL,
  value TEXT NOT NULL,
  PRIMARY KEY (kind, id)
) STRICT;
CREATE TABLE IF NOT EXISTS service_charges (
  out_trade_no TEXT PRIMARY KEY,
  merchant_id TEXT NOT NULL,
  interface TEXT NOT NULL,
  serial TEXT NOT NULL,
  grant_id TEXT NOT NULL,
  grant_version INTEGER NOT NULL,
  amount_fen INTEGER NOT NULL,
  credit_off INTEGER NOT NULL,
  day TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS service_charges_by_day ON service_charges (merchant_id, interface, day);
`

/** Rows of one kind, each JSON under its id, in the order in which they came. */
export class Rows<Row> {
  readonly #db: Database.Database
  readonly #kind: string

  constructor(db: Database.Database, kind: string) {
    this.#db = db
    this.#kind = kind
  }

  get(id: string): Row | undefined {
    const row = this.#db
      .prepare('SELECT value FROM service_rows WHERE kind = ? AND id = ?')
      .get(this.#kind, id) as { value: string } | undefined
    return row && JSON.parse(row.value)
  }

  put(id: string, row: Row): Row {
    this.#db
      .prepare(
        `INSERT INTO service_rows (kind, id, sequence, value)
         VALUES (@kind, @id,
           (SELECT coalesce(max(sequence), 0) + 1 FROM service_rows WHERE kind = @kind), @value)
         ON CONFLICT (kind, id) DO UPDATE SET value = excluded.value`,
      )
      .run({ kind: this.#kind, id, value: JSON.stringify(row) })
    return row
  }

  all(): Row[] {
    const rows = this.#db
      .prepare('SELECT value FROM service_rows WHERE kind = ? ORDER BY sequence')
      .all(this.#kind) as { value: string }[]
    return rows.map(({ value }) => JSON.parse(value))
  }
}

/** A charge that passed the gate. */
export type PassedCharge = {
  readonly outTradeNo: string
  readonly merchantId: string
  readonly type: InterfaceType
  readonly serial: string
  readonly grantId: string
  readonly grantVersion: number
  readonly amountFen: number
  readonly creditOff: boolean
  /** Beijing date, eight digits. */
  readonly day: string
}

/** States of orders that took no money and never will. */
const NOT_SPENT = `('REVOKED', 'CLOSED', 'PAYERROR')`

/** All that terminal services keep. Every method expects a ledger transaction. */
export class ServicesTable {
  readonly #db: Database.Database
  readonly merchants: Rows<MerchantRow>
  readonly stores: Rows<StoreRow>
  readonly applications: Rows<ApplicationRow>
  readonly terminals: Rows<TerminalRow>
  readonly grants: Rows<GrantRow>
  /** Whose a grant is. */
  readonly grantIds: Rows<{ readonly serial: string }>
  readonly bulletins: Rows<BulletinRow>
  readonly measures: Rows<MeasureRow>
  readonly certificates: Rows<CertificateRow>
  readonly codes: Rows<CodeRow>
  readonly events: Rows<EventRow>
  readonly acts: Rows<ActRow>
  readonly counts: Rows<{ readonly count: number; readonly untilMs: number }>
  readonly faceTerms: Rows<FaceTerms>
  readonly acknowledgements: Rows<Readonly<Record<string, unknown>>>

  constructor(db: Database.Database) {
    this.#db = db
    this.merchants = new Rows(db, 'merchant')
    this.stores = new Rows(db, 'store')
    this.applications = new Rows(db, 'application')
    this.terminals = new Rows(db, 'terminal')
    this.grants = new Rows(db, 'grant')
    this.grantIds = new Rows(db, 'grant_id')
    this.bulletins = new Rows(db, 'bulletin')
    this.measures = new Rows(db, 'measure')
    this.certificates = new Rows(db, 'certificate')
    this.codes = new Rows(db, 'code')
    this.events = new Rows(db, 'event')
    this.acts = new Rows(db, 'act')
    this.counts = new Rows(db, 'count')
    this.faceTerms = new Rows(db, 'face_terms')
    this.acknowledgements = new Rows(db, 'acknowledgement')
  }

  /** The charge that passed under this number; a repeat is the same charge. */
  passed(outTradeNo: string): { grantId: string; amountFen: number } | undefined {
    return this.#db
      .prepare(
        `SELECT grant_id AS grantId, amount_fen AS amountFen
         FROM service_charges WHERE out_trade_no = ?`,
      )
      .get(outTradeNo) as { grantId: string; amountFen: number } | undefined
  }

  pass(charge: PassedCharge): void {
    this.#db
      .prepare(
        `INSERT OR IGNORE INTO service_charges VALUES (@outTradeNo, @merchantId, @type, @serial,
           @grantId, @grantVersion, @amountFen, @creditOff, @day)`,
      )
      .run({ ...charge, creditOff: charge.creditOff ? 1 : 0 })
  }

  /**
   * What a merchant's charges by one interface come to, in fen, without those that took no money. What
   * a charge was paid with is not told beforehand, so all that could be credit counts as credit.
   * @param period beginning of the Beijing date: eight digits, or six for the month
   */
  spentFen(merchantId: string, type: InterfaceType, period: string): number {
    return this.#sum('AND interface = ?', [merchantId, period, type])
  }

  /** The same over all interfaces, for charges that may have been credit. */
  spentCreditFen(merchantId: string, period: string): number {
    return this.#sum('AND credit_off = 0', [merchantId, period])
  }

  #sum(condition: string, values: readonly string[]): number {
    const row = this.#db
      .prepare(
        `SELECT coalesce(sum(service_charges.amount_fen), 0) AS total FROM service_charges
         JOIN orders USING (out_trade_no)
         WHERE merchant_id = ? AND day LIKE ? || '%' AND orders.state NOT IN ${NOT_SPENT}
           AND NOT (orders.state = 'NOTPAY' AND orders.next_state IS NULL) ${condition}`,
      )
      .get(...values)
    return (row as { total: number }).total
  }
}
