import type { Language } from '../text/language.ts'
import { type TextKey, translate } from '../text/translate.ts'
import { drawnKeys, type KeyAct } from './key-bar.tsx'
import { REFUND_KEYS } from './refund-control.ts'
import { canAct } from './refund-state.ts'
import type { RefundAct, RefundState } from './refund-types.ts'

type RefundKeyBarProps = {
  readonly state: RefundState
  readonly language: Language
  readonly act: (act: RefundAct) => void
  readonly settle: (setting: 'language' | 'theme') => void
}

/** The function keys over the panel, in the same places as those of the panel. */
export function RefundKeyBar({ state, language, act, settle }: RefundKeyBarProps) {
  return (
    <footer class="key-bar">
      {drawnKeys(true).map(([key, beneath]) => {
        const own = REFUND_KEYS[state.step][key]
        const setting = beneath === 'language' || beneath === 'theme' ? beneath : undefined
        const isOpen = own === undefined ? setting !== undefined : canAct(state, own)
        return (
          <button
            key={key}
            type="button"
            class="function-key"
            data-act={own === undefined ? beneath : `refund-${own}`}
            data-asked={own === 'give' && isOpen}
            data-destructive={own === 'give' ? true : undefined}
            disabled={!isOpen}
            aria-keyshortcuts={key}
            onMouseDown={(event) => event.preventDefault()}
            onClick={(event) => {
              if (setting !== undefined) settle(setting)
              // A double tap is one tap.
              else if (own !== undefined && event.detail < 2) act(own)
            }}
          >
            <kbd>{key}</kbd>
            <span>{translate(language, own === undefined ? BENEATH[beneath] : LABELS[own])}</span>
          </button>
        )
      })}
    </footer>
  )
}

/** What the keys that do nothing here are called. */
const BENEATH: { readonly [act in KeyAct]: TextKey } = {
  dismiss: 'key.next',
  refund: 'key.refund',
  cancel: 'key.cancel',
  check: 'key.check',
  check_pending: 'key.check_pending',
  arm: 'refund.next',
  language: 'key.language',
  theme: 'key.theme',
  shift: 'key.shift',
  admin: 'key.admin',
}

const LABELS: { readonly [act in RefundAct]: TextKey } = {
  leave: 'refund.leave',
  back: 'refund.back',
  next: 'refund.next',
  give: 'refund.give',
  check: 'key.check',
  older: 'refund.older',
  again: 'refund.again',
}
