import { createHmac, randomBytes } from 'node:crypto'
import { SerialPort } from 'serialport'
import type { Clock } from '../../ports/clock.ts'
import type { Log } from '../../ports/log.ts'
import type {
  DropReason,
  Scanner,
  ScannerEvent,
  ScannerPhase,
  ScannerStatus,
} from '../../ports/scanner.ts'
import type { PortDescription, UsbIdentity } from '../find-port.ts'
import { findPort, normaliseUsbId } from '../find-port.ts'
import type { Frame, Framer } from '../framing.ts'
import { createFramer } from '../framing.ts'
import { makerName } from '../quirks.ts'
import type { SerialLine, SerialScannerSettings, SerialTiming } from '../serial-settings.ts'
import { lineOf, timingOf } from '../serial-settings.ts'
import type { ScanSession } from '../session.ts'
import { createScanSession } from '../session.ts'
import type { SerialLink } from './serial-link.ts'
import { detailOf, openSerialLink } from './serial-link.ts'

/** A serial scanner's settings and the parts it runs on. */
export type SerialScannerOptions = SerialScannerSettings & {
  readonly clock: Clock
  readonly log: Log
  /** The ports there are; the operating system's list by default. May reject. */
  readonly listPorts?: (() => Promise<readonly PortDescription[]>) | undefined
}

/** Pauses between tries, as multiples of `reopenDelayMs`; the last one repeats. */
const RETRY_FACTORS = [1, 1, 2, 4, 8] as const
/** A list of ports that does not come is given up after this long. */
const LIST_BOUND_MS = 5_000
/** A gap timer later than this means that this process stood still, not the scanner. */
const STALL_MS = 50

type State =
  | { readonly phase: 'new' | 'starting' | 'listing' }
  | { readonly phase: 'waiting'; readonly cancel: () => void }
  | { readonly phase: 'opening' | 'open'; readonly link: SerialLink; readonly path: string }
  | { readonly phase: 'closed'; readonly freed: Promise<void> }

type Listing =
  | { readonly kind: 'ports'; readonly ports: readonly PortDescription[] }
  | { readonly kind: 'failed'; readonly detail: string }

/** A digest that says whether two labels are the same and nothing else; the key is never kept. */
function createLabelDigest(): (label: string) => string {
  const key = randomBytes(32)
  return (label) => createHmac('sha256', key).update(label).digest('base64')
}

function nameOf(usb: UsbIdentity): string {
  const identity = `${normaliseUsbId(usb.vendorId)}:${normaliseUsbId(usb.productId)}`
  const maker = makerName(usb.vendorId)
  return maker === undefined ? identity : `${maker} ${identity}`
}

class SerialScanner implements Scanner {
  readonly id: string
  readonly #options: SerialScannerOptions
  readonly #clock: Clock
  readonly #log: Log
  readonly #line: SerialLine
  readonly #timing: SerialTiming
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
  #state: State = { phase: 'new' }
  #shown: { readonly phase: ScannerPhase; readonly detail?: string } = { phase: 'searching' }
  #cancelGap: (() => void) | undefined
  #labels = 0
  #opens = 0
  /** Tries that came to nothing since the port was last open. */
  #failures = 0

  constructor(options: SerialScannerOptions) {
    this.id = options.id
    this.#options = options
    this.#clock = options.clock
    this.#log = options.log
    this.#line = lineOf(options)
    this.#timing = timingOf(options)
    this.#framer = createFramer(this.#timing)
  }

