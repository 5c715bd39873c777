import { chmodSync, existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openJournal } from '../../../src/journal/node/sqlite-journal.ts'
import type { JournalFile } from '../../../src/ports/journal.ts'
import {
  append,
  type JournalFolder,
  makeJournalFolder,
  paidSale,
} from '../../support/journal-file.ts'

let at: JournalFolder
let to: string
let journal: JournalFile
beforeEach(() => {
  at = makeJournalFolder()
  to = join(at.folder, 'copies', 'journal.db')
  mkdirSync(join(at.folder, 'copies'))
  journal = at.open()
})
afterEach(() => {
  journal.close()
  at.remove()
})

const long = 'x'.repeat(4_000)

function fill(rows: number): void {
  for (let row = 1; row <= rows; row += 1) {
    const sales = [paidSale(String(journal.status().rows), row)]
    journal.append({ atMs: row, kind: 'test', event: { long }, sales })
  }
}

function copied() {
  const opened = openJournal(to, { signer: at.signer })
  if (!opened.ok) throw new Error(opened.error.detail)
  return opened.value
}

describe('a backup', () => {
  it('holds every sale, is signed at its end, and only its owner may read it', async () => {
    fill(50)
    const made = await journal.backup(to)
    expect(made).toEqual({ ok: true, value: { rows: 50, bytes: statSync(to).size } })
    expect(statSync(to).mode & 0o777).toBe(0o600)
    expect(readdirSync(join(at.folder, 'copies'))).toEqual(['journal.db'])
    const copy = copied()
    expect(copy.verify()).toMatchObject({ ok: true, value: { rows: 50, checkpoints: 1 } })
    expect(copy.recentSales(100)).toEqual(journal.recentSales(100))
    expect(copy.money(0, 100)).toEqual(journal.money(0, 100))
    copy.close()
  })

  it('is made while steps go on being written, and holds those too', async () => {
    fill(200)
    const seen: number[] = []
    const made = await journal.backup(to, ({ done, total }) => {
      seen.push(done / total)
      append(journal, { atMs: 1_000, kind: 'sale_wanted' })
      journal.upkeep(3_600_000 * seen.length)
    })
    expect(seen.length).toBeGreaterThan(3)
    expect(made).toMatchObject({ ok: true, value: { rows: 200 + seen.length } })
    expect(journal.verify()).toMatchObject({ ok: true })
    const copy = copied()
    expect(copy.status().rows).toBe(200 + seen.length)
    copy.close()
  })

  it('leaves the last one as it was when it cannot be made', async () => {
    fill(3)
    const nowhere = join(at.folder, 'no-such-folder', 'journal.db')
    expect(await journal.backup(nowhere)).toMatchObject({
      ok: false,
      error: { code: 'journal.unavailable', moneyTaken: 'no' },
    })
    expect(journal.status().state).toBe('ok')
    expect(append(journal, { atMs: 9 })).toBe(4)
  })

  it('does not replace a good copy by one of a journal that is not whole', async () => {
    fill(400)
    writeFileSync(to, 'of yesterday')
    journal.close()
    const db = new Database(at.file)
    db.exec("DROP TRIGGER event_is_append_only_update; UPDATE event SET body = '{}' WHERE seq = 2")
    db.close()
    journal = at.open()
    expect(await journal.backup(to)).toMatchObject({
      ok: false,
      error: { code: 'journal.damaged', detail: expect.stringContaining('row 2') },
    })
    expect(statSync(to).size).toBe('of yesterday'.length)
    expect(existsSync(`${to}.part`)).toBe(false)
  })

  it('begins anew where an earlier one was interrupted', async () => {
    fill(3)
    writeFileSync(`${to}.part`, 'half')
    chmodSync(`${to}.part`, 0o600)
    expect(await journal.backup(to)).toMatchObject({ ok: true, value: { rows: 3 } })
  })
})

describe('the write-ahead log', () => {
  it('stays bounded when the journal is seen to between sales', () => {
    const log = () => statSync(`${at.file}-wal`).size / 4_096
    let most = 0
    for (let round = 0; round < 12; round += 1) {
      fill(50)
      if (journal.upkeepDue(0)) journal.upkeep(0)
      most = Math.max(most, log())
    }
    expect(most).toBeGreaterThan(1_000)
    expect(most).toBeLessThan(2_000)
    expect(journal.upkeepDue(0)).toBe(false)
  })
})
