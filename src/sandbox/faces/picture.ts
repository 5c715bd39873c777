/** Rows of RGBA, 8 bits a channel. */
export type Picture = {
  readonly width: number
  readonly height: number
  readonly rgba: Uint8ClampedArray
}

export type Colour = readonly [red: number, green: number, blue: number]

/** In pixels of the picture, y downwards. */
export type Point = readonly [x: number, y: number]

export type Paint = {
  readonly colour: Colour
  /** 0 to 1; 1 unless told. */
  readonly alpha?: number
  /** Multiplies the colour where it is laid. */
  readonly shade?: (x: number, y: number) => number
}

/** Sub-rows of a row of pixels; across a row the coverage is exact. */
const SUB_ROWS = 4

export function newPicture(width: number, height: number, colour: Colour = [0, 0, 0]): Picture {
  const rgba = new Uint8ClampedArray(width * height * 4)
  const words = new Uint32Array(rgba.buffer)
  words.fill(((255 << 24) | (colour[2] << 16) | (colour[1] << 8) | colour[0]) >>> 0)
  return { width, height, rgba }
}

export function mix(from: Colour, to: Colour, share: number): Colour {
  return [
    from[0] + (to[0] - from[0]) * share,
    from[1] + (to[1] - from[1]) * share,
    from[2] + (to[2] - from[2]) * share,
  ]
}

export function scaled(colour: Colour, factor: number): Colour {
  return [colour[0] * factor, colour[1] * factor, colour[2] * factor]
}

/** 0 below `low`, 1 above `high`, smooth between. */
export function smoothStep(low: number, high: number, value: number): number {
  const share = Math.min(Math.max((value - low) / (high - low), 0), 1)
  return share * share * (3 - 2 * share)
}

function crossings(points: readonly Point[], y: number): number[] {
  const found: number[] = []
  let before = points[points.length - 1]
  for (const point of points) {
    if (before !== undefined && before[1] <= y !== point[1] <= y) {
      found.push(before[0] + ((y - before[1]) / (point[1] - before[1])) * (point[0] - before[0]))
    }
    before = point
  }
  return found.sort((left, right) => left - right)
}

function addSpan(cover: Float32Array, from: number, to: number): void {
  const left = Math.max(from, 0)
  const right = Math.min(to, cover.length)
  if (right <= left) return
  const first = Math.floor(left)
  const last = Math.min(Math.floor(right), cover.length - 1)
  const part = 1 / SUB_ROWS
  if (first === last) {
    cover[first] = (cover[first] ?? 0) + (right - left) * part
    return
  }
  cover[first] = (cover[first] ?? 0) + (first + 1 - left) * part
  for (let x = first + 1; x < last; x += 1) cover[x] = (cover[x] ?? 0) + part
  cover[last] = (cover[last] ?? 0) + (right - last) * part
}

/** Fills a polygon (even-odd) with smooth edges. */
export function fillPolygon(picture: Picture, points: readonly Point[], paint: Paint): void {
  const ys = points.map((point) => point[1])
  const xs = points.map((point) => point[0])
  const top = Math.max(Math.floor(Math.min(...ys)), 0)
  const bottom = Math.min(Math.ceil(Math.max(...ys)), picture.height)
  const left = Math.max(Math.floor(Math.min(...xs)), 0)
  const right = Math.min(Math.ceil(Math.max(...xs)), picture.width)
  if (right <= left) return
  const cover = new Float32Array(picture.width)
  for (let y = top; y < bottom; y += 1) {
    cover.fill(0, left, right)
    for (let sub = 0; sub < SUB_ROWS; sub += 1) {
      const found = crossings(points, y + (sub + 0.5) / SUB_ROWS)
      for (let index = 0; index + 1 < found.length; index += 2) {
        addSpan(cover, found[index] ?? 0, found[index + 1] ?? 0)
      }
    }
    layRow(picture, { y, left, right, cover }, paint)
  }
}

type Row = {
  readonly y: number
  readonly left: number
  readonly right: number
  readonly cover: Float32Array
}

function layRow(picture: Picture, row: Row, paint: Paint): void {
  const { rgba, width } = picture
  const [red, green, blue] = paint.colour
  const alpha = paint.alpha ?? 1
  for (let x = row.left; x < row.right; x += 1) {
    const share = Math.min(row.cover[x] ?? 0, 1) * alpha
    if (share <= 0) continue
    const at = (row.y * width + x) * 4
    const shade = paint.shade === undefined ? 1 : paint.shade(x, row.y)
    const under = 1 - share
    rgba[at] = (rgba[at] ?? 0) * under + red * shade * share
    rgba[at + 1] = (rgba[at + 1] ?? 0) * under + green * shade * share
    rgba[at + 2] = (rgba[at + 2] ?? 0) * under + blue * shade * share
  }
}

export type Blot = {
  readonly at: Point
  readonly radii: readonly [x: number, y: number]
  readonly colour: Colour
  readonly alpha: number
}

/** An ellipse that fades from its middle to its edge. */
export function blot(picture: Picture, { at, radii, colour, alpha }: Blot): void {
  const { rgba, width, height } = picture
  const top = Math.max(Math.floor(at[1] - radii[1]), 0)
  const bottom = Math.min(Math.ceil(at[1] + radii[1]), height)
  const left = Math.max(Math.floor(at[0] - radii[0]), 0)
  const right = Math.min(Math.ceil(at[0] + radii[0]), width)
  for (let y = top; y < bottom; y += 1) {
    const down = (y + 0.5 - at[1]) / radii[1]
    for (let x = left; x < right; x += 1) {
      const along = (x + 0.5 - at[0]) / radii[0]
      const away = 1 - along * along - down * down
      if (away <= 0) continue
      const share = alpha * away * away
      const index = (y * width + x) * 4
      rgba[index] = (rgba[index] ?? 0) * (1 - share) + colour[0] * share
      rgba[index + 1] = (rgba[index + 1] ?? 0) * (1 - share) + colour[1] * share
      rgba[index + 2] = (rgba[index + 2] ?? 0) * (1 - share) + colour[2] * share
    }
  }
}

export function ellipsePoints(at: Point, radii: readonly [number, number], steps = 28): Point[] {
  return Array.from({ length: steps }, (_, index): Point => {
    const angle = (index / steps) * 2 * Math.PI
    return [at[0] + radii[0] * Math.cos(angle), at[1] + radii[1] * Math.sin(angle)]
  })
}

/** A line of one breadth through points, with flat ends. */
export function strokeLine(
  picture: Picture,
  points: readonly Point[],
  paint: Paint & { readonly breadth: number },
): void {
  const left: Point[] = []
  const right: Point[] = []
  points.forEach((point, index) => {
    const before = points[index - 1] ?? point
    const after = points[index + 1] ?? point
    const along: Point = [after[0] - before[0], after[1] - before[1]]
    const length = Math.hypot(along[0], along[1]) || 1
    const half = paint.breadth / 2 / length
    left.push([point[0] - along[1] * half, point[1] + along[0] * half])
    right.push([point[0] + along[1] * half, point[1] - along[0] * half])
  })
  fillPolygon(picture, [...left, ...right.reverse()], paint)
}
