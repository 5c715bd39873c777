import { err, ok, type Result } from '../base/result.ts'
import type { CheckoutEvent } from '../checkout/events.ts'
import type { State, Step } from '../checkout/state.ts'
import { type Problem, problem } from '../domain/errors.ts'
import { lastAttempt, type Sale, saleOutcome } from '../domain/sale.ts'
import type { LogFields } from '../ports/log.ts'

/** A sale as a line of the log. */
export function logFieldsOf(sale: Sale): LogFields {
  const attempt = lastAttempt(sale)
  return {
    trace: sale.traceId,
    sale: sale.id,
    phase: sale.phase,
    outTradeNo: attempt?.outTradeNo,
    attempt: attempt?.phase,
    outcome: attempt?.outcome,
    cause: sale.sceneRefusal?.code ?? attempt?.cause,
  }
}

/**
 * What a caller hears whose wish could not be written: about a sale whose money is moving or has
 * moved, never that nothing was charged.
 */
export function notWritten(fault: Problem, sale: Sale | undefined): Problem {
  const outcome = sale && saleOutcome(sale)
  if (outcome === undefined || outcome === 'NOT_PAID') return fault
  return {
    ...problem(
      'journal.wish_not_taken',
      fault.detail === undefined ? {} : { detail: fault.detail },
    ),
    moneyTaken: outcome === 'PAID' ? 'yes' : 'unknown',
  }
}

/**
 * A refusal as whoever asked hears it: of a sale whose money is moving or has moved, never that nothing
 * was taken.
 */
function refusalAbout(step: Step, sale: Sale | undefined): Problem {
  const { refusal: code = 'sale.not_found', check } = step
  const refusal = problem(code, check === undefined ? {} : { detail: `check: ${check}` })
  const outcome = sale && saleOutcome(sale)
  if (refusal.moneyTaken !== 'no' || outcome === undefined || outcome === 'NOT_PAID') return refusal
  return { ...refusal, moneyTaken: outcome === 'PAID' ? 'yes' : 'unknown' }
}

/** The sale an event is about, in the state or archived. */
export function saleOf(event: CheckoutEvent, state: State): Sale | undefined {
  if (!('saleId' in event)) return undefined
  return state.sales.get(event.saleId) ?? ('archived' in event ? event.archived : undefined)
}

/** What whoever asked hears of a step: the sale after it, or why it was refused. */
export function answerTo(
  event: CheckoutEvent,
  step: Step,
  { state, find }: { readonly state: State; readonly find: (id: string) => Sale | undefined },
): Result<Sale, Problem> {
  if (step.refusal) return err(refusalAbout(step, saleOf(event, state)))
  const id = 'saleId' in event ? event.saleId : undefined
  const sale =
    step.changed.find((changed) => changed.id === id) ?? (id === undefined ? undefined : find(id))
  return sale ? ok(sale) : err(problem('sale.not_found'))
}
