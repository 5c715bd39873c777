import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { err } from '../../../src/base/result.ts'
import { problem } from '../../../src/domain/errors.ts'
import { WAITS } from '../../../src/domain/waits.ts'
import type { Journal } from '../../../src/ports/journal.ts'
import { refundOf, saleOf } from '../../support/one-attempt-sales.ts'
import { paidAnswer } from '../../support/scripted-gateway.ts'
import { CODE, openTill, type Till } from '../../support/till.ts'

let till: Till
let isFull = false

beforeEach(async () => {
  isFull = false
  const wrapJournal = (journal: Journal): Journal => {
    const append: Journal['append'] = (entry) =>
      isFull ? err(problem('journal.unavailable')) : journal.append(entry)
    return new Proxy(journal, {
      get: (target, name) => {
        if (name === 'append') return append
        const found = target[name as keyof Journal]
        return typeof found === 'function' ? found.bind(target) : found
      },
    })
  }
  till = await openTill({ wrapJournal })
})
afterEach(() => till.close())

const CLOSING = { operator: '张敏', carryUnsettled: false }
const who = (clientId: string, digest = 'close') => ({ clientId, digest })

async function collect(amountFen: number): Promise<void> {
  await till.sell(amountFen)
  till.scanner.present(till.freshCode())
  await till.gateway.last().answer(paidAnswer(till.gateway.last()))
  till.clock.advance(WAITS.resultShownMs)
}

/** A paid sale of which some was given back, as one step of the journal. */
function refunded(amountFen: number): void {
  const outTradeNo = 'T00000001'
  const refund = refundOf({ outRefundNo: 'R1', outTradeNo, outcome: 'REFUNDED', amountFen })
  const sale = saleOf('s1', { outTradeNo, outcome: 'PAID' }, { refunds: [refund] })
  const { nowMs } = till.clock
  till.journal.append({ atMs: nowMs(), kind: 'refund_answered', event: {}, sales: [sale] })
}

describe('the open shift', () => {
  it('counts what became certain since the terminal was made', async () => {
    await collect(1_230)
    await collect(770)
    refunded(60)
    const shift = till.engine.shifts.current()
    expect(shift).toMatchObject({ number: 1, fromSeq: 1, unsettled: [] })
    expect(shift.closedBy).toBeUndefined()
    expect(shift.toMs).toBe(till.clock.nowMs())
    expect(shift.totals).toEqual([
      { kind: 'payment', interface: 'MICROPAY', operator: null, count: 3, amountFen: 2_100 },
      { kind: 'refund', interface: 'MICROPAY', operator: 'li', count: 1, amountFen: 60 },
    ])
  })

  it('lists what has no result, and counts it in no total', async () => {
    const sale = await till.sell(500)
    till.scanner.present(CODE)
    const sinceMs = till.clock.nowMs()
    expect(till.engine.shifts.current()).toMatchObject({
      totals: [],
      unsettled: [{ kind: 'sale', saleId: sale.id, amountFen: 500, sinceMs, operator: null }],
    })
  })

  it('lists a refund that is on its way', () => {
    const refund = refundOf({
      outRefundNo: 'R9',
      outTradeNo: 'T00000009',
      outcome: 'UNKNOWN',
      phase: 'processing',
      amountFen: 10,
    })
    const sale = saleOf('s9', { outTradeNo: 'T00000009', outcome: 'PAID' }, { refunds: [refund] })
    till.journal.append({ atMs: 5, kind: 'refund_answered', event: {}, sales: [sale] })
    expect(till.engine.shifts.current().unsettled).toEqual([
      { kind: 'refund', saleId: 's9', number: 'R9', amountFen: 10, sinceMs: 1, operator: 'li' },
    ])
  })
})

