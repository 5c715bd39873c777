import { invariant } from '../../base/invariant.ts'
import type { FaceCode } from '../../domain/face-errors.ts'
import type { Entropy } from '../../ports/entropy.ts'
import type { FaceGuidance, SealedFace } from '../../ports/face.ts'
import { sideByLot } from '../challenge.ts'
import type { Face } from '../detect.ts'
import { type FrameHeader, readFrameHeader } from '../frame-header.ts'
import type { FrameView } from '../frame-view.ts'
import { beginGate, type GateState, isRepeat, stepGate, wantsLiveness } from '../gate.ts'
import type { GateBegin } from '../gate-protocol.ts'
import { FACE_LIMITS, type FrameFacts } from '../judge.ts'
import { livenessProfile } from '../liveness.ts'
import { Resampler, rowsRgb, sealedRegion } from '../pixels.ts'
import { BRIGHTNESS_SIDE, judgeBrightness, likenessOf, lookAtFrame } from '../quality.ts'
import { FACE_PIXELS_AT, FACE_SIDE, FACE_TEXT_BYTES, writeFaceHeader } from '../sealed-text.ts'
import { agreeWithCamera, type CameraCipher } from './camera-cipher.ts'
import type { FaceBytes, FaceMemory } from './face-memory.ts'
import type { Eyes, GateNetworks } from './gate-networks.ts'
import { sealFace } from './seal.ts'

/** What a capture works with. */
export type CaptureTools = {
  readonly memory: FaceMemory
  readonly networks: GateNetworks
  readonly entropy: Pick<Entropy, 'bytes'>
  /** Milliseconds on a clock that does not jump. */
  readonly nowMs: () => number
}

/** What came of one frame. */
export type CaptureStep = {
  readonly guidance?: FaceGuidance
  readonly end?:
    | { readonly kind: 'sealed'; readonly sealed: SealedFace }
    | { readonly kind: 'failed'; readonly cause: FaceCode }
}

const BRIGHTNESS_BYTES = BRIGHTNESS_SIDE * BRIGHTNESS_SIDE

/** One capture: all that holds pixels of it, and nothing of another. */
export class Capture {
  readonly #begin: GateBegin
  readonly #tools: CaptureTools
  readonly #resampler = new Resampler()
  readonly #eyes: Eyes
  readonly #text: FaceBytes
  /** Brightness of the face in this frame and in the one before, by turns. */
  readonly #brightness: readonly [FaceBytes, FaceBytes]
  #pixels: FaceBytes | undefined
  #cipher: CameraCipher | undefined
  #state: GateState
  #turn = 0
  #hasBefore = false

  private constructor(begin: GateBegin, tools: CaptureTools, state: GateState) {
    const { memory, networks } = tools
    this.#begin = begin
    this.#tools = tools
    this.#state = state
    this.#eyes = networks.eyes(memory, state.profile.asksNetworks)
    this.#text = memory.allocate(FACE_TEXT_BYTES)
    this.#brightness = [memory.allocate(BRIGHTNESS_BYTES), memory.allocate(BRIGHTNESS_BYTES)]
  }

  /** Begins; the cause where the profile cannot be met here. */
  static begin(begin: GateBegin, tools: CaptureTools): Capture | FaceCode {
    const profile = livenessProfile(begin.profile)
    if (profile === undefined) return 'face.profile_unknown'
    if (profile.asksNetworks && tools.networks.liveness.length === 0) return 'face.model_missing'
    const [lot = 0] = tools.entropy.bytes(1)
    return new Capture(begin, tools, beginGate(profile, sideByLot(lot)))
  }

  get captureId(): string {
    return this.#begin.captureId
  }

