import { afterEach, describe, expect, it } from 'vitest'
import { err } from '../../../src/base/result.ts'
import { problem } from '../../../src/domain/errors.ts'
import { saleOutcome } from '../../../src/domain/sale.ts'
import { WAITS } from '../../../src/domain/waits.ts'
import type { GatewayAnswer } from '../../../src/ports/gateway.ts'
import { paidAnswer } from '../../support/scripted-gateway.ts'
import { CODE, openTill, type Till } from '../../support/till.ts'

let till: Till
afterEach(() => till.close())

const silent = { kind: 'unknown', cause: 'gateway.timeout', sent: true } as const

/** A sale without a result, set aside, waiting for its next query. */
async function unresolved() {
  till = await openTill()
  const sale = await till.sell()
  till.scanner.present(CODE)
  await till.gateway.last().answer(silent)
  await till.wish('dismiss_wanted', sale.id)
  return sale
}

function close(saleId: string, clientId = 'close-1') {
  const wish = { kind: 'close_wanted', saleId, operator: '店长', reason: '监控确认未取货' } as const
  return till.engine.command(wish, { clientId, digest: clientId })
}

describe('the pending list', () => {
  it('tells age and next try of what is not on the screen', async () => {
    const sale = await unresolved()
    const { pending, pendingSales } = till.engine.screen().cashier
    expect(pending).toBe(1)
    const submittedAtMs = till.sale(sale.id).attempts[0]?.submittedAtMs ?? 0
    expect(pendingSales).toEqual([
      {
        what: 'payment',
        saleId: sale.id,
        amountFen: 1_230,
        sinceMs: submittedAtMs,
        nextTryAtMs: submittedAtMs + WAITS.firstQueryMs,
        overdue: false,
      },
    ])
    expect(till.engine.pending().map(({ id }) => id)).toEqual([sale.id])
  })

  it('raises the alarm after ten minutes, once, and records it', async () => {
    const sale = await unresolved()
    const answerAll = async (untilMs: number) => {
      const endMs = till.clock.monotonicMs() + untilMs
      while (till.clock.monotonicMs() < endMs) {
        till.clock.advance(Math.min(5_000, endMs - till.clock.monotonicMs()))
        await till.gateway.last().answer(silent)
      }
    }
    await answerAll(WAITS.overdueMs - 1_000)
    expect(till.engine.screen().cashier.pendingSales[0]?.overdue).toBe(false)
    await answerAll(2_000)
    expect(till.engine.screen().cashier.pendingSales[0]?.overdue).toBe(true)
    const rows = till.journal.rows(1, 10_000).filter(({ kind }) => kind === 'outcome_overdue')
    expect(rows).toHaveLength(1)
    expect(till.sale(sale.id).phase).toBe('in_flight')
  })

  it('P4: money that is found after the alarm is still PAID', async () => {
    const sale = await unresolved()
    const charge = till.gateway.calls[0]
    if (!charge) throw new Error('no charge')
    till.clock.advance(WAITS.firstQueryMs)
    await till.gateway.last().answer(paidAnswer(charge))
    till.clock.advance(WAITS.overdueMs)
    expect(till.sale(sale.id)).toMatchObject({ phase: 'paid' })
    expect(till.sale(sale.id).attempts[0]?.overdue).toBeUndefined()
  })
})

