import type { Sale } from '../../domain/sale.ts'
import type { JournalRow } from '../../ports/journal.ts'
import { decodeSale } from '../row.ts'
import { Damage, type EventRow } from './integrity.ts'

/** What is read of a row of the table of sales. */
export type SaleRow = { readonly body: string }

/** A row of the table of events as the port gives it. Throws {@link Damage}. */
export function storedRow(row: EventRow): JournalRow {
  const { event, after } = readBody(row)
  return {
    seq: row.seq,
    atMs: row.at_ms,
    kind: row.kind,
    saleId: row.sale_id,
    outTradeNo: row.out_trade_no,
    event,
    after,
    hash: row.hash.toString('hex'),
  }
}

function readBody({ seq, body }: EventRow): Pick<JournalRow, 'event' | 'after'> {
  try {
    return JSON.parse(body) as Pick<JournalRow, 'event' | 'after'>
  } catch (cause) {
    throw new Damage(`row ${seq} cannot be read`, { cause })
  }
}

/** A row of the table of sales as a sale. Throws {@link Damage}. */
export function readSale(row: SaleRow): Sale {
  try {
    return decodeSale(row.body)
  } catch (cause) {
    throw new Damage(
      `a sale cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`,
      { cause },
    )
  }
}
