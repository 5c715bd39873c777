import type { InferenceSession } from 'onnxruntime-node'
import { InferenceSession as Session, Tensor } from 'onnxruntime-node'
import type { Picture } from '../picture.ts'
import type { FaceTruth } from '../portrait.ts'

/** One face as a detector says it, in pixels of the picture. */
export type Found = {
  readonly score: number
  readonly box: FaceTruth['box']
  readonly landmarks: readonly (readonly [number, number])[]
}
export type Detector = (picture: Picture, scoreLeast?: number) => Promise<readonly Found[]>

const SIDE = 320
const STRIDES = [8, 16, 32]
const OVERLAP_MOST = 0.3

/** Share of two boxes that both have. */
export function overlap(one: FaceTruth['box'], other: FaceTruth['box']): number {
  const across = Math.min(one.x + one.width, other.x + other.width) - Math.max(one.x, other.x)
  const down = Math.min(one.y + one.height, other.y + other.height) - Math.max(one.y, other.y)
  const common = Math.max(across, 0) * Math.max(down, 0)
  return common / (one.width * one.height + other.width * other.height - common)
}

/** The picture as 320 x 320 BGR planes: scaled to fit, at the top left, the mean of what a pixel covers. */
function planesOf({ width, height, rgba }: Picture, scale: number): Float32Array {
  const planes = new Float32Array(3 * SIDE * SIDE)
  const step = 1 / scale
  for (let y = 0; y < Math.floor(height * scale); y += 1) {
    for (let x = 0; x < Math.floor(width * scale); x += 1) {
      const sum = [0, 0, 0]
      let count = 0
      for (let fromY = Math.floor(y * step); fromY < Math.floor((y + 1) * step); fromY += 1) {
        for (let fromX = Math.floor(x * step); fromX < Math.floor((x + 1) * step); fromX += 1) {
          for (let c = 0; c < 3; c += 1) {
            sum[c] = (sum[c] ?? 0) + (rgba[(fromY * width + fromX) * 4 + c] ?? 0)
          }
          count += 1
        }
      }
      for (let c = 0; c < 3; c += 1) {
        planes[c * SIDE * SIDE + y * SIDE + x] = (sum[2 - c] ?? 0) / Math.max(count, 1)
      }
    }
  }
  return planes
}

type Outputs = InferenceSession.OnnxValueMapType

function valuesOf(outputs: Outputs, name: string): Float32Array {
  const data = outputs[name]?.data
  if (!(data instanceof Float32Array)) throw new Error(`the model has no output ${name}`)
  return data
}

const share = (value: number | undefined): number => Math.min(Math.max(value ?? 0, 0), 1)

function decode(outputs: Outputs, stride: number, scoreLeast: number): Found[] {
  const [cls, obj, boxes, points] = ['cls', 'obj', 'bbox', 'kps'].map((part) =>
    valuesOf(outputs, `${part}_${stride}`),
  )
  const cells = SIDE / stride
  const found: Found[] = []
  for (let cell = 0; cell < cells * cells; cell += 1) {
    const score = Math.sqrt(share(cls?.[cell]) * share(obj?.[cell]))
    if (score < scoreLeast) continue
    const [column, row] = [cell % cells, Math.floor(cell / cells)]
    const [b0 = 0, b1 = 0, b2 = 0, b3 = 0] = boxes?.subarray(cell * 4, cell * 4 + 4) ?? []
    const [width, height] = [Math.exp(b2) * stride, Math.exp(b3) * stride]
    const [x, y] = [(column + b0) * stride - width / 2, (row + b1) * stride - height / 2]
    const landmarks = [0, 1, 2, 3, 4].map((index): [number, number] => {
      const at = cell * 10 + index * 2
      return [(column + (points?.[at] ?? 0)) * stride, (row + (points?.[at + 1] ?? 0)) * stride]
    })
    found.push({ score, box: { x, y, width, height }, landmarks })
  }
  return found
}

function grown({ score, box, landmarks }: Found, factor: number): Found {
  return {
    score,
    box: {
      x: box.x * factor,
      y: box.y * factor,
      width: box.width * factor,
      height: box.height * factor,
    },
    landmarks: landmarks.map(([x, y]): [number, number] => [x * factor, y * factor]),
  }
}

/** A model with YuNet's inputs and outputs, decoded apart from the product's own decoder. */
export async function openDetector(path: string): Promise<Detector> {
  const session = await Session.create(path, { intraOpNumThreads: 1 })
  return async (picture, scoreLeast = 0.6) => {
    const scale = Math.min(SIDE / picture.width, SIDE / picture.height)
    const input = new Tensor('float32', planesOf(picture, scale), [1, 3, SIDE, SIDE])
    const outputs = await session.run({ input })
    const all = STRIDES.flatMap((stride) => decode(outputs, stride, scoreLeast))
    const kept: Found[] = []
    for (const one of all.sort((left, right) => right.score - left.score)) {
      if (kept.every((other) => overlap(one.box, other.box) <= OVERLAP_MOST)) kept.push(one)
    }
    return kept.map((one) => grown(one, 1 / scale))
  }
}
