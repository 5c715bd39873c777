import type { FrameFormat } from './frame-header.ts'

/** Pixels of a frame as they lie in memory; nothing is copied. */
export type FrameView = {
  readonly format: FrameFormat
  /** Pixels, even. */
  readonly width: number
  readonly height: number
  /** From one row of the first plane to the next. */
  readonly strideBytes: number
  readonly bytes: Uint8Array
}

/** A part of a frame, in its pixels; may reach beyond the frame, where the nearest pixel is repeated. */
export type Region = {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

/** Where resampled pixels go: memory of the caller, and how its channels lie in it. */
export type Target = {
  readonly values: Float32Array | Uint8Array
  readonly width: number
  readonly height: number
  /** From one pixel, and from one row, to the next. */
  readonly pixelStep: number
  readonly rowStep: number
  /** Of the first pixel. */
  readonly red: number
  readonly green: number
  readonly blue: number
}

/** Where the colour of a pixel lies: I420 has two planes of half rows, NV12 one of pairs. */
export type Chroma = {
  readonly blueAt: number
  readonly redAt: number
  readonly stride: number
  readonly step: number
}

/** Of a frame that is not RGBA. */
export function chromaOf({ format, strideBytes, height }: FrameView): Chroma {
  const luma = strideBytes * height
  if (format === 'NV12') return { blueAt: luma, redAt: luma + 1, stride: strideBytes, step: 2 }
  const half = strideBytes / 2
  return { blueAt: luma, redAt: luma + (half * height) / 2, stride: half, step: 1 }
}

/** One value; the check of its index costs nothing where it is in bounds. */
export function at(values: Uint8Array | Int32Array, index: number): number {
  return values[index] ?? 0
}

/** 0 to 255. */
export function clampByte(value: number): number {
  return Math.max(Math.min(value, 255), 0)
}
