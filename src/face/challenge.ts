import type { Landmarks } from './detect.ts'
import { estimatePose, parallaxOf } from './pose.ts'

/** A side, as the customer sees it: left is their own left, where a camera's picture has its right. */
export type TurnSide = 'left' | 'right'

/** When a turn of the head counts. Estimated angles are a tenth or two smaller than real ones. */
const TURN_LIMITS = {
  /** Estimated turn from where it began, at least. */
  turnedDeg: 16,
  /** How far the nose has to have moved against a picture of the face, distances between the eyes. */
  parallaxMin: 0.13,
  /** A face whose eyes and mouth moved otherwise than in a plane is another face, or none. */
  planeMax: 0.12,
  /** Frames in a row that show it turned. */
  turnedFrames: 3,
  /** Seen on its way, there or back: turned by more than this, and by less than that share of the most. */
  onTheWayDeg: 4,
  onTheWayShare: 0.7,
  /** From being asked to having turned, milliseconds. */
  timeMs: 7_000,
} as const

/** How far a turn has come. */
export type TurnState = {
  readonly side: TurnSide
  /** How the face was when it was asked. */
  readonly reference: Landmarks
  readonly askedAtMs: number
  /** How far it was turned to that side in every frame since, degrees. */
  readonly turnsDeg: readonly number[]
  readonly turned: number
  /** It was turned for long enough; not seen on its way there, it has to be seen on its way back. */
  readonly hasTurned: boolean
  readonly wrongWay: number
}

/** Asks for a turn. */
export function askForTurn(side: TurnSide, reference: Landmarks, askedAtMs: number): TurnState {
  return { side, reference, askedAtMs, turnsDeg: [], turned: 0, hasTurned: false, wrongWay: 0 }
}

/** Draws the side from one random byte. */
export function sideByLot(byte: number): TurnSide {
  return (byte & 1) === 0 ? 'left' : 'right'
}

/** What came of one frame of a turn. */
export type TurnStep =
  | { readonly kind: 'turning'; readonly state: TurnState }
  | { readonly kind: 'turned' }
  | { readonly kind: 'failed' }

/**
 * Judges one more frame of the same face. Its nose has to move to the side asked for, further than it would
 * in a flat picture of the face however that is moved, turned or tilted, and to be seen on its way. Turned
 * the other way it fails: two guesses would be none.
 */
export function stepTurn(state: TurnState, now: Landmarks, atMs: number): TurnStep {
  const sign = state.side === 'left' ? 1 : -1
  const { yawDeg } = estimatePose(now)
  const turnedDeg = (yawDeg - estimatePose(state.reference).yawDeg) * sign
  const parallax = parallaxOf(state.reference, now)
  const isWhole = parallax.plane <= TURN_LIMITS.planeMax
  const isPast = (sidewards: number, nose: number) =>
    isWhole && sidewards >= TURN_LIMITS.turnedDeg && nose >= TURN_LIMITS.parallaxMin
  const isTurned = isPast(turnedDeg, parallax.nose * sign)
  const isWrong = isPast(-turnedDeg, -parallax.nose * sign)
  const turned = isTurned ? state.turned + 1 : 0
  const next: TurnState = {
    ...state,
    turnsDeg: [...state.turnsDeg, turnedDeg],
    turned,
    hasTurned: state.hasTurned || turned >= TURN_LIMITS.turnedFrames,
    wrongWay: isWrong ? state.wrongWay + 1 : 0,
  }
  if (next.wrongWay >= TURN_LIMITS.turnedFrames) return { kind: 'failed' }
  if (atMs - state.askedAtMs > TURN_LIMITS.timeMs) return { kind: 'failed' }
  const isDone = next.hasTurned && wasOnTheWay(next)
  return isDone ? { kind: 'turned' } : { kind: 'turning', state: next }
}

/** A picture put in place of another is never between the two. */
function wasOnTheWay({ turnsDeg }: TurnState): boolean {
  const mostDeg = Math.max(...turnsDeg) * TURN_LIMITS.onTheWayShare
  return turnsDeg.some((deg) => deg >= TURN_LIMITS.onTheWayDeg && deg <= mostDeg)
}
