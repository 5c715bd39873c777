import { useEffect, useRef } from 'preact/hooks'
import type { SaleView } from '../../src/api/protocol.ts'
import { AmountFen } from '../shared/amount.tsx'
import { Icon } from '../shared/icons.tsx'
import type { Language } from '../text/language.ts'
import { translate } from '../text/translate.ts'
import { clockTime } from './clock-time.ts'
import {
  CLOSE_REASON_TEXTS,
  CLOSE_REASONS,
  CLOSE_WORDS_MAX,
  type CloseControl,
} from './close-control.ts'
import { drawnKeys } from './key-bar.tsx'
import { TillSignInPane } from './till-sign-in-pane.tsx'

export type CloseViewProps = { readonly control: CloseControl; readonly language: Language }

/** Stopping to wait for a result: what it means, who does it, why. */
export function CloseDesk({ control, language }: CloseViewProps) {
  const { state, signIn } = control
  const head = useRef<HTMLHeadingElement>(null)
  const isSignedIn = signIn.signedIn !== undefined
  useEffect(() => head.current?.focus(), [isSignedIn])
  return (
    <main class={`refund refund-form by-hand${isSignedIn ? '' : ' by-hand-sign-in'}`}>
      <section class="refund-facts">
        <div class="refund-question">
          <Icon name="question" />
          <h1 ref={head} tabIndex={-1}>
            {translate(language, 'by_hand.title')}
          </h1>
        </div>
        {state.sale !== undefined && <Facts sale={state.sale} language={language} />}
        <p class="refund-what">{translate(language, 'by_hand.what')}</p>
        {isSignedIn ? (
          <Reasons control={control} language={language} />
        ) : (
          <TillSignInPane signIn={signIn} language={language} right="sale_close" />
        )}
        <p class={state.remark === undefined ? 'notice notice-empty' : 'notice'} role="alert">
          {state.remark?.[language]}
        </p>
      </section>
      <section class="refund-pad">
        <button
          type="button"
          class="refund-give"
          data-destructive
          disabled={!control.canClose}
          aria-keyshortcuts="F4"
          onClick={(event) => {
            // A double tap is one tap.
            if (event.detail < 2) control.close()
          }}
        >
          <kbd>F4</kbd>
          <span>{translate(language, state.isSending ? 'refund.sending' : 'by_hand.yes')}</span>
        </button>
        <button type="button" class="refund-plain" onClick={control.leave}>
          <kbd>Esc</kbd>
          <span>{translate(language, 'refund.leave')}</span>
        </button>
        {signIn.signedIn !== undefined && (
          <p class="refund-left">
            {translate(language, 'act.by')}: <strong>{signIn.signedIn.name}</strong>
          </p>
        )}
      </section>
    </main>
  )
}

function Facts({ sale, language }: { readonly sale: SaleView; readonly language: Language }) {
  const numbers = sale.attempts.map(({ outTradeNo }) => outTradeNo)
  return (
    <>
      <div class="amount-box">
        <AmountFen amountFen={sale.amountFen} language={language} />
      </div>
      <p class="detail-small">
        <span>{clockTime(language, sale.createdAtMs, 'day')}</span>
        {sale.orderRef !== undefined && (
          <span>{translate(language, 'detail.order', { order: sale.orderRef })}</span>
        )}
        {numbers.map((number) => (
          <span key={number}>{number}</span>
        ))}
      </p>
    </>
  )
}

function Reasons({ control, language }: CloseViewProps) {
  const { state } = control
  return (
    <>
      <fieldset class="refund-reasons">
        <legend>{translate(language, 'act.reason')}</legend>
        {CLOSE_REASONS.map((reason) => (
          <label key={reason} class="refund-reason">
            <input
              type="radio"
              name="close-reason"
              checked={state.reason === reason}
              onChange={() => control.choose(reason)}
            />
            <span>{translate(language, CLOSE_REASON_TEXTS[reason])}</span>
          </label>
        ))}
      </fieldset>
      <label class="shift-field">
        <span>{translate(language, 'act.words')}</span>
        <input
          type="text"
          autocomplete="off"
          spellcheck={false}
          maxLength={CLOSE_WORDS_MAX}
          value={state.words}
          onInput={(event) => control.type(event.currentTarget.value)}
        />
      </label>
    </>
  )
}

type CloseKeyBarProps = CloseViewProps & {
  readonly settle: (setting: 'language' | 'theme') => void
}

const LABELS = {
  F2: 'refund.leave',
  F4: 'by_hand.yes',
  F9: 'key.language',
  F10: 'key.theme',
} as const

/** The function keys over the panel, in the same places as those of the panel. */
export function CloseKeyBar({ control, language, settle }: CloseKeyBarProps) {
  const run: { readonly [key: string]: () => void } = {
    F2: control.leave,
    F4: control.close,
    F9: () => settle('language'),
    F10: () => settle('theme'),
  }
  return (
    <footer class="key-bar">
      {drawnKeys(true).map(([key]) => {
        const label = Object.hasOwn(LABELS, key) ? LABELS[key as keyof typeof LABELS] : undefined
        return (
          <button
            key={key}
            type="button"
            class="function-key"
            data-destructive={key === 'F4' ? true : undefined}
            data-asked={key === 'F4' && control.canClose}
            disabled={label === undefined || (key === 'F4' && !control.canClose)}
            aria-keyshortcuts={key}
            onMouseDown={(event) => event.preventDefault()}
            onClick={(event) => {
              if (event.detail < 2) run[key]?.()
            }}
          >
            <kbd>{key}</kbd>
            <span>{label === undefined ? '' : translate(language, label)}</span>
          </button>
        )
      })}
    </footer>
  )
}
