import { useEffect, useRef } from 'preact/hooks'
import { Amount } from '../shared/amount.tsx'
import { formatAmount } from '../text/amount.ts'
import type { Language } from '../text/language.ts'
import { TEXTS, translate } from '../text/translate.ts'
import { clockTime } from './clock-time.ts'
import {
  canAct,
  OPERATOR_MAX,
  type ShiftEvent,
  type ShiftState,
  type ShiftView,
} from './shift-state.ts'
import { Slip } from './slip.tsx'
import type { TillSignIn } from './till-sign-in.ts'
import { TillSignInPane } from './till-sign-in-pane.tsx'

export type ShiftViewProps = {
  readonly state: ShiftState
  readonly language: Language
  readonly dispatch: (event: ShiftEvent) => void
  readonly signIn: TillSignIn
}

/** The day-close view: the open shift at a glance and what closes it, or a closed shift's report. */
export function ShiftDesk({ state, language, dispatch, signIn }: ShiftViewProps) {
  const { shift } = state
  if (shift === undefined) {
    return (
      <main class="shift">
        <h1>{translate(language, 'day.loading')}</h1>
        <Remark state={state} language={language} />
      </main>
    )
  }
  const isOpen = shift.state === 'open'
  const props = { state, language, dispatch, signIn, shift }
  return (
    <main class="shift" data-shift={shift.state}>
      {isOpen ? <Glance shift={shift} language={language} /> : <ClosedReport {...props} />}
      <section class="shift-acts">
        {isOpen ? <Closing {...props} /> : <Closed {...props} />}
        <Remark state={state} language={language} />
      </section>
      {isOpen && <Slip rows={shift.rows} isForPrintOnly />}
    </main>
  )
}

type PartProps = { readonly shift: ShiftView; readonly language: Language }
type ActProps = ShiftViewProps & { readonly shift: ShiftView }

/** The money of the open shift. */
function Glance({ shift, language }: PartProps) {
  const { number, fromMs, payments, refunds, netFen } = shift
  const text = (key: Parameters<typeof translate>[1], values?: Record<string, string | number>) =>
    translate(language, key, values)
  return (
    <section
      class="shift-glance"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a long list is scrolled by keyboard
      tabIndex={0}
      aria-label={text('day.title', { number })}
    >
      <h1>
        {text('day.title', { number })}
        <small class="shift-when">
          {text('day.since', { time: clockTime(language, fromMs, 'day') })}
        </small>
      </h1>
      <p class="shift-label">{text('day.net')}</p>
      <div class="amount-box">
        <Amount shown={signed(netFen)} language={language} />
      </div>
      <dl class="shift-sums">
        <dt>{text('day.payments', { count: payments.count })}</dt>
        <dd>{formatAmount(payments.amountFen)}</dd>
        <dt>{text('day.refunds', { count: refunds.count })}</dt>
        <dd>{signed(-refunds.amountFen)}</dd>
      </dl>
      <Unsettled shift={shift} language={language} />
      <ByOperator shift={shift} language={language} />
    </section>
  )
}

function ByOperator({ shift, language }: PartProps) {
  const named = new Set(shift.totals.map(({ operator }) => operator))
  // One line that says the same as the sums above it says nothing.
  if (named.size < 2) return null
  return (
    <section class="shift-list" aria-label={translate(language, 'day.by_operator')}>
      <h2>{translate(language, 'day.by_operator')}</h2>
      <ul>
        {[...named].map((operator) => {
          const own = shift.totals.filter((total) => total.operator === operator)
          const netFen = own.reduce(
            (sum, { kind, amountFen }) => sum + (kind === 'payment' ? amountFen : -amountFen),
            0,
          )
          return (
            <li key={operator}>
              <span>{operator ?? translate(language, 'day.nobody')}</span>
              <strong>{signed(netFen)}</strong>
            </li>
          )
        })}
      </ul>
    </section>
  )
}

function Unsettled({ shift, language }: PartProps) {
  const count = shift.unsettled.length
  if (count === 0) {
    return <p class="shift-settled">{translate(language, 'day.no_unsettled')}</p>
  }
  return (
    <section class="shift-list shift-unsettled">
      <h2>{translate(language, 'day.unsettled', { count })}</h2>
      <ul>
        {shift.unsettled.map(({ kind, number, amountFen, sinceMs, orderRef }) => (
          <li key={number}>
            <span>
              {translate(language, kind === 'sale' ? 'day.sale' : 'day.refund')}{' '}
              {clockTime(language, sinceMs, 'day')}
            </span>
            <strong>{formatAmount(amountFen)}</strong>
            <small class="shift-number">{orderRef ?? number}</small>
          </li>
        ))}
      </ul>
    </section>
  )
}

