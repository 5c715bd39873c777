import type { HeadMesh, Vector } from './head-shape.ts'
import type { Picture, Point } from './picture.ts'
import { SKIN_HEIGHT, SKIN_LONGITUDE, SKIN_WIDTH } from './skin.ts'

/** Where a head is: metres from the camera's axis and from the camera, angles in degrees. */
export type Pose = {
  /** To the picture's right and down. */
  readonly xM: number
  readonly yM: number
  readonly distanceM: number
  /** Positive turns the nose to the picture's right, which is the person's own left. */
  readonly yawDeg: number
  /** Positive looks down. */
  readonly pitchDeg: number
  /** Positive leans the head to the picture's right. */
  readonly rollDeg: number
}

export type Light = {
  /** Where it comes from, degrees: to the picture's right, and up. */
  readonly sideDeg: number
  readonly upDeg: number
  /** Of the light that has a direction, and of that which has none. */
  readonly direct: number
  readonly ambient: number
}

/** Focal length as a share of the picture's width: about 60 degrees across. */
const FOCAL = 0.87

/** The rows of the rotation of a pose: roll after pitch after yaw. */
export function rotationOf(pose: Pose): readonly [Vector, Vector, Vector] {
  const [yaw, pitch, roll] = [pose.yawDeg, pose.pitchDeg, pose.rollDeg].map(
    (d) => (d * Math.PI) / 180,
  )
  const [sy, cy] = [Math.sin(yaw ?? 0), Math.cos(yaw ?? 0)]
  const [sp, cp] = [Math.sin(pitch ?? 0), Math.cos(pitch ?? 0)]
  const [sr, cr] = [Math.sin(roll ?? 0), Math.cos(roll ?? 0)]
  // The y axis points down: a head that looks down moves its front (z) towards positive y.
  const yawed: [Vector, Vector, Vector] = [
    [cy, 0, sy],
    [0, 1, 0],
    [-sy, 0, cy],
  ]
  const pitched = [yawed[0], [-sy * sp, cp, cy * sp], [-sy * cp, -sp, cy * cp]] as const
  const [first, second, third] = pitched
  const lean = (a: number, b: number): readonly [number, number] => [
    cr * a - sr * b,
    sr * a + cr * b,
  ]
  const [x0, y0] = lean(first[0], second[0] ?? 0)
  const [x1, y1] = lean(first[1], second[1] ?? 0)
  const [x2, y2] = lean(first[2], second[2] ?? 0)
  return [[x0, x1, x2], [y0, y1, y2], third]
}

export function turned(rotation: readonly [Vector, Vector, Vector], point: Vector): Vector {
  const along = (row: Vector): number => row[0] * point[0] + row[1] * point[1] + row[2] * point[2]
  return [along(rotation[0]), along(rotation[1]), along(rotation[2])]
}

/** Where a point relative to the head's middle is in the picture. */
export function projectorOf(picture: Picture, pose: Pose): (point: Vector) => Point {
  const rotation = rotationOf(pose)
  const focal = picture.width * FOCAL
  return (point) => {
    const [x, y, z] = turned(rotation, point)
    const away = pose.distanceM - z
    return [
      picture.width / 2 + ((x + pose.xM) * focal) / away,
      picture.height / 2 + ((y + pose.yM) * focal) / away,
    ]
  }
}

export function pixelsPerMetre(picture: Picture, pose: Pose): number {
  return (picture.width * FOCAL) / pose.distanceM
}

type Corners = {
  x: Float32Array
  y: Float32Array
  z: Float32Array
  lit: Float32Array
  u: Float32Array
  v: Float32Array
}

function light(normal: Vector, lamp: Light): number {
  const side = (lamp.sideDeg * Math.PI) / 180
  const up = (lamp.upDeg * Math.PI) / 180
  const facing =
    normal[0] * Math.sin(side) * Math.cos(up) -
    normal[1] * Math.sin(up) +
    normal[2] * Math.cos(side) * Math.cos(up)
  // Wrapped a little past the edge, as skin and big lamps do.
  const wrapped = Math.max((facing + 0.25) / 1.25, 0)
  return lamp.ambient * (0.82 - 0.18 * normal[1]) + lamp.direct * wrapped
}

