import type { SandboxClock } from '../clock.ts'

/** The machine's clock. */
export const REAL_CLOCK: SandboxClock = {
  nowMs: () => Date.now(),
  after(delayMs, fire) {
    const timer = setTimeout(fire, delayMs)
    return () => clearTimeout(timer)
  },
}
