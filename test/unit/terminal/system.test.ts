import { describe, expect, it } from 'vitest'
import { carryBootTime } from '../../../src/terminal/system.ts'

/** A machine whose clocks are moved by hand; counts how often the dear one is asked. */
function machine() {
  const state = { wallMs: 1_000_000, runningMs: 500, bootMs: 70_000, asked: 0 }
  const read = carryBootTime({
    wallMs: () => state.wallMs,
    runningMs: () => state.runningMs,
    sinceBootMs: () => {
      state.asked += 1
      return state.bootMs
    },
  })
  const run = (ms: number) => {
    state.wallMs += ms
    state.runningMs += ms
    state.bootMs += ms
  }
  return { state, read, run }
}

describe('the time since the machine started', () => {
  it('is carried on by the cheap clock within a second', () => {
    const { state, read, run } = machine()
    expect(read()).toBe(70_000)
    run(900)
    expect(read()).toBe(70_900)
    expect(state.asked).toBe(1)
    run(100)
    expect(read()).toBe(71_000)
    expect(state.asked).toBe(2)
  })

  it('counts a sleep at the first look after it', () => {
    const { state, read, run } = machine()
    read()
    run(10)
    state.wallMs += 3_600_000
    state.bootMs += 3_600_000
    expect(read()).toBe(3_670_010)
  })

  it('does not follow a wall clock that is set', () => {
    const { state, read, run } = machine()
    read()
    run(10)
    state.wallMs -= 86_400_000
    expect(read()).toBe(70_010)
  })

  it('never goes back when the system answers coarsely', () => {
    const { state, read, run } = machine()
    read()
    run(999)
    const before = read()
    run(1)
    state.bootMs -= 9
    expect(read()).toBeGreaterThanOrEqual(before)
  })
})
