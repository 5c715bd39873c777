import type { Pose } from './head-render.ts'
import { smoothStep } from './picture.ts'
import type { SceneKind, SceneOptions } from './scene.ts'

/** What happens before a camera. `pays` does what it is asked; the others do not come to a payment. */
export const STORIES = [
  'pays',
  'walks_away',
  'does_not_turn',
  'turns_the_other_way',
  'eyes_shut',
  'covered',
  'two_people',
  'printed_photo',
  'screen_replay',
  'frozen',
  'blurred',
  'nobody',
  'dark',
] as const
export type StoryKind = (typeof STORIES)[number]

export type Story = {
  readonly kind: StoryKind
  readonly personId: number
  /** Of background, light and sway; the number of the person unless told. */
  readonly seed?: number
}

/** What the terminal asks of somebody; others are heard and change nothing. */
type Ask = (pose: Pose) => { readonly to: Partial<Pose>; readonly overMs: number }

const REACTION_MS = 250
const TURN_DEG = 30
const BLINK_MS = 260
const MOVES_KEPT = 4
const ARRIVAL: Pose = { xM: 0.5, yM: 0.04, distanceM: 1.3, yawDeg: -12, pitchDeg: 0, rollDeg: 0 }
const PLACE: Pose = { xM: 0, yM: 0.01, distanceM: 0.56, yawDeg: 0, pitchDeg: 0, rollDeg: 0 }
const ARRIVAL_MS = 1_400
const LEAVES_AFTER_MS = 2_600
const GONE: Partial<Pose> = { xM: 0.9, yawDeg: 35, distanceM: 0.8 }

/** The person's own left is at the picture's right, where yaw is positive. */
const ASKS: Readonly<Record<string, Ask>> = {
  closer: (pose) => ({ to: { distanceM: pose.distanceM * 0.82 }, overMs: 500 }),
  further: (pose) => ({ to: { distanceM: pose.distanceM * 1.22 }, overMs: 500 }),
  to_the_middle: () => ({ to: { xM: 0, yM: PLACE.yM }, overMs: 500 }),
  straight: () => ({ to: { yawDeg: 0, pitchDeg: 0, rollDeg: 0 }, overMs: 400 }),
  look_here: () => ({ to: { yawDeg: 0, pitchDeg: 0, rollDeg: 0 }, overMs: 400 }),
  hold_still: () => ({ to: { yawDeg: 0, pitchDeg: 0, rollDeg: 0 }, overMs: 350 }),
  turn_left: () => ({ to: { yawDeg: TURN_DEG }, overMs: 600 }),
  turn_right: () => ({ to: { yawDeg: -TURN_DEG }, overMs: 600 }),
  done: () => ({ to: GONE, overMs: 1_500 }),
}
const MIRRORED: Readonly<Record<string, string>> = {
  turn_left: 'turn_right',
  turn_right: 'turn_left',
}

const SCENE_OF: Readonly<Partial<Record<StoryKind, SceneKind>>> = {
  two_people: 'two_people',
  printed_photo: 'printed_photo',
  screen_replay: 'screen_replay',
  frozen: 'frozen',
  blurred: 'blurred',
  nobody: 'empty',
  dark: 'black',
}
/** They stay as they came, whatever they are asked. */
const DEAF: readonly StoryKind[] = ['frozen', 'nobody', 'dark', 'printed_photo', 'screen_replay']

type Move = {
  readonly fromMs: number
  readonly overMs: number
  readonly from: Pose
  readonly to: Pose
}

function between(from: Pose, to: Pose, share: number): Pose {
  const mean = (one: number, other: number): number => one + (other - one) * share
  return {
    xM: mean(from.xM, to.xM),
    yM: mean(from.yM, to.yM),
    distanceM: mean(from.distanceM, to.distanceM),
    yawDeg: mean(from.yawDeg, to.yawDeg),
    pitchDeg: mean(from.pitchDeg, to.pitchDeg),
    rollDeg: mean(from.rollDeg, to.rollDeg),
  }
}

/**
 * Plays a story: somebody arrives, stands, does what is asked of them, and leaves. All times are milliseconds
 * since the story began; the same calls give the same pictures.
 */
export class Player {
  readonly #story: Story
  /** The last few, the newest at the end; one counts from when it begins. */
  #moves: readonly Move[]
  #heard: string | undefined
  #blinkMs: number | undefined

  constructor(story: Story) {
    this.#story = story
    const waits = DEAF.includes(story.kind)
    const from = waits ? PLACE : ARRIVAL
    this.#moves = [{ fromMs: 0, overMs: waits ? 1 : ARRIVAL_MS, from, to: PLACE }]
  }

  /** The seed that the scenes of this story are drawn with. */
  get seed(): number {
    return this.#story.seed ?? this.#story.personId
  }

  /** What the terminal asks now; the same again is not asked twice. */
  hear(guidance: string, timeMs: number): void {
    if (guidance === this.#heard || this.#heard === 'done') return
    this.#heard = guidance
    const { kind } = this.#story
    if (DEAF.includes(kind)) return
    if (guidance === 'blink') this.#blinkMs = timeMs + REACTION_MS
    const turning = guidance in MIRRORED
    if (turning && kind === 'does_not_turn') return
    const asked = turning && kind === 'turns_the_other_way' ? MIRRORED[guidance] : guidance
    const last = this.#moves.at(-1)
    const ask = ASKS[asked ?? '']
    if (last === undefined || ask === undefined) return
    const { to, overMs } = ask(last.to)
    const fromMs = timeMs + REACTION_MS
    const move = {
      fromMs,
      // What was begun is not hurried because something else is asked.
      overMs: Math.max(overMs, last.fromMs + last.overMs - fromMs),
      from: this.#poseAt(fromMs),
      to: { ...last.to, ...to },
    }
    this.#moves = [...this.#moves.slice(-MOVES_KEPT), move]
  }

  #poseAt(timeMs: number): Pose {
    const move = this.#moves.findLast(({ fromMs }) => fromMs <= timeMs) ?? this.#moves[0]
    if (move === undefined) return PLACE
    return between(move.from, move.to, smoothStep(0, 1, (timeMs - move.fromMs) / move.overMs))
  }

  #eyesAt(timeMs: number): { readonly eyesOpen?: number } {
    if (this.#story.kind === 'eyes_shut') return { eyesOpen: 0 }
    if (this.#blinkMs === undefined) return {}
    const since = timeMs - this.#blinkMs
    if (since < 0 || since > BLINK_MS) return {}
    return { eyesOpen: Math.max(Math.abs(since / (BLINK_MS / 2) - 1) * 1.6 - 0.6, 0) }
  }

  /** What {@link drawScene} is to draw at a time. */
  scene(timeMs: number): SceneOptions {
    const { kind, personId } = this.#story
    if (kind === 'walks_away' && timeMs > LEAVES_AFTER_MS) this.hear('done', timeMs)
    return {
      kind: SCENE_OF[kind] ?? 'person',
      personIds: [personId],
      pose: this.#poseAt(timeMs),
      expression: this.#eyesAt(timeMs),
      ...(kind === 'covered' ? { wear: { mask: true, glasses: 'dark' } } : {}),
    }
  }
}

/** What is asked at which time of a story that hears nothing, as in a video file. */
export type Script = readonly (readonly [atMs: number, guidance: string])[]

/** Holds still, then turns to both sides and back, for whichever was drawn. */
export const TURNS_BOTH_WAYS: Script = [
  [3_600, 'turn_left'],
  [5_400, 'straight'],
  [6_600, 'turn_right'],
  [8_400, 'straight'],
]
