import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeFaces, overlapOf } from '../../../src/face/detect.ts'
import type { FrameView } from '../../../src/face/frame-view.ts'
import { isHalf } from '../../../src/face/halve.ts'
import { shareOfClass } from '../../../src/face/liveness.ts'
import {
  letterbox,
  liveRegion,
  planarBgr,
  Resampler,
  rowsRgb,
  sealedRegion,
} from '../../../src/face/pixels.ts'
import { judgeBrightness, likenessOf, lookAtFrame } from '../../../src/face/quality.ts'
import { drawScene } from '../../../src/sandbox/faces/scene.ts'
import { toI420 } from '../../../src/sandbox/faces/yuv.ts'

const scene = drawScene(5, { still: true }, 0)
const SIZE = { width: scene.width, height: scene.height }
const WHOLE = { x: 0, y: 0, ...SIZE }

const rgba: FrameView = {
  ...SIZE,
  format: 'RGBA',
  strideBytes: SIZE.width * 4,
  bytes: new Uint8Array(scene.rgba.buffer),
}
const i420: FrameView = { ...SIZE, format: 'I420', strideBytes: SIZE.width, bytes: toI420(scene) }

function toNv12({ bytes }: FrameView): Uint8Array {
  const luma = SIZE.width * SIZE.height
  const out = Uint8Array.from(bytes)
  for (let pair = 0; pair < luma / 4; pair += 1) {
    out[luma + 2 * pair] = bytes[luma + pair] ?? 0
    out[luma + 2 * pair + 1] = bytes[luma + luma / 4 + pair] ?? 0
  }
  return out
}
const nv12: FrameView = { ...i420, format: 'NV12', bytes: toNv12(i420) }

/** The same picture in rows that are longer than it. */
function padded(frame: FrameView, extra: number): FrameView {
  const strideBytes = frame.strideBytes + extra
  const rows = frame.format === 'RGBA' ? frame.height : frame.height * 1.5
  const bytes = new Uint8Array(strideBytes * rows).fill(77)
  for (let row = 0; row < rows; row += 1) {
    const from = row * frame.strideBytes
    bytes.set(frame.bytes.subarray(from, from + frame.strideBytes), row * strideBytes)
  }
  return { ...frame, strideBytes, bytes }
}

function rgbOf(frame: FrameView, region: typeof WHOLE, side: number): Uint8Array {
  const out = new Uint8Array(side * side * 3)
  new Resampler().resample(frame, region, rowsRgb(out, side))
  return out
}

function farthest(one: ArrayLike<number>, other: ArrayLike<number>): number {
  let far = 0
  for (let index = 0; index < one.length; index += 1) {
    far = Math.max(far, Math.abs((one[index] ?? 0) - (other[index] ?? 0)))
  }
  return far
}

function meanOff(one: ArrayLike<number>, other: ArrayLike<number>): number {
  let sum = 0
  for (let index = 0; index < one.length; index += 1) {
    sum += Math.abs((one[index] ?? 0) - (other[index] ?? 0))
  }
  return sum / one.length
}

