/**
 * What a receipt printer and a Chinese font draw two columns wide: the wide and full-width blocks of
 * Unicode (UAX #11), and the dashes, quotes and dots that a Chinese face draws wide as well.
 */
const WIDE =
  /[\u00b7\u1100-\u115f\u2010-\u2027\u2030-\u205e\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/u
/** Signs drawn on the one before them. */
const MARK = /\p{M}/u
/** What a printer could take for an order, or would not show. */
const UNSEEN = /\p{C}/gu

/** How many half-width columns a text fills. */
export function columnsOf(text: string): number {
  let columns = 0
  for (const sign of text) columns += widthOf(sign)
  return columns
}

function widthOf(sign: string): number {
  if (MARK.test(sign)) return 0
  return WIDE.test(sign) ? 2 : 1
}

/** Breaks a text into pieces of at most `columns` columns; an empty text is one empty piece. */
export function breakText(text: string, columns: number): readonly string[] {
  const lines: string[] = []
  let line = ''
  let used = 0
  for (const sign of text.replace(UNSEEN, ' ')) {
    const width = widthOf(sign)
    if (used + width > columns) {
      lines.push(line)
      line = ''
      used = 0
    }
    line += sign
    used += width
  }
  return [...lines, line]
}

/** Lines with `text` in the middle. */
export function centre(text: string, columns: number): readonly string[] {
  return breakText(text, columns).map((line) => {
    const before = Math.floor((columns - columnsOf(line)) / 2)
    return ' '.repeat(before) + line
  })
}

/** Lines with `left` at the left and `right` at the right; below one another where both do not fit. */
export function apart(left: string, right: string, columns: number): readonly string[] {
  const lefts = breakText(left, columns)
  const rights = breakText(right, columns)
  const last = lefts.at(-1) ?? ''
  const first = rights[0] ?? ''
  const gap = columns - columnsOf(last) - columnsOf(first)
  if (right === '') return lefts
  if (rights.length === 1 && gap > 0) {
    return [...lefts.slice(0, -1), last + ' '.repeat(gap) + first]
  }
  return [...lefts, ...rights.map((line) => ' '.repeat(columns - columnsOf(line)) + line)]
}
