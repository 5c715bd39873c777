import { chmodSync } from 'node:fs'
import Database from 'better-sqlite3'
import type { LedgerRow } from '../ledger-row.ts'
import { ledgerRow } from '../ledger-row.ts'
import type { Order, TradeState, TradeType } from '../orders.ts'
import { advanceOrder } from '../orders.ts'
import { newRefund } from '../refunds.ts'
import type { Call, ScenarioParams } from '../scenarios.ts'
import { CALLS } from '../scenarios.ts'
import { FacesTable } from './faces/faces-table.ts'
import { NOTICE_SCHEMA, NoticeTable } from './notice-table.ts'
import { REFUND_SCHEMA, RefundTable } from './refund-table.ts'
import { SERVICES_SCHEMA, ServicesTable } from './services/services-table.ts'
import { V2_SCHEMA, V2Table } from './v2-table.ts'

/** One request as the sandbox saw it; payment codes are never part of it. */
export type SeenRequest = {
  readonly atMs: number
  /** Monotonic nanoseconds at which the last byte of the body had arrived, decimal. */
  readonly receivedNs: string
  readonly method: string
  readonly path: string
  readonly outTradeNo: string | null
  readonly verdict: string
  readonly status: number
}

/** What was decided for an order number before any order existed. */
export type Plan = {
  readonly outTradeNo: string
  readonly scenario: string
  readonly params: ScenarioParams
  /** How often each kind of call was struck, or refused, so far. */
  readonly used: Readonly<Record<Call, number>>
}

type OrderRow = {
  sequence: number
  out_trade_no: string
  state: TradeState
  amount_fen: number
  transaction_id: string | null
  attach: string | null
  device_id: string | null
  description: string | null
  submitted_at_ms: number
  paid_at_ms: number | null
  reversed_at_ms: number | null
  charges: number
  returned: number
  body_hash: string
  next_state: TradeState | null
  next_at_ms: number | null
  trade_type: TradeType
}

const SCHEMA = `
CREATE TABLE IF NOT EXISTS orders (
  sequence INTEGER PRIMARY KEY AUTOINCREMENT,
  out_trade_no TEXT NOT NULL UNIQUE,
  state TEXT NOT NULL,
  amount_fen INTEGER NOT NULL,
  transaction_id TEXT UNIQUE,
  attach TEXT,
  device_id TEXT,
  description TEXT,
  submitted_at_ms INTEGER NOT NULL,
  paid_at_ms INTEGER,
  reversed_at_ms INTEGER,
  charges INTEGER NOT NULL,
  returned INTEGER NOT NULL,
  body_hash TEXT NOT NULL,
  next_state TEXT,
  next_at_ms INTEGER,
  trade_type TEXT NOT NULL DEFAULT 'MICROPAY'
) STRICT;
CREATE INDEX IF NOT EXISTS orders_due ON orders (next_at_ms) WHERE next_at_ms IS NOT NULL;
CREATE TABLE IF NOT EXISTS states (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  out_trade_no TEXT NOT NULL,
  state TEXT NOT NULL,
  at_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS states_by_order ON states (out_trade_no);
CREATE TABLE IF NOT EXISTS plans (
  out_trade_no TEXT PRIMARY KEY,
  scenario TEXT NOT NULL,
  params TEXT NOT NULL,
  used TEXT NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS codes (
  code_hash TEXT PRIMARY KEY,
  out_trade_no TEXT NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS requests (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  at_ms INTEGER NOT NULL,
  received_ns TEXT NOT NULL,
  method TEXT NOT NULL,
  path TEXT NOT NULL,
  out_trade_no TEXT,
  verdict TEXT NOT NULL,
  status INTEGER NOT NULL
) STRICT;
${REFUND_SCHEMA}${NOTICE_SCHEMA}${V2_SCHEMA}${SERVICES_SCHEMA}`

const COLUMNS = `sequence, out_trade_no, state, amount_fen, transaction_id, attach, device_id,
  description, submitted_at_ms, paid_at_ms, reversed_at_ms, charges, returned, body_hash,
  next_state, next_at_ms, trade_type`

const UPSERT = `
INSERT INTO orders (out_trade_no, state, amount_fen, transaction_id, attach, device_id,
  description, submitted_at_ms, paid_at_ms, reversed_at_ms, charges, returned, body_hash,
  next_state, next_at_ms, trade_type)
VALUES (@outTradeNo, @state, @amountFen, @transactionId, @attach, @deviceId, @description,
  @submittedAtMs, @paidAtMs, @reversedAtMs, @charges, @returned, @bodyHash, @nextState, @nextAtMs,
  @tradeType)
ON CONFLICT (out_trade_no) DO UPDATE SET state = excluded.state,
  transaction_id = excluded.transaction_id, paid_at_ms = excluded.paid_at_ms,
  reversed_at_ms = excluded.reversed_at_ms, charges = excluded.charges,
  returned = excluded.returned, next_state = excluded.next_state,
  next_at_ms = excluded.next_at_ms`