describe('closing a shift', () => {
  it('writes one row with everything in it, and begins the next shift', async () => {
    await collect(1_230)
    const before = till.engine.shifts.current()
    const closed = till.engine.shifts.close(CLOSING, who('one'))
    expect(closed).toEqual({ ok: true, value: { ...before, closedBy: '张敏' } })
    const row = till.journal.lastRow('shift_closed')
    expect(row).toMatchObject({ seq: before.toSeq + 1, atMs: before.toMs })
    expect(row?.event).toMatchObject({ operator: '张敏', number: 1, totals: before.totals })
    expect(till.journal.verify().ok).toBe(true)
    till.clock.advance(1_000)
    expect(till.engine.shifts.current()).toMatchObject({
      number: 2,
      fromSeq: before.toSeq + 2,
      fromMs: before.toMs,
      totals: [],
    })
    await collect(5)
    expect(till.engine.shifts.current().totals).toMatchObject([{ count: 1, amountFen: 5 }])
  })

  it('gives a repeat the first answer, also after another shift was closed', async () => {
    await collect(100)
    const first = till.engine.shifts.close(CLOSING, who('one'))
    await collect(200)
    till.engine.shifts.close(CLOSING, who('two'))
    expect(till.engine.shifts.close(CLOSING, who('one'))).toEqual(first)
    expect(till.engine.shifts.list(10).map(({ number }) => number)).toEqual([2, 1])
  })

  it('refuses the same client id for another command', async () => {
    till.engine.shifts.close(CLOSING, who('one'))
    const other = till.engine.shifts.close({ ...CLOSING, operator: 'li' }, who('one', 'other'))
    expect(other).toMatchObject({ ok: false, error: { code: 'api.client_id_reused' } })
    const wish = { kind: 'sale_wanted', amountFen: 1, currency: 'CNY', arm: true } as const
    const sale = await till.engine.command(wish, who('one', 'sale'))
    expect(sale).toMatchObject({ ok: false, error: { code: 'api.client_id_reused' } })
  })

  it('is refused while something has no result, and a repeat is refused too', async () => {
    await till.sell(500)
    till.scanner.present(CODE)
    const refused = till.engine.shifts.close(CLOSING, who('one'))
    expect(refused).toMatchObject({
      ok: false,
      error: { code: 'shift.unsettled', moneyTaken: 'no', detail: '1 without a result' },
    })
    expect(till.journal.lastRow('shift_closed')).toBeUndefined()
    await till.gateway.last().answer(paidAnswer(till.gateway.last()))
    expect(till.engine.shifts.close(CLOSING, who('one'))).toEqual(refused)
    expect(till.engine.shifts.close(CLOSING, who('two')).ok).toBe(true)
  })

  it('carries over: the money counts in the shift that learns of it', async () => {
    await till.sell(500)
    till.scanner.present(CODE)
    const carried = till.engine.shifts.close({ ...CLOSING, carryUnsettled: true }, who('one'))
    expect(carried).toMatchObject({ ok: true, value: { totals: [] } })
    await till.gateway.last().answer(paidAnswer(till.gateway.last()))
    till.engine.shifts.close(CLOSING, who('two'))
    const [second, first] = till.engine.shifts.list(2)
    expect(first?.unsettled).toHaveLength(1)
    expect(first?.totals).toEqual([])
    expect(second?.unsettled).toEqual([])
    expect(second?.totals).toMatchObject([{ count: 1, amountFen: 500 }])
  })

  it('closes the shift that is meant, or none', () => {
    const first = { ...CLOSING, number: 1 }
    expect(till.engine.shifts.close(first, who('one')).ok).toBe(true)
    // Somebody at another screen, or one whose answer was lost, means the same shift.
    const refused = till.engine.shifts.close(first, who('two'))
    expect(refused).toMatchObject({ ok: false, error: { code: 'shift.already_closed' } })
    expect(till.engine.shifts.list(5)).toHaveLength(1)
    expect(till.engine.shifts.close({ ...CLOSING, number: 2 }, who('three')).ok).toBe(true)
  })

  it('closes nothing when the journal cannot take it', async () => {
    await collect(100)
    isFull = true
    const refused = till.engine.shifts.close(CLOSING, who('one'))
    expect(refused).toMatchObject({ ok: false, error: { code: 'journal.unavailable' } })
    expect(till.engine.shifts.current().number).toBe(1)
    isFull = false
    expect(till.engine.shifts.close(CLOSING, who('one')).ok).toBe(true)
  })

  it('closes nothing in a terminal that has stopped', async () => {
    await till.engine.stop()
    const refused = till.engine.shifts.close(CLOSING, who('one'))
    expect(refused).toMatchObject({ ok: false, error: { code: 'terminal.stopped' } })
  })
})

describe('the list of shifts', () => {
  it('is newest first, and as long as asked for', () => {
    for (const id of ['one', 'two', 'three']) till.engine.shifts.close(CLOSING, who(id))
    const numbers = (limit: number) => till.engine.shifts.list(limit).map(({ number }) => number)
    expect(numbers(2)).toEqual([3, 2])
    expect(numbers(10)).toEqual([3, 2, 1])
  })

  it('is empty before the first closing', () => {
    expect(till.engine.shifts.list(5)).toEqual([])
  })
})
