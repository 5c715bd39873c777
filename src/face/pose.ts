import type { Landmarks, Point } from './detect.ts'

/** How a head is held, degrees; estimated from five points, so a few degrees off. */
export type HeadPose = {
  /** Positive where the nose points to the right of the picture: the person's own left. */
  readonly yawDeg: number
  /** Positive where the nose points down. */
  readonly pitchDeg: number
  /** Positive where the head leans to the right of the picture. */
  readonly rollDeg: number
}

/** Of a usual head: how far the tip of the nose stands out, in distances between the eyes. */
const NOSE_DEPTH = 0.55
/** How far down from the eyes to the mouth the nose is on a face held straight. */
const NOSE_HEIGHT = 0.6
/** Degrees for the nose to move as far as from the eyes to the mouth; right where it is small. */
const DEGREES_PER_HEIGHT = 120
const DEGREES = 180 / Math.PI

/**
 * Estimates how a head is held. The nose stands out: turned aside it moves along the line of the eyes, as
 * the tangent of the angle; nodded it moves between eyes and mouth.
 */
export function estimatePose(landmarks: Landmarks): HeadPose {
  const { nose, rightEye, leftEye, rightMouth, leftMouth } = landmarks
  const eyes = middle(rightEye, leftEye)
  const mouth = middle(rightMouth, leftMouth)
  const roll = Math.atan2(leftEye.y - rightEye.y, leftEye.x - rightEye.x)
  const apart = Math.hypot(leftEye.x - rightEye.x, leftEye.y - rightEye.y)
  const upright = (point: Point) => rotated(point, eyes, -roll)
  const noseAt = upright(nose)
  const mouthAt = upright(mouth)
  const height = mouthAt.y
  if (!(apart > 0) || !(height > 0)) return { yawDeg: 90, pitchDeg: 90, rollDeg: roll * DEGREES }
  // A mouth aside of the eyes' middle is what is left of a roll; the nose is measured from the line between.
  const down = noseAt.y / height
  const along = (noseAt.x - mouthAt.x * down) / apart
  return {
    yawDeg: Math.atan(along / NOSE_DEPTH) * DEGREES,
    pitchDeg: (down - NOSE_HEIGHT) * DEGREES_PER_HEIGHT,
    rollDeg: roll * DEGREES,
  }
}

function middle(one: Point, other: Point): Point {
  return { x: (one.x + other.x) / 2, y: (one.y + other.y) / 2 }
}

function rotated(point: Point, about: Point, angle: number): Point {
  const [x, y] = [point.x - about.x, point.y - about.y]
  return {
    x: x * Math.cos(angle) - y * Math.sin(angle),
    y: x * Math.sin(angle) + y * Math.cos(angle),
  }
}

/** How the points of a face moved between two frames, beyond what a flat picture of it can do. */
export type Parallax = {
  /**
   * How far the nose moved along the line of the eyes against where a picture of the face would have it, in
   * distances between the eyes; positive to the right of the picture.
   */
  readonly nose: number
  /** How far eyes and mouth are off from being moved, turned, tilted or scaled as a plane, in the same unit. */
  readonly plane: number
}

/**
 * Compares two views of a face. Eyes and corners of the mouth lie about in a plane, the nose stands out of
 * it. The four are fitted by an affine map, which is what any movement of a flat picture comes to from some
 * distance; where that map puts the nose is where a picture would have it.
 */
export function parallaxOf(before: Landmarks, now: Landmarks): Parallax {
  const names = ['rightEye', 'leftEye', 'rightMouth', 'leftMouth'] as const
  const pairs = names.map((name) => [before[name], now[name]] as const)
  const from = centre(pairs.map(([point]) => point))
  const to = centre(pairs.map(([, point]) => point))
  let [xx, xy, yy, xu, yu, xv, yv] = [0, 0, 0, 0, 0, 0, 0]
  for (const [a, b] of pairs) {
    const [x, y, u, v] = [a.x - from.x, a.y - from.y, b.x - to.x, b.y - to.y]
    xx += x * x
    xy += x * y
    yy += y * y
    xu += x * u
    yu += y * u
    xv += x * v
    yv += y * v
  }
  const determinant = xx * yy - xy * xy
  const apart = Math.hypot(now.leftEye.x - now.rightEye.x, now.leftEye.y - now.rightEye.y)
  const apartBefore = Math.hypot(
    before.leftEye.x - before.rightEye.x,
    before.leftEye.y - before.rightEye.y,
  )
  if (!(determinant > 1e-9) || !(apart > 0)) return { nose: 0, plane: Number.POSITIVE_INFINITY }
  const map = (point: Point): Point => {
    const [x, y] = [point.x - from.x, point.y - from.y]
    return {
      x: to.x + (x * (xu * yy - yu * xy) + y * (yu * xx - xu * xy)) / determinant,
      y: to.y + (x * (xv * yy - yv * xy) + y * (yv * xx - xv * xy)) / determinant,
    }
  }
  const noseMap = map(before.nose)
  const [alongX, alongY] = [
    (now.leftEye.x - now.rightEye.x) / apart,
    (now.leftEye.y - now.rightEye.y) / apart,
  ]
  // Against the larger of both distances: eyes that come together as the head turns add nothing.
  const unit = Math.max(apart, apartBefore)
  const nose = ((now.nose.x - noseMap.x) * alongX + (now.nose.y - noseMap.y) * alongY) / unit
  const off = pairs.map(([a, b]) => Math.hypot(map(a).x - b.x, map(a).y - b.y))
  return { nose, plane: Math.max(...off) / unit }
}

function centre(points: readonly Point[]): Point {
  const sum = points.reduce((total, { x, y }) => ({ x: total.x + x, y: total.y + y }), {
    x: 0,
    y: 0,
  })
  return { x: sum.x / points.length, y: sum.y / points.length }
}
