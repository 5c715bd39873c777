import type { Clock } from '../../src/ports/clock.ts'

/** A clock whose time stands still until {@link ManualClock.advance} moves it. */
export type ManualClock = Clock & {
  /**
   * Moves both clocks on by `deltaMs` and fires every timer that falls due on the way, in order of
   * its due time, then of its making. A timer made by a timer fires too when it falls due in time.
   */
  advance(deltaMs: number): void
  /** Moves to the next timer and fires all that are due at that moment; false when none waits. */
  advanceToNext(): boolean
  /** Sets the wall clock alone, as somebody who changes the date does. */
  jumpWallTo(nowMs: number): void
  /** Lets the machine sleep: the wall clock goes on, the monotonic one and the timers do not. */
  sleep(forMs: number): void
  /** Timers that wait. */
  pendingCount(): number
  /** Milliseconds until the next timer, or undefined when none waits. */
  nextDueInMs(): number | undefined
}

/** Where a manual clock starts. */
export type ManualClockOptions = {
  /** Unix milliseconds; 2026-01-01T00:00:00Z by default. */
  readonly nowMs?: number
  /** Monotonic milliseconds; 0 by default. */
  readonly monotonicMs?: number
  /** Whether the clock can tell that the machine slept. */
  readonly tellsSleep?: boolean
}

type Timer = { readonly dueMs: number; readonly order: number; readonly fire: () => void }

const START_MS = 1_767_225_600_000
/** A chain of timers that never ends within one moment is a bug of the test or of the code. */
const TIMERS_PER_ADVANCE_MAX = 1_000_000

/** Makes a {@link ManualClock}. Nothing in it depends on the real time. */
export function createManualClock(options: ManualClockOptions = {}): ManualClock {
  let wallMs = options.nowMs ?? START_MS
  let monotonicMs = options.monotonicMs ?? 0
  let sleptMs = 0
  let order = 0
  const timers = new Set<Timer>()

  const next = (): Timer | undefined => {
    let first: Timer | undefined
    for (const timer of timers) {
      if (first === undefined || timer.dueMs < first.dueMs) first = timer
      else if (timer.dueMs === first.dueMs && timer.order < first.order) first = timer
    }
    return first
  }
  const moveTo = (targetMs: number): void => {
    wallMs += targetMs - monotonicMs
    monotonicMs = targetMs
  }
  const runUntil = (targetMs: number): void => {
    for (let count = 0; ; count += 1) {
      const timer = next()
      if (timer === undefined || timer.dueMs > targetMs) break
      if (count >= TIMERS_PER_ADVANCE_MAX) throw new Error('timers never come to an end')
      timers.delete(timer)
      if (timer.dueMs > monotonicMs) moveTo(timer.dueMs)
      timer.fire()
    }
    if (targetMs > monotonicMs) moveTo(targetMs)
  }

  return {
    nowMs: () => wallMs,
    monotonicMs: () => monotonicMs,
    ...(options.tellsSleep ? { sinceBootMs: () => monotonicMs + sleptMs } : {}),
    after(delayMs, fire) {
      order += 1
      const timer: Timer = { dueMs: monotonicMs + Math.max(0, delayMs), order, fire }
      timers.add(timer)
      return () => {
        timers.delete(timer)
      }
    },
    advance(deltaMs) {
      if (!(deltaMs >= 0)) throw new Error('time does not go back')
      runUntil(monotonicMs + deltaMs)
    },
    advanceToNext() {
      const timer = next()
      if (timer === undefined) return false
      runUntil(Math.max(timer.dueMs, monotonicMs))
      return true
    },
    jumpWallTo(nowMs) {
      wallMs = nowMs
    },
    sleep(forMs) {
      wallMs += forMs
      sleptMs += forMs
    },
    pendingCount: () => timers.size,
    nextDueInMs() {
      const timer = next()
      return timer === undefined ? undefined : Math.max(0, timer.dueMs - monotonicMs)
    },
  }
}
