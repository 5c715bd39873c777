import type { Clock } from '../../src/ports/clock.ts'

/** How time runs: from `epochMs` of the machine's clock on, `factor` times as fast. */
export type Pace = { readonly epochMs: number; readonly factor: number }

/** A clock that runs fast; every process with the same pace has the same time, also after a restart. */
export function fastClock({ epochMs, factor }: Pace): Clock {
  return {
    nowMs: () => Math.round(epochMs + (Date.now() - epochMs) * factor),
    monotonicMs: () => performance.now() * factor,
    after(delayMs, fire) {
      const timer = setTimeout(fire, delayMs / factor)
      return () => clearTimeout(timer)
    },
  }
}
