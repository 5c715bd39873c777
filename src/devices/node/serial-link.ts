import { SerialPort } from 'serialport'
import type { Clock } from '../../ports/clock.ts'
import type { SerialLine } from '../serial-settings.ts'

/** Which port, set how. */
export type LinkOptions = {
  readonly path: string
  readonly line: SerialLine
  readonly clock: Clock
}

/** What a link tells; never while it is being made. */
export type LinkListener = {
  opened(): void
  /** Bytes as they came. They are wiped as soon as this returns. */
  bytes(chunk: Uint8Array): void
  /** Could not be opened, or was open and is gone. Told once, and never after a close. */
  gone(detail: string): void
}

/** One opening of one port, from the first try to its end; never used again after it. */
export type SerialLink = {
  /** Frees the port. Always settles, within a second, and never rejects. */
  close(): Promise<void>
}

/** A driver that does not let go of a port is waited for no longer than this. */
const CLOSE_BOUND_MS = 1_000
/** A port that neither opens nor fails, as a paired but absent Bluetooth port does. */
const OPEN_BOUND_MS = 10_000
const DETAIL_MAX = 160

/** The words of an error, cut to a length fit for a screen. */
export function detailOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error)
  return text.slice(0, DETAIL_MAX)
}

class PortLink implements SerialLink {
  readonly #clock: Clock
  readonly #listener: LinkListener
  readonly #port: SerialPort | undefined
  #phase: 'opening' | 'open' | 'ended' = 'opening'
  #freed: Promise<void> | undefined
  #cancelOpenBound: () => void = () => {}
  /** Called when the try to open comes to an end after this link was ended. */
  #whenOpenSettles: (opened: boolean) => void = () => {}

  constructor(options: LinkOptions, listener: LinkListener) {
    this.#clock = options.clock
    this.#listener = listener
    try {
      this.#port = this.#start(options)
    } catch (error) {
      queueMicrotask(() => this.#end(detailOf(error)))
    }
  }

  close(): Promise<void> {
    this.#phase = 'ended'
    this.#cancelOpenBound()
    this.#freed ??= this.#free()
    return this.#freed
  }

  #start({ path, line }: LinkOptions): SerialPort {
    const port = new SerialPort({ path, ...line, autoOpen: false })
    // The error listener stays for the port's whole life: an error without one is thrown.
    port.on('error', (error) => this.#end(detailOf(error)))
    port.on('close', (error: unknown) => this.#end(error ? detailOf(error) : 'port closed'))
    port.on('end', () => this.#end('end of stream'))
    port.on('data', (chunk: Buffer) => this.#bytes(chunk))
    port.open((error) => {
      this.#whenOpenSettles(!error)
      if (error) this.#end(detailOf(error))
      else this.#opened()
    })
    this.#cancelOpenBound = this.#clock.after(OPEN_BOUND_MS, () =>
      this.#end('opening takes too long'),
    )
    return port
  }

  #opened(): void {
    if (this.#phase !== 'opening') return
    this.#phase = 'open'
    this.#cancelOpenBound()
    this.#listener.opened()
  }

  #bytes(chunk: Buffer): void {
    try {
      if (this.#phase === 'open') this.#listener.bytes(chunk)
    } catch (error) {
      // A throw in here would end reading for good without a word. The bug is thrown where the
      // supervisor sees it, and the port lives on.
      queueMicrotask(() => {
        throw error
      })
    } finally {
      // The chunk is a window into the driver's read pool, which lives on for a long time.
      chunk.fill(0)
    }
  }

  #end(detail: string): void {
    if (this.#phase === 'ended') return
    void this.close()
    this.#listener.gone(detail)
  }

  #free(): Promise<void> {
    const port = this.#port
    if (port === undefined) return Promise.resolve()
    return new Promise((resolve) => {
      const cancelBound = this.#clock.after(CLOSE_BOUND_MS, () => resolve())
      const settle = () => {
        cancelBound()
        resolve()
      }
      const shut = () => {
        try {
          port.close(settle)
        } catch {
          settle()
        }
      }
      if (port.isOpen) shut()
      else if (port.opening) {
        this.#whenOpenSettles = (opened) => (opened ? shut() : settle())
      } else if (port.closing) {
        port.once('close', settle)
        port.once('error', settle)
      } else settle()
    })
  }
}

/**
 * Opens a port. Everything the driver does wrong, now or later, comes to the listener as `gone`;
 * nothing is thrown.
 */
export function openSerialLink(options: LinkOptions, listener: LinkListener): SerialLink {
  return new PortLink(options, listener)
}
