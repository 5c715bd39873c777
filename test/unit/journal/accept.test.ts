import { copyFileSync, existsSync, readdirSync, rmSync } from 'node:fs'
import Database from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { acceptJournal } from '../../../src/journal/node/accept.ts'
import { HeadFile } from '../../../src/journal/node/head-file.ts'
import { signMark } from '../../../src/journal/node/marks.ts'
import { openJournal } from '../../../src/journal/node/sqlite-journal.ts'
import { formerTerminalKeys, renewTerminalKey } from '../../../src/keys/node/terminal-key.ts'
import type { Signer } from '../../../src/ports/signer.ts'
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

function day(from: number, to: number): void {
  const journal = at.open()
  for (let id = from; id <= to; id += 1) {
    append(journal, { atMs: id, sales: [paidSale(String(id), id)] })
  }
  journal.close()
}

function accept(more: { readonly signer?: Signer; readonly wasUsed?: boolean } = {}) {
  return acceptJournal(at.file, {
    signer: at.signer,
    former: formerTerminalKeys(at.folder),
    checkpointFile: at.checkpointFile,
    headFile: at.headFile,
    operator: 'Li',
    reason: 'disk replaced',
    nowMs: 99,
    wasUsed: true,
    ...more,
  })
}

/** Puts an older copy of the journal back. */
function putBack(): void {
  day(1, 3)
  copyFileSync(at.file, `${at.file}.old`)
  day(4, 7)
  copyFileSync(`${at.file}.old`, at.file)
}

describe('P5: a journal that lacks rows', () => {
  it('is refused, accepted in a name, and used again; the seam is there for good', () => {
    putBack()
    expect(at.tryOpen()).toMatchObject({ ok: false, error: { code: 'journal.damaged' } })
    const seam = {
      seq: 4,
      atMs: 99,
      operator: 'Li',
      reason: 'disk replaced',
      keyId: at.signer.keyId,
      formerKeys: [],
      missingFrom: 4,
      missingTo: 7,
    }
    expect(accept()).toEqual({ ok: true, value: seam })
    day(8, 12)
    day(13, 14)
    const journal = at.open()
    expect(journal.verify()).toMatchObject({ ok: true, value: { rows: 11, seams: [seam] } })
    expect(journal.sale('5')).toBeUndefined()
    journal.close()
    // What told of the missing rows is kept, and nothing is forgotten from then on.
    expect(existsSync(`${at.checkpointFile}.before-4`)).toBe(true)
    copyFileSync(`${at.file}.old`, at.file)
    expect(at.tryOpen().ok).toBe(false)
  })

  it('is accepted when only the word how far it was tells of them', () => {
    day(1, 3)
    const head = new HeadFile(at.headFile)
    head.noteNow(signMark(at.signer, 'head', { seq: 5, hash: Buffer.alloc(32), atMs: 1 }))
    head.close()
    expect(accept()).toMatchObject({ ok: true, value: { missingFrom: 4, missingTo: 5 } })
    at.open().close()
  })

  it('is accepted when all of it is lost', () => {
    day(1, 3)
    rmSync(at.file)
    expect(at.tryOpen().ok).toBe(false)
    expect(accept()).toMatchObject({ ok: true, value: { seq: 1, missingFrom: 1, missingTo: 3 } })
    day(9, 9)
    // And when nothing tells how much that was.
    for (const path of [at.file, at.checkpointFile, at.headFile]) rmSync(path, { force: true })
    const lost = accept()
    expect(lost).toMatchObject({ ok: true, value: { seq: 1 } })
    expect(lost.ok && lost.value?.missingTo).toBeUndefined()
  })

  it('says from where another history went on in its place', () => {
    putBack()
    for (const path of [at.checkpointFile]) copyFileSync(path, `${path}.kept`)
    rmSync(at.checkpointFile)
    day(20, 29)
    copyFileSync(`${at.checkpointFile}.kept`, at.checkpointFile)
    expect(at.tryOpen()).toMatchObject({ ok: false, error: { code: 'journal.damaged' } })
    expect(accept()).toMatchObject({ ok: true, value: { seq: 14, missingFrom: 4, missingTo: 7 } })
    at.open().close()
  })

  it('is left alone when nothing is missing, and when it is damaged', () => {
    day(1, 3)
    expect(accept()).toEqual({ ok: true, value: undefined })
    putBackDamaged()
    expect(accept()).toMatchObject({ ok: false, error: { code: 'journal.damaged' } })
    expect(at.tryOpen().ok).toBe(false)
  })

  it('is not accepted while a terminal uses it', () => {
    const journal = at.open()
    append(journal, { atMs: 1 })
    expect(accept()).toMatchObject({ ok: false, error: { code: 'journal.in_use' } })
    journal.close()
  })
})

