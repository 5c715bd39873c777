import type { Symbology } from '../domain/payment-code.ts'
import type { DevicePhase } from './device.ts'

/** Why a label was thrown away before anybody looked at it. */
export type DropReason = 'not_enabled' | 'repeat' | 'in_flight' | 'garbled' | 'too_long'

/** Where the connection to a scanner stands; `closed` by {@link Scanner.close}. */
export type ScannerPhase = DevicePhase

/** What a scanner tells. */
export type ScannerEvent =
  | { readonly kind: 'label'; readonly label: string; readonly symbology: Symbology }
  | { readonly kind: 'dropped'; readonly reason: DropReason }
  | { readonly kind: 'phase'; readonly phase: ScannerPhase; readonly detail?: string }

/** Counters since start. */
export type ScannerStatus = {
  readonly id: string
  readonly phase: ScannerPhase
  readonly enabled: boolean
  /** The port's path or identity, for staff. */
  readonly port?: string
  readonly detail?: string
  readonly labels: number
  readonly dropped: Readonly<Record<DropReason, number>>
  readonly reconnects: number
}

/**
 * A source of labels, in UPOS terms: exclusive, one-shot (auto-disable), queue cleared on enable.
 * Obligations of every driver:
 * - delivers at most one `label` per {@link enable}, then disables itself as `in_flight`;
 * - a label of which any byte arrived before `enable` is dropped as `not_enabled`;
 * - the same label again within a second is dropped as `repeat`;
 * - while disabled as `in_flight`, labels are dropped as `in_flight`;
 * - stays enabled when the device is lost and found again;
 * - never throws after {@link open}; a lost device is a `phase` event and is looked for until found;
 * - keeps no label after it was delivered or dropped, except a digest to know a repeat.
 */
export interface Scanner {
  readonly id: string
  /** Starts looking for the device. `onEvent` is called in order and never synchronously in here. */
  open(onEvent: (event: ScannerEvent) => void): void
  /** Accepts the next label that begins from now on. */
  enable(): void
  /** Accepts none. `in_flight` while a code is being charged. */
  disable(reason: 'idle' | 'in_flight'): void
  status(): ScannerStatus
  /** Frees the device. */
  close(): Promise<void>
}