  open(onEvent: (event: ScannerEvent) => void): void {
    if (this.#state.phase !== 'new') return
    this.#onEvent = onEvent
    this.#state = { phase: 'starting' }
    queueMicrotask(() => {
      if (this.#state.phase !== 'starting') return
      this.#tell({ kind: 'phase', phase: 'searching' })
      this.#look()
    })
  }

  enable(): void {
    if (this.#state.phase === 'closed') return
    this.#session.enable(this.#framer.bytesReceived())
  }

  disable(reason: 'idle' | 'in_flight'): void {
    this.#session.disable(reason)
  }

  status(): ScannerStatus {
    const port = this.#portName()
    const { phase, detail } = this.#shown
    return {
      id: this.id,
      phase,
      enabled: this.#session.enabled(),
      ...(port === undefined ? {} : { port }),
      ...(detail === undefined ? {} : { detail }),
      labels: this.#labels,
      dropped: { ...this.#dropped },
      reconnects: Math.max(0, this.#opens - 1),
    }
  }

  close(): Promise<void> {
    const state = this.#state
    if (state.phase === 'closed') return state.freed
    if (state.phase === 'waiting') state.cancel()
    this.#cutLine()
    this.#session.disable('idle')
    const link = 'link' in state ? state.link.close() : Promise.resolve()
    const freed = link.then(() => this.#show('closed'))
    this.#state = { phase: 'closed', freed }
    return freed
  }

  // Looking for the port.

  #look(): void {
    const { path, usb } = this.#options
    if (usb !== undefined) {
      this.#lookByIdentity(usb, path)
      return
    }
    if (path !== undefined) this.#connect(path)
    else this.#show('searching', 'no port is configured')
  }

  #lookByIdentity(usb: UsbIdentity, preferredPath: string | undefined): void {
    const listing: State = { phase: 'listing' }
    this.#state = listing
    void this.#listPorts().then((list) => {
      if (this.#state !== listing) return
      if (list.kind === 'failed') {
        this.#retry(`ports cannot be listed: ${list.detail}`)
        return
      }
      const choice = findPort(list.ports, usb, preferredPath)
      if (choice.kind === 'found') this.#connect(choice.path)
      else if (choice.kind === 'absent') this.#retry('not plugged in')
      else this.#retry(`several such devices: ${choice.paths.join(', ')}`)
    })
  }

  #listPorts(): Promise<Listing> {
    return new Promise((resolve) => {
      const cancel = this.#clock.after(LIST_BOUND_MS, () =>
        resolve({ kind: 'failed', detail: 'no answer' }),
      )
      const answer = (listing: Listing) => {
        cancel()
        resolve(listing)
      }
      const list = this.#options.listPorts ?? (() => SerialPort.list())
      // Within a promise, so that a list that throws fails like one that rejects.
      new Promise<readonly PortDescription[]>((give) => give(list())).then(
        (ports) => answer({ kind: 'ports', ports }),
        (error: unknown) => answer({ kind: 'failed', detail: detailOf(error) }),
      )
    })
  }

  #connect(path: string): void {
    // Later tries of a port that is not there pass in silence, or staff would see it flicker.
    if (this.#failures === 0 && this.#opens === 0) this.#show('opening')
    const options = { path, line: this.#line, clock: this.#clock }
    const link = openSerialLink(options, {
      opened: () => {
        this.#state = { phase: 'open', link, path }
        this.#opens += 1
        this.#failures = 0
        this.#show('open')
      },
      bytes: (chunk) => this.#onBytes(chunk),
      gone: (detail) => {
        const wasOpen = this.#state.phase === 'open'
        this.#cutLine()
        if (wasOpen) this.#show('lost', detail)
        this.#retry(detail)
      },
    })
    this.#state = { phase: 'opening', link, path }
  }

  #retry(detail: string): void {
    // Whoever was just told may have closed the scanner.
    if (this.#state.phase === 'closed') return
    this.#show(this.#opens > 0 ? 'lost' : 'searching', detail)
    const factor = RETRY_FACTORS[Math.min(this.#failures, RETRY_FACTORS.length - 1)] ?? 1
    this.#failures += 1
    const cancel = this.#clock.after(this.#timing.reopenDelayMs * factor, () => this.#look())
    this.#state = { phase: 'waiting', cancel }
  }

  // Reading labels.

  #onBytes(chunk: Uint8Array): void {
    this.#deliver(this.#framer.push(chunk, this.#clock.monotonicMs()))
    this.#watchGap()
  }

  #deliver(frames: readonly Frame[]): void {
    for (const frame of frames) {
      if (this.#state.phase !== 'open') return
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

  #portName(): string | undefined {
    const { path, usb } = this.#options
    const at = 'path' in this.#state ? this.#state.path : path
    if (usb === undefined) return at
    return 'path' in this.#state ? `${nameOf(usb)} (${this.#state.path})` : nameOf(usb)
  }

  #show(phase: ScannerPhase, detail?: string): void {
    if (this.#shown.phase === phase && this.#shown.detail === detail) return
    this.#tell(detail === undefined ? { kind: 'phase', phase } : { kind: 'phase', phase, detail })
  }

  #tell(event: Extract<ScannerEvent, { readonly kind: 'phase' }>): void {
    const { phase, detail } = event
    this.#shown = detail === undefined ? { phase } : { phase, detail }
    this.#log.info('scanner phase', { scanner: this.id, phase, detail })
    this.#emit(event)
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
