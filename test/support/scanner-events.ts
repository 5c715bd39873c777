import type { ScannerEvent } from '../../src/ports/scanner.ts'

/** Keeps what a scanner told, in order, and lets a test wait for more. */
export type ScannerEvents = {
  readonly all: ScannerEvent[]
  readonly listen: (event: ScannerEvent) => void
  /** The first event at or after `from` that fits, now or when it comes. */
  first(fits: (event: ScannerEvent) => boolean, from?: number): Promise<ScannerEvent>
  /** The next label or drop after those given out so far. */
  nextVerdict(): Promise<ScannerEvent>
  /** Waits for a phase told at or after `from`. */
  phase(phase: string, from?: number): Promise<ScannerEvent>
}

/** Makes an empty {@link ScannerEvents}. It waits for events only, never for time. */
export function createScannerEvents(): ScannerEvents {
  const all: ScannerEvent[] = []
  const waiting = new Set<() => void>()
  let verdicts = 0

  const first = (fits: (event: ScannerEvent) => boolean, from = 0): Promise<ScannerEvent> =>
    new Promise((resolve) => {
      const look = () => {
        const event = all.slice(from).find(fits)
        if (event === undefined) return
        waiting.delete(look)
        resolve(event)
      }
      waiting.add(look)
      look()
    })

  return {
    all,
    listen(event) {
      all.push(event)
      for (const look of [...waiting]) look()
    },
    first,
    nextVerdict() {
      const wanted = verdicts
      verdicts += 1
      let seen = -1
      // Each look counts from the start, so that the order of waiting is the order of events.
      return first((event) => {
        if (event === all[0]) seen = -1
        if (event.kind !== 'phase') seen += 1
        return event.kind !== 'phase' && seen === wanted
      })
    },
    phase: (phase, from) => first((event) => event.kind === 'phase' && event.phase === phase, from),
  }
}
