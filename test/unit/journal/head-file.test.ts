import { copyFileSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { HeadFile } from '../../../src/journal/node/head-file.ts'
import { signMark } from '../../../src/journal/node/marks.ts'
import type { JournalFile } from '../../../src/ports/journal.ts'
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

const missing = (seq: number, to: number) => ({
  ok: false,
  error: {
    code: 'journal.damaged',
    detail: expect.stringContaining(`row ${seq} is missing: rows up to ${to} were`),
  },
})

/** Notes until the newest row is what the file says. */
async function note(journal: JournalFile): Promise<void> {
  const reached = () => new HeadFile(at.headFile).newest(() => true)?.seq
  await expect
    .poll(() => {
      journal.noteHead()
      return reached()
    })
    .toBe(journal.status().rows)
}

function sell(journal: JournalFile, id: number): void {
  append(journal, { atMs: id, sales: [paidSale(String(id), id)] })
}

describe('P5: how far the journal was', () => {
  it('is noted, so that a journal that lost its last rows is refused though none was a checkpoint', async () => {
    const journal = at.open()
    sell(journal, 1)
    // As a power cut finds it: a copy of the file with what is in its log.
    await journal.backup(`${at.file}.old`)
    sell(journal, 2)
    sell(journal, 3)
    await note(journal)
    // A terminal that was killed signed nothing at its end.
    const signed = readFileSync(at.checkpointFile)
    journal.close()
    rmSync(at.file)
    copyFileSync(`${at.file}.old`, at.file)
    writeFileSync(at.checkpointFile, signed)
    expect(at.tryOpen()).toMatchObject(missing(2, 3))
    const left = at.open({ salvage: true })
    expect(left.verify()).toMatchObject({ ok: false, error: { seq: 2 } })
    left.close()
    rmSync(at.headFile)
    at.open().close()
  })

  it('is noted in two places in turn, each of one sector', async () => {
    const journal = at.open()
    for (const id of [1, 2, 3]) {
      sell(journal, id)
      await note(journal)
    }
    journal.close()
    expect(statSync(at.headFile)).toMatchObject({ size: 1_024 })
    expect(statSync(at.headFile).mode & 0o777).toBe(0o600)
    const head = new HeadFile(at.headFile)
    expect(head.newest(() => true)?.seq).toBe(3)
    expect(head.newest(({ seq }) => seq !== 3)?.seq).toBe(2)
  })

  it('torn in the middle of a word, says what the other place says', async () => {
    const journal = at.open()
    for (const id of [1, 2]) {
      sell(journal, id)
      await note(journal)
    }
    journal.close()
    const bytes = readFileSync(at.headFile)
    bytes.fill('x', 512 + 100, 512 + 110)
    writeFileSync(at.headFile, bytes)
    expect(new HeadFile(at.headFile).newest(() => true)?.seq).toBe(1)
    at.open().close()
  })

  it('overwrites the older word after a restart as well', async () => {
    for (const id of [1, 2, 3, 4]) {
      const journal = at.open()
      sell(journal, id)
      await note(journal)
      journal.close()
      expect(new HeadFile(at.headFile).newest(() => true)?.seq).toBe(id)
    }
    expect(statSync(at.headFile).size).toBe(1_024)
  })

  it('is not believed when another key or another purpose signed it', () => {
    const journal = at.open()
    sell(journal, 1)
    journal.close()
    const far = { seq: 9, hash: Buffer.alloc(32), atMs: 1 }
    const other = makeJournalFolder()
    for (const mark of [signMark(other.signer, 'head', far), signMark(at.signer, 'cut', far)]) {
      const head = new HeadFile(at.headFile)
      head.noteNow(mark)
      head.close()
      at.open().close()
    }
    const head = new HeadFile(at.headFile)
    head.noteNow(signMark(at.signer, 'head', far))
    head.close()
    expect(at.tryOpen()).toMatchObject(missing(2, 9))
    other.remove()
  })

  it('is another row than the one that is there: another history was put in its place', () => {
    const journal = at.open()
    for (const id of [1, 2, 3]) sell(journal, id)
    journal.close()
    const head = new HeadFile(at.headFile)
    head.noteNow(signMark(at.signer, 'head', { seq: 2, hash: Buffer.alloc(32), atMs: 1 }))
    head.close()
    expect(at.tryOpen()).toMatchObject({ ok: false, error: { code: 'journal.damaged' } })
  })

  it('says nothing after the rows it is about were dropped', () => {
    const journal = at.open()
    sell(journal, 1)
    journal.noteHead()
    journal.close()
    at.open().close()
  })
})
