import { err, ok, type Result } from '../base/result.ts'

/** What may stand in a signed document. */
export type Json =
  | null
  | boolean
  | number
  | string
  | readonly Json[]
  | { readonly [key: string]: Json }

/** Where a document is wrong (`store.geo.lat_e6`, empty for the whole) and why. */
export type Flaw = { readonly path: string; readonly why: string }

const DEPTH_MAX = 16

/** The path of a member, for messages. */
export function memberPath(path: string, key: string | number): string {
  if (typeof key === 'number') return `${path}[${key}]`
  return path === '' ? key : `${path}.${key}`
}

/**
 * Writes a value in the one form that is signed (docs/gateway.md, Keys and roles; RFC 8785 narrowed
 * to integers): keys sorted by UTF-16 code units, no white space, Unicode NFC. A value that has no
 * such form is a flaw and is never made to fit.
 */
export function canonicalJson(value: unknown): Result<string, Flaw> {
  return write(value, '', 0)
}

function write(value: unknown, path: string, depth: number): Result<string, Flaw> {
  if (depth > DEPTH_MAX) return err({ path, why: 'nested too deeply' })
  if (value === null || typeof value === 'boolean') return ok(String(value))
  if (typeof value === 'number') {
    if (!Number.isSafeInteger(value) || Object.is(value, -0)) {
      return err({ path, why: 'not an integer' })
    }
    return ok(String(value))
  }
  if (typeof value === 'string') return writeText(value, path)
  if (Array.isArray(value)) {
    return join(
      value.map((item, index) => write(item, memberPath(path, index), depth + 1)),
      '[]',
    )
  }
  if (typeof value !== 'object') return err({ path, why: 'not JSON' })
  const entries = Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1))
  return join(
    entries.map(([key, member]) => {
      const name = writeText(key, path)
      if (!name.ok) return name
      const text = write(member, memberPath(path, key), depth + 1)
      return text.ok ? ok(`${name.value}:${text.value}`) : text
    }),
    '{}',
  )
}

function writeText(text: string, path: string): Result<string, Flaw> {
  if (!text.isWellFormed()) return err({ path, why: 'half a character' })
  if (text.normalize('NFC') !== text) return err({ path, why: 'not in Unicode NFC' })
  return ok(JSON.stringify(text))
}

function join(parts: readonly Result<string, Flaw>[], brackets: '[]' | '{}'): Result<string, Flaw> {
  const flawed = parts.find((part) => !part.ok)
  if (flawed !== undefined) return flawed
  const inside = parts.map((part) => (part.ok ? part.value : '')).join(',')
  return ok(`${brackets[0]}${inside}${brackets[1]}`)
}

/** Reads text that must already be in canonical form, to the byte. */
export function parseCanonical(text: string): Result<Json, Flaw> {
  const value = parse(text)
  if (value === undefined) return err({ path: '', why: 'not JSON' })
  const again = canonicalJson(value)
  if (!again.ok) return again
  return again.value === text ? ok(value) : err({ path: '', why: 'not in canonical form' })
}

function parse(text: string): Json | undefined {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** The UTF-8 bytes of a well-formed text. */
export function utf8(text: string): Uint8Array {
  const bytes: number[] = []
  for (const character of text) {
    const point = character.codePointAt(0) ?? 0
    if (point < 0x80) bytes.push(point)
    else if (point < 0x800) bytes.push(0xc0 | (point >> 6), tail(point))
    else if (point < 0x10000) bytes.push(0xe0 | (point >> 12), tail(point >> 6), tail(point))
    else bytes.push(0xf0 | (point >> 18), tail(point >> 12), tail(point >> 6), tail(point))
  }
  return Uint8Array.from(bytes)
}

function tail(bits: number): number {
  return 0x80 | (bits & 0x3f)
}
