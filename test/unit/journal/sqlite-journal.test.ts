import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Sale } from '../../../src/domain/sale.ts'
import { openJournal } from '../../../src/journal/node/sqlite-journal.ts'
import type { Journal } from '../../../src/ports/journal.ts'

let folder: string
let file: string
let journal: Journal

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'guitai-journal-'))
  file = join(folder, 'journal.db')
  journal = open()
})
afterEach(() => {
  journal.close()
  rmSync(folder, { recursive: true, force: true })
})

function open(options = {}): Journal {
  const opened = openJournal(file, options)
  if (!opened.ok) throw new Error(opened.error.detail)
  return opened.value
}

function sale(id: string, phase: Sale['phase'], outTradeNo?: string): Sale {
  return {
    id,
    amountFen: 100,
    description: '测试',
    createdAtMs: 1,
    traceId: 't',
    phase,
    cancelWanted: false,
    attempts: outTradeNo
      ? [
          {
            outTradeNo,
            amountFen: 100,
            merchantId: '1900000001',
            appId: 'wx1',
            storeId: 'S001',
            interface: 'MICROPAY',
            grantVersion: 'v1',
            submittedAtMs: 1,
            phase: 'submitting',
            outcome: 'UNKNOWN',
            sent: true,
            queries: 0,
            reversals: 0,
            reversalsOutstanding: 0,
            reverseConfirmed: false,
            step: 1,
            awaits: 'answer',
          },
        ]
      : [],
  }
}

function append(...sales: Sale[]) {
  return journal.append({ atMs: 1, kind: 'code_scanned', event: { kind: 'test' }, sales })
}

describe('the journal', () => {
  it('P1: commits with synchronous=FULL in WAL, read back from the open database', () => {
    expect(journal.status()).toMatchObject({ state: 'ok', synchronous: 'FULL' })
  })

  it('keeps sales across a reopening, open ones apart', () => {
    append(sale('a', 'armed'))
    append(sale('b', 'closed'))
    append(sale('c', 'in_flight', 'GT000001'))
    journal.close()
    journal = open()
    expect(journal.openSales().map(({ id }) => id)).toEqual(['a', 'c'])
    expect(journal.recentSales(2).map(({ id }) => id)).toEqual(['c', 'b'])
    expect(journal.recentSales(5, 'b').map(({ id }) => id)).toEqual(['a'])
    expect(journal.sale('c')?.attempts[0]?.outTradeNo).toBe('GT000001')
    expect(journal.status().rows).toBe(3)
  })

  it('P2: claims the number of an order that a repair brought back', () => {
    const event = { kind: 'outcome_repaired', was: 'absent' }
    const lost = {
      atMs: 1,
      kind: 'outcome_repaired',
      event,
      sales: [sale('a', 'paid', 'GT000009')],
    }
    expect(journal.append(lost).ok).toBe(true)
    expect(append(sale('b', 'in_flight', 'GT000009')).ok).toBe(false)
    // Nor is it brought back twice; a repair of what is here finds its number taken by itself.
    expect(journal.append({ ...lost, sales: [sale('c', 'paid', 'GT000009')] }).ok).toBe(false)
    const known = { ...lost, event: { ...event, was: 'UNKNOWN' } }
    expect(journal.append(known).ok).toBe(true)
    const taken = new Database(file, { readonly: true })
    journal.close()
    expect(taken.prepare('SELECT sale_id FROM attempt').pluck().all()).toEqual(['a'])
    taken.close()
  })

  it('P2: refuses an out_trade_no that was used before, and writes nothing of that step', () => {
    append(sale('a', 'in_flight', 'GT000001'))
    const again = append(sale('b', 'in_flight', 'GT000001'))
    expect(again).toMatchObject({ ok: false, error: { code: 'journal.unavailable' } })
    expect(journal.sale('b')).toBeUndefined()
    expect(journal.status()).toMatchObject({ rows: 1, state: 'failing' })
    append(sale('c', 'armed'))
    expect(journal.status()).toMatchObject({ rows: 2, state: 'ok' })
    expect(journal.verify()).toMatchObject({ ok: true, value: { rows: 2 } })
  })

  it('refuses a sale that could not be read back', () => {
    const broken = { ...sale('a', 'armed'), amountFen: 12.5 }
    expect(append(broken).ok).toBe(false)
    expect(journal.status().rows).toBe(0)
  })

  it('P5: notices a changed row, a removed row and a row put in', () => {
    for (const id of ['a', 'b', 'c']) append(sale(id, 'closed'))
    journal.close()
    const tampered = (sql: string) => {
      const db = new Database(file)
      db.exec('DROP TRIGGER IF EXISTS event_is_append_only_update')
      db.exec('DROP TRIGGER IF EXISTS event_is_append_only_delete')
      db.exec(`SAVEPOINT before; ${sql}`)
      db.exec('RELEASE before')
      db.close()
      journal = open({ salvage: true })
      const result = journal.verify()
      journal.close()
      return result
    }
    const original = new Database(file, { readonly: true })
      .prepare('SELECT body FROM event WHERE seq = 2')
      .get() as { body: string }
    expect(
      tampered("UPDATE event SET body = replace(body, '100', '900') WHERE seq = 2"),
    ).toMatchObject({
      ok: false,
      error: { seq: 2 },
    })
    expect(tampered(`UPDATE event SET body = '${original.body}' WHERE seq = 2`).ok).toBe(true)
    expect(tampered('DELETE FROM event WHERE seq = 2')).toMatchObject({
      ok: false,
      error: { seq: 2 },
    })
    journal = open({ salvage: true })
  })

  it('P5: its rows can be neither changed nor removed by its own connection', () => {
    append(sale('a', 'closed'))
    journal.close()
    const db = new Database(file)
    expect(() => db.exec('UPDATE event SET at_ms = 0')).toThrow(/append-only/)
    expect(() => db.exec('DELETE FROM event')).toThrow(/append-only/)
    db.close()
    journal = open()
  })

  it('has one user at a time', () => {
    append(sale('a', 'armed'))
    const second = openJournal(file)
    expect(second).toMatchObject({
      ok: false,
      error: { code: 'journal.in_use', detail: expect.stringMatching(/locked/) },
    })
  })

  it('refuses a journal of a newer program', () => {
    journal.close()
    const db = new Database(file)
    const version = db.pragma('user_version', { simple: true }) as number
    db.pragma('user_version = 99')
    db.close()
    expect(openJournal(file)).toMatchObject({
      ok: false,
      error: { detail: expect.stringMatching(/newer version/) },
    })
    const undo = new Database(file)
    undo.pragma(`user_version = ${version}`)
    undo.close()
    journal = open()
  })

  it('keeps the answer of a command with the step it belongs to', () => {
    journal.append({
      atMs: 1,
      kind: 'sale_wanted',
      event: {},
      sales: [sale('a', 'armed')],
      command: { clientId: 'register-1', digest: 'd', answer: '{"ok":true}' },
    })
    expect(journal.command('register-1')).toEqual({
      clientId: 'register-1',
      digest: 'd',
      answer: '{"ok":true}',
    })
    expect(journal.command('register-2')).toBeUndefined()
  })
})
