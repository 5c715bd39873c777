import type { PendingSale } from '../../src/screen/model.ts'
import { pageTimers } from '../connection/page-connection.ts'
import { useEverySecond } from '../shared/every-second.ts'
import { serverNowMs } from '../shared/server-clock.ts'
import { formatAmount } from '../text/amount.ts'
import type { Language } from '../text/language.ts'
import { translate } from '../text/translate.ts'
import { askable, type CashierEvent, type CashierState, canAdminister } from './state.ts'

type PendingProps = {
  readonly state: CashierState
  readonly dispatch: (event: CashierEvent) => void
  /** Opens the view in which a manager stops waiting; undefined where nobody may. */
  readonly close: ((saleId: string) => void) | undefined
}

/**
 * Sales without a result that are off the panel: how old each is, when the gateway is asked next, and
 * "check now" by touch or F7. An overdue one is marked by words, shape and colour.
 */
export function Pending({ state, dispatch, close }: PendingProps) {
  const { arrival, language } = state
  useEverySecond(arrival !== undefined && arrival.model.cashier.pending > 0)
  if (arrival === undefined || arrival.model.cashier.pending === 0) return null
  const { pending, pendingSales } = arrival.model.cashier
  const nowMs = serverNowMs(arrival, pageTimers.nowMs())
  const open = new Set(askable(state).map(({ saleId }) => saleId))
  const title = translate(language, 'pending.title', { count: pending })
  return (
    <section class="pending" aria-label={title}>
      <h2>{title}</h2>
      <ul>
        {pendingSales.map((sale) => (
          <li key={sale.saleId}>
            <button
              type="button"
              class="pending-sale"
              data-what={sale.what}
              data-overdue={sale.overdue || sale.mustAct === true}
              disabled={!open.has(sale.saleId)}
              onMouseDown={(event) => event.preventDefault()}
              onClick={() => dispatch({ kind: 'check_pending', saleId: sale.saleId })}
            >
              <span class="only-spoken">{translate(language, 'key.check')}</span>
              <strong>
                {translate(language, sale.what === 'refund' ? 'pending.refund' : 'pending.payment')}{' '}
                {formatAmount(sale.amountFen)}
              </strong>
              <span>{translate(language, 'pending.age', { time: age(nowMs - sale.sinceMs) })}</span>
              <span class="pending-next">{nextOf(language, sale, nowMs)}</span>
            </button>
            {close !== undefined && (sale.overdue || sale.mustAct === true) && (
              <button
                type="button"
                class="pending-close"
                disabled={!canAdminister(state)}
                onMouseDown={(event) => event.preventDefault()}
                onClick={() => close(sale.saleId)}
              >
                {translate(language, 'by_hand.open')}
                <span class="only-spoken">{formatAmount(sale.amountFen)}</span>
              </button>
            )}
          </li>
        ))}
      </ul>
    </section>
  )
}

function nextOf(language: Language, sale: PendingSale, nowMs: number): string {
  const isRefund = sale.what === 'refund'
  if (sale.mustAct) {
    return translate(language, isRefund ? 'pending.refund_must_act' : 'pending.must_act')
  }
  if (sale.overdue) {
    return translate(language, isRefund ? 'pending.refund_overdue' : 'pending.overdue')
  }
  if (sale.nextTryAtMs === undefined) return translate(language, 'pending.asking')
  const seconds = Math.max(0, Math.ceil((sale.nextTryAtMs - nowMs) / 1_000))
  return translate(language, 'pending.next', { seconds })
}

/** Minutes and seconds, or hours and minutes: `4:07`, `2:30:00`. */
function age(elapsedMs: number): string {
  const seconds = Math.max(0, Math.floor(elapsedMs / 1_000))
  const two = (value: number) => String(value).padStart(2, '0')
  const [hours, minutes] = [Math.floor(seconds / 3_600), Math.floor(seconds / 60) % 60]
  const rest = two(seconds % 60)
  return hours === 0 ? `${minutes}:${rest}` : `${hours}:${two(minutes)}:${rest}`
}
