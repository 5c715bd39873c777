import type { RefusalDetail } from './refusals.ts'

export type FieldFault = { readonly message: string; readonly detail: RefusalDetail }
export type BodyReading<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly fault: FieldFault }

type Kind = 'text' | 'integer' | 'flag' | 'object' | 'list'
/** What one field of a JSON body must be; `pointer` is its JSON Pointer. */
export type Rule = {
  readonly pointer: string
  readonly kind: Kind
  readonly required?: true
  readonly max?: number
  readonly min?: number
  readonly pattern?: RegExp
  readonly message?: string
  /** The value is not repeated in the answer. */
  readonly secret?: true
}

const KIND_TEST: Readonly<Record<Kind, (value: unknown) => boolean>> = {
  text: (value) => typeof value === 'string',
  integer: (value) => Number.isSafeInteger(value),
  flag: (value) => typeof value === 'boolean',
  object: (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
  list: Array.isArray,
}

/** The value at a JSON Pointer; undefined when there is none. */
export const at = (root: unknown, pointer: string): unknown => {
  let value = root
  for (const name of pointer.split('/').slice(1)) {
    if (typeof value !== 'object' || value === null) return undefined
    value = Object.hasOwn(value, name) ? (value as Record<string, unknown>)[name] : undefined
  }
  return value
}

/** The text at a JSON Pointer; undefined when there is none or it is no text. */
export const textAt = (root: unknown, pointer: string): string | undefined => {
  const value = at(root, pointer)
  return typeof value === 'string' ? value : undefined
}

const issueWith = (value: unknown, rule: Rule): string | undefined => {
  if (value === undefined || value === null) return rule.required ? 'is required' : undefined
  if (!KIND_TEST[rule.kind](value)) return `must be of type ${rule.kind}`
  if (typeof value === 'number') {
    return rule.min !== undefined && value < rule.min ? `must be at least ${rule.min}` : undefined
  }
  if (typeof value !== 'string') return undefined
  const length = [...value].length
  if (rule.required && length === 0) return 'must not be empty'
  if (rule.min !== undefined && length < rule.min) return `is shorter than ${rule.min}`
  if (rule.max !== undefined && length > rule.max) return `is longer than ${rule.max}`
  if (/[\u{10000}-\u{10ffff}]/u.test(value)) return 'has characters of four bytes'
  if (rule.pattern && !rule.pattern.test(value)) return 'has a wrong format'
  return undefined
}

/** What is said about a field that breaks its rule. */
export const faultOf = (rule: Rule, value: unknown, issue: string): FieldFault => ({
  message: rule.message ?? `参数错误：${rule.pointer} ${issue}`,
  detail: {
    field: rule.pointer,
    ...(rule.secret || value === undefined ? {} : { value }),
    issue,
    location: 'body',
  },
})

const parse = (text: string): BodyReading<unknown> => {
  try {
    const value: unknown = JSON.parse(text)
    if (KIND_TEST.object(value)) return { ok: true, value }
  } catch {
    // Falls through: what is not JSON and what is not an object are refused alike.
  }
  const detail = { field: '/', issue: 'is not a JSON object', location: 'body' } as const
  return { ok: false, fault: { message: '请求体不是合法的JSON', detail } }
}

/** Parses a body and holds each field against its rule, in the order of the rules. */
export const checkBody = (text: string, rules: readonly Rule[]): BodyReading<unknown> => {
  const parsed = parse(text)
  if (!parsed.ok) return parsed
  for (const rule of rules) {
    const value = at(parsed.value, rule.pointer)
    const issue = issueWith(value, rule)
    if (issue !== undefined) return { ok: false, fault: faultOf(rule, value, issue) }
  }
  return parsed
}

/** The `mchid` of a body, before its fields are checked; undefined when there is none to read. */
export function mchidOfBody(text: string): string | undefined {
  const parsed = parse(text)
  return parsed.ok ? textAt(parsed.value, '/mchid') : undefined
}

/** The same text for bodies that differ only in the order of keys or in white space. */
export function canonicalBody(text: string): string {
  const sorted = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(sorted)
    if (typeof value !== 'object' || value === null) return value
    const entries = Object.entries(value).sort(([left], [right]) => (left < right ? -1 : 1))
    return Object.fromEntries(entries.map(([name, inner]) => [name, sorted(inner)]))
  }
  return JSON.stringify(sorted(JSON.parse(text)))
}
