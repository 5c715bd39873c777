import type { DevicePhase } from './device.ts'

/** One position, WGS-84. */
export type PositionFix = {
  /** Millionths of a degree. */
  readonly latE6: number
  readonly lonE6: number
  /** How far the truth may be off, metres, with a probability of about 95 %. */
  readonly accuracyM: number
  /** The source says that it makes the position up. */
  readonly isMock: boolean
  /** Unix milliseconds by the source's own clock. For showing; never taken as the time. */
  readonly utcMs: number
}

/** What a source of positions tells. */
export type PositionEvent =
  | { readonly kind: 'fix'; readonly fix: PositionFix }
  /** The source is there and does not know where it is. */
  | { readonly kind: 'no_fix' }
  | { readonly kind: 'phase'; readonly phase: DevicePhase; readonly detail?: string }

/** A source, for staff; no coordinates. */
export type PositionStatus = {
  readonly phase: DevicePhase
  /** The port's path or identity. */
  readonly port?: string
  readonly detail?: string
  /** Counters since start. */
  readonly fixes: number
  readonly reconnects: number
}

/**
 * A source of positions. Obligations of every driver:
 * - tells each fix once, when it was made; a fix that is repeated is none;
 * - a source that falls silent tells nothing: whoever listens counts the silence;
 * - never throws after {@link open}; a lost device is a `phase` event and is looked for until found;
 * - writes no coordinates to a log.
 */
export interface PositionSource {
  /** Starts looking for the device. `onEvent` is called in order and never synchronously in here. */
  open(onEvent: (event: PositionEvent) => void): void
  status(): PositionStatus
  /** Frees the device. */
  close(): Promise<void>
}
