import type { Sale } from '../domain/sale.ts'
import type { Clock } from '../ports/clock.ts'
import { countRisk, NO_RISK, type RiskFact, type RiskTerms } from '../scene/risk.ts'
import type { Report } from './scene-events.ts'

/** Trigger 1, use outside what was approved: what an excluded channel may be a sign of. */
const CHANNEL_TRIGGER = 1
/** Payments and refunds remembered, so that a sale that changes again is not counted again. */
const SEEN_MAX = 2_048

/** Turns sales into counts and tells each sign of risk once in its window; what a sale is stays here. */
export class RiskWatch {
  readonly #terms: RiskTerms
  readonly #clock: Clock
  readonly #report: (report: Report) => void
  readonly #seen = new Set<string>()
  #tallies = NO_RISK

  constructor(parts: {
    readonly terms: RiskTerms
    readonly clock: Clock
    readonly report: (report: Report) => void
  }) {
    this.#terms = parts.terms
    this.#clock = parts.clock
    this.#report = parts.report
  }

  /** A sale that changed. Counts what became final of it, once. */
  saw(sale: Sale): void {
    this.#lookAtChannels(sale)
    const paid = sale.attempts.find(({ outcome }) => outcome === 'PAID')
    if (paid === undefined) return
    const paidAtMs = paid.settledAtMs ?? paid.submittedAtMs
    // A sale with refunds was paid before, and counted then.
    if (sale.refunds === undefined && this.#isNew(paid.outTradeNo)) {
      this.count({ kind: 'paid', amountFen: paid.amountFen, atMs: paid.submittedAtMs })
    }
    for (const { outcome, outRefundNo, amountFen, wantedAtMs, cause } of sale.refunds ?? []) {
      if (outcome === 'UNKNOWN' || !this.#isNew(outRefundNo)) continue
      const isWhole = amountFen === paid.amountFen
      if (outcome === 'REFUNDED') {
        this.count({ kind: 'refunded', isWhole, afterMs: wantedAtMs - paidAtMs })
      } else if (!cause?.startsWith('scene.')) {
        // What the scene refused was counted when it did.
        this.count({ kind: 'refund_refused' })
      }
    }
  }

  /** Money came through a channel that the order had excluded; whatever becomes of it, once. */
  #lookAtChannels(sale: Sale): void {
    for (const attempt of sale.attempts) {
      const { channelForbidden, outTradeNo, amountFen } = attempt
      if (!channelForbidden || !this.#isNew(`channel ${outTradeNo}`)) continue
      const facts = {
        interface: attempt.interface,
        amount_fen: amountFen,
        out_trade_no: outTradeNo,
      }
      const told = { kind: 'measure.channel_violation', trigger: CHANNEL_TRIGGER, facts }
      this.#clock.after(0, () => this.#report(told))
    }
  }

  count(fact: RiskFact): void {
    const at = { terms: this.#terms, monotonicMs: this.#clock.monotonicMs() }
    const { tallies, signals } = countRisk(this.#tallies, fact, at)
    this.#tallies = tallies
    for (const signal of signals) this.#clock.after(0, () => this.#report(signal))
  }

  #isNew(key: string): boolean {
    if (this.#seen.has(key)) return false
    this.#seen.add(key)
    for (const oldest of this.#seen) {
      if (this.#seen.size <= SEEN_MAX) break
      this.#seen.delete(oldest)
    }
    return true
  }
}