describe('a gateway that comes back', () => {
  it('is asked at once about everything that waits, and the light says so', async () => {
    const sale = await unresolved()
    till.gateway.setHealth({ state: 'failing', lastCause: 'gateway.unreachable' })
    const light = () => till.engine.screen().cashier.lights[1]?.level
    expect(light()).toBe('bad')
    till.gateway.setHealth({ state: 'ok', host: 'backup' })
    expect(light()).toBe('ok')
    // Not before the first wait is over: the documented 5 s.
    expect(till.gateway.calls.map(({ kind }) => kind)).toEqual(['charge'])
    till.clock.advance(WAITS.firstQueryMs)
    await till.gateway.last().answer(silent)
    till.clock.advance(1_000)
    till.gateway.setHealth({ state: 'failing', lastCause: 'gateway.unreachable' })
    till.clock.advance(WAITS.waveEveryMs)
    await till.gateway.last().answer(silent)
    till.gateway.setHealth({ state: 'ok', host: 'backup' })
    expect(till.gateway.calls.at(-1)?.kind).toBe('query')
    await till.gateway.last().answer(paidAnswer(till.gateway.last()))
    expect(till.sale(sale.id).phase).toBe('paid')
  })

  it('tells the screens without any other event', async () => {
    await unresolved()
    const levels: (string | undefined)[] = []
    till.engine.onScreen(({ cashier }) => levels.push(cashier.lights[1]?.level))
    till.gateway.setHealth({ state: 'failing', lastCause: 'gateway.timeout' })
    expect(levels).toEqual(['bad'])
  })
})

describe('closing by hand', () => {
  it('keeps the outcome UNKNOWN, with who and why in the journal', async () => {
    const sale = await unresolved()
    expect(await close(sale.id)).toMatchObject({ ok: true, value: { phase: 'closed' } })
    const closed = till.sale(sale.id)
    expect(saleOutcome(closed)).toBe('UNKNOWN')
    expect(closed.closedByHand).toMatchObject({ operator: '店长', reason: '监控确认未取货' })
    const [row] = till.journal.rows(1, 1_000).filter(({ kind }) => kind === 'close_wanted')
    expect(row?.event).toMatchObject({ operator: '店长', reason: '监控确认未取货' })
    expect(till.engine.screen().cashier.pending).toBe(0)
    const calls = till.gateway.calls.length
    till.clock.advance(WAITS.overdueMs * 10)
    expect(till.gateway.calls).toHaveLength(calls)
  })

  it('is impossible while a request is in flight', async () => {
    const sale = await unresolved()
    till.clock.advance(WAITS.firstQueryMs)
    expect(till.gateway.last().kind).toBe('query')
    expect(await close(sale.id)).toMatchObject({
      ok: false,
      error: { code: 'sale.request_in_flight', moneyTaken: 'unknown' },
    })
    await till.gateway.last().answer(silent)
    expect(await close(sale.id, 'close-2')).toMatchObject({ ok: true })
  })

  it('P2: a sale closed by hand takes no other code', async () => {
    const sale = await unresolved()
    await close(sale.id)
    expect(await till.wish('arm_wanted', sale.id)).toMatchObject({ ok: false })
  })

  it('is refused for a sale that has a result', async () => {
    till = await openTill()
    const sale = await till.sell()
    expect(await close(sale.id)).toMatchObject({ error: { code: 'sale.nothing_to_close' } })
  })
})

