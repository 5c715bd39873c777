/** What the customer's keys do. */
export type CustomerKeys = {
  readonly language: () => void
  /** A digit, or `erase`. */
  readonly key: (key: string) => void
  readonly leave: () => void
}

type KeyLike = {
  readonly key: string
  readonly repeat: boolean
  readonly timeStamp: number
  readonly ctrlKey: boolean
  readonly altKey: boolean
  readonly metaKey: boolean
  preventDefault(): void
}

/** A code reader that types like a keyboard ends with Enter this soon after its last digit. */
export const READER_GAP_MAX_MS = 120

/**
 * Listens to a keyboard. Enter and Space press the button that has the focus and nothing else; not while
 * they are held, and not as the end of what a code reader types.
 */
export function customerKeyboard(keys: CustomerKeys): (event: KeyLike) => void {
  let typedAtMs = Number.NEGATIVE_INFINITY
  return (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey) return
    const { key } = event
    if (key === 'Enter' || key === ' ') {
      if (event.repeat || event.timeStamp - typedAtMs < READER_GAP_MAX_MS) event.preventDefault()
    } else if (/^[0-9A-Za-z]$/.test(key)) {
      typedAtMs = event.timeStamp
      if (/[0-9]/.test(key) && !event.repeat) keys.key(key)
    } else if (key === 'Backspace') {
      keys.key('erase')
    } else if (key === 'Escape') {
      if (!event.repeat) keys.leave()
    } else if (key === 'F9') {
      event.preventDefault()
      if (!event.repeat) keys.language()
    }
  }
}
