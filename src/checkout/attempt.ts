import type { Cause } from '../domain/errors.ts'
import type { Attempt } from '../domain/sale.ts'
import { WAITS } from '../domain/waits.ts'
import type { GatewayAnswer } from '../ports/gateway.ts'

/**
 * What an attempt does next. Pure decisions over one attempt; the money rules live here.
 * - `settle`: final.
 * - `ask`: query, at once or at a time.
 * - `undo`: reverse, at once or at a time.
 */
export type Move =
  | { readonly kind: 'settle'; readonly attempt: Attempt }
  | { readonly kind: 'ask' | 'undo'; readonly attempt: Attempt; readonly atMs: number }

type Moment = { readonly atMs: number; readonly cancelWanted: boolean }
type Paid = Extract<GatewayAnswer, { kind: 'paid' }>

/**
 * After the answer to a charge.
 * Silence is never refusal: whatever is not a verified payment, a verified "customer is asked" or a
 * definite refusal is UNKNOWN and is queried (P4). A refusal still needs one query (P2).
 */
export function afterCharge(attempt: Attempt, answer: GatewayAnswer, moment: Moment): Move {
  const { atMs } = moment
  const heard = hear(attempt, answer)
  switch (answer.kind) {
    case 'paid':
      return afterPaid(heard, answer, moment)
    case 'paying':
      if (moment.cancelWanted) return undo(heard, atMs)
      return ask({ ...heard, phase: 'paying' }, atMs + WAITS.firstQueryMs)
    case 'refused':
      return ask({ ...heard, phase: 'confirming', refusal: answer.cause }, atMs)
    case 'failed':
      return undo({ ...heard, cause: 'gateway.customer_failed' }, atMs)
    case 'unknown':
      return ask(
        { ...heard, phase: 'checking', cause: answer.cause, sent: answer.sent },
        atMs + WAITS.firstQueryMs,
      )
    case 'unpaid':
    case 'closed':
    case 'reversed':
    case 'not_found':
      return ask(
        { ...heard, phase: 'checking', cause: 'gateway.not_settled' },
        atMs + WAITS.firstQueryMs,
      )
  }
}

/**
 * The scene refused the charge after it was durable and before it was sent. That nothing left is known
 * here and nowhere else, so nobody is asked (P2).
 */
export function withhold(attempt: Attempt, cause: Cause, atMs: number): Move {
  return settleNotPaid({ ...attempt, sent: false }, cause, atMs)
}

/** After the answer to a query. */
export function afterQuery(attempt: Attempt, answer: GatewayAnswer, moment: Moment): Move {
  // Why a reversal is refused stays readable between two of them.
  const heard = attempt.reverseRefused ? attempt : hear(attempt, answer)
  switch (answer.kind) {
    case 'paid':
      return afterPaid(heard, answer, moment)
    case 'closed':
      return settleNotPaid(heard, closedCause(heard), moment.atMs)
    case 'failed':
      return undo({ ...heard, cause: heard.refusal ?? 'gateway.customer_failed' }, moment.atMs)
    case 'not_found':
      return afterNotFound(heard, moment)
    case 'unpaid':
      // A refused order that exists is closed at the gateway before another code may be taken.
      if (heard.refusal) return undo({ ...heard, cause: heard.refusal }, moment.atMs)
      return askOrUndo(heard, moment)
    case 'paying':
      return askOrUndo({ ...heard, phase: whilePaying(heard) }, moment)
    case 'reversed':
    case 'refused':
    case 'unknown':
      // A verified reversal stands by itself (P2) when the query after it fails.
      if (heard.reverseConfirmed) return settleNotPaid(heard, closedCause(heard), moment.atMs)
      return askOrUndo(
        {
          ...heard,
          phase: heard.phase === 'reversing' ? 'reversing' : 'checking',
          cause: nameStuck(heard) ?? ('cause' in answer ? answer.cause : 'gateway.not_settled'),
        },
        moment,
      )
  }
}

