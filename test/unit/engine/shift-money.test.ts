import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { Sale } from '../../../src/domain/sale.ts'
import { sumOf } from '../../../src/domain/shift.ts'
import { ShiftDesk } from '../../../src/engine/shift-desk.ts'
import { openJournal } from '../../../src/journal/node/sqlite-journal.ts'
import type { Journal, JournalEntry } from '../../../src/ports/journal.ts'
import { createKeptLog } from '../../support/kept-log.ts'
import { refundOf, saleOf } from '../../support/one-attempt-sales.ts'

let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'guitai-shifts-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** A crash of the program, before or after a closing is on the disk. */
class Crash extends Error {}
type Dies = 'before' | 'after' | 'not'

type Act =
  | { readonly kind: 'begin'; readonly amountFen: number; readonly operator: string | undefined }
  | { readonly kind: 'pay' | 'give_up'; readonly which: number }
  | { readonly kind: 'want_refund'; readonly which: number; readonly share: number }
  | { readonly kind: 'refund' | 'refuse_refund' | 'again'; readonly which: number }
  | { readonly kind: 'close'; readonly carryUnsettled: boolean; readonly dies: Dies }
  | { readonly kind: 'reopen' }

const which = fc.nat(99)
const act: fc.Arbitrary<Act> = fc.oneof(
  fc.record({
    kind: fc.constant('begin' as const),
    amountFen: fc.integer({ min: 2, max: 5_000 }),
    operator: fc.constantFrom(undefined, '张敏', 'li'),
  }),
  fc.record({ kind: fc.constantFrom('pay' as const, 'pay' as const, 'give_up' as const), which }),
  fc.record({ kind: fc.constant('want_refund' as const), which, share: fc.nat(100) }),
  fc.record({ kind: fc.constantFrom('refund' as const, 'refuse_refund', 'again'), which }),
  fc.record({
    kind: fc.constant('close' as const),
    carryUnsettled: fc.boolean(),
    dies: fc.constantFrom<Dies>('not', 'not', 'before', 'after'),
  }),
  fc.record({ kind: fc.constant('reopen' as const) }),
) as fc.Arbitrary<Act>

/** A terminal's journal and shift desk, and beside them a plain account of what became certain. */
class World {
  readonly #file: string
  readonly #sales = new Map<string, Sale>()
  readonly account = { paidFen: 0, paid: 0, refundedFen: 0, refunded: 0 }
  #journal: Journal
  #dies: Dies = 'not'
  #clientIds = 0
  #nowMs = 1_000
  desk: ShiftDesk

  constructor(file: string) {
    this.#file = file
    this.#journal = this.#open()
    this.desk = this.#makeDesk()
  }

  #open(): Journal {
    const opened = openJournal(this.#file)
    if (!opened.ok) throw new Error(opened.error.detail)
    return opened.value
  }

