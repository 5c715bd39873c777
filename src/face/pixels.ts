import { invariant } from '../base/invariant.ts'
import {
  at,
  type Chroma,
  chromaOf,
  clampByte,
  type FrameView,
  type Region,
  type Target,
} from './frame-view.ts'
import { halve, isHalf } from './halve.ts'

/** Planes blue, green, red of `side` by `side`, of which the part of `width` by `height` is written. */
export function planarBgr(
  values: Float32Array,
  side: number,
  { width, height }: { readonly width: number; readonly height: number },
): Target {
  const plane = side * side
  const layout = { pixelStep: 1, rowStep: side, blue: 0, green: plane, red: 2 * plane }
  return { values, width, height, ...layout }
}

/** Rows of RGB, `side` by `side`. */
export function rowsRgb(values: Uint8Array, side: number): Target {
  const layout = { pixelStep: 3, rowStep: side * 3, red: 0, green: 1, blue: 2 }
  return { values, width: side, height: side, ...layout }
}

/** Shares of two neighbours are out of so many. */
const SHARE_BITS = 7
const SHARE_ONE = 1 << SHARE_BITS
/** Two shares multiplied, and half of it for rounding. */
const BOTH_BITS = 2 * SHARE_BITS
const BOTH_HALF = 1 << (BOTH_BITS - 1)
const SIDE_MAX = 1_920

/**
 * Which two neighbours a resampled row or column lies between. Tables of one resampling at a time, made once:
 * nothing is allocated for a frame, and nothing of its pixels is in them.
 */
class Axis {
  readonly low = new Int32Array(SIDE_MAX)
  readonly high = new Int32Array(SIDE_MAX)
  readonly share = new Int32Array(SIDE_MAX)

  /** Centres of pixels are mapped to one another; positions beyond the edge become the edge. */
  set(from: number, size: number, { count, limit }: { count: number; limit: number }): void {
    invariant(count <= SIDE_MAX, 'a resampled picture is too large')
    const step = size / count
    for (let index = 0; index < count; index += 1) {
      const at = Math.min(Math.max(from + (index + 0.5) * step - 0.5, 0), limit - 1)
      const low = Math.floor(at)
      this.low[index] = low
      this.high[index] = Math.min(low + 1, limit - 1)
      this.share[index] = Math.round((at - low) * SHARE_ONE)
    }
  }
}

type Tables = { readonly x: Axis; readonly y: Axis }
type Sampling = {
  readonly frame: FrameView
  readonly target: Target
  readonly tables: Tables
}

/** Resamples parts of frames between their nearest four pixels. One for each thread. */
export class Resampler {
  readonly #tables: Tables = { x: new Axis(), y: new Axis() }