describe('resampling', () => {
  const REGION = { x: 200, y: 120, width: 240, height: 240 }

  it('gives the same picture from every format and from rows of any length', () => {
    const plain = rgbOf(rgba, REGION, 80)
    expect(meanOff(rgbOf(i420, REGION, 80), plain)).toBeLessThan(4)
    expect(farthest(rgbOf(nv12, REGION, 80), rgbOf(i420, REGION, 80))).toBe(0)
    expect(farthest(rgbOf(padded(rgba, 64), REGION, 80), plain)).toBe(0)
  })

  it('halves as it resamples, only quicker', () => {
    for (const frame of [rgba, i420, nv12]) {
      const quick = new Float32Array(3 * 320 * 320)
      const box = letterbox(frame, 320)
      const target = planarBgr(quick, 320, box)
      expect(isHalf(frame, WHOLE, target)).toBe(true)
      new Resampler().resample(frame, WHOLE, target)
      // Memory in which nothing can be read four bytes at a time.
      const apart = new Uint8Array(frame.bytes.length + 1).subarray(1)
      apart.set(frame.bytes)
      const slow = new Float32Array(3 * 320 * 320)
      new Resampler().resample({ ...frame, bytes: apart }, WHOLE, planarBgr(slow, 320, box))
      expect(farthest(quick, slow)).toBeLessThanOrEqual(1)
    }
  })

  it('puts blue first and leaves the rest of the square alone', () => {
    const bytes = new Uint8Array(8 * 4 * 4)
    for (let pixel = 0; pixel < 32; pixel += 1) bytes.set([10, 20, 30, 255], pixel * 4)
    const frame: FrameView = { format: 'RGBA', width: 8, height: 4, strideBytes: 32, bytes }
    const values = new Float32Array(3 * 4 * 4).fill(9)
    new Resampler().resample(
      frame,
      { x: 0, y: 0, width: 8, height: 4 },
      planarBgr(values, 4, letterbox(frame, 4)),
    )
    expect([...values.subarray(0, 16)]).toEqual([...Array(8).fill(30), ...Array(8).fill(9)])
    expect([...values.subarray(16, 24)]).toEqual(Array(8).fill(20))
    expect([...values.subarray(32, 40)]).toEqual(Array(8).fill(10))
  })

  it('repeats the edge beyond the frame, and reads nothing that is not of it', () => {
    const part = fc.record({
      x: fc.integer({ min: -900, max: 900 }),
      y: fc.integer({ min: -900, max: 900 }),
      width: fc.integer({ min: 1, max: 1_500 }),
      height: fc.integer({ min: 1, max: 1_500 }),
    })
    const flat = (frame: FrameView, value: number) => ({
      ...frame,
      bytes: new Uint8Array(frame.bytes.length).fill(value),
    })
    fc.assert(
      fc.property(part, (region) => {
        const out = rgbOf(flat(rgba, 99), region, 16)
        expect(out.every((value) => value === 99)).toBe(true)
      }),
      { numRuns: 60 },
    )
  })

  it('shows a liveness network a part that lies inside the frame and has its shape', () => {
    const box = fc.record({
      x: fc.integer({ min: -50, max: 620 }),
      y: fc.integer({ min: -50, max: 460 }),
      width: fc.integer({ min: 20, max: 600 }),
      height: fc.integer({ min: 20, max: 470 }),
    })
    fc.assert(
      fc.property(box, fc.constantFrom(2.7, 4), (face, factor) => {
        const region = liveRegion(SIZE, face, factor)
        expect(region.x).toBeGreaterThanOrEqual(0)
        expect(region.y).toBeGreaterThanOrEqual(0)
        expect(region.x + region.width).toBeLessThanOrEqual(SIZE.width + 1e-6)
        expect(region.y + region.height).toBeLessThanOrEqual(SIZE.height + 1e-6)
        expect(region.width / face.width).toBeCloseTo(region.height / face.height, 6)
        expect(region.width / face.width).toBeLessThanOrEqual(factor + 1e-6)
      }),
    )
  })

  it('seals the face with half its size around it', () => {
    expect(sealedRegion({ x: 100, y: 100, width: 80, height: 100 })).toEqual({
      x: 40,
      y: 50,
      width: 200,
      height: 200,
    })
  })
})

describe('a detector of the kind of YuNet', () => {
  const STRIDES = [8, 16, 32]
  const LAYOUT = { side: 320, strides: STRIDES, scale: 0.5 }
  const THRESHOLDS = { scoreMin: 0.5, overlapMax: 0.3, facesMax: 4 }

  function outputs(): Record<string, Float32Array> {
    return Object.fromEntries(
      STRIDES.flatMap((stride) => {
        const cells = (320 / stride) ** 2
        return [
          [`cls_${stride}`, new Float32Array(cells)],
          [`obj_${stride}`, new Float32Array(cells)],
          [`bbox_${stride}`, new Float32Array(cells * 4)],
          [`kps_${stride}`, new Float32Array(cells * 10)],
        ]
      }),
    )
  }

  function put(answer: Record<string, Float32Array>, stride: number, cell: number, score: number) {
    answer[`cls_${stride}`]?.fill(score, cell, cell + 1)
    answer[`obj_${stride}`]?.fill(score, cell, cell + 1)
    answer[`bbox_${stride}`]?.set([0.5, 0.25, Math.log(4), Math.log(5)], cell * 4)
    answer[`kps_${stride}`]?.set([0, 0, 1, 0, 0.5, 0.5, 0, 1, 1, 1], cell * 10)
  }

  it('is read as its authors write it', () => {
    const answer = outputs()
    put(answer, 16, 2 * 20 + 3, 0.9)
    const [face, ...others] = decodeFaces(answer, LAYOUT, THRESHOLDS)
    expect(others).toEqual([])
    expect(face?.score).toBeCloseTo(0.9, 5)
    // Column 3, row 2, strides of 16 at half the scale: 32 pixels of the frame.
    expect(face?.box.width).toBeCloseTo(128, 3)
    expect(face?.box.height).toBeCloseTo(160, 3)
    expect(face?.box.x).toBeCloseTo(3.5 * 32 - 64, 3)
    expect(face?.box.y).toBeCloseTo(2.25 * 32 - 80, 3)
    expect(face?.landmarks.leftMouth).toEqual({ x: 128, y: 96 })
  })

  it('names a face once, the best first, and two faces twice', () => {
    const answer = outputs()
    put(answer, 16, 2 * 20 + 3, 0.8)
    put(answer, 16, 2 * 20 + 4, 0.9)
    put(answer, 16, 15 * 20 + 15, 0.7)
    const faces = decodeFaces(answer, LAYOUT, THRESHOLDS)
    expect(faces.map(({ score }) => Math.round(score * 100))).toEqual([90, 70])
  })

  it('that answers anything at all gives whole faces or none', () => {
    const numbers = fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, -1e30, 1e30, 0, 0.9, 1, 5)
    fc.assert(
      fc.property(fc.array(numbers, { minLength: 12, maxLength: 12 }), (some) => {
        const answer = outputs()
        for (const [name, values] of Object.entries(answer)) {
          for (let index = 0; index < values.length; index += 1) {
            values[index] = some[(index * 7 + name.length) % some.length] ?? 0
          }
        }
        for (const face of decodeFaces(answer, LAYOUT, THRESHOLDS)) {
          const { x, y, width, height } = face.box
          expect([x, y, width, height, face.score].every(Number.isFinite)).toBe(true)
          expect(face.score).toBeLessThanOrEqual(1)
        }
      }),
      { numRuns: 20 },
    )
    expect(decodeFaces({}, LAYOUT, THRESHOLDS)).toEqual([])
  })

  it('shares: the same box is all of it, one beside it nothing', () => {
    const box = { x: 0, y: 0, width: 10, height: 10 }
    expect(overlapOf(box, box)).toBe(1)
    expect(overlapOf(box, { ...box, x: 10 })).toBe(0)
    expect(overlapOf(box, { ...box, x: 5 })).toBeCloseTo(1 / 3, 6)
  })
})

