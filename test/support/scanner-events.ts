import type { ScannerEvent, ScannerPhase } from '../../src/ports/scanner.ts'

/** Keeps what a scanner told, in order, and lets a test wait for more. */
export type ScannerEvents = {
  readonly all: readonly ScannerEvent[]
  readonly listen: (event: ScannerEvent) => void
  /** The next label or drop after those given out so far, now or when it comes. */
  nextVerdict(): Promise<ScannerEvent>
  /** The first such phase at or after event number `from`, now or when it comes. */
  phase(phase: ScannerPhase, from?: number): Promise<ScannerEvent>
}

/** Makes an empty {@link ScannerEvents}. It waits for events only, never for time. */
export function createScannerEvents(): ScannerEvents {
  const all: ScannerEvent[] = []
  const waiting = new Set<() => void>()
  let verdictsGiven = 0

  const wait = (pick: () => ScannerEvent | undefined): Promise<ScannerEvent> =>
    new Promise((resolve) => {
      const look = () => {
        const event = pick()
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
    nextVerdict() {
      const wanted = verdictsGiven
      verdictsGiven += 1
      return wait(() => all.filter(({ kind }) => kind !== 'phase')[wanted])
    },
    phase: (phase, from = 0) =>
      wait(() => all.slice(from).find((event) => event.kind === 'phase' && event.phase === phase)),
  }
}
