/**
 * The camera's half of docs/face.md, "Camera": what is said and how a frame begins. Pure; the pages
 * restate the contract, because nothing of the terminal runs in them.
 */

/** Why a camera gives no pictures; as `CameraFailure` of the ports. */
export type CameraFailure = 'none' | 'denied' | 'busy' | 'lost'

/** What the terminal says to a camera. */
export type TerminalSays =
  | { readonly kind: 'opened'; readonly publicKey: string; readonly proof: string }
  | { readonly kind: 'next' }
  | { readonly kind: 'closed' }

/** Formats of pixels by the number that names them in a header. */
export const FRAME_FORMATS = { RGBA: 1, I420: 2, NV12: 3 } as const
export type FrameFormat = keyof typeof FRAME_FORMATS

export const HEADER_BYTES = 20
export const TAG_BYTES = 16
/** P-256, uncompressed. */
export const PUBLIC_KEY_BYTES = 65
const TEXT_CHARACTERS_MAX = 1_024

/** What a header says of the pixels that follow it. */
export type FrameShape = {
  readonly format: FrameFormat
  /** Pixels, even. */
  readonly width: number
  readonly height: number
  /** Bytes from one row of the first plane to the next. */
  readonly strideBytes: number
}

/** Writes the 20 bytes before a frame into `target`. */
export function writeHeader(target: Uint8Array, sequence: number, shape: FrameShape): void {
  const view = new DataView(target.buffer, target.byteOffset, HEADER_BYTES)
  view.setUint32(0, 0x4754_4331) // GTC1
  view.setBigUint64(4, BigInt(sequence))
  view.setUint8(12, FRAME_FORMATS[shape.format])
  view.setUint8(13, 0)
  view.setUint16(14, shape.width)
  view.setUint16(16, shape.height)
  view.setUint16(18, shape.strideBytes)
}

/** The nonce of a frame: 4 zero bytes and its sequence number. */
export function nonceOf(sequence: number): Uint8Array<ArrayBuffer> {
  const nonce = new Uint8Array(12)
  new DataView(nonce.buffer).setBigUint64(4, BigInt(sequence))
  return nonce
}

/** What the camera's proof is over; keys in base64. */
export function openText(captureId: string, publicKey: string): string {
  return `GUITAI-CAMERA-V1\nopen\n${captureId}\n${publicKey}\n`
}

/** What the terminal's proof is over. */
export function openedText(captureId: string, cameraKey: string, terminalKey: string): string {
  return `GUITAI-CAMERA-V1\nopened\n${captureId}\n${cameraKey}\n${terminalKey}\n`
}

/** Reads a message of the terminal; undefined when it is none. */
export function readTerminal(value: unknown): TerminalSays | undefined {
  if (typeof value !== 'string' || value.length > TEXT_CHARACTERS_MAX) return undefined
  let said: unknown
  try {
    said = JSON.parse(value)
  } catch {
    return undefined
  }
  if (typeof said !== 'object' || said === null) return undefined
  const { kind, publicKey, proof } = { ...said } as Record<string, unknown>
  if (kind === 'next' || kind === 'closed') return { kind }
  if (kind !== 'opened' || typeof publicKey !== 'string' || typeof proof !== 'string') {
    return undefined
  }
  return { kind, publicKey, proof }
}

/** Bytes as base64. */
export function toBase64(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
}

/** Base64 as bytes; undefined when it is none. */
export function fromBase64(text: string): Uint8Array<ArrayBuffer> | undefined {
  try {
    return Uint8Array.from(atob(text), (character) => character.charCodeAt(0))
  } catch {
    return undefined
  }
}