/** After the answer to a reversal. Only a verified one, or a query after it, ends the attempt. */
export function afterReverse(attempt: Attempt, answer: GatewayAnswer, moment: Moment): Move {
  const heard = hearReverse(attempt, answer)
  const retryMs = backOffMs(heard, heard.reversals, moment.atMs)
  // Who answers is well: while the order is young it is asked again soon, whatever failed before.
  const soonMs = isLongAgo(heard, moment.atMs) ? retryMs : WAITS.queryEveryMs
  switch (answer.kind) {
    case 'reversed':
      return ask({ ...heard, reverseConfirmed: true }, moment.atMs)
    case 'not_found': {
      const attemptNow = notLanded(heard, moment.atMs)
      // What was true when it was asked: the answer may have been long on its way.
      const askedAtMs = attempt.askedAtMs ?? waitsFromMs(attempt)
      if (isLongAgo(attemptNow, askedAtMs) || !attemptNow.sent) {
        return settleNotPaid(attemptNow, 'gateway.never_arrived', moment.atMs)
      }
      // Asked too early to be believed: the next one is not.
      return ask(attemptNow, moment.atMs + WAITS.queryEveryMs)
    }
    case 'paying':
    case 'refused':
      // A definite "not reversed": this reversal has no effect that could still arrive.
      return ask(notLanded(heard, moment.atMs), moment.atMs + soonMs)
    case 'unknown':
      // Silence makes the pauses longer; definite answers in between do not.
      if (mayLand(answer)) {
        return ask(heard, moment.atMs + backOffMs(heard, heard.reversalsOutstanding, moment.atMs))
      }
      return ask(notLanded(heard, moment.atMs), moment.atMs + retryMs)
    case 'paid':
    case 'unpaid':
    case 'failed':
    case 'closed':
      return ask(heard, moment.atMs + retryMs)
  }
}

/**
 * A query before its time, because somebody asked or cancelled. A reversal that is due later stays due
 * then: only queries can be brought forward.
 */
export function askNow(attempt: Attempt, atMs: number): Move {
  if (attempt.phase !== 'reversing' || attempt.nextTryAtMs === undefined) return ask(attempt, atMs)
  return ask({ ...attempt, undoNotBeforeMs: attempt.nextTryAtMs }, atMs)
}

/**
 * A verified payment. It is kept only when it is ours to the letter (P3, checked a second time here)
 * and when nothing that was sent can still undo it: no reversal without a clear answer, and no second
 * copy of one that was answered.
 */
function afterPaid(found: Attempt, answer: Paid, moment: Moment): Move {
  const attempt = noteChannel(found, answer)
  if (answer.amountFen !== attempt.amountFen || answer.outTradeNo !== attempt.outTradeNo) {
    return askOrUndo({ ...attempt, phase: 'checking', cause: 'gateway.mismatch' }, moment)
  }
  const mayBeUndone = attempt.reversalsOutstanding > 0 || attempt.reverseConfirmed
  // A refunded order takes no reversal any more, and neither does one of seven days: then what is
  // verified is told as it is, and staff refund what has to be.
  const isBeyondReversal =
    answer.refunded || moment.atMs - waitsFromMs(attempt) >= WAITS.reverseLimitMs
  const isUnwanted = moment.cancelWanted || attempt.channelForbidden === true
  if ((isUnwanted || mayBeUndone) && !isBeyondReversal) return undo(attempt, moment.atMs)
  // A second copy of a reversal that found nothing to reverse would find the payment.
  const confirmAtMs = (attempt.reverseAnsweredAtMs ?? 0) + WAITS.reverseConfirmMs
  const askedAtMs = attempt.askedAtMs ?? waitsFromMs(attempt)
  if (askedAtMs < confirmAtMs && !isBeyondReversal) return ask(attempt, confirmAtMs)
  const { cause: _cause, refusal: _refusal, nextTryAtMs: _next, ...rest } = attempt
  return {
    kind: 'settle',
    attempt: {
      ...rest,
      phase: 'paid',
      outcome: 'PAID',
      awaits: 'nothing',
      settledAtMs: moment.atMs,
      transactionId: answer.transactionId,
      ...(answer.payerTotalFen === undefined ? {} : { payerTotalFen: answer.payerTotalFen }),
      ...(answer.paidAt === undefined ? {} : { paidAt: answer.paidAt }),
      ...(answer.refunded ? { refunded: true } : {}),
    },
  }
}

