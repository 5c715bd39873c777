import type { FrameView } from './frame-view.ts'
import { brightnessOfRgba, brightnessOfYuv } from './pixels.ts'

/** How well a face can be seen, from its brightness alone. */
export type FaceQuality = {
  /** How much brightness changes from place to place against how much it changes at all; 0 is a smear. */
  readonly sharpness: number
  /** 0 to 255. */
  readonly meanBrightness: number
  /** Shares of pixels that are as good as black and as good as white, 0 to 1. */
  readonly darkShare: number
  readonly brightShare: number
}

/** Side of the picture of brightness that a face is judged by, pixels. */
export const BRIGHTNESS_SIDE = 96
const DARK = 20
const BRIGHT = 246

/**
 * Judges a face by rows of `side` by `side` brightness; `side` is even. Sharpness is the variance of the
 * Laplacian over that of the brightness, so that light and contrast do not count, both of squares of four
 * pixels, so that the noise of a camera is not taken for detail.
 */
export function judgeBrightness(values: Uint8Array, side: number): FaceQuality {
  const pixels = side * side
  let [sum, dark, bright] = [0, 0, 0]
  for (let index = 0; index < pixels; index += 1) {
    const value = values[index] ?? 0
    sum += value
    if (value <= DARK) dark += 1
    else if (value >= BRIGHT) bright += 1
  }
  return {
    sharpness: sharpnessOf(values, side),
    meanBrightness: sum / pixels,
    darkShare: dark / pixels,
    brightShare: bright / pixels,
  }
}

function sharpnessOf(values: Uint8Array, side: number): number {
  let [count, edges, edgesSquared, sum, squares] = [0, 0, 0, 0, 0]
  for (let row = 2; row < side - 2; row += 2) {
    for (let index = row * side + 2; index < row * side + side - 2; index += 2) {
      const here = squareSum(values, index, side)
      const edge =
        4 * here -
        squareSum(values, index - 2, side) -
        squareSum(values, index + 2, side) -
        squareSum(values, index - 2 * side, side) -
        squareSum(values, index + 2 * side, side)
      count += 1
      edges += edge
      edgesSquared += edge * edge
      sum += here
      squares += here * here
    }
  }
  const variance = squares / count - (sum / count) ** 2
  // Of sums of four: less than one step of brightness is no picture.
  return variance < 16 ? 0 : (edgesSquared / count - (edges / count) ** 2) / variance
}

function squareSum(values: Uint8Array, index: number, side: number): number {
  const below = index + side
  return (
    (values[index] ?? 0) +
    (values[index + 1] ?? 0) +
    (values[below] ?? 0) +
    (values[below + 1] ?? 0)
  )
}

/** Blocks of so many pixels are compared as one, so that a face that moved a little is still alike. */
const BLOCK = 8

/**
 * How alike two pictures of brightness, rows of `side` by `side`, are whatever their light: -1 to 1, 1 where
 * they are the same.
 */
export function likenessOf(one: Uint8Array, other: Uint8Array, side: number): number {
  let [count, a, b, aa, bb, ab] = [0, 0, 0, 0, 0, 0]
  for (let row = 0; row + BLOCK <= side; row += BLOCK) {
    for (let column = 0; column + BLOCK <= side; column += BLOCK) {
      const x = blockSum(one, row * side + column, side)
      const y = blockSum(other, row * side + column, side)
      count += 1
      a += x
      b += y
      aa += x * x
      bb += y * y
      ab += x * y
    }
  }
  const spread = (aa - (a * a) / count) * (bb - (b * b) / count)
  return spread > 0 ? (ab - (a * b) / count) / Math.sqrt(spread) : 0
}

function blockSum(values: Uint8Array, from: number, side: number): number {
  let sum = 0
  for (let row = 0; row < BLOCK; row += 1) {
    for (let column = 0; column < BLOCK; column += 1) sum += values[from + row * side + column] ?? 0
  }
  return sum
}

/** What a whole frame says before a face is looked for. */
export type FrameLook = {
  /** 0 to 255. */
  readonly meanBrightness: number
  /** Largest brightness but for the topmost hundredth. */
  readonly topBrightness: number
  /** Changes whenever some of the pixels do; means nothing else, and is not kept. */
  readonly trace: number
}

const GRID = 48

/** Looks at a grid of pixels. */
export function lookAtFrame(frame: FrameView): FrameLook {
  const { bytes, width, height, strideBytes, format } = frame
  const step = format === 'RGBA' ? 4 : 1
  const brightnessAt = format === 'RGBA' ? brightnessOfRgba : brightnessOfYuv
  const counts = new Uint32Array(256)
  let sum = 0
  let trace = 0x811c9dc5
  for (let row = 0; row < GRID; row += 1) {
    const y = Math.floor(((row + 0.5) * height) / GRID) * strideBytes
    for (let column = 0; column < GRID; column += 1) {
      const index = y + Math.floor(((column + 0.5) * width) / GRID) * step
      const value = brightnessAt(bytes, index)
      sum += value
      counts[value] = (counts[value] ?? 0) + 1
      // FNV-1a, 32 bits.
      trace = Math.imul(trace ^ (bytes[index] ?? 0), 0x01000193)
    }
  }
  const total = GRID * GRID
  let left = total / 100
  let top = 255
  for (; top > 0 && left >= (counts[top] ?? 0); top -= 1) left -= counts[top] ?? 0
  return { meanBrightness: sum / total, topBrightness: top, trace: trace >>> 0 }
}
