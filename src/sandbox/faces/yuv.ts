import type { Picture } from './picture.ts'

/** I420 of a picture of even size: BT.601, the limited range that cameras use. */
export function toI420({ width, height, rgba }: Picture): Uint8Array {
  const luma = width * height
  const out = new Uint8Array(luma * 1.5)
  const halfWidth = width / 2
  for (let at = 0; at < luma; at += 1) {
    const from = at * 4
    const [red, green, blue] = [rgba[from] ?? 0, rgba[from + 1] ?? 0, rgba[from + 2] ?? 0]
    out[at] = (66 * red + 129 * green + 25 * blue + 4224) >> 8
  }
  for (let y = 0; y < height; y += 2) {
    for (let x = 0; x < width; x += 2) {
      const from = (y * width + x) * 4
      const below = from + width * 4
      const sum = (channel: number): number =>
        (rgba[from + channel] ?? 0) +
        (rgba[from + 4 + channel] ?? 0) +
        (rgba[below + channel] ?? 0) +
        (rgba[below + 4 + channel] ?? 0)
      const [red, green, blue] = [sum(0), sum(1), sum(2)]
      const to = luma + (y / 2) * halfWidth + x / 2
      out[to] = (-38 * red - 74 * green + 112 * blue + 131_584) >> 10
      out[to + luma / 4] = (112 * red - 94 * green - 18 * blue + 131_584) >> 10
    }
  }
  return out
}
