import type { ComponentChildren, RefObject } from 'preact'
import type { Language } from '../text/language.ts'
import { translate } from '../text/translate.ts'

type SecretPadProps = {
  readonly field: RefObject<HTMLInputElement | null>
  readonly label: string
  readonly language: Language
  readonly max: number
  readonly isOpen: boolean
  /** Enter in the field; never for what cannot be undone. */
  readonly enter?: () => void
  /** The key that goes on. */
  readonly children?: ComponentChildren
}

const DIGITS = ['7', '8', '9', '4', '5', '6', '1', '2', '3', '0'] as const

/**
 * A field for a PIN or password, with keys for touch. What is typed is in the field and nowhere else;
 * the browser neither remembers nor fills it in.
 */
export function SecretPad(props: SecretPadProps) {
  const { field, label, language, max, isOpen, enter, children } = props
  const change = (next: (text: string) => string) => {
    if (field.current !== null) field.current.value = next(field.current.value).slice(0, max)
    field.current?.focus()
  }
  const key = (shown: string, run: () => void, name?: string) => (
    <button
      key={shown}
      type="button"
      class={name === undefined ? 'key' : `key key-${name}`}
      tabIndex={-1}
      disabled={!isOpen}
      aria-label={name === 'erase' ? translate(language, 'pad.backspace') : undefined}
      onMouseDown={(event) => event.preventDefault()}
      onClick={run}
    >
      {shown}
    </button>
  )
  return (
    <>
      <label class="secret-field">
        <span>{label}</span>
        <input
          ref={field}
          type="password"
          name="guitai-secret"
          autocomplete="new-password"
          spellcheck={false}
          maxLength={max}
          disabled={!isOpen}
          onKeyDown={(event) => {
            if (event.key === 'Enter' && !event.repeat) enter?.()
          }}
        />
      </label>
      {/* biome-ignore lint/a11y/useSemanticElements: these are keys, not fields of a form */}
      <div class="keys secret-keys" role="group" aria-label={translate(language, 'secret.keys')}>
        {DIGITS.map((digit) => key(digit, () => change((text) => text + digit)))}
        {key('⌫', () => change((text) => text.slice(0, -1)), 'erase')}
        {key(translate(language, 'pad.clear'), () => change(() => ''), 'clear')}
        {children}
      </div>
    </>
  )
}
