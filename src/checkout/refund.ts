import type { Cause } from '../domain/errors.ts'
import type { Refund } from '../domain/refund.ts'
import { WAITS } from '../domain/waits.ts'
import type { RefundAnswer } from '../ports/gateway.ts'

/**
 * What a refund does next. Pure decisions over one refund; its money rules live here.
 * - `settle`: final, or given up by hand and left as it is.
 * - `ask`: query, at once or at a time.
 * - `submit`: send the same request again, under the same number, at once or at a time.
 */
export type RefundMove =
  | { readonly kind: 'settle'; readonly refund: Refund }
  | { readonly kind: 'ask' | 'submit'; readonly refund: Refund; readonly atMs: number }

type Taken = Extract<RefundAnswer, { kind: 'refund' }>
type Unknown = Extract<RefundAnswer, { kind: 'unknown' }>

/**
 * After the answer to a request. A 200 means that the gateway took it, not that it was done; a refusal
 * still needs one query; silence is asked about, and never leads to a new number.
 */
export function afterSubmit(refund: Refund, answer: RefundAnswer, atMs: number): RefundMove {
  const heard = hear(refund, answer)
  switch (answer.kind) {
    case 'refund':
      return afterTaken(heard, answer, atMs)
    case 'refused':
      return ask(
        { ...heard, phase: 'confirming', refusal: answer.cause },
        atMs + WAITS.refundConfirmMs,
      )
    case 'not_found':
      return ask(unclear(heard, 'refund.not_known', atMs), atMs + retryMs(heard))
    case 'unknown':
      return ask(notSettled(heard, answer, atMs), atMs + retryMs(heard))
  }
}

/** After the answer to a query. */
export function afterRefundQuery(refund: Refund, answer: RefundAnswer, atMs: number): RefundMove {
  const heard = hear(refund, answer)
  switch (answer.kind) {
    case 'refund':
      return afterTaken(heard, answer, atMs)
    case 'not_found':
      return afterNotFound(heard, atMs)
    case 'refused':
    case 'unknown':
      if (isTaken(heard)) return ask(heard, atMs + pollMs(heard))
      return ask({ ...heard, cause: answer.cause }, atMs + retryMs(heard))
  }
}

/**
 * After the answer to a question about a refund that a manager stopped waiting for. It is asked once each
 * time somebody wants to know, and never sent again. "No such refund" gives its amount back when no
 * request of it can arrive any more; anything that is not final leaves it as it is.
 */
export function afterLastQuery(refund: Refund, answer: RefundAnswer, atMs: number): RefundMove {
  const heard = hear(refund, answer)
  if (answer.kind === 'not_found' && canNotArrive(refund)) {
    return settleNotRefunded(heard, refund.refusal ?? 'refund.never_arrived', atMs)
  }
  const move = answer.kind === 'refund' ? afterTaken(heard, answer, atMs) : undefined
  if (move?.kind === 'settle') return move
  return { kind: 'settle', refund: { ...(move?.refund ?? refund), awaits: 'nothing' } }
}

/**
 * Whether the last request, which was before the manager's decision, was too old to be taken when the
 * question was begun. After a restart the wait begins again, because the clock may be another one.
 */
function canNotArrive(refund: Refund): boolean {
  const { closedByHand, askedAtMs, waitsFromMs } = refund
  if (!closedByHand || askedAtMs === undefined || isTaken(refund)) return false
  // A decision that lies ahead was dated by a clock of a life before, and the wait began with this one.
  const isAhead = closedByHand.atMs > askedAtMs && waitsFromMs !== undefined
  const decidedAtMs = isAhead ? waitsFromMs : closedByHand.atMs
  const fromMs = Math.max(decidedAtMs, waitsFromMs ?? Number.NEGATIVE_INFINITY)
  return askedAtMs >= fromMs + WAITS.refundArrivesMs
}

