/** Digits before the point: 10 million yuan, the terminal's own hard stop, has eight. */
const YUAN_DIGITS_MAX = 8
const FEN_DIGITS = 2

/**
 * What has been typed for the next amount. `overflow` means that too many digits came at once, as
 * from a scanner that types like a keyboard; they are thrown away and everything up to the next
 * Enter, Backspace or clear is ignored, so that such a burst can never become an amount.
 */
export type Entry = { readonly text: string; readonly overflow: boolean }

export const EMPTY_ENTRY: Entry = { text: '', overflow: false }

/** The keys of the pad that enter something. */
export type EntryKey = '0' | '1' | '2' | '3' | '4' | '5' | '6' | '7' | '8' | '9' | '00' | '.'

/** Adds a key; keys that make no sense where they are leave the entry as it is. */
export function typeKey(entry: Entry, key: EntryKey): Entry {
  if (entry.overflow) return entry
  if (key === '00') return typeKey(typeKey(entry, '0'), '0')
  const { text } = entry
  if (key === '.') {
    if (text.includes('.')) return entry
    return { text: `${text === '' ? '0' : text}.`, overflow: false }
  }
  const [yuan = '', fen] = text.split('.')
  if (fen !== undefined) return fen.length < FEN_DIGITS ? withText(text + key) : overflowed()
  if (yuan === '0') return withText(key)
  return yuan.length < YUAN_DIGITS_MAX ? withText(text + key) : overflowed()
}

/** Takes the last key back; ends an overflow. */
export function eraseKey(entry: Entry): Entry {
  return withText(entry.overflow ? '' : entry.text.slice(0, -1))
}

/** The typed amount in fen, read digit by digit; 0 for nothing. */
export function entryFen(entry: Entry): number {
  const [yuan = '', fen = ''] = entry.text.split('.')
  return Number.parseInt(`${yuan || '0'}${fen.padEnd(FEN_DIGITS, '0')}`, 10)
}

function withText(text: string): Entry {
  return { text, overflow: false }
}

function overflowed(): Entry {
  return { text: '', overflow: true }
}
