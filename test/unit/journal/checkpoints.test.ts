import {
  appendFileSync,
  copyFileSync,
  existsSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import Database from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { lineOf, readLine } from '../../../src/journal/checkpoint.ts'
import { signMark } from '../../../src/journal/node/marks.ts'
import { openJournal } from '../../../src/journal/node/sqlite-journal.ts'
import {
  append,
  type JournalFolder,
  makeJournalFolder,
  paidSale,
} from '../../support/journal-file.ts'

let at: JournalFolder
beforeEach(() => {
  at = makeJournalFolder()
})
afterEach(() => at.remove())

const damaged = { ok: false, error: { code: 'journal.damaged' } }

/** A day of `count` sales, ended cleanly. */
function day(count: number, from = 1): void {
  const journal = at.open()
  for (let index = from; index < from + count; index += 1) {
    append(journal, { atMs: index, sales: [paidSale(String(index), index)] })
  }
  journal.close()
}

function noted(): (number | undefined)[] {
  if (!existsSync(at.checkpointFile)) return []
  const lines = readFileSync(at.checkpointFile, 'utf8').trimEnd().split('\n')
  return lines.map((line) => readLine(line)?.seq)
}

function change(sql: string): void {
  const db = new Database(at.file)
  db.exec(`DROP TRIGGER IF EXISTS event_is_append_only_update;
    DROP TRIGGER IF EXISTS event_is_append_only_delete;
    DROP TRIGGER IF EXISTS checkpoint_is_append_only_update;
    DROP TRIGGER IF EXISTS checkpoint_is_append_only_delete;`)
  db.exec(sql)
  db.close()
}

describe('when rows are signed', () => {
  it('at a clean close, once, and not by one who only reads', () => {
    day(3)
    expect(noted()).toEqual([3])
    at.open().close()
    expect(noted()).toEqual([3])
  })

  it('after a thousand rows, when a shift is closed, and after a quarter of an hour', () => {
    const journal = at.open()
    const wrote = (step: { atMs: number; kind?: string }) => {
      append(journal, step)
      const before = noted()
      journal.upkeep(step.atMs)
      return noted().slice(before.length)
    }
    for (let row = 1; row < 999; row += 1) append(journal, { atMs: 1 })
    expect(wrote({ atMs: 1 })).toEqual([])
    expect(wrote({ atMs: 1 })).toEqual([1_000])
    expect(wrote({ atMs: 2, kind: 'shift_closed' })).toEqual([1_001])
    expect(wrote({ atMs: 3 })).toEqual([])
    const [early, late] = [15 * 60_000 + 1, 15 * 60_000 + 2]
    expect([journal.upkeepDue(early), journal.upkeepDue(late)]).toEqual([false, true])
    journal.upkeep(late)
    expect(noted()).toEqual([1_000, 1_001, 1_002])
    expect(journal.verify()).toMatchObject({ value: { rows: 1_002, checkpoints: 3 } })
    journal.close()
  })

  it('never inside an append, however long ago the last one was', () => {
    const journal = at.open()
    for (let hour = 0; hour < 5; hour += 1) {
      append(journal, { atMs: hour * 3_600_000, kind: 'shift_closed' })
    }
    expect(noted()).toEqual([])
    journal.close()
  })

  it('not at all without a key', () => {
    const opened = openJournal(at.file, { checkpointFile: at.checkpointFile })
    if (!opened.ok) throw new Error(opened.error.detail)
    append(opened.value, { atMs: 1, kind: 'shift_closed' })
    expect(opened.value.upkeepDue(1e12)).toBe(false)
    opened.value.close()
    expect(noted()).toEqual([])
  })
})

describe('P5: a journal that forgot something', () => {
  it('is refused when it was put back from an old copy', () => {
    day(3)
    copyFileSync(at.file, `${at.file}.old`)
    day(4, 4)
    copyFileSync(`${at.file}.old`, at.file)
    expect(at.tryOpen()).toMatchObject({
      ...damaged,
      error: { detail: expect.stringContaining('row 4 is missing: rows up to 7 were written') },
    })
    const journal = at.open({ salvage: true })
    expect(journal.verify()).toMatchObject({
      error: { seq: 4, detail: 'it is missing: rows up to 7 were written' },
    })
    journal.close()
  })

  it('is refused when it lost its tail, though the chain that is left is whole', () => {
    day(7)
    change('DELETE FROM event WHERE seq > 4; DELETE FROM sale WHERE seq > 4')
    expect(at.tryOpen()).toMatchObject({
      ...damaged,
      error: { detail: expect.stringMatching(/^row 5 is missing/) },
    })
    change('DELETE FROM checkpoint')
    expect(at.tryOpen()).toMatchObject({
      ...damaged,
      error: { detail: expect.stringMatching(/^row 5 is missing/) },
    })
  })

  it('is refused when another history was written in its place', () => {
    day(3)
    rmSync(at.file)
    const other = makeJournalFolder()
    const journal = other.open()
    for (let row = 1; row < 6; row += 1) append(journal, { atMs: row })
    journal.close()
    copyFileSync(other.file, at.file)
    change('DELETE FROM checkpoint')
    other.remove()
    expect(at.tryOpen()).toMatchObject({
      ...damaged,
      error: { detail: expect.stringContaining('row 3 is not the row that was signed') },
    })
  })

  it('is refused when a checkpoint is not signed by the key of the folder', () => {
    day(3)
    change('UPDATE checkpoint SET signature = zeroblob(64)')
    expect(at.tryOpen()).toMatchObject({
      ...damaged,
      error: {
        detail: expect.stringContaining(
          'the checkpoint at row 3 is not signed by terminal.key of this folder',
        ),
      },
    })
    const journal = at.open({ salvage: true })
    expect(journal.verify()).toMatchObject({ error: { seq: 3 } })
    journal.close()
  })

  it('is refused with a key that is not its own', () => {
    day(2)
    const other = makeJournalFolder()
    expect(openJournal(at.file, { signer: other.signer })).toMatchObject({
      ...damaged,
      error: { detail: expect.stringContaining('not signed by terminal.key') },
    })
    other.remove()
  })

  it('cannot drop its checkpoints by its own connection', () => {
    day(1)
    const db = new Database(at.file)
    expect(() => db.exec('DELETE FROM checkpoint')).toThrow(/append-only/)
    expect(() => db.exec('UPDATE checkpoint SET at_ms = 0')).toThrow(/append-only/)
    expect(() => db.exec("INSERT INTO cut VALUES (1, x'00', 1, 'k', x'00')")).toThrow(/checkpoint/)
    db.close()
  })
})

describe('the file beside the journal', () => {
  it('may end in a line that a power cut tore, and goes on after it', () => {
    day(2)
    appendFileSync(at.checkpointFile, '{"seq":99,"ha')
    day(2, 3)
    expect(noted()).toEqual([2, undefined, 4])
    const journal = at.open()
    expect(journal.verify()).toMatchObject({ ok: true, value: { checkpoints: 2 } })
    journal.close()
  })

  it('is written again when it was lost, so that the next loss is noticed', () => {
    day(2)
    rmSync(at.checkpointFile)
    at.open().close()
    expect(noted()).toEqual([2])
  })

  it('believes no line that the terminal did not sign', () => {
    day(2)
    const forged = signMark({ ...at.signer, sign: () => new Uint8Array(64) }, 'checkpoint', {
      seq: 9,
      hash: Buffer.alloc(32),
      atMs: 1,
    })
    appendFileSync(at.checkpointFile, lineOf(forged))
    const journal = at.open()
    expect(journal.verify().ok).toBe(true)
    journal.close()
  })

  it('does not take the signature of a cut for that of a checkpoint', () => {
    day(2)
    const cut = signMark(at.signer, 'cut', { seq: 9, hash: Buffer.alloc(32), atMs: 1 })
    appendFileSync(at.checkpointFile, lineOf(cut))
    at.open().close()
  })

  it('names a row that is not the one it noted, also an old one', () => {
    day(600)
    writeFileSync(
      at.checkpointFile,
      lineOf(signMark(at.signer, 'checkpoint', { seq: 7, hash: Buffer.alloc(32), atMs: 1 })) +
        readFileSync(at.checkpointFile, 'utf8'),
    )
    const journal = at.open()
    expect(journal.verify()).toMatchObject({ ok: false, error: { seq: 7 } })
    journal.close()
  })
})