  #makeDesk(): ShiftDesk {
    const journal = this.#journal
    const append: Journal['append'] = (entry) => {
      if (this.#dies === 'before') throw new Crash()
      const written = journal.append(entry)
      if (this.#dies === 'after') throw new Crash()
      return written
    }
    const dying = new Proxy(journal, {
      get: (target, name) => {
        if (name === 'append') return append
        const found = target[name as keyof Journal]
        return typeof found === 'function' ? found.bind(target) : found
      },
    })
    return new ShiftDesk({
      journal: dying,
      log: createKeptLog(),
      time: { nowMs: () => this.#nowMs },
      watch: { failed: () => undefined, worked: () => undefined },
      isRunning: () => true,
    })
  }

  close(): void {
    this.#journal.close()
  }

  reopen(): void {
    this.#journal.close()
    this.#journal = this.#open()
    this.desk = this.#makeDesk()
  }

  play(given: Act): void {
    this.#nowMs += 10
    if (given.kind === 'begin') this.#begin(given.amountFen, given.operator)
    else if (given.kind === 'close') this.#closeShift(given)
    else if (given.kind === 'reopen') this.reopen()
    else this.#change(given)
  }

  #begin(amountFen: number, operator: string | undefined): void {
    const id = `sale-${this.#sales.size + 1}`
    const attempt = { outTradeNo: `TRADE${this.#sales.size + 1}`, outcome: 'UNKNOWN' } as const
    const named = operator === undefined ? {} : { operator }
    this.#write(saleOf(id, { ...attempt, amountFen }, named), 'code_scanned')
  }

  #change(given: Extract<Act, { which: number }>): void {
    const sales = [...this.#sales.values()]
    const sale = sales[given.which % Math.max(1, sales.length)]
    const [attempt] = sale?.attempts ?? []
    if (!sale || !attempt) return
    const { outTradeNo, amountFen, outcome } = attempt
    const refund = sale.refunds?.[0]
    if ((given.kind === 'pay' || given.kind === 'give_up') && outcome === 'UNKNOWN') {
      const settled = given.kind === 'pay' ? 'PAID' : 'NOT_PAID'
      const { operator } = sale
      const named = operator === undefined ? {} : { operator }
      this.#write(saleOf(sale.id, { outTradeNo, outcome: settled, amountFen }, named))
      if (settled === 'NOT_PAID') return
      this.account.paid += 1
      this.account.paidFen += amountFen
    }
    if (given.kind === 'want_refund' && outcome === 'PAID' && !refund) {
      const some = Math.max(1, Math.trunc((amountFen * given.share) / 100))
      const outRefundNo = `R-${outTradeNo}`
      const wanted = { outRefundNo, outTradeNo, outcome: 'UNKNOWN', amountFen: some } as const
      this.#write({ ...sale, refunds: [refundOf(wanted)] })
    }
    if (given.kind === 'refund' && refund?.outcome === 'UNKNOWN') {
      const { outRefundNo } = refund
      const done = { outRefundNo, outTradeNo, amountFen: refund.amountFen }
      this.#write({ ...sale, refunds: [refundOf({ ...done, outcome: 'REFUNDED' })] })
      this.account.refunded += 1
      this.account.refundedFen += refund.amountFen
    }
    if (given.kind === 'refuse_refund' && refund?.outcome === 'UNKNOWN') {
      const { outRefundNo } = refund
      const none = { outRefundNo, outTradeNo, amountFen: refund.amountFen }
      this.#write({ ...sale, refunds: [refundOf({ ...none, outcome: 'NOT_REFUNDED' })] })
    }
    // A later step of a sale brings its money again, and it must not count again.
    if (given.kind === 'again') this.#write(sale)
  }

  /** As a caller does: the same command again, until there is an answer. */
  #closeShift(given: Extract<Act, { kind: 'close' }>): void {
    this.#clientIds += 1
    const { carryUnsettled } = given
    const identity = { clientId: `close-${this.#clientIds}`, digest: String(carryUnsettled) }
    this.#dies = given.dies
    const before = this.desk.current()
    const ask = () => this.desk.close({ operator: '张敏', carryUnsettled }, identity)
    try {
      ask()
    } catch (cause) {
      if (!(cause instanceof Crash)) throw cause
      this.#dies = 'not'
      this.reopen()
      this.#nowMs += 1_000
    }
    this.#dies = 'not'
    const answer = ask()
    const mayClose = carryUnsettled || before.unsettled.length === 0
    expect(answer.ok).toBe(mayClose)
    expect(this.desk.current().number).toBe(before.number + (mayClose ? 1 : 0))
  }

  #write(sale: Sale, kind = 'query_answered'): void {
    const entry: JournalEntry = { atMs: this.#nowMs, kind, event: {}, sales: [sale] }
    const written = this.#journal.append(entry)
    if (!written.ok) throw new Error(written.error.detail)
    this.#sales.set(sale.id, sale)
  }

  verify(): void {
    expect(this.#journal.verify().ok).toBe(true)
  }
}

it('over all shifts, money counts once and none is lost, whatever crashes', () => {
  let runs = 0
  fc.assert(
    fc.property(fc.array(act, { minLength: 10, maxLength: 40 }), (acts) => {
      runs += 1
      const world = new World(join(folder, `${runs}.db`))
      try {
        for (const given of acts) world.play(given)
        const closed = world.desk.list(1_000).toReversed()
        const shifts = [...closed, world.desk.current()]
        expect(shifts.map(({ number }) => number)).toEqual(shifts.map((_, index) => index + 1))
        for (const [index, shift] of shifts.slice(1).entries()) {
          expect(shift.fromSeq).toBe((shifts[index]?.toSeq ?? 0) + 2)
          expect(shift.fromMs).toBe(shifts[index]?.toMs)
        }
        const totals = shifts.flatMap((shift) => shift.totals)
        const payments = sumOf(totals, ({ kind }) => kind === 'payment')
        const refunds = sumOf(totals, ({ kind }) => kind === 'refund')
        const { paid, paidFen, refunded, refundedFen } = world.account
        expect(payments).toEqual({ count: paid, amountFen: paidFen })
        expect(refunds).toEqual({ count: refunded, amountFen: refundedFen })
        world.verify()
      } finally {
        world.close()
      }
    }),
    { numRuns: 40 },
  )
})
