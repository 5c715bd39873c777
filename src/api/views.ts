import { problem } from '../domain/errors.ts'
import { type Attempt, type Sale, saleOutcome } from '../domain/sale.ts'
import type { TerminalStatus } from '../ports/terminal.ts'
import type { SaleView, StatusView } from './protocol.ts'

/** Names the terminal to its callers. */
export type TerminalName = { readonly id: string; readonly store: string; readonly version: string }

/** A sale as callers see it. */
export function viewSale(sale: Sale): SaleView {
  return {
    saleId: sale.id,
    ...(sale.orderRef === undefined ? {} : { orderRef: sale.orderRef }),
    amountFen: sale.amountFen,
    currency: 'CNY',
    description: sale.description,
    createdAtMs: sale.createdAtMs,
    phase: sale.phase,
    outcome: saleOutcome(sale),
    cancelWanted: sale.cancelWanted,
    ...(sale.closedByHand === undefined ? {} : { closedByHand: sale.closedByHand }),
    traceId: sale.traceId,
    attempts: sale.attempts.map((attempt) => viewAttempt(attempt, sale.traceId)),
  }
}

function viewAttempt(attempt: Attempt, traceId: string): SaleView['attempts'][number] {
  const { outTradeNo, phase, outcome, submittedAtMs, queries, reversals } = attempt
  const code = attempt.cause ?? attempt.refusal
  return {
    outTradeNo,
    phase,
    outcome,
    submittedAtMs,
    queries,
    reversals,
    ...(attempt.overdue === undefined ? {} : { overdue: attempt.overdue }),
    ...(attempt.settledAtMs === undefined ? {} : { settledAtMs: attempt.settledAtMs }),
    ...(attempt.nextTryAtMs === undefined ? {} : { nextTryAtMs: attempt.nextTryAtMs }),
    ...(code && outcome !== 'PAID' ? { problem: problemOf(code, attempt, traceId) } : {}),
    ...(attempt.gatewayText === undefined ? {} : { gatewayText: attempt.gatewayText }),
    ...(attempt.transactionId === undefined ? {} : { transactionId: attempt.transactionId }),
    ...(attempt.payerTotalFen === undefined ? {} : { payerTotalFen: attempt.payerTotalFen }),
    ...(attempt.paidAt === undefined ? {} : { paidAt: attempt.paidAt }),
    ...(attempt.refunded === undefined ? {} : { refunded: attempt.refunded }),
  }
}

/** The table's entry, but with the attempt's own word on money: only its outcome knows. */
function problemOf(code: Parameters<typeof problem>[0], attempt: Attempt, traceId: string) {
  const moneyTaken = attempt.outcome === 'NOT_PAID' ? ('no' as const) : ('unknown' as const)
  return { ...problem(code, { traceId }), moneyTaken }
}

/** The terminal's state as callers see it. */
export function viewStatus(status: TerminalStatus, terminal: TerminalName): StatusView {
  return {
    terminal,
    state: status.state,
    startedAtMs: status.startedAtMs,
    pending: status.pending,
    scanners: status.scanners.map((scanner) => ({ ...scanner, dropped: { ...scanner.dropped } })),
    gateway: { ...status.gateway },
    journal: { ...status.journal },
  }
}
