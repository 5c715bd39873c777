import type { Colour, Picture, Point } from './picture.ts'
import { blot, ellipsePoints, fillPolygon, mix, newPicture, scaled } from './picture.ts'
import type { Random } from './random.ts'
import { randomFrom } from './random.ts'

function rectangle(x: number, y: number, size: readonly [number, number]): Point[] {
  return [
    [x, y],
    [x + size[0], y],
    [x + size[0], y + size[1]],
    [x, y + size[1]],
  ]
}

/** Calm colours: nothing behind a person is as bright as the mark on the collar. */
function colourOf(random: Random): Colour {
  const grey = random.range(40, 220)
  const tint = (): number => grey + random.range(-38, 38)
  return [tint(), tint(), tint()]
}

function paintWall(picture: Picture, random: Random): void {
  const { width, height } = picture
  const from = colourOf(random)
  const to = mix(from, colourOf(random), 0.5)
  for (let y = 0; y < height; y += 4) {
    fillPolygon(picture, rectangle(0, y, [width, 4]), { colour: mix(from, to, y / height) })
  }
}

function paintShelves(picture: Picture, random: Random): void {
  const { width, height } = picture
  const shelves = Math.floor(random.range(2, 5))
  for (let shelf = 0; shelf < shelves; shelf += 1) {
    const y = (height * (shelf + 0.7)) / shelves
    fillPolygon(picture, rectangle(0, y, [width, 9]), { colour: colourOf(random) })
    for (let x = random.range(0, 20); x < width; x += random.range(18, 70)) {
      const size = [random.range(14, 50), random.range(24, height / shelves / 1.5)] as const
      const colour = colourOf(random)
      fillPolygon(picture, rectangle(x, y - size[1], size), { colour })
      fillPolygon(picture, rectangle(x + 3, y - size[1] * 0.7, [size[0] * 0.7, size[1] * 0.3]), {
        colour: scaled(colour, random.range(0.6, 1.4)),
      })
    }
  }
}

function paintShapes(picture: Picture, random: Random): void {
  const { width, height } = picture
  const count = Math.floor(random.range(3, 14))
  for (let index = 0; index < count; index += 1) {
    const at: Point = [random.range(0, width), random.range(0, height)]
    const radii = [random.range(10, 130), random.range(10, 130)] as const
    const colour = random.chance(0.3) ? ([214, 172, 140] as const) : colourOf(random)
    if (random.chance(0.5)) fillPolygon(picture, ellipsePoints(at, radii), { colour })
    else fillPolygon(picture, rectangle(at[0], at[1], radii), { colour })
    blot(picture, {
      at: [random.range(0, width), random.range(0, height)],
      radii: [80, 60],
      colour: [255, 250, 235],
      alpha: random.range(0, 0.5),
    })
  }
}

/** What is behind everybody: a wall, shelves with goods, shapes without meaning; out of focus. */
export function paintBackdrop(seed: number, size: readonly [number, number]): Picture {
  const random = randomFrom(seed, 'backdrop')
  const picture = newPicture(size[0], size[1])
  paintWall(picture, random)
  if (random.chance(0.6)) paintShelves(picture, random)
  if (random.chance(0.7)) paintShapes(picture, random)
  blur(picture, Math.round(random.range(1, 4)))
  return picture
}

/** Blurs in place: the mean of a square, rows and then columns. */
export function blur(picture: Picture, radiusPx: number): void {
  if (radiusPx < 1) return
  const { width, height } = picture
  for (let y = 0; y < height; y += 1)
    blurLine(picture, { start: y * width * 4, step: 4, count: width }, radiusPx)
  for (let x = 0; x < width; x += 1)
    blurLine(picture, { start: x * 4, step: width * 4, count: height }, radiusPx)
}

type Line = { readonly start: number; readonly step: number; readonly count: number }

function blurLine({ rgba }: Picture, { start, step, count }: Line, radius: number): void {
  const values = new Uint8Array(count)
  const share = 1 / (2 * radius + 1)
  for (let channel = 0; channel < 3; channel += 1) {
    for (let index = 0; index < count; index += 1)
      values[index] = rgba[start + channel + index * step] ?? 0
    let sum = 0
    for (let index = -radius; index <= radius; index += 1) {
      sum += values[Math.min(Math.max(index, 0), count - 1)] ?? 0
    }
    for (let index = 0; index < count; index += 1) {
      rgba[start + channel + index * step] = sum * share
      sum += values[Math.min(index + radius + 1, count - 1)] ?? 0
      sum -= values[Math.max(index - radius, 0)] ?? 0
    }
  }
}
