import { isDeepStrictEqual } from 'node:util'
import {
  isGivenUp,
  isRefundOpen,
  isRefundUnclear,
  type RefundOutcome,
} from '../../src/domain/refund.ts'
import type { Outcome, Sale } from '../../src/domain/sale.ts'
import { saleOutcome } from '../../src/domain/sale.ts'
import type { Journal, JournalEntry } from '../../src/ports/journal.ts'
import type { ScreenModel } from '../../src/screen/model.ts'
import type { ManualClock } from '../support/manual-clock.ts'
import type { Fate } from './faults.ts'
import type { Ledger } from './ledger.ts'
import type { WireRefund } from './refund-book.ts'
import type { WireCall } from './wire.ts'

const REVERSE_NOT_BEFORE_MS = 15_000
/** For so long no code leaves the same life of the terminal twice. */
const CODE_KNOWN_MS = 600_000
const PAYMENT_CODE = /"1[0-5]\d{16}"|\b13\d{16}\b/

/** Times from the last fault that struck an attempt to its outcome, milliseconds. */
export type Settling = {
  /** Of attempts that the gateway knew. */
  readonly knownMs: number[]
  /** Of charges that were lost or refused: "no such order" is believed after 60 s at the earliest. */
  readonly neverArrivedMs: number[]
}

/**
 * Looks at everything that leaves the terminal, from outside, and says which promise broke. It keeps
 * its own notes of what was durable, and compares the ledgers when all is calm.
 */
export class Watch {
  readonly broken: string[] = []
  /** How long outcomes took from the last fault that struck them. */
  readonly settling: Settling = { knownMs: [], neverArrivedMs: [] }
  readonly #clock: ManualClock
  readonly #fate: Fate
  readonly #ledger: Ledger
  /** Every sale there is, oldest first. */
  readonly saleIds: string[] = []
  readonly #sales = new Set<string>()
  readonly #paid = new Set<string>()
  /** Every sale that was paid, in the order of that. */
  readonly paidIds: string[] = []
  readonly #outcomes = new Map<string, Outcome>()
  readonly #durable = new Set<string>()
  readonly #captures = new Set<string>()
  readonly #refunds = new Map<string, RefundOutcome>()
  readonly #refundBodies = new Map<string, string>()
  /** What left the terminal, by the order whose money it is. */
  readonly #askedBack = new Map<string, readonly { outRefundNo: string; refundFen: number }[]>()
  readonly #chargedAtMs = new Map<string, number>()
  /** When each code left this life of the terminal. */
  readonly #codesLeftAtMs = new Map<string, number>()
  /** The last step of which the terminal was told that it is on the disk. */
  #kept: { readonly seq: number; readonly sales: readonly Sale[] } = { seq: 0, sales: [] }

  constructor(clock: ManualClock, fate: Fate, ledger: Ledger) {
    this.#clock = clock
    this.#fate = fate
    this.#ledger = ledger
  }

  say(what: string): void {
    if (this.broken.length < 50) this.broken.push(what)
  }

