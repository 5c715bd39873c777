import type { FaceGuidance } from '../ports/face.ts'
import type { Face } from './detect.ts'
import { overlapOf } from './detect.ts'
import { estimatePose, type HeadPose, parallaxOf } from './pose.ts'
import type { FaceQuality, FrameLook } from './quality.ts'

/** What is known of one frame. */
export type FrameFacts = {
  /** On a clock that does not jump, milliseconds. */
  readonly atMs: number
  readonly width: number
  readonly height: number
  readonly look: FrameLook
  /** Best first; those of a score of at least {@link FACE_LIMITS.secondScoreMin}. */
  readonly faces: readonly Face[]
  /** Of the best face. */
  readonly quality?: FaceQuality
  /** How alike the best face is to that of the frame before, -1 to 1. */
  readonly likeness?: number
  /** What the liveness networks say of the best face, 0 to 1; absent where they were not asked. */
  readonly live?: number
}

/** What a face has to be to be sealed, and what counts as one. Tuned on drawn faces. */
export const FACE_LIMITS = {
  /** Least score of the face, and of what counts as a second one. */
  scoreMin: 0.75,
  secondScoreMin: 0.5,
  /** Boxes that share more than this of their union are one face. */
  overlapMax: 0.3,
  facesMax: 4,
  /** Width of the face: pixels, and shares of the frame's width. */
  widthMinPx: 80,
  widthShareMin: 0.1,
  widthShareMax: 0.55,
  /** How far the middle of the face may be from that of the frame, shares of width and height. */
  asideShareMax: 0.2,
  aboveShareMax: 0.22,
  /** How far the box may reach beyond the frame, share of its own size. */
  beyondShareMax: 0.04,
  /** How the head may be held, degrees either way. */
  yawMaxDeg: 14,
  pitchMaxDeg: 22,
  rollMaxDeg: 18,
  /** Least {@link FaceQuality.sharpness}. */
  sharpnessMin: 0.2,
  /** Brightness of the face, 0 to 255, and shares of it that may be black or white. */
  brightnessMin: 45,
  brightnessMax: 220,
  darkShareMax: 0.5,
  brightShareMax: 0.3,
  /** A frame without anything brighter is black. */
  blackTopMax: 28,
} as const

/** What the customer should do about a frame, or that its face may be sealed. */
export type FrameVerdict =
  | { readonly kind: 'fit'; readonly face: Face; readonly pose: HeadPose }
  /** `face` where there is exactly one. */
  | { readonly kind: 'unfit'; readonly guidance: FaceGuidance; readonly face?: Face }

type Seen = FrameFacts & { readonly face: Face; readonly pose: HeadPose }
const L = FACE_LIMITS

/** Of one face, in the order in which they are said: the first that is not so. */
const CHECKS: readonly (readonly [FaceGuidance, (seen: Seen) => boolean])[] = [
  // Said first: a face that fills the frame reaches beyond it wherever it is.
  ['further', ({ face, width }) => face.box.width <= width * L.widthShareMax],
  ['to_the_middle', isInside],
  [
    'closer',
    ({ face, width }) => face.box.width >= Math.max(L.widthMinPx, width * L.widthShareMin),
  ],
  ['to_the_middle', isInTheMiddle],
  ['lighter', ({ quality: q }) => q !== undefined && q.meanBrightness >= L.brightnessMin],
  ['lighter', ({ quality: q }) => q !== undefined && q.darkShare <= L.darkShareMax],
  ['darker', ({ quality: q }) => q !== undefined && q.meanBrightness <= L.brightnessMax],
  ['darker', ({ quality: q }) => q !== undefined && q.brightShare <= L.brightShareMax],
  ['straight', ({ pose }) => Math.abs(pose.yawDeg) <= L.yawMaxDeg],
  ['straight', ({ pose }) => Math.abs(pose.pitchDeg) <= L.pitchMaxDeg],
  ['straight', ({ pose }) => Math.abs(pose.rollDeg) <= L.rollMaxDeg],
  ['hold_still', ({ quality: q }) => q !== undefined && q.sharpness >= L.sharpnessMin],
]

