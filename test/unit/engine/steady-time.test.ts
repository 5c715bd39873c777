import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { WAITS } from '../../../src/domain/waits.ts'
import { SteadyTime } from '../../../src/engine/steady-time.ts'
import { createManualClock } from '../../support/manual-clock.ts'
import { CODE, openTill } from '../../support/till.ts'

const HOUR_MS = 3_600_000

/** Reads the time every `stepMs` for `forMs`, as a busy terminal does. */
function run(time: SteadyTime, clock: ReturnType<typeof createManualClock>, forMs: number): void {
  for (let passedMs = 0; passedMs < forMs; passedMs += 1_000) {
    clock.advance(1_000)
    time.nowMs()
  }
}

describe('steady time', () => {
  it('never goes back, and no wait is shorter than 95 % or longer than 106 % of itself', () => {
    const step = fc.record({
      passMs: fc.integer({ min: 0, max: 600_000 }),
      jumpMs: fc.oneof(fc.constant(0), fc.integer({ min: -1_000 * HOUR_MS, max: 1_000 * HOUR_MS })),
      isWaiting: fc.boolean(),
    })
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 100 }), (steps) => {
        const clock = createManualClock()
        let isWaiting = false
        const time = new SteadyTime(clock, () => isWaiting)
        let lastMs = time.nowMs()
        for (const { passMs, jumpMs, isWaiting: waits } of steps) {
          isWaiting = waits
          clock.jumpWallTo(clock.nowMs() + jumpMs)
          clock.advance(passMs)
          const nowMs = time.nowMs()
          const counted = nowMs - lastMs
          expect(counted).toBeGreaterThanOrEqual(Math.floor(passMs * 0.95) - 1)
          expect(counted).toBeLessThanOrEqual(Math.ceil(passMs * (waits ? 1 : 1.05)) + 1)
          lastMs = nowMs
        }
      }),
    )
  })

  it.each([
    ['ahead', 30_000],
    ['behind', -30_000],
  ])('goes to a wall clock that is %s, slowly, and stays there', (_where, offMs) => {
    const clock = createManualClock()
    const time = new SteadyTime(clock)
    clock.jumpWallTo(clock.nowMs() + offMs)
    run(time, clock, 60_000)
    expect(Math.abs(clock.nowMs() - time.nowMs())).toBeGreaterThan(26_000)
    run(time, clock, 600_000)
    expect(Math.abs(clock.nowMs() - time.nowMs())).toBeLessThanOrEqual(2_000)
    const offNow = clock.nowMs() - time.nowMs()
    run(time, clock, 600_000)
    expect(clock.nowMs() - time.nowMs()).toBe(offNow)
  })

  it('follows a wall clock that drifts for weeks', () => {
    const clock = createManualClock()
    const time = new SteadyTime(clock)
    for (let hour = 0; hour < 24 * 21; hour += 1) {
      clock.advance(HOUR_MS)
      clock.jumpWallTo(clock.nowMs() + 180)
      expect(Math.abs(clock.nowMs() - time.nowMs())).toBeLessThanOrEqual(2_200)
    }
  })

  it('hurries no wait of a charge: a reversal is never sent before its 15 s', async () => {
    const till = await openTill()
    till.clock.jumpWallTo(till.clock.nowMs() + HOUR_MS)
    const sale = await till.sell()
    till.scanner.present(CODE)
    const sentAtMs = till.clock.monotonicMs()
    await till.gateway.last().answer({ kind: 'paying' })
    for (let second = 0; second < 10; second += 1) {
      till.clock.advance(1_000)
      till.engine.screen()
    }
    await till.wish('cancel_wanted', sale.id)
    await till.gateway.last().answer({ kind: 'paying' })
    while (till.gateway.last().kind !== 'reverse') till.clock.advance(10)
    expect(till.clock.monotonicMs() - sentAtMs).toBeGreaterThanOrEqual(WAITS.reverseNotBeforeMs)
    await till.close()
  })
})
