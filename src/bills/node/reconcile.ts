import { ok, type Result } from '../../base/result.ts'
import type { Problem } from '../../domain/errors.ts'
import type { Sale } from '../../domain/sale.ts'
import type { Journal } from '../../ports/journal.ts'
import { hereOf, keptPayments, refundHereOf } from '../here.ts'
import type { Question, Verdict } from '../judge.ts'
import type { RefundVerdict } from '../judge-refund.ts'
import {
  type Difference,
  type DoublePayment,
  isDifference,
  isRefundDifference,
  type RefundDifference,
  type Summary,
  type Total,
} from '../report.ts'
import type { SumDifference } from '../sums.ts'
import { Comparison } from './comparison.ts'

/** What is compared, and where the lines of the result go. */
export type Reconciliation = {
  readonly asked: Question & { readonly merchantId: string }
  readonly journal: Pick<Journal, 'recentSales'>
  /** The bill, or undefined when the gateway says that there was no trade. */
  readonly billPath: string | undefined
  /** A file for the time of the comparison. */
  readonly scratchPath: string
  onSumDifference(difference: SumDifference): void
  onDoublePayment(payment: DoublePayment): void
  onDifference(difference: Difference): void
  onRefundDifference(difference: RefundDifference): void
  onProgress(rows: number): void
}

/** Sales read at a time. */
const PAGE = 500

/** Compares a day's bill with the journal. The error is a problem under `bill.`. */
export function reconcile(work: Reconciliation): Result<Summary, Problem> {
  const comparison = new Comparison(work.scratchPath)
  try {
    const doublePayments = readJournal(comparison, work)
    const { billPath, asked } = work
    const read =
      billPath === undefined
        ? ok(undefined)
        : comparison.readBill(billPath, asked, (rows) => work.onProgress(rows))
    if (!read.ok) return read
    const sums = read.value
    for (const difference of sums?.differences ?? []) work.onSumDifference(difference)
    const payments = tellPayments(comparison, work)
    const refunds = tellRefunds(comparison, work)
    const differences =
      payments.differences + refunds.differences + doublePayments + (sums?.differences.length ?? 0)
    return ok({
      date: asked.date,
      terminalId: asked.terminalId,
      sums,
      totals: payments.totals,
      refundTotals: refunds.totals,
      doublePayments,
      differences,
    })
  } finally {
    comparison.close()
  }
}

/**
 * The whole journal: a bill may name an order of an earlier day. What was collected for another
 * merchant stands in another bill. Counts the sales paid twice.
 */
function readJournal(comparison: Comparison, work: Reconciliation): number {
  let doublePayments = 0
  for (const sale of salesOf(work.journal)) {
    const attempts = sale.attempts.filter((made) => made.merchantId === work.asked.merchantId)
    for (const attempt of attempts) comparison.addHere(hereOf(attempt, sale.id))
    for (const refund of sale.refunds ?? []) {
      const isOurs = attempts.some(({ outTradeNo }) => outTradeNo === refund.outTradeNo)
      if (isOurs) comparison.addRefundHere(refundHereOf(refund, sale.id))
    }
    const kept = keptPayments(sale)
    if (kept.length < 2) continue
    if (!kept.some((attempt) => hereOf(attempt, sale.id).day === work.asked.date)) continue
    doublePayments += 1
    const outTradeNos = kept.map(({ outTradeNo }) => outTradeNo)
    work.onDoublePayment({ saleId: sale.id, amountFen: sale.amountFen, outTradeNos })
  }
  return doublePayments
}

function* salesOf(journal: Pick<Journal, 'recentSales'>): IterableIterator<Sale> {
  let beforeId: string | undefined
  for (;;) {
    const page = journal.recentSales(PAGE, beforeId)
    yield* page
    beforeId = page.at(-1)?.id
    if (page.length < PAGE) return
  }
}

function tellPayments(comparison: Comparison, work: Reconciliation) {
  const totals: Partial<Record<Verdict, Total>> = {}
  let differences = 0
  for (const found of comparison.findings(work.asked)) {
    const { verdict, here, there } = found
    totals[verdict] = add(totals[verdict], there?.amountFen ?? here?.amountFen ?? 0)
    if (!isDifference(verdict)) continue
    differences += 1
    work.onDifference(found)
  }
  return { totals, differences }
}

function tellRefunds(comparison: Comparison, work: Reconciliation) {
  const totals: Partial<Record<RefundVerdict, Total>> = {}
  let differences = 0
  for (const found of comparison.refundFindings(work.asked)) {
    const { verdict, here, there } = found
    totals[verdict] = add(totals[verdict], there?.refundFen ?? here?.refundFen ?? 0)
    if (!isRefundDifference(verdict)) continue
    differences += 1
    work.onRefundDifference(found)
  }
  return { totals, differences }
}

function add(total: Total | undefined, amountFen: number): Total {
  return { count: (total?.count ?? 0) + 1, amountFen: (total?.amountFen ?? 0) + amountFen }
}
