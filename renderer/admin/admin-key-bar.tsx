import { type TextKey, translate } from '../text/translate.ts'
import type { AdminControl } from './admin-control.ts'
import { canGo } from './admin-state.ts'
import type { AdminState } from './admin-types.ts'

/** What the page is drawn from. */
export type AdminAppProps = {
  readonly state: AdminState
  readonly control: AdminControl
  readonly settle: (setting: 'language' | 'theme') => void
}

/** What a function key of the admin screen does. */
export type AdminKey = 'leave' | 'sure' | 'refresh' | 'go' | 'language' | 'theme' | 'lock'

/** The function keys, in the places that the keys of the till have. */
export const ADMIN_KEYS: { readonly [key: string]: AdminKey } = {
  F2: 'leave',
  F4: 'sure',
  F6: 'refresh',
  F8: 'go',
  F9: 'language',
  F10: 'theme',
  F12: 'lock',
}

const LABELS: { readonly [key in AdminKey]: TextKey } = {
  leave: 'admin.leave',
  sure: 'act.sure',
  refresh: 'admin.refresh',
  go: 'act.next',
  language: 'key.language',
  theme: 'key.theme',
  lock: 'admin.lock',
}

/** The keys as buttons. */
export function AdminKeyBar({ state, control, settle }: AdminAppProps) {
  const { language } = state
  return (
    <footer class="key-bar">
      {Object.entries(ADMIN_KEYS).map(([key, act]) => (
        <button
          key={key}
          type="button"
          class="function-key"
          data-act={`admin-${act}`}
          data-asked={act === 'sure' && isOpen(state, act)}
          data-destructive={act === 'sure' ? true : undefined}
          disabled={!isOpen(state, act)}
          aria-keyshortcuts={key}
          onMouseDown={(event) => event.preventDefault()}
          onClick={(event) => {
            if (event.detail < 2) pressKey(act, { state, control, settle })
          }}
        >
          <kbd>{key}</kbd>
          <span>{translate(language, labelOf(state, act))}</span>
        </button>
      ))}
    </footer>
  )
}

/** What a key does, pressed or touched. */
export function pressKey(act: AdminKey, { state, control, settle }: AdminAppProps): void {
  if (!isOpen(state, act)) return
  switch (act) {
    case 'leave':
      control.leave()
      return
    case 'lock':
      control.lock()
      return
    case 'refresh':
      control.refresh()
      return
    case 'language':
    case 'theme':
      settle(act)
      return
    case 'go':
    case 'sure':
      // The form has the password in its field and reads it itself.
      document.querySelector<HTMLButtonElement>('.act-go:enabled')?.click()
  }
}

function isOpen(state: AdminState, act: AdminKey): boolean {
  const isClosing = state.form?.act === 'close' && state.form.step === 'confirm'
  if (act === 'lock') return state.signedIn !== undefined
  if (act === 'refresh') return state.signedIn !== undefined && state.link === 'open'
  if (act === 'go') return canGo(state) && !isClosing
  if (act === 'sure') return canGo(state) && isClosing
  return true
}

function labelOf({ form }: AdminState, act: AdminKey): TextKey {
  if (act !== 'go' || form === undefined || form.act === 'close') return LABELS[act]
  return `act.yes.${form.act}`
}
