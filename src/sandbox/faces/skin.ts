import type { Place } from './head-shape.ts'
import { hairlineAt, landmarkPlaces, maskAt, mouthCorner, mouthLatitude } from './head-shape.ts'
import type { Person } from './person.ts'
import type { Colour, Picture, Point } from './picture.ts'
import {
  blot,
  ellipsePoints,
  fillPolygon,
  mix,
  newPicture,
  scaled,
  smoothStep,
  strokeLine,
} from './picture.ts'
import { randomFrom } from './random.ts'

/** What a face does at one moment; each from 0 to 1. */
export type Expression = {
  readonly eyesOpen: number
  readonly mouthOpen: number
  readonly smile: number
}

/** The picture that is wrapped around a head covers this much of it; behind that is hair. */
export const SKIN_LONGITUDE = 1.75
export const SKIN_WIDTH = 448
export const SKIN_HEIGHT = 352

const PER_LONGITUDE = SKIN_WIDTH / (2 * SKIN_LONGITUDE)
const PER_LATITUDE = SKIN_HEIGHT / Math.PI

/** Where a place of the head is in the picture that is wrapped around it. */
function on([longitude, latitude]: Place): Point {
  return [(longitude + SKIN_LONGITUDE) * PER_LONGITUDE, (latitude + Math.PI / 2) * PER_LATITUDE]
}

function placeAt(x: number, y: number): Place {
  return [(x + 0.5) / PER_LONGITUDE - SKIN_LONGITUDE, (y + 0.5) / PER_LATITUDE - Math.PI / 2]
}

function blotAt(
  picture: Picture,
  place: Place,
  look: { radii: Place; colour: Colour; alpha: number },
): void {
  const radii = [look.radii[0] * PER_LONGITUDE, look.radii[1] * PER_LATITUDE] as const
  blot(picture, { at: on(place), radii, colour: look.colour, alpha: look.alpha })
}

function paintGround(picture: Picture, person: Person): void {
  const grain = randomFrom(person.personId, 'grain')
  const { rgba } = picture
  for (let y = 0; y < SKIN_HEIGHT; y += 1) {
    for (let x = 0; x < SKIN_WIDTH; x += 1) {
      const place = placeAt(x, y)
      const line = hairlineAt(person, place[0])
      const scalp = 1 - smoothStep(line - 0.07, line + 0.02, place[1] + 0.06 * (grain.next() - 0.5))
      const hair = person.haircut === 'bald' ? scalp * 0.12 : scalp
      const strand = 0.8 + 0.4 * grain.next()
      const colour = mix(person.skin, scaled(person.hair, strand), hair)
      const freckle = 1 + (grain.next() - 0.5) * 0.03
      const at = (y * SKIN_WIDTH + x) * 4
      rgba[at] = colour[0] * freckle
      rgba[at + 1] = colour[1] * freckle
      rgba[at + 2] = colour[2] * freckle
    }
  }
}

function paintHollows(picture: Picture, person: Person): void {
  const shadow = mix(scaled(person.skin, 0.5), [90, 40, 30], 0.3)
  const blush = mix(person.skin, [214, 90, 84], 0.5)
  const [right, left, nose] = landmarkPlaces(person, 0)
  const mouth = mouthLatitude()
  for (const side of [-1, 1]) {
    const eye = side < 0 ? right : left
    blotAt(picture, [eye[0] - side * 0.08, -0.07], {
      radii: [0.3, 0.17],
      colour: shadow,
      alpha: 0.4,
    })
    blotAt(picture, [eye[0], 0.11], { radii: [0.24, 0.07], colour: shadow, alpha: 0.16 })
    blotAt(picture, [side * 0.17, 0.02], { radii: [0.1, 0.22], colour: shadow, alpha: 0.3 })
    blotAt(picture, [side * 0.62, 0.36], { radii: [0.34, 0.24], colour: blush, alpha: 0.28 })
    blotAt(picture, [side * 0.19, nose[1] + 0.02], {
      radii: [0.07, 0.12],
      colour: shadow,
      alpha: 0.4,
    })
    blotAt(picture, [side * 0.4, mouth - 0.12], {
      radii: [0.08, 0.2],
      colour: shadow,
      alpha: 0.16 + 0.3 * person.wrinkles,
    })
    blotAt(picture, [side * 0.1 * person.noseBreadth, nose[1] + 0.1], {
      radii: [0.07, 0.035],
      colour: [40, 18, 14],
      alpha: 0.85,
    })
  }
  blotAt(picture, [0, nose[1] + 0.13], { radii: [0.24, 0.07], colour: shadow, alpha: 0.5 })
  blotAt(picture, [0, nose[1] - 0.02], { radii: [0.1, 0.12], colour: [255, 240, 228], alpha: 0.18 })
  blotAt(picture, [0, mouth + 0.19], { radii: [0.26, 0.08], colour: shadow, alpha: 0.4 })
  for (const line of [-0.36, -0.44]) {
    if (person.wrinkles < 0.3) break
    const points = [-0.4, -0.2, 0, 0.2, 0.4].map((x) => on([x, line + 0.02 * Math.cos(x * 6)]))
    strokeLine(picture, points, { colour: shadow, alpha: 0.3 * person.wrinkles, breadth: 1.4 })
  }
}

