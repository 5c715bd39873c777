import { describe, expect, it } from 'vitest'
import type { CounterWindow } from '../../../../src/sandbox/services/counter-window.ts'
import { NO_COUNTER, takeCounter } from '../../../../src/sandbox/services/counter-window.ts'

const takeAll = (counters: readonly number[]): CounterWindow | undefined =>
  counters.reduce<CounterWindow | undefined>(
    (window, counter) => window && takeCounter(window, counter),
    NO_COUNTER,
  )

describe('takeCounter', () => {
  it('takes each counter once, gaps and all', () => {
    expect(takeAll([1, 2, 1000, 1001])?.highest).toBe(1001)
    expect(takeAll([5, 5])).toBeUndefined()
    expect(takeAll([5, 6, 5])).toBeUndefined()
  })

  it('takes one that was overtaken by less than 64', () => {
    expect(takeAll([100, 37])?.highest).toBe(100)
    expect(takeAll([100, 36])).toBeUndefined()
    expect(takeAll([100, 37, 37])).toBeUndefined()
  })

  it('remembers no more than it needs', () => {
    const window = takeAll(Array.from({ length: 500 }, (_, index) => index + 1))
    expect(window?.seen).toHaveLength(64)
  })

  it('agrees with a list of all that was taken, for 20,000 counters in disorder', () => {
    let state = 1
    const next = (): number => {
      state = (state * 48_271) % 2_147_483_647
      return state
    }
    const taken = new Set<number>()
    let window: CounterWindow = NO_COUNTER
    for (let index = 1; index <= 20_000; index += 1) {
      const counter = Math.max(1, Math.floor(index / 2) + (next() % 100) - 50)
      const expected = !taken.has(counter) && counter > Math.max(0, ...[window.highest]) - 64
      const after = takeCounter(window, counter)
      expect(after !== undefined).toBe(expected)
      if (after === undefined) continue
      taken.add(counter)
      window = after
    }
  })
})
