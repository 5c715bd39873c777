import type { Region } from './frame-view.ts'

/** In pixels of the frame, y downwards. */
export type Point = { readonly x: number; readonly y: number }

/** One face that a detector found, in pixels of the frame. */
export type Face = {
  readonly box: Region
  /** 0 to 1. */
  readonly score: number
  /** Sides are the person's own: the right eye is at the left of the picture. */
  readonly landmarks: Landmarks
}

/** The five points of a face. */
export type Landmarks = {
  readonly rightEye: Point
  readonly leftEye: Point
  readonly nose: Point
  readonly rightMouth: Point
  readonly leftMouth: Point
}

/** What a detector answered, by the name of the output. */
export type DetectorOutputs = Readonly<Record<string, Float32Array>>

/** How a detector's answer is read. */
export type DetectorLayout = {
  /** Width and height of what it was shown, pixels. */
  readonly side: number
  /** Pixels from one cell of a grid to the next. */
  readonly strides: readonly number[]
  /** Pixels of what it was shown for one of the frame. */
  readonly scale: number
}

/** What counts as a face. */
export type DetectorThresholds = {
  /** Least score, 0 to 1. */
  readonly scoreMin: number
  /** Two boxes that share more of their union are one face. */
  readonly overlapMax: number
  /** Most faces that are told apart. */
  readonly facesMax: number
}

type Cell = { readonly stride: number; readonly cell: number; readonly score: number }

/**
 * Reads what YuNet answered (libfacedetection.train, `yunet_head.py`): a score is the root of class times
 * objectness, a box has its centre relative to its cell and the logarithms of its sides in cells, a landmark is
 * relative to its cell. Total: an output that is missing or short gives no faces from it.
 *
 * @returns faces that do not overlap, best first
 */
export function decodeFaces(
  outputs: DetectorOutputs,
  layout: DetectorLayout,
  thresholds: DetectorThresholds,
): readonly Face[] {
  const cells = layout.strides.flatMap((stride) => cellsAbove(outputs, { stride, thresholds }))
  cells.sort((left, right) => right.score - left.score)
  const faces: Face[] = []
  for (const cell of cells) {
    if (faces.length === thresholds.facesMax) break
    const face = decodeCell(outputs, layout, cell)
    if (face === undefined) continue
    if (faces.every(({ box }) => overlapOf(box, face.box) <= thresholds.overlapMax))
      faces.push(face)
  }
  return faces
}

function cellsAbove(
  outputs: DetectorOutputs,
  { stride, thresholds }: { stride: number; thresholds: DetectorThresholds },
): Cell[] {
  const classes = outputs[`cls_${stride}`]
  const objects = outputs[`obj_${stride}`]
  const found: Cell[] = []
  if (classes === undefined || objects === undefined) return found
  // Compared as squares: roots are drawn of the few that matter.
  const leastProduct = thresholds.scoreMin ** 2
  for (let cell = 0; cell < classes.length; cell += 1) {
    const product = share(classes[cell]) * share(objects[cell])
    if (product >= leastProduct) found.push({ stride, cell, score: Math.sqrt(product) })
  }
  return found
}

function share(value: number | undefined): number {
  if (value === undefined || !(value > 0)) return 0
  return value > 1 ? 1 : value
}

function decodeCell(
  outputs: DetectorOutputs,
  { side, scale }: DetectorLayout,
  { stride, cell, score }: Cell,
): Face | undefined {
  const boxes = outputs[`bbox_${stride}`]
  const points = outputs[`kps_${stride}`]
  if (boxes === undefined || points === undefined) return undefined
  const columns = Math.floor(side / stride)
  const column = cell % columns
  const row = Math.floor(cell / columns)
  const unit = stride / scale
  const inBox = (index: number) => boxes[cell * 4 + index] ?? Number.NaN
  const width = Math.exp(inBox(2)) * unit
  const height = Math.exp(inBox(3)) * unit
  const x = (column + inBox(0)) * unit - width / 2
  const y = (row + inBox(1)) * unit - height / 2
  const point = (index: number): Point => ({
    x: (column + (points[cell * 10 + 2 * index] ?? Number.NaN)) * unit,
    y: (row + (points[cell * 10 + 2 * index + 1] ?? Number.NaN)) * unit,
  })
  const landmarks = {
    rightEye: point(0),
    leftEye: point(1),
    nose: point(2),
    rightMouth: point(3),
    leftMouth: point(4),
  }
  const all = Object.values(landmarks).flatMap((one) => [one.x, one.y])
  if (![x, y, width, height, ...all].every(Number.isFinite)) return undefined
  return { box: { x, y, width, height }, score, landmarks }
}

/** What two boxes share of what they cover together, 0 to 1. */
export function overlapOf(one: Region, other: Region): number {
  const width = Math.min(one.x + one.width, other.x + other.width) - Math.max(one.x, other.x)
  const height = Math.min(one.y + one.height, other.y + other.height) - Math.max(one.y, other.y)
  if (width <= 0 || height <= 0) return 0
  const common = width * height
  return common / (one.width * one.height + other.width * other.height - common)
}
