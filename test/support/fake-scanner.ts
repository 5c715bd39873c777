import type { Frame } from '../../src/devices/framing.ts'
import { createScanSession } from '../../src/devices/session.ts'
import type { Clock } from '../../src/ports/clock.ts'
import type {
  DropReason,
  Scanner,
  ScannerEvent,
  ScannerPhase,
  ScannerStatus,
} from '../../src/ports/scanner.ts'

/** A scanner made of memory: it keeps every obligation of the port and does what it is told. */
export type FakeScanner = Scanner & {
  /** Holds a label before it, AIM identifier included if there is to be one. Tells at once. */
  present(label: string): void
  /** The first byte of a label arrives now; the rest when the returned function is called. */
  begin(label: string): () => void
  /** Something that is no label arrives. */
  disturb(reason: 'garbled' | 'too_long'): void
  /** Pulls the cable: nothing presented from now on arrives. */
  unplug(): void
  replug(): void
}

export type FakeScannerOptions = {
  readonly clock: Clock
  readonly id?: string
  /** False: it has to be plugged in first. */
  readonly plugged?: boolean
}

/** Makes a {@link FakeScanner}; plugged in unless told otherwise. */
export function createFakeScanner(options: FakeScannerOptions): FakeScanner {
  const { clock } = options
  const id = options.id ?? 'fake-scanner'
  const session = createScanSession((label) => `digest of ${label}`)
  const dropped: Record<DropReason, number> = {
    not_enabled: 0,
    repeat: 0,
    in_flight: 0,
    garbled: 0,
    too_long: 0,
  }
  let onEvent: ((event: ScannerEvent) => void) | undefined
  let phase: ScannerPhase = 'searching'
  let plugged = options.plugged ?? true
  let bytes = 0
  let labels = 0
  let opens = 0

  const show = (next: ScannerPhase): void => {
    if (next === 'open') opens += 1
    phase = next
    onEvent?.({ kind: 'phase', phase: next })
  }
  const arrive = (frame: Frame): void => {
    bytes += 1
    if (phase !== 'open') return
    const verdict = session.judge(frame, clock.monotonicMs())
    if (verdict.kind === 'label') labels += 1
    else dropped[verdict.reason] += 1
    onEvent?.(verdict)
  }
  const begin = (label: string): (() => void) => {
    const frame: Frame = {
      kind: 'label',
      label,
      beganAtMs: clock.monotonicMs(),
      beganAtByte: bytes,
    }
    bytes += 1
    const opening = opens
    // A label whose line was cut under it never arrives.
    return () => {
      if (opens === opening) arrive(frame)
    }
  }

  return {
    id,
    open(listener) {
      if (onEvent !== undefined || phase === 'closed') return
      onEvent = listener
      queueMicrotask(() => {
        if (phase !== 'searching') return
        show('searching')
        if (plugged && phase === 'searching') show('open')
      })
    },
    enable() {
      if (phase !== 'closed') session.enable(bytes)
    },
    disable: (reason) => session.disable(reason),
    status: (): ScannerStatus => ({
      id,
      phase,
      enabled: session.enabled(),
      port: 'fake',
      labels,
      dropped: { ...dropped },
      reconnects: Math.max(0, opens - 1),
    }),
    async close() {
      if (phase === 'closed') return
      session.disable('idle')
      show('closed')
    },
    begin,
    present: (label) => begin(label)(),
    disturb: (reason) =>
      arrive({ kind: reason, beganAtMs: clock.monotonicMs(), beganAtByte: bytes }),
    unplug() {
      plugged = false
      if (phase === 'open') show('lost')
    },
    replug() {
      plugged = true
      if (onEvent !== undefined && (phase === 'lost' || phase === 'searching')) show('open')
    },
  }
}
