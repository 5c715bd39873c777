/** Names and values of a flat v2 message, in the order they stand in it. */
export type V2Fields = ReadonlyMap<string, string>

/** No v2 message is anywhere near as long (its longest field, `detail`, has 6000 characters). */
const LENGTH_MAX = 65_536

const ENTITIES: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
}

const PROLOGUE = /\s*(?:<\?xml\s[^<>?]*\?>\s*)?<xml>\s*/y
const OPENING = /<([A-Za-z_][A-Za-z0-9_]{0,63})>/y
const CDATA = /<!\[CDATA\[([\s\S]*?)\]\]>/y
const TEXT = /[^<&]+/y
const ENTITY = /&([a-z]{2,4});/y
const BLANKS = /\s*/y
const EPILOGUE = /<\/xml>\s*$/y

/** Reads on from a place in a text, one pattern at a time. */
class Cursor {
  readonly #text: string
  #at = 0

  constructor(text: string) {
    this.#text = text
  }

  /** The first group of a sticky pattern that matches here, or the whole match. */
  take(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at
    const match = pattern.exec(this.#text)
    if (match === null) return undefined
    this.#at = pattern.lastIndex
    return match[1] ?? match[0]
  }

  takeWord(word: string): boolean {
    if (!this.#text.startsWith(word, this.#at)) return false
    this.#at += word.length
    return true
  }
}

/** One element's value: text, the five predefined entities, CDATA sections, in any mixture. */
const takeValue = (cursor: Cursor, name: string): string | undefined => {
  let value = ''
  for (;;) {
    if (cursor.takeWord(`</${name}>`)) return value
    const entity = cursor.take(ENTITY)
    const piece =
      entity === undefined ? (cursor.take(CDATA) ?? cursor.take(TEXT)) : ENTITIES[entity]
    if (piece === undefined) return undefined
    value += piece
  }
}

/**
 * Reads a v2 message: `<xml>` with flat elements. Anything else is undefined: document types,
 * entities other than the predefined five, comments, attributes, nesting, a name that comes twice,
 * text between elements, anything after the end.
 */
export function parseXml(text: string): V2Fields | undefined {
  if (text.length > LENGTH_MAX) return undefined
  const cursor = new Cursor(text)
  if (cursor.take(PROLOGUE) === undefined) return undefined
  const fields = new Map<string, string>()
  for (;;) {
    if (cursor.take(EPILOGUE) !== undefined) return fields
    const name = cursor.take(OPENING)
    if (name === undefined || fields.has(name)) return undefined
    const value = takeValue(cursor, name)
    if (value === undefined) return undefined
    fields.set(name, value)
    cursor.take(BLANKS)
  }
}

const element = ([name, value]: readonly [string, string]): string => {
  const inner = /^\d+$/.test(value)
    ? value
    : `<![CDATA[${value.replaceAll(']]>', ']]]]><![CDATA[>')}]]>`
  return `<${name}>${inner}</${name}>`
}

/** Writes a v2 message: numbers bare, all else as CDATA, one element a line. */
export function encodeXml(fields: V2Fields): string {
  return `<xml>${[...fields].map(element).join('\n')}\n</xml>`
}

/**
 * What is signed of a v2 message (v2 security rules): every field that is not empty, but for `sign`,
 * as `name=value` in ASCII order of the names, joined by `&`, and last the key.
 */
export function stringToSign(fields: V2Fields, key: string): string {
  const pairs = [...fields].filter(([name, value]) => name !== 'sign' && value !== '')
  pairs.sort(([left], [right]) => (left < right ? -1 : 1))
  return [...pairs, ['key', key]].map(([name, value]) => `${name}=${value}`).join('&')
}
