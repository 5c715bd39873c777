import { afterEach, beforeEach, expect, it } from 'vitest'
import { err } from '../../../src/base/result.ts'
import { problem } from '../../../src/domain/errors.ts'
import { actsOf, appendAct, pausesOf } from '../../../src/engine/act-desk.ts'
import type { InterfacePause } from '../../../src/ports/administration.ts'
import { openTill, type Till } from '../../support/till.ts'

const DAY_MS = 86_400_000
const BY = { operator: '李经理', reason: '检修' }
const PAUSE: InterfacePause = { ...BY, interface: 'MICROPAY', sinceMs: 5 }

let till: Till
let isFull = false
beforeEach(async () => {
  isFull = false
  till = await openTill({
    wrapJournal: (journal) => ({
      ...journal,
      append: (entry) => (isFull ? err(problem('journal.unavailable')) : journal.append(entry)),
      lastRow: (kind) => journal.lastRow(kind),
      rows: (fromSeq, limit) => journal.rows(fromSeq, limit),
      status: () => journal.status(),
      openSales: () => journal.openSales(),
      recentSales: (limit, beforeId) => journal.recentSales(limit, beforeId),
      sale: (id) => journal.sale(id),
      command: (id) => journal.command(id),
      money: (from, to) => journal.money(from, to),
      verify: (show) => journal.verify(show),
      close: () => journal.close(),
    }),
  })
})
afterEach(() => till.close())

it('lists acts newest first, with sales between them, and reads no other rows for it', async () => {
  const { acts } = till.engine
  expect(acts.acts()).toEqual([])
  acts.record({ ...BY, what: 'certificate.import 5A' })
  await till.sellPaid()
  acts.recordPauses({ ...BY, what: 'interface.pause MICROPAY' }, [PAUSE])
  acts.recordRefused({ ...BY, what: 'clock.unlock' })
  await till.sellPaid()
  appendAct(till.journal, { ...BY, what: 'operator.add 王', atMs: till.clock.nowMs() })
  const whats = ['operator.add 王', 'interface.pause MICROPAY', 'certificate.import 5A']
  expect(acts.acts().map(({ what }) => what)).toEqual(whats)
  expect(actsOf(till.journal, 2).map(({ what }) => what)).toEqual(whats.slice(0, 2))
  expect(till.journal.verify()).toMatchObject({ ok: true })
})

it('an act that cannot be written is refused, and the pauses stay as they were', () => {
  const { acts } = till.engine
  isFull = true
  const refused = acts.recordPauses({ ...BY, what: 'interface.pause MICROPAY' }, [PAUSE])
  expect(refused).toMatchObject({ error: { code: 'journal.unavailable' } })
  expect(pausesOf(till.journal)).toEqual([])
  isFull = false
  expect(acts.record({ ...BY, what: 'a.b' })).toMatchObject({ ok: true })
})

it('P6: a reason that could hold a payment code is not written down', () => {
  const { acts } = till.engine
  const rows = till.journal.status().rows
  for (const more of [{ reason: '130061098828009406' }, { operator: '130061098828009406' }]) {
    const refused = acts.record({ ...BY, ...more, what: 'a.b' })
    expect(refused).toMatchObject({ error: { code: 'text.holds_a_code' } })
  }
  expect(till.journal.status().rows).toBe(rows)
})

it('writes pauses again at a start when they stand far back, so that no cut ends them', () => {
  const { acts } = till.engine
  acts.renewPauses()
  acts.recordPauses({ ...BY, what: 'interface.pause MICROPAY' }, [PAUSE])
  const { rows } = till.journal.status()
  till.clock.advance(29 * DAY_MS)
  acts.renewPauses()
  expect(till.journal.status().rows).toBe(rows)
  till.clock.advance(2 * DAY_MS)
  acts.renewPauses()
  expect(pausesOf(till.journal)).toEqual([PAUSE])
  expect(till.journal.lastRow('interface_pauses')?.seq).toBe(rows + 1)
})

it('nothing is kept by a terminal that has stopped', async () => {
  await till.engine.stop()
  const refused = till.engine.acts.record({ ...BY, what: 'a.b' })
  expect(refused).toMatchObject({ error: { code: 'terminal.stopped' } })
})
