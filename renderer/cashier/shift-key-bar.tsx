import type { Language } from '../text/language.ts'
import { type TextKey, translate } from '../text/translate.ts'
import { drawnKeys } from './key-bar.tsx'
import { SHIFT_KEYS } from './shift-control.ts'
import { canAct, type ShiftAct, type ShiftState } from './shift-state.ts'

type ShiftKeyBarProps = {
  readonly state: ShiftState
  readonly language: Language
  readonly mayRefund: boolean
  readonly act: (act: ShiftAct) => void
  readonly settle: (setting: 'language' | 'theme') => void
}

/** The function keys over the panel, in the same places as those of the panel. */
export function ShiftKeyBar(props: ShiftKeyBarProps) {
  const { state, language, mayRefund, act, settle } = props
  return (
    <footer class="key-bar">
      {drawnKeys(mayRefund).map(([key, beneath]) => {
        const own = SHIFT_KEYS[key]
        const isSetting = beneath === 'language' || beneath === 'theme'
        return (
          <button
            key={key}
            type="button"
            class="function-key"
            data-act={own === undefined ? beneath : `shift-${own}`}
            data-asked={own === 'close' && state.isAsked}
            data-destructive={own === 'close' ? true : undefined}
            disabled={own === undefined ? !isSetting : !canAct(state, own)}
            aria-keyshortcuts={key}
            onMouseDown={(event) => event.preventDefault()}
            onClick={(event) => {
              if (own === undefined && isSetting) settle(beneath)
              // The second tap of a double tap is no answer to the question of the first.
              else if (own !== undefined && (own !== 'close' || event.detail < 2)) act(own)
            }}
          >
            <kbd>{key}</kbd>
            <span>
              {translate(
                language,
                own === undefined ? (KEPT[beneath] ?? 'key.theme') : labelOf(state, own),
              )}
            </span>
          </button>
        )
      })}
    </footer>
  )
}

/** Keys that stay what they are beneath the view. */
const KEPT: { readonly [act: string]: TextKey } = {
  language: 'key.language',
  theme: 'key.theme',
  refund: 'key.refund',
  admin: 'key.admin',
}

const LABELS: { readonly [act in ShiftAct]: TextKey } = {
  leave: 'day.back',
  close: 'day.close',
  last: 'day.last',
  carry: 'day.carry_key',
  print: 'day.print',
}

function labelOf(state: ShiftState, act: ShiftAct): TextKey {
  if (act === 'last' && state.wanted === 'last') return 'day.current'
  if (act === 'close' && state.isAsked) return 'day.close_again'
  return LABELS[act]
}