/** Who closes it, what is left over, and the key that closes it on its second press. */
function Closing(props: ActProps) {
  const { state, language, dispatch, signIn, shift } = props
  const isBusy = state.closing !== undefined
  const label = isBusy ? 'day.closing' : state.isAsked ? 'day.close_again' : 'day.close'
  if (signIn.isNeeded === true && signIn.signedIn === undefined) {
    return (
      <>
        <h2>{translate(language, 'day.sign_in')}</h2>
        <TillSignInPane signIn={signIn} language={language} right="shift_close" />
      </>
    )
  }
  return (
    <>
      <Operator {...props} isBusy={isBusy} />
      {shift.unsettled.length > 0 && (
        <label class="shift-carry">
          <input
            type="checkbox"
            checked={state.carry}
            disabled={isBusy}
            onChange={() => dispatch({ kind: 'act', act: 'carry', language })}
          />
          <span>{translate(language, 'day.carry')}</span>
        </label>
      )}
      <button
        type="button"
        class="shift-close"
        data-asked={state.isAsked}
        data-destructive
        disabled={!canAct(state, 'close')}
        aria-keyshortcuts="F4"
        onMouseDown={(event) => event.preventDefault()}
        onClick={(event) => {
          // The second tap of a double tap is no answer to the question of the first.
          if (event.detail < 2) dispatch({ kind: 'act', act: 'close', language })
        }}
      >
        <kbd>F4</kbd>
        <span>{translate(language, label)}</span>
      </button>
    </>
  )
}

/** The name of who closes it: said, or that of whoever has signed in. */
function Operator(props: ActProps & { readonly isBusy: boolean }) {
  const { state, language, dispatch, signIn, isBusy } = props
  const field = useRef<HTMLInputElement>(null)
  useEffect(() => field.current?.focus(), [])
  return (
    <label class="shift-field">
      <span>{translate(language, 'day.operator')}</span>
      <input
        ref={field}
        type="text"
        autocomplete="off"
        spellcheck={false}
        maxLength={OPERATOR_MAX}
        disabled={isBusy}
        value={state.operator}
        readOnly={signIn.signedIn !== undefined}
        onInput={(event) => dispatch({ kind: 'operator', text: event.currentTarget.value })}
        onBlur={() => dispatch({ kind: 'operator_left' })}
      />
    </label>
  )
}

function ClosedReport({ shift, language }: ActProps) {
  return (
    <section
      class="shift-paper"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a long report is scrolled by keyboard
      tabIndex={0}
      aria-label={translate(language, 'day.report')}
    >
      <Slip rows={shift.rows} />
    </section>
  )
}

function Closed({ language, dispatch, shift }: ActProps) {
  const button = useRef<HTMLButtonElement>(null)
  useEffect(() => button.current?.focus(), [])
  const { number, toMs, operator = '' } = shift
  const time = clockTime(language, toMs, 'day')
  return (
    <>
      <p class="only-spoken" role="status">
        {translate(language, 'day.closed', { number })}
      </p>
      <h1>
        {translate(language, 'day.closed', { number })}
        <small class="shift-when">{translate(language, 'day.closed_by', { time, operator })}</small>
      </h1>
      <button
        ref={button}
        type="button"
        class="shift-print"
        aria-keyshortcuts="F8"
        onClick={() => dispatch({ kind: 'act', act: 'print', language })}
      >
        <kbd>F8</kbd>
        <span>{translate(language, 'day.print')}</span>
      </button>
    </>
  )
}

/** One remark in a place of its own, so that nothing moves when it comes or goes. */
function Remark(props: { readonly state: ShiftState; readonly language: Language }) {
  const { isAsked, remark } = props.state
  const text = isAsked ? TEXTS['day.ask'] : remark
  return (
    <p class={text === undefined ? 'notice notice-empty' : 'notice'} role="alert">
      {text?.[props.language]}
    </p>
  )
}

/** Money that may be less than nothing. */
function signed(amountFen: number): string {
  const amount = formatAmount(Math.abs(amountFen))
  return amountFen < 0 ? `\u2212${amount}` : amount
}