  /** The journal said that a step is durable. */
  kept(seq: number, entry: JournalEntry): void {
    if (seq !== this.#kept.seq + 1) this.say(`step ${seq} follows step ${this.#kept.seq}`)
    this.#kept = { seq, sales: entry.sales }
    for (const sale of entry.sales) this.#look(sale)
  }

  #look(sale: Sale): void {
    const open = sale.attempts.filter(({ outcome }) => outcome === 'UNKNOWN')
    if (open.length > 1) this.say(`two attempts not final: ${sale.id}`)
    if (!this.#sales.has(sale.id)) this.saleIds.push(sale.id)
    this.#sales.add(sale.id)
    const wasPaid = this.#paid.has(sale.id)
    if (sale.phase === 'paid' && !wasPaid) {
      this.#paid.add(sale.id)
      this.paidIds.push(sale.id)
    }
    if (sale.phase !== 'paid' && wasPaid) this.say(`was paid and is ${sale.phase}: ${sale.id}`)
    for (const { outTradeNo, outcome } of sale.attempts) {
      const before = this.#outcomes.get(outTradeNo)
      if (before !== undefined && before !== 'UNKNOWN' && before !== outcome) {
        this.say(`${outTradeNo} was ${before} and became ${outcome}`)
      }
      if (before === 'UNKNOWN' && outcome !== 'UNKNOWN') this.#settled(outTradeNo)
      this.#outcomes.set(outTradeNo, outcome)
      this.#durable.add(outTradeNo)
    }
    this.#lookAtRefunds(sale)
    this.#lookAtFace(sale)
  }

  /** An order is made by face only when somebody agreed to it and confirmed it before (F-05, F-16). */
  #lookAtFace(sale: Sale): void {
    for (const { outTradeNo, interface: by } of sale.attempts) {
      const capture = sale.face?.captures.find((one) => one.outTradeNo === outTradeNo)
      if ((by === 'FACEPAY') !== (capture?.result === 'charged')) {
        this.say(`${outTradeNo} by ${by}, and its capture came to ${capture?.result}`)
      }
      if (by === 'FACEPAY' && capture?.confirmedAtMs === undefined) {
        this.say(`nobody confirmed ${outTradeNo}`)
      }
    }
    const last = sale.face?.captures.at(-1)
    const isNew = last !== undefined && !this.#captures.has(last.captureId)
    if (!isNew || last.endedAtMs === undefined) return
    this.#captures.add(last.captureId)
    if (last.result === 'charged') this.#fate.met('face_charged')
    if (last.result === 'code_shown') this.#fate.met('face_ended_by_code')
  }

