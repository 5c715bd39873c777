import type { FaceCode } from '../domain/face-errors.ts'
import type { FaceGuidance, SealedFace } from '../ports/face.ts'
import type { SealingContext } from './sealed-text.ts'

/** How a network's answer is read; rows of the list of models say it. */
export type GateDecoding =
  | { readonly kind: 'yunet'; readonly strides: readonly number[] }
  | { readonly kind: 'minifasnet'; readonly cropFactor: number; readonly liveClass: number }

/** One network: the bytes whose digest was right, and what its row says of it. */
export type GateModel = {
  readonly bytes: Uint8Array
  readonly model: {
    readonly name: string
    /** Batch, channels (blue, green, red; 0 to 255), rows, columns. */
    readonly input: { readonly name: string; readonly shape: readonly number[] }
    readonly outputs: readonly { readonly name: string; readonly shape: readonly number[] }[]
    readonly decoding: GateDecoding
  }
}

/** The networks of a gate. Without liveness networks only profiles that ask none of them can be met. */
export type GateModels = {
  readonly detector: GateModel
  readonly liveness: readonly GateModel[]
}

/** What one capture is for. */
export type GateBegin = {
  readonly captureId: string
  /** Name of a row of the liveness profiles (docs/face.md, Gate). */
  readonly profile: string
  readonly sealing: {
    /** The recognition provider's key, X25519, 32 bytes. */
    readonly providerKey: Uint8Array
    readonly context: SealingContext
  }
}

/** The camera's half of the key agreement: P-256, 65 bytes uncompressed. */
export type GateCamera = { readonly captureId: string; readonly publicKey: Uint8Array }

/**
 * What a gate is told. It does one thing after the other and says `answered` after each but `end`. A frame is
 * sent only when `next` has asked for it.
 */
export type ToGate =
  | { readonly kind: 'load'; readonly models: GateModels }
  | ({ readonly kind: 'begin' } & GateBegin)
  | ({ readonly kind: 'camera' } & GateCamera)
  /** One sealed frame as it came (docs/face.md, Camera); its memory is handed over. */
  | { readonly kind: 'frame'; readonly captureId: string; readonly frame: Uint8Array }
  /** The capture is over, whatever came of it: everything of it is overwritten. */
  | { readonly kind: 'wipe'; readonly captureId: string }
  | { readonly kind: 'end' }

/** What a gate says of a capture. Nothing of it comes after `sealed` or `failed` but `wiped`. */
export type FromGate =
  | { readonly kind: 'loaded' }
  | { readonly kind: 'not_loaded'; readonly detail: string }
  | { readonly kind: 'begun'; readonly captureId: string }
  /** The terminal's half of the key agreement. */
  | { readonly kind: 'opened'; readonly captureId: string; readonly publicKey: Uint8Array }
  /** The camera's half was none; nothing else has changed. */
  | { readonly kind: 'not_opened'; readonly captureId: string }
  | { readonly kind: 'next'; readonly captureId: string }
  | { readonly kind: 'guidance'; readonly captureId: string; readonly guidance: FaceGuidance }
  | { readonly kind: 'sealed'; readonly captureId: string; readonly sealed: SealedFace }
  | { readonly kind: 'failed'; readonly captureId: string; readonly cause: FaceCode }
  | { readonly kind: 'wiped'; readonly captureId: string }
  /** Memory for pixels, which is overwritten from outside when the thread had to be ended. */
  | { readonly kind: 'memory'; readonly whole: SharedArrayBuffer }
  /** One thing it was told is done, whatever came of it. */
  | { readonly kind: 'answered' }
