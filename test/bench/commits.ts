/**
 * npm run bench:commits [-- --sales N]: durable commits of one sale, and sales per second, of the real
 * loop and journal with a gateway that answers at once; beside a floor of bare inserts of as many bytes
 * into one table of SQLite, turn by turn in the same run on the same disk. Nothing is asserted.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import Database from 'better-sqlite3'
import type { JournalEntry } from '../../src/ports/journal.ts'
import { bind } from '../support/bound-journal.ts'
import { openTill } from '../support/till.ts'
import { inMs, quantile } from './statistics.ts'

const { values } = parseArgs({ options: { sales: { type: 'string', default: '500' } } })
const SALES = Number(values.sales)
const BLOCK = 25
const folder = mkdtempSync(join(tmpdir(), 'guitai-bench-commits-'))

const kinds = new Map<string, number>()
let commits = 0
let bytes = 0
const till = await openTill({
  journalFile: join(folder, 'journal.db'),
  wrapJournal: (journal) => ({
    ...bind(journal),
    append(entry: JournalEntry) {
      commits += 1
      bytes += JSON.stringify(entry).length
      kinds.set(entry.kind, (kinds.get(entry.kind) ?? 0) + 1)
      return journal.append(entry)
    },
  }),
})

const floor = new Database(join(folder, 'floor.db'))
floor.pragma('journal_mode = WAL')
floor.pragma('synchronous = FULL')
floor.exec('CREATE TABLE row (id INTEGER PRIMARY KEY, body TEXT NOT NULL)')
const insert = floor.prepare('INSERT INTO row (body) VALUES (?)')

await till.sellPaid()
kinds.clear()
commits = 0
bytes = 0
const saleMs: number[] = []
const floorMs: number[] = []
for (let done = 0; done < SALES; done += BLOCK) {
  for (let index = 0; index < BLOCK; index += 1) {
    const beganMs = performance.now()
    await till.sellPaid()
    saleMs.push(performance.now() - beganMs)
  }
  const perSale = Math.round(commits / saleMs.length)
  const row = 'x'.repeat(Math.round(bytes / commits))
  for (let index = 0; index < BLOCK; index += 1) {
    const beganMs = performance.now()
    for (let commit = 0; commit < perSale; commit += 1) insert.run(row)
    floorMs.push(performance.now() - beganMs)
  }
}

const sum = (sample: readonly number[]) => sample.reduce((total, value) => total + value, 0)
const perSecond = (count: number, sample: readonly number[]) =>
  Math.round((count * 1_000) / sum(sample)).toLocaleString('en')
const ratio = (sum(saleMs) / sum(floorMs)).toLocaleString('en', { maximumFractionDigits: 2 })
console.log(`${saleMs.length} sales, ${commits} durable commits: ${commits / saleMs.length} a sale`)
for (const [kind, count] of kinds) console.log(`  ${count / saleMs.length} ${kind}`)
console.log(
  `${Math.round(bytes / commits)} bytes a commit, ${Math.round(bytes / saleMs.length)} a sale`,
)
console.log(
  `sale:  ${perSecond(saleMs.length, saleMs)} per second, ${perSecond(commits, saleMs)} commits`,
)
console.log(
  `floor: ${perSecond(floorMs.length, floorMs)} per second, ${perSecond(commits, floorMs)} commits`,
)
for (const share of [0.5, 0.99]) {
  const [ours, theirs] = [quantile(saleMs, share), quantile(floorMs, share)]
  console.log(`p${share * 100} of a sale: ${inMs(ours)} / floor ${inMs(theirs)}`)
}
console.log(`all of a sale costs ${ratio} of its bare commits`)

await till.close()
floor.close()
rmSync(folder, { recursive: true, force: true })
