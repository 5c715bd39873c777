import { lastAttempt, type Sale } from '../domain/sale.ts'
import type { Effect, StartEvent } from './events.ts'
import { recoverFace } from './face-steps.ts'
import { recoverRefunds, refundQuestions } from './refund-steps.ts'
import { overdueWait } from './sale-steps.ts'
import { INITIAL, type Step, withSales } from './state.ts'

/**
 * What the terminal does about whatever was in flight when it stopped. A charge without an outcome
 * is never sent again: its code is gone and it may have arrived; it is queried at once, and reversed
 * when queries do not settle it (P4). An armed sale is disarmed: nobody stands there any more for
 * certain. The newest sale is put back on the screens, newest by the order of the journal and not by a
 * clock that may have been set back; one that is paid is open only because of a refund, and is not.
 */
export function recover(event: StartEvent): Step {
  const changed = event.sales.map((sale) =>
    recoverRefunds(recoverSale(recoverFace(sale, event.atMs), event.atMs), event.atMs),
  )
  const newest = changed.findLast(({ phase }) => phase !== 'paid')
  return {
    state: withSales(INITIAL, changed, newest?.id ?? null),
    effects: changed.flatMap(effectsOf),
    changed,
  }
}

function recoverSale(sale: Sale, atMs: number): Sale {
  const attempt = lastAttempt(sale)
  if (sale.phase !== 'in_flight' || !attempt) {
    const { armedUntilMs: _until, ...rest } = sale
    return { ...rest, phase: sale.phase === 'armed' ? 'ready' : sale.phase }
  }
  const { nextTryAtMs: _next, nextMove: _move, undoNotBeforeMs: _undo, ...rest } = attempt
  const wasSubmitting = attempt.phase === 'submitting'
  return {
    ...sale,
    attempts: [
      ...sale.attempts.slice(0, -1),
      {
        ...rest,
        waitsFromMs: atMs,
        phase: attempt.phase === 'reversing' ? 'reversing' : 'checking',
        ...(wasSubmitting ? { cause: 'terminal.restarted' as const } : {}),
        // By this start's clock: the last question was asked by another one.
        askedAtMs: atMs,
        ...(attempt.reverseAnsweredAtMs === undefined ? {} : { reverseAnsweredAtMs: atMs }),
        queries: attempt.queries + 1,
        step: attempt.step + 1,
        awaits: 'answer',
      },
    ],
  }
}

function effectsOf(sale: Sale): readonly Effect[] {
  const attempt = lastAttempt(sale)
  if (sale.phase !== 'in_flight' || !attempt) return refundQuestions(sale)
  return [{ kind: 'query', sale }, ...(attempt.overdue ? [] : [overdueWait(sale, attempt)])]
}
