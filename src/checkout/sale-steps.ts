import { unreachable } from '../base/invariant.ts'
import { captureUnderWay } from '../domain/face.ts'
import { LIMITS } from '../domain/limits.ts'
import { type Attempt, lastAttempt, type Sale } from '../domain/sale.ts'
import { WAITS } from '../domain/waits.ts'
import {
  afterCharge,
  afterQuery,
  afterReverse,
  askNow,
  type Move,
  nameStuck,
  waitsFromMs,
  withhold,
} from './attempt.ts'
import type {
  AttemptEvent,
  Effect,
  FaceCodeEvent,
  SaleTimerEvent,
  SaleWish,
  ScanEvent,
  SceneEvent,
} from './events.ts'
import { ignore, refuse, type State, type Step, withSales } from './state.ts'

/** A wish about one sale that exists. */
export type WishOnSale = Exclude<SaleWish, { kind: 'sale_wanted' }>

type CloseWish = Extract<SaleWish, { kind: 'close_wanted' }>

/** One cell of the table: what a sale in one phase does on one event. */
export type Cell<Event> = (state: State, sale: Sale, event: Event) => Step

/** The key of the timer of a sale that waits for a code. */
function armKey(saleId: string): string {
  return `arm:${saleId}`
}

/** The key of the timer of the alarm for an attempt without an outcome. */
function overdueKey(outTradeNo: string): string {
  return `overdue:${outTradeNo}`
}

/** The order to raise the alarm when the outcome is still not known long after the submit. */
export function overdueWait(sale: Sale, attempt: Attempt): Effect {
  return {
    kind: 'wait',
    key: overdueKey(attempt.outTradeNo),
    dueAtMs: waitsFromMs(attempt) + WAITS.overdueMs,
    fires: { kind: 'outcome_overdue', saleId: sale.id },
  }
}

/** The key of the timer that takes a result off the screens. */
const RESULT_KEY = 'result'

/** Arms a sale for one code. */
export function arm(state: State, sale: Sale, event: { readonly atMs: number }): Step {
  const onScreen = state.onScreen === null ? undefined : state.sales.get(state.onScreen)
  if (onScreen && onScreen.id !== sale.id) {
    if (onScreen.phase === 'armed' || onScreen.phase === 'in_flight')
      return refuse(state, 'sale.busy')
  }
  if (sale.attempts.length >= LIMITS.attemptsPerSaleMax)
    return refuse(state, 'sale.too_many_attempts')
  const armedUntilMs = event.atMs + WAITS.armedMs
  const { sceneRefusal: _refusal, ...rest } = sale
  const armed: Sale = { ...rest, phase: 'armed', armedUntilMs }
  return {
    state: { ...withSales(state, [armed], sale.id), notice: null },
    effects: [
      { kind: 'stop_waiting', key: RESULT_KEY },
      {
        kind: 'wait',
        key: armKey(sale.id),
        dueAtMs: armedUntilMs,
        fires: { kind: 'arm_expired', saleId: sale.id },
      },
      { kind: 'enable_scanner' },
    ],
    changed: [armed],
  }
}

/** Nobody showed a code in time, or nobody may be there: the sale stays, the scanner is off. */
export function disarm(state: State, sale: Sale, event: SaleTimerEvent): Step {
  const isEarly = sale.armedUntilMs !== undefined && event.atMs < sale.armedUntilMs
  if (isEarly && !event.slept) return ignore(state)
  const { armedUntilMs: _until, ...rest } = sale
  const ready: Sale = { ...rest, phase: 'ready' }
  return {
    state: { ...withSales(state, [ready]), notice: null },
    effects: [{ kind: 'disable_scanner', reason: 'idle' }],
    changed: [ready],
  }
}

/**
 * The scene refuses new money while a code is waited for, or came: no attempt is made, the scanner is
 * off, and the sale says why until somebody arms it again (P7).
 */
