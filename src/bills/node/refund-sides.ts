import type Database from 'better-sqlite3'
import type { Question } from '../judge.ts'
import {
  judgeRefund,
  type RefundHere,
  type RefundThere,
  type RefundVerdict,
} from '../judge-refund.ts'
import type { BillRow } from '../parser.ts'

/** One refund of either side. */
export type RefundFinding = {
  readonly verdict: RefundVerdict
  readonly here?: RefundHere
  readonly there?: RefundThere
}

/** The tables of the refunds; joined by 商户订单号 and 商户退款单号. */
export const REFUND_SCHEMA = `
CREATE TABLE refund_here (
  out_trade_no TEXT, out_refund_no TEXT, refund_fen INTEGER, standing TEXT, first_day TEXT,
  last_day TEXT, refund_id TEXT, sale_id TEXT, PRIMARY KEY (out_trade_no, out_refund_no)
) STRICT, WITHOUT ROWID;
CREATE TABLE refund_there (
  out_trade_no TEXT, out_refund_no TEXT, refund_fen INTEGER, refund_state TEXT, refund_id TEXT,
  device_id TEXT, rows INTEGER, PRIMARY KEY (out_trade_no, out_refund_no)
) STRICT, WITHOUT ROWID;
`
const ADD_HERE = `
INSERT OR REPLACE INTO refund_here VALUES (@outTradeNo, @outRefundNo, @refundFen, @standing,
  @firstDay, @lastDay, @refundId, @saleId)`
const ADD_THERE = `
INSERT INTO refund_there VALUES (@outTradeNo, @outRefundNo, @refundFen, @refundState, @refundId,
  @deviceId, 1)
ON CONFLICT (out_trade_no, out_refund_no) DO UPDATE SET rows = rows + 1`
const BOTH = `h.out_trade_no AS hereTradeNo, h.out_refund_no AS hereRefundNo,
  h.refund_fen AS hereFen, h.standing, h.first_day AS firstDay, h.last_day AS lastDay,
  h.refund_id AS hereId, h.sale_id AS saleId, t.out_trade_no AS thereTradeNo,
  t.out_refund_no AS thereRefundNo, t.refund_fen AS thereFen, t.refund_state AS refundState,
  t.refund_id AS thereId, t.device_id AS deviceId, t.rows,
  t.out_trade_no IN (SELECT out_trade_no FROM here) AS known`
const SIDES = `
SELECT ${BOTH} FROM refund_here h LEFT JOIN refund_there t USING (out_trade_no, out_refund_no)
UNION ALL
SELECT ${BOTH} FROM refund_there t LEFT JOIN refund_here h USING (out_trade_no, out_refund_no)
WHERE h.out_trade_no IS NULL`

type Sides = {
  hereTradeNo: string | null
  hereRefundNo: string
  hereFen: number
  standing: RefundHere['standing']
  firstDay: string
  lastDay: string
  hereId: string
  saleId: string
  thereTradeNo: string | null
  thereRefundNo: string
  thereFen: number
  refundState: string
  thereId: string
  deviceId: string
  rows: number
  known: number | null
}

/** The refunds of both sides, in the file of their comparison. */
export class RefundSides {
  readonly #db: Database.Database
  readonly #addHere: Database.Statement
  readonly #addThere: Database.Statement

  constructor(db: Database.Database) {
    this.#db = db
    this.#addHere = db.prepare(ADD_HERE)
    this.#addThere = db.prepare(ADD_THERE)
  }

  addHere(here: RefundHere): void {
    this.#addHere.run(here)
  }

  addThere(row: BillRow): void {
    const { outTradeNo, outRefundNo, refundFen, refundState, refundId, deviceId } = row
    this.#addThere.run({ outTradeNo, outRefundNo, refundFen, refundState, refundId, deviceId })
  }

  *findings(asked: Question): IterableIterator<RefundFinding> {
    for (const sides of this.#db.prepare(SIDES).iterate() as IterableIterator<Sides>) {
      const both = { ...hereOf(sides), ...thereOf(sides) }
      yield { verdict: judgeRefund(both, sides.known === 1, asked), ...both }
    }
  }
}

function hereOf(sides: Sides): { readonly here?: RefundHere } {
  if (sides.hereTradeNo === null) return {}
  const { saleId, standing, firstDay, lastDay, hereTradeNo: outTradeNo } = sides
  const { hereRefundNo: outRefundNo, hereFen: refundFen, hereId: refundId } = sides
  const numbers = { saleId, outTradeNo, outRefundNo }
  return { here: { ...numbers, refundFen, standing, firstDay, lastDay, refundId } }
}

function thereOf(sides: Sides): { readonly there?: RefundThere } {
  if (sides.thereTradeNo === null) return {}
  const { thereTradeNo: outTradeNo, thereRefundNo: outRefundNo, thereFen: refundFen } = sides
  const { refundState, thereId: refundId, deviceId, rows } = sides
  const numbers = { outTradeNo, outRefundNo, refundId }
  return { there: { ...numbers, refundFen, refundState, deviceId, rows } }
}