function paintBrows(picture: Picture, person: Person): void {
  const [right, left] = landmarkPlaces(person, 0)
  const up = person.browHeight / person.head[1]
  const thick = (person.browThickness / person.head[1]) * PER_LATITUDE
  const colour = mix(scaled(person.hair, 0.9), person.skin, 0.15)
  for (const [side, eye] of [
    [-1, right],
    [1, left],
  ] as const) {
    const points = [-0.26, -0.12, 0.02, 0.16, 0.28].map((x) =>
      on([eye[0] + side * x, -up - 0.035 * Math.cos(x * 5) - x * person.browSlant * 0.6 + 0.02]),
    )
    strokeLine(picture, points, { colour, alpha: 0.45, breadth: thick * 2 })
    strokeLine(picture, points.slice(0, 4), { colour, alpha: 0.75, breadth: thick * 1.3 })
  }
}

const BEARD_LOOK = {
  none: { chin: 0, lip: 0 },
  stubble: { chin: 0.22, lip: 0.22 },
  moustache: { chin: 0, lip: 0.85 },
  full: { chin: 0.85, lip: 0.75 },
} as const

function paintBeard(picture: Picture, person: Person): void {
  const { chin, lip } = BEARD_LOOK[person.beard]
  if (lip === 0) return
  const mouth = mouthLatitude()
  const colour = scaled(person.hair, 1.1)
  if (chin > 0) {
    for (const [x, y] of [
      [0, 1.14],
      [-0.45, 1.0],
      [0.45, 1.0],
      [-0.85, 0.75],
      [0.85, 0.75],
      [-1.15, 0.4],
      [1.15, 0.4],
    ] as const) {
      blotAt(picture, [x, y], { radii: [0.5, 0.32], colour, alpha: chin })
    }
  }
  for (const side of [-1, 1]) {
    blotAt(picture, [side * 0.2, mouth - 0.11], { radii: [0.3, 0.075], colour, alpha: lip })
  }
}

/** Everything of the head that does not move. */
export function paintSkin(person: Person): Picture {
  const picture = newPicture(SKIN_WIDTH, SKIN_HEIGHT, person.skin)
  paintGround(picture, person)
  paintHollows(picture, person)
  paintBeard(picture, person)
  paintBrows(picture, person)
  return picture
}

type Eye = {
  readonly at: Place
  readonly half: number
  readonly upper: number
  readonly lower: number
  readonly slant: number
}

function lidPoints(eye: Eye, rise: number): Point[] {
  return Array.from({ length: 13 }, (_, index): Point => {
    const along = index / 6 - 1
    const arch = 1 - Math.abs(along) ** 2.2
    return on([eye.at[0] + along * eye.half, eye.at[1] - rise * arch - along * eye.slant])
  })
}

/** A disc of the iris as far as the lids show it. */
function discPoints(eye: Eye, radius: number): Point[] {
  const upper: Point[] = []
  const lower: Point[] = []
  const ratio = PER_LONGITUDE / PER_LATITUDE
  for (let index = 0; index <= 14; index += 1) {
    const along = (index / 7 - 1) * radius
    const arch = 1 - Math.abs(along / eye.half) ** 2.2
    const high = Math.sqrt(Math.max(radius * radius - along * along, 0)) * ratio * 0.72
    const tilt = (along / eye.half) * eye.slant
    const x = eye.at[0] + along
    upper.push(on([x, eye.at[1] - tilt - Math.min(high + 0.006, eye.upper * arch)]))
    lower.push(on([x, eye.at[1] - tilt + Math.min(high - 0.006, eye.lower * arch)]))
  }
  return [...upper, ...lower.reverse()]
}

function paintEye(picture: Picture, person: Person, eye: Eye): void {
  const lid = mix(scaled(person.skin, 0.82), [150, 90, 80], 0.15)
  blotAt(picture, [eye.at[0], eye.at[1] - 0.03], {
    radii: [eye.half * 1.5, 0.11],
    colour: lid,
    alpha: 0.5,
  })
  const upper = lidPoints(eye, eye.upper)
  const lower = lidPoints(eye, -eye.lower)
  fillPolygon(picture, [...upper, ...lower.reverse()], { colour: [236, 230, 226] })
  const iris = 0.082
  fillPolygon(picture, discPoints(eye, iris), { colour: scaled(person.iris, 0.8) })
  fillPolygon(picture, discPoints(eye, iris * 0.75), { colour: person.iris })
  fillPolygon(picture, discPoints(eye, iris * 0.42), { colour: [10, 8, 8] })
  if (eye.upper > 0.025) {
    fillPolygon(
      picture,
      ellipsePoints(on([eye.at[0] + 0.025, eye.at[1] - 0.018]), [1.6, 1.4], 10),
      {
        colour: [250, 250, 250],
        alpha: 0.9,
      },
    )
  }
  strokeLine(picture, upper, { colour: [30, 20, 18], alpha: 0.9, breadth: 2.6 })
  strokeLine(picture, lidPoints(eye, eye.upper + 0.04), {
    colour: scaled(person.skin, 0.6),
    alpha: 0.5,
    breadth: 1.4,
  })
  strokeLine(picture, lidPoints(eye, -eye.lower), {
    colour: scaled(person.skin, 0.5),
    alpha: 0.6,
    breadth: 1.2,
  })
}

