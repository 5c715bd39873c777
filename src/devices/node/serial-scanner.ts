import { createHmac, randomBytes } from 'node:crypto'
import type { Clock } from '../../ports/clock.ts'
import type { DevicePhase } from '../../ports/device.ts'
import type { Log } from '../../ports/log.ts'
import type { DropReason, Scanner, ScannerEvent, ScannerStatus } from '../../ports/scanner.ts'
import type { PortDescription } from '../find-port.ts'
import type { Frame, Framer } from '../framing.ts'
import { createFramer } from '../framing.ts'
import type { SerialScannerSettings } from '../serial-settings.ts'
import { lineOf, timingOf } from '../serial-settings.ts'
import type { ScanSession } from '../session.ts'
import { createScanSession } from '../session.ts'
import type { SerialDevice } from './serial-device.ts'
import { createSerialDevice } from './serial-device.ts'

/** A serial scanner's settings and the parts it runs on. */
export type SerialScannerOptions = SerialScannerSettings & {
  readonly clock: Clock
  readonly log: Log
  /** The ports there are; the operating system's list by default. May reject. */
  readonly listPorts?: (() => Promise<readonly PortDescription[]>) | undefined
}

/** A gap timer later than this means that this process stood still, not the scanner. */
const STALL_MS = 50

/** A digest that says whether two labels are the same and nothing else; the key is never kept. */
function createLabelDigest(): (label: string) => string {
  const key = randomBytes(32)
  return (label) => createHmac('sha256', key).update(label).digest('base64')
}

class SerialScanner implements Scanner {
  readonly id: string
  readonly #clock: Clock
  readonly #log: Log
  readonly #device: SerialDevice
  readonly #framer: Framer
  readonly #session: ScanSession = createScanSession(createLabelDigest())
  readonly #dropped: Record<DropReason, number> = {
    not_enabled: 0,
    repeat: 0,
    in_flight: 0,
    garbled: 0,
    too_long: 0,
  }
  #onEvent: (event: ScannerEvent) => void = () => {}
  #cancelGap: (() => void) | undefined
  #labels = 0

  constructor(options: SerialScannerOptions) {
    const { id, path, usb, clock, log, listPorts } = options
    const { reopenDelayMs, ...framing } = timingOf(options)
    this.id = id
    this.#clock = clock
    this.#log = log
    this.#framer = createFramer(framing)
    this.#device = createSerialDevice(
      { path, usb, line: lineOf(options), reopenDelayMs, clock, listPorts },
      {
        phase: (phase, detail) => this.#tell(phase, detail),
        bytes: (chunk) => this.#onBytes(chunk),
        cut: () => this.#cutLine(),
      },
    )
  }

  open(onEvent: (event: ScannerEvent) => void): void {
    if (!this.#device.isNew()) return
    this.#onEvent = onEvent
    this.#device.open()
  }

  enable(): void {
    if (this.#device.isClosed()) return
    this.#session.enable(this.#framer.bytesReceived())
  }

  disable(reason: 'idle' | 'in_flight'): void {
    this.#session.disable(reason)
  }

  status(): ScannerStatus {
    return {
      id: this.id,
      enabled: this.#session.enabled(),
      ...this.#device.status(),
      labels: this.#labels,
      dropped: { ...this.#dropped },
    }
  }

  close(): Promise<void> {
    if (!this.#device.isClosed()) this.#session.disable('idle')
    return this.#device.close()
  }

  // Reading labels.

  #onBytes(chunk: Uint8Array): void {
    this.#deliver(this.#framer.push(chunk, this.#clock.monotonicMs()))
    this.#watchGap()
  }

  #deliver(frames: readonly Frame[]): void {
    for (const frame of frames) {
      if (!this.#device.isOpen()) return
      const verdict = this.#session.judge(frame, this.#clock.monotonicMs())
      if (verdict.kind === 'label') this.#labels += 1
      else this.#countDrop(verdict.reason)
      this.#emit(verdict)
    }
  }

  #countDrop(reason: DropReason): void {
    const count = this.#dropped[reason] + 1
    this.#dropped[reason] = count
    // The 1st, 2nd, 4th, 8th: noise on the line must not fill the log.
    if ((count & (count - 1)) !== 0) return
    this.#log.info('scanner dropped a label', { scanner: this.id, reason, count })
  }

  #watchGap(): void {
    const dueAtMs = this.#framer.gapDueAtMs()
    if (dueAtMs === undefined || this.#cancelGap !== undefined) return
    this.#waitForGap(dueAtMs)
  }

  #waitForGap(fireAtMs: number): void {
    const delayMs = Math.max(0, fireAtMs - this.#clock.monotonicMs())
    this.#cancelGap = this.#clock.after(delayMs, () => {
      this.#cancelGap = undefined
      const nowMs = this.#clock.monotonicMs()
      // After a standstill of ours the missing bytes may lie unread: read first, then judge.
      if (nowMs - fireAtMs > STALL_MS) this.#waitForGap(nowMs + STALL_MS)
      else {
        this.#deliver(this.#framer.gap(nowMs))
        this.#watchGap()
      }
    })
  }

  #cutLine(): void {
    this.#cancelGap?.()
    this.#cancelGap = undefined
    this.#framer.reset()
  }

  // Telling.

  #tell(phase: DevicePhase, detail: string | undefined): void {
    this.#log.info('scanner phase', { scanner: this.id, phase, detail })
    this.#emit({ kind: 'phase', phase, ...(detail === undefined ? {} : { detail }) })
  }

  #emit(event: ScannerEvent): void {
    try {
      this.#onEvent(event)
    } catch (error) {
      // The listener's bug goes to the supervisor; it must not end the search for the port.
      queueMicrotask(() => {
        throw error
      })
    }
  }
}

/**
 * A scanner on a serial line (RS-232, or USB as a COM port). Keeps looking for its port for as long
 * as it is not closed: by USB identity wherever it turns up, or by path whenever that opens.
 * A label that ends with its suffix is told within the handler that got its last byte.
 */
export function createSerialScanner(options: SerialScannerOptions): Scanner {
  return new SerialScanner(options)
}
