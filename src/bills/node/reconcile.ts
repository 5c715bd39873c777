import { ok, type Result } from '../../base/result.ts'
import type { Problem } from '../../domain/errors.ts'
import type { Attempt } from '../../domain/sale.ts'
import type { Journal } from '../../ports/journal.ts'
import { hereOf } from '../here.ts'
import type { Question, Verdict } from '../judge.ts'
import { type Difference, isDifference, type Refund, type Summary, type Total } from '../report.ts'
import { Comparison } from './comparison.ts'

/** What is compared, and where the lines of the result go. */
export type Reconciliation = {
  readonly asked: Question & { readonly merchantId: string }
  readonly journal: Pick<Journal, 'recentSales'>
  /** The bill, or undefined when the gateway says that there was no trade. */
  readonly billPath: string | undefined
  /** A file for the time of the comparison. */
  readonly scratchPath: string
  onDifference(difference: Difference): void
  onRefund(refund: Refund): void
  onProgress(rows: number): void
}

/** Sales read at a time. */
const PAGE = 500

/** Compares a day's bill with the journal. The error is a problem under `bill.`. */
export function reconcile(work: Reconciliation): Result<Summary, Problem> {
  const comparison = new Comparison(work.scratchPath)
  try {
    // The whole journal: a bill may name an order of an earlier day.
    for (const attempt of attemptsOf(work.journal)) comparison.addHere(hereOf(attempt))
    const { billPath, asked } = work
    const read =
      billPath === undefined
        ? ok(undefined)
        : comparison.readBill(billPath, asked, (rows) => work.onProgress(rows))
    if (!read.ok) return read
    return ok({ ...tell(comparison, work), sums: read.value })
  } finally {
    comparison.close()
  }
}

function* attemptsOf(journal: Pick<Journal, 'recentSales'>): IterableIterator<Attempt> {
  let beforeId: string | undefined
  for (;;) {
    const page = journal.recentSales(PAGE, beforeId)
    for (const sale of page) yield* sale.attempts
    beforeId = page.at(-1)?.id
    if (page.length < PAGE) return
  }
}

function tell(comparison: Comparison, work: Reconciliation): Omit<Summary, 'sums'> {
  const totals: Partial<Record<Verdict, Total>> = {}
  let differences = 0
  for (const { verdict, here, there } of comparison.findings(work.asked)) {
    totals[verdict] = add(totals[verdict], there?.amountFen ?? here?.amountFen ?? 0)
    if (!isDifference(verdict)) continue
    differences += 1
    work.onDifference({ verdict, ...(here && { here }), ...(there && { there }) })
  }
  let refunds: Total = { count: 0, amountFen: 0 }
  for (const refund of comparison.refunds()) {
    refunds = add(refunds, refund.refundFen)
    work.onRefund(refund)
  }
  const { date, terminalId } = work.asked
  return { date, terminalId, totals, refunds, differences }
}

function add(total: Total | undefined, amountFen: number): Total {
  return { count: (total?.count ?? 0) + 1, amountFen: (total?.amountFen ?? 0) + amountFen }
}
