import { err, ok, type Result } from '../base/result.ts'
import { beijingTime } from '../domain/beijing-time.ts'
import { AMOUNT_FEN_MAX } from '../domain/money.ts'
import { type Flaw, memberPath } from './canonical-json.ts'

/** Takes one value of a document, or says where and why it cannot. */
export type Reader<Value> = (value: unknown, path: string) => Result<Value, Flaw>

/** What a reader gives. */
export type ReadBy<Some> = Some extends Reader<infer Value> ? Value : never

type Field = { readonly wire: string; readonly read: Reader<unknown>; readonly isOptional: boolean }
type RequiredField<Value> = Field & { readonly read: Reader<Value>; readonly isOptional: false }
type OptionalField<Value> = Field & { readonly read: Reader<Value>; readonly isOptional: true }

/** A field that must stand, under its name on the wire. */
export function field<Value>(wire: string, read: Reader<Value>): RequiredField<Value> {
  return { wire, read, isOptional: false }
}

/** A field that may be missing; its reading then is `undefined`, never a default. */
export function optional<Value>(wire: string, read: Reader<Value>): OptionalField<Value> {
  return { wire, read, isOptional: true }
}

type Fields = { readonly [name: string]: Field }
type Read<Table extends Fields> = {
  readonly [Name in keyof Table]: Table[Name] extends RequiredField<infer Value>
    ? Value
    : Table[Name] extends OptionalField<infer Value>
      ? Value | undefined
      : never
}

/** Reads an object by a table of its fields; a key that is not in the table is a flaw. */
export function record<Table extends Fields>(table: Table): Reader<Read<Table>> {
  const wires = new Set(Object.values(table).map(({ wire }) => wire))
  return (value, path) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      return err({ path, why: 'not an object' })
    }
    const stranger = Object.keys(value).find((key) => !wires.has(key))
    if (stranger !== undefined) return err({ path: memberPath(path, stranger), why: 'unknown key' })
    const members = new Map(Object.entries(value))
    const made: Record<string, unknown> = {}
    for (const [name, { wire, read, isOptional }] of Object.entries(table)) {
      if (!members.has(wire)) {
        if (!isOptional) return err({ path: memberPath(path, wire), why: 'missing' })
        made[name] = undefined
        continue
      }
      const member = read(members.get(wire), memberPath(path, wire))
      if (!member.ok) return member
      made[name] = member.value
    }
    return ok(made as Read<Table>)
  }
}

/** A list of at most `most` items. */
export function list<Value>(read: Reader<Value>, most: number): Reader<readonly Value[]> {
  return (value, path) => {
    if (!Array.isArray(value)) return err({ path, why: 'not a list' })
    if (value.length > most) return err({ path, why: `more than ${most} items` })
    const made: Value[] = []
    for (const [index, item] of value.entries()) {
      const one = read(item, memberPath(path, index))
      if (!one.ok) return one
      made.push(one.value)
    }
    return ok(made)
  }
}

/** An object of names, each with a value of one kind. */
export function dictionary<Value>(
  read: Reader<Value>,
  most: number,
): Reader<Readonly<Record<string, Value>>> {
  return (value, path) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      return err({ path, why: 'not an object' })
    }
    const entries = Object.entries(value)
    if (entries.length > most) return err({ path, why: `more than ${most} entries` })
    const made: [string, Value][] = []
    for (const [key, item] of entries) {
      const one = read(item, memberPath(path, key))
      if (!one.ok) return one
      made.push([key, one.value])
    }
    return ok(Object.fromEntries(made))
  }
}

/** A text of 1 to `most` characters, of a form if one is given. */
export function text(most: number, form?: RegExp): Reader<string> {
  return (value, path) => {
    if (typeof value !== 'string') return err({ path, why: 'not a text' })
    if (value.length < 1 || value.length > most) return err({ path, why: `not 1 to ${most} long` })
    if (form !== undefined && !form.test(value)) return err({ path, why: 'not of the right form' })
    return ok(value)
  }
}

/** A whole number, both ends included. */
export function integer(min: number, max: number): Reader<number> {
  return (value, path) => {
    if (typeof value !== 'number' || !Number.isSafeInteger(value)) {
      return err({ path, why: 'not an integer' })
    }
    if (value < min || value > max) return err({ path, why: `not from ${min} to ${max}` })
    return ok(value)
  }
}

/** One of some words. */
export function oneOf<const Word extends string>(words: readonly Word[]): Reader<Word> {
  return (value, path) => {
    const word = words.find((one) => one === value)
    return word === undefined ? err({ path, why: `not one of ${words.join(', ')}` }) : ok(word)
  }
}

/** True or false. */
export const flag: Reader<boolean> = (value, path) =>
  typeof value === 'boolean' ? ok(value) : err({ path, why: 'not true or false' })

/** A SHA-256, lower-case hex. */
export const digest = text(64, /^[0-9a-f]{64}$/)

/** Money in fen; 0 is an amount here. */
export const amountFen = integer(0, AMOUNT_FEN_MAX)

/** A limit: an amount in fen, or the word that there is none. */
export const limitFen: Reader<number | 'unlimited'> = (value, path) =>
  value === 'unlimited' ? ok(value) : amountFen(value, path)

const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+08:00$/

/** RFC 3339 with `+08:00` and whole seconds (docs/gateway.md); Unix milliseconds. */
export const instantMs: Reader<number> = (value, path) => {
  if (typeof value !== 'string' || !INSTANT.test(value)) {
    return err({ path, why: 'not an instant with +08:00' })
  }
  const atMs = Date.parse(value)
  // A day that is not in the calendar is moved by the parser, and so comes back as another text.
  const isReal = !Number.isNaN(atMs) && beijingTime(atMs) === value.slice(0, 19).replace('T', ' ')
  return isReal ? ok(atMs) : err({ path, why: 'no such instant' })
}