function putBackDamaged(): void {
  const db = new Database(at.file)
  db.exec(`DROP TRIGGER event_is_append_only_update;
    UPDATE event SET body = replace(body, 'event', 'evont') WHERE seq = 2`)
  db.close()
}

describe('P5: a terminal whose key was lost', () => {
  function loseKey(): Signer {
    rmSync(`${at.folder}/terminal.key`)
    const key = renewTerminalKey(at.folder)
    if (!key.ok) throw new Error(key.error.detail)
    return key.value
  }
  const openWith = (signer: Signer) => {
    const { checkpointFile, headFile } = at
    return openJournal(at.file, { signer, checkpointFile, headFile })
  }

  it('goes on with a new one, and says which took the place of which', () => {
    day(1, 3)
    const signer = loseKey()
    expect(openWith(signer)).toMatchObject({ ok: false, error: { code: 'journal.damaged' } })
    expect(accept({ signer })).toMatchObject({
      ok: true,
      value: { seq: 4, keyId: signer.keyId, formerKeys: [at.signer.keyId] },
    })
    const opened = openWith(signer)
    if (!opened.ok) throw new Error(opened.error.detail)
    append(opened.value, { atMs: 200 })
    expect(opened.value.verify()).toMatchObject({ ok: true, value: { rows: 5, checkpoints: 2 } })
    opened.value.close()
    expect(readdirSync(at.folder)).toContain(`terminal.${at.signer.keyId}.pub`)
    // The old key alone opens it no more.
    expect(openWith(at.signer)).toMatchObject({ ok: false, error: { code: 'journal.damaged' } })
  })

  it('still knows of missing rows what the old key signed', () => {
    putBack()
    expect(accept({ signer: loseKey() })).toMatchObject({
      ok: true,
      value: { missingFrom: 4, missingTo: 7, formerKeys: [at.signer.keyId] },
    })
  })

  it('can lose it again', () => {
    day(1, 3)
    const second = loseKey()
    accept({ signer: second })
    const third = loseKey()
    expect(accept({ signer: third })).toMatchObject({ value: { formerKeys: [second.keyId] } })
    const opened = openWith(third)
    if (!opened.ok) throw new Error(opened.error.detail)
    const { value } = opened
    expect(value.verify()).toMatchObject({ ok: true, value: { seams: [{ seq: 4 }, { seq: 5 }] } })
    value.close()
  })

  it('does not go on because a row claims it that the key does not vouch for', () => {
    day(1, 3)
    const signer = loseKey()
    const opened = openJournal(at.file)
    if (!opened.ok) throw new Error(opened.error.detail)
    const event = { operator: 'x', reason: 'y', keyId: signer.keyId, formerKeys: [at.signer.keyId] }
    opened.value.append({ atMs: 5, kind: 'journal_accepted', event, sales: [] })
    opened.value.close()
    expect(openWith(signer)).toMatchObject({ ok: false, error: { code: 'journal.damaged' } })
    const left = openJournal(at.file, { signer, salvage: true })
    if (!left.ok) throw new Error(left.error.detail)
    expect(left.value.verify()).toMatchObject({ ok: false, error: { seq: 3 } })
    left.value.close()
  })
})
