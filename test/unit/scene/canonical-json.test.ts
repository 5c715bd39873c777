import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { canonicalJson, parseCanonical, utf8 } from '../../../src/scene/canonical-json.ts'

const writes = (value: unknown): string | undefined => {
  const written = canonicalJson(value)
  return written.ok ? written.value : undefined
}

describe('canonical JSON', () => {
  it('sorts keys by code units and writes no white space', () => {
    expect(writes({ b: [1, true, null], a: { é: '"\\\n', Z: '€' } })).toBe(
      '{"a":{"Z":"€","é":"\\"\\\\\\n"},"b":[1,true,null]}',
    )
    // U+1F600 is written with surrogates, which sort before U+FB00.
    expect(writes({ '\ufb00': 1, '😀': 2 })).toBe('{"😀":2,"\ufb00":1}')
  })

  it.each([
    ['a fraction', { a: 1.5 }, 'a'],
    ['minus zero', { a: -0 }, 'a'],
    ['a number that is not exact', { a: 2 ** 53 }, 'a'],
    ['half a surrogate pair', { a: ['\ud800'] }, 'a[0]'],
    ['a text that is not in NFC', { a: 'e\u0301' }, 'a'],
    ['a key that is not in NFC', { 'e\u0301': 1 }, ''],
    ['undefined', { a: undefined }, 'a'],
  ])('has no form for %s', (_name, value, path) => {
    expect(canonicalJson(value)).toMatchObject({ ok: false, error: { path } })
  })

  it('refuses to nest without end', () => {
    let deep: unknown = 1
    for (let depth = 0; depth < 20; depth += 1) deep = [deep]
    expect(writes(deep)).toBeUndefined()
  })

  it.each([
    ['white space', '{"a": 1}'],
    ['keys in another order', '{"b":1,"a":1}'],
    ['a key twice', '{"a":1,"a":1}'],
    ['a number in another form', '{"a":1.0}'],
    ['an escape that is not needed', '{"a":"\\u0041"}'],
    ['what is no JSON', '{'],
  ])('reads nothing with %s', (_name, text) => {
    expect(parseCanonical(text).ok).toBe(false)
  })

  it('reads what it writes', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 4 }), (value) => {
        const text = writes(value)
        if (text === undefined) return
        expect(parseCanonical(text)).toEqual({ ok: true, value: JSON.parse(text) })
      }),
    )
  })

  it('encodes as the platform does', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(utf8(text)).toEqual(new TextEncoder().encode(text))
      }),
    )
  })
})