/**
 * Keeps what the customer paid with. One that the order had excluded was taken against the rules that
 * permitted it (docs/decisions/0019): it is reversed while nobody has been told PAID.
 */
function noteChannel(attempt: Attempt, { paidBy }: Paid): Attempt {
  const heard = paidBy === undefined ? attempt : { ...attempt, paidBy }
  const isForbidden = attempt.noCredit === true && paidBy === 'CREDIT'
  if (!isForbidden && !attempt.channelForbidden) return heard
  return { ...heard, channelForbidden: true, cause: 'gateway.channel_forbidden' }
}

/**
 * "No such order" is final when the gateway refused the charge, when no byte of it left, when the
 * reversal was confirmed, or when a reversal was tried and the code is dead for long. Otherwise the
 * charge may still be on its way: wait, then reverse.
 */
function afterNotFound(attempt: Attempt, moment: Moment): Move {
  if (attempt.refusal) return settleNotPaid(attempt, attempt.refusal, moment.atMs)
  if (!attempt.sent) return settleNotPaid(attempt, 'gateway.never_arrived', moment.atMs)
  if (attempt.reverseConfirmed) return settleNotPaid(attempt, reversedCause(attempt), moment.atMs)
  // What was true when it was asked: the answer may have been long on its way.
  const askedAtMs = attempt.askedAtMs ?? waitsFromMs(attempt)
  if (attempt.reversals > 0 && isLongAgo(attempt, askedAtMs)) {
    return settleNotPaid(attempt, 'gateway.never_arrived', moment.atMs)
  }
  return askOrUndo(
    { ...attempt, phase: attempt.phase === 'reversing' ? 'reversing' : 'checking' },
    moment,
  )
}

/** Goes on asking until the cap; after it, or when a cancellation is wanted, reverses. */
function askOrUndo(attempt: Attempt, moment: Moment): Move {
  const past = moment.atMs >= waitsFromMs(attempt) + WAITS.payingCapMs
  if (attempt.phase === 'reversing' || past || moment.cancelWanted) {
    return undo(attempt, moment.atMs)
  }
  return ask(attempt, moment.atMs + WAITS.queryEveryMs)
}

function whilePaying(attempt: Attempt): Attempt['phase'] {
  return attempt.phase === 'reversing' ? 'reversing' : 'paying'
}

function ask(attempt: Attempt, atMs: number): Move {
  return { kind: 'ask', attempt, atMs }
}

/**
 * A reversal, not earlier than 15 s after submit, and never more than that away. One that repeats a
 * confirmed reversal (the gateway still shows the payment) backs off. One that was due already when a
 * query was brought forward stays due then.
 */
function undo(attempt: Attempt, atMs: number): Move {
  const earliest = waitsFromMs(attempt) + WAITS.reverseNotBeforeMs
  const soonest = Math.min(Math.max(atMs, earliest), atMs + WAITS.reverseNotBeforeMs)
  const pauseMs = attempt.reverseConfirmed ? backOffMs(attempt, attempt.reversals, atMs) : 0
  const due = Math.max(soonest, attempt.undoNotBeforeMs ?? soonest + pauseMs)
  return { kind: 'undo', attempt: { ...attempt, phase: 'reversing' }, atMs: due }
}

function settleNotPaid(attempt: Attempt, cause: Cause, atMs: number): Move {
  const { nextTryAtMs: _next, ...rest } = attempt
  return {
    kind: 'settle',
    attempt: {
      ...rest,
      phase: 'not_paid',
      outcome: 'NOT_PAID',
      awaits: 'nothing',
      settledAtMs: atMs,
      cause,
    },
  }
}

