/** Bytes before the sealed pixels of a frame (docs/face.md, Camera). */
const FRAME_HEADER_BYTES = 20
const FORMATS = { rgba: { number: 1, rowBytes: 4 }, i420: { number: 2, rowBytes: 1 } } as const
export type WireFormat = keyof typeof FORMATS

/** The header of a frame without padding at the ends of its rows. */
export function frameHeader(frame: {
  readonly sequence: number
  readonly format: WireFormat
  readonly width: number
  readonly height: number
}): Uint8Array {
  const header = new Uint8Array(FRAME_HEADER_BYTES)
  const view = new DataView(header.buffer)
  const format = FORMATS[frame.format]
  header.set([0x47, 0x54, 0x43, 0x31]) // GTC1
  view.setBigUint64(4, BigInt(frame.sequence))
  header[12] = format.number
  view.setUint16(14, frame.width)
  view.setUint16(16, frame.height)
  view.setUint16(18, frame.width * format.rowBytes)
  return header
}

/** 4 zero bytes and the sequence number as 8. */
export function frameNonce(sequence: number): Uint8Array {
  const nonce = new Uint8Array(12)
  new DataView(nonce.buffer).setBigUint64(4, BigInt(sequence))
  return nonce
}

/** What the camera proves its key with. */
export function openText(captureId: string, publicKey: string): string {
  return `GUITAI-CAMERA-V1\nopen\n${captureId}\n${publicKey}\n`
}

/** What the terminal proves its key with; both keys in base64. */
export function openedText(captureId: string, keys: { camera: string; terminal: string }): string {
  return `GUITAI-CAMERA-V1\nopened\n${captureId}\n${keys.camera}\n${keys.terminal}\n`
}

export function keyInfo(captureId: string): string {
  return `GUITAI-CAMERA-V1 ${captureId}`
}
