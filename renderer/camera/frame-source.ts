import type { FrameFormat, FrameShape } from './camera-wire.ts'

/** The part of a VideoFrame that is needed. */
export type PictureLike = {
  readonly format: string | null
  readonly codedWidth: number
  readonly codedHeight: number
  readonly visibleRect: {
    readonly x: number
    readonly y: number
    readonly width: number
    readonly height: number
  } | null
  copyTo(target: Uint8Array, options: CopyOptions): Promise<unknown>
  close(): void
}
type CopyOptions = {
  readonly rect: Crop
  readonly layout: readonly { readonly offset: number; readonly stride: number }[]
  readonly format?: 'RGBA'
}

/** A part of a picture, pixels. */
export type Crop = {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

/** How a picture is copied: its middle square, and where the rows go. */
export type CopyPlan = {
  readonly shape: FrameShape
  readonly bytes: number
  readonly options: CopyOptions
}

/** The longest side that leaves the page; a camera that gives more is cropped further. */
const SIDE_MAX = 1_080

/**
 * Only the middle square of a picture leaves the page: what the customer sees of themselves is part of
 * it, and the room beside them is not (F-14, F-24). Edges are even, so that colour planes fit.
 */
export function middleSquare(whole: Crop): Crop {
  const side = even(Math.min(whole.width, whole.height, SIDE_MAX))
  return {
    x: even(whole.x + (whole.width - side) / 2),
    y: even(whole.y + (whole.height - side) / 2),
    width: side,
    height: side,
  }
}

/** Plans the copy of a picture: its planes as they are where the wire knows them, else as RGBA. */
export function planCopy(picture: PictureLike): CopyPlan {
  const { codedWidth, codedHeight } = picture
  const whole = picture.visibleRect ?? { x: 0, y: 0, width: codedWidth, height: codedHeight }
  const rect = middleSquare(whole)
  const format = wireFormat(picture.format)
  const { width: side } = rect
  const area = side * side
  const half = side / 2
  const planes = {
    RGBA: { bytes: 4 * area, strideBytes: 4 * side, layout: [{ offset: 0, stride: 4 * side }] },
    I420: {
      bytes: (3 * area) / 2,
      strideBytes: side,
      layout: [
        { offset: 0, stride: side },
        { offset: area, stride: half },
        { offset: area + area / 4, stride: half },
      ],
    },
    NV12: {
      bytes: (3 * area) / 2,
      strideBytes: side,
      layout: [
        { offset: 0, stride: side },
        { offset: area, stride: side },
      ],
    },
  }[format]
  const { bytes, strideBytes, layout } = planes
  const isConverted = format === 'RGBA' && picture.format !== 'RGBA'
  return {
    shape: { format, width: side, height: side, strideBytes },
    bytes,
    options: { rect, layout, ...(isConverted ? { format: 'RGBA' as const } : {}) },
  }
}

function wireFormat(format: string | null): FrameFormat {
  return format === 'I420' || format === 'NV12' ? format : 'RGBA'
}

function even(pixels: number): number {
  return 2 * Math.floor(pixels / 2)
}
