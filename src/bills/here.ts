import type { Attempt } from '../domain/sale.ts'
import { beijingDay } from './beijing-day.ts'
import type { Here } from './judge.ts'

/** An attempt as reconciliation sees it. The day is the gateway's own where it said one. */
export function hereOf(attempt: Attempt): Here {
  const said = /^(\d{4}-\d\d-\d\d)T.*\+08:00$/.exec(attempt.paidAt ?? '')?.[1]
  const paidAtMs = attempt.outcome === 'PAID' ? attempt.settledAtMs : undefined
  return {
    outTradeNo: attempt.outTradeNo,
    amountFen: attempt.amountFen,
    outcome: attempt.outcome,
    day: said ?? beijingDay(paidAtMs ?? attempt.submittedAtMs),
    transactionId: attempt.transactionId ?? '',
  }
}
