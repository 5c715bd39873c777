import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { apart, breakText, centre, columnsOf } from '../../../src/domain/columns.ts'

describe('columns of a printed line', () => {
  it.each([
    ['', 0],
    ['abc 12.30', 9],
    ['收款 3 笔', 9],
    ['ＡＢ', 4],
    ['（未记名）', 10],
    ['·—“”', 8],
    ['𠮷', 2],
    ['e\u0301', 1],
  ])('counts %j as %i', (text, columns) => {
    expect(columnsOf(text)).toBe(columns)
  })

  it('breaks a text where it is full, and never through a wide sign', () => {
    expect(breakText('一二三', 5)).toEqual(['一二', '三'])
    expect(breakText('', 5)).toEqual([''])
    expect(breakText('a\nb\u202ec', 5)).toEqual(['a b c'])
  })

  it('puts two texts at the two sides, or below one another', () => {
    expect(apart('收款', '1.00', 10)).toEqual(['收款  1.00'])
    expect(apart('收款收款', '1.00', 10)).toEqual(['收款收款', '      1.00'])
    expect(apart('only', '', 10)).toEqual(['only'])
  })

  it('centres', () => {
    expect(centre('一', 6)).toEqual(['  一'])
  })

  it('never fills more columns than there are, and loses nothing', () => {
    const text = fc.string({ unit: fc.constantFrom('a', '7', '款', ' ', '（', '·', '𠮷') })
    fc.assert(
      fc.property(text, text, fc.integer({ min: 4, max: 48 }), (left, right, columns) => {
        const lines = apart(left, right, columns)
        for (const line of lines) expect(columnsOf(line)).toBeLessThanOrEqual(columns)
        const kept = (whole: string) => whole.replaceAll(' ', '')
        expect(kept(lines.join(''))).toBe(kept(left + right))
      }),
    )
  })
})
