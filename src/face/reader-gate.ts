import type { Result } from '../base/result.ts'
import type { FaceCode } from '../domain/face-errors.ts'
import type { FaceGuidance, FaceOrder, SealedFace } from '../ports/face.ts'

/** What one capture is for, as the gate is told. */
export type GateOrder = {
  readonly captureId: string
  /** Name of a row of the liveness profiles (docs/face.md, Gate). */
  readonly profile: string
  readonly sealing: {
    /** The recognition provider's key, X25519, 32 bytes. */
    readonly providerKey: Uint8Array
    readonly context: { readonly terminalSerial: string; readonly order: FaceOrder }
  }
}

/** What a gate tells about a capture; nothing after the last two. */
export type GateEvent =
  /** It is done with a frame, and wants another. */
  | { readonly kind: 'next' }
  | { readonly kind: 'guidance'; readonly guidance: FaceGuidance }
  | { readonly kind: 'sealed'; readonly sealed: SealedFace }
  | { readonly kind: 'failed'; readonly cause: FaceCode }

/** Why no face can be read, for staff. */
export type GateFlaw = { readonly cause: FaceCode; readonly detail?: string }

/**
 * The gate as the reader of faces needs it: the worker that opens, judges and seals frames, and whoever
 * watches over it. A worker that hangs or ends is a `failed` in bounded time.
 */
export interface FaceGate {
  /** Whether a face can be judged by that profile: models and worker are there. */
  readiness(profile: string): Result<undefined, GateFlaw>
  /** Calls `listener` when {@link readiness} may have become another; the returned function ends it. */
  onReadiness(listener: () => void): () => void
  /** One at a time; tells nothing of a capture that was wiped. */
  begin(order: GateOrder, tell: (event: GateEvent) => void): void
  /** Agrees with a camera: the terminal's half of the key; undefined when the camera's is none. */
  openCamera(hello: {
    readonly captureId: string
    readonly publicKey: Uint8Array
  }): Promise<Uint8Array | undefined>
  /** One sealed frame; its memory is handed over. */
  frame(captureId: string, frame: Uint8Array): void
  /** Everything of a capture is overwritten; of another, or again: nothing. */
  wipe(captureId: string): void
  close(): Promise<void>
}
