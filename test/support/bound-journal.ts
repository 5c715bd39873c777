import type { Journal } from '../../src/ports/journal.ts'

/** A journal whose methods can be spread. */
export function bind(journal: Journal): Journal {
  return {
    append: (entry) => journal.append(entry),
    openSales: () => journal.openSales(),
    sale: (id) => journal.sale(id),
    recentSales: (limit, beforeId) => journal.recentSales(limit, beforeId),
    command: (clientId) => journal.command(clientId),
    rows: (fromSeq, limit) => journal.rows(fromSeq, limit),
    lastRow: (kind) => journal.lastRow(kind),
    money: (afterSeq, toSeq) => journal.money(afterSeq, toSeq),
    verify: () => journal.verify(),
    status: () => journal.status(),
    close: () => journal.close(),
  }
}
