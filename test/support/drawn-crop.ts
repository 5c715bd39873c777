import type { Picture } from '../../src/sandbox/faces/picture.ts'
import type { FaceTruth } from '../../src/sandbox/faces/portrait.ts'

const SIDE = 160

/** The face and a margin of half its size, scaled to 160 x 160 RGB, as docs/face.md says; black outside. */
export function cropOf(picture: Picture, { box }: Pick<FaceTruth, 'box'>): Uint8Array {
  const rgb = new Uint8Array(SIDE * SIDE * 3)
  const [left, top] = [box.x - box.width / 2, box.y - box.height / 2]
  const [stepX, stepY] = [(box.width * 2) / SIDE, (box.height * 2) / SIDE]
  for (let y = 0; y < SIDE; y += 1) {
    for (let x = 0; x < SIDE; x += 1) {
      const fromX = Math.floor(left + (x + 0.5) * stepX)
      const fromY = Math.floor(top + (y + 0.5) * stepY)
      if (fromX < 0 || fromY < 0 || fromX >= picture.width || fromY >= picture.height) continue
      const at = (fromY * picture.width + fromX) * 4
      rgb.set(picture.rgba.subarray(at, at + 3), (y * SIDE + x) * 3)
    }
  }
  return rgb
}

/** The same with one scale across and down: a square around the longer side. */
export function squareCropOf(picture: Picture, { box }: Pick<FaceTruth, 'box'>): Uint8Array {
  const side = Math.max(box.width, box.height)
  const [x, y] = [box.x + box.width / 2 - side / 2, box.y + box.height / 2 - side / 2]
  return cropOf(picture, { box: { x, y, width: side, height: side } })
}
