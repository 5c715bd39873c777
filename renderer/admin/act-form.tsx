import type { RefObject } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import { Icon } from '../shared/icons.tsx'
import { SecretPad } from '../shared/secret-pad.tsx'
import { translate } from '../text/translate.ts'
import { wordOf } from '../text/words.ts'
import { canGo, reasonOf } from './admin-state.ts'
import {
  ACT_FIELD_MAX,
  ACT_REASONS,
  type ActField,
  type ActForm,
  REASON_TEXTS,
} from './admin-types.ts'
import type { SectionProps } from './section.tsx'

/** Longest operation password that is taken. */
const PASSWORD_MAX = 64

type ActProps = SectionProps & { readonly form: ActForm }

/** An act before it is done: what it means, why, and the key that does it. */
export function ActDesk(props: ActProps) {
  const { form, language, state, control } = props
  const password = useRef<HTMLInputElement>(null)
  const isClosing = form.act === 'close' && form.step === 'confirm'
  const go = () => {
    // It is gone from the page before it is on the wire, whatever the answer will be.
    const given = password.current?.value ?? ''
    if (password.current !== null) password.current.value = ''
    control.go(given)
  }
  return (
    <div class="act" data-act={form.act} data-step={form.step}>
      <section class="act-facts">
        <ActHead {...props} />
        {form.step === 'confirm' ? (
          <Confirm {...props} password={password} />
        ) : (
          <Details {...props} />
        )}
      </section>
      <section class="act-keys">
        <GoButton {...props} go={go} isClosing={isClosing} />
        <button
          type="button"
          class="refund-plain"
          disabled={form.isSending}
          onClick={() => control.dispatch({ kind: 'back' })}
        >
          <kbd>Esc</kbd>
          <span>{translate(language, 'admin.back')}</span>
        </button>
        {form.mayPauseInstead && (
          <button
            type="button"
            class="refund-plain"
            onClick={() =>
              control.dispatch({ kind: 'open', act: 'pause', target: pausable(props) })
            }
          >
            <span>{translate(language, 'act.pause_instead')}</span>
          </button>
        )}
        <p class="act-by">
          {translate(language, 'act.by')}: <strong>{state.signedIn?.name}</strong>
        </p>
      </section>
    </div>
  )
}

/** What a pause can be of: one way to pay. */
function pausable({ form, view }: ActProps): string {
  if (form.target !== 'ALL') return form.target
  return view.grant?.interfaces.find(({ state }) => state === 'open')?.interface ?? 'MICROPAY'
}

function nameOf({ form, view, language }: ActProps): string {
  if (form.act === 'acknowledge' || form.act === 'report_done') {
    const code = view.measures.find(({ measureId }) => measureId === form.target)?.code
    return code === undefined ? form.target : `${wordOf(language, 'measure', code)} ${code}`
  }
  return wordOf(language, 'interface', form.target)
}

function ActHead(props: ActProps) {
  const { form, language, state } = props
  const head = useRef<HTMLHeadingElement>(null)
  useEffect(() => head.current?.focus(), [])
  const operator = state.signedIn?.name ?? ''
  return (
    <>
      <div class="act-head">
        <Icon name={form.act === 'close' ? 'stop' : 'question'} />
        <h1 ref={head} tabIndex={-1}>
          {translate(language, `act.title.${form.act}`, { name: nameOf(props) })}
        </h1>
      </div>
      <p class="act-what">{translate(language, `act.what.${form.act}`, { operator })}</p>
    </>
  )
}

/** Why, and for a closing also who answers for it. */
function Details(props: ActProps) {
  const { form, language, control } = props
  const reasons = ACT_REASONS[form.act]
  if (reasons.length === 0) return null
  return (
    <>
      <fieldset class="refund-reasons act-reasons">
        <legend>{translate(language, 'act.reason')}</legend>
        {reasons.map((reason) => (
          <label key={reason} class="refund-reason">
            <input
              type="radio"
              name="act-reason"
              checked={form.reason === reason}
              onChange={() => control.dispatch({ kind: 'reason', reason })}
            />
            <span>{translate(language, REASON_TEXTS[reason])}</span>
          </label>
        ))}
      </fieldset>
      <div class="act-fields">
        <Field {...props} field="words" label={translate(language, 'act.words')} />
        {form.act === 'close' && (
          <Field
            {...props}
            field="administrator"
            label={translate(language, 'act.administrator')}
          />
        )}
      </div>
    </>
  )
}

type FieldProps = ActProps & { readonly field: ActField; readonly label: string }

function Field({ form, control, field, label }: FieldProps) {
  return (
    <label class="shift-field">
      <span>{label}</span>
      <input
        type="text"
        name={`act-${field}`}
        autocomplete="off"
        spellcheck={false}
        maxLength={ACT_FIELD_MAX[field]}
        disabled={form.isSending}
        value={form[field]}
        onInput={(event) =>
          control.dispatch({ kind: 'field', field, text: event.currentTarget.value })
        }
      />
    </label>
  )
}

/** Once more what cannot be undone: the name typed by hand, and the operation password. */
function Confirm(props: ActProps & { readonly password: RefObject<HTMLInputElement | null> }) {
  const { form, language, password } = props
  const isOpen = !form.isSending
  return (
    <div class="act-confirm">
      <div class="act-fields">
        <p class="act-reason">
          {translate(language, 'log.why')}: <strong>{reasonOf(form, language)}</strong>
          <br />
          {translate(language, 'act.administrator_short')}:{' '}
          <strong>{form.administrator.trim()}</strong>
        </p>
        <Field
          {...props}
          field="typed"
          label={translate(language, 'act.type_name', { name: form.target })}
        />
        <p class="act-note">{translate(language, 'act.password_note')}</p>
      </div>
      <div class="act-password">
        <SecretPad
          field={password}
          label={translate(language, 'act.password')}
          language={language}
          max={PASSWORD_MAX}
          isOpen={isOpen}
        />
      </div>
    </div>
  )
}

type GoProps = ActProps & { readonly go: () => void; readonly isClosing: boolean }

/** The key that goes on. A closing answers to touch and F4 only, never to Enter or Space. */
function GoButton({ state, form, language, go, isClosing }: GoProps) {
  const isNext = form.act === 'close' && !isClosing
  const label = isNext ? 'act.next' : (`act.yes.${form.act}` as const)
  const key = isClosing ? 'F4' : 'F8'
  return (
    <button
      type="button"
      class={isClosing ? 'refund-give act-go' : 'act-go act-primary'}
      data-destructive={isClosing ? true : undefined}
      disabled={!canGo(state)}
      aria-keyshortcuts={key}
      onClick={(event) => {
        // A double tap is one tap.
        if (event.detail < 2) go()
      }}
    >
      <kbd>{key}</kbd>
      <span>{translate(language, form.isSending ? 'act.sending' : label)}</span>
    </button>
  )
}
