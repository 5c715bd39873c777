import { blur } from './backdrop.ts'
import type { Picture } from './picture.ts'
import { randomFrom } from './random.ts'

/** What a camera makes of a scene. */
export type CameraLook = {
  /** Colour of the light, kelvin; 5,500 is neutral. */
  readonly kelvin: number
  /** Factor. */
  readonly exposure: number
  /** Steps of 255 that a value is off by, at most. */
  readonly noise: number
  readonly blurPx: number
}

const NOISE_VALUES = 65_536
let noise: Int8Array | undefined

/** Values from -127 to 127, more of them near 0. */
function noiseTable(): Int8Array {
  if (noise !== undefined) return noise
  const random = randomFrom(1, 'noise')
  noise = Int8Array.from({ length: NOISE_VALUES }, () => (random.next() + random.next() - 1) * 127)
  return noise
}

function table(factor: number): Uint8Array {
  return Uint8Array.from({ length: 256 }, (_, value) => Math.min(Math.round(value * factor), 255))
}

/** Applies it in place; the same for the same seed. */
export function applyLook(picture: Picture, look: CameraLook, seed: number): void {
  blur(picture, Math.round(look.blurPx))
  const warm = (5500 - look.kelvin) / 5500
  const red = table(look.exposure * (1 + 0.28 * warm))
  const green = table(look.exposure)
  const blue = table(look.exposure * (1 - 0.4 * warm))
  const grain = noiseTable()
  const { rgba, width } = picture
  const rows = randomFrom(seed, 'rows')
  const strength = look.noise / 127
  const stride = width * 4
  for (let start = 0; start < rgba.length; start += stride) {
    // Each row begins at another place of the table, so that no pattern is seen.
    let from = Math.floor(rows.next() * NOISE_VALUES)
    for (let at = start; at < start + stride; at += 4) {
      const off = (grain[from & (NOISE_VALUES - 1)] ?? 0) * strength
      const tint = (grain[(from + 7919) & (NOISE_VALUES - 1)] ?? 0) * strength * 0.5
      rgba[at] = (red[rgba[at] ?? 0] ?? 0) + off + tint
      rgba[at + 1] = (green[rgba[at + 1] ?? 0] ?? 0) + off
      rgba[at + 2] = (blue[rgba[at + 2] ?? 0] ?? 0) + off - tint
      from += 1
    }
  }
}
