import { useEffect, useRef } from 'preact/hooks'
import type { SaleView } from '../../src/api/protocol.ts'
import { Amount, AmountFen } from '../shared/amount.tsx'
import { Icon } from '../shared/icons.tsx'
import { formatAmount } from '../text/amount.ts'
import { translate } from '../text/translate.ts'
import { clockTime } from './clock-time.ts'
import { keepFocus, PadKeys } from './pad.tsx'
import { refundableOf } from './refund-facts.ts'
import { RefundRemark, type RefundViewProps } from './refund-remark.tsx'
import { canAct, reasonText, wantedFen } from './refund-state.ts'
import { FIELD_MAX, REASON_TEXTS, REASONS } from './refund-types.ts'

type SaleProps = RefundViewProps & { readonly sale: SaleView }

/** How much, why and who. */
export function RefundForm(props: SaleProps) {
  const { state, language, dispatch, act, sale } = props
  const { text } = state.entry
  const shown = text === '' ? formatAmount(wantedFen(state)) : text
  return (
    <main class="refund refund-form">
      <section class="refund-facts">
        <h1>
          {translate(language, 'refund.form.title')}
          <small class="shift-when">
            <SaleFacts {...props} />
          </small>
        </h1>
        <div class="amount-box">
          <Amount shown={shown} language={language} />
        </div>
        <Reasons {...props} />
        <RefundRemark state={state} language={language} />
      </section>
      <section class="refund-pad" aria-label={translate(language, 'refund.amount')}>
        <div class="entry">
          <span class="entry-label">{translate(language, 'refund.amount')}</span>
          <output class={text === '' ? 'entry-text entry-empty' : 'entry-text'}>
            {text === '' ? translate(language, 'refund.all') : text}
          </output>
        </div>
        <p class="refund-left">
          {translate(language, 'refund.left', {
            amount: formatAmount(refundableOf(sale)?.leftFen ?? 0),
          })}
        </p>
        <PadKeys
          language={language}
          isOpen={!state.isSending}
          type={(key) => dispatch({ kind: 'type', key })}
          erase={() => dispatch({ kind: 'erase' })}
          clear={() => dispatch({ kind: 'clear' })}
          clearText={translate(language, 'refund.all')}
        >
          <button
            type="button"
            class="key key-collect"
            disabled={!canAct(state, 'next')}
            aria-keyshortcuts="F8"
            onMouseDown={keepFocus}
            onClick={() => act('next')}
          >
            {translate(language, 'refund.next')}
            <kbd>Enter</kbd>
          </button>
        </PadKeys>
      </section>
    </main>
  )
}

/** The sale that the money was paid for. */
function SaleFacts({ language, sale }: SaleProps) {
  const order = sale.orderRef
  const paid = translate(language, 'refund.sale', {
    time: clockTime(language, sale.createdAtMs, 'day'),
    amount: formatAmount(sale.amountFen),
  })
  const named = order === undefined ? '' : translate(language, 'detail.order', { order })
  return <>{[paid, named].filter((part) => part !== '').join(' · ')}</>
}

const FIELD_TEXTS = { words: 'refund.words', operator: 'refund.operator' } as const

function Reasons({ state, language, dispatch }: SaleProps) {
  const name = useRef<HTMLInputElement>(null)
  const first = useRef<HTMLInputElement>(null)
  useEffect(() => {
    const isNamed = name.current?.value !== ''
    ;(isNamed ? first : name).current?.focus()
  }, [])
  return (
    <>
      <fieldset class="refund-reasons">
        <legend>{translate(language, 'refund.reason')}</legend>
        {REASONS.map((reason, index) => (
          <label key={reason} class="refund-reason">
            <input
              ref={index === 0 ? first : null}
              type="radio"
              name="refund-reason"
              checked={state.reason === reason}
              onChange={() => dispatch({ kind: 'reason', reason })}
            />
            <span>{translate(language, REASON_TEXTS[reason])}</span>
          </label>
        ))}
      </fieldset>
      <div class="refund-fields">
        {(['words', 'operator'] as const).map((field) => (
          <label key={field} class="shift-field">
            <span>{translate(language, FIELD_TEXTS[field])}</span>
            <input
              ref={field === 'operator' ? name : null}
              type="text"
              autocomplete="off"
              spellcheck={false}
              maxLength={FIELD_MAX[field]}
              value={state[field]}
              readOnly={field === 'operator' && state.guard === 'signed_in'}
              onInput={(event) =>
                dispatch({ kind: 'field', field, text: event.currentTarget.value })
              }
              onBlur={() => dispatch({ kind: 'field_left' })}
            />
          </label>
        ))}
      </div>
    </>
  )
}

/** Once more what will happen, and the one key that does it: by touch or F4, never Enter or Space. */
export function RefundConfirm(props: SaleProps) {
  const { state, language, act, sale } = props
  const head = useRef<HTMLHeadingElement>(null)
  useEffect(() => head.current?.focus(), [])
  const facts = [
    ['refund.confirm.sale', <SaleFacts {...props} />],
    ['refund.confirm.reason', reasonText(state, language)],
    ['refund.confirm.operator', state.operator.trim()],
  ] as const
  return (
    <main class="refund refund-form refund-confirm" data-sale={sale.saleId}>
      <section class="refund-facts">
        <div class="refund-question">
          <Icon name="back" />
          <h1 ref={head} tabIndex={-1}>
            {translate(language, 'refund.confirm.title')}
          </h1>
        </div>
        <div class="amount-box">
          <AmountFen amountFen={wantedFen(state)} language={language} />
        </div>
        <p class="refund-what">{translate(language, 'refund.confirm.what')}</p>
        <dl class="refund-terms">
          {facts.map(([term, text]) => (
            <div key={term}>
              <dt>{translate(language, term)}</dt>
              <dd>{text}</dd>
            </div>
          ))}
        </dl>
        <RefundRemark state={state} language={language} />
      </section>
      <section class="refund-pad">
        <button
          type="button"
          class="refund-give"
          data-destructive
          disabled={!canAct(state, 'give')}
          aria-keyshortcuts="F4"
          onMouseDown={keepFocus}
          onClick={(event) => {
            // A double tap is one tap.
            if (event.detail < 2) act('give')
          }}
        >
          <kbd>F4</kbd>
          <span>{translate(language, state.isSending ? 'refund.sending' : 'refund.give')}</span>
        </button>
        <button
          type="button"
          class="refund-plain"
          disabled={state.isSending}
          onMouseDown={keepFocus}
          onClick={() => act('back')}
        >
          <kbd>Esc</kbd>
          <span>{translate(language, 'refund.back')}</span>
        </button>
      </section>
    </main>
  )
}
