import { type Refund, refundedFen } from '../domain/refund.ts'
import type { Attempt, Sale } from '../domain/sale.ts'
import { beijingDay } from './beijing-day.ts'
import type { Here } from './judge.ts'
import type { RefundHere, RefundStanding } from './judge-refund.ts'

/** An attempt as reconciliation sees it. The day is the gateway's own where it said one. */
export function hereOf(attempt: Attempt, saleId: string): Here {
  const paidAtMs = attempt.outcome === 'PAID' ? attempt.settledAtMs : undefined
  return {
    saleId,
    outTradeNo: attempt.outTradeNo,
    amountFen: attempt.amountFen,
    outcome: attempt.outcome,
    day: saidDay(attempt.paidAt) ?? beijingDay(paidAtMs ?? attempt.submittedAtMs),
    transactionId: attempt.transactionId ?? '',
  }
}

/** A refund as reconciliation sees it. */
export function refundHereOf(refund: Refund, saleId: string): RefundHere {
  const wantedDay = beijingDay(refund.wantedAtMs)
  const settledDay = beijingDay(refund.settledAtMs ?? refund.wantedAtMs)
  const doneDay = saidDay(refund.refundedAt) ?? settledDay
  // The two are from two clocks, and ours may be the one that is wrong.
  const [firstDay, lastDay] = wantedDay < doneDay ? [wantedDay, doneDay] : [doneDay, wantedDay]
  return {
    saleId,
    outTradeNo: refund.outTradeNo,
    outRefundNo: refund.outRefundNo,
    refundFen: refund.amountFen,
    standing: standingOf(refund),
    firstDay,
    lastDay,
    refundId: refund.refundId ?? '',
  }
}

function standingOf({ outcome, cause }: Refund): RefundStanding {
  return outcome === 'NOT_REFUNDED' && cause === 'refund.closed' ? 'CLOSED' : outcome
}

/** The Beijing date of a time of the wire (RFC 3339 with an offset); undefined without one. */
function saidDay(time: string | undefined): string | undefined {
  if (!time || !/T.*([+-]\d\d:\d\d|Z)$/.test(time)) return undefined
  const atMs = Date.parse(time)
  return Number.isNaN(atMs) ? undefined : beijingDay(atMs)
}

/** Which attempts of a sale hold money that was not given back: more than one is one too many. */
export function keptPayments(sale: Sale): readonly Attempt[] {
  const refunds = sale.refunds ?? []
  return sale.attempts.filter(
    ({ outcome, outTradeNo, amountFen }) =>
      outcome === 'PAID' && refundedFen(refunds, outTradeNo) < amountFen,
  )
}