  /** Agrees with a camera; one that came before is not listened to any more. */
  open(publicKey: Uint8Array): Uint8Array | undefined {
    const hello = { captureId: this.captureId, publicKey }
    const agreed = agreeWithCamera(hello, this.#tools)
    if (!agreed.ok) return undefined
    this.#cipher?.close()
    this.#cipher = agreed.value.cipher
    return agreed.value.publicKey
  }

  /** Opens one frame, judges it, and seals the best face once there is one that may be sealed. */
  async take(sealed: Uint8Array): Promise<CaptureStep> {
    const frame = this.#openFrame(sealed)
    if (frame === undefined) return { end: { kind: 'failed', cause: 'face.frame_invalid' } }
    const facts = await this.#look(frame)
    const { state, guidance, keep, isDone, failed } = stepGate(this.#state, facts)
    this.#state = state
    if (keep) this.#keep(frame, keep)
    const said = guidance ? { guidance } : {}
    if (failed) return { ...said, end: { kind: 'failed', cause: failed } }
    return isDone ? { ...said, end: this.#seal() } : said
  }

  /** Overwrites everything of this capture. Again: nothing. */
  async close(): Promise<void> {
    this.#cipher?.close()
    this.#pixels?.release()
    this.#text.release()
    for (const one of this.#brightness) one.release()
    await this.#eyes.close()
  }

  #openFrame(sealed: Uint8Array): FrameView | undefined {
    const header = readFrameHeader(sealed)
    if (!header.ok || this.#cipher === undefined) return undefined
    const pixels = this.#room(header.value)
    const opened = this.#cipher.open(sealed, pixels)
    if (!opened.ok) return undefined
    const { format, width, height, strideBytes } = opened.value
    return { format, width, height, strideBytes, bytes: pixels }
  }

  /** Memory for the pixels of one frame; that of a frame of another size is given back. */
  #room({ pixelBytes }: FrameHeader): Uint8Array {
    if (this.#pixels?.byteLength !== pixelBytes) {
      this.#pixels?.release()
      this.#pixels = this.#tools.memory.allocate(pixelBytes)
    }
    return this.#pixels.bytes
  }

  async #look(frame: FrameView): Promise<FrameFacts> {
    const { width, height } = frame
    const look = lookAtFrame(frame)
    const seen = { atMs: this.#tools.nowMs(), width, height, look, faces: [] }
    const isBlack = look.topBrightness <= FACE_LIMITS.blackTopMax
    if (isBlack || isRepeat(this.#state, seen)) return seen
    const faces = await this.#eyes.findFaces(frame, this.#resampler)
    const [face] = faces
    if (face === undefined || faces.length > 1) {
      this.#hasBefore = false
      return { ...seen, faces }
    }
    const facts = { ...seen, faces, ...this.#judgeFace(frame, face) }
    if (!wantsLiveness(this.#state, facts)) return facts
    return { ...facts, live: await this.#eyes.judgeLiveness(frame, face, this.#resampler) }
  }

  #judgeFace(frame: FrameView, { box }: Face): Pick<FrameFacts, 'quality' | 'likeness'> {
    this.#turn = 1 - this.#turn
    const [now, before] = this.#turn === 1 ? this.#brightness : this.#brightness.toReversed()
    invariant(now && before, 'there are two')
    this.#resampler.brightness(frame, box, { values: now.bytes, side: BRIGHTNESS_SIDE })
    const quality = judgeBrightness(now.bytes, BRIGHTNESS_SIDE)
    const likeness = this.#hasBefore
      ? { likeness: likenessOf(now.bytes, before.bytes, BRIGHTNESS_SIDE) }
      : {}
    this.#hasBefore = true
    return { quality, ...likeness }
  }

  #keep(frame: FrameView, { box }: Face): void {
    const { bytes } = this.#text
    writeFaceHeader(bytes)
    const target = rowsRgb(bytes.subarray(FACE_PIXELS_AT), FACE_SIDE)
    this.#resampler.resample(frame, sealedRegion(box), target)
  }

  #seal(): NonNullable<CaptureStep['end']> {
    const { providerKey, context } = this.#begin.sealing
    const { entropy } = this.#tools
    const sealed = sealFace(this.#text.bytes, { providerKey, context, entropy })
    if (!sealed.ok) return { kind: 'failed', cause: 'face.service_not_verified' }
    return { kind: 'sealed', sealed: sealed.value }
  }
}