export function stopForScene(state: State, sale: Sale, event: SceneEvent): Step {
  const { armedUntilMs: _until, ...rest } = sale
  const { code, check, atMs } = event
  const stopped: Sale = { ...rest, phase: 'ready', sceneRefusal: { code, check, atMs } }
  return {
    state: { ...withSales(state, [stopped]), notice: null },
    effects: [{ kind: 'stop_waiting', key: armKey(sale.id) }, disableScanner('idle')],
    changed: [stopped],
  }
}

/** Ends a sale with nothing in flight: no money was taken. */
export function close(state: State, sale: Sale, event: { readonly atMs: number }): Step {
  const { armedUntilMs: _until, ...rest } = sale
  const closed: Sale = { ...rest, phase: 'closed', closedAtMs: event.atMs }
  const onScreen = state.onScreen === sale.id ? null : state.onScreen
  return {
    state: { ...withSales(state, [closed], onScreen), notice: null },
    effects: [
      { kind: 'stop_waiting', key: armKey(sale.id) },
      ...(sale.phase === 'armed' ? [disableScanner('idle')] : []),
    ],
    changed: [closed],
  }
}

/**
 * A code arrived for an armed sale: the attempt is made here and is durable before the charge leaves
 * (P1). The sale was `ready` before it was armed, so every earlier attempt is final (P2).
 */
export function charge(
  state: State,
  sale: Sale,
  event: Extract<ScanEvent, { kind: 'code_scanned' }>,
): Step {
  return submit(state, sale, event)
}

/**
 * A face code came for the capture under way: it is charged under the number that the consent was given
 * for, like any other code. One of a capture that is over, or that nobody confirmed, is of no use (F-16).
 */
export function chargeFace(state: State, sale: Sale, event: FaceCodeEvent): Step {
  const capture = captureUnderWay(sale.face)
  const isAwaited = sale.face?.step === (event.byDevice ? 'capturing' : 'recognising')
  if (!isAwaited || capture?.captureId !== event.captureId) return ignore(state)
  return submit(state, sale, { ...event, outTradeNo: capture.outTradeNo })
}

type Credential = Pick<Extract<ScanEvent, { kind: 'code_scanned' }>, 'atMs' | 'outTradeNo'> &
  Pick<FaceCodeEvent, 'binding' | 'credentialRef' | 'noCredit'> & {
    readonly face?: FaceCodeEvent['face']
  }

function submit(state: State, sale: Sale, event: Credential): Step {
  const attempt: Attempt = {
    outTradeNo: event.outTradeNo,
    amountFen: sale.amountFen,
    ...event.binding,
    ...(event.face === undefined ? {} : { face: event.face }),
    ...(event.noCredit ? { noCredit: event.noCredit } : {}),
    submittedAtMs: event.atMs,
    phase: 'submitting',
    outcome: 'UNKNOWN',
    sent: true,
    queries: 0,
    reversals: 0,
    reversalsOutstanding: 0,
    reverseConfirmed: false,
    step: 1,
    awaits: 'answer',
  }
  const { armedUntilMs: _until, ...rest } = sale
  const inFlight: Sale = { ...rest, phase: 'in_flight', attempts: [...sale.attempts, attempt] }
  return {
    state: { ...withSales(state, [inFlight]), notice: null },
    effects: [
      { kind: 'charge', sale: inFlight, credentialRef: event.credentialRef },
      { kind: 'stop_waiting', key: armKey(sale.id) },
      disableScanner('in_flight'),
      overdueWait(inFlight, attempt),
    ],
    changed: [inFlight],
  }
}

/** A cancellation while money may be moving is a wish: ask the gateway, then reverse. */
export function cancelInFlight(state: State, sale: Sale, event: WishOnSale): Step {
  if (sale.cancelWanted) return ignore(state)
  const wanted: Sale = { ...sale, cancelWanted: true }
  const attempt = lastAttempt(wanted)
  if (attempt?.awaits !== 'timer') {
    return { state: withSales(state, [wanted]), effects: [], changed: [wanted] }
  }
  return move(state, wanted, { ...event, move: askNow(attempt, event.atMs) })
}

/**
 * "Check now": the query that was due later is made at once. A reversal keeps its time, unless it waits
 * because the line was down and that is back.
 */
