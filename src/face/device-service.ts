import type { Result } from '../base/result.ts'

/** What is wrong with a call whose answer never got to be read. */
export type CallFlaw =
  | 'call_failed'
  | 'null_answer'
  | 'negative_size'
  | 'too_large'
  | 'not_utf8'
  | 'closed'
  | 'too_many_calls'
  | 'no_thread'

/** The official device service, as bytes. */
export interface DeviceService {
  /**
   * Sends one request. Never rejects; is never settled when the service does not return, so whoever asks
   * sets a limit, and overwrites an answer that comes after it. Does not keep the process alive.
   */
  call(request: Uint8Array): Promise<Result<Uint8Array, CallFlaw>>
  /** Overwrites bytes for good. */
  wipe(bytes: Uint8Array): void
  /** Gives the library back, unless a call has not returned; calls after it are `closed`. Again: nothing. */
  close(): void
}

/** Why there is no device service. */
export type NoDeviceService = {
  /** `no_native_part`, `not_absolute`, `not_found`, `unsafe_file`, `not_loadable`, `not_the_library`. */
  readonly reason: string
  /** For staff, in English. */
  readonly detail: string
}
