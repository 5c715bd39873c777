import { MARK_CELLS, personOfBits } from './mark.ts'

/** Side of the picture that a terminal seals, pixels. */
const CROP_SIDE = 160
/** Rows that have to say the same before it is believed. */
const ROWS_NEEDED = 3
const LENGTH_LEAST = 26
const CHANNELS = 3

type Run = { readonly from: number; readonly to: number }

const magenta = (red: number, green: number, blue: number): boolean =>
  red > green * 1.9 + 18 && blue > green * 1.7 + 14
const green = (red: number, greenValue: number, blue: number): boolean =>
  greenValue > red * 1.7 + 18 && greenValue > blue * 1.5 + 10

type Hue = (red: number, green: number, blue: number) => boolean

function runOf(row: Uint8Array, hue: Hue, fromPixel: number): Run | undefined {
  let from = -1
  for (let x = fromPixel; x <= CROP_SIDE; x += 1) {
    const at = x * CHANNELS
    const is = x < CROP_SIDE && hue(row[at] ?? 0, row[at + 1] ?? 0, row[at + 2] ?? 0)
    if (is && from < 0) from = x
    if (!is && from >= 0) {
      if (x - from >= 2) return { from, to: x }
      from = -1
    }
  }
  return undefined
}

function brightness(row: Uint8Array, at: number): number {
  const x = Math.min(Math.max(Math.round(at - 0.5), 0), CROP_SIDE - 1) * CHANNELS
  return (row[x] ?? 0) + (row[x + 1] ?? 0) + (row[x + 2] ?? 0)
}

function readRow(row: Uint8Array): number | undefined {
  const start = runOf(row, magenta, 0)
  if (start === undefined) return undefined
  const end = runOf(row, green, start.to)
  if (end === undefined || end.to - start.from < LENGTH_LEAST) return undefined
  // From edge to edge of the cells between; start and end may be cut off at the crop's side.
  const cells = MARK_CELLS - 2
  const step = (end.from - start.to) / cells
  const values = Array.from({ length: cells }, (_, index) =>
    brightness(row, start.to + (index + 0.5) * step),
  )
  const light = values[0] ?? 0
  const dark = values[cells - 1] ?? 0
  if (light - dark < 60) return undefined
  const middle = (light + dark) / 2
  return personOfBits(values.map((value) => (value > middle ? 1 : 0)))
}

/**
 * Who of the drawn people is in a picture of {@link CROP_SIDE} x {@link CROP_SIDE} RGB (rows, 8 bits a
 * channel): reads the mark on the collar (mark.ts). Not face recognition; undefined where no mark is read.
 */
export function readPerson(rgb: Uint8Array): number | undefined {
  if (rgb.length !== CROP_SIDE * CROP_SIDE * CHANNELS) return undefined
  const votes = new Map<number, number>()
  for (let y = 0; y < CROP_SIDE; y += 1) {
    const stride = CROP_SIDE * CHANNELS
    const person = readRow(rgb.subarray(y * stride, (y + 1) * stride))
    if (person !== undefined) votes.set(person, (votes.get(person) ?? 0) + 1)
  }
  const ranked = [...votes].sort((left, right) => right[1] - left[1])
  const [best, second] = ranked
  if (best === undefined || best[1] < ROWS_NEEDED) return undefined
  return second !== undefined && second[1] * 2 > best[1] ? undefined : best[0]
}
