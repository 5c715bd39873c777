import { paintHand } from './body.ts'
import type { Pose } from './head-render.ts'
import { pixelsPerMetre, projectorOf } from './head-render.ts'
import type { Vector } from './head-shape.ts'
import type { Colour, Picture, Point } from './picture.ts'
import { fillPolygon } from './picture.ts'
import type { PlaneMap, Quad } from './plane.ts'
import { layPicture, mapped, planeMap } from './plane.ts'
import type { FaceTruth } from './portrait.ts'
import { randomFrom } from './random.ts'

export type Held = {
  readonly seed: number
  readonly pose: Pose
  readonly surface: 'paper' | 'screen'
  readonly timeMs: number
}

/** Half breadth and half height of what is shown, and the edge around it; metres. */
const SHAPES = {
  paper: { half: [0.12, 0.14], edgeM: 0.008, edge: [240, 238, 232] },
  screen: { half: [0.12, 0.14], edgeM: 0.016, edge: [16, 16, 18] },
} as const

/** A plane that is held up is never still, and turns as a whole. */
function heldPose({ seed, pose, timeMs }: Held): Pose {
  const random = randomFrom(seed, 'held')
  const wave = (periodMs: number): number =>
    Math.sin((timeMs / periodMs + random.next()) * 2 * Math.PI)
  return {
    ...pose,
    xM: pose.xM + 0.012 * wave(2900),
    yM: pose.yM + 0.008 * wave(2300),
    distanceM: pose.distanceM - 0.1,
    yawDeg: pose.yawDeg + 9 * wave(3700),
    pitchDeg: pose.pitchDeg + 6 * wave(3100),
    rollDeg: pose.rollDeg + 4 * wave(4300),
  }
}

function quadOf(at: (point: Vector) => Point, [x, y]: readonly [number, number]): Quad {
  return [at([-x, -y, 0]), at([x, -y, 0]), at([x, y, 0]), at([-x, y, 0])]
}

function shaderOf(held: Held): (u: number, v: number) => readonly [number, number] {
  const glareAt = 0.5 + 0.4 * Math.sin(held.timeMs / 1700 + held.seed)
  const glare = (u: number, v: number): number => {
    const away = (u * 0.8 + v * 0.6 - glareAt * 1.4) / 0.13
    return Math.exp(-away * away)
  }
  if (held.surface === 'paper') return (u, v) => [0.9, 55 * glare(u, v)]
  const phase = held.timeMs / 90
  return (u, v) => {
    // Two grids that are almost as fine as one another: broad stripes that wander.
    const moire = Math.sin(u * 150 + v * 22) * Math.sin(u * 141 + v * 31 + phase * 0.2)
    const scan = Math.sin(v * 640 + phase) > 0 ? 1.06 : 0.9
    return [scan * (1 + 0.1 * moire), 8 + 40 * glare(u, v)]
  }
}

function mappedTruth(
  truth: FaceTruth,
  from: Picture,
  flat: { map: PlaneMap; surface: Held['surface'] },
): FaceTruth {
  const move = ([x, y]: Point): Point => mapped(flat.map, [x / from.width, y / from.height])
  const { x, y, width, height } = truth.box
  const corners = [
    [x, y],
    [x + width, y],
    [x + width, y + height],
    [x, y + height],
  ] as const
  const xs = corners.map((corner) => move(corner)[0])
  const ys = corners.map((corner) => move(corner)[1])
  const [left, top] = [Math.min(...xs), Math.min(...ys)]
  const [a, b, c, d, e] = truth.landmarks
  return {
    ...truth,
    box: { x: left, y: top, width: Math.max(...xs) - left, height: Math.max(...ys) - top },
    landmarks: [move(a), move(b), move(c), move(d), move(e)],
    surface: flat.surface,
  }
}

/** Shows a portrait as a printed photo or on a screen, with the hands that hold it. */
export function drawHeldPicture(
  picture: Picture,
  portrait: Picture & { readonly truth: readonly FaceTruth[] },
  held: Held,
): readonly FaceTruth[] {
  const shape = SHAPES[held.surface]
  const pose = heldPose(held)
  const at = projectorOf(picture, pose)
  const [x, y] = shape.half
  const quad = quadOf(at, shape.half)
  fillPolygon(picture, quadOf(at, [x + shape.edgeM, y + shape.edgeM]), { colour: shape.edge })
  layPicture(picture, { picture: portrait, quad }, shaderOf(held))
  const heightPx = 0.085 * pixelsPerMetre(picture, pose)
  const skin: Colour = [208, 160, 128]
  for (const side of [-1, 1]) {
    paintHand(picture, { at: at([side * (x + 0.012), y * 0.45, 0]), heightPx, skin })
  }
  const map = planeMap(quad)
  return portrait.truth.map((truth) => mappedTruth(truth, portrait, { map, surface: held.surface }))
}
