import { chromaOf, type FrameView, type Region, type Target } from './frame-view.ts'

/**
 * Whether a part is to become half as wide and half as high, pixel by whole pixel, and lies in memory so that
 * four bytes can be read at once: a picture of 640 by 480 before a detector of 320. Then each pixel is the mean
 * of four, and there is a quick way to all of them.
 */
export function isHalf(frame: FrameView, region: Region, target: Target): boolean {
  const isInside =
    region.x >= 0 &&
    region.y >= 0 &&
    region.x + region.width <= frame.width &&
    region.y + region.height <= frame.height
  const isTwice = region.width === 2 * target.width && region.height === 2 * target.height
  const inWords = [region.x, region.width, frame.strideBytes, frame.bytes.byteOffset]
  return isInside && isTwice && region.y % 2 === 0 && inWords.every((size) => size % 4 === 0)
}

/** Fills the target with the means of four pixels; only where {@link isHalf}. */
export function halve(frame: FrameView, region: Region, target: Target): void {
  if (frame.format === 'RGBA') halveRgba(frame, region, target)
  else halveYuv(frame, region, target)
}

/** The first and third byte of four, with room above each for a sum of four. */
const EVERY_OTHER = 0x00ff00ff
/** One half in each of the two places, before the sums of four are divided. */
const HALF_EACH = 0x00020002
const TEN_BITS = 0x3ff

/** Four bytes at a time, in the order of this machine; which is the same on all that this runs on. */
function wordsOf({ bytes, strideBytes, height }: FrameView): Uint32Array {
  return new Uint32Array(bytes.buffer, bytes.byteOffset, (strideBytes * height) / 4)
}

function word(words: Uint32Array, index: number): number {
  return words[index] ?? 0
}

function halveRgba(frame: FrameView, region: Region, target: Target): void {
  const words = wordsOf(frame)
  const stride = frame.strideBytes / 4
  const { values, width, height, pixelStep, rowStep, red, green, blue } = target
  for (let row = 0; row < height; row += 1) {
    let index = (region.y + 2 * row) * stride + region.x
    let to = row * rowStep
    for (let column = 0; column < width; column += 1) {
      const a = word(words, index)
      const b = word(words, index + 1)
      const c = word(words, index + stride)
      const d = word(words, index + stride + 1)
      const redBlue =
        (a & EVERY_OTHER) + (b & EVERY_OTHER) + (c & EVERY_OTHER) + (d & EVERY_OTHER) + HALF_EACH
      const greens =
        ((a >>> 8) & 255) + ((b >>> 8) & 255) + ((c >>> 8) & 255) + ((d >>> 8) & 255) + 2
      values[to + red] = (redBlue & TEN_BITS) >> 2
      values[to + green] = greens >> 2
      values[to + blue] = redBlue >>> 18
      index += 2
      to += pixelStep
    }
  }
}

/** What a colour can come to before it is clamped lies from -512 to 1,023. */
const CLAMPED = Uint8Array.from({ length: 1_536 }, (_, index) =>
  Math.max(Math.min(index - 512, 255), 0),
)

function clamped(value: number): number {
  return CLAMPED[value + 512] ?? 0
}

/** BT.601, limited range (ITU-R BT.601-7, 2.5.3), in 1,024ths; one pair of colours for four pixels. */
function halveYuv(frame: FrameView, region: Region, target: Target): void {
  const words = wordsOf(frame)
  const stride = frame.strideBytes / 4
  const { bytes } = frame
  const { values, width, height, pixelStep, rowStep, red, green, blue } = target
  const { blueAt, redAt, stride: chromaStride, step } = chromaOf(frame)
  for (let row = 0; row < height; row += 1) {
    let index = (region.y + 2 * row) * stride + region.x / 4
    let pair = (region.y / 2 + row) * chromaStride + (region.x / 2) * step
    let to = row * rowStep
    for (let column = 0; column < width; column += 2) {
      const top = word(words, index)
      const bottom = word(words, index + stride)
      // Two sums of four: those of this pixel below, those of the next above.
      const fours =
        (top & EVERY_OTHER) +
        ((top >>> 8) & EVERY_OTHER) +
        (bottom & EVERY_OTHER) +
        ((bottom >>> 8) & EVERY_OTHER)
      for (let shift = 0; shift <= 16; shift += 16) {
        // Of the sum of four, hence 4,096ths.
        const luma = (((fours >>> shift) & TEN_BITS) - 64) * 1_192 + 2_048
        const u = ((bytes[blueAt + pair] ?? 0) - 128) << 2
        const v = ((bytes[redAt + pair] ?? 0) - 128) << 2
        values[to + red] = clamped((luma + v * 1_634) >> 12)
        values[to + green] = clamped((luma - u * 401 - v * 832) >> 12)
        values[to + blue] = clamped((luma + u * 2_066) >> 12)
        pair += step
        to += pixelStep
      }
      index += 1
    }
  }
}
