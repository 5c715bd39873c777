import type { FaceCode } from '../domain/face-errors.ts'
import type { DeviceAnswer } from './device-commands.ts'

/** What an answer asks for. */
export type DeviceStep =
  | { readonly next: 'go' }
  /** The service does not know us: initWxpayface first. */
  | { readonly next: 'init' }
  /** The service is being initialised: again in {@link INITIALISING_PAUSE_MS}. */
  | { readonly next: 'wait' }
  /** The customer wants to show a payment code (SCAN_PAYMENT). */
  | { readonly next: 'code_instead' }
  /** `stale`: what the merchant's side gave out may have ended, so it is to be asked for again. */
  | { readonly next: 'fail'; readonly cause: FaceCode; readonly stale?: true }

/** Between two tries while the service is being initialised. Milliseconds. */
export const INITIALISING_PAUSE_MS = 500

const NOT_INITIALISED = 271_378_620
const INITIALISING = 271_378_621

const ERR_CODES: ReadonlyMap<number, DeviceStep> = new Map([
  [NOT_INITIALISED, { next: 'init' }],
  [INITIALISING, { next: 'wait' }],
])

const FAILED = { next: 'fail', cause: 'face.device_failed' } as const

/**
 * What each `return_code` of the device service asks for (device SDK, facepay: return codes and err_code).
 * PARAM_ERROR is also what an authinfo gets that has ended or belongs to another merchant.
 */
export const RETURN_CODES: ReadonlyMap<string, DeviceStep> = new Map<string, DeviceStep>([
  ['SUCCESS', { next: 'go' }],
  ['ERROR', FAILED],
  ['PARAM_ERROR', { ...FAILED, stale: true }],
  ['SYSTEMERROR', FAILED],
  ['USER_CANCEL', { next: 'fail', cause: 'face.left' }],
  ['SCAN_PAYMENT', { next: 'code_instead' }],
  ['FACEPAY_NOT_AUTH', { next: 'fail', cause: 'face.not_authorised' }],
  ['IGNORE', FAILED],
])

/** What to do after an answer. A code that is not in the table never counts as a success. */
export function stepOf({ returnCode, errCode }: DeviceAnswer): DeviceStep {
  const step = RETURN_CODES.get(returnCode) ?? FAILED
  if (step.next === 'go') return step
  return ERR_CODES.get(errCode) ?? step
}

/** A `return_code` fit for a log: ours to know, or none of the documented ones. */
export function knownCode(returnCode: string): string {
  return RETURN_CODES.has(returnCode) ? returnCode : 'UNKNOWN'
}
