import { existsSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { Refund } from '../../src/domain/refund.ts'
import type { Sale } from '../../src/domain/sale.ts'
import { openJournal } from '../../src/journal/node/sqlite-journal.ts'
import type { JournalRow } from '../../src/ports/journal.ts'
import type { LedgerRow } from '../support/counter.ts'
import { type Hall, openHall } from './hall.ts'
import { allWays, backupOf, closerOf, refundFenOf, type Way } from './routes.ts'
import type { Till } from './till.ts'

/** How much faster time runs: the waits of a checkout are long beside the life of a test. */
const FACTOR = 30
/** How long a terminal may live, in real milliseconds, before its point counts as never reached. */
const LIFE_MS = 80_000
const TILLS = 8

// Most of a terminal's life here is waiting.
vi.setConfig({ maxConcurrency: TILLS, testTimeout: 120_000 })

const ways = allWays()
/** Those that take longest go first. */
const inTurn = ways.toSorted((one, other) => rank(one) - rank(other))
function rank({ point }: Way): number {
  const turn = ['outcome_overdue', 'arm_expired'].findIndex((kind) => point.endsWith(kind))
  return turn < 0 ? 2 : turn
}

const amountOf = (way: Way) => 10_000 + 10 * ways.indexOf(way)
/** The sale that shows that the till takes money again. */
const nextAmountOf = (way: Way) => amountOf(way) + 5

let hall: Hall
const tills: Till[] = []
const free: Till[] = []
const killedAt: string[] = []

beforeAll(async () => {
  hall = await openHall(FACTOR)
  await hall.script(
    ways.flatMap((way) => {
      const { scenario, params, refundScenario } = way.route
      const amountFen = amountOf(way)
      const charge = { match: { amountFen }, scenario, ...(params ? { params } : {}) }
      if (refundScenario === undefined) return [charge]
      const matchRefund = { refundFen: refundFenOf(amountFen) }
      return [charge, { matchRefund, scenario: refundScenario }]
    }),
  )
  for (let index = 0; index < TILLS; index += 1) tills.push(hall.till(`till-${index}`))
  await Promise.all(tills.map((till) => till.start()))
  free.push(...tills)
})
afterAll(() => hall?.close())

describe('a terminal killed at every point of its path', { concurrent: true }, () => {
  it.each(inTurn)('P10 is killed at $name, settles and takes money again', async (way) => {
    const till = free.pop()
    if (!till) throw new Error('there are fewer tills than tests at a time')
    await endAt(till, way)
    if (way.route.makesBackup) expectWholeOrAbsent(backupOf(till, amountOf(way)))
    await till.start()
    await till.repeatUnanswered()
    await till.settled()
    await clearCounter(till)
    const { saleId } = await till.takeMoney(nextAmountOf(way))
    await till.command(`/v1/sales/${saleId}/dismiss`)
    killedAt.push(way.name)
    free.push(till)
  })
})

describe('what the journals and the ledger say after all of it', () => {
  let sales: readonly Sale[] = []
  let ledger: readonly LedgerRow[] = []
  let closings: readonly (readonly JournalRow[])[] = []

  beforeAll(async () => {
    ledger = await hall.ledger()
    await Promise.all(tills.map((till) => till.kill()))
    const kept = tills.map((till) => {
      const journal = till.journal()
      const shifts = journal.rows(1, 100_000).filter(({ kind }) => kind === 'shift_closed')
      const found = { sales: journal.recentSales(1_000), shifts }
      expect(journal.verify().ok).toBe(true)
      journal.close()
      return found
    })
    sales = kept.flatMap((found) => found.sales)
    closings = kept.map(({ shifts }) => shifts)
  })

  it('AC-3.7 every point was reached', () => {
    console.log(`killed at ${killedAt.length} of ${ways.length} points`)
    expect(killedAt.toSorted()).toEqual(ways.map(({ name }) => name).toSorted())
  })

  it.each(ways)('P1 P2 P3 P4 they agree about the sale that met $name', (way) => {
    const ours = sales.filter(({ amountFen }) => amountFen === amountOf(way))
    expect(ours).toHaveLength(1)
    const given = (ours[0]?.refunds ?? []).map(({ outcome, amountFen }) => ({ outcome, amountFen }))
    const isRefunded = way.route.refundScenario !== undefined
    const amountFen = refundFenOf(amountOf(way))
    const outcome = way.route.closesRefund ? expect.any(String) : 'REFUNDED'
    expect(given).toEqual(isRefunded ? [{ outcome, amountFen }] : [])
    agree(
      ours,
      ledger.filter(({ amountFen }) => amountFen === amountOf(way)),
    )
  })

  it('P5 every shift was closed once, and the shifts have no gap between them', () => {
    const closers = closings.flat().map(({ event }) => event.operator)
    const wanted = ways.filter(({ route }) => route.closesShift)
    expect(closers.toSorted()).toEqual(wanted.map((way) => closerOf(amountOf(way))).toSorted())
    for (const rows of closings) {
      expect(rows.map(({ event }) => event.number)).toEqual(rows.map((_, index) => index + 1))
      const begins = [1, ...rows.slice(0, -1).map(({ seq }) => seq + 1)].slice(0, rows.length)
      expect(rows.map(({ event }) => event.fromSeq)).toEqual(begins)
    }
  })

  it('AC-3.7 AC-14e they agree about everything else', () => {
    agree(sales, ledger)
    expect(sales.filter(({ phase }) => phase === 'in_flight')).toEqual([])
  })
})

function agree(sales: readonly Sale[], ledger: readonly LedgerRow[]): void {
  const attempts = sales.flatMap((sale) => sale.attempts)
  const numbers = (rows: readonly { readonly outTradeNo: string }[]) =>
    rows.map(({ outTradeNo }) => outTradeNo).toSorted()
  // PAID if and only if the gateway holds the money, attempt by attempt.
  const kept = ledger.filter(({ charges, returned }) => charges > 0 && !returned)
  expect(numbers(attempts.filter(({ outcome }) => outcome === 'PAID'))).toEqual(numbers(kept))
  expect(ledger.filter(({ charges }) => charges > 1)).toEqual([])
  agreeOnRefunds(sales, ledger)
  for (const sale of sales) {
    // Never two payments for one sale, and no end without an outcome but by a manager's hand.
    const paid = sale.attempts.filter(({ outcome }) => outcome === 'PAID')
    expect(paid.length).toBeLessThan(2)
    const unknown = sale.attempts.some(({ outcome }) => outcome === 'UNKNOWN')
    expect(unknown).toBe(sale.closedByHand !== undefined)
  }
  // The gateway knows of no order the journal does not.
  const known = new Set(numbers(attempts))
  expect(numbers(ledger).filter((number) => !known.has(number))).toEqual([])
}

/** REFUNDED if and only if the gateway gave it back, number by number and fen by fen. */
function agreeOnRefunds(sales: readonly Sale[], ledger: readonly LedgerRow[]): void {
  const ours = sales.flatMap(({ refunds }) => refunds ?? [])
  const theirs = ledger.flatMap(({ refunds }) => refunds)
  const listed = (rows: readonly { readonly outRefundNo: string; readonly amountFen: number }[]) =>
    rows.map(({ outRefundNo, amountFen }) => `${outRefundNo} ${amountFen}`).toSorted()
  // What a manager stopped waiting for is in question for good, on either side.
  const givenUp = new Set(ours.filter(isGivenUp).map(({ outRefundNo }) => outRefundNo))
  expect(listed(ours.filter(({ outcome }) => outcome === 'REFUNDED'))).toEqual(
    listed(theirs.filter((row) => row.status === 'SUCCESS' && !givenUp.has(row.outRefundNo))),
  )
  const isOpen = (refund: Refund) => refund.outcome === 'UNKNOWN' && !isGivenUp(refund)
  expect(ours.filter(isOpen)).toEqual([])
  const known = new Set(ours.map(({ outRefundNo }) => outRefundNo))
  expect(theirs.filter(({ outRefundNo }) => !known.has(outRefundNo))).toEqual([])
}

function isGivenUp({ outcome, closedByHand }: Refund): boolean {
  return outcome === 'UNKNOWN' && closedByHand !== undefined
}

/** A backup that was interrupted is not there, and one that is there is whole. */
function expectWholeOrAbsent(path: string): void {
  if (!existsSync(path)) return
  const opened = openJournal(path)
  if (!opened.ok) throw new Error(opened.error.detail)
  expect(opened.value.verify().ok).toBe(true)
  opened.value.close()
}

/** Goes the way to the point and waits for the end there. */
async function endAt(till: Till, way: Way): Promise<void> {
  till.dieAt(way.point)
  const gone = way.route.go(till, amountOf(way)).catch(() => undefined)
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<'never reached'>((done) => {
    timer = setTimeout(() => done('never reached'), LIFE_MS)
  })
  // A way may end before a timer meets the point, and the point may end the way before its end.
  const end = gone.then(() => till.died())
  expect(await Promise.race([end, late])).toBe('SIGKILL')
  clearTimeout(timer)
  till.live()
}

/** Cancels what stands armed, as the next customer steps up. */
async function clearCounter(till: Till): Promise<void> {
  const { sales } = await till.get<{ sales: { saleId: string; phase: string }[] }>('/v1/sales')
  for (const { saleId, phase } of sales) {
    if (phase === 'armed') await till.command(`/v1/sales/${saleId}/cancel`)
  }
}
