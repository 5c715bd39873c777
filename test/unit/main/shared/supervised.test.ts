import { describe, expect, it } from 'vitest'
import {
  failuresAfter,
  RESTART_DELAYS_MS,
  restartDelayMs,
} from '../../../../main/shared/back-off.ts'
import { type Ending, Supervised } from '../../../../main/shared/supervised.ts'

/** A clock that moves when told. */
function manualTiming() {
  let nowMs = 0
  let timers: { atMs: number; fire: () => void }[] = []
  return {
    monotonicMs: () => nowMs,
    after(delayMs: number, fire: () => void) {
      const timer = { atMs: nowMs + delayMs, fire }
      timers.push(timer)
      return () => {
        timers = timers.filter((one) => one !== timer)
      }
    },
    advance(byMs: number) {
      nowMs += byMs
      const due = timers.filter(({ atMs }) => atMs <= nowMs)
      timers = timers.filter(({ atMs }) => atMs > nowMs)
      for (const { fire } of due) fire()
    },
    pending: () => timers.length,
  }
}

function rig(options: { keepGoing?: (ending: Ending) => boolean; endsWhenAsked?: boolean } = {}) {
  const { keepGoing = () => true, endsWhenAsked = false } = options
  const timing = manualTiming()
  const started: { end: (ending: Ending) => void; stops: number; kills: number }[] = []
  const told: number[] = []
  const supervised = new Supervised({
    timing,
    patienceMs: 3_000,
    start: (end) => {
      const part = { end, stops: 0, kills: 0 }
      started.push(part)
      return {
        stop: () => {
          part.stops += 1
          if (endsWhenAsked) end({ code: 0, signal: null })
        },
        kill: () => {
          part.kills += 1
          end({ code: null, signal: 'SIGKILL' })
        },
      }
    },
    onEnd: (ending, delayMs) => {
      told.push(delayMs)
      return keepGoing(ending)
    },
  })
  const last = () => {
    const part = started.at(-1)
    if (part === undefined) throw new Error('nothing was started')
    return part
  }
  return { timing, started, told, supervised, last }
}

const DIED: Ending = { code: 1, signal: null }

describe('back-off', () => {
  it('grows to a bound and stays there', () => {
    const delays = Array.from({ length: 20 }, (_, index) => restartDelayMs(index + 1))
    expect(delays.slice(0, RESTART_DELAYS_MS.length)).toEqual(RESTART_DELAYS_MS)
    expect(delays.at(-1)).toBe(30_000)
    expect(delays).toEqual([...delays].sort((a, b) => a - b))
  })

  it('starts over after a part was well for a minute', () => {
    expect(failuresAfter(5, 59_999)).toBe(6)
    expect(failuresAfter(5, 60_000)).toBe(1)
  })
})

describe('a supervised part', () => {
  it('is started again after a pause, each time a longer one', () => {
    const { timing, started, told, supervised, last } = rig()
    supervised.start()
    for (const delayMs of [250, 500, 1_000]) {
      last().end(DIED)
      timing.advance(delayMs - 1)
      const before = started.length
      timing.advance(1)
      expect(started.length).toBe(before + 1)
    }
    expect(told).toEqual([250, 500, 1_000])
  })

  it('is started once however often it is asked to', () => {
    const { started, supervised } = rig()
    supervised.start()
    supervised.start()
    expect(started.length).toBe(1)
  })

  it('is not started again when its end says so', () => {
    const { timing, started, supervised, last } = rig({ keepGoing: ({ code }) => code !== 78 })
    supervised.start()
    last().end({ code: 78, signal: null })
    timing.advance(60_000)
    expect(started.length).toBe(1)
  })

  it('ends when asked, and is killed when it does not listen', async () => {
    const { timing, started, supervised, last } = rig()
    supervised.start()
    const stopped = supervised.stop()
    expect(last().stops).toBe(1)
    timing.advance(2_999)
    expect(last().kills).toBe(0)
    timing.advance(1)
    expect(last().kills).toBe(1)
    await stopped
    timing.advance(60_000)
    expect(started.length).toBe(1)
    expect(timing.pending()).toBe(0)
  })

  it('leaves no timer behind when it ends by itself after being asked', async () => {
    const { timing, supervised, last } = rig()
    supervised.start()
    const stopped = supervised.stop()
    last().end({ code: 0, signal: null })
    await stopped
    expect(timing.pending()).toBe(0)
    expect(supervised.isRunning).toBe(false)
  })

  it('may end while it is asked to', async () => {
    const { timing, supervised, last } = rig({ endsWhenAsked: true })
    supervised.start()
    await supervised.stop()
    expect(last().stops).toBe(1)
    expect(timing.pending()).toBe(0)
  })

  it('is not started when it is stopped during the pause', async () => {
    const { timing, started, supervised, last } = rig()
    supervised.start()
    last().end(DIED)
    await supervised.stop()
    timing.advance(60_000)
    expect(started.length).toBe(1)
  })
})
