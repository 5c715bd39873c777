import { unreachable } from '../base/invariant.ts'
import { isGivenUp, isRefundOpen, isRefundUnclear, type Refund } from '../domain/refund.ts'
import type { Sale } from '../domain/sale.ts'
import { admitRefund } from './admit-refund.ts'
import type { Effect, RefundEvent, SaleWish } from './events.ts'
import { afterLastQuery, afterRefundQuery, afterSubmit, type RefundMove } from './refund.ts'
import { ignore, refuse, type State, type Step, withSales } from './state.ts'

type RefundWish = Extract<SaleWish, { kind: 'refund_wanted' }>
type CheckWish = Extract<SaleWish, { kind: 'check_wanted' }>
type CloseWish = Extract<SaleWish, { kind: 'close_wanted' }>

/** The key of the timer of a refund. */
function keyOf(outRefundNo: string): string {
  return `refund:${outRefundNo}`
}

/**
 * Somebody gives money back: the refund is made here, its amount is reserved by that, and it is
 * durable before the request leaves.
 */
export function makeRefund(state: State, sale: Sale, event: RefundWish): Step {
  const admitted = admitRefund(sale, event)
  if (!admitted.ok) return refuse(state, admitted.error)
  const { attempt, amountFen } = admitted.value
  const refund: Refund = {
    outRefundNo: event.outRefundNo,
    outTradeNo: attempt.outTradeNo,
    amountFen,
    reason: event.reason,
    operator: event.operator,
    wantedAtMs: event.atMs,
    phase: 'submitting',
    outcome: 'UNKNOWN',
    submits: 1,
    queries: 0,
    step: 1,
    awaits: 'answer',
  }
  const changed: Sale = { ...sale, refunds: [...(sale.refunds ?? []), refund] }
  return {
    state: withSales(state, [changed]),
    effects: [{ kind: 'refund', sale: changed, outRefundNo: refund.outRefundNo }],
    changed: [changed],
  }
}

/** An answer or a timer of a refund. Stale ones are ignored. */
export function advanceRefund(state: State, sale: Sale, event: RefundEvent): Step {
  const refund = sale.refunds?.find(({ outRefundNo }) => outRefundNo === event.outRefundNo)
  if (!refund || refund.step !== event.step || !isRefundOpen(refund)) return ignore(state)
  return carryOut(state, sale, { atMs: event.atMs, move: decide(refund, event) })
}

function decide(refund: Refund, event: RefundEvent): RefundMove {
  switch (event.kind) {
    case 'refund_answered':
      return afterSubmit(refund, event.answer, event.atMs)
    case 'refund_query_answered':
      return refund.closedByHand
        ? afterLastQuery(refund, event.answer, event.atMs)
        : afterRefundQuery(refund, event.answer, event.atMs)
    case 'refund_due':
      return { kind: refund.nextMove ?? 'ask', refund, atMs: event.atMs }
    default:
      return unreachable(event)
  }
}

/**
 * "Check now": what every refund waits to do is done at once. One that waits to be sent again is sent:
 * asked about instead, it would wait anew, and checks that keep coming would put it off for ever. Those
 * that were given up by hand are asked about once more, when it is somebody who wants to know and nothing
 * else of the sale is unclear.
 */
export function checkRefunds(state: State, sale: Sale, event: CheckWish): Step {
  const refunds = sale.refunds ?? []
  const { atMs, upSinceMs } = event
  const waiting = refunds.filter(({ awaits }) => awaits === 'timer')
  // One refund at a time is one that nobody knows about.
  const mayAsk = upSinceMs !== undefined && !refunds.some(isRefundUnclear)
  const givenUp = mayAsk ? refunds.filter(isGivenUp) : []
  if (waiting.length + givenUp.length === 0) {
    return refunds.some(isRefundOpen) ? ignore(state) : refuse(state, 'sale.nothing_to_check')
  }
  const changed = withRefunds(sale, [
    ...waiting.map((refund) => begin(refund.nextMove ?? 'ask', refund, atMs)),
    ...givenUp.map((refund) => begin('ask', asGivenUp(refund, event), atMs)),
  ])
  const effects = [...waiting, ...givenUp].map(({ outRefundNo, nextMove }): Effect => {
    const kind = nextMove === 'submit' ? 'refund' : 'query_refund'
    return { kind, sale: changed, outRefundNo }
  })
  return { state: withSales(state, [changed]), effects, changed: [changed] }
}

/** With the wait that began again with this life of the program, when it was given up before. */
function asGivenUp(refund: Refund, { atMs, upSinceMs }: CheckWish): Refund {
  const givenUpAtMs = refund.closedByHand?.atMs
  if (givenUpAtMs === undefined || upSinceMs === undefined) return refund
  // What lies ahead was written by a clock that was ahead, in a life before this one.
  const isOlder = givenUpAtMs < upSinceMs || givenUpAtMs > atMs
  return isOlder ? { ...refund, waitsFromMs: upSinceMs } : refund
}

