import type { Pose } from './head-render.ts'
import { pixelsPerMetre, projectorOf, rotationOf, turned } from './head-render.ts'
import type { Vector } from './head-shape.ts'
import { headPoint, landmarkPlaces } from './head-shape.ts'
import { MARK_CELLS, MARK_DARK, MARK_END, MARK_LIGHT, MARK_START, markBits } from './mark.ts'
import type { Person } from './person.ts'
import type { Colour, Picture, Point } from './picture.ts'
import { blot, ellipsePoints, fillPolygon, scaled, strokeLine } from './picture.ts'

/** Half the length of the collar's mark, and how far below the chin it begins and ends; metres. */
const MARK_HALF_M = 0.088
const MARK_TOP_M = 0.03
const MARK_BOTTOM_M = 0.066

/** The body stays upright while the head turns. */
function upright(pose: Pose): Pose {
  return { ...pose, yawDeg: 0, pitchDeg: 0, rollDeg: 0 }
}

function paintMark(picture: Picture, person: Person, lit: { pose: Pose; bright: number }): void {
  const at = projectorOf(picture, upright(lit.pose))
  const chin = person.head[1]
  const step = (MARK_HALF_M * 2) / MARK_CELLS
  const cells: Colour[] = [
    MARK_START,
    ...markBits(person.personId).map((bit) => (bit === 1 ? MARK_LIGHT : MARK_DARK)),
    MARK_END,
  ]
  cells.forEach((colour, index) => {
    const from = -MARK_HALF_M + index * step
    const corner = (x: number, y: number): Point => at([x, chin + y, 0])
    const cell = [
      corner(from, MARK_TOP_M),
      corner(from + step, MARK_TOP_M),
      corner(from + step, MARK_BOTTOM_M),
      corner(from, MARK_BOTTOM_M),
    ]
    fillPolygon(picture, cell, { colour: scaled(colour, Math.min(lit.bright, 1.05)) })
  })
}

/** What is behind and below the head: hair, shoulders, neck, and the collar with the mark. */
export function paintBody(
  picture: Picture,
  person: Person,
  lit: { pose: Pose; bright: number },
): void {
  const at = projectorOf(picture, upright(lit.pose))
  const headAt = projectorOf(picture, lit.pose)
  const chin = person.head[1]
  const metre = pixelsPerMetre(picture, lit.pose)
  if (person.haircut === 'long' && person.headwear !== 'beanie') {
    const radii = [(person.head[0] + 0.024) * metre, 0.15 * metre] as const
    fillPolygon(picture, ellipsePoints(headAt([0, 0.045, -0.05]), radii), {
      colour: scaled(person.hair, lit.bright * 0.8),
    })
  }
  const outline: Vector[] = [
    [-0.065, chin + 0.01, -0.04],
    [0.065, chin + 0.01, -0.04],
    [0.17, chin + 0.075, -0.04],
    [0.215, chin + 0.15, -0.04],
    [0.25, chin + 0.6, -0.04],
    [-0.25, chin + 0.6, -0.04],
    [-0.215, chin + 0.15, -0.04],
    [-0.17, chin + 0.075, -0.04],
  ]
  const middle = at([0, 0, 0])[0]
  const round = (x: number): number =>
    lit.bright * (1.02 - Math.min(((x - middle) / (0.3 * metre)) ** 2, 1) * 0.45)
  fillPolygon(picture, outline.map(at), { colour: person.cloth, shade: round })
  const neck: Vector[] = [
    [-0.052, 0.02, -0.03],
    [0.052, 0.02, -0.03],
    [0.058, chin + 0.045, -0.03],
    [-0.058, chin + 0.045, -0.03],
  ]
  const shadeOfChin = (x: number, y: number): number => {
    const below = (y - at([0, chin, 0])[1]) / (0.05 * metre)
    const side = (x - middle) / (0.055 * metre)
    return lit.bright * (0.5 + 0.3 * Math.min(Math.max(below, 0), 1)) * (1 - 0.25 * side * side)
  }
  fillPolygon(picture, neck.map(at), { colour: person.skin, shade: shadeOfChin })
  if (person.mark) paintMark(picture, person, lit)
}

