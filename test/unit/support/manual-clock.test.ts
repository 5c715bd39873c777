import { describe, expect, it } from 'vitest'
import { createManualClock } from '../../support/manual-clock.ts'

describe('manual clock', () => {
  it('stands still until it is advanced, and moves both clocks', () => {
    const clock = createManualClock({ nowMs: 1_000, monotonicMs: 50 })
    expect([clock.nowMs(), clock.monotonicMs()]).toEqual([1_000, 50])
    clock.advance(25)
    expect([clock.nowMs(), clock.monotonicMs()]).toEqual([1_025, 75])
    clock.jumpWallTo(5)
    expect([clock.nowMs(), clock.monotonicMs()]).toEqual([5, 75])
  })

  it('fires timers once, in order of due time and then of making, at their own moment', () => {
    const clock = createManualClock()
    const fired: string[] = []
    const timer = (name: string, delayMs: number) =>
      clock.after(delayMs, () => fired.push(`${name}@${clock.monotonicMs()}`))
    timer('late', 30)
    timer('b', 10)
    timer('c', 10)
    const cancel = timer('never', 20)
    cancel()
    clock.after(10, () => timer('nested', 5))
    expect(clock.pendingCount()).toBe(4)
    clock.advance(9)
    expect(fired).toEqual([])
    expect(clock.nextDueInMs()).toBe(1)
    clock.advance(100)
    expect(fired).toEqual(['b@10', 'c@10', 'nested@15', 'late@30'])
    expect(clock.monotonicMs()).toBe(109)
    expect(clock.nextDueInMs()).toBeUndefined()
    cancel()
  })

  it('never fires while the timer is being made, even one due at once', () => {
    const clock = createManualClock()
    let fired = false
    clock.after(0, () => {
      fired = true
    })
    expect(fired).toBe(false)
    clock.advance(0)
    expect(fired).toBe(true)
  })

  it('advanceToNext goes to the next timer and no further', () => {
    const clock = createManualClock()
    const fired: number[] = []
    for (const delayMs of [20, 10, 20]) clock.after(delayMs, () => fired.push(delayMs))
    expect(clock.advanceToNext()).toBe(true)
    expect(fired).toEqual([10])
    expect(clock.advanceToNext()).toBe(true)
    expect(fired).toEqual([10, 20, 20])
    expect(clock.monotonicMs()).toBe(20)
    expect(clock.advanceToNext()).toBe(false)
  })

  it('does not go back', () => {
    expect(() => createManualClock().advance(-1)).toThrow()
    expect(() => createManualClock().advance(Number.NaN)).toThrow()
  })
})