/**
 * A manager stops waiting for a refund. Only between two requests. It stays UNKNOWN and its amount
 * reserved until somebody wants it checked once more, or reconciliation says what became of it. One
 * whose money is on its way is given up only when there is no other: it will end by itself.
 */
export function closeRefundByHand(state: State, sale: Sale, event: CloseWish): Step {
  const underWay = (sale.refunds ?? []).filter(isRefundOpen)
  const stuck = underWay.filter(({ phase }) => phase !== 'processing')
  const open = stuck.length > 0 ? stuck : underWay
  if (open.length === 0) return refuse(state, 'sale.nothing_to_close')
  if (open.some(({ awaits }) => awaits === 'answer')) return refuse(state, 'sale.request_in_flight')
  const { operator, reason, atMs } = event
  const closed = open.map((refund): Refund => {
    const { nextTryAtMs: _next, nextMove: _move, ...rest } = refund
    const closedByHand = { operator, reason, atMs }
    return { ...rest, step: refund.step + 1, awaits: 'nothing', closedByHand }
  })
  const changed = withRefunds(sale, closed)
  return {
    state: withSales(state, [changed]),
    effects: closed.map(({ outRefundNo }) => ({ kind: 'stop_waiting', key: keyOf(outRefundNo) })),
    changed: [changed],
  }
}

/** What is done at start about refunds that were under way: each is asked about at once. */
export function recoverRefunds(sale: Sale, atMs: number): Sale {
  if (!sale.refunds?.some(isRefundOpen)) return sale
  const refunds = sale.refunds.map((refund): Refund => {
    if (!isRefundOpen(refund)) return refund
    if (refund.closedByHand) return { ...refund, step: refund.step + 1, awaits: 'nothing' }
    const asked = { ...begin('ask', refund, atMs), waitsFromMs: atMs }
    if (refund.phase === 'processing' || refund.phase === 'abnormal') return asked
    // Whatever was on its way when the program ended may still arrive.
    const wasSubmitting = refund.phase === 'submitting'
    return {
      ...asked,
      phase: refund.refusal ? 'confirming' : 'checking',
      unclearAtMs: atMs,
      ...(wasSubmitting ? { cause: 'terminal.restarted' as const } : {}),
    }
  })
  return { ...sale, refunds }
}

/** The questions that {@link recoverRefunds} began. */
export function refundQuestions(sale: Sale): readonly Effect[] {
  return (sale.refunds ?? [])
    .filter(isRefundOpen)
    .map(({ outRefundNo }) => ({ kind: 'query_refund', sale, outRefundNo }))
}

function carryOut(
  state: State,
  sale: Sale,
  decision: { readonly atMs: number; readonly move: RefundMove },
): Step {
  const next = decision.move
  const { outRefundNo } = next.refund
  if (next.kind === 'settle') {
    const { nextTryAtMs: _next, nextMove: _move, ...settled } = next.refund
    const changed = withRefunds(sale, [settled])
    const effects: Effect[] = [{ kind: 'stop_waiting', key: keyOf(outRefundNo) }]
    return { state: withSales(state, [changed]), effects, changed: [changed] }
  }
  const isNow = next.atMs <= decision.atMs
  const refund = isNow ? begin(next.kind, next.refund, decision.atMs) : later(next)
  const changed = withRefunds(sale, [refund])
  const effect: Effect = isNow
    ? { kind: next.kind === 'ask' ? 'query_refund' : 'refund', sale: changed, outRefundNo }
    : {
        kind: 'wait',
        key: keyOf(outRefundNo),
        dueAtMs: next.atMs,
        fires: { kind: 'refund_due', saleId: sale.id, outRefundNo, step: refund.step },
      }
  return { state: withSales(state, [changed]), effects: [effect], changed: [changed] }
}

/** A request about it begins. */
function begin(kind: 'ask' | 'submit', refund: Refund, atMs: number): Refund {
  const { nextTryAtMs: _next, nextMove: _move, ...rest } = refund
  const begun = { ...rest, step: refund.step + 1, awaits: 'answer' as const }
  if (kind === 'ask') return { ...begun, askedAtMs: atMs, queries: refund.queries + 1 }
  return { ...begun, submits: refund.submits + 1 }
}

function later(next: Exclude<RefundMove, { kind: 'settle' }>): Refund {
  const { refund, atMs, kind } = next
  return {
    ...refund,
    step: refund.step + 1,
    awaits: 'timer',
    nextTryAtMs: atMs,
    nextMove: kind,
  }
}

/** Puts changed refunds in the places of those with their numbers. */
function withRefunds(sale: Sale, changed: readonly Refund[]): Sale {
  const byNumber = new Map(changed.map((refund) => [refund.outRefundNo, refund]))
  const refunds = (sale.refunds ?? []).map((refund) => byNumber.get(refund.outRefundNo) ?? refund)
  return { ...sale, refunds }
}
