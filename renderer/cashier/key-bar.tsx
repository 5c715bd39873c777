import type { IntentName } from '../../src/screen/model.ts'
import { type TextKey, translate } from '../text/translate.ts'
import {
  askable,
  type CashierState,
  canAdminister,
  canAsk,
  canLeavePanel,
  canRefund,
  panelLook,
  panelState,
} from './state.ts'

/** What a function key does: an intent of the model, or a setting of this page. */
export type KeyAct =
  | IntentName
  | 'check_pending'
  | 'language'
  | 'theme'
  | 'shift'
  | 'refund'
  | 'admin'

/** The function keys, always in these places. */
export const FUNCTION_KEYS: { readonly [key: string]: KeyAct } = {
  F2: 'dismiss',
  F3: 'refund',
  F4: 'cancel',
  F6: 'check',
  F7: 'check_pending',
  F8: 'arm',
  F9: 'language',
  F10: 'theme',
  F11: 'admin',
  F12: 'shift',
}

/** The keys that are drawn: a counter that makes no refunds has no key for them. */
export function drawnKeys(mayRefund: boolean): readonly (readonly [key: string, act: KeyAct])[] {
  return Object.entries(FUNCTION_KEYS).filter(([, act]) => mayRefund || act !== 'refund')
}

type KeyBarProps = {
  readonly state: CashierState
  readonly act: (act: KeyAct) => void
}

/** The keys as buttons. The one that could undo a payment answers to touch and to F4 only. */
export function KeyBar({ state, act }: KeyBarProps) {
  const { language } = state
  const mayRefund = state.arrival?.model.cashier.mayRefund === true
  return (
    <footer class="key-bar">
      {drawnKeys(mayRefund).map(([key, keyAct]) => (
        <button
          key={key}
          type="button"
          class="function-key"
          data-act={keyAct}
          data-asked={keyAct === 'cancel' && state.isCancelAsked}
          data-destructive={keyAct === 'cancel' ? true : undefined}
          disabled={!isOpen(state, keyAct)}
          aria-keyshortcuts={key}
          onMouseDown={(event) => event.preventDefault()}
          onClick={(event) => {
            // The second tap of a double tap is no answer to the question of the first.
            if (keyAct !== 'cancel' || event.detail < 2) act(keyAct)
          }}
        >
          <kbd>{key}</kbd>
          <span>{translate(language, labelOf(state, keyAct))}</span>
        </button>
      ))}
    </footer>
  )
}

function isOpen(state: CashierState, act: KeyAct): boolean {
  if (act === 'language' || act === 'theme') return true
  if (act === 'shift') return canLeavePanel(state)
  if (act === 'refund') return canRefund(state)
  if (act === 'admin') return canAdminister(state)
  if (act === 'check_pending') return askable(state).length > 0
  return canAsk(state, act)
}

const LABELS: { readonly [act in KeyAct]: TextKey } = {
  dismiss: 'key.next',
  cancel: 'key.cancel',
  check: 'key.check',
  check_pending: 'key.check_pending',
  arm: 'key.arm',
  language: 'key.language',
  theme: 'key.theme',
  shift: 'key.shift',
  refund: 'key.refund',
  admin: 'key.admin',
}

function labelOf(state: CashierState, act: KeyAct): TextKey {
  if (act === 'arm' && panelState(state) === 'not_paid') return 'key.arm_again'
  if (act !== 'cancel') return LABELS[act]
  if (state.isCancelAsked) return 'key.cancel_confirm'
  return panelLook(state).isInFlight ? 'key.reverse' : 'key.cancel'
}
