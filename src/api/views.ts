import { problem } from '../domain/errors.ts'
import { type Refund, refundedFen, reservedFen } from '../domain/refund.ts'
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
    ...viewStop(sale),
    ...viewFace(sale),
    traceId: sale.traceId,
    ...(sale.operator === undefined ? {} : { operator: sale.operator }),
    attempts: sale.attempts.map((attempt) => viewAttempt(attempt, sale.traceId)),
    ...viewRefunds(sale),
  }
}

/** Why the sale stopped waiting for a code, while nobody armed it again. */
function viewStop({ sceneRefusal, traceId }: Sale): Pick<SaleView, 'problem'> {
  if (sceneRefusal === undefined) return {}
  const { code, check } = sceneRefusal
  return { problem: problem(code, { traceId, detail: `check: ${check}` }) }
}

/** How far the customer is with face pay, and why the last try led to nothing. */
function viewFace({ face, traceId }: Sale): Pick<SaleView, 'face'> {
  if (face === undefined) return {}
  const { step, failures, cause, isOff } = face
  return {
    face: {
      ...{ step, failures, isOff: isOff === true },
      ...(cause === undefined ? {} : { problem: problem(cause, { traceId }) }),
    },
  }
}

/** What was given back of a paid sale, and what may still be. */
function viewRefunds(sale: Sale): Pick<SaleView, 'refunds' | 'refundedFen' | 'refundableFen'> {
  if (sale.phase !== 'paid') return {}
  const refunds = sale.refunds ?? []
  const refundableFen = sale.attempts
    .filter(({ outcome }) => outcome === 'PAID')
    .reduce((sum, made) => sum + made.amountFen - reservedFen(refunds, made.outTradeNo), 0)
  return {
    refundableFen,
    ...(sale.refunds === undefined
      ? {}
      : {
          refundedFen: refundedFen(refunds),
          refunds: refunds.map((refund) => viewRefund(refund, sale.traceId)),
        }),
  }
}

function viewRefund(refund: Refund, traceId: string): NonNullable<SaleView['refunds']>[number] {
  const { cause, refusal, step: _s, awaits: _a, nextMove: _m, unclearAtMs: _u, ...seen } = refund
  const { waitsFromMs: _w, ...view } = seen
  const code = refund.outcome === 'REFUNDED' ? undefined : (cause ?? refusal)
  if (code === undefined) return view
  return { ...view, problem: { ...problem(code, { traceId }), moneyTaken: 'yes' } }
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

function viewScene(scene: TerminalStatus['scene']): StatusView['scene'] {
  const measures = scene.measures.map(({ items, ...measure }) => ({
    ...measure,
    ...(items === undefined ? {} : { items: [...items] }),
  }))
  return { ...scene, measures, offered: [...scene.offered] }
}

/** The terminal's state as callers see it. */
export function viewStatus(status: TerminalStatus, terminal: TerminalName): StatusView {
  return {
    terminal,
    state: status.state,
    startedAtMs: status.startedAtMs,
    pending: status.pending,
    refunding: status.refunding,
    scanners: status.scanners.map((scanner) => ({ ...scanner, dropped: { ...scanner.dropped } })),
    gateway: { ...status.gateway },
    journal: { ...status.journal },
    scene: viewScene(status.scene),
  }
}
