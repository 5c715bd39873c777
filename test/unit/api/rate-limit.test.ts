import { expect, it } from 'vitest'
import { createRateLimit } from '../../../src/api/rate-limit.ts'

it('lets so many pass at once, and then so many a second', () => {
  let nowMs = 1_000
  const mayPass = createRateLimit({ atOnceMax: 3, perSecondMax: 2 }, () => nowMs)
  const passed = () => Array.from({ length: 5 }, mayPass).filter(Boolean).length
  expect(passed()).toBe(3)
  nowMs += 499
  expect(passed()).toBe(0)
  nowMs += 1
  expect(passed()).toBe(1)
  nowMs += 60_000
  expect(passed()).toBe(3)
})
