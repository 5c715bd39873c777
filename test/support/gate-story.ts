import type { FromGate, GateModels } from '../../src/face/gate-protocol.ts'
import { FaceMemory } from '../../src/face/node/face-memory.ts'
import { GateRunner } from '../../src/face/node/gate-runner.ts'
import { drawScene, type SceneOptions } from '../../src/sandbox/faces/scene.ts'
import { Player, type Story } from '../../src/sandbox/faces/story.ts'
import { toI420 } from '../../src/sandbox/faces/yuv.ts'
import { beginFor, SealingCamera, TestProvider } from './sealing-camera.ts'
import { createRandom } from './seeded.ts'

/** A gate in this thread, with a clock that the frames move. */
export class TestGate {
  readonly memory = new FaceMemory()
  readonly provider = new TestProvider()
  readonly heard: FromGate[] = []
  nowMs = 0
  readonly runner: GateRunner
  /** Its first byte draws the side of a turn: even is left. */
  lot = 0

  constructor(seed = 1) {
    const random = createRandom(seed)
    const bytes = (count: number) =>
      count === 1
        ? Uint8Array.of(this.lot)
        : Uint8Array.from({ length: count }, () => Math.floor(random.next() * 256))
    this.runner = new GateRunner({
      memory: this.memory,
      entropy: { bytes },
      nowMs: () => this.nowMs,
      post: (message) => this.heard.push(message),
    })
  }

  async load(models: GateModels): Promise<void> {
    await this.runner.tell({ kind: 'load', models })
    if (!this.heard.some(({ kind }) => kind === 'loaded')) {
      throw new Error(`not loaded: ${JSON.stringify(this.heard)}`)
    }
  }

  last<Kind extends FromGate['kind']>(kind: Kind): Extract<FromGate, { kind: Kind }> | undefined {
    return this.heard.findLast(
      (message): message is Extract<FromGate, { kind: Kind }> => message.kind === kind,
    )
  }

  /** Begins and opens a camera. */
  async begin(captureId: string, profile: string): Promise<SealingCamera> {
    this.heard.length = 0
    await this.runner.tell({
      kind: 'begin',
      ...beginFor(this.provider, { captureId, profile }),
    })
    const camera = new SealingCamera(captureId)
    await this.runner.tell({ kind: 'camera', captureId, publicKey: camera.publicKey })
    const opened = this.last('opened')
    if (opened) camera.opened(opened.publicKey)
    return camera
  }

  async close(): Promise<void> {
    await this.runner.tell({ kind: 'end' })
    this.memory.close()
  }
}

export type StoryEnd = {
  readonly end: Extract<FromGate, { kind: 'sealed' | 'failed' }> | undefined
  readonly guidance: readonly string[]
  readonly frames: number
}

/** Plays a story before a gate until it ends: one frame every `everyMs` of its own time. */
export async function playStory(
  gate: TestGate,
  story: Story,
  options: {
    readonly profile: string
    readonly everyMs?: number
    readonly format?: 'rgba' | 'i420'
    readonly captureId?: string
    readonly alter?: (scene: SceneOptions, timeMs: number) => SceneOptions
  },
): Promise<StoryEnd> {
  const { profile, everyMs = 100, format = 'rgba', captureId = 'ab'.repeat(16) } = options
  const camera = await gate.begin(captureId, profile)
  const player = new Player(story)
  const startMs = gate.nowMs
  let frames = 0
  for (; gate.nowMs - startMs <= 21_000; gate.nowMs += everyMs) {
    const timeMs = gate.nowMs - startMs
    const told = player.scene(timeMs)
    const scene = drawScene(player.seed, options.alter?.(told, timeMs) ?? told, timeMs)
    const pixels = format === 'rgba' ? new Uint8Array(scene.rgba.buffer) : toI420(scene)
    const frame = camera.seal(pixels, { width: scene.width, height: scene.height, format })
    await gate.runner.tell({ kind: 'frame', captureId, frame })
    frames += 1
    const guidance = gate.last('guidance')
    if (guidance) player.hear(guidance.guidance, timeMs)
    if (gate.heard.some(({ kind }) => kind === 'sealed' || kind === 'failed')) break
  }
  gate.nowMs += 5_000
  const guidance = gate.heard.flatMap((one) => (one.kind === 'guidance' ? [one.guidance] : []))
  return { end: gate.last('sealed') ?? gate.last('failed'), guidance, frames }
}
