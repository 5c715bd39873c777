import type { SaleView } from '../api/protocol.ts'
import { beijingTime } from '../domain/beijing-time.ts'
import { formatYuan } from '../domain/money.ts'
import { isRefundOpen, type Refund, type RefundOutcome } from '../domain/refund.ts'
import { lastAttempt, type Outcome, type Sale, saleOutcome } from '../domain/sale.ts'
import type { AdminAct } from '../ports/administration.ts'

/** A sale as a line of a list, whoever was asked for it. */
export type SaleLine = {
  readonly sale: string
  readonly amountFen: number
  readonly outcome: Outcome | RefundOutcome
  readonly outTradeNo?: string | undefined
  /** Present when the line is about a refund, whose amount it then has. */
  readonly outRefundNo?: string | undefined
  readonly cause?: string | undefined
  readonly transactionId?: string | undefined
  /** Unix milliseconds. */
  readonly submittedAtMs?: number | undefined
  readonly nextTryAtMs?: number | undefined
}

/** An act on the terminal itself as a line of the same list. */
export type ActLine = AdminAct & { readonly act: true }

/** Sales and acts by their time, newest first. */
export function linesOfJournal(
  sales: readonly Sale[],
  acts: readonly AdminAct[],
): readonly (SaleLine | ActLine)[] {
  const timed: { readonly atMs: number; readonly lines: readonly (SaleLine | ActLine)[] }[] = [
    ...sales.map((sale) => ({ atMs: sale.createdAtMs, lines: linesOfSale(sale) })),
    ...acts.map((act) => ({ atMs: act.atMs, lines: [{ act: true as const, ...act }] })),
  ]
  return timed.toSorted((a, b) => b.atMs - a.atMs).flatMap(({ lines }) => lines)
}

/** For a person: when, who, what and why. */
export function describeAct({ atMs, what, operator, reason }: AdminAct): string {
  const why = reason === '' ? '' : `  (${reason})`
  return `ACT      ${beijingTime(atMs)}  ${operator}  ${what}${why}`
}

/** Of a sale read from the journal: its payment, and each of its refunds. */
export function linesOfSale(sale: Sale): readonly SaleLine[] {
  return [lineOfSale(sale), ...(sale.refunds ?? []).map((refund) => lineOfRefund(sale, refund))]
}

function lineOfSale(sale: Sale): SaleLine {
  const attempt = lastAttempt(sale)
  return {
    sale: sale.id,
    amountFen: sale.amountFen,
    outcome: saleOutcome(sale),
    outTradeNo: attempt?.outTradeNo,
    cause: attempt?.cause,
    transactionId: attempt?.transactionId,
    submittedAtMs: attempt?.submittedAtMs,
    nextTryAtMs: attempt?.nextTryAtMs,
  }
}

/** What of a sale has no result yet: its payment, and each of its refunds. */
export function waitingOfSale(sale: Sale): readonly SaleLine[] {
  const payment = saleOutcome(sale) === 'UNKNOWN' ? [lineOfSale(sale)] : []
  const refunds = (sale.refunds ?? [])
    .filter(isRefundOpen)
    .map((refund) => lineOfRefund(sale, refund))
  return [...payment, ...refunds]
}

function lineOfRefund(sale: Sale, refund: Refund): SaleLine {
  return {
    sale: sale.id,
    amountFen: refund.amountFen,
    outcome: refund.outcome,
    outTradeNo: refund.outTradeNo,
    outRefundNo: refund.outRefundNo,
    cause: refund.cause,
    transactionId: refund.refundId,
    submittedAtMs: refund.wantedAtMs,
    nextTryAtMs: refund.nextTryAtMs,
  }
}

/** What of a sale has no result yet, as the running terminal tells it. */
export function linesOfView(sale: SaleView): readonly SaleLine[] {
  const payment = sale.outcome === 'UNKNOWN' ? [lineOfView(sale)] : []
  const refunds = (sale.refunds ?? [])
    .filter(({ outcome, closedByHand }) => outcome === 'UNKNOWN' && closedByHand === undefined)
    .map((refund) => ({
      sale: sale.saleId,
      amountFen: refund.amountFen,
      outcome: refund.outcome,
      outTradeNo: refund.outTradeNo,
      outRefundNo: refund.outRefundNo,
      cause: refund.problem?.code,
      submittedAtMs: refund.wantedAtMs,
      nextTryAtMs: refund.nextTryAtMs,
    }))
  return [...payment, ...refunds]
}

function lineOfView(sale: SaleView): SaleLine {
  const attempt = sale.attempts.at(-1)
  return {
    sale: sale.saleId,
    amountFen: sale.amountFen,
    outcome: sale.outcome,
    outTradeNo: attempt?.outTradeNo,
    cause: attempt?.problem?.code,
    transactionId: attempt?.transactionId,
    submittedAtMs: attempt?.submittedAtMs,
    nextTryAtMs: attempt?.nextTryAtMs,
  }
}

/** For a person: outcome, amount, number, cause. */
export function describeLine(line: SaleLine): string {
  const number = line.outRefundNo === undefined ? line.outTradeNo : `refund ${line.outRefundNo}`
  const rest = [number, line.cause ?? line.transactionId].filter(Boolean).join('  ')
  return `${line.outcome.padEnd(9)}${formatYuan(line.amountFen).padStart(12)}  ${rest}`
}

/** The same, with how long it has been so, and when it is asked about next. */
export function describeWaiting(line: SaleLine, nowMs: number): string {
  const { submittedAtMs, nextTryAtMs } = line
  const age = submittedAtMs === undefined ? '' : `  for ${span(nowMs - submittedAtMs)}`
  if (nextTryAtMs === undefined) return `${describeLine(line)}${age}`
  const waitMs = nextTryAtMs - nowMs
  return `${describeLine(line)}${age}  next try ${waitMs > 0 ? `in ${span(waitMs)}` : 'now'}`
}

/** The two largest units of a duration. */
function span(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1_000))
  if (seconds < 60) return `${seconds} s`
  const minutes = Math.floor(seconds / 60)
  if (minutes < 60) return `${minutes} min ${seconds % 60} s`
  const hours = Math.floor(minutes / 60)
  if (hours < 24) return `${hours} h ${minutes % 60} min`
  return `${Math.floor(hours / 24)} d ${hours % 24} h`
}
