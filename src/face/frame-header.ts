import { err, ok, type Result } from '../base/result.ts'

/** How the pixels of a frame lie in memory. */
export type FrameFormat = 'RGBA' | 'I420' | 'NV12'

/** What a frame says of itself (docs/face.md, Camera). */
export type FrameHeader = {
  /** From 1; higher in each frame. */
  readonly sequence: number
  readonly format: FrameFormat
  /** Pixels, even. */
  readonly width: number
  readonly height: number
  /** From one row of the first plane to the next. */
  readonly strideBytes: number
  /** Length of the pixels in clear. */
  readonly pixelBytes: number
}

/** What is wrong with a frame. */
export type FrameFlaw =
  | 'too_short'
  | 'not_a_frame'
  | 'sequence_unusable'
  | 'format_unknown'
  | 'reserved_not_zero'
  | 'size_unusable'
  | 'stride_unusable'
  | 'length_wrong'
  | 'replayed'
  | 'does_not_fit'
  | 'not_authentic'
  | 'closed'

/** Bytes of the header before the sealed pixels. */
export const FRAME_HEADER_BYTES = 20
/** Bytes of the tag after them. */
export const FRAME_TAG_BYTES = 16
const WIDTH_MAX = 1_920
const HEIGHT_MAX = 1_080
/** Most bytes of pixels in one frame: a full one of four bytes a pixel. */
export const FRAME_PIXEL_BYTES_MAX = WIDTH_MAX * HEIGHT_MAX * 4

const MAGIC = [0x47, 0x54, 0x43, 0x31] // GTC1
const SEQUENCE_AT = 4
const FORMAT_AT = 12
const RESERVED_AT = 13
const WIDTH_AT = 14
const HEIGHT_AT = 16
const STRIDE_AT = 18

type Layout = {
  readonly format: FrameFormat
  /** Bytes that one pixel takes in a row of the first plane. */
  readonly bytesPerPixel: number
  /** Rows of the first plane's stride that all planes come to, for two rows of pixels. */
  readonly rowsPerTwo: number
}

/** By the number on the wire. NV12's second plane has whole rows, I420's two others have half ones. */
const LAYOUTS: Readonly<Record<number, Layout>> = {
  1: { format: 'RGBA', bytesPerPixel: 4, rowsPerTwo: 2 },
  2: { format: 'I420', bytesPerPixel: 1, rowsPerTwo: 3 },
  3: { format: 'NV12', bytesPerPixel: 1, rowsPerTwo: 3 },
}

/**
 * Reads the header of a sealed frame and compares it with the length of the whole. Total: any bytes give
 * a header or the first flaw. Proves nothing about where the frame came from.
 */
export function readFrameHeader(frame: Uint8Array): Result<FrameHeader, FrameFlaw> {
  if (frame.length < FRAME_HEADER_BYTES + FRAME_TAG_BYTES) return err('too_short')
  if (MAGIC.some((byte, at) => frame[at] !== byte)) return err('not_a_frame')
  const view = new DataView(frame.buffer, frame.byteOffset, FRAME_HEADER_BYTES)
  const sequence = Number(view.getBigUint64(SEQUENCE_AT))
  if (sequence < 1 || !Number.isSafeInteger(sequence)) return err('sequence_unusable')
  const layout = LAYOUTS[view.getUint8(FORMAT_AT)]
  if (layout === undefined) return err('format_unknown')
  if (view.getUint8(RESERVED_AT) !== 0) return err('reserved_not_zero')
  const width = view.getUint16(WIDTH_AT)
  const height = view.getUint16(HEIGHT_AT)
  if (!isSize(width, WIDTH_MAX) || !isSize(height, HEIGHT_MAX)) return err('size_unusable')
  const strideBytes = view.getUint16(STRIDE_AT)
  const pixelBytes = (strideBytes * height * layout.rowsPerTwo) / 2
  // An odd stride has no half for the rows of I420's other planes.
  const isWholeRow = strideBytes >= width * layout.bytesPerPixel && strideBytes % 2 === 0
  if (!isWholeRow || pixelBytes > FRAME_PIXEL_BYTES_MAX) return err('stride_unusable')
  if (frame.length !== FRAME_HEADER_BYTES + pixelBytes + FRAME_TAG_BYTES) return err('length_wrong')
  return ok({ sequence, format: layout.format, width, height, strideBytes, pixelBytes })
}

function isSize(pixels: number, max: number): boolean {
  return pixels >= 2 && pixels <= max && pixels % 2 === 0
}