function paintEyes(picture: Picture, person: Person, eyesOpen: number): void {
  const [right, left] = landmarkPlaces(person, 0)
  const half = person.eyeBreadth / person.head[0]
  const high = person.eyeHeight / person.head[1]
  const open = 1.25 * eyesOpen
  for (const [side, at] of [
    [-1, right],
    [1, left],
  ] as const) {
    const shut = (1 - eyesOpen) * 0.035
    const eye: Eye = {
      at: [at[0], at[1] + shut],
      half,
      upper: high * open * 1.1 - shut * 0.6,
      lower: high * open * 0.85 + shut * 0.6,
      slant: side * person.eyeSlant * 0.22,
    }
    paintEye(picture, person, eye)
  }
}

function paintMouth(picture: Picture, person: Person, { mouthOpen, smile }: Expression): void {
  const corner = mouthCorner(person, smile)
  const middle = mouthLatitude()
  const lip = person.lipHeight / person.head[1] / 0.75
  const gap = mouthOpen * 0.13
  const curve = (along: number, up: number): Point =>
    on([along * corner, middle - 0.07 * smile * along * along - up * (1 - along * along) ** 0.8])
  const across = Array.from({ length: 17 }, (_, index) => index / 8 - 1)
  const bow = (along: number): number => 1 - 0.25 * Math.exp(-((along / 0.16) ** 2))
  const top = across.map((along) => curve(along, lip * bow(along) + gap * 0.3))
  const upperEdge = across.map((along) => curve(along, gap * 0.3))
  const lowerEdge = across.map((along) => curve(along, -gap * 0.7 - 0.004))
  const bottom = across.map((along) => curve(along, -lip * 1.25 - gap * 0.7))
  const fill = (edges: [Point[], Point[]], colour: Colour) =>
    fillPolygon(picture, [...edges[0], ...[...edges[1]].reverse()], { colour, alpha: 0.9 })
  fill([upperEdge, lowerEdge], [60, 20, 22])
  if (mouthOpen > 0.2)
    fill(
      [upperEdge, across.map((along) => curve(along, gap * 0.3 - 0.035 * mouthOpen))],
      [230, 224, 214],
    )
  fill([top, upperEdge], scaled(person.lips, 0.88))
  fill([lowerEdge, bottom], person.lips)
  strokeLine(picture, lowerEdge, { colour: [70, 24, 26], alpha: 0.75, breadth: 1.8 })
  blotAt(picture, [0, middle + lip * 0.7 + gap * 0.7], {
    radii: [0.16, 0.035],
    colour: [255, 220, 214],
    alpha: 0.3,
  })
}

function paintMask(picture: Picture, person: Person): void {
  const { rgba } = picture
  for (let y = Math.floor(SKIN_HEIGHT * 0.5); y < SKIN_HEIGHT; y += 1) {
    for (let x = 0; x < SKIN_WIDTH; x += 1) {
      const place = placeAt(x, y)
      const share = maskAt(place)
      if (share === 0) continue
      const fold = 1 - 0.1 * Math.max(Math.sin(place[1] * 34), 0) ** 4
      const at = (y * SKIN_WIDTH + x) * 4
      person.maskColour.forEach((value, channel) => {
        rgba[at + channel] = (rgba[at + channel] ?? 0) * (1 - share) + value * fold * share
      })
    }
  }
}

function paintHat(picture: Picture, person: Person): void {
  const edge = on([0, -0.54])[1]
  const whole: Point[] = [
    [0, 0],
    [SKIN_WIDTH, 0],
    [SKIN_WIDTH, edge],
    [0, edge],
  ]
  const ribs = person.headwear === 'beanie'
  const shade = (x: number, y: number): number =>
    (ribs ? 0.88 + 0.12 * Math.sin(x * 0.9) : 1) * (y > edge - 9 ? 0.82 : 1)
  fillPolygon(picture, whole, { colour: person.headwearColour, shade })
}

/** What is wrapped around the head now: `still` with eyes, mouth and what is worn over it. */
export function paintFace(still: Picture, person: Person, expression: Expression): Picture {
  const picture = { ...still, rgba: still.rgba.slice() }
  paintEyes(picture, person, expression.eyesOpen)
  paintMouth(picture, person, expression)
  if (person.mask) paintMask(picture, person)
  if (person.headwear !== 'none') paintHat(picture, person)
  return picture
}
