import type { Person } from './person.ts'
import { smoothStep } from './picture.ts'

/** In metres: x to the picture's right, y down, z to the camera; the middle of the head is 0. */
export type Vector = readonly [x: number, y: number, z: number]

/** On the head: 0, 0 is between the eyes; longitude to the picture's right, latitude down; radians. */
export type Place = readonly [longitude: number, latitude: number]

export type HeadMesh = {
  /** Three numbers a vertex. */
  readonly positions: Float32Array
  readonly normals: Float32Array
  /** Longitude and latitude of each vertex. */
  readonly places: Float32Array
  readonly triangles: Uint16Array
}

const COLUMNS = 64
const ROWS = 44
/** Height of the landmarks below the line of the eyes, as a share of the half height of the head. */
const NOSE_TIP_DOWN = 0.32
const MOUTH_DOWN = 0.59

const bump = (place: Place, at: Place, [breadth, height]: Place): number => {
  const along = (place[0] - at[0]) / breadth
  const down = (place[1] - at[1]) / height
  return Math.exp(-along * along - down * down)
}

/** Metres of the nose beyond the head, rising from its root to its tip and falling at once below it. */
function noseAt(person: Person, [longitude, latitude]: Place): number {
  const tip = Math.asin(NOSE_TIP_DOWN * person.noseLength)
  const rise = smoothStep(-0.12, tip, latitude)
  const fall = 1 - smoothStep(tip + 0.02, tip + 0.14, latitude)
  const half = (0.1 + 0.1 * rise) * person.noseBreadth
  const across = Math.exp(-((longitude / half) ** 2))
  return 0.026 * rise ** 1.3 * fall * across
}

function reliefAt(person: Person, place: Place): number {
  const eye = Math.asin(Math.min(person.eyeApart / person.head[0], 0.9))
  const side = Math.abs(place[0])
  const mirrored: Place = [side, place[1]]
  const mouth = Math.asin(MOUTH_DOWN)
  return (
    noseAt(person, place) -
    0.008 * bump(mirrored, [eye, 0], [0.22, 0.14]) +
    0.003 * bump(mirrored, [eye, -0.2], [0.3, 0.08]) +
    0.004 * bump(mirrored, [0.62, 0.3], [0.25, 0.22]) +
    0.0045 * bump(place, [0, mouth], [0.34, 0.1]) -
    0.003 * bump(place, [0, mouth + 0.16], [0.3, 0.06]) +
    0.007 * bump(place, [0, 1.12], [0.5, 0.16])
  )
}

/** Metres beyond the skin: hair, a hat, a mask, ears. */
function coverAt(person: Person, place: Place): number {
  const [longitude, latitude] = place
  const side = Math.abs(longitude)
  const ear = 0.016 * bump([side, latitude], [1.52, 0.12], [0.16, 0.24])
  const scalp =
    1 - smoothStep(hairlineAt(person, longitude) - 0.08, hairlineAt(person, longitude), latitude)
  const hair = person.haircut === 'bald' ? 0 : 0.009 * scalp
  const hat = person.headwear === 'none' ? 0 : 0.016 * (1 - smoothStep(-0.58, -0.5, latitude))
  const mask = person.mask ? 0.006 * maskAt(place) : 0
  return ear + Math.max(hair, hat) + mask
}

/** Latitude above which hair grows. */
export function hairlineAt(person: Person, longitude: number): number {
  const side = Math.abs(longitude)
  const front = person.haircut === 'fringe' ? person.hairline + 0.22 : person.hairline
  const sides = front + 0.12 * smoothStep(0.3, 0.8, side)
  const burns = person.haircut === 'long' ? 1.1 : 0.35
  return sides + (burns - sides) * smoothStep(0.95, 1.35, side)
}

/** 1 where a mask lies, 0 where it does not. */
export function maskAt([longitude, latitude]: Place): number {
  const side = Math.abs(longitude)
  const upper = 0.16 + 0.14 * smoothStep(0.1, 0.9, side)
  return smoothStep(upper - 0.03, upper + 0.02, latitude) * (1 - smoothStep(1.15, 1.3, side))
}

/** The point of the head at a place. */
export function headPoint(person: Person, place: Place): Vector {
  const [longitude, latitude] = place
  const [breadth, height, depth] = person.head
  const lower = smoothStep(0.05, 1, Math.sin(latitude))
  const narrow = 1 - person.jaw * lower
  const around = Math.cos(latitude) ** 0.82
  const out = reliefAt(person, place)
  const cover = coverAt(person, place)
  const sine = Math.sin(longitude)
  const cosine = Math.cos(longitude)
  return [
    sine * around * (breadth * narrow + out * 0.3 + cover),
    Math.sin(latitude) * (height + cover),
    cosine * around * (depth * (1 - 0.12 * lower) + cover) + out * Math.max(cosine, 0),
  ]
}

