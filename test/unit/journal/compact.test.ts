import { existsSync, readFileSync, statSync } from 'node:fs'
import Database from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { compactJournal } from '../../../src/journal/node/compact.ts'
import { openJournal } from '../../../src/journal/node/sqlite-journal.ts'
import type { JournalFile } from '../../../src/ports/journal.ts'
import {
  append,
  type JournalFolder,
  makeJournalFolder,
  paidSale,
} from '../../support/journal-file.ts'

const DAY_MS = 86_400_000
const KEEP_DAYS = 400

let at: JournalFolder
beforeEach(() => {
  at = makeJournalFolder()
})
afterEach(() => at.remove())

/** Rows of the days given, a sale each, with a checkpoint at the end of every day. */
function days(first: number, last: number, more?: (journal: JournalFile, day: number) => void) {
  for (let day = first; day <= last; day += 1) {
    const journal = at.open()
    append(journal, { atMs: day * DAY_MS, sales: [paidSale(String(day), day * DAY_MS)] })
    more?.(journal, day)
    journal.close()
  }
}

function compact(today: number, keepDays = KEEP_DAYS) {
  const { signer, checkpointFile } = at
  const done = compactJournal(at.file, { signer, checkpointFile, keepDays, nowMs: today * DAY_MS })
  if (!done.ok) throw new Error(done.error.detail)
  return done.value
}

function count(table: string): number {
  const db = new Database(at.file, { readonly: true })
  const found = db.prepare(`SELECT count(*) FROM ${table}`).pluck().get() as number
  db.close()
  return found
}

