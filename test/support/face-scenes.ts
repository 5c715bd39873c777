import { overlapOf } from '../../src/face/detect.ts'
import type { FrameView } from '../../src/face/frame-view.ts'
import { FACE_LIMITS, type FrameFacts, judgeFrame } from '../../src/face/judge.ts'
import { FaceMemory } from '../../src/face/node/face-memory.ts'
import { GateNetworks } from '../../src/face/node/gate-networks.ts'
import { Resampler } from '../../src/face/pixels.ts'
import { BRIGHTNESS_SIDE, judgeBrightness, lookAtFrame } from '../../src/face/quality.ts'
import { type DrawnScene, drawScene, type SceneKind } from '../../src/sandbox/faces/scene.ts'
import { gateModels } from './gate-models.ts'

/** Scenes in which nobody may be taken for a customer. */
const SCENES_TO_REFUSE = ['empty', 'two_people', 'blurred'] as const

/** What a check of many frames has found. */
export type SceneFindings = {
  readonly frames: number
  /** Frames of which the gate would have sealed a face; seeds, to draw them again. */
  readonly taken: readonly { readonly kind: SceneKind; readonly seed: number }[]
  /** Faces about 80 pixels wide: drawn, and found where they are. */
  readonly smallFaces: number
  readonly smallFound: number
  /** Of people as customers stand: frames, and those that may be sealed. */
  readonly people: number
  readonly peopleFit: number
}

/** Judges drawn frames with the detector, without the order of a capture around them. */
export class SceneChecker {
  readonly #memory = new FaceMemory()
  readonly #resampler = new Resampler()
  readonly #brightness = new Uint8Array(BRIGHTNESS_SIDE ** 2)
  readonly #networks: GateNetworks
  readonly #eyes: ReturnType<GateNetworks['eyes']>

  private constructor(networks: GateNetworks) {
    this.#networks = networks
    this.#eyes = networks.eyes(this.#memory, false)
  }

  static async open(): Promise<SceneChecker> {
    const memory = new FaceMemory()
    const checker = new SceneChecker(await GateNetworks.load(gateModels(), memory))
    memory.close()
    return checker
  }

  async look({ width, height, rgba }: DrawnScene): Promise<FrameFacts> {
    const bytes = new Uint8Array(rgba.buffer)
    const frame: FrameView = { format: 'RGBA', width, height, strideBytes: width * 4, bytes }
    const faces = await this.#eyes.findFaces(frame, this.#resampler)
    const look = lookAtFrame(frame)
    const facts = { atMs: 0, width, height, look, faces }
    const [face] = faces
    if (face === undefined) return facts
    const values = this.#brightness
    this.#resampler.brightness(frame, face.box, { values, side: BRIGHTNESS_SIDE })
    return { ...facts, quality: judgeBrightness(values, BRIGHTNESS_SIDE) }
  }

  /** @param frames how many scenes that are to be refused; a fifth as many of each other kind */
  async check(
    frames: number,
    seed: number,
    progress: (done: number) => void,
  ): Promise<SceneFindings> {
    const taken: { kind: SceneKind; seed: number }[] = []
    for (let index = 0; index < frames; index += 1) {
      const kind = SCENES_TO_REFUSE[index % SCENES_TO_REFUSE.length] ?? 'empty'
      const drawn = drawScene(seed + index, { kind }, (index * 37) % 9_000)
      if (judgeFrame(await this.look(drawn)).kind === 'fit')
        taken.push({ kind, seed: seed + index })
      progress(index)
    }
    const others = Math.ceil(frames / 5)
    let [smallFaces, smallFound, peopleFit] = [0, 0, 0]
    for (let index = 0; index < others; index += 1) {
      const small = drawSmall(seed + index)
      if (small) {
        smallFaces += 1
        smallFound += (await this.#finds(small)) ? 1 : 0
      }
      const drawn = drawScene(seed + index, {}, (index * 37) % 9_000)
      peopleFit += judgeFrame(await this.look(drawn)).kind === 'fit' ? 1 : 0
      progress(index)
    }
    return { frames, taken, smallFaces, smallFound, people: others, peopleFit }
  }

  async #finds(drawn: DrawnScene): Promise<boolean> {
    const { faces } = await this.look(drawn)
    const [face] = faces
    const [truth] = drawn.truth
    if (face === undefined || truth === undefined || faces.length > 1) return false
    return face.score >= FACE_LIMITS.scoreMin && overlapOf(face.box, truth.box) >= 0.4
  }

  async close(): Promise<void> {
    await this.#eyes.close()
    await this.#networks.close()
    this.#memory.close()
  }
}

/** Somebody who stands so far away that the face is 78 to 84 pixels wide. */
function drawSmall(seed: number): DrawnScene | undefined {
  const near = drawScene(seed, { still: true, pose: { distanceM: 0.9 } }, 0)
  const width = near.truth[0]?.box.width
  if (width === undefined) return undefined
  const distanceM = (0.9 * width) / 81
  const drawn = drawScene(seed, { still: true, pose: { distanceM } }, 0)
  const now = drawn.truth[0]?.box.width ?? 0
  return now >= 78 && now <= 84 ? drawn : undefined
}