export function checkNow(state: State, sale: Sale, event: WishOnSale): Step {
  const attempt = lastAttempt(sale)
  if (attempt?.awaits !== 'timer') return ignore(state)
  const isBack = 'lineIsBack' in event && event.lineIsBack
  return move(state, sale, {
    ...event,
    move: isBack ? { kind: 'ask', attempt, atMs: event.atMs } : askNow(attempt, event.atMs),
  })
}

/** Takes a sale without a result off the screens; it goes on being checked. */
export function setAside(state: State, sale: Sale, _event: WishOnSale): Step {
  const attempt = lastAttempt(sale)
  const unknown = attempt?.phase === 'checking' || attempt?.phase === 'reversing'
  if (!unknown) return refuse(state, 'sale.in_flight')
  if (state.onScreen !== sale.id) return ignore(state)
  return {
    state: { ...withSales(state, [], null), notice: null },
    effects: [disableScanner('idle')],
    changed: [sale],
  }
}

/** The outcome is still not known: the alarm is raised, and recorded. The checking goes on. */
export function raiseAlarm(state: State, sale: Sale, event: SaleTimerEvent): Step {
  const attempt = lastAttempt(sale)
  if (!attempt || attempt.overdue) return ignore(state)
  if (event.atMs < waitsFromMs(attempt) + WAITS.overdueMs) return ignore(state)
  const alarming: Attempt = { ...attempt, overdue: true }
  const cause = nameStuck(alarming)
  const overdue = cause ? { ...alarming, cause } : alarming
  const alarmed: Sale = { ...sale, attempts: [...sale.attempts.slice(0, -1), overdue] }
  return { state: withSales(state, [alarmed]), effects: [], changed: [alarmed] }
}

/**
 * A manager stops waiting. Only between two requests: an answer on its way must find its attempt.
 * The attempt stays UNKNOWN for ever; reconciliation says what became of it.
 */
export function closeByHand(state: State, sale: Sale, event: CloseWish): Step {
  const attempt = lastAttempt(sale)
  if (!attempt) return refuse(state, 'sale.nothing_to_close')
  if (attempt.awaits === 'answer') return refuse(state, 'sale.request_in_flight')
  const { nextTryAtMs: _next, nextMove: _move, ...rest } = attempt
  const closed: Sale = {
    ...sale,
    phase: 'closed',
    closedAtMs: event.atMs,
    closedByHand: { operator: event.operator, reason: event.reason, atMs: event.atMs },
    attempts: [
      ...sale.attempts.slice(0, -1),
      { ...rest, step: attempt.step + 1, awaits: 'nothing', cause: 'sale.closed_by_hand' },
    ],
  }
  const shown = state.onScreen === sale.id
  return {
    state: { ...withSales(state, [closed], shown ? null : state.onScreen), notice: null },
    effects: [
      { kind: 'stop_waiting', key: attempt.outTradeNo },
      { kind: 'stop_waiting', key: overdueKey(attempt.outTradeNo) },
      ...(shown ? [disableScanner('idle')] : []),
    ],
    changed: [closed],
  }
}

/** Takes a finished sale off the screens. */
export function clearScreen(state: State, sale: Sale, _event: unknown): Step {
  if (state.onScreen !== sale.id) return ignore(state)
  return {
    state: { ...withSales(state, [], null), notice: null },
    effects: [{ kind: 'stop_waiting', key: RESULT_KEY }],
    changed: [sale],
  }
}

/** An answer or a timer of the attempt in flight. Stale ones are ignored. */
export function advance(state: State, sale: Sale, event: AttemptEvent): Step {
  const attempt = lastAttempt(sale)
  if (!attempt || attempt.outTradeNo !== event.outTradeNo || attempt.step !== event.step) {
    return ignore(state)
  }
  const moment = { atMs: event.atMs, cancelWanted: sale.cancelWanted }
  switch (event.kind) {
    case 'charge_answered':
      return move(state, sale, { ...event, move: afterCharge(attempt, event.answer, moment) })
    case 'query_answered':
      return move(state, sale, { ...event, move: afterQuery(attempt, event.answer, moment) })
    case 'reverse_answered':
      return move(state, sale, { ...event, move: afterReverse(attempt, event.answer, moment) })
    case 'charge_withheld':
      return move(state, sale, { ...event, move: withhold(attempt, event.code, event.atMs) })
    case 'attempt_due':
      return move(state, sale, {
        ...event,
        move: { kind: attempt.nextMove ?? 'ask', attempt, atMs: event.atMs },
      })
    default:
      return unreachable(event)
  }
}

