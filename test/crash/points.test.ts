import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { Sale } from '../../src/domain/sale.ts'
import { allPoints, type Point } from '../../src/engine/points.ts'
import type { LedgerRow } from '../support/counter.ts'
import { type Hall, openHall } from './hall.ts'
import { refundFenOf, routeTo } from './routes.ts'
import type { Till } from './till.ts'

/** How much faster time runs: the waits of a checkout are long beside the life of a test. */
const FACTOR = 30
/** How long a terminal may live, in real milliseconds, before its point counts as never reached. */
const LIFE_MS = 80_000
const TILLS = 8

// Most of a terminal's life here is waiting.
vi.setConfig({ maxConcurrency: TILLS, testTimeout: 120_000 })

const points = allPoints()
/** Those that take longest go first. */
const inTurn = points.toSorted((one, other) => rank(one) - rank(other))
function rank(point: Point): number {
  const turn = ['outcome_overdue', 'arm_expired'].findIndex((kind) => point.endsWith(kind))
  return turn < 0 ? 2 : turn
}

const amountOf = (point: Point) => 10_000 + 10 * points.indexOf(point)
/** The sale that shows that the till takes money again. */
const nextAmountOf = (point: Point) => amountOf(point) + 5

let hall: Hall
const tills: Till[] = []
const free: Till[] = []
const killedAt: Point[] = []

beforeAll(async () => {
  hall = await openHall(FACTOR)
  await hall.script(
    points.flatMap((point) => {
      const { scenario, params, refundScenario } = routeTo(point)
      const amountFen = amountOf(point)
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
  it.each(inTurn)('P10 is killed at %s, settles and takes money again', async (point) => {
    const till = free.pop()
    if (!till) throw new Error('there are fewer tills than tests at a time')
    await endAt(till, point)
    await till.start()
    await till.repeatUnanswered()
    await till.settled()
    await clearCounter(till)
    const { saleId } = await till.takeMoney(nextAmountOf(point))
    await till.command(`/v1/sales/${saleId}/dismiss`)
    killedAt.push(point)
    free.push(till)
  })
})

describe('what the journals and the ledger say after all of it', () => {
  let sales: readonly Sale[] = []
  let ledger: readonly LedgerRow[] = []

  beforeAll(async () => {
    ledger = await hall.ledger()
    await Promise.all(tills.map((till) => till.kill()))
    sales = tills.flatMap((till) => {
      const journal = till.journal()
      const kept = journal.recentSales(1_000)
      expect(journal.verify().ok).toBe(true)
      journal.close()
      return kept
    })
  })

  it('AC-3.7 every point was reached', () => {
    console.log(`killed at ${killedAt.length} of ${points.length} points`)
    expect(killedAt.toSorted()).toEqual(points.toSorted())
  })

  it.each(points)('P1 P2 P3 P4 they agree about the sale that met %s', (point) => {
    const ours = sales.filter(({ amountFen }) => amountFen === amountOf(point))
    expect(ours).toHaveLength(1)
    const given = (ours[0]?.refunds ?? []).map(({ outcome, amountFen }) => ({ outcome, amountFen }))
    const isRefunded = routeTo(point).refundScenario !== undefined
    const amountFen = refundFenOf(amountOf(point))
    expect(given).toEqual(isRefunded ? [{ outcome: 'REFUNDED', amountFen }] : [])
    agree(
      ours,
      ledger.filter(({ amountFen }) => amountFen === amountOf(point)),
    )
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
  expect(listed(ours.filter(({ outcome }) => outcome === 'REFUNDED'))).toEqual(
    listed(theirs.filter(({ status }) => status === 'SUCCESS')),
  )
  expect(ours.filter(({ outcome }) => outcome === 'UNKNOWN')).toEqual([])
  const known = new Set(ours.map(({ outRefundNo }) => outRefundNo))
  expect(theirs.filter(({ outRefundNo }) => !known.has(outRefundNo))).toEqual([])
}

/** Goes the way to the point and waits for the end there. */
async function endAt(till: Till, point: Point): Promise<void> {
  till.dieAt(point)
  const gone = routeTo(point)
    .go(till, amountOf(point))
    .catch(() => undefined)
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