const orderOf = (row: OrderRow): Order => ({
  outTradeNo: row.out_trade_no,
  state: row.state,
  amountFen: row.amount_fen,
  transactionId: row.transaction_id,
  attach: row.attach,
  deviceId: row.device_id,
  description: row.description,
  submittedAtMs: row.submitted_at_ms,
  paidAtMs: row.paid_at_ms,
  reversedAtMs: row.reversed_at_ms,
  charges: row.charges,
  returned: row.returned === 1,
  bodyHash: row.body_hash,
  nextState: row.next_state,
  nextAtMs: row.next_at_ms,
  tradeType: row.trade_type,
})

const NOTHING_USED: Plan['used'] = { charge: 0, query: 0, reverse: 0 }

/**
 * What the sandbox knows, in an SQLite file with WAL and synchronous=FULL: orders, every change of
 * state with its time, plans, used codes (hashed) and every request. Survives a SIGKILL at any time.
 */
export class Ledger {
  readonly #db: Database.Database
  /** The refunds of the orders. */
  readonly refunds: RefundTable
  /** The notices about them. */
  readonly notices: NoticeTable
  /** What only v2 says. */
  readonly v2: V2Table
  /** Terminal services. */
  readonly services: ServicesTable
  /** Face pay. */
  readonly faces: FacesTable