describe('a journal that could not be written for a moment', () => {
  /** A till whose journal refuses while `full` says so. */
  async function openFragile() {
    const disk = { full: false }
    till = await openTill({
      wrapJournal: (journal) =>
        new Proxy(journal, {
          get(target, key) {
            if (key === 'append' && disk.full) return () => err(problem('journal.unavailable'))
            if (key === 'status' && disk.full) {
              return () => ({ ...target.status(), state: 'failing' })
            }
            const value = Reflect.get(target, key)
            return typeof value === 'function' ? value.bind(target) : value
          },
        }),
    })
    return disk
  }

  it('leaves no armed counter deaf', async () => {
    const disk = await openFragile()
    const first = await till.sell()
    till.scanner.present(CODE)
    await till.gateway.last().answer(silent)
    await till.wish('dismiss_wanted', first.id)
    await till.sell(500)
    disk.full = true
    till.clock.advance(WAITS.firstQueryMs)
    expect(till.scanner.status().enabled).toBe(false)
    disk.full = false
    till.clock.advance(WAITS.journalRetryMs)
    expect(till.engine.screen().cashier.state).toBe('waiting_code')
    expect(till.scanner.status().enabled).toBe(true)
  })

  it('is tried again without anybody asking, and the screens say so', async () => {
    const disk = await openFragile()
    disk.full = true
    await expect(till.sell()).rejects.toThrow('journal.unavailable')
    const states: string[] = []
    till.engine.onScreen(({ cashier }) => states.push(cashier.state))
    till.clock.advance(WAITS.journalRetryMs)
    expect(till.engine.screen().cashier.state).toBe('stopped')
    disk.full = false
    till.clock.advance(WAITS.journalRetryMs)
    expect(states.at(-1)).toBe('ready')
  })

  it('P5: never says that nothing was charged about money that moved', async () => {
    const disk = await openFragile()
    const sale = await till.sell()
    till.scanner.present(CODE)
    const charge = till.gateway.last()
    disk.full = true
    expect(await till.wish('cancel_wanted', sale.id)).toMatchObject({
      ok: false,
      error: { code: 'journal.wish_not_taken', moneyTaken: 'unknown' },
    })
    disk.full = false
    await charge.answer(paidAnswer(charge))
    disk.full = true
    expect(await till.wish('dismiss_wanted', sale.id)).toMatchObject({
      ok: false,
      error: { moneyTaken: 'yes' },
    })
    expect(till.engine.screen().customer.state).toBe('paid')
  })

  it('loses no alarm', async () => {
    const disk = await openFragile()
    const sale = await till.sell()
    till.scanner.present(CODE)
    till.clock.advance(WAITS.overdueMs - 1)
    disk.full = true
    till.clock.advance(1)
    disk.full = false
    till.clock.advance(WAITS.journalRetryMs)
    expect(till.sale(sale.id).attempts[0]?.overdue).toBe(true)
  })
})

describe('ends that no reversal can bring', () => {
  it('P4: a line that comes and goes does not make a storm of queries', async () => {
    const sale = await unresolved()
    till.clock.advance(WAITS.firstQueryMs)
    const before = till.gateway.calls.length
    for (let turn = 0; turn < 50; turn += 1) {
      till.gateway.setHealth({ state: 'failing', lastCause: 'gateway.server_error' })
      await till.gateway.last().answer(silent)
      till.gateway.setHealth({ state: 'ok', host: 'primary' })
    }
    expect(till.gateway.calls.length - before).toBeLessThanOrEqual(1)
    expect(till.sale(sale.id).phase).toBe('in_flight')
  })

  it('P5: a refund made by hand ends the reversing, and is recorded', async () => {
    till = await openTill()
    const sale = await till.sell()
    till.scanner.present(CODE)
    const charge = till.gateway.last()
    await charge.answer({ kind: 'failed' })
    till.clock.advance(WAITS.reverseNotBeforeMs)
    await till.gateway.last().answer(silent)
    till.clock.advance(WAITS.queryEveryMs)
    await till.gateway.last().answer({ ...paidAnswer(charge), refunded: true } as GatewayAnswer)
    expect(till.sale(sale.id)).toMatchObject({ phase: 'paid', attempts: [{ refunded: true }] })
  })

  it('AC-14f P5: after seven days a payment that could not be reversed is told as what it is', async () => {
    till = await openTill()
    const sale = await till.sell()
    till.scanner.present(CODE)
    const charge = till.gateway.last()
    await till.wish('cancel_wanted', sale.id)
    await charge.answer(paidAnswer(charge))
    till.clock.advance(WAITS.reverseNotBeforeMs)
    const dayMs = 86_400_000
    await till.gateway.last().answer({ kind: 'unknown', cause: 'gateway.not_settled', sent: true })
    till.clock.advance(7 * dayMs)
    await till.gateway.last().answer(paidAnswer(charge))
    expect(till.sale(sale.id).phase).toBe('paid')
  })
})
