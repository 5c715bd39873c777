import type { Face, Landmarks, Point } from '../../src/face/detect.ts'
import type { FrameFacts } from '../../src/face/judge.ts'

/** How a head, or a picture of one, is before a camera: degrees, metres. */
export type Stance = {
  readonly yawDeg?: number
  readonly pitchDeg?: number
  readonly rollDeg?: number
  readonly distanceM?: number
  readonly xM?: number
  readonly yM?: number
}

type Solid = readonly [x: number, y: number, z: number]

/** Of a usual head, metres: to the picture's right, down, away. Eyes and mouth are about in a plane. */
const POINTS: Readonly<Record<keyof Landmarks, Solid>> = {
  rightEye: [-0.032, -0.03, 0],
  leftEye: [0.032, -0.03, 0],
  nose: [0, 0.01, -0.03],
  rightMouth: [-0.025, 0.042, 0.002],
  leftMouth: [0.025, 0.042, 0.002],
}
const FOCAL_PX = 557
const DEGREES = Math.PI / 180

/** Five points of a head, or, with `isFlat`, of a picture of one that is held like that. */
export function landmarksOf(stance: Stance, isFlat = false): Landmarks {
  const project = (solid: Solid) => projected(isFlat ? [solid[0], solid[1], 0] : solid, stance)
  return {
    rightEye: project(POINTS.rightEye),
    leftEye: project(POINTS.leftEye),
    nose: project(POINTS.nose),
    rightMouth: project(POINTS.rightMouth),
    leftMouth: project(POINTS.leftMouth),
  }
}

function projected([x0, y0, z0]: Solid, stance: Stance): Point {
  const { yawDeg = 0, pitchDeg = 0, rollDeg = 0, distanceM = 0.6, xM = 0, yM = 0 } = stance
  const [yaw, pitch, roll] = [yawDeg * DEGREES, pitchDeg * DEGREES, rollDeg * DEGREES]
  const x1 = x0 * Math.cos(yaw) - z0 * Math.sin(yaw)
  const z1 = x0 * Math.sin(yaw) + z0 * Math.cos(yaw)
  const y1 = y0 * Math.cos(pitch) - z1 * Math.sin(pitch)
  const z2 = y0 * Math.sin(pitch) + z1 * Math.cos(pitch)
  const x2 = x1 * Math.cos(roll) - y1 * Math.sin(roll)
  const y2 = x1 * Math.sin(roll) + y1 * Math.cos(roll)
  const scale = FOCAL_PX / (distanceM + z2)
  return { x: 320 + (x2 + xM) * scale, y: 240 + (y2 + yM) * scale }
}

/** A face with these points, and the box that a detector would draw around them. */
export function faceOf(landmarks: Landmarks, score = 0.92): Face {
  const points = Object.values(landmarks)
  const mean = (pick: (point: Point) => number) =>
    points.reduce((sum, point) => sum + pick(point), 0) / points.length
  const { rightEye, leftEye, rightMouth, leftMouth } = landmarks
  const down = Math.hypot(
    (rightMouth.x + leftMouth.x - rightEye.x - leftEye.x) / 2,
    (rightMouth.y + leftMouth.y - rightEye.y - leftEye.y) / 2,
  )
  const [width, height] = [2 * down, 2.5 * down]
  const [x, y] = [mean((point) => point.x) - width / 2, mean((point) => point.y) - height / 2]
  return { box: { x, y, width, height }, score, landmarks }
}

/** Facts of a frame of 640 by 480 in which all is well but what is told. */
export function factsOf(
  atMs: number,
  faces: readonly Face[],
  told: Partial<FrameFacts> = {},
): FrameFacts {
  return {
    atMs,
    width: 640,
    height: 480,
    look: { meanBrightness: 120, topBrightness: 230, trace: atMs + 1 },
    faces,
    quality: { sharpness: 0.6, meanBrightness: 120, darkShare: 0.02, brightShare: 0.01 },
    likeness: 0.9,
    ...told,
  }
}
