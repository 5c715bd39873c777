import type { Result } from '../base/result.ts'
import type { Problem } from '../domain/errors.ts'
import type { FaceCode } from '../domain/face-errors.ts'

/** What a customer should do, or what the program does, while the camera looks. */
export const FACE_GUIDANCE = [
  'starting',
  'look_here',
  'one_person',
  'closer',
  'further',
  'to_the_middle',
  'straight',
  'lighter',
  'darker',
  'hold_still',
  'turn_left',
  'turn_right',
  'blink',
  'done',
] as const
export type FaceGuidance = (typeof FACE_GUIDANCE)[number]

/** How the customer says that this payment is meant: last digits of the phone here, or on the phone. */
export type FaceConfirm = 'digits' | 'on_phone'

/** What the grant in force says of face pay; only whole terms are ever given. */
export type FaceTerms = {
  readonly confirm: FaceConfirm
  /** Name of a row of the liveness profiles (docs/face.md). */
  readonly livenessProfile: string
  /** Digest of the recognition provider's sealing key, lower-case hex. */
  readonly sealingKeySha256: string
  readonly notice: FaceNotice
}

/** Who does what with a face, as the customer is told before agreeing. */
export type FaceNotice = {
  readonly version: string
  /** Who is responsible for it here, and how to reach them. */
  readonly handler: string
  readonly contact: string
  /** To whom the sealed picture goes. */
  readonly recipient: string
}

/** One act of consent; good for one capture of one order. */
export type FaceConsent = {
  readonly id: string
  readonly noticeVersion: string
  /** Unix milliseconds. */
  readonly atMs: number
}

/** What one capture is for. All of it is bound into what is sealed. */
export type FaceOrder = {
  /** 32 lower-case hexadecimal digits. */
  readonly captureId: string
  readonly outTradeNo: string
  readonly amountFen: number
  readonly storeId: string
  readonly grantVersion: string
  readonly consent: FaceConsent
  readonly terms: FaceTerms
}

/** A face code: one use, in memory only, at most 60 s (P6). */
export type FaceCredential = {
  readonly code: string
  /** `payment_code`: 18 digits for the ordinary calls; `face_code`: for the v2 face calls. */
  readonly type: 'payment_code' | 'face_code'
}

/** What a reader tells about one capture, in order; nothing after the last three. */
export type FaceReaderEvent =
  | { readonly kind: 'guidance'; readonly guidance: FaceGuidance }
  /** One sealed picture is ready and has gone nowhere; waits for {@link FaceReader.confirm}. */
  | { readonly kind: 'captured' }
  | { readonly kind: 'code'; readonly credential: FaceCredential }
  /** The customer wants to show a payment code instead. */
  | { readonly kind: 'code_instead' }
  | { readonly kind: 'failed'; readonly cause: FaceCode }

/** Whether a face can be read now; else why not, for staff. */
export type FaceReadiness =
  | {
      readonly kind: 'ready'
      /** Where the customer is led through it: on our page, or on the device's own screen. */
      readonly guidedBy: 'page' | 'device'
    }
  | { readonly kind: 'not_ready'; readonly cause: FaceCode; readonly detail?: string }

/**
 * Reads one face at a time. Obligations of every implementation:
 * - opens no camera and asks nobody before {@link capture};
 * - keeps no picture, template or score after {@link finish}, a failure or its own time limit, and has
 *   overwritten them by then (F-09, F-10);
 * - sends nothing before {@link confirm}, where it captures by itself;
 * - tells nothing synchronously from within a call, and nothing of a capture that is finished;
 * - never throws; a device, worker or service that hangs is a `failed` in bounded time;
 * - logs neither picture, landmark, score, digits nor face code.
 */
export interface FaceReader {
  readiness(): FaceReadiness
  /** Calls `listener` when {@link readiness} may have become another; the returned function ends it. */
  onReadiness(listener: () => void): () => void
  /** Begins; the capture before it is finished first. */
  capture(order: FaceOrder, tell: (event: FaceReaderEvent) => void): void
  /** The customer means it: the sealed picture may go. `digits` where the terms ask for them. */
  confirm(captureId: string, digits: string | undefined): void
  /** It is over, whatever came of it: camera closed, memory wiped. Again, or of another: nothing. */
  finish(captureId: string, result: 'paid' | 'not_paid' | 'left'): void
  close(): Promise<void>
}

/** Why a camera gives no pictures. */
export type CameraFailure = 'none' | 'denied' | 'busy' | 'lost'

/** What the terminal tells a camera. */
export type CameraPeer = {
  /** One more frame is wanted: the newest there is. */
  readonly next: () => void
  readonly close: () => void
}

/** One camera that feeds one capture. */
export type CameraLink = {
  /** The terminal's half of the key agreement: P-256, 65 bytes uncompressed. */
  readonly publicKey: Uint8Array
  /** One sealed frame as it came (docs/face.md, Camera). */
  readonly take: (frame: Uint8Array) => void
  readonly failed: (why: CameraFailure) => void
  readonly ended: () => void
}

/** Takes the frames of a camera for a capture under way; refuses any other. */
export interface CameraIntake {
  openCamera(
    hello: { readonly captureId: string; readonly publicKey: Uint8Array },
    peer: CameraPeer,
  ): Promise<Result<CameraLink, Problem>>
}

/** A picture of a face, readable by the recognition provider alone. Bytes are theirs as base64 on the wire. */
export type SealedFace = {
  /** X25519, 32 bytes, made for this one. */
  readonly ephemeralKey: Uint8Array
  readonly nonce: Uint8Array
  /** With its tag at the end. */
  readonly ciphertext: Uint8Array
}

/** What the recognition provider says. */
export type FaceAnswer =
  | { readonly kind: 'recognised'; readonly credential: FaceCredential }
  | { readonly kind: 'refused'; readonly cause: FaceCode }

/**
 * The recognition provider, reached through the terminal services, which cannot read what they pass on.
 * Never rejects; no answer, a late one, or one that is not for this capture is a refusal with its cause.
 */
export interface FaceAuthority {
  /** The provider's sealing key, X25519, 32 bytes; refused unless its digest is the granted one. */
  sealingKey(sha256: string): Promise<Result<Uint8Array, Problem>>
  recognise(order: FaceOrder, sealed: SealedFace, digits: string | undefined): Promise<FaceAnswer>
}

/** Authorises the official device service for this merchant, store and device; the key never goes there. */
export interface FaceDeviceAuthority {
  /**
   * What the device service is to be given. `endsAtMs` is when it is to be asked for again, Unix
   * milliseconds, well before it ends. Never rejects, answers in bounded time.
   *
   * @param rawData what the device service said of itself
   */
  authInfo(
    rawData: string,
  ): Promise<Result<{ readonly authInfo: string; readonly endsAtMs: number }, Problem>>
}
