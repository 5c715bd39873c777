import { useEffect, useRef } from 'preact/hooks'
import type { SaleView } from '../../src/api/protocol.ts'
import { Icon } from '../shared/icons.tsx'
import { formatAmount } from '../text/amount.ts'
import type { Language } from '../text/language.ts'
import { translate } from '../text/translate.ts'
import { clockTime } from './clock-time.ts'
import { found, lookOf, shownRefund } from './refund-facts.ts'
import { RefundRemark, type RefundViewProps } from './refund-remark.tsx'
import { canAct } from './refund-state.ts'
import { FIELD_MAX } from './refund-types.ts'

/** Which sale: the paid ones, newest first, and a search among those that were read. */
export function RefundList(props: RefundViewProps) {
  const { state, language, dispatch, act } = props
  const field = useRef<HTMLInputElement>(null)
  useEffect(() => field.current?.focus(), [])
  const sales = found(state.sales ?? [], state.search)
  return (
    <main class="refund refund-list-view" onKeyDown={moveFocus}>
      <section class="refund-find">
        <h1>{translate(language, 'refund.list.title')}</h1>
        <label class="shift-field">
          <span>{translate(language, 'refund.search')}</span>
          <input
            ref={field}
            type="text"
            autocomplete="off"
            spellcheck={false}
            maxLength={FIELD_MAX.search}
            value={state.search}
            onInput={(event) =>
              dispatch({ kind: 'field', field: 'search', text: event.currentTarget.value })
            }
            onBlur={() => dispatch({ kind: 'field_left' })}
          />
        </label>
        <p class="refund-count" role="status">
          {countText(props, sales.length)}
        </p>
        <button
          type="button"
          class="refund-plain"
          disabled={!canAct(state, 'older')}
          aria-keyshortcuts="F7"
          onMouseDown={(event) => event.preventDefault()}
          onClick={() => act('older')}
        >
          <kbd>F7</kbd>
          <span>{translate(language, 'refund.older')}</span>
        </button>
        <RefundRemark state={state} language={language} />
      </section>
      <ol class="refund-sales" aria-label={translate(language, 'refund.list.title')}>
        {sales.map((sale) => (
          <li key={sale.saleId}>
            <button
              type="button"
              class="refund-sale"
              onClick={() => dispatch({ kind: 'pick', saleId: sale.saleId })}
            >
              <SaleLine sale={sale} language={language} />
            </button>
          </li>
        ))}
      </ol>
    </main>
  )
}

function countText({ state, language }: RefundViewProps, count: number): string {
  const all = state.sales?.length ?? 0
  if (state.isReading) return translate(language, 'refund.list.reading')
  if (count > 0) return translate(language, 'refund.list.count', { count })
  if (all === 0) return translate(language, 'refund.list.none')
  return translate(language, 'refund.list.not_found', { count: all })
}

function SaleLine({ sale, language }: { readonly sale: SaleView; readonly language: Language }) {
  const number = sale.orderRef ?? sale.attempts.at(-1)?.outTradeNo
  const refund = shownRefund(sale)
  const look = refund === undefined ? undefined : lookOf(refund)
  return (
    <>
      <span class="refund-when">{clockTime(language, sale.createdAtMs, 'day')}</span>
      <strong class="refund-sum">{formatAmount(sale.amountFen)}</strong>
      <span class="refund-number">{number}</span>
      {look !== undefined && refund !== undefined && (
        <span class="refund-had">
          <Icon name={look.icon} />
          <span>
            {translate(language, look.title)} {formatAmount(refund.amountFen)}
          </span>
        </span>
      )}
    </>
  )
}

/** Up and down go through the list, and from its top back to the search. */
function moveFocus(event: KeyboardEvent & { readonly currentTarget: HTMLElement }): void {
  if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return
  const stops = [...event.currentTarget.querySelectorAll<HTMLElement>('input, .refund-sale')]
  const at = stops.indexOf(document.activeElement as HTMLElement)
  event.preventDefault()
  stops[at + (event.key === 'ArrowDown' ? 1 : -1)]?.focus()
}