/** Why an order that was reversed was. */
function reversedCause(attempt: Attempt): Cause {
  return attempt.channelForbidden ? 'gateway.channel_forbidden' : 'gateway.reversed'
}

/** Why a closed order is not paid: the first definite reason, else the reversal itself. */
function closedCause(attempt: Attempt): Cause {
  if (attempt.refusal) return attempt.refusal
  if (attempt.cause === 'gateway.customer_failed') return attempt.cause
  return attempt.reversals > 0 ? reversedCause(attempt) : 'gateway.order_closed'
}

/** The pause after so many reversals; a short one while people stand at the counter and wait. */
function backOffMs(attempt: Attempt, reversals: number, atMs: number): number {
  const schedule = WAITS.reverseRetryMs
  const index = Math.min(Math.max(reversals - 1, 0), schedule.length - 1)
  const pauseMs = schedule[index] ?? WAITS.queryEveryMs
  const isYoung = atMs - waitsFromMs(attempt) < WAITS.overdueMs
  return isYoung ? Math.min(pauseMs, WAITS.reverseRetryYoungMs) : pauseMs
}

function isLongAgo(attempt: Attempt, atMs: number): boolean {
  return atMs - waitsFromMs(attempt) >= WAITS.notFoundFinalMs
}

/** Statuses under which a refusal of a reversal is believed, when its code is known as well. */
const REFUSED_STATUSES: readonly (number | undefined)[] = [400, 401, 403]
/** What the codes of such refusals come to. */
const REFUSED_CAUSES: ReadonlySet<Cause> = new Set<Cause>([
  'gateway.check_refused',
  'gateway.not_settled',
  'gateway.reverse_refused',
])

/**
 * Whether a reversal without a clear answer may still take effect, or has: not when it was refused by a
 * code of the table. A code of no table says nothing, under whatever status.
 */
function mayLand(answer: Extract<GatewayAnswer, { kind: 'unknown' }>): boolean {
  const isRefused = REFUSED_STATUSES.includes(answer.status) && REFUSED_CAUSES.has(answer.cause)
  return answer.sent && !isRefused
}

/** When the waits of an attempt began: at its submit, or at the last restart. */
export function waitsFromMs(attempt: Attempt): number {
  return attempt.waitsFromMs ?? attempt.submittedAtMs
}

/** Answered with a definite "not reversed". */
function notLanded(attempt: Attempt, atMs: number): Attempt {
  const reversalsOutstanding = Math.max(0, attempt.reversalsOutstanding - 1)
  return { ...attempt, reversalsOutstanding, reverseAnsweredAtMs: atMs }
}

/** The cause when staff have to act: reversals are refused for good, and the alarm was raised. */
export function nameStuck(attempt: Attempt): Cause | undefined {
  return attempt.reverseRefused && attempt.overdue ? 'gateway.reverse_refused' : undefined
}

/** Keeps the words, and whether they refuse every further reversal. */
function hearReverse(attempt: Attempt, answer: GatewayAnswer): Attempt {
  const { reverseRefused: _old, ...heard } = hear(attempt, answer)
  if (answer.kind !== 'unknown' || answer.cause !== 'gateway.reverse_refused') return heard
  const refused: Attempt = { ...heard, reverseRefused: true }
  const cause = nameStuck(refused)
  return cause ? { ...refused, cause } : refused
}

/** Keeps the gateway's words for staff. */
function hear(attempt: Attempt, answer: GatewayAnswer): Attempt {
  const { gatewayText: _old, ...rest } = attempt
  const text = [answer.wireCode, answer.wireText].filter(Boolean).join(' ')
  if (text !== '') return { ...rest, gatewayText: text }
  // A refusal's text stays until the attempt ends; the query that confirms it has none.
  return attempt.refusal ? attempt : rest
}