  #lookAtRefunds(sale: Sale): void {
    const refunds = sale.refunds ?? []
    const unclear = refunds.filter(isRefundUnclear)
    if (unclear.length > 1) this.say(`two refunds of which nobody knows: ${sale.id}`)
    if (refunds.filter(isRefundOpen).length > 1) this.#fate.met('refund_of_part_beside_another')
    for (const { outRefundNo, outcome, closedByHand } of refunds) {
      if (closedByHand && this.#refunds.get(outRefundNo) === 'UNKNOWN') {
        this.#fate.met('refund_closed_by_hand')
      }
      const before = this.#refunds.get(outRefundNo)
      if (before !== undefined && before !== 'UNKNOWN' && before !== outcome) {
        this.say(`${outRefundNo} was ${before} and became ${outcome}`)
      }
      this.#refunds.set(outRefundNo, outcome)
    }
    for (const { outTradeNo, amountFen } of sale.attempts) {
      const reserved = (sale.refunds ?? []).filter(
        (refund) => refund.outTradeNo === outTradeNo && refund.outcome !== 'NOT_REFUNDED',
      )
      const sumFen = reserved.reduce((sum, refund) => sum + refund.amountFen, 0)
      if (sumFen > amountFen) this.say(`refunds of ${sumFen} of ${amountFen}: ${outTradeNo}`)
    }
  }

  #settled(outTradeNo: string): void {
    const chargedAtMs = this.#chargedAtMs.get(outTradeNo)
    if (chargedAtMs === undefined) return
    const lastMs = this.#fate.lastFaultMs(outTradeNo, chargedAtMs)
    if (lastMs === undefined) return
    const { knownMs, neverArrivedMs } = this.settling
    const list = this.#ledger.orders.has(outTradeNo) ? knownMs : neverArrivedMs
    list.push(Math.max(0, this.#clock.monotonicMs() - lastMs))
  }

  /** A life begins: whatever was durable must still be there. A torn step may be, or not. */
  opened(journal: Journal): void {
    this.#codesLeftAtMs.clear()
    const { rows } = journal.status()
    if (rows < this.#kept.seq) this.say(`${this.#kept.seq - rows} durable steps were lost`)
    if (rows > this.#kept.seq + 1) this.say(`${rows - this.#kept.seq} steps came from nowhere`)
    const isUnheard = rows > this.#kept.seq
    for (const sale of isUnheard ? [] : this.#kept.sales) {
      const found = journal.sale(sale.id)
      if (!isDeepStrictEqual(found, sale)) this.say(`${sale.id} is not as it was`)
    }
    if (isUnheard) {
      const last = journal.rows(rows, 1)[0]
      const sale = last?.saleId ? journal.sale(last.saleId) : undefined
      this.#kept = { seq: rows, sales: sale ? [sale] : [] }
      if (sale) this.#look(sale)
    }
  }

  /** A byte of a request leaves the terminal. */
  left(call: WireCall, subject: string, body: string): void {
    const nowMs = this.#clock.monotonicMs()
    if (call === 'refund') this.#refundLeft(subject, body)
    const outTradeNo = subject
    if (call === 'charge') {
      if (!this.#durable.has(outTradeNo)) this.say(`a charge before its attempt: ${outTradeNo}`)
      if (this.#chargedAtMs.has(outTradeNo)) this.say(`charged twice: ${outTradeNo}`)
      this.#chargedAtMs.set(outTradeNo, nowMs)
      this.#codeLeft(body, nowMs)
    }
    if (call === 'reverse') {
      const sinceMs = nowMs - (this.#chargedAtMs.get(outTradeNo) ?? Number.NEGATIVE_INFINITY)
      if (sinceMs < REVERSE_NOT_BEFORE_MS) this.say(`reversed after ${sinceMs} ms: ${outTradeNo}`)
    }
  }

  /** A code is good for one payment, so one life of the terminal lets it go once. */
  #codeLeft(body: string, nowMs: number): void {
    const code = /"auth_code":"(\d+)"/.exec(body)?.[1] ?? ''
    const beforeMs = this.#codesLeftAtMs.get(code) ?? Number.NEGATIVE_INFINITY
    if (nowMs - beforeMs < CODE_KNOWN_MS) this.say('a used code left again')
    this.#codesLeftAtMs.set(code, nowMs)
  }

  /** A number is one refund: durable before it leaves, and always the same request. */
  #refundLeft(outRefundNo: string, body: string): void {
    if (!this.#refunds.has(outRefundNo)) this.say(`a refund before it was durable: ${outRefundNo}`)
    const before = this.#refundBodies.get(outRefundNo)
    if (before !== undefined && before !== body) this.say(`another body for ${outRefundNo}`)
    this.#refundBodies.set(outRefundNo, body)
    if (before === undefined) this.#mustBeCovered(body)
  }

  /** All that was asked for of one order, and is not certain to be refused, fits into what was paid. */
  #mustBeCovered(body: string): void {
    const wire = JSON.parse(body) as WireRefund
    const { out_trade_no: outTradeNo, out_refund_no: outRefundNo, amount } = wire
    const asked = this.#askedBack.get(outTradeNo) ?? []
    this.#askedBack.set(outTradeNo, [...asked, { outRefundNo, refundFen: amount.refund }])
    const askedFen = asked
      .filter((one) => this.#refunds.get(one.outRefundNo) !== 'NOT_REFUNDED')
      .reduce((sum, { refundFen }) => sum + refundFen, amount.refund)
    if (askedFen > amount.total) this.say(`more asked back than was paid: ${outTradeNo}`)
    if (this.#outcomes.get(outTradeNo) !== 'PAID') this.say(`a refund of no payment: ${outTradeNo}`)
  }

  /** A register or screen was told of a sale. */
  told(sale: Sale): void {
    if (sale.phase === 'paid') this.#mustBePaid(sale.id, 'a register')
  }

  /** A model went to the screens. */
  showed(model: ScreenModel): void {
    const { cashier } = model
    if (cashier.state === 'paid') this.#mustBePaid(cashier.saleId ?? '', 'the cashier')
    if (cashier.notice?.problem.code === 'code.used_before')
      this.#fate.met('used_code_refused_here')
    if (model.customer.state === 'paid') this.#mustBePaid(cashier.saleId ?? '', 'the customer')
    for (const { saleId, outcome } of cashier.recent) {
      if (outcome === 'PAID') this.#mustBePaid(saleId, 'the list')
    }
  }

  #mustBePaid(saleId: string, who: string): void {
    if (!this.#paid.has(saleId)) this.say(`${who} heard PAID before it was durable: ${saleId}`)
  }

  /** All is calm and nothing is under way: the journal and the gateway must agree to the fen. */
  compare(journal: Journal): { readonly sales: number; readonly paid: number } {
    const sales = journal.recentSales(100_000)
    const known = new Set<string>()
    for (const sale of sales) {
      for (const { outTradeNo } of sale.attempts) known.add(outTradeNo)
      this.#compareSale(sale)
    }
    for (const [outTradeNo, order] of this.#ledger.orders) {
      if (!known.has(outTradeNo)) this.say(`the journal does not know ${outTradeNo}`)
      if (order.timesTaken > 1) this.say(`money was taken twice for ${outTradeNo}`)
      if (order.timesReturned > order.timesTaken) this.say(`money from nowhere: ${outTradeNo}`)
    }
    this.#compareRefunds(sales)
    const verified = journal.verify()
    if (!verified.ok) this.say(`the hash chain is broken at ${verified.error.seq}`)
    for (const { seq, event } of journal.rows(1, 1_000_000)) {
      if (PAYMENT_CODE.test(JSON.stringify(event))) this.say(`a payment code is in row ${seq}`)
    }
    return { sales: sales.length, paid: sales.filter((sale) => sale.phase === 'paid').length }
  }

  /** Every refund here is as it is there, and there is none there that is not known here. */
  #compareRefunds(sales: readonly Sale[]): void {
    const { refunds: book, orders } = this.#ledger
    const known = new Set<string>()
    for (const refund of sales.flatMap(({ refunds }) => refunds ?? [])) {
      const { outRefundNo, outcome, phase, amountFen, closedByHand } = refund
      known.add(outRefundNo)
      const there = book.refunds.get(outRefundNo)
      const isGiven = there?.state === 'SUCCESS'
      if (outcome === 'NOT_REFUNDED' && closedByHand)
        this.#fate.met('refund_given_up_and_not_given')
      if (outcome === 'REFUNDED' && !isGiven) this.say(`REFUNDED without money: ${outRefundNo}`)
      if (outcome === 'NOT_REFUNDED' && there && there.state !== 'CLOSED') {
        this.say(`money for NOT_REFUNDED: ${outRefundNo}`)
      }
      const isStaffs = closedByHand !== undefined || (phase === 'abnormal' && !isGiven)
      if (outcome === 'UNKNOWN' && !isStaffs) this.say(`refund never settled: ${outRefundNo}`)
      if (isGivenUp(refund) && !there) this.say(`reserved though never arrived: ${outRefundNo}`)
      if (there && there.wire.amount.refund !== amountFen) this.say(`other fen: ${outRefundNo}`)
    }
    for (const number of book.refunds.keys()) {
      if (!known.has(number)) this.say(`the journal does not know the refund ${number}`)
    }
    for (const [number, { charge }] of orders) {
      if (book.takenFen(number) > charge.amount.total) this.say(`more given than taken: ${number}`)
    }
  }

  #compareSale(sale: Sale): void {
    const ledger = this.#ledger
    const kept = sale.attempts.filter(({ outTradeNo }) => ledger.holds(outTradeNo))
    if (kept.length > 1) this.say(`two payments kept for ${sale.id}`)
    for (const { outTradeNo, outcome, amountFen } of sale.attempts) {
      const holds = ledger.holds(outTradeNo)
      const isByHand = sale.closedByHand !== undefined && outcome === 'UNKNOWN'
      if (outcome === 'UNKNOWN' && !isByHand) this.say(`never settled: ${outTradeNo}`)
      if (outcome === 'PAID' && !holds) this.say(`PAID without money: ${outTradeNo}`)
      if (outcome === 'NOT_PAID' && holds) this.say(`money for NOT_PAID: ${outTradeNo}`)
      const total = ledger.orders.get(outTradeNo)?.charge.amount.total
      if (outcome === 'PAID' && total !== amountFen) this.say(`another amount: ${outTradeNo}`)
    }
    const isPaid = sale.attempts.some(({ outcome }) => outcome === 'PAID')
    if (isPaid !== (saleOutcome(sale) === 'PAID')) this.say(`PAID and not PAID: ${sale.id}`)
  }
}
