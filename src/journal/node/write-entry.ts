import { isClosed, lastAttempt, type Sale } from '../../domain/sale.ts'
import type { JournalEntry } from '../../ports/journal.ts'
import { moneyOf } from '../money.ts'
import { encodeSale, summarize } from '../row.ts'
import { chain } from './integrity.ts'
import type { Head } from './marks.ts'
import type { Statements } from './statements.ts'

/** Whether a step makes an attempt: a scan, or a repair of an order that was not here. */
function makesAttempt({ kind, event }: JournalEntry): boolean {
  return kind === 'code_scanned' || (kind === 'outcome_repaired' && event.was === 'absent')
}

/**
 * Writes one step after the row `head`, with everything that is kept beside it. To be run in a
 * transaction: throws when any of it cannot be written.
 *
 * @returns the new head
 */
export function writeEntry(statements: Statements, head: Head, entry: JournalEntry): Head {
  const seq = head.seq + 1
  const body = JSON.stringify({ event: entry.event, after: entry.sales.map(summarize) })
  const hash = chain(head.hash, { seq, atMs: entry.atMs, kind: entry.kind, body })
  const subject = entry.sales.at(-1)
  statements.insertEvent.run({
    seq,
    at_ms: entry.atMs,
    kind: entry.kind,
    sale_id: subject?.id ?? (entry.event.saleId as string | undefined) ?? null,
    out_trade_no: (subject && lastAttempt(subject)?.outTradeNo) ?? null,
    body,
    hash,
  })
  for (const sale of entry.sales) writeSale(statements, sale, seq)
  for (const row of entry.sales.flatMap(moneyOf)) statements.insertMoney.run({ ...row, seq })
  if (makesAttempt(entry)) claimNumber(statements, subject, seq)
  if (entry.command) statements.insertCommand.run({ ...entry.command, seq })
  return { seq, hash, atMs: entry.atMs }
}

function writeSale(statements: Statements, sale: Sale, seq: number): void {
  const open = isClosed(sale) ? 0 : 1
  statements.upsertSale.run({ id: sale.id, seq, open, body: encodeSale(sale) })
}

/** Fails on a number that was used before: the charge then never leaves. */
function claimNumber(statements: Statements, sale: Sale | undefined, seq: number): void {
  const attempt = sale && lastAttempt(sale)
  if (!attempt) return
  const { outTradeNo } = attempt
  statements.insertAttempt.run({ out_trade_no: outTradeNo, sale_id: sale.id, seq })
}
