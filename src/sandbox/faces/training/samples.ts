import { BEARDS, GLASSES, HEADWEAR } from '../person.ts'
import type { Random } from '../random.ts'
import { randomFrom } from '../random.ts'
import type { SceneKind, SceneOptions } from '../scene.ts'

/** From and to of everything that a sample is varied by; lengths in metres, angles in degrees. */
export type Ranges = {
  readonly firstPerson: number
  readonly distanceM: readonly [number, number]
  readonly yawDeg: readonly [number, number]
  readonly pitchDeg: readonly [number, number]
  readonly rollDeg: readonly [number, number]
  readonly lightSideDeg: readonly [number, number]
  readonly kelvin: readonly [number, number]
  readonly exposure: readonly [number, number]
  readonly noise: readonly [number, number]
  readonly blurPx: readonly [number, number]
}

/** What is learned from, and what is held out: other people, other backgrounds, and wider or other ranges. */
export const RANGES = {
  train: {
    firstPerson: 1_000,
    distanceM: [0.34, 1.5],
    yawDeg: [-45, 45],
    pitchDeg: [-22, 22],
    rollDeg: [-22, 22],
    lightSideDeg: [-75, 75],
    kelvin: [3000, 8000],
    exposure: [0.45, 1.6],
    noise: [0, 16],
    blurPx: [0, 3],
  },
  held_out: {
    firstPerson: 900_000,
    distanceM: [0.32, 1.7],
    yawDeg: [-50, 50],
    pitchDeg: [-25, 25],
    rollDeg: [-25, 25],
    lightSideDeg: [-85, 85],
    kelvin: [2700, 8800],
    exposure: [0.4, 1.75],
    noise: [2, 20],
    blurPx: [0, 3.5],
  },
} as const satisfies Readonly<Record<string, Ranges>>
export type SampleSet = keyof typeof RANGES

/** One person, one background and one outfit are drawn this often, because making them is what takes time. */
const SAMPLES_EACH = 4
const MARKED_SHARE = 0.25

const KINDS: readonly [SceneKind, ...SceneKind[]] = [
  'person',
  ...Array<SceneKind>(12).fill('person'),
  ...Array<SceneKind>(3).fill('two_people'),
  'empty',
  'empty',
  'printed_photo',
  'screen_replay',
]

function poseOf(random: Random, ranges: Ranges) {
  const among = (range: readonly [number, number]) => random.range(range[0], range[1])
  const [near, far] = ranges.distanceM
  // Even in size and not in distance: near is as frequent as far.
  const distanceM = 1 / random.range(1 / far, 1 / near)
  return {
    distanceM,
    xM: random.range(-0.42, 0.42) * distanceM,
    yM: random.range(-0.26, 0.26) * distanceM,
    yawDeg: among(ranges.yawDeg) * Math.sqrt(random.next()),
    pitchDeg: among(ranges.pitchDeg),
    rollDeg: among(ranges.rollDeg),
  }
}

/** The n-th sample of a set: a seed for the scene and everything that is told to it. */
export function sampleOf(set: SampleSet, index: number): { seed: number; options: SceneOptions } {
  const ranges: Ranges = RANGES[set]
  const group = ranges.firstPerson + Math.floor(index / SAMPLES_EACH)
  const outfit = randomFrom(group, 'outfit')
  const random = randomFrom(ranges.firstPerson + index, 'sample')
  const among = (range: readonly [number, number]) => random.range(range[0], range[1])
  const kind = random.pick(KINDS)
  const wear = {
    mark: outfit.chance(MARKED_SHARE),
    mask: outfit.chance(0.1),
    ...(outfit.chance(0.3) ? { glasses: outfit.pick(GLASSES) } : {}),
    ...(outfit.chance(0.3) ? { headwear: outfit.pick(HEADWEAR) } : {}),
    ...(outfit.chance(0.2) ? { beard: outfit.pick(BEARDS) } : {}),
  }
  const options: SceneOptions = {
    kind,
    personIds: [group, group + 500_000],
    wear,
    still: true,
    pose: poseOf(random, ranges),
    expression: {
      eyesOpen: random.chance(0.15) ? random.range(0, 0.5) : random.range(0.7, 1.1),
      mouthOpen: random.chance(0.3) ? random.range(0, 1) : 0,
      smile: random.range(0, 1),
    },
    light: {
      sideDeg: among(ranges.lightSideDeg),
      upDeg: random.range(-10, 65),
      direct: random.range(0.2, 0.75),
      ambient: random.range(0.25, 0.65),
    },
    look: {
      kelvin: among(ranges.kelvin),
      exposure: among(ranges.exposure),
      noise: among(ranges.noise),
      blurPx: among(ranges.blurPx),
    },
  }
  return { seed: group, options }
}

const TILL_YAWS = [0, 12, -12, 25, -25, 30] as const

/** Somebody who stands before a till and turns the head, in even light. */
export function tillSampleOf(index: number): { seed: number; options: SceneOptions } {
  const yawDeg = TILL_YAWS[index % TILL_YAWS.length] ?? 0
  const pose = { yawDeg, distanceM: 0.45 + 0.05 * (index % 8) }
  return { seed: 5_000 + index, options: { personIds: [index % 64], still: true, pose } }
}