function project(
  mesh: HeadMesh,
  picture: Picture,
  { pose, lamp }: { pose: Pose; lamp: Light },
): Corners {
  const count = mesh.positions.length / 3
  const rotation = rotationOf(pose)
  const at = projectorOf(picture, pose)
  const make = () => new Float32Array(count)
  const corners: Corners = { x: make(), y: make(), z: make(), lit: make(), u: make(), v: make() }
  for (let index = 0; index < count; index += 1) {
    const three = (from: Float32Array): Vector => [
      from[index * 3] ?? 0,
      from[index * 3 + 1] ?? 0,
      from[index * 3 + 2] ?? 0,
    ]
    const point = three(mesh.positions)
    const [x, y] = at(point)
    corners.x[index] = x
    corners.y[index] = y
    corners.z[index] = turned(rotation, point)[2]
    corners.lit[index] = light(turned(rotation, three(mesh.normals)), lamp)
    const longitude = mesh.places[index * 2] ?? 0
    const latitude = mesh.places[index * 2 + 1] ?? 0
    corners.u[index] = (longitude + SKIN_LONGITUDE) * (SKIN_WIDTH / (2 * SKIN_LONGITUDE))
    corners.v[index] = (latitude + Math.PI / 2) * (SKIN_HEIGHT / Math.PI)
  }
  return corners
}

/** Draws a head over what is there; nothing nearer than the head is kept. */
export function renderHead(
  picture: Picture,
  head: { readonly mesh: HeadMesh; readonly skin: Picture },
  seen: { readonly pose: Pose; readonly lamp: Light; readonly depth: Float32Array },
): void {
  const corners = project(head.mesh, picture, seen)
  const { triangles } = head.mesh
  for (let index = 0; index < triangles.length; index += 3) {
    const corner = [
      triangles[index] ?? 0,
      triangles[index + 1] ?? 0,
      triangles[index + 2] ?? 0,
    ] as const
    fillTriangle(picture, { corners, corner, skin: head.skin }, seen.depth)
  }
}

type Triangle = {
  readonly corners: Corners
  readonly corner: readonly [number, number, number]
  readonly skin: Picture
}

/** Value at the first corner, and its change along x and y. */
type Slope = readonly [start: number, alongX: number, alongY: number]

function fillTriangle(
  picture: Picture,
  { corners, corner, skin }: Triangle,
  depth: Float32Array,
): void {
  const [a, b, c] = corner
  const [ax, ay] = [corners.x[a] ?? 0, corners.y[a] ?? 0]
  const [bx, by] = [(corners.x[b] ?? 0) - ax, (corners.y[b] ?? 0) - ay]
  const [cx, cy] = [(corners.x[c] ?? 0) - ax, (corners.y[c] ?? 0) - ay]
  const area = bx * cy - by * cx
  if (area <= 1e-6) return
  const slope = (of: Float32Array): Slope => {
    const start = of[a] ?? 0
    const first = (of[b] ?? 0) - start
    const second = (of[c] ?? 0) - start
    return [start, (first * cy - second * by) / area, (second * bx - first * cx) / area]
  }
  const [z, zx, zy] = slope(corners.z)
  const [u, ux, uy] = slope(corners.u)
  const [v, vx, vy] = slope(corners.v)
  const [lit, litX, litY] = slope(corners.lit)
  const top = Math.max(Math.ceil(Math.min(ay, ay + by, ay + cy) - 0.5), 0)
  const bottom = Math.min(Math.ceil(Math.max(ay, ay + by, ay + cy) - 0.5), picture.height)
  const left = Math.max(Math.ceil(Math.min(ax, ax + bx, ax + cx) - 0.5), 0)
  const right = Math.min(Math.ceil(Math.max(ax, ax + bx, ax + cx) - 0.5), picture.width)
  const { rgba, width } = picture
  const from = skin.rgba
  for (let y = top; y < bottom; y += 1) {
    const dy = y + 0.5 - ay
    for (let x = left; x < right; x += 1) {
      const dx = x + 0.5 - ax
      const second = (bx * dy - by * dx) / area
      const first = (dx * cy - dy * cx) / area
      if (first < 0 || second < 0 || first + second > 1) continue
      const pixel = y * width + x
      const near = z + zx * dx + zy * dy
      if (near <= (depth[pixel] ?? 0)) continue
      depth[pixel] = near
      const column = Math.min(Math.max(u + ux * dx + uy * dy, 0), SKIN_WIDTH - 1) | 0
      const row = Math.min(Math.max(v + vx * dx + vy * dy, 0), SKIN_HEIGHT - 1) | 0
      const texel = (row * SKIN_WIDTH + column) * 4
      const bright = lit + litX * dx + litY * dy
      const at = pixel * 4
      rgba[at] = (from[texel] ?? 0) * bright
      rgba[at + 1] = (from[texel + 1] ?? 0) * bright
      rgba[at + 2] = (from[texel + 2] ?? 0) * bright
    }
  }
}
