import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  EMPTY_ENTRY,
  type Entry,
  type EntryKey,
  entryFen,
  eraseKey,
  typeKey,
} from '../../../renderer/cashier/entry.ts'

function typed(keys: string): Entry {
  return [...keys].reduce((entry, key) => typeKey(entry, key as EntryKey), EMPTY_ENTRY)
}

test.each([
  ['', '', 0],
  ['12.3', '12.3', 1230],
  ['12.30', '12.30', 1230],
  ['12', '12', 1200],
  ['.5', '0.5', 50],
  ['007', '7', 700],
  ['0.07', '0.07', 7],
  ['1..2', '1.2', 120],
  ['19.99', '19.99', 1999],
  ['1.', '1.', 100],
  ['10000000.00', '10000000.00', 1_000_000_000],
])('typing %j shows %j and is %i fen', (keys, text, amountFen) => {
  const entry = typed(keys)
  expect(entry.text).toBe(text)
  expect(entryFen(entry)).toBe(amountFen)
})

test('the double zero is two zeros', () => {
  expect(typeKey(typed('5'), '00').text).toBe('500')
  expect(typeKey(typed('5.'), '00').text).toBe('5.00')
})

test('a third decimal is an overflow, not a rounding', () => {
  expect(typed('1.234')).toEqual({ text: '', overflow: true })
})

test('a burst of a whole code never becomes an amount', () => {
  const entry = typed('134567890123456789')
  expect(entry).toEqual({ text: '', overflow: true })
  expect(entryFen(entry)).toBe(0)
  expect(eraseKey(entry)).toEqual(EMPTY_ENTRY)
})

test('backspace takes one key back', () => {
  expect(eraseKey(typed('12.3')).text).toBe('12.')
  expect(eraseKey(EMPTY_ENTRY)).toEqual(EMPTY_ENTRY)
})

test('every amount typed in full is read back exactly', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 999_999_999 }), (amountFen) => {
      const digits = String(amountFen).padStart(3, '0')
      const entry = typed(`${digits.slice(0, -2)}.${digits.slice(-2)}`)
      return entryFen(entry) === amountFen
    }),
  )
})
