import { err, ok, type Result } from '../base/result.ts'
import { billTimeMs, unescapeText } from '../bills/bill-date.ts'
import type { Candidate } from '../bills/candidates.ts'
import {
  OUTCOME_REPAIRED,
  type Repaired,
  type RepairRefusal,
  repair,
  repairLost,
  repairRefund,
} from '../checkout/repair.ts'
import type { Problem } from '../domain/errors.ts'
import type { Attempt, Sale } from '../domain/sale.ts'
import type { Clock } from '../ports/clock.ts'
import type { Entropy } from '../ports/entropy.ts'
import type { Gateway, GatewayAnswer, RefundAnswer } from '../ports/gateway.ts'
import type { Journal } from '../ports/journal.ts'

/** How this terminal is set up: what an order that it lost must have been made with. */
export type Binding = Pick<Attempt, 'merchantId' | 'appId' | 'storeId' | 'grantVersion'>

/** What became of one question. */
export type RepairResult = {
  readonly candidate: Candidate
  /** `out_trade_no`, or `out_refund_no` of a refund. */
  readonly number: string
  readonly end: Result<Repaired, RepairRefusal>
}

export type RepairTools = {
  readonly journal: Pick<Journal, 'sale' | 'append'>
  readonly gateway: Pick<Gateway, 'query' | 'queryRefund'>
  readonly clock: Pick<Clock, 'nowMs'>
  readonly entropy: Pick<Entropy, 'uuid'>
  readonly binding: Binding
  readonly source: string
  onResult(result: RepairResult): void
}

/** How a run of questions ended. */
export type RepairEnd = {
  readonly repaired: number
  /** Asked about and left as it is. */
  readonly left: number
  /** Not asked about, because the gateway did not answer several times in a row. */
  readonly notAsked: number
}

/** After so many questions in a row without an answer nothing more is asked. */
const SILENCES_MAX = 3

type Reply<Answer> = { readonly answer: Answer; readonly repaired: Result<Repaired, RepairRefusal> }

/**
 * Asks the gateway about each candidate, one after the other, and appends what is verified and final
 * to the journal; nothing that stands there is changed. The error is one of the journal's: then it
 * has stopped, and what was repaired so far stays.
 */
export async function repairAll(
  candidates: readonly Candidate[],
  tools: RepairTools,
): Promise<Result<RepairEnd, Problem>> {
  let repaired = 0
  let asked = 0
  let silences = 0
  for (const candidate of candidates) {
    if (silences >= SILENCES_MAX) break
    asked += 1
    const { answer, repaired: end } = await ask(candidate, tools)
    silences = answer?.kind === 'unknown' && answer.status === undefined ? silences + 1 : 0
    if (end.ok) {
      const { sale, event } = end.value
      const entry = { atMs: tools.clock.nowMs(), kind: OUTCOME_REPAIRED, event, sales: [sale] }
      const appended = tools.journal.append(entry)
      if (!appended.ok) return appended
      repaired += 1
    }
    tools.onResult({ candidate, number: numberOf(candidate), end })
  }
  return ok({ repaired, left: asked - repaired, notAsked: candidates.length - asked })
}

/** The number a candidate is known by. */
export function numberOf(candidate: Candidate): string {
  return candidate.kind === 'refund' ? candidate.outRefundNo : candidate.outTradeNo
}

const NOT_ASKED = (refusal: RepairRefusal): Reply<undefined> => ({
  answer: undefined,
  repaired: err(refusal),
})

function ask(
  candidate: Candidate,
  tools: RepairTools,
): Promise<Reply<GatewayAnswer | RefundAnswer | undefined>> {
  switch (candidate.kind) {
    case 'attempt':
      return askAttempt(candidate, tools)
    case 'order':
      return askOrder(candidate, tools)
    case 'refund':
      return askRefund(candidate, tools)
  }
}

async function askAttempt(
  { saleId, outTradeNo }: Extract<Candidate, { kind: 'attempt' }>,
  tools: RepairTools,
): Promise<Reply<GatewayAnswer | undefined>> {
  const sale = tools.journal.sale(saleId)
  const attempt = sale && attemptOf(sale, outTradeNo)
  if (!attempt) return NOT_ASKED('unknown_number')
  // Nothing is asked about what would not be believed here anyway.
  if (sale.phase === 'in_flight') return NOT_ASKED('left_to_terminal')
  const { amountFen, merchantId, appId } = attempt
  const answer = await tools.gateway.query({ outTradeNo, amountFen, merchantId, appId })
  const heard = { outTradeNo, answer, atMs: tools.clock.nowMs(), source: tools.source }
  return { answer, repaired: repair(sale, heard) }
}

async function askOrder(
  { outTradeNo, amountFen, order }: Extract<Candidate, { kind: 'order' }>,
  tools: RepairTools,
): Promise<Reply<GatewayAnswer>> {
  const { binding, entropy, gateway, source } = tools
  const { merchantId, appId } = binding
  const answer = await gateway.query({ outTradeNo, amountFen, merchantId, appId })
  const lost = {
    ...binding,
    outTradeNo,
    amountFen,
    saleId: entropy.uuid(),
    traceId: entropy.uuid(),
    tradeType: order.tradeType,
    description: unescapeText(order.description),
    boughtAtMs: billTimeMs(order.time),
  }
  const heard = { outTradeNo, answer, atMs: tools.clock.nowMs(), source }
  return { answer, repaired: repairLost(lost, heard) }
}

async function askRefund(
  { saleId, outTradeNo, outRefundNo }: Extract<Candidate, { kind: 'refund' }>,
  tools: RepairTools,
): Promise<Reply<RefundAnswer | undefined>> {
  const sale = tools.journal.sale(saleId)
  const attempt = sale && attemptOf(sale, outTradeNo)
  const refund = sale?.refunds?.find((made) => made.outRefundNo === outRefundNo)
  if (!attempt || !refund) return NOT_ASKED('unknown_number')
  if (refund.awaits !== 'nothing') return NOT_ASKED('left_to_terminal')
  const { merchantId, appId, amountFen: totalFen } = attempt
  const numbers = { outRefundNo, outTradeNo, merchantId, appId }
  const { amountFen: refundFen, reason } = refund
  const answer = await tools.gateway.queryRefund({ ...numbers, totalFen, refundFen, reason })
  const heard = { outRefundNo, answer, atMs: tools.clock.nowMs(), source: tools.source }
  return { answer, repaired: repairRefund(sale, heard) }
}

function attemptOf(sale: Sale, outTradeNo: string): Attempt | undefined {
  return sale.attempts.find((made) => made.outTradeNo === outTradeNo)
}
