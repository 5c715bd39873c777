import { describe, expect, it } from 'vitest'
import { canonicalJson } from '../../../../src/sandbox/services/canonical-json.ts'

describe('canonicalJson', () => {
  it('sorts keys by UTF-16 code units, at every depth, without white space', () => {
    const value = { b: [{ z: 1, a: null }], a: true, '\u{10000}': 1, '\uffff': 2, B: 'x' }
    expect(canonicalJson(value)).toBe(
      '{"B":"x","a":true,"b":[{"a":null,"z":1}],"\u{10000}":1,"\uffff":2}',
    )
  })

  it('writes texts in NFC with no escapes but those JSON demands', () => {
    expect(canonicalJson('e\u0301"\\\n\u0001/店')).toBe('"é\\"\\\\\\n\\u0001/店"')
    expect(canonicalJson({ 'e\u0301': -0 })).toBe('{"é":0}')
  })

  it.each([
    1.5,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    2 ** 53,
    undefined,
    '\ud800',
    { a: undefined },
    { é: 1, 'e\u0301': 2 },
    1n,
  ])('refuses %s', (value) => {
    expect(() => canonicalJson(value)).toThrow(TypeError)
  })
})
