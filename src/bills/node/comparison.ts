import { closeSync, openSync, readSync, rmSync } from 'node:fs'
import Database from 'better-sqlite3'
import { err, ok, type Result } from '../../base/result.ts'
import { type Problem, problem } from '../../domain/errors.ts'
import { type Here, judge, type Question, type There, type Verdict } from '../judge.ts'
import type { RefundHere } from '../judge-refund.ts'
import { BillParser, type BillRow } from '../parser.ts'
import type { BillSums } from '../sums.ts'
import { REFUND_SCHEMA, type RefundFinding, RefundSides } from './refund-sides.ts'

/** One order that does not agree. */
export type Finding = { readonly verdict: Verdict; readonly here?: Here; readonly there?: There }

const SCHEMA = `
CREATE TABLE here (
  out_trade_no TEXT PRIMARY KEY, amount_fen INTEGER, outcome TEXT, day TEXT, transaction_id TEXT,
  sale_id TEXT
) STRICT, WITHOUT ROWID;
CREATE TABLE there (
  out_trade_no TEXT PRIMARY KEY, amount_fen INTEGER, paid_rows INTEGER, revoked_rows INTEGER,
  device_id TEXT, transaction_id TEXT, amounts_differ INTEGER, time TEXT, trade_type TEXT,
  description TEXT
) STRICT, WITHOUT ROWID;
${REFUND_SCHEMA}`
const ADD_THERE = `
INSERT INTO there VALUES (@outTradeNo, @amountFen, @paid, @revoked, @deviceId, @transactionId, 0,
  @time, @tradeType, @description)
ON CONFLICT (out_trade_no) DO UPDATE SET
  paid_rows = paid_rows + excluded.paid_rows,
  revoked_rows = revoked_rows + excluded.revoked_rows,
  amounts_differ = amounts_differ OR amount_fen <> excluded.amount_fen`
const COLUMNS_OF_BOTH = `h.out_trade_no AS hereNo, h.amount_fen AS hereFen, h.outcome, h.day,
  h.transaction_id AS hereTransaction, h.sale_id AS saleId, t.out_trade_no AS thereNo, t.amount_fen AS thereFen,
  t.paid_rows AS paidRows, t.revoked_rows AS revokedRows, t.device_id AS deviceId,
  t.transaction_id AS thereTransaction, t.amounts_differ AS amountsDiffer,
  t.time, t.trade_type AS tradeType, t.description`
/** Two halves: a FULL JOIN would remember in memory every order that it has met. */
const SIDES = `
SELECT ${COLUMNS_OF_BOTH} FROM here h LEFT JOIN there t USING (out_trade_no)
UNION ALL
SELECT ${COLUMNS_OF_BOTH} FROM there t LEFT JOIN here h USING (out_trade_no)
WHERE h.out_trade_no IS NULL`
type Sides = {
  hereNo: string | null
  hereFen: number
  outcome: Here['outcome']
  day: string
  hereTransaction: string
  saleId: string
  thereNo: string | null
  thereFen: number
  paidRows: number
  revokedRows: number
  deviceId: string
  thereTransaction: string
  amountsDiffer: number
  time: string | null
  tradeType: string
  description: string
}

const CHUNK_BYTES = 65_536
/** Pages SQLite may keep in memory, in KiB. */
const CACHE_KIB = 16_384

/**
 * Both sides in a file of their own beside the journal, so that memory does not grow with the day.
 * The file holds nothing that the journal and the bill do not, and `close` removes it.
 */
export class Comparison {
  readonly #path: string
  readonly #db: Database.Database
  readonly #addHere: Database.Statement
  readonly #addThere: Database.Statement
  readonly #refunds: RefundSides

