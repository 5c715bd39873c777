import type { UsbIdentity } from './find-port.ts'
import type { Suffix } from './framing.ts'

/** A serial scanner as configuration names it: plain data. Either `path` or `usb` must be there. */
export type SerialScannerSettings = {
  /** The scanner's name in events and on screens. */
  readonly id: string
  /** The port: a device file, a link to one, or a COM name. With `usb` only a tie-break. */
  readonly path?: string | undefined
  /** The device, wherever it is plugged in. */
  readonly usb?: UsbIdentity | undefined
  readonly baudRate?: number | undefined
  readonly dataBits?: 7 | 8 | undefined
  readonly parity?: 'none' | 'even' | 'odd' | undefined
  readonly stopBits?: 1 | 2 | undefined
  readonly suffix?: Suffix | undefined
  /** Silence that ends a label, milliseconds. */
  readonly gapMs?: number | undefined
  /** The first pause before a lost port is tried again, milliseconds; it grows to eight times. */
  readonly reopenDelayMs?: number | undefined
}

/** How a line is set, nothing left open. */
export type SerialLine = {
  readonly baudRate: number
  readonly dataBits: 7 | 8
  readonly parity: 'none' | 'even' | 'odd'
  readonly stopBits: 1 | 2
}

/** How labels are framed and ports looked for, nothing left open. */
export type SerialTiming = {
  readonly suffix: Suffix
  readonly gapMs: number
  readonly reopenDelayMs: number
}

const DEFAULT_GAP_MS = 300
/** With a suffix silence only ends what was cut off, so it need not be quick. */
const DEFAULT_GUARD_MS = 1_000
const DEFAULT_REOPEN_DELAY_MS = 250
/** A gap shorter than this many characters on the wire would cut labels apart. */
const GAP_CHARACTERS_MIN = 5
const BITS_PER_CHARACTER = 11

/** The line settings with their defaults: 9600 baud, 8N1. */
export function lineOf(settings: SerialScannerSettings): SerialLine {
  return {
    baudRate: settings.baudRate ?? 9_600,
    dataBits: settings.dataBits ?? 8,
    parity: settings.parity ?? 'none',
    stopBits: settings.stopBits ?? 1,
  }
}

/** Framing and search settings with their defaults: CR, and a gap fit for the line's speed. */
export function timingOf(settings: SerialScannerSettings): SerialTiming {
  const suffix = settings.suffix ?? 'cr'
  const { baudRate } = lineOf(settings)
  const shortestMs = Math.ceil((GAP_CHARACTERS_MIN * BITS_PER_CHARACTER * 1_000) / baudRate)
  const wantedMs = settings.gapMs ?? (suffix === 'none' ? DEFAULT_GAP_MS : DEFAULT_GUARD_MS)
  return {
    suffix,
    gapMs: Math.max(wantedMs, shortestMs),
    reopenDelayMs: Math.max(settings.reopenDelayMs ?? DEFAULT_REOPEN_DELAY_MS, 1),
  }
}
