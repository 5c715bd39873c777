import { paintBackdrop } from './backdrop.ts'
import type { CameraLook } from './camera-look.ts'
import { applyLook } from './camera-look.ts'
import type { Light, Pose } from './head-render.ts'
import { drawHeldPicture } from './held-picture.ts'
import { PEOPLE } from './person.ts'
import type { Picture } from './picture.ts'
import { newPicture } from './picture.ts'
import type { FaceTruth, Wear } from './portrait.ts'
import { drawPerson } from './portrait.ts'
import { randomFrom } from './random.ts'
import type { Expression } from './skin.ts'

export const SCENES = [
  'person',
  'empty',
  'two_people',
  'leaving',
  'printed_photo',
  'screen_replay',
  'black',
  'frozen',
  'blurred',
] as const
export type SceneKind = (typeof SCENES)[number]

/** Everything that is not told follows from the seed. */
export type SceneOptions = {
  readonly kind?: SceneKind
  /** Who is in it: the first, and in `two_people` the second. */
  readonly personIds?: readonly number[]
  readonly pose?: Partial<Pose>
  readonly expression?: Partial<Expression>
  readonly light?: Partial<Light>
  readonly look?: Partial<CameraLook>
  readonly wear?: Wear
  /** Nobody sways or blinks by themselves. */
  readonly still?: boolean
  /** 640 x 480 unless told; both even. */
  readonly width?: number
  readonly height?: number
}

export type DrawnScene = Picture & { readonly truth: readonly FaceTruth[] }

type Setting = {
  readonly seed: number
  readonly options: SceneOptions
  readonly timeMs: number
  readonly light: Light
}

const BACKDROPS_KEPT = 4
const backdrops = new Map<string, Picture>()

function backdropOf(seed: number, width: number, height: number): Picture {
  const key = `${seed} ${width} ${height}`
  const known = backdrops.get(key)
  if (known !== undefined) return known
  const made = paintBackdrop(seed, [width, height])
  const oldest = backdrops.keys().next()
  if (backdrops.size >= BACKDROPS_KEPT && !oldest.done) backdrops.delete(oldest.value)
  backdrops.set(key, made)
  return made
}

const BLINK_MS = 180
const BLINK_EVERY_MS = 3_400

function blinkAt(seed: number, timeMs: number): number {
  const since = (timeMs + (seed % 17) * 190) % BLINK_EVERY_MS
  return since < BLINK_MS ? Math.abs(since / (BLINK_MS / 2) - 1) : 1
}

/** How somebody stands who stands still: never quite. */
function standing(seed: number, options: SceneOptions, timeMs: number): Pose {
  const sway = options.still === true ? 0 : 1
  const random = randomFrom(seed, 'stand')
  const wave = (periodMs: number): number =>
    sway * Math.sin((timeMs / periodMs + random.next()) * 2 * Math.PI)
  return {
    xM: 0.003 * wave(4100),
    yM: 0.01 + 0.002 * wave(3300),
    distanceM: 0.6,
    yawDeg: 1.5 * wave(5200),
    pitchDeg: 1.2 * wave(4700),
    rollDeg: 0.8 * wave(6100),
    ...options.pose,
  }
}

function faceNow(setting: Setting): Expression {
  const { seed, options, timeMs } = setting
  const eyesOpen = options.still === true ? 1 : blinkAt(seed, timeMs)
  return { eyesOpen, mouthOpen: 0, smile: 0.1, ...options.expression }
}

function firstPerson({ seed, options }: Setting): number {
  return options.personIds?.[0] ?? Math.abs(seed) % PEOPLE
}

function onePerson(picture: Picture, setting: Setting, pose: Pose): FaceTruth {
  const who = { personId: firstPerson(setting), wear: setting.options.wear ?? {} }
  return drawPerson(picture, who, { pose, light: setting.light, expression: faceNow(setting) })
}

/** More than half of the face is in the picture. */
function inPicture(picture: Picture, { box }: FaceTruth): boolean {
  const seen =
    Math.max(Math.min(box.x + box.width, picture.width) - Math.max(box.x, 0), 0) *
    Math.max(Math.min(box.y + box.height, picture.height) - Math.max(box.y, 0), 0)
  return seen > 0.5 * box.width * box.height
}

