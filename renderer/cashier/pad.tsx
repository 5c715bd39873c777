import type { ComponentChildren } from 'preact'
import { formatAmount } from '../text/amount.ts'
import type { Language } from '../text/language.ts'
import { translate } from '../text/translate.ts'
import type { EntryKey } from './entry.ts'
import {
  type CashierEvent,
  type CashierState,
  ORDER_REF_MAX,
  padIsOpen,
  passedCeilingFen,
} from './state.ts'

type PadProps = {
  readonly state: CashierState
  readonly dispatch: (event: CashierEvent) => void
}

const DIGITS: readonly EntryKey[] = ['7', '8', '9', '4', '5', '6', '1', '2', '3', '0', '00', '.']

/** Keeps the focus where it is: a touched key must not become what Enter acts on. */
export function keepFocus(event: Event): void {
  event.preventDefault()
}

/** The amount being typed, an optional order number, and keys for touch. */
export function Pad({ state, dispatch }: PadProps) {
  const { language, entry } = state
  const isOpen = padIsOpen(state)
  const isAbove = passedCeilingFen(state) !== undefined
  return (
    <section
      class="pad"
      aria-label={translate(language, 'pad.amount')}
      data-open={isOpen}
      data-above={isAbove}
    >
      <div class="entry">
        <p class="entry-said">
          <span class="entry-label">{translate(language, 'pad.amount')}</span>
          <Ceiling state={state} />
        </p>
        <output class={entry.text === '' ? 'entry-text entry-empty' : 'entry-text'}>
          {entry.text === '' ? '0.00' : entry.text}
        </output>
      </div>
      <label class="order">
        <span class="entry-label">{translate(language, 'pad.order')}</span>
        <input
          type="text"
          autocomplete="off"
          spellcheck={false}
          maxLength={ORDER_REF_MAX}
          disabled={!isOpen}
          value={state.orderRef}
          onInput={(event) => dispatch({ kind: 'order', text: event.currentTarget.value })}
          onBlur={() => dispatch({ kind: 'order_left' })}
        />
      </label>
      <PadKeys
        language={language}
        isOpen={isOpen}
        type={(key) => dispatch({ kind: 'type', key })}
        erase={() => dispatch({ kind: 'erase' })}
        clear={() => dispatch({ kind: 'clear' })}
        clearText={translate(language, 'pad.clear')}
      >
        <button
          type="button"
          class="key key-collect"
          disabled={!isOpen || isAbove}
          aria-keyshortcuts="Enter"
          onMouseDown={keepFocus}
          onClick={() => dispatch({ kind: 'collect' })}
        >
          {translate(language, 'pad.collect')}
          <kbd>Enter</kbd>
        </button>
      </PadKeys>
    </section>
  )
}

/** The most that one payment may be, before a sale is made. */
function Ceiling({ state }: { readonly state: CashierState }) {
  const ceilingFen = state.arrival?.model.cashier.scene?.ceilingFen
  if (ceilingFen === undefined || state.link !== 'open') return null
  const amount = formatAmount(ceilingFen)
  return (
    <span class="entry-ceiling">{translate(state.language, 'scene.ceiling_pad', { amount })}</span>
  )
}

type PadKeysProps = {
  readonly language: Language
  readonly isOpen: boolean
  readonly type: (key: EntryKey) => void
  readonly erase: () => void
  readonly clear: () => void
  readonly clearText: string
  /** The key that goes on with the amount. */
  readonly children: ComponentChildren
}

/** The keys of an amount for touch; none of them takes the focus. */
export function PadKeys(props: PadKeysProps) {
  const { language, isOpen, type, erase, clear, clearText } = props
  return (
    // biome-ignore lint/a11y/useSemanticElements: these are keys, not fields of a form
    <div class="keys" role="group" aria-label={translate(language, 'pad.keys')}>
      {DIGITS.map((key) => (
        <button
          key={key}
          type="button"
          class="key"
          tabIndex={-1}
          disabled={!isOpen}
          onMouseDown={keepFocus}
          onClick={() => type(key)}
        >
          {key}
        </button>
      ))}
      <button
        type="button"
        class="key key-erase"
        tabIndex={-1}
        disabled={!isOpen}
        aria-label={translate(language, 'pad.backspace')}
        onMouseDown={keepFocus}
        onClick={erase}
      >
        ⌫
      </button>
      <button
        type="button"
        class="key key-clear"
        tabIndex={-1}
        disabled={!isOpen}
        onMouseDown={keepFocus}
        onClick={clear}
      >
        {clearText}
      </button>
      {props.children}
    </div>
  )
}
