import type { AdminControl } from './admin-control.ts'
import { ADMIN_KEYS, type AdminKey } from './admin-key-bar.tsx'
import { SECTIONS, type Section } from './admin-types.ts'

/** The whole page by keyboard: function keys, 1 to 8 and arrows for the sections, Esc for back. */
export function listenToAdminKeys(
  page: Window,
  control: AdminControl,
  press: (key: AdminKey) => void,
): void {
  page.addEventListener('keydown', (event) => {
    control.touched()
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return
    const key = ADMIN_KEYS[event.key]
    if (key !== undefined || /^F\d+$/.test(event.key)) {
      event.preventDefault()
      // A key held down must not be its own confirmation.
      if (key !== undefined && !event.repeat) press(key)
      return
    }
    if (guardDestructive(event)) return
    if (event.key === 'Escape') {
      if (!event.repeat) goBack(control)
      return
    }
    moveSection(event, control)
  })
  page.addEventListener('keyup', guardDestructive)
  page.addEventListener('pointerdown', () => control.touched())
}

/** One step back, and out to the till where there is none. */
function goBack(control: AdminControl): void {
  if (control.state.form === undefined) control.leave()
  else control.dispatch({ kind: 'back' })
}

function moveSection(event: KeyboardEvent, control: AdminControl): void {
  const { state } = control
  if (state.signedIn === undefined || state.form !== undefined) return
  const section = sectionOf(event, state.section)
  if (section === undefined) return
  event.preventDefault()
  control.dispatch({ kind: 'section', section })
}

function sectionOf({ key }: KeyboardEvent, present: Section): Section | undefined {
  if (/^[1-9]$/.test(key)) return SECTIONS[Number.parseInt(key, 10) - 1]
  const at = SECTIONS.indexOf(present)
  if (key === 'ArrowLeft') return SECTIONS[at - 1]
  if (key === 'ArrowRight') return SECTIONS[at + 1]
  return undefined
}

/** Enter and Space never press a key that cannot be undone; true when it was such a press. */
function guardDestructive(event: KeyboardEvent): boolean {
  if (event.key !== 'Enter' && event.key !== ' ') return false
  const { target } = event
  if (!(target instanceof HTMLElement) || target.dataset.destructive === undefined) return false
  event.preventDefault()
  return true
}
