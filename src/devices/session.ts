import type { ScannerEvent } from '../ports/scanner.ts'
import { splitAim } from './aim.ts'
import type { Frame } from './framing.ts'

/** The same label again this soon is one scan read twice. Milliseconds. */
export const REPEAT_MS = 1_000

/** What becomes of a frame. */
export type Verdict = Extract<ScannerEvent, { readonly kind: 'label' | 'dropped' }>

/** Decides which labels pass: one for each {@link ScanSession.enable}. */
export type ScanSession = {
  /**
   * Lets the next label pass that begins from now on.
   * @param bytesReceived how many bytes have arrived so far, all of them before this moment
   */
  enable(bytesReceived: number): void
  /** Lets none pass. */
  disable(reason: 'idle' | 'in_flight'): void
  enabled(): boolean
  /** Judges a frame, in the order they came. @param atMs monotonic time of its end */
  judge(frame: Frame, atMs: number): Verdict
}

type Arming =
  | { readonly phase: 'idle' }
  | { readonly phase: 'armed'; readonly fromByte: number }
  | { readonly phase: 'in_flight' }

type Seen = { readonly digest: string; readonly untilMs: number }

class OneShotSession implements ScanSession {
  readonly #digestOf: (label: string) => string
  #arming: Arming = { phase: 'idle' }
  #seen: Seen | undefined

  constructor(digestOf: (label: string) => string) {
    this.#digestOf = digestOf
  }

  enable(bytesReceived: number): void {
    this.#arming = { phase: 'armed', fromByte: bytesReceived }
  }

  disable(reason: 'idle' | 'in_flight'): void {
    this.#arming = { phase: reason }
  }

  enabled(): boolean {
    return this.#arming.phase === 'armed'
  }

  judge(frame: Frame, atMs: number): Verdict {
    if (frame.kind !== 'label') return { kind: 'dropped', reason: frame.kind }
    const { label, symbology } = splitAim(frame.label)
    // An identifier with nothing after it.
    if (label === '') return { kind: 'dropped', reason: 'garbled' }
    if (this.#isRepeat(label, atMs)) return { kind: 'dropped', reason: 'repeat' }
    const arming = this.#arming
    if (arming.phase === 'in_flight') return { kind: 'dropped', reason: 'in_flight' }
    if (arming.phase === 'idle' || frame.beganAtByte < arming.fromByte) {
      return { kind: 'dropped', reason: 'not_enabled' }
    }
    this.#arming = { phase: 'in_flight' }
    this.#seen = { digest: this.#digestOf(label), untilMs: atMs + REPEAT_MS }
    return { kind: 'label', label, symbology }
  }

  /**
   * Only a label that passed can be repeated: one that was shown too early may be shown again at
   * once. Each repeat renews the second, so that a phone left before a scanner that reads on and on
   * is one scan.
   */
  #isRepeat(label: string, atMs: number): boolean {
    if (this.#seen === undefined) return false
    if (atMs >= this.#seen.untilMs) {
      this.#seen = undefined
      return false
    }
    const digest = this.#digestOf(label)
    if (digest !== this.#seen.digest) return false
    this.#seen = { digest, untilMs: atMs + REPEAT_MS }
    return true
  }
}

/**
 * Makes a {@link ScanSession}. Order of the reasons for a drop: `garbled` or `too_long`, `repeat`,
 * `in_flight`, `not_enabled`. It keeps no label, only the digest of the last one that passed.
 *
 * @param digestOf a salted digest that cannot be turned back into the label
 */
export function createScanSession(digestOf: (label: string) => string): ScanSession {
  return new OneShotSession(digestOf)
}
