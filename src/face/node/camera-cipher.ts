import { createDecipheriv, createECDH, createHash, hkdfSync } from 'node:crypto'
import { err, ok, type Result } from '../../base/result.ts'
import type { Entropy } from '../../ports/entropy.ts'
import {
  FRAME_HEADER_BYTES,
  FRAME_TAG_BYTES,
  type FrameFlaw,
  type FrameHeader,
  readFrameHeader,
} from '../frame-header.ts'
import type { FaceBytes, FaceMemory } from './face-memory.ts'

const CURVE = 'prime256v1'
const POINT_BYTES = 65
const UNCOMPRESSED = 4
const SCALAR_BYTES = 32
const KEY_BYTES = 32
const NONCE_BYTES = 12
const SEQUENCE_AT = 4
/** A scalar that is zero or too large for the curve is drawn again: of 2^32 draws one is. */
const DRAWS_MAX = 8
/** Bytes opened at a time; what the cipher gives out of them is overwritten before the next. */
const PIECE_BYTES = 65_536

/** What two halves of a key are agreed for. */
export type CameraHello = {
  readonly captureId: string
  /** The camera's half: P-256, 65 bytes uncompressed (SEC 1, 2.3.3). */
  readonly publicKey: Uint8Array
}

/** The terminal's half, and what opens the frames of this camera. */
export type AgreedCamera = {
  /** 65 bytes uncompressed. */
  readonly publicKey: Uint8Array
  readonly cipher: CameraCipher
}

/** What an agreement needs. */
export type CameraTools = {
  readonly memory: Pick<FaceMemory, 'allocate'>
  readonly entropy: Pick<Entropy, 'bytes'>
}

/** Agrees on the key of one camera's frames (docs/face.md, Camera); refuses what is no point of the curve. */
export function agreeWithCamera(
  { captureId, publicKey }: CameraHello,
  { memory, entropy }: CameraTools,
): Result<AgreedCamera, 'key_unusable'> {
  if (publicKey.length !== POINT_BYTES || publicKey[0] !== UNCOMPRESSED) return err('key_unusable')
  const own = drawHalf(entropy)
  const ownKey = Uint8Array.from(own.getPublicKey())
  let secret: Buffer | undefined
  try {
    secret = own.computeSecret(publicKey)
  } catch {
    return err('key_unusable')
  }
  const salt = createHash('sha256').update(publicKey).update(ownKey).digest()
  const info = `GUITAI-CAMERA-V1 ${captureId}`
  const derived = new Uint8Array(hkdfSync('sha256', secret, salt, info, KEY_BYTES))
  secret.fill(0)
  const key = memory.allocate(KEY_BYTES)
  key.bytes.set(derived)
  derived.fill(0)
  return ok({ publicKey: ownKey, cipher: new CameraCipher(key) })
}

function drawHalf(entropy: Pick<Entropy, 'bytes'>) {
  const own = createECDH(CURVE)
  for (let draw = 1; ; draw += 1) {
    const scalar = entropy.bytes(SCALAR_BYTES)
    try {
      own.setPrivateKey(scalar)
      return own
    } catch (cause) {
      if (draw === DRAWS_MAX) throw cause
    } finally {
      scalar.fill(0)
    }
  }
}

/** Opens the frames of one camera, in order. */
export class CameraCipher {
  readonly #key: FaceBytes
  #lastSequence = 0
  #isClosed = false

  constructor(key: FaceBytes) {
    this.#key = key
  }

  /**
   * Opens one frame into `into`, from its beginning. The cipher gives out fresh buffers: pieces of
   * {@link PIECE_BYTES}, each overwritten as soon as it was copied. A frame that is not whole leaves
   * nothing: `into` is overwritten, and its sequence number is not used up.
   */
  open(frame: Uint8Array, into: Uint8Array): Result<FrameHeader, FrameFlaw> {
    if (this.#isClosed) return err('closed')
    const header = readFrameHeader(frame)
    if (!header.ok) return header
    const { sequence, pixelBytes } = header.value
    if (sequence <= this.#lastSequence) return err('replayed')
    if (pixelBytes > into.length) return err('does_not_fit')
    if (!openPixels(frame, this.#key.bytes, into)) {
      into.fill(0)
      return err('not_authentic')
    }
    this.#lastSequence = sequence
    return header
  }

  /** Overwrites the key; nothing opens any more. */
  close(): void {
    this.#isClosed = true
    this.#key.release()
  }
}

/** False when the tag does not fit; then `into` holds what must not be used. */
function openPixels(frame: Uint8Array, key: Uint8Array, into: Uint8Array): boolean {
  const header = frame.subarray(0, FRAME_HEADER_BYTES)
  const tagAt = frame.length - FRAME_TAG_BYTES
  const nonce = new Uint8Array(NONCE_BYTES)
  nonce.set(header.subarray(SEQUENCE_AT, SEQUENCE_AT + 8), NONCE_BYTES - 8)
  const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: FRAME_TAG_BYTES })
  decipher.setAAD(header)
  decipher.setAuthTag(frame.subarray(tagAt))
  for (let at = FRAME_HEADER_BYTES; at < tagAt; at += PIECE_BYTES) {
    const piece = decipher.update(frame.subarray(at, Math.min(at + PIECE_BYTES, tagAt)))
    into.set(piece, at - FRAME_HEADER_BYTES)
    piece.fill(0)
  }
  try {
    decipher.final()
    return true
  } catch {
    return false
  }
}
