import { closeSync, mkdirSync, openSync, writeFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import type { Picture } from '../picture.ts'
import type { FaceTruth } from '../portrait.ts'
import { drawScene } from '../scene.ts'
import type { SampleSet } from './samples.ts'
import { RANGES, sampleOf } from './samples.ts'

/** Faces that a sample has at most, and numbers each has: 1, box (4), landmarks (10). */
const FACES = 2
const FACE_NUMBERS = 15

/** Half the size, each pixel the mean of four; blue, green, red in rows. */
export function halved({ width, height, rgba }: Picture): Uint8Array {
  const halfWidth = width / 2
  const bgr = new Uint8Array(halfWidth * (height / 2) * 3)
  for (let y = 0; y < height / 2; y += 1) {
    for (let x = 0; x < halfWidth; x += 1) {
      const from = (y * 2 * width + x * 2) * 4
      for (let channel = 0; channel < 3; channel += 1) {
        const at = from + channel
        const below = at + width * 4
        const sum =
          (rgba[at] ?? 0) + (rgba[at + 4] ?? 0) + (rgba[below] ?? 0) + (rgba[below + 4] ?? 0)
        bgr[(y * halfWidth + x) * 3 + 2 - channel] = (sum + 2) >> 2
      }
    }
  }
  return bgr
}

function numbersOf(truth: readonly FaceTruth[]): Float32Array {
  const numbers = new Float32Array(FACES * FACE_NUMBERS)
  truth.slice(0, FACES).forEach(({ box, landmarks }, index) => {
    const values = [box.x, box.y, box.width, box.height, ...landmarks.flat()]
    numbers.set([1, ...values.map((value) => value / 2)], index * FACE_NUMBERS)
  })
  return numbers
}

/** Writes `frames.raw` (BGR rows, 320 x 240), `faces.raw` (float32) and `data.json` into a folder. */
export function writeData(folder: string, set: SampleSet, count: number): void {
  mkdirSync(folder, { recursive: true })
  const frames = openSync(join(folder, 'frames.raw'), 'w')
  const faces = openSync(join(folder, 'faces.raw'), 'w')
  try {
    for (let index = 0; index < count; index += 1) {
      const { seed, options } = sampleOf(set, index)
      const scene = drawScene(seed, options, 0)
      writeSync(frames, halved(scene))
      writeSync(faces, new Uint8Array(numbersOf(scene.truth).buffer))
    }
  } finally {
    closeSync(frames)
    closeSync(faces)
  }
  const about = { set, count, width: 320, height: 240, faces: FACES, numbers: FACE_NUMBERS }
  writeFileSync(join(folder, 'data.json'), JSON.stringify(about))
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      out: { type: 'string', default: 'drawn-faces' },
      count: { type: 'string', default: '2400' },
      'held-out': { type: 'string', default: '400' },
    },
  })
  const sets = { train: Number(values.count), held_out: Number(values['held-out']) }
  for (const set of Object.keys(RANGES) as SampleSet[]) {
    writeData(join(values.out, set), set, sets[set])
  }
}
