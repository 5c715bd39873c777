import type { Clock } from '../../ports/clock.ts'
import type { Log } from '../../ports/log.ts'
import type { PositionEvent, PositionSource, PositionStatus } from '../../ports/position.ts'
import type { PortDescription, UsbIdentity } from '../find-port.ts'
import type { NmeaReader } from '../nmea.ts'
import { createNmeaReader } from '../nmea.ts'
import type { FixAssembler } from '../nmea-fix.ts'
import { createFixAssembler } from '../nmea-fix.ts'
import { lineOf, timingOf } from '../serial-settings.ts'
import type { SerialDevice } from './serial-device.ts'
import { createSerialDevice } from './serial-device.ts'

/** Which receiver, on what parts. Either `path` or `usb` must be there. */
export type SerialPositionOptions = {
  readonly path?: string | undefined
  readonly usb?: UsbIdentity | undefined
  readonly baudRate?: number | undefined
  /** The first pause before a lost port is tried again, milliseconds; it grows to eight times. */
  readonly reopenDelayMs?: number | undefined
  readonly clock: Clock
  readonly log: Log
  /** The ports there are; the operating system's list by default. May reject. */
  readonly listPorts?: (() => Promise<readonly PortDescription[]>) | undefined
}

class SerialPosition implements PositionSource {
  readonly #log: Log
  readonly #device: SerialDevice
  readonly #reader: NmeaReader = createNmeaReader()
  readonly #assembler: FixAssembler = createFixAssembler()
  #onEvent: (event: PositionEvent) => void = () => {}
  #fixes = 0

  constructor(options: SerialPositionOptions) {
    const { path, usb, clock, log, listPorts } = options
    const { reopenDelayMs } = timingOf({ id: 'position', ...options })
    this.#log = log
    this.#device = createSerialDevice(
      // NMEA 0183 is always 8N1.
      {
        path,
        usb,
        line: lineOf({ id: 'position', baudRate: options.baudRate }),
        reopenDelayMs,
        clock,
        listPorts,
      },
      {
        phase: (phase, detail) => {
          this.#log.info('position phase', { phase, detail })
          this.#emit({ kind: 'phase', phase, ...(detail === undefined ? {} : { detail }) })
        },
        bytes: (chunk) => this.#onBytes(chunk),
        cut: () => {
          this.#reader.reset()
          this.#assembler.reset()
        },
      },
    )
  }

  open(onEvent: (event: PositionEvent) => void): void {
    if (!this.#device.isNew()) return
    this.#onEvent = onEvent
    this.#device.open()
  }

  status(): PositionStatus {
    return { ...this.#device.status(), fixes: this.#fixes }
  }

  close(): Promise<void> {
    return this.#device.close()
  }

  #onBytes(chunk: Uint8Array): void {
    for (const sentence of this.#reader.push(chunk)) {
      if (!this.#device.isOpen()) return
      const reading = this.#assembler.take(sentence)
      if (reading?.kind === 'no_fix') this.#emit(reading)
      if (reading?.kind !== 'fix') continue
      const { kind, ...fix } = reading
      this.#fixes += 1
      this.#emit({ kind, fix })
    }
  }

  #emit(event: PositionEvent): void {
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
 * A satellite receiver that speaks NMEA 0183 on a serial line (RS-232, or USB as a COM port). Tells a fix
 * for every moment about which RMC and GGA came; keeps looking for its port until it is closed.
 */
export function createSerialPosition(options: SerialPositionOptions): PositionSource {
  return new SerialPosition(options)
}