  /** Fills the target with a part of the frame. */
  resample(frame: FrameView, region: Region, target: Target): void {
    if (isHalf(frame, region, target)) {
      halve(frame, region, target)
      return
    }
    this.#tables.x.set(region.x, region.width, { count: target.width, limit: frame.width })
    this.#tables.y.set(region.y, region.height, { count: target.height, limit: frame.height })
    const sampling = { frame, target, tables: this.#tables }
    if (frame.format === 'RGBA') sampleRgba(sampling)
    else sampleYuv(sampling, chromaOf(frame))
  }

  /** As {@link resample}, of brightness alone: rows of `side` by `side`, 0 to 255. */
  brightness(frame: FrameView, region: Region, target: { values: Uint8Array; side: number }): void {
    const { side, values } = target
    this.#tables.x.set(region.x, region.width, { count: side, limit: frame.width })
    this.#tables.y.set(region.y, region.height, { count: side, limit: frame.height })
    const { x, y } = this.#tables
    const { bytes, strideBytes, format } = frame
    const step = format === 'RGBA' ? 4 : 1
    const brightnessAt = format === 'RGBA' ? brightnessOfRgba : brightnessOfYuv
    for (let row = 0; row < side; row += 1) {
      const top = at(y.low, row) * strideBytes
      const bottom = at(y.high, row) * strideBytes
      const down = at(y.share, row)
      for (let column = 0; column < side; column += 1) {
        const left = at(x.low, column) * step
        const right = at(x.high, column) * step
        const along = at(x.share, column)
        const above =
          brightnessAt(bytes, top + left) * (SHARE_ONE - along) +
          brightnessAt(bytes, top + right) * along
        const below =
          brightnessAt(bytes, bottom + left) * (SHARE_ONE - along) +
          brightnessAt(bytes, bottom + right) * along
        values[row * side + column] =
          (above * (SHARE_ONE - down) + below * down + BOTH_HALF) >> BOTH_BITS
      }
    }
  }
}

/** BT.601 in full range, in 256ths. */
export function brightnessOfRgba(bytes: Uint8Array, index: number): number {
  return (77 * at(bytes, index) + 150 * at(bytes, index + 1) + 29 * at(bytes, index + 2)) >> 8
}

/** Of the limited range that cameras use (BT.601: 16 to 235) to 0 to 255. */
export function brightnessOfYuv(bytes: Uint8Array, index: number): number {
  return at(STRETCHED, at(bytes, index))
}

const STRETCHED = Uint8Array.from({ length: 256 }, (_, value) =>
  Math.min(Math.max(Math.round(((value - 16) * 255) / 219), 0), 255),
)

function sampleRgba({ frame, target, tables }: Sampling): void {
  const { bytes, strideBytes } = frame
  const { values, width, height, pixelStep, rowStep, red, green, blue } = target
  const { x, y } = tables
  for (let row = 0; row < height; row += 1) {
    const top = at(y.low, row) * strideBytes
    const bottom = at(y.high, row) * strideBytes
    const down = at(y.share, row)
    const up = SHARE_ONE - down
    let to = row * rowStep
    for (let column = 0; column < width; column += 1) {
      const left = at(x.low, column) * 4
      const right = at(x.high, column) * 4
      const along = at(x.share, column)
      const a = (SHARE_ONE - along) * up
      const b = along * up
      const c = (SHARE_ONE - along) * down
      const d = along * down
      const [p, q, r, s] = [top + left, top + right, bottom + left, bottom + right]
      values[to + red] =
        (at(bytes, p) * a + at(bytes, q) * b + at(bytes, r) * c + at(bytes, s) * d + BOTH_HALF) >>
        BOTH_BITS
      values[to + green] =
        (at(bytes, p + 1) * a +
          at(bytes, q + 1) * b +
          at(bytes, r + 1) * c +
          at(bytes, s + 1) * d +
          BOTH_HALF) >>
        BOTH_BITS
      values[to + blue] =
        (at(bytes, p + 2) * a +
          at(bytes, q + 2) * b +
          at(bytes, r + 2) * c +
          at(bytes, s + 2) * d +
          BOTH_HALF) >>
        BOTH_BITS
      to += pixelStep
    }
  }
}

/** BT.601, limited range (ITU-R BT.601-7, 2.5.3), in 1,024ths; colour is that of the nearest pair. */
function sampleYuv({ frame, target, tables }: Sampling, chroma: Chroma): void {
  const { bytes, strideBytes } = frame
  const { values, width, height, pixelStep, rowStep, red, green, blue } = target
  const { x, y } = tables
  for (let row = 0; row < height; row += 1) {
    const top = at(y.low, row) * strideBytes
    const bottom = at(y.high, row) * strideBytes
    const down = at(y.share, row)
    const up = SHARE_ONE - down
    const chromaRow = (at(y.low, row) >> 1) * chroma.stride
    let to = row * rowStep
    for (let column = 0; column < width; column += 1) {
      const left = at(x.low, column)
      const right = at(x.high, column)
      const along = at(x.share, column)
      const above = at(bytes, top + left) * (SHARE_ONE - along) + at(bytes, top + right) * along
      const below =
        at(bytes, bottom + left) * (SHARE_ONE - along) + at(bytes, bottom + right) * along
      const luma = (((above * up + below * down) >> SHARE_BITS) - 16 * SHARE_ONE) * 1_192
      const pair = chromaRow + (left >> 1) * chroma.step
      const u = at(bytes, chroma.blueAt + pair) - 128
      const v = at(bytes, chroma.redAt + pair) - 128
      values[to + red] = clampByte((luma + v * 1_634 * SHARE_ONE) >> 17)
      values[to + green] = clampByte((luma - (u * 401 + v * 832) * SHARE_ONE) >> 17)
      values[to + blue] = clampByte((luma + u * 2_066 * SHARE_ONE) >> 17)
      to += pixelStep
    }
  }
}

/** How a whole frame lies in a square of `side`: at its top left, the rest stays as it is. */
export type Letterbox = {
  readonly width: number
  readonly height: number
  /** Pixels of the square for one of the frame. */
  readonly scale: number
}

/** Fits a frame into a square. */
export function letterbox(frame: Pick<FrameView, 'width' | 'height'>, side: number): Letterbox {
  const scale = side / Math.max(frame.width, frame.height)
  const inSide = (pixels: number) => Math.max(Math.min(Math.round(pixels * scale), side), 1)
  return { width: inSide(frame.width), height: inSide(frame.height), scale }
}

/**
 * The part of a frame that a liveness network is shown: the box about its centre, so many times its size, less
 * where the frame is smaller, and shifted to lie inside it (Silent-Face-Anti-Spoofing, `_get_new_box`).
 */
export function liveRegion(
  frame: Pick<FrameView, 'width' | 'height'>,
  box: Region,
  cropFactor: number,
): Region {
  const factor = Math.min(
    cropFactor,
    (frame.height - 1) / box.height,
    (frame.width - 1) / box.width,
  )
  const width = box.width * factor
  const height = box.height * factor
  const inside = (from: number, size: number, limit: number) =>
    Math.min(Math.max(from, 0), Math.max(limit - size, 0))
  return {
    x: inside(box.x + (box.width - width) / 2, width, frame.width),
    y: inside(box.y + (box.height - height) / 2, height, frame.height),
    width,
    height,
  }
}

/** The face and a margin of half its size on every side, square (docs/face.md, What is sealed). */
export function sealedRegion(box: Region): Region {
  const side = 2 * Math.max(box.width, box.height)
  return {
    x: box.x + (box.width - side) / 2,
    y: box.y + (box.height - side) / 2,
    width: side,
    height: side,
  }
}