  /** Throws when the file cannot be made. */
  constructor(path: string) {
    this.#path = path
    rmSync(path, { force: true })
    this.#db = new Database(path)
    // A crash loses nothing: the next run begins again.
    this.#db.pragma('journal_mode = OFF')
    this.#db.pragma('synchronous = OFF')
    this.#db.pragma(`cache_size = -${CACHE_KIB}`)
    this.#db.exec(SCHEMA)
    this.#db.exec('BEGIN')
    this.#addHere = this.#db.prepare(
      'INSERT OR REPLACE INTO here VALUES (@outTradeNo, @amountFen, @outcome, @day, @transactionId, @saleId)',
    )
    this.#addThere = this.#db.prepare(ADD_THERE)
    this.#refunds = new RefundSides(this.#db)
  }

  /** Adds one attempt of the journal. */
  addHere(here: Here): void {
    this.#addHere.run(here)
  }

  /** Adds one refund of the journal. */
  addRefundHere(here: RefundHere): void {
    this.#refunds.addHere(here)
  }

  /**
   * Reads a whole bill. Of a file that cannot be relied on nothing is compared.
   * @param onProgress called now and then with how many entries were read
   */
  readBill(
    path: string,
    about: Question & { readonly merchantId: string },
    onProgress: (rows: number) => void,
  ): Result<BillSums, Problem> {
    let rows = 0
    let foreign: string | undefined
    const parser = new BillParser((row) => {
      rows += 1
      if (row.merchantId !== about.merchantId) foreign ??= `it names the merchant ${row.merchantId}`
      if (!row.time.startsWith(about.date)) foreign ??= `it has an entry of ${row.time}`
      this.#add(row, about.terminalId)
      if (rows % 10_000 === 0) onProgress(rows)
    })
    let file: number
    try {
      file = openSync(path, 'r')
    } catch (cause) {
      return unreadable(cause instanceof Error ? cause.message : String(cause))
    }
    try {
      const chunk = Buffer.allocUnsafe(CHUNK_BYTES)
      for (;;) {
        const size = readSync(file, chunk, 0, CHUNK_BYTES, null)
        if (size === 0) break
        const fault = parser.push(chunk.subarray(0, size))
        if (fault) return unreadable(`line ${fault.line}: ${fault.reason}`)
        if (foreign !== undefined) return unreadable(foreign)
      }
    } finally {
      closeSync(file)
    }
    const end = parser.end()
    if ('fault' in end) return unreadable(`line ${end.fault.line}: ${end.fault.reason}`)
    return foreign === undefined ? ok(end.sums) : unreadable(foreign)
  }

  #add(row: BillRow, terminalId: string): void {
    if (row.state === 'REFUND') {
      this.#refunds.addThere(row)
      return
    }
    const { outTradeNo, amountFen, deviceId, transactionId } = row
    const paid = row.state === 'SUCCESS' ? 1 : 0
    const isOurs = deviceId === terminalId
    this.#addThere.run({
      outTradeNo,
      amountFen,
      deviceId,
      transactionId,
      paid,
      revoked: 1 - paid,
      time: isOurs ? row.time : null,
      tradeType: isOurs ? row.tradeType : null,
      description: isOurs ? row.description : null,
    })
  }

  /** Every order of either side with what it comes to, the journal's first. */
  *findings(asked: Question): IterableIterator<Finding> {
    for (const sides of this.#db.prepare(SIDES).iterate() as IterableIterator<Sides>) {
      const here = sides.hereNo === null ? undefined : hereOf(sides, sides.hereNo)
      const there = sides.thereNo === null ? undefined : thereOf(sides, sides.thereNo)
      yield { verdict: judge(here, there, asked), ...(here && { here }), ...(there && { there }) }
    }
  }

  /** Every refund of either side with what it comes to, the journal's first. */
  refundFindings(asked: Question): IterableIterator<RefundFinding> {
    return this.#refunds.findings(asked)
  }

  close(): void {
    this.#db.close()
    rmSync(this.#path, { force: true })
  }
}

function hereOf(sides: Sides, outTradeNo: string): Here {
  const { hereFen: amountFen, outcome, day, hereTransaction: transactionId, saleId } = sides
  return { saleId, outTradeNo, amountFen, outcome, day, transactionId }
}

function thereOf(sides: Sides, outTradeNo: string): There {
  const { thereFen: amountFen, paidRows, revokedRows, deviceId, thereTransaction } = sides
  const { time, tradeType, description } = sides
  const amountsDiffer = sides.amountsDiffer === 1
  return {
    outTradeNo,
    amountFen,
    paidRows,
    revokedRows,
    deviceId,
    transactionId: thereTransaction,
    amountsDiffer,
    ...(time === null ? {} : { order: { time, tradeType, description } }),
  }
}

function unreadable(detail: string): Result<never, Problem> {
  return err(problem('bill.unreadable', { detail }))
}
