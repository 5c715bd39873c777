import { LIMITS } from '../domain/limits.ts'
import { isWholeCode } from './aim.ts'

/** What a scanner is set to send after each label. */
export type Suffix = 'cr' | 'lf' | 'crlf' | 'tab' | 'none'

/** How a stream of bytes is cut into labels. */
export type FramerOptions = {
  readonly suffix: Suffix
  /** Silence that ends a label: the rule without a suffix, a guard with one. Milliseconds. */
  readonly gapMs: number
}

/** Where a frame began: the time, and its place among all bytes ever received. */
type Began = { readonly beganAtMs: number; readonly beganAtByte: number }

/** One label, or the fact that there was something that is none. */
export type Frame =
  | (Began & { readonly kind: 'label'; readonly label: string })
  | (Began & { readonly kind: 'garbled' | 'too_long' })

/** Cuts bytes into frames. Total: no byte makes it throw, and it holds at most one label. */
export type Framer = {
  /** Takes bytes as they came, cut anywhere; the frames they complete, oldest first. */
  push(bytes: Uint8Array, atMs: number): readonly Frame[]
  /** Ends the unfinished label when it has been silent for the gap; else nothing. */
  gap(atMs: number): readonly Frame[]
  /** When silence will end the unfinished label; undefined when there is none. */
  gapDueAtMs(): number | undefined
  /** All bytes received so far. A frame with a smaller `beganAtByte` began before this moment. */
  bytesReceived(): number
  /** Bytes of the unfinished label in memory. */
  heldBytes(): number
  /** Forgets the unfinished label: the line was cut. */
  reset(): void
}

const STX = 0x02
const ETX = 0x03
const TAB = 0x09
const LF = 0x0a
const CR = 0x0d

/**
 * The byte that ends a label. CRLF ends at the CR, without waiting for the LF, which then begins
 * nothing; LF ends at the LF, and a CR before it is taken off with the other edges.
 */
const END_BYTE: Readonly<Record<Suffix, number | undefined>> = {
  cr: CR,
  lf: LF,
  crlf: CR,
  tab: TAB,
  none: undefined,
}

/** Bytes that begin no label and are taken off its end. */
const EDGE: ReadonlySet<number | undefined> = new Set([CR, LF, TAB, ETX])

const NO_FRAMES: readonly Frame[] = []

function isPrintable(byte: number): boolean {
  return byte >= 0x20 && byte <= 0x7e
}

class ByteFramer implements Framer {
  readonly #endByte: number | undefined
  readonly #gapMs: number
  readonly #buffer = new Uint8Array(LIMITS.labelBytesMax)
  #phase: 'between' | 'inside' | 'skipping' = 'between'
  #length = 0
  /** The label began with STX, so that ETX ends it. */
  #enclosed = false
  #began: Began = { beganAtMs: 0, beganAtByte: 0 }
  #lastByteAtMs = 0
  #bytesReceived = 0

  constructor(options: FramerOptions) {
    this.#endByte = END_BYTE[options.suffix]
    this.#gapMs = options.gapMs
  }

  push(bytes: Uint8Array, atMs: number): readonly Frame[] {
    if (bytes.length === 0) return NO_FRAMES
    const offset = this.#bytesReceived
    // Counted before any frame is given out: whoever enables a scanner on seeing the first frame
    // of a chunk must not be given the second one, whose bytes were here already.
    this.#bytesReceived += bytes.length
    this.#lastByteAtMs = atMs
    const frames: Frame[] = []
    let index = 0
    for (const byte of bytes) {
      const frame = this.#take(byte, { beganAtMs: atMs, beganAtByte: offset + index })
      if (frame !== undefined) frames.push(frame)
      index += 1
    }
    return frames
  }

  gap(atMs: number): readonly Frame[] {
    const dueAtMs = this.gapDueAtMs()
    if (dueAtMs === undefined || atMs < dueAtMs) return NO_FRAMES
    const frame = this.#finish('gap')
    return frame === undefined ? NO_FRAMES : [frame]
  }

  gapDueAtMs(): number | undefined {
    return this.#phase === 'between' ? undefined : this.#lastByteAtMs + this.#gapMs
  }

  bytesReceived(): number {
    return this.#bytesReceived
  }

  heldBytes(): number {
    return this.#length
  }

  reset(): void {
    this.#phase = 'between'
    this.#wipe()
  }

  #take(byte: number, here: Began): Frame | undefined {
    if (this.#phase === 'between') {
      if (EDGE.has(byte)) return undefined
      this.#phase = 'inside'
      this.#began = here
      this.#enclosed = byte === STX
      if (this.#enclosed) return undefined
    }
    if (byte === this.#endByte || (byte === ETX && this.#enclosed)) return this.#finish('byte')
    if (this.#phase === 'skipping') return undefined
    if (this.#length === this.#buffer.length) {
      this.#phase = 'skipping'
      this.#wipe()
      return { kind: 'too_long', ...this.#began }
    }
    this.#buffer[this.#length] = byte
    this.#length += 1
    return undefined
  }

  #finish(endedBy: 'byte' | 'gap'): Frame | undefined {
    const phase = this.#phase
    this.#phase = 'between'
    if (phase === 'skipping') return undefined
    let length = this.#length
    while (length > 0 && EDGE.has(this.#buffer[length - 1])) length -= 1
    const text = this.#buffer.subarray(0, length)
    const label = text.every(isPrintable) ? String.fromCharCode(...text) : undefined
    this.#wipe()
    if (length === 0) return undefined
    // An end byte was to come and did not: half a scan, unless nothing is missing from it.
    const endMissing = endedBy === 'gap' && (this.#endByte !== undefined || this.#enclosed)
    if (label === undefined || (endMissing && !isWholeCode(label))) {
      return { kind: 'garbled', ...this.#began }
    }
    return { kind: 'label', label, ...this.#began }
  }

  #wipe(): void {
    this.#buffer.fill(0, 0, this.#length)
    this.#length = 0
  }
}

/**
 * Makes a {@link Framer}. A label ends at its suffix, at ETX when it began with STX, or by silence.
 * STX, ETX and line ends around it are taken off; any other byte outside printable ASCII makes it
 * `garbled`; more than `LIMITS.labelBytesMax` bytes make it `too_long` at once, and the rest is
 * skipped up to its end. Silence where a suffix was due gives `garbled`, unless the label is a whole
 * payment code.
 */
export function createFramer(options: FramerOptions): Framer {
  return new ByteFramer(options)
}
