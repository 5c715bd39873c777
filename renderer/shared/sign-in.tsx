import { useLayoutEffect, useRef } from 'preact/hooks'
import { pageTimers } from '../connection/page-connection.ts'
import type { Language } from '../text/language.ts'
import { translate } from '../text/translate.ts'
import { wordOf } from '../text/words.ts'
import { useEverySecond } from './every-second.ts'
import { SecretPad } from './secret-pad.tsx'
import type { SignInState } from './sign-in-state.ts'

/** Digits a PIN may have; more than that is no PIN. */
const PIN_MAX = 12

export type SignInProps = {
  readonly state: SignInState
  readonly language: Language
  readonly choose: (name: string) => void
  readonly signIn: (pin: string) => void
}

/**
 * Name and PIN. The PIN lives in its field alone and is gone from it before it is sent; while the
 * terminal wants a pause, the seconds of it are counted and nothing can be sent.
 */
export function SignIn({ state, language, choose, signIn }: SignInProps) {
  const field = useRef<HTMLInputElement>(null)
  const names = useRef<HTMLFieldSetElement>(null)
  const waitMs = Math.max(0, (state.waitUntilMs ?? 0) - pageTimers.nowMs())
  const isWaiting = waitMs > 0
  useEverySecond(isWaiting)
  const isOpen = state.name !== undefined && !state.isSending && !isWaiting
  // A name that was touched or confirmed leads on to the PIN; one that arrows pass over does not.
  const isPicked = useRef(false)
  useLayoutEffect(() => {
    if (isOpen) field.current?.focus()
    else names.current?.querySelector('input')?.focus()
  }, [state.isSending, isWaiting, state.operators])
  useLayoutEffect(() => {
    if (!isPicked.current || !isOpen) return
    isPicked.current = false
    field.current?.focus()
  })
  const submit = () => {
    const pin = field.current?.value ?? ''
    if (!isOpen || pin === '') return
    if (field.current !== null) field.current.value = ''
    signIn(pin)
  }
  return (
    <div class="sign-in">
      <div class="sign-in-who">
        <fieldset class="sign-in-names" ref={names}>
          <legend>{translate(language, 'sign_in.name')}</legend>
          {(state.operators ?? []).map(({ name, role }) => (
            <label key={name} class="sign-in-name">
              <input
                type="radio"
                name="operator"
                checked={state.name === name}
                disabled={state.isSending}
                onChange={() => choose(name)}
                onClick={(event) => {
                  if (event.detail === 0) return
                  isPicked.current = true
                  if (state.name === name) field.current?.focus()
                }}
                onKeyDown={({ key }) => {
                  if (key !== ' ' && key !== 'Enter') return
                  isPicked.current = true
                  if (state.name === name) field.current?.focus()
                  else if (key === 'Enter') choose(name)
                }}
              />
              <span>
                <strong>{name}</strong>
                <small>{wordOf(language, 'role', role)}</small>
              </span>
            </label>
          ))}
        </fieldset>
        <Remark state={state} language={language} waitMs={waitMs} />
      </div>
      {/* No form: what is typed here is nothing for a browser to offer to keep. */}
      <div class="sign-in-pin">
        <SecretPad
          field={field}
          label={translate(language, 'sign_in.pin')}
          language={language}
          max={PIN_MAX}
          isOpen={isOpen}
          enter={submit}
        >
          <button
            type="button"
            class="key key-collect"
            disabled={!isOpen}
            onMouseDown={(event) => event.preventDefault()}
            onClick={submit}
          >
            {translate(language, state.isSending ? 'sign_in.sending' : 'sign_in.go')}
            <kbd>Enter</kbd>
          </button>
        </SecretPad>
      </div>
    </div>
  )
}

type RemarkProps = Pick<SignInProps, 'state' | 'language'> & { readonly waitMs: number }

/** Why it did not work, and how long to wait; in a place of its own, so that nothing moves. */
function Remark({ state, language, waitMs }: RemarkProps) {
  const seconds = Math.ceil(waitMs / 1_000)
  const isEmpty = state.remark === undefined && seconds === 0
  return (
    <div class={isEmpty ? 'notice notice-empty' : 'notice'}>
      <p role="alert">{state.remark?.[language]}</p>
      {seconds > 0 && (
        <strong class="sign-in-wait">{translate(language, 'sign_in.wait', { seconds })}</strong>
      )}
    </div>
  )
}
