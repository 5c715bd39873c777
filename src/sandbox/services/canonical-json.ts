/** A document has at most this many bytes in canonical form. */
export const DOCUMENT_MAX_BYTES = 16 * 1024

/**
 * The one text of a JSON value that is signed: keys sorted by UTF-16 code units, no white space,
 * strings in Unicode NFC (docs/gateway.md, Keys and roles). Throws for anything that JSON cannot say
 * exactly: fractions, unsafe integers, undefined, half surrogates, keys that NFC makes equal.
 */
export function canonicalJson(value: unknown): string {
  if (value === null || typeof value === 'boolean') return String(value)
  if (typeof value === 'number') {
    if (!Number.isSafeInteger(value)) throw new TypeError(`${value} is no safe integer`)
    // Negative zero is zero.
    return String(value + 0)
  }
  if (typeof value === 'string') return text(value)
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`
  if (typeof value !== 'object') throw new TypeError(`JSON has no ${typeof value}`)
  const members = Object.entries(value).map(([name, inner]) => [name.normalize('NFC'), inner])
  members.sort(([left], [right]) => (left < right ? -1 : 1))
  if (new Set(members.map(([name]) => name)).size !== members.length) {
    throw new TypeError('two keys are the same text')
  }
  return `{${members.map(([name, inner]) => `${text(name)}:${canonicalJson(inner)}`).join(',')}}`
}

const text = (value: string): string => {
  if (/\p{Cs}/u.test(value)) throw new TypeError('a text has half a character')
  return JSON.stringify(value.normalize('NFC'))
}
