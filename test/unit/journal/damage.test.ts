import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Sale } from '../../../src/domain/sale.ts'
import { BEGIN } from '../../../src/journal/migrations/0001-begin.ts'
import { openJournal } from '../../../src/journal/node/sqlite-journal.ts'
import type { Journal } from '../../../src/ports/journal.ts'

let folder: string
let file: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'guitai-damage-'))
  file = join(folder, 'journal.db')
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

function open(options = {}): Journal {
  const opened = openJournal(file, options)
  if (!opened.ok) throw new Error(opened.error.detail)
  return opened.value
}

function sale(id: string, phase: Sale['phase']): Sale {
  const text = { description: 'test', traceId: 't' }
  return { id, phase, amountFen: 100, createdAtMs: 1, attempts: [], cancelWanted: false, ...text }
}

/** A closed journal with `count` closed sales and one that is armed. */
function write(count: number): void {
  const journal = open()
  const append = (one: Sale) =>
    journal.append({ atMs: 1, kind: 'test', event: { kind: 'test' }, sales: [one] })
  for (let index = 0; index < count; index += 1) append(sale(`closed-${index}`, 'closed'))
  append(sale('open', 'armed'))
  journal.close()
}

/** Changes the closed file behind the journal's back. */
function change(sql: string): void {
  const db = new Database(file)
  db.exec('DROP TRIGGER event_is_append_only_update; DROP TRIGGER event_is_append_only_delete')
  db.exec(sql)
  db.close()
}

/** Cuts the closed file after the page with the middle rows, wherever the schema puts that page. */
function cutAtTheMiddleRows(): void {
  const db = new Database(file)
  const pages = db
    .prepare("SELECT pageno FROM dbstat WHERE name = 'event' AND pagetype = 'leaf' ORDER BY path")
    .pluck()
    .all() as number[]
  const pageBytes = db.pragma('page_size', { simple: true }) as number
  db.close()
  truncateSync(file, pageBytes * (pages[Math.floor(pages.length / 2)] ?? 0))
}

const damaged = { ok: false, error: { code: 'journal.damaged' } }

describe('a journal whose file is not as it was written', () => {
  it('is refused for a changed row near its end, whatever the row says', () => {
    write(3)
    change("UPDATE event SET body = '{' WHERE seq = 3")
    expect(openJournal(file)).toMatchObject(damaged)
    expect(openJournal(file)).toMatchObject({
      error: { detail: 'row 3 does not fit the chain' },
    })
  })

  it('is refused for a missing row near its end', () => {
    write(3)
    change('DELETE FROM event WHERE seq = 2')
    expect(openJournal(file)).toMatchObject({ error: { detail: 'row 2 is missing' } })
  })

  it('is refused for an open sale that is not as its last step left it', () => {
    write(3)
    change(`UPDATE sale SET body = replace(body, '"amountFen":100', '"amountFen":900')
            WHERE id = 'open'`)
    expect(openJournal(file)).toMatchObject({
      ...damaged,
      error: { detail: 'the open sale open is not as row 4 left it' },
    })
  })

  it('is refused for an open sale that cannot be read, and for one that no step made', () => {
    write(1)
    change("UPDATE sale SET body = '{}' WHERE id = 'open'")
    expect(openJournal(file)).toMatchObject(damaged)
    const made = JSON.stringify(sale('made', 'armed'))
    const db = new Database(file)
    db.exec("DELETE FROM sale WHERE id = 'open'")
    db.prepare("INSERT INTO sale VALUES ('made', 2, 1, ?)").run(made)
    db.close()
    expect(openJournal(file)).toMatchObject({
      error: { detail: 'no step made the open sale made' },
    })
  })

  it('opens in the time of its tail: an old row is for verify to find', () => {
    write(400)
    change("UPDATE event SET body = '{}' WHERE seq = 2")
    const journal = open()
    expect(journal.verify()).toMatchObject({ ok: false, error: { seq: 2 } })
    journal.close()
  })

  it.each([
    ["UPDATE sale SET body = replace(body, '100', '900') WHERE id = 'closed-1'", 2, 'closed-1'],
    ["DELETE FROM sale WHERE id = 'closed-2'", 3, 'closed-2'],
    [
      "INSERT INTO sale SELECT 'made', 2, 0, replace(body, 'closed-0', 'made') FROM sale",
      5,
      'began',
    ],
    ["UPDATE sale SET body = '{' WHERE id = 'closed-0'", 1, 'cannot be read'],
  ])('P5: has an old sale that is not as the chain says: %s', (sql, seq, detail) => {
    write(4)
    change(sql.endsWith('FROM sale') ? `${sql} WHERE id = 'closed-0'` : sql)
    const journal = open()
    expect(journal.verify()).toMatchObject({
      ok: false,
      error: { seq, detail: expect.stringContaining(detail) },
    })
    journal.close()
  })

  it('is refused when it is cut short, and what is left can be read', () => {
    write(200)
    cutAtTheMiddleRows()
    expect(openJournal(file)).toMatchObject(damaged)
    const journal = open({ salvage: true })
    const verified = journal.verify()
    expect(verified.ok).toBe(false)
    expect(!verified.ok && verified.error.seq).toBeGreaterThan(1)
    expect(journal.recentSales(1_000).length).toBeGreaterThan(20)
    expect(journal.append({ atMs: 1, kind: 'test', event: {}, sales: [] })).toMatchObject(damaged)
    journal.close()
  })

  it('is refused when it is of the first version and a sale in it cannot be read', () => {
    const db = new Database(file)
    db.exec(BEGIN)
    db.pragma('user_version = 1')
    const insert = db.prepare('INSERT INTO sale VALUES (?, ?, 0, ?)')
    insert.run('whole', 1, JSON.stringify(sale('whole', 'closed')))
    insert.run('torn', 2, '{"id":')
    db.close()
    expect(openJournal(file)).toMatchObject({
      ...damaged,
      error: { detail: expect.stringContaining('version 2') },
    })
    const journal = open({ salvage: true })
    expect(journal.recentSales(10).map(({ id }) => id)).toEqual(['whole'])
    expect(journal.money(0, 10)).toEqual([])
    journal.close()
  })

  it('is refused when it is no database at all', () => {
    writeFileSync(file, 'x'.repeat(10_000))
    expect(openJournal(file)).toMatchObject(damaged)
    expect(openJournal(file, { salvage: true })).toMatchObject(damaged)
  })

  it('takes nothing more once a sale could not be read, and gives the others', () => {
    write(3)
    change("UPDATE sale SET body = '{}' WHERE id = 'closed-1'")
    const journal = open()
    expect(journal.recentSales(10).map(({ id }) => id)).toEqual(['open', 'closed-2', 'closed-0'])
    expect(journal.status()).toMatchObject({ state: 'failing', code: 'journal.damaged' })
    expect(journal.append({ atMs: 1, kind: 'test', event: {}, sales: [] })).toMatchObject(damaged)
    expect(journal.status().rows).toBe(4)
    journal.close()
  })
})
