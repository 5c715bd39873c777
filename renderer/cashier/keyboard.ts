import type { Cover } from './cover.ts'
import type { EntryKey } from './entry.ts'
import { FUNCTION_KEYS, type KeyAct } from './key-bar.tsx'

/** What the keyboard can ask of the page. */
export type KeyboardActs = {
  readonly type: (key: EntryKey) => void
  readonly erase: () => void
  readonly clear: () => void
  readonly collect: () => void
  readonly act: (act: KeyAct) => void
  /** What lies over the panel and takes the keys instead; undefined while nothing does. */
  readonly cover: () => Cover | undefined
}

/** The whole screen by keyboard: digits go to the amount wherever the focus is, except in a field. */
export function listenToKeyboard(page: Window, acts: KeyboardActs): void {
  page.addEventListener('keydown', (event) => handleKey(event, acts))
  page.addEventListener('keyup', guardDestructive)
}

function handleKey(event: KeyboardEvent, acts: KeyboardActs): void {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return
  const cover = acts.cover()
  if (cover !== undefined) {
    handleCovered(event, cover)
    return
  }
  const keyAct = FUNCTION_KEYS[event.key]
  if (keyAct !== undefined) {
    event.preventDefault()
    // A key held down must not be its own confirmation.
    if (!event.repeat) acts.act(keyAct)
    return
  }
  if (guardDestructive(event)) return
  const target = event.target
  if (event.key === 'Enter') {
    if (target instanceof HTMLButtonElement) return
    event.preventDefault()
    if (!event.repeat) acts.collect()
    return
  }
  if (event.key === 'Escape') {
    if (target instanceof HTMLElement) target.blur()
    acts.clear()
    return
  }
  if (target instanceof HTMLInputElement) return
  if (event.key === 'Backspace') {
    event.preventDefault()
    acts.erase()
    return
  }
  const key = entryKey(event)
  if (key !== undefined) acts.type(key)
}

/** Inputs that take what is typed themselves. */
const FIELD_TYPES: ReadonlySet<string> = new Set(['text', 'password'])

/** Nothing typed over the panel reaches the amount behind it. */
function handleCovered(event: KeyboardEvent, cover: Cover): void {
  const isFunctionKey = /^F\d+$/.test(event.key)
  if (isFunctionKey) {
    event.preventDefault()
    if (!event.repeat) cover.keys[event.key]?.()
    return
  }
  if (guardDestructive(event)) return
  const { target } = event
  if (event.key === 'Enter') {
    if (target instanceof HTMLButtonElement) return
    event.preventDefault()
    if (!event.repeat) cover.enter?.()
    return
  }
  if (event.key === 'Escape') {
    cover.leave()
    return
  }
  const isField = target instanceof HTMLInputElement && FIELD_TYPES.has(target.type)
  if (isField || cover.type === undefined) return
  if (event.key === 'Backspace') {
    event.preventDefault()
    cover.erase?.()
    return
  }
  const key = entryKey(event)
  if (key !== undefined) cover.type(key)
}

/** Enter and Space never press a key that could undo something; true when it was such a press. */
function guardDestructive(event: KeyboardEvent): boolean {
  if (event.key !== 'Enter' && event.key !== ' ') return false
  const { target } = event
  if (!(target instanceof HTMLElement) || target.dataset.destructive === undefined) return false
  event.preventDefault()
  return true
}

/** The digit or point of a key; by its place when an input method has taken the letter. */
function entryKey(event: KeyboardEvent): EntryKey | undefined {
  if (event.code === 'NumpadDecimal' || /^[.。．]$/.test(event.key)) return '.'
  const typed = event.key.normalize('NFKC')
  if (/^[0-9]$/.test(typed)) return typed as EntryKey
  if (event.key !== 'Process') return undefined
  if (event.code === 'Period') return '.'
  return event.code.match(/^(?:Digit|Numpad)([0-9])$/)?.[1] as EntryKey | undefined
}
