import { describe, expect, it } from 'vitest'
import { beijingDate, beijingTime } from '../../../src/sandbox/beijing-time.ts'

describe('Beijing time', () => {
  it('agrees with the host calendar for every day of 400 years and more', () => {
    const firstMs = Date.UTC(1969, 11, 1)
    for (let day = 0; day < 150_000; day += 1) {
      const atMs = firstMs + day * 86_400_000 + (day % 86_400) * 1000
      const expected = new Date(atMs + 8 * 3_600_000).toISOString().slice(0, 19)
      if (beijingTime(atMs) !== `${expected}+08:00`) {
        expect(beijingTime(atMs)).toBe(`${expected}+08:00`)
      }
    }
    expect(beijingTime(Date.UTC(2024, 1, 29, 16, 0, 0))).toBe('2024-03-01T00:00:00+08:00')
    expect(beijingDate(Date.UTC(2024, 1, 29, 15, 59, 59))).toBe('20240229')
  })
})