const GLASSES_LOOK = {
  none: { breadthM: 0, colour: [0, 0, 0], tint: 0 },
  thin: { breadthM: 0.0012, colour: [70, 66, 62], tint: 0.05 },
  thick: { breadthM: 0.0032, colour: [24, 22, 24], tint: 0.05 },
  dark: { breadthM: 0.0026, colour: [18, 18, 20], tint: 0.9 },
} as const

function paintGlasses(picture: Picture, person: Person, pose: Pose): void {
  const look = GLASSES_LOOK[person.glasses]
  if (look.breadthM === 0) return
  const at = projectorOf(picture, pose)
  const breadth = Math.max(look.breadthM * pixelsPerMetre(picture, pose), 0.8)
  const paint = { colour: look.colour, breadth, alpha: 0.92 }
  const [right, left] = landmarkPlaces(person, 0)
  const rim = (place: readonly [number, number]): Vector[] => {
    const [x, y, z] = headPoint(person, place)
    return Array.from({ length: 25 }, (_, index): Vector => {
      const angle = (index / 24) * 2 * Math.PI
      const out = 1 - 0.15 * Math.sin(2 * angle) ** 2
      return [
        x + (0.0255 * Math.cos(angle)) / out ** 0.5,
        y + 0.003 + (0.02 * Math.sin(angle)) / out ** 0.5,
        z + 0.016,
      ]
    })
  }
  const rims = [rim(right), rim(left)]
  for (const points of rims) {
    fillPolygon(picture, points.map(at), { colour: [30, 32, 36], alpha: look.tint })
    strokeLine(picture, points.map(at), paint)
  }
  const [, y, z] = headPoint(person, right)
  const half = person.eyeApart - 0.0255
  strokeLine(
    picture,
    [at([-half, y, z + 0.018]), at([0, y - 0.003, z + 0.021]), at([half, y, z + 0.018])],
    paint,
  )
  const rotation = rotationOf(pose)
  for (const side of [-1, 1]) {
    if (turned(rotation, [side, 0, 0.1])[2] < 0.02) continue
    const hinge: Vector = [side * (person.eyeApart + 0.025), y, z + 0.014]
    strokeLine(picture, [at(hinge), at([side * (person.head[0] + 0.003), y, 0.01])], paint)
  }
}

function paintBrim(picture: Picture, person: Person, lit: { pose: Pose; bright: number }): void {
  if (person.headwear !== 'cap') return
  const at = projectorOf(picture, lit.pose)
  const turns = [-0.95, -0.7, -0.45, -0.2, 0, 0.2, 0.45, 0.7, 0.95]
  const inner = turns.map((turn) => headPoint(person, [turn, -0.53]))
  const outer = inner.map(([x, y, z], index): Vector => {
    const out = 0.068 * Math.cos(((turns[index] ?? 0) / 0.95) * 1.45)
    return [x * 1.04, y + 0.012 + 0.1 * out, z + out]
  })
  fillPolygon(picture, [...inner, ...outer.reverse()].map(at), {
    colour: scaled(person.headwearColour, 0.75 * lit.bright),
  })
}

/** What is worn before the face. */
export function paintWorn(
  picture: Picture,
  person: Person,
  lit: { pose: Pose; bright: number },
): void {
  paintGlasses(picture, person, lit.pose)
  paintBrim(picture, person, lit)
}

/** A hand that holds something up: a fist and fingers, `heightPx` high. */
export function paintHand(
  picture: Picture,
  hand: { at: Point; heightPx: number; skin: Colour },
): void {
  const { at, heightPx, skin } = hand
  const dark = scaled(skin, 0.72)
  fillPolygon(picture, ellipsePoints(at, [heightPx * 0.42, heightPx * 0.5]), { colour: skin })
  for (let finger = 0; finger < 4; finger += 1) {
    const y = at[1] - heightPx * 0.36 + finger * heightPx * 0.22
    fillPolygon(picture, ellipsePoints([at[0], y], [heightPx * 0.5, heightPx * 0.115]), {
      colour: dark,
    })
    fillPolygon(
      picture,
      ellipsePoints([at[0], y - heightPx * 0.015], [heightPx * 0.48, heightPx * 0.1]),
      { colour: skin },
    )
  }
  blot(picture, {
    at: [at[0], at[1] + heightPx * 0.4],
    radii: [heightPx * 0.5, heightPx * 0.3],
    colour: dark,
    alpha: 0.5,
  })
}
