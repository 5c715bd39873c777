import type { Picture, Point } from './picture.ts'

/** Corners of a flat thing in the picture: top left, top right, bottom right, bottom left. */
export type Quad = readonly [Point, Point, Point, Point]

/** Takes a point of the unit square to the quad, as a camera sees a plane. */
export type PlaneMap = readonly number[]

/** The projective map of the unit square onto a quad: eight numbers and 1. */
export function planeMap([p0, p1, p2, p3]: Quad): PlaneMap {
  const [dx1, dy1] = [p1[0] - p2[0], p1[1] - p2[1]]
  const [dx2, dy2] = [p3[0] - p2[0], p3[1] - p2[1]]
  const sx = p0[0] - p1[0] + p2[0] - p3[0]
  const sy = p0[1] - p1[1] + p2[1] - p3[1]
  const whole = dx1 * dy2 - dx2 * dy1
  const g = (sx * dy2 - dx2 * sy) / whole
  const h = (dx1 * sy - sx * dy1) / whole
  return [
    p1[0] - p0[0] + g * p1[0],
    p3[0] - p0[0] + h * p3[0],
    p0[0],
    p1[1] - p0[1] + g * p1[1],
    p3[1] - p0[1] + h * p3[1],
    p0[1],
    g,
    h,
    1,
  ]
}

export function mapped(map: PlaneMap, [u, v]: Point): Point {
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0, i = 1] = map
  const w = g * u + h * v + i
  return [(a * u + b * v + c) / w, (d * u + e * v + f) / w]
}

function inverse(map: PlaneMap): PlaneMap {
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0, i = 1] = map
  return [
    e * i - f * h,
    c * h - b * i,
    b * f - c * e,
    f * g - d * i,
    a * i - c * g,
    c * d - a * f,
    d * h - e * g,
    b * g - a * h,
    a * e - b * d,
  ]
}

/** Lays a picture on a quad; `shade` is asked with places of the unit square. */
export function layPicture(
  onto: Picture,
  flat: { readonly picture: Picture; readonly quad: Quad },
  shade: (u: number, v: number) => readonly [factor: number, added: number],
): void {
  const back = inverse(planeMap(flat.quad))
  const xs = flat.quad.map((point) => point[0])
  const ys = flat.quad.map((point) => point[1])
  const top = Math.max(Math.floor(Math.min(...ys)), 0)
  const bottom = Math.min(Math.ceil(Math.max(...ys)), onto.height)
  const left = Math.max(Math.floor(Math.min(...xs)), 0)
  const right = Math.min(Math.ceil(Math.max(...xs)), onto.width)
  const { picture } = flat
  for (let y = top; y < bottom; y += 1) {
    for (let x = left; x < right; x += 1) {
      const [u, v] = mapped(back, [x + 0.5, y + 0.5])
      if (u < 0 || v < 0 || u >= 1 || v >= 1) continue
      const from =
        (Math.floor(v * picture.height) * picture.width + Math.floor(u * picture.width)) * 4
      const [factor, added] = shade(u, v)
      const at = (y * onto.width + x) * 4
      onto.rgba[at] = (picture.rgba[from] ?? 0) * factor + added
      onto.rgba[at + 1] = (picture.rgba[from + 1] ?? 0) * factor + added
      onto.rgba[at + 2] = (picture.rgba[from + 2] ?? 0) * factor + added
    }
  }
}
