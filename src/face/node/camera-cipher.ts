import { createCipheriv, createECDH, createHash, hkdfSync, timingSafeEqual } from 'node:crypto'
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
/** Bytes opened at a time. */
const PIECE_BYTES = 65_536
const ZEROS = new Uint8Array(PIECE_BYTES)
const BLOCK_BYTES = 16
/** Of the block that encrypts the first bytes; 1 is that of the tag. */
const FIRST_COUNTER = 2

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
   * Opens one frame into `into`, from its beginning, and leaves no other copy of it in clear. A frame
   * that is not whole leaves nothing: `into` is overwritten, and its sequence number is not used up.
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

/**
 * Opens and checks without the runtime's own way to open, which leaves clear text in buffers that it frees
 * and nobody can overwrite: what comes out of a cipher here is key stream, and then the sealed bytes again.
 * The clear text comes to be in `into` alone. In GCM the pixels are encrypted in counter mode from the
 * block after the nonce's own, and sealing the opened pixels again must give the same tag (NIST
 * SP 800-38D, 7.1 and 7.2).
 *
 * @returns false when the tag does not fit; then `into` holds what must not be used
 */
function openPixels(frame: Uint8Array, key: Uint8Array, into: Uint8Array): boolean {
  const header = frame.subarray(0, FRAME_HEADER_BYTES)
  const tagAt = frame.length - FRAME_TAG_BYTES
  const sealed = frame.subarray(FRAME_HEADER_BYTES, tagAt)
  const block = new Uint8Array(BLOCK_BYTES)
  block.set(header.subarray(SEQUENCE_AT, SEQUENCE_AT + 8), NONCE_BYTES - 8)
  block[BLOCK_BYTES - 1] = FIRST_COUNTER
  const stream = createCipheriv('aes-256-ctr', key, block)
  const seal = createCipheriv('aes-256-gcm', key, block.subarray(0, NONCE_BYTES))
  seal.setAAD(header)
  for (let at = 0; at < sealed.length; at += PIECE_BYTES) {
    const until = Math.min(at + PIECE_BYTES, sealed.length)
    const keyStream = stream.update(ZEROS.subarray(0, until - at))
    unmask(sealed.subarray(at, until), keyStream, into.subarray(at, until))
    keyStream.fill(0)
    seal.update(into.subarray(at, until))
  }
  seal.final()
  return timingSafeEqual(seal.getAuthTag(), frame.subarray(tagAt))
}

/** Four bytes at a time where all three lie so, which those of a camera's frames do. */
function unmask(sealed: Uint8Array, keyStream: Uint8Array, into: Uint8Array): void {
  const isInWords = [sealed, keyStream, into].every(({ byteOffset }) => byteOffset % 4 === 0)
  const count = isInWords ? Math.floor(into.length / 4) : 0
  const words = (bytes: Uint8Array) => new Uint32Array(bytes.buffer, bytes.byteOffset, count)
  if (isInWords) {
    const [from, mask, to] = [words(sealed), words(keyStream), words(into)]
    for (let word = 0; word < count; word += 1) to[word] = (from[word] ?? 0) ^ (mask[word] ?? 0)
  }
  for (let byte = count * 4; byte < into.length; byte += 1) {
    into[byte] = (sealed[byte] ?? 0) ^ (keyStream[byte] ?? 0)
  }
}
