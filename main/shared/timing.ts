import type { Timing } from './supervised.ts'

/** The machine's own time. */
export const machineTiming: Timing = {
  monotonicMs: () => performance.now(),
  after(delayMs, fire) {
    const timer = setTimeout(fire, delayMs)
    return () => clearTimeout(timer)
  },
}