type Drawer = (picture: Picture, setting: Setting) => readonly FaceTruth[]

const alone: Drawer = (picture, setting) => [
  onePerson(picture, setting, standing(setting.seed, setting.options, setting.timeMs)),
]

const twoPeople: Drawer = (picture, setting) => {
  const { seed, options, timeMs, light } = setting
  const random = randomFrom(seed, 'second')
  const side = random.chance(0.5) ? 1 : -1
  const second = options.personIds?.[1] ?? (firstPerson(setting) + 17) % PEOPLE
  const pose = standing(seed + 1, { ...options, pose: {} }, timeMs)
  const behind = { ...pose, xM: side * random.range(0.2, 0.26), distanceM: random.range(0.75, 0.9) }
  const expression = { eyesOpen: 1, mouthOpen: 0, smile: 0.3 }
  const other = drawPerson(
    picture,
    { personId: second, wear: options.wear ?? {} },
    { pose: behind, light, expression },
  )
  const near = standing(seed, options, timeMs)
  return [onePerson(picture, setting, { ...near, xM: near.xM - side * 0.08 }), other]
}

const LEAVING_AFTER_MS = 800
const LEAVING_PER_S_M = 0.28

const leaving: Drawer = (picture, setting) => {
  const pose = standing(setting.seed, setting.options, setting.timeMs)
  const gone = (Math.max(setting.timeMs - LEAVING_AFTER_MS, 0) / 1000) * LEAVING_PER_S_M
  return [
    onePerson(picture, setting, { ...pose, xM: pose.xM + gone, yawDeg: pose.yawDeg + gone * 60 }),
  ]
}

/** Somebody's portrait as a picture of its own, for a photo or a screen that is held up. */
function held(surface: 'paper' | 'screen'): Drawer {
  return (picture, setting) => {
    const { seed, options } = setting
    const timeMs = surface === 'paper' ? 0 : setting.timeMs
    const portrait = drawScene(
      seed + 7,
      {
        ...options,
        kind: 'person',
        width: 480,
        height: 560,
        pose: { distanceM: 0.36, yM: 0.015 },
        look: { noise: 0 },
        personIds: [firstPerson(setting)],
        still: surface === 'paper',
      },
      timeMs,
    )
    const pose = standing(seed, options, setting.timeMs)
    return drawHeldPicture(picture, portrait, { seed, pose, surface, timeMs: setting.timeMs })
  }
}

const DRAWERS: Readonly<Record<SceneKind, Drawer>> = {
  person: alone,
  empty: () => [],
  two_people: twoPeople,
  leaving,
  printed_photo: held('paper'),
  screen_replay: held('screen'),
  black: () => [],
  frozen: alone,
  blurred: alone,
}

const LOOKS: Readonly<Partial<Record<SceneKind, Partial<CameraLook>>>> = {
  black: { exposure: 0, noise: 3 },
  blurred: { blurPx: 9 },
}

/**
 * Draws what a camera sees at a moment, the same every time for the same three values. Nobody in it exists.
 * Pixels are RGBA in rows; the truth says where each face is of which more than half is in the picture.
 */
export function drawScene(seed: number, options: SceneOptions, timeMs: number): DrawnScene {
  const { kind = 'person', width = 640, height = 480 } = options
  const random = randomFrom(seed, 'light')
  const light: Light = {
    sideDeg: random.range(-35, 35),
    upDeg: random.range(10, 45),
    direct: random.range(0.4, 0.55),
    ambient: random.range(0.5, 0.65),
    ...options.light,
  }
  const now = kind === 'frozen' ? 0 : timeMs
  const backdrop = backdropOf(seed, width, height)
  const picture = newPicture(width, height)
  picture.rgba.set(backdrop.rgba)
  const found = DRAWERS[kind](picture, { seed, options, timeMs: now, light })
  const look = { kelvin: random.range(4600, 6400), exposure: 1, noise: 5, blurPx: 0 }
  applyLook(picture, { ...look, ...LOOKS[kind], ...options.look }, seed + now)
  return { ...picture, truth: found.filter((face) => inPicture(picture, face)) }
}
