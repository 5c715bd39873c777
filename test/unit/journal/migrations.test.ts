import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { Sale } from '../../../src/domain/sale.ts'
import { append, type JournalFolder, makeJournalFolder } from '../../support/journal-file.ts'

const GOLDEN = join(import.meta.dirname, 'golden')
/** What is in each golden file: see test/support/golden-journal.ts. */
const VERSIONS = [
  { version: 1, sales: 10, open: 7, payments: 1 },
  { version: 2, sales: 17, open: 12, payments: 8 },
] as const

let at: JournalFolder
beforeEach(() => {
  at = makeJournalFolder()
})
afterEach(() => at.remove())

function lay(version: number): void {
  const db = new Database(at.file)
  db.exec(readFileSync(join(GOLDEN, `journal-v${version}.sql`), 'utf8'))
  db.close()
}

function bodies(): Sale[] {
  const db = new Database(at.file, { readonly: true })
  const found = db.prepare('SELECT body FROM sale ORDER BY seq DESC').pluck().all() as string[]
  db.close()
  return found.map((body) => JSON.parse(body))
}

it.each(VERSIONS)('a journal of version $version is whole after it was brought up', (golden) => {
  lay(golden.version)
  const before = bodies()
  const journal = at.open()
  expect(journal.recentSales(100)).toEqual(before)
  expect(before).toHaveLength(golden.sales)
  expect(journal.openSales()).toHaveLength(golden.open)
  expect(journal.command('register-1')).toMatchObject({ answer: '{}' })
  expect(journal.verify()).toMatchObject({ ok: true, value: { rows: golden.sales, fromSeq: 1 } })
  const money = journal.money(0, 1_000)
  expect(money.find(({ kind }) => kind === 'payment')?.count).toBe(golden.payments)
  expect(append(journal, { atMs: 1 })).toBe(golden.sales + 1)
  journal.close()
  const again = at.open()
  expect(again.verify()).toMatchObject({ ok: true, value: { checkpoints: 1 } })
  again.close()
})

it.each(VERSIONS)('a number of version $version is still taken', ({ version }) => {
  lay(version)
  const journal = at.open()
  const [one] = journal.recentSales(100).filter(({ phase }) => phase === 'paid')
  if (!one) throw new Error('no paid sale')
  expect(() => append(journal, { atMs: 1, sales: [{ ...one, id: 'other' }] })).toThrow(/UNIQUE/)
  journal.close()
})

it.each(VERSIONS)('a damaged row of version $version is named', ({ version }) => {
  lay(version)
  const db = new Database(at.file)
  db.exec("DROP TRIGGER event_is_append_only_update; UPDATE event SET body = '{}' WHERE seq = 9")
  db.close()
  expect(at.tryOpen()).toMatchObject({
    error: { code: 'journal.damaged', detail: 'row 9 does not fit the chain' },
  })
})

it('a newer version is refused and left as it is', () => {
  lay(2)
  const db = new Database(at.file)
  db.pragma('user_version = 5')
  db.close()
  expect(at.tryOpen()).toMatchObject({ error: { code: 'journal.unavailable' } })
  expect(bodies()).toHaveLength(17)
})
