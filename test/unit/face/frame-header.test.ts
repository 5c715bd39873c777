import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  FRAME_HEADER_BYTES,
  FRAME_PIXEL_BYTES_MAX,
  FRAME_TAG_BYTES,
  readFrameHeader,
} from '../../../src/face/frame-header.ts'
import { readFaceVectors } from '../../support/face-vectors.ts'

const { frames } = readFaceVectors().camera

type Fields = {
  magic: string
  sequence: bigint
  format: number
  reserved: number
  width: number
  height: number
  strideBytes: number
  pixelBytes: number
}
const GOOD: Fields = {
  magic: 'GTC1',
  sequence: 1n,
  format: 1,
  reserved: 0,
  width: 64,
  height: 48,
  strideBytes: 256,
  pixelBytes: 256 * 48,
}

function frameOf(change: Partial<Fields>): Buffer {
  const fields = { ...GOOD, ...change }
  const frame = Buffer.alloc(FRAME_HEADER_BYTES + fields.pixelBytes + FRAME_TAG_BYTES)
  frame.write(fields.magic, 'latin1')
  frame.writeBigUInt64BE(fields.sequence, 4)
  frame.writeUInt8(fields.format, 12)
  frame.writeUInt8(fields.reserved, 13)
  frame.writeUInt16BE(fields.width, 14)
  frame.writeUInt16BE(fields.height, 16)
  frame.writeUInt16BE(fields.strideBytes, 18)
  return frame
}

describe('a frame header', () => {
  it.each(Object.entries(frames))('of the known %s frame is read', (name, frame) => {
    const { sequence, width, height, strideBytes, pixels } = frame
    const pixelBytes = Buffer.from(pixels, 'base64').length
    const format = name.toUpperCase()
    expect(readFrameHeader(Buffer.from(frame.frame, 'base64'))).toEqual({
      ok: true,
      value: { sequence, format, width, height, strideBytes, pixelBytes },
    })
  })

  it('of the largest frame is read', () => {
    const largest = { width: 1_920, height: 1_080, strideBytes: 7_680 }
    const read = readFrameHeader(frameOf({ ...largest, pixelBytes: FRAME_PIXEL_BYTES_MAX }))
    expect(read).toMatchObject({ ok: true, value: { pixelBytes: FRAME_PIXEL_BYTES_MAX } })
  })

  it.each<[string, Partial<Fields>, string]>([
    ['other first bytes', { magic: 'GTC2' }, 'not_a_frame'],
    ['sequence number 0', { sequence: 0n }, 'sequence_unusable'],
    ['a sequence number no number holds', { sequence: 2n ** 53n }, 'sequence_unusable'],
    ['format 0', { format: 0 }, 'format_unknown'],
    ['format 4', { format: 4 }, 'format_unknown'],
    ['a reserved byte', { reserved: 1 }, 'reserved_not_zero'],
    ['no width', { width: 0 }, 'size_unusable'],
    ['an odd width', { width: 63 }, 'size_unusable'],
    ['an odd height', { height: 47 }, 'size_unusable'],
    ['too many columns', { width: 1_922 }, 'size_unusable'],
    ['too many rows', { height: 1_082 }, 'size_unusable'],
    ['rows that overlap', { strideBytes: 254 }, 'stride_unusable'],
    ['rows that overlap, NV12', { format: 3, strideBytes: 62 }, 'stride_unusable'],
    ['a row without a half', { format: 2, strideBytes: 65 }, 'stride_unusable'],
    ['more than a full frame', { height: 1_080, strideBytes: 7_682 }, 'stride_unusable'],
    ['a byte too few', { pixelBytes: GOOD.pixelBytes - 1 }, 'length_wrong'],
    ['a byte too many', { pixelBytes: GOOD.pixelBytes + 1 }, 'length_wrong'],
    ['the planes of I420 missing', { format: 2 }, 'length_wrong'],
  ])('with %s is refused', (_name, change, flaw) => {
    expect(readFrameHeader(frameOf(change))).toEqual({ ok: false, error: flaw })
  })

  it('without a header or a tag is refused', () => {
    expect(readFrameHeader(frameOf({ pixelBytes: 0 }).subarray(1))).toEqual({
      ok: false,
      error: 'too_short',
    })
  })

  it('never throws, and never promises more than is there', () => {
    const anything = fc.oneof(
      fc.uint8Array({ maxLength: 200 }),
      fc
        .tuple(fc.nat(31), fc.integer({ min: 0, max: 255 }))
        .map(([at, byte]) => Object.assign(frameOf({}), { [at]: byte })),
    )
    fc.assert(
      fc.property(anything, (frame) => {
        const read = readFrameHeader(frame)
        if (!read.ok) return
        const { pixelBytes, width, height } = read.value
        expect(pixelBytes).toBe(frame.length - FRAME_HEADER_BYTES - FRAME_TAG_BYTES)
        expect(pixelBytes).toBeGreaterThanOrEqual(width * height)
      }),
      { numRuns: 2_000 },
    )
  })
})