/** Carries a decision out: replaces the attempt, and orders the request or the wait it asks for. */
function move(
  state: State,
  sale: Sale,
  decision: { readonly atMs: number; readonly move: Move },
): Step {
  const next = decision.move
  if (next.kind === 'settle') return settle(state, sale, next.attempt)
  const now = next.atMs <= decision.atMs
  const attempt = now ? begin(next.kind, next.attempt, decision.atMs) : later(next)
  const changed: Sale = { ...sale, attempts: [...sale.attempts.slice(0, -1), attempt] }
  return {
    state: withSales(state, [changed]),
    effects: [order(next, changed, now)],
    changed: [changed],
  }
}

function order(next: Exclude<Move, { kind: 'settle' }>, sale: Sale, now: boolean): Effect {
  const attempt = lastAttempt(sale) ?? next.attempt
  if (now) return { kind: next.kind === 'ask' ? 'query' : 'reverse', sale }
  return {
    kind: 'wait',
    key: attempt.outTradeNo,
    dueAtMs: next.atMs,
    fires: {
      kind: 'attempt_due',
      saleId: sale.id,
      outTradeNo: attempt.outTradeNo,
      step: attempt.step,
    },
  }
}

/** A request begins. A reversal counts as able to land from before it leaves. */
function begin(kind: 'ask' | 'undo', attempt: Attempt, askedAtMs: number): Attempt {
  const { nextTryAtMs: _next, nextMove: _move, undoNotBeforeMs, ...rest } = attempt
  const asked = { ...rest, askedAtMs, step: attempt.step + 1, awaits: 'answer' as const }
  if (kind === 'ask') {
    const kept = undoNotBeforeMs === undefined ? {} : { undoNotBeforeMs }
    return { ...asked, ...kept, queries: attempt.queries + 1 }
  }
  return {
    ...asked,
    reversals: attempt.reversals + 1,
    reversalsOutstanding: attempt.reversalsOutstanding + 1,
    reverseConfirmed: false,
  }
}

function later(next: Exclude<Move, { kind: 'settle' }>): Attempt {
  return {
    ...next.attempt,
    step: next.attempt.step + 1,
    awaits: 'timer',
    nextTryAtMs: next.atMs,
    nextMove: next.kind,
  }
}

/** The attempt is final. A sale that is not paid may be armed again, unless it was cancelled. */
function settle(state: State, sale: Sale, settled: Attempt): Step {
  const { nextMove: _move, undoNotBeforeMs: _undo, reverseRefused: _refused, ...attempt } = settled
  const attempts = [...sale.attempts.slice(0, -1), attempt]
  const atMs = attempt.settledAtMs ?? attempt.submittedAtMs
  const shown = state.onScreen === sale.id
  const final = attempt.outcome === 'PAID' || sale.cancelWanted || !shown
  const phase = attempt.outcome === 'PAID' ? 'paid' : final ? 'closed' : 'ready'
  const changed: Sale = { ...sale, attempts, phase, ...(final ? { closedAtMs: atMs } : {}) }
  const effects: Effect[] = [
    { kind: 'stop_waiting', key: attempt.outTradeNo },
    { kind: 'stop_waiting', key: overdueKey(attempt.outTradeNo) },
  ]
  if (shown) effects.push(disableScanner('idle'))
  if (shown && final) {
    effects.push({
      kind: 'wait',
      key: RESULT_KEY,
      dueAtMs: atMs + WAITS.resultShownMs,
      fires: { kind: 'result_expired', saleId: sale.id },
    })
  }
  return { state: withSales(state, [changed]), effects, changed: [changed] }
}

function disableScanner(reason: 'idle' | 'in_flight'): Effect {
  return { kind: 'disable_scanner', reason }
}