export type Landmarks = readonly [Place, Place, Place, Place, Place]

/** Places of right eye, left eye, nose tip, right and left corner of the mouth, as the person has them. */
export function landmarkPlaces(person: Person, smile: number): Landmarks {
  const eye = Math.asin(person.eyeApart / (person.head[0] * 0.97))
  const mouth = Math.asin(MOUTH_DOWN)
  const corner = mouthCorner(person, smile)
  return [
    [-eye, 0],
    [eye, 0],
    [0, Math.asin(NOSE_TIP_DOWN * person.noseLength)],
    [-corner, mouth - 0.07 * smile],
    [corner, mouth - 0.07 * smile],
  ]
}

export function mouthLatitude(): number {
  return Math.asin(MOUTH_DOWN)
}

/** Longitude of the corner of the mouth. */
export function mouthCorner(person: Person, smile: number): number {
  const half = person.mouthHalf * (1 + 0.18 * smile)
  const breadth = person.head[0] * (1 - person.jaw * 0.55) * Math.cos(mouthLatitude()) ** 0.82
  return Math.asin(Math.min(half / breadth, 0.95))
}

/** What a box around the face encloses: brow to chin and cheek to cheek. */
export function facePoints(person: Person): readonly Vector[] {
  const points: Vector[] = []
  for (let latitude = -0.55; latitude <= 1.46; latitude += 0.2) {
    for (let longitude = -0.96; longitude <= 0.97; longitude += 0.24) {
      points.push(headPoint(person, [longitude, latitude]))
    }
  }
  return points
}

function placeOf(column: number, row: number): Place {
  const across = (column / COLUMNS) * 2 - 1
  const down = (row / ROWS) * 2 - 1
  return [Math.PI * (0.55 * across + 0.45 * across ** 3), (Math.PI / 2) * down]
}

/** The whole head as triangles, finer in front. */
export function headMesh(person: Person): HeadMesh {
  const across = COLUMNS + 1
  const vertices = across * (ROWS + 1)
  const positions = new Float32Array(vertices * 3)
  const places = new Float32Array(vertices * 2)
  const triangles = new Uint16Array(COLUMNS * ROWS * 6)
  let corner = 0
  for (let row = 0; row <= ROWS; row += 1) {
    for (let column = 0; column <= COLUMNS; column += 1) {
      const at = row * across + column
      const place = placeOf(column, row)
      positions.set(headPoint(person, place), at * 3)
      places.set(place, at * 2)
      if (row === ROWS || column === COLUMNS) continue
      triangles.set([at, at + 1, at + across, at + 1, at + across + 1, at + across], corner)
      corner += 6
    }
  }
  return { positions, places, triangles, normals: normalsOf(positions, triangles) }
}

function normalsOf(positions: Float32Array, triangles: Uint16Array): Float32Array {
  const normals = new Float32Array(positions.length)
  const at = (vertex: number, axis: number): number => positions[vertex * 3 + axis] ?? 0
  for (let index = 0; index < triangles.length; index += 3) {
    const [a, b, c] = [triangles[index] ?? 0, triangles[index + 1] ?? 0, triangles[index + 2] ?? 0]
    const first = [0, 1, 2].map((axis) => at(b, axis) - at(a, axis))
    const second = [0, 1, 2].map((axis) => at(c, axis) - at(a, axis))
    const [ux = 0, uy = 0, uz = 0] = first
    const [vx = 0, vy = 0, vz = 0] = second
    const normal = [uy * vz - uz * vy, uz * vx - ux * vz, ux * vy - uy * vx]
    for (const vertex of [a, b, c]) {
      for (let axis = 0; axis < 3; axis += 1) {
        const slot = vertex * 3 + axis
        normals[slot] = (normals[slot] ?? 0) + (normal[axis] ?? 0)
      }
    }
  }
  for (let slot = 0; slot < normals.length; slot += 3) {
    const length =
      Math.hypot(normals[slot] ?? 0, normals[slot + 1] ?? 0, normals[slot + 2] ?? 0) || 1
    for (let axis = 0; axis < 3; axis += 1)
      normals[slot + axis] = (normals[slot + axis] ?? 0) / length
  }
  return normals
}