/** The one face of a frame, or what is to be said where there is none, or more than one. */
export function onlyFace({ look, faces }: FrameFacts): FrameVerdict | Face {
  if (look.topBrightness <= L.blackTopMax) return { kind: 'unfit', guidance: 'lighter' }
  const [face, second] = faces
  if (second !== undefined) return { kind: 'unfit', guidance: 'one_person' }
  if (face === undefined || face.score < L.scoreMin) return { kind: 'unfit', guidance: 'look_here' }
  return face
}

/** Judges one frame by itself. */
export function judgeFrame(facts: FrameFacts): FrameVerdict {
  const face = onlyFace(facts)
  if ('kind' in face) return face
  const pose = estimatePose(face.landmarks)
  const seen = { ...facts, face, pose }
  const failed = CHECKS.find(([, isGood]) => !isGood(seen))
  return failed ? { kind: 'unfit', guidance: failed[0], face } : { kind: 'fit', face, pose }
}

function isInside({ face: { box }, width, height }: Seen): boolean {
  const [x, y] = [box.width * L.beyondShareMax, box.height * L.beyondShareMax]
  const isAcross = box.x >= -x && box.x + box.width <= width + x
  return isAcross && box.y >= -y && box.y + box.height <= height + y
}

function isInTheMiddle({ face: { box }, width, height }: Seen): boolean {
  const aside = Math.abs((box.x + box.width / 2) / width - 0.5)
  const above = Math.abs((box.y + box.height / 2) / height - 0.5)
  return aside <= L.asideShareMax && above <= L.aboveShareMax
}

/** How good a fit face is for recognition; higher is better, comparable within one capture. */
export function scoreOf(
  { face, pose }: { readonly face: Face; readonly pose: HeadPose },
  { quality, live = 1 }: FrameFacts,
): number {
  const sharpness = Math.min(quality?.sharpness ?? 0, 1)
  const turned = Math.abs(pose.yawDeg) / 45 + Math.abs(pose.pitchDeg) / 90
  const large = Math.min(face.box.width / 160, 1)
  return sharpness + face.score + large + live - turned
}

/** When a face in one frame is the one of the frame before. */
const TRACK_LIMITS = {
  /** Longest time between two frames, milliseconds. */
  gapMs: 1_000,
  overlapMin: 0.5,
  /** Half of the swaps for another person fall below it; a turning head does not. */
  likenessMin: 0.35,
  /** How far eyes and mouth may move otherwise than in a plane, distances between the eyes. */
  planeMax: 0.05,
  /** Fastest turn of a head, degrees a second, and what an estimate may be off. */
  turnDegPerS: 150,
  turnSlackDeg: 10,
} as const

/** A face that is followed. */
export type Track = { readonly face: Face; readonly atMs: number }

/** Whether `face` is the face of the track, moved as a face moves; a swap between frames is another. */
export function isSameFace(track: Track, face: Face, { atMs, likeness }: FrameFacts): boolean {
  const gapMs = atMs - track.atMs
  if (gapMs > TRACK_LIMITS.gapMs || gapMs < 0) return false
  if (overlapOf(track.face.box, face.box) < TRACK_LIMITS.overlapMin) return false
  if (likeness === undefined || likeness < TRACK_LIMITS.likenessMin) return false
  const { landmarks: before } = track.face
  if (parallaxOf(before, face.landmarks).plane > TRACK_LIMITS.planeMax) return false
  const turned = Math.abs(estimatePose(face.landmarks).yawDeg - estimatePose(before).yawDeg)
  return turned <= TRACK_LIMITS.turnSlackDeg + (TRACK_LIMITS.turnDegPerS * gapMs) / 1_000
}