/** The gateway knows the refund. Only its last word that the money arrived ends it as given. */
function afterTaken(refund: Refund, answer: Taken, atMs: number): RefundMove {
  const { refusal: _refusal, cause: _cause, unclearAtMs: _unclear, ...rest } = refund
  // The pauses begin again when the gateway has it: until then they were for another question.
  const queries = isTaken(refund) ? refund.queries : 0
  const taken: Refund = { ...rest, queries, refundId: answer.refundId }
  switch (answer.state) {
    case 'refunded': {
      const at = answer.refundedAt === undefined ? {} : { refundedAt: answer.refundedAt }
      return settle({ ...taken, ...at, phase: 'refunded', outcome: 'REFUNDED' }, atMs)
    }
    case 'closed':
      return settleNotRefunded(taken, 'refund.closed', atMs)
    case 'processing':
      return ask({ ...taken, phase: 'processing' }, atMs + pollMs(taken))
    case 'abnormal':
      return ask(
        { ...taken, phase: 'abnormal', cause: 'refund.abnormal' },
        atMs + WAITS.refundAbnormalMs,
      )
  }
}

/**
 * "No such refund". After a refusal it is final, unless an earlier request under the same number may
 * still arrive. Without one, the request goes out again: the number makes it the same refund.
 */
function afterNotFound(refund: Refund, atMs: number): RefundMove {
  if (isTaken(refund)) return ask(refund, atMs + pollMs(refund))
  if (refund.refusal === undefined) {
    return {
      kind: 'submit',
      refund: { ...refund, phase: 'checking' },
      atMs: atMs + retryMs(refund),
    }
  }
  const arrivesUntilMs = (refund.unclearAtMs ?? Number.NEGATIVE_INFINITY) + WAITS.refundArrivesMs
  // What was true when it was asked: the answer may have been long on its way.
  const askedAtMs = refund.askedAtMs ?? atMs
  if (askedAtMs < arrivesUntilMs) {
    const dueAtMs = atMs < arrivesUntilMs ? Math.min(atMs + retryMs(refund), arrivesUntilMs) : atMs
    return ask(refund, dueAtMs)
  }
  return settleNotRefunded(refund, refund.refusal, atMs)
}

/** The gateway has said that it took the request: nothing is sent again. */
function isTaken(refund: Refund): boolean {
  return refund.refundId !== undefined
}

function notSettled(refund: Refund, answer: Unknown, atMs: number): Refund {
  if (answer.sent) return unclear(refund, answer.cause, atMs)
  return { ...refund, phase: 'checking', cause: answer.cause }
}

/** A request without a clear answer may arrive later. */
function unclear(refund: Refund, cause: Cause, atMs: number): Refund {
  return { ...refund, phase: 'checking', cause, unclearAtMs: atMs }
}

function ask(refund: Refund, atMs: number): RefundMove {
  return { kind: 'ask', refund, atMs }
}

function settle(refund: Refund, settledAtMs: number): RefundMove {
  return { kind: 'settle', refund: { ...refund, awaits: 'nothing', settledAtMs } }
}

function settleNotRefunded(refund: Refund, cause: Cause, atMs: number): RefundMove {
  return settle({ ...refund, phase: 'not_refunded', outcome: 'NOT_REFUNDED', cause }, atMs)
}

/** The pause while it is not known whether the gateway has it. */
function retryMs(refund: Refund): number {
  return nth(WAITS.refundRetryMs, refund.queries)
}

/** The pause while the gateway has it and the money is on its way. */
function pollMs(refund: Refund): number {
  return nth(WAITS.refundPollMs, refund.queries)
}

/** The pause after so many questions; the last of the schedule repeats. */
function nth(schedule: readonly number[], count: number): number {
  return schedule[Math.min(count, schedule.length - 1)] ?? WAITS.queryEveryMs
}

/** Keeps the gateway's words for staff. */
function hear(refund: Refund, answer: RefundAnswer): Refund {
  const { gatewayText: _old, ...rest } = refund
  const text = [answer.wireCode, answer.wireText].filter(Boolean).join(' ')
  if (text !== '') return { ...rest, gatewayText: text }
  return refund.refusal ? refund : rest
}