describe('compaction', () => {
  it('drops what is older than the days that are kept, and all that hangs on it', () => {
    days(1, 10)
    // Seen from the first moment of day 405, day 5 began 400 days ago: it is just young enough.
    const done = compact(405)
    expect(done).toMatchObject({ droppedRows: 4, droppedSales: 4, fromSeq: 5 })
    for (const table of ['event', 'sale', 'attempt', 'money', 'command', 'checkpoint']) {
      expect([table, count(table)]).toEqual([table, 6])
    }
    const journal = at.open()
    expect(journal.verify()).toMatchObject({ ok: true, value: { rows: 6, fromSeq: 5 } })
    expect(journal.sale('4')).toBeUndefined()
    expect(journal.sale('5')).toBeDefined()
    expect(journal.rows(1, 1)[0]?.seq).toBe(5)
    expect(append(journal, { atMs: 11 * DAY_MS })).toBe(11)
    journal.close()
    expect(at.open().verify()).toMatchObject({ ok: true, value: { rows: 7, fromSeq: 5 } })
  })

  it('can be done again and again, and does nothing when there is nothing to drop', () => {
    days(1, 10)
    expect(compact(405).droppedRows).toBe(4)
    expect(compact(405).droppedRows).toBe(0)
    expect(compact(408)).toMatchObject({ droppedRows: 3, fromSeq: 8 })
    expect(compact(100_000)).toMatchObject({ droppedRows: 3, fromSeq: 11 })
    const journal = at.open()
    expect(journal.verify()).toMatchObject({ ok: true, value: { rows: 0, fromSeq: 11 } })
    expect(journal.status().rows).toBe(10)
    expect(append(journal, { atMs: 500 * DAY_MS })).toBe(11)
    journal.close()
    at.open().close()
  })

  it('keeps a sale that is open, and everything since it was made', () => {
    days(1, 6, (journal, day) => {
      if (day !== 3) return
      append(journal, {
        atMs: day * DAY_MS,
        kind: 'sale_wanted',
        sales: [{ ...paidSale('900', 1), phase: 'in_flight' }],
      })
    })
    expect(compact(100_000).fromSeq).toBeLessThanOrEqual(4)
    const journal = at.open()
    expect(journal.openSales().map(({ id }) => id)).toEqual(['900'])
    expect(journal.verify().ok).toBe(true)
    journal.close()
  })

  it('keeps an old sale that a young row speaks of, as of a refund', () => {
    days(1, 6, (journal, day) => {
      if (day !== 6) return
      const sales = [paidSale('2', 2 * DAY_MS), paidSale('6', 6 * DAY_MS)]
      append(journal, { atMs: day * DAY_MS, kind: 'refund_settled', sales })
    })
    expect(compact(405)).toMatchObject({ droppedRows: 4, droppedSales: 3 })
    const journal = at.open()
    expect(journal.sale('2')?.attempts).toHaveLength(1)
    expect(journal.sale('3')).toBeUndefined()
    journal.close()
    expect(count('money')).toBe(3)
  })

  it('keeps the row from which the present shift is counted', () => {
    days(1, 6, (journal, day) => {
      if (day === 2) append(journal, { atMs: day * DAY_MS, kind: 'shift_closed' })
    })
    compact(100_000)
    const journal = at.open()
    expect(journal.lastRow('shift_closed')?.seq).toBe(3)
    journal.close()
  })

  it('P7: keeps the row that says what is paused, however old, and not one that says nothing is', () => {
    const say = (journal: JournalFile, day: number, pauses: readonly object[]) =>
      journal.append({
        ...{ atMs: day * DAY_MS, kind: 'interface_pauses', sales: [] },
        event: { what: 'interface.pause', operator: 'M1', reason: 'repair', pauses },
      })
    const pause = { interface: 'MICROPAY', operator: 'M1', reason: 'repair', sinceMs: 0 }
    days(1, 6, (journal, day) => {
      if (day === 3) say(journal, day, [pause])
    })
    expect(compact(100_000)).toMatchObject({ fromSeq: 3 })
    const journal = at.open()
    expect(journal.lastRow('interface_pauses')?.event.pauses).toEqual([pause])
    say(journal, 7, [])
    journal.close()
    days(8, 9)
    expect(compact(100_000)).toMatchObject({ fromSeq: 11 })
  })

  it('refuses fewer days than a refund may need', () => {
    days(1, 2)
    expect(() => compact(100_000, KEEP_DAYS - 1)).toThrow()
    expect(count('event')).toBe(2)
  })

  it('touches no journal that is not whole', () => {
    days(1, 4)
    const db = new Database(at.file)
    db.exec("DROP TRIGGER event_is_append_only_update; UPDATE event SET body = '{}' WHERE seq = 2")
    db.close()
    expect(() => compact(100_000)).toThrow(/row 2/)
    expect(count('event')).toBe(4)
  })

  it('leaves no way to delete what is younger than the cut', () => {
    days(1, 10)
    compact(405)
    const db = new Database(at.file)
    expect(() => db.exec('DELETE FROM event WHERE seq = 5')).toThrow(/append-only/)
    expect(() => db.exec('DELETE FROM event')).toThrow(/append-only/)
    expect(() => db.exec('DELETE FROM cut')).toThrow(/append-only/)
    expect(() => db.exec('UPDATE cut SET seq = 9')).toThrow(/append-only/)
    db.close()
  })

  it('is noticed when somebody else made the cut', () => {
    days(1, 10)
    const db = new Database(at.file)
    db.exec(`INSERT INTO cut SELECT seq, hash, at_ms, key_id, signature FROM checkpoint WHERE seq = 4;
      DELETE FROM event WHERE seq <= 4`)
    db.close()
    expect(at.tryOpen()).toMatchObject({
      error: { code: 'journal.damaged', detail: expect.stringContaining('the cut at row 4') },
    })
  })

  it('gives the room back to the disk, and forgets old lines beside the journal', () => {
    const long = 'x'.repeat(2_000)
    days(1, 40, (journal, day) => {
      for (let row = 0; row < 10; row += 1) {
        journal.append({ atMs: day * DAY_MS, kind: 'test', event: { long }, sales: [] })
      }
    })
    const before = statSync(at.file).size
    const done = compact(436)
    expect(done.bytesBefore).toBe(before)
    expect(done.bytesAfter).toBe(statSync(at.file).size)
    expect(done.bytesAfter).toBeLessThan(before / 4)
    expect(readFileSync(at.checkpointFile, 'utf8').trimEnd().split('\n')).toHaveLength(5)
    expect(existsSync(`${at.file}-wal`)).toBe(false)
  })

  it('says so when the terminal runs', () => {
    days(1, 2)
    const { signer, checkpointFile } = at
    const running = openJournal(at.file, { signer })
    const wish = { signer, checkpointFile, keepDays: KEEP_DAYS, nowMs: 0 }
    expect(compactJournal(at.file, wish)).toMatchObject({ error: { code: 'journal.in_use' } })
    if (running.ok) running.value.close()
  })
})
