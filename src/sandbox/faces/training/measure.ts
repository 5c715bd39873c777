import { parseArgs } from 'node:util'
import type { FaceTruth } from '../portrait.ts'
import { drawScene } from '../scene.ts'
import type { Detector, Found } from './detector.ts'
import { openDetector, overlap } from './detector.ts'
import { sampleOf, tillSampleOf } from './samples.ts'

/** A face is found when its box has this share in common with the true one. */
const OVERLAP_LEAST = 0.5
const SCORE_LEAST = 0.6

/** What a detector does on held-out drawings. Distances are shares of the width of the true box. */
export type Figures = {
  readonly frames: number
  readonly faces: number
  readonly recall: number
  readonly precision: number
  readonly scoreMean: number
  readonly scoreLeast: number
  readonly overlapMean: number
  readonly landmarkMean: number
  readonly landmarkP95: number
  readonly msMedian: number
}

type Tally = {
  faces: number
  hits: number
  given: number
  overlaps: number[]
  aways: number[]
  ms: number[]
  scores: number[]
}

function count(tally: Tally, found: readonly Found[], truth: readonly FaceTruth[]): void {
  tally.faces += truth.length
  tally.given += found.length
  const free = new Set(truth)
  for (const face of found) {
    const best = [...free].sort((a, b) => overlap(face.box, b.box) - overlap(face.box, a.box))[0]
    if (best === undefined || overlap(face.box, best.box) < OVERLAP_LEAST) continue
    free.delete(best)
    tally.hits += 1
    tally.scores.push(face.score)
    tally.overlaps.push(overlap(face.box, best.box))
    best.landmarks.forEach(([x, y], index) => {
      const [foundX, foundY] = face.landmarks[index] ?? [0, 0]
      tally.aways.push(Math.hypot(foundX - x, foundY - y) / best.box.width)
    })
  }
}

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / Math.max(values.length, 1)

function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((left, right) => left - right)
  return sorted[Math.floor(share * (sorted.length - 1))] ?? 0
}

type Samples = { readonly of: typeof tillSampleOf; readonly frames: number }

/** What is measured on: the held-out set, and people who stand at a till. */
export const MEASURED = {
  held_out: { of: (index: number) => sampleOf('held_out', index), frames: 400 },
  till: { of: tillSampleOf, frames: 96 },
} as const satisfies Readonly<Record<string, Samples>>

/** Draws samples and lets a detector look at them. */
export async function measure(
  detect: Detector,
  samples: Samples,
  nowMs: () => number,
): Promise<Figures> {
  const tally: Tally = { faces: 0, hits: 0, given: 0, overlaps: [], aways: [], ms: [], scores: [] }
  for (let index = 0; index < samples.frames; index += 1) {
    const { seed, options } = samples.of(index)
    const scene = drawScene(seed, options, 0)
    const startMs = nowMs()
    const found = await detect(scene, SCORE_LEAST)
    tally.ms.push(nowMs() - startMs)
    count(tally, found, scene.truth)
  }
  return {
    frames: samples.frames,
    faces: tally.faces,
    recall: tally.hits / Math.max(tally.faces, 1),
    precision: tally.hits / Math.max(tally.given, 1),
    scoreMean: mean(tally.scores),
    scoreLeast: quantile(tally.scores, 0),
    overlapMean: mean(tally.overlaps),
    landmarkMean: mean(tally.aways),
    landmarkP95: quantile(tally.aways, 0.95),
    msMedian: quantile(tally.ms, 0.5),
  }
}

if (import.meta.main) {
  const { positionals } = parseArgs({ allowPositionals: true })
  for (const path of positionals) {
    const detect = await openDetector(path)
    for (const [name, samples] of Object.entries(MEASURED)) {
      const figures = await measure(detect, samples, () => performance.now())
      process.stdout.write(`${path} ${name}\n${JSON.stringify(figures, undefined, 2)}\n`)
    }
  }
}