  /** Opens or makes the file. Throws when another process has it open. */
  constructor(path: string) {
    this.#db = new Database(path, { timeout: 200 })
    try {
      chmodSync(path, 0o600)
      // A second sandbox on the same folder must not run beside this one unnoticed.
      this.#db.pragma('locking_mode = EXCLUSIVE')
      this.#db.pragma('journal_mode = WAL')
      this.#db.pragma('synchronous = FULL')
      this.#db.exec(SCHEMA)
      this.#addMissingColumns()
    } catch (error) {
      this.#db.close()
      if (!(error instanceof Database.SqliteError) || error.code !== 'SQLITE_BUSY') throw error
      throw new Error(`another sandbox is using ${path}`, { cause: error })
    }
    this.refunds = new RefundTable(this.#db)
    this.notices = new NoticeTable(this.#db)
    this.v2 = new V2Table(this.#db)
    this.services = new ServicesTable(this.#db)
    this.faces = new FacesTable(this.#db)
  }

  /** A ledger made before a column existed gets it. */
  #addMissingColumns(): void {
    const columns = this.#db.pragma('table_info(orders)') as { name: string }[]
    const added = {
      description: 'TEXT',
      trade_type: `TEXT NOT NULL DEFAULT 'MICROPAY'`,
    }
    for (const [name, type] of Object.entries(added)) {
      if (columns.some((column) => column.name === name)) continue
      this.#db.exec(`ALTER TABLE orders ADD COLUMN ${name} ${type}`)
    }
  }

  /** How SQLite is told to reach the disk, read back from it. */
  durability(): { readonly journalMode: unknown; readonly synchronous: unknown } {
    return {
      journalMode: this.#db.pragma('journal_mode', { simple: true }),
      synchronous: this.#db.pragma('synchronous', { simple: true }),
    }
  }

  /** Runs `work` in one transaction that is on the disk when this returns. */
  transaction<Value>(work: () => Value): Value {
    return this.#db.transaction(work).immediate()
  }

  /** The running number of an order, or the one it will get when it is saved next. */
  sequenceOf(outTradeNo: string): number {
    const row = this.#db
      .prepare(
        `SELECT coalesce((SELECT sequence FROM orders WHERE out_trade_no = ?),
           (SELECT seq + 1 FROM sqlite_sequence WHERE name = 'orders'), 1) AS sequence`,
      )
      .get(outTradeNo)
    return (row as { sequence: number }).sequence
  }

  /** The order as it is at `nowMs`; a change that has become due is written first. */
  order(outTradeNo: string, nowMs: number): Order | undefined {
    return this.#current('out_trade_no', outTradeNo, nowMs)
  }

  orderByTransaction(transactionId: string, nowMs: number): Order | undefined {
    return this.#current('transaction_id', transactionId, nowMs)
  }

  #current(
    column: 'out_trade_no' | 'transaction_id',
    value: string,
    nowMs: number,
  ): Order | undefined {
    const row = this.#db.prepare(`SELECT ${COLUMNS} FROM orders WHERE ${column} = ?`).get(value) as
      | OrderRow
      | undefined
    return row && this.#advance(row, nowMs)
  }

  #advance(row: OrderRow, nowMs: number): Order {
    const order = orderOf(row)
    const moved = advanceOrder(order, nowMs, row.sequence)
    if (moved === order) return order
    const movedAtMs = order.nextAtMs ?? nowMs
    this.save(moved, movedAtMs)
    if (moved.state === 'REFUND') this.#refundWhole(moved, movedAtMs)
    return moved
  }

  /** The refund of an order that somebody else gave back, so that every REFUND has its refunds. */
  #refundWhole(order: Order, atMs: number): void {
    const wish = {
      outRefundNo: `SANDBOX-${order.outTradeNo}`,
      outTradeNo: order.outTradeNo,
      transactionId: undefined,
      totalFen: order.amountFen,
      refundFen: order.amountFen,
      fundsAccount: undefined,
      bodyHash: '',
    }
    const steps = [{ status: 'SUCCESS', afterSeconds: 0 }] as const
    const sequence = this.refunds.nextSequence()
    this.refunds.add(newRefund(order, wish, { steps, nowMs: atMs, sequence }))
  }

  /** Writes an order and, when its state is new, the change with its time. */
  save(order: Order, atMs: number): void {
    const { outTradeNo } = order
    const before = this.#db
      .prepare('SELECT state FROM orders WHERE out_trade_no = ?')
      .get(outTradeNo) as { state: TradeState } | undefined
    this.#db.prepare(UPSERT).run({ ...order, returned: order.returned ? 1 : 0 })
    if (before?.state === order.state) return
    this.#db
      .prepare('INSERT INTO states (out_trade_no, state, at_ms) VALUES (?, ?, ?)')
      .run(outTradeNo, order.state, atMs)
  }

  /** Every state an order has had, oldest first. */
  history(outTradeNo: string): { state: TradeState; atMs: number }[] {
    return this.#db
      .prepare('SELECT state, at_ms AS atMs FROM states WHERE out_trade_no = ? ORDER BY id')
      .all(outTradeNo) as { state: TradeState; atMs: number }[]
  }

  /** All orders in full as they are at `nowMs`, oldest first. */
  orders(nowMs: number): Order[] {
    return this.transaction(() => {
      const found = this.#db.prepare(`SELECT ${COLUMNS} FROM orders ORDER BY sequence`).all()
      return (found as OrderRow[]).map((row) => this.#advance(row, nowMs))
    })
  }

  /** All orders as they are at `nowMs` with their refunds, oldest first. */
  rows(nowMs: number): LedgerRow[] {
    const orders = this.orders(nowMs)
    const refunds = Map.groupBy(this.refunds.all(), ({ outTradeNo }) => outTradeNo)
    const limits = this.v2.limits()
    return orders.map((order) => ({
      ...ledgerRow(order, refunds.get(order.outTradeNo) ?? [], nowMs),
      limitPay: limits.get(order.outTradeNo) ?? null,
    }))
  }

  plan(outTradeNo: string): Plan | undefined {
    const row = this.#db
      .prepare('SELECT scenario, params, used FROM plans WHERE out_trade_no = ?')
      .get(outTradeNo) as { scenario: string; params: string; used: string } | undefined
    if (row === undefined) return undefined
    const params: ScenarioParams = JSON.parse(row.params)
    return { outTradeNo, scenario: row.scenario, params, used: JSON.parse(row.used) }
  }

  addPlan(plan: Omit<Plan, 'used'>): Plan {
    const whole: Plan = { ...plan, used: NOTHING_USED }
    this.#db
      .prepare('INSERT INTO plans (out_trade_no, scenario, params, used) VALUES (?, ?, ?, ?)')
      .run(
        whole.outTradeNo,
        whole.scenario,
        JSON.stringify(whole.params),
        JSON.stringify(whole.used),
      )
    return whole
  }

  /** Counts one more use of a plan by a kind of call. */
  countUse(plan: Plan, call: Call): void {
    if (!CALLS.includes(call)) return
    const used = { ...plan.used, [call]: plan.used[call] + 1 }
    this.#db
      .prepare('UPDATE plans SET used = ? WHERE out_trade_no = ?')
      .run(JSON.stringify(used), plan.outTradeNo)
  }

  /** The order number that used up a code, or undefined. */
  userOfCode(codeHash: string): string | undefined {
    const row = this.#db.prepare('SELECT out_trade_no FROM codes WHERE code_hash = ?').get(codeHash)
    return (row as { out_trade_no: string } | undefined)?.out_trade_no
  }

  useCode(codeHash: string, outTradeNo: string): void {
    this.#db
      .prepare('INSERT OR IGNORE INTO codes (code_hash, out_trade_no) VALUES (?, ?)')
      .run(codeHash, outTradeNo)
  }

  record(request: SeenRequest): void {
    this.#db
      .prepare(
        `INSERT INTO requests (at_ms, received_ns, method, path, out_trade_no, verdict, status)
         VALUES (@atMs, @receivedNs, @method, @path, @outTradeNo, @verdict, @status)`,
      )
      .run(request)
  }

  /** The latest requests, newest first. */
  requests(limit: number): SeenRequest[] {
    return this.#db
      .prepare(
        `SELECT at_ms AS atMs, received_ns AS receivedNs, method, path,
           out_trade_no AS outTradeNo, verdict, status FROM requests ORDER BY id DESC LIMIT ?`,
      )
      .all(limit) as SeenRequest[]
  }

  close(): void {
    this.#db.close()
  }
}
