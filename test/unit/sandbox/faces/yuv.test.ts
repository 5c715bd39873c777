import { expect, it } from 'vitest'
import type { Colour } from '../../../../src/sandbox/faces/picture.ts'
import { newPicture } from '../../../../src/sandbox/faces/picture.ts'
import { toI420 } from '../../../../src/sandbox/faces/yuv.ts'

// Values of BT.601 in limited range for the corners of the cube of colours.
it.each<[string, Colour, readonly [number, number, number]]>([
  ['black', [0, 0, 0], [16, 128, 128]],
  ['white', [255, 255, 255], [235, 128, 128]],
  ['red', [255, 0, 0], [82, 90, 240]],
  ['green', [0, 255, 0], [145, 54, 34]],
  ['blue', [0, 0, 255], [41, 240, 110]],
])('%s becomes what cameras say', (_, colour, [luma, blueness, redness]) => {
  const planes = toI420(newPicture(4, 2, colour))
  expect(planes).toHaveLength(12)
  const near = (value: number | undefined, due: number): void => {
    expect(Math.abs((value ?? 0) - due)).toBeLessThanOrEqual(1)
  }
  for (const value of planes.subarray(0, 8)) near(value, luma)
  for (const value of planes.subarray(8, 10)) near(value, blueness)
  for (const value of planes.subarray(10, 12)) near(value, redness)
})