describe('what is said of brightness', () => {
  it('a smear is less sharp than the same face, whatever the light', () => {
    const side = 96
    const [face] = scene.truth
    if (face === undefined) throw new Error('nobody was drawn')
    const judge = (seed: number, look: { blurPx?: number; exposure?: number }) => {
      const drawn = drawScene(seed, { still: true, look }, 0)
      const frame = { ...rgba, bytes: new Uint8Array(drawn.rgba.buffer) }
      const values = new Uint8Array(side * side)
      new Resampler().brightness(frame, drawn.truth[0]?.box ?? face.box, { values, side })
      return judgeBrightness(values, side)
    }
    for (const seed of [1, 2, 3]) {
      const { sharpness } = judge(seed, {})
      expect(judge(seed, { blurPx: 5 }).sharpness).toBeLessThan(sharpness / 4)
      expect(judge(seed, { exposure: 0.5 }).sharpness).toBeGreaterThan(sharpness / 2)
      expect(judge(seed, { exposure: 0.2 }).meanBrightness).toBeLessThan(45)
    }
  })

  it('a flat picture is neither sharp nor like anything', () => {
    const flat = new Uint8Array(96 * 96).fill(120)
    expect(judgeBrightness(flat, 96).sharpness).toBe(0)
    expect(likenessOf(flat, flat, 96)).toBe(0)
    const slope = Uint8Array.from({ length: 96 * 96 }, (_, index) => index % 96)
    const opposite = slope.map((value) => 200 - value)
    expect(likenessOf(slope, slope, 96)).toBeCloseTo(1, 6)
    expect(likenessOf(slope, opposite, 96)).toBeCloseTo(-1, 6)
  })

  it('a black frame has nothing bright, and a repeated one the same trace', () => {
    const black = drawScene(5, { kind: 'black' }, 0)
    const frame = { ...rgba, bytes: new Uint8Array(black.rgba.buffer) }
    expect(lookAtFrame(frame).topBrightness).toBeLessThan(28)
    expect(lookAtFrame(rgba).topBrightness).toBeGreaterThan(100)
    expect(lookAtFrame(rgba).trace).toBe(lookAtFrame(rgba).trace)
    const next = { ...rgba, bytes: new Uint8Array(drawScene(5, {}, 33).rgba.buffer) }
    expect(lookAtFrame(next).trace).not.toBe(lookAtFrame(rgba).trace)
  })

  it('a network that answers nonsense has not said live', () => {
    expect(shareOfClass(Float32Array.of(0, 5, 0), 1)).toBeGreaterThan(0.98)
    expect(shareOfClass(Float32Array.of(1_000, -1_000, 0), 1)).toBe(0)
    for (const logits of [[], [Number.NaN, 1, 2], [Number.POSITIVE_INFINITY, 1, 1], [1]]) {
      expect(shareOfClass(Float32Array.from(logits), 1)).toBe(0)
    }
  })
})
