/**
 * A colour that nothing else has, for synthetic frames. It is flat, so that resizing, cropping and
 * averaging leave it as it is, and it is found again in whatever was made of a frame.
 */
export const SENTINEL_RGB = [0xd3, 0x8f, 0xb9] as const

type Picture = { readonly width: number; readonly height: number; readonly rgba: Uint8Array }
type Box = {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

/** Paints a box of a picture in the colour; all of it when none is named. */
export function stampSentinel(picture: Picture, box: Box = { x: 0, y: 0, ...picture }): void {
  const [red, green, blue] = SENTINEL_RGB
  for (let y = box.y; y < box.y + box.height; y += 1) {
    for (let x = box.x; x < box.x + box.width; x += 1) {
      picture.rgba.set([red, green, blue, 255], (y * picture.width + x) * 4)
    }
  }
}

/** How many pixels of the colour in a row are a sighting. */
const RUN_PIXELS = 24

/**
 * What the colour looks like in memory, by name: pixels of three and four bytes in either order, planes
 * of bytes, planes of numbers as a network is fed. A sighting of any is a copy of a frame.
 */
export function sentinelForms(): Readonly<Record<string, Uint8Array>> {
  const [red, green, blue] = SENTINEL_RGB
  const planes = { red, green, blue, ...lumaAndChroma() }
  const forms: Record<string, Uint8Array> = {
    rgba: repeated([red, green, blue, 255]),
    bgra: repeated([blue, green, red, 255]),
    rgb: repeated([red, green, blue]),
    bgr: repeated([blue, green, red]),
  }
  for (const [name, value] of Object.entries(planes)) forms[`${name} plane`] = repeated([value])
  for (const [name, value] of Object.entries({ red, green, blue })) {
    const floats = new Float32Array(RUN_PIXELS).fill(value)
    forms[`${name} numbers`] = new Uint8Array(floats.buffer)
  }
  return forms
}

/** The colour in planes of brightness and colour difference (BT.601, 16 to 235), as I420 has them. */
function lumaAndChroma(): { readonly y: number; readonly u: number; readonly v: number } {
  const [red, green, blue] = SENTINEL_RGB
  return {
    y: 16 + Math.round((65.481 * red + 128.553 * green + 24.966 * blue) / 255),
    u: 128 + Math.round((-37.797 * red - 74.203 * green + 112 * blue) / 255),
    v: 128 + Math.round((112 * red - 93.786 * green - 18.214 * blue) / 255),
  }
}

function repeated(pixel: readonly number[]): Uint8Array {
  return Uint8Array.from(
    { length: RUN_PIXELS * pixel.length },
    (_, at) => pixel[at % pixel.length] ?? 0,
  )
}
