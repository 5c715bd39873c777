import { SerialPort } from 'serialport'
import type { Clock } from '../../ports/clock.ts'
import type { DevicePhase } from '../../ports/device.ts'
import type { PortDescription, UsbIdentity } from '../find-port.ts'
import { findPort, normaliseUsbId } from '../find-port.ts'
import { makerName } from '../quirks.ts'
import type { SerialLine } from '../serial-settings.ts'
import type { SerialLink } from './serial-link.ts'
import { detailOf, openSerialLink } from './serial-link.ts'

/** Which device, and how its line is set. */
export type SerialDeviceOptions = {
  /** The port: a device file, a link to one, or a COM name. With `usb` only a tie-break. */
  readonly path?: string | undefined
  /** The device, wherever it is plugged in. */
  readonly usb?: UsbIdentity | undefined
  readonly line: SerialLine
  /** The first pause before a lost port is tried again, milliseconds; it grows to eight times. */
  readonly reopenDelayMs: number
  readonly clock: Clock
  /** The ports there are; the operating system's list by default. May reject. */
  readonly listPorts?: (() => Promise<readonly PortDescription[]>) | undefined
}

/** What a device tells, in order, and never from within {@link SerialDevice.open}. */
export type SerialDeviceListener = {
  phase(phase: DevicePhase, detail: string | undefined): void
  /** Bytes as they came. They are wiped as soon as this returns. */
  bytes(chunk: Uint8Array): void
  /** The line ended: what was begun is never finished. */
  cut(): void
}

/** One serial device that is looked for until it is closed. */
export type SerialDevice = {
  open(): void
  close(): Promise<void>
  isNew(): boolean
  isOpen(): boolean
  isClosed(): boolean
  status(): {
    readonly phase: DevicePhase
    readonly port?: string
    readonly detail?: string
    readonly reconnects: number
  }
}

/** Pauses between tries, as multiples of `reopenDelayMs`; the last one repeats. */
const RETRY_FACTORS = [1, 1, 2, 4, 8] as const
/** A list of ports that does not come is given up after this long. */
const LIST_BOUND_MS = 5_000

type State =
  | { readonly phase: 'new' | 'starting' | 'listing' }
  | { readonly phase: 'waiting'; readonly cancel: () => void }
  | { readonly phase: 'opening' | 'open'; readonly link: SerialLink; readonly path: string }
  | { readonly phase: 'closed'; readonly freed: Promise<void> }

type Listing =
  | { readonly kind: 'ports'; readonly ports: readonly PortDescription[] }
  | { readonly kind: 'failed'; readonly detail: string }

function nameOf(usb: UsbIdentity): string {
  const identity = `${normaliseUsbId(usb.vendorId)}:${normaliseUsbId(usb.productId)}`
  const maker = makerName(usb.vendorId)
  return maker === undefined ? identity : `${maker} ${identity}`
}

class SearchedDevice implements SerialDevice {
  readonly #options: SerialDeviceOptions
  readonly #listener: SerialDeviceListener
  readonly #clock: Clock
  #state: State = { phase: 'new' }
  #shown: { readonly phase: DevicePhase; readonly detail?: string } = { phase: 'searching' }
  #opens = 0
  /** Tries that came to nothing since the port was last open. */
  #failures = 0

  constructor(options: SerialDeviceOptions, listener: SerialDeviceListener) {
    this.#options = options
    this.#listener = listener
    this.#clock = options.clock
  }

  open(): void {
    if (this.#state.phase !== 'new') return
    this.#state = { phase: 'starting' }
    queueMicrotask(() => {
      if (this.#state.phase !== 'starting') return
      this.#tell('searching')
      this.#look()
    })
  }

  close(): Promise<void> {
    const state = this.#state
    if (state.phase === 'closed') return state.freed
    if (state.phase === 'waiting') state.cancel()
    this.#listener.cut()
    const link = 'link' in state ? state.link.close() : Promise.resolve()
    const freed = link.then(() => this.#show('closed'))
    this.#state = { phase: 'closed', freed }
    return freed
  }

  isNew(): boolean {
    return this.#state.phase === 'new'
  }

  isOpen(): boolean {
    return this.#state.phase === 'open'
  }

  isClosed(): boolean {
    return this.#state.phase === 'closed'
  }

  status() {
    const port = this.#portName()
    return {
      ...this.#shown,
      ...(port === undefined ? {} : { port }),
      reconnects: Math.max(0, this.#opens - 1),
    }
  }

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
    const options = { path, line: this.#options.line, clock: this.#clock }
    const link = openSerialLink(options, {
      opened: () => {
        this.#state = { phase: 'open', link, path }
        this.#opens += 1
        this.#failures = 0
        this.#show('open')
      },
      bytes: (chunk) => this.#listener.bytes(chunk),
      gone: (detail) => {
        const wasOpen = this.#state.phase === 'open'
        this.#listener.cut()
        if (wasOpen) this.#show('lost', detail)
        this.#retry(detail)
      },
    })
    this.#state = { phase: 'opening', link, path }
  }

  #retry(detail: string): void {
    // Whoever was just told may have closed the device.
    if (this.#state.phase === 'closed') return
    this.#show(this.#opens > 0 ? 'lost' : 'searching', detail)
    const factor = RETRY_FACTORS[Math.min(this.#failures, RETRY_FACTORS.length - 1)] ?? 1
    this.#failures += 1
    const cancel = this.#clock.after(this.#options.reopenDelayMs * factor, () => this.#look())
    this.#state = { phase: 'waiting', cancel }
  }

  #portName(): string | undefined {
    const { path, usb } = this.#options
    const at = 'path' in this.#state ? this.#state.path : path
    if (usb === undefined) return at
    return 'path' in this.#state ? `${nameOf(usb)} (${this.#state.path})` : nameOf(usb)
  }

  #show(phase: DevicePhase, detail?: string): void {
    if (this.#shown.phase === phase && this.#shown.detail === detail) return
    this.#tell(phase, detail)
  }

  #tell(phase: DevicePhase, detail?: string): void {
    this.#shown = detail === undefined ? { phase } : { phase, detail }
    this.#listener.phase(phase, detail)
  }
}

/**
 * Makes a {@link SerialDevice} on RS-232, or USB as a COM port. Keeps looking for its port for as long
 * as it is not closed: by USB identity wherever it turns up, or by path whenever that opens. Listeners
 * must not throw.
 */
export function createSerialDevice(
  options: SerialDeviceOptions,
  listener: SerialDeviceListener,
): SerialDevice {
  return new SearchedDevice(options, listener)
}
