import { err, ok, type Result } from '../../base/result.ts'
import { type Problem, problem } from '../../domain/errors.ts'
import type { FaceCode } from '../../domain/face-errors.ts'
import type { Clock } from '../../ports/clock.ts'
import type {
  CameraIntake,
  CameraLink,
  CameraPeer,
  FaceAuthority,
  FaceGuidance,
  FaceOrder,
  FaceReader,
  FaceReaderEvent,
  FaceReadiness,
  FaceTerms,
  SealedFace,
} from '../../ports/face.ts'
import type { Log } from '../../ports/log.ts'
import type { FaceGate, GateEvent } from '../reader-gate.ts'
import { SealingKeyKeeper } from '../sealing-key.ts'

/** What is granted now; `onChange` calls back when that may have become another. */
export type TermsSource = {
  terms(): FaceTerms | undefined
  onChange(listener: () => void): () => void
}

export type CameraReaderOptions = {
  readonly gate: FaceGate
  readonly authority: FaceAuthority
  readonly granted: TermsSource
  /** Serial that this terminal is enrolled under. */
  readonly terminalSerial: string
  /** The camera is not the customer page's. */
  readonly isCameraElsewhere?: boolean
  readonly clock: Clock
  readonly log: Log
}

/** From the consent to a picture (F-21), and for how long a consent is good (F-05), milliseconds. */
const CAPTURE_MS_MAX = 20_000
const CONSENT_MS_MAX = 60_000

/** One capture. */
type Capture = {
  readonly order: FaceOrder
  readonly tell: (event: FaceReaderEvent) => void
  state: 'capturing' | 'confirming' | 'recognising' | 'over'
  guidance: FaceGuidance | undefined
  camera: Camera | undefined
  sealed: SealedFace | undefined
  timers: (() => void)[]
}

/** One camera of a capture. */
type Camera = {
  readonly peer: CameraPeer
  /** A frame was asked for and has not come; one is with the gate. */
  isAsked: boolean
  isJudged: boolean
  hasShown: boolean
}

/**
 * Reads faces with our own capture: the frames of a camera go to the gate, what the gate seals goes to
 * the recognition provider once the customer has confirmed. Nothing in here ever sees a picture.
 */
export class CameraReader implements FaceReader, CameraIntake {
  readonly #options: CameraReaderOptions
  readonly #keys: SealingKeyKeeper
  readonly #listeners = new Set<() => void>()
  readonly #ends: readonly (() => void)[]
  #current: Capture | undefined
  #isClosed = false

  constructor(options: CameraReaderOptions) {
    this.#options = options
    const { authority, clock, gate, granted } = options
    this.#keys = new SealingKeyKeeper({ authority, clock, onChange: () => this.#changed() })
    this.#ends = [
      gate.onReadiness(() => this.#changed()),
      granted.onChange(() => this.#takeTerms()),
    ]
    this.#takeTerms()
  }

  readiness(): FaceReadiness {
    const terms = this.#options.granted.terms()
    if (this.#isClosed || terms === undefined) return notReady('face.not_offered')
    const flaw = this.#flawOf(terms)
    if (flaw !== undefined) return flaw
    const elsewhere = this.#options.isCameraElsewhere ? { isCameraElsewhere: true as const } : {}
    return { kind: 'ready', guidedBy: 'page', ...elsewhere }
  }

  onReadiness(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => {
      this.#listeners.delete(listener)
    }
  }

  capture(order: FaceOrder, tell: (event: FaceReaderEvent) => void): void {
    if (this.#current !== undefined) this.#finish(this.#current)
    const capture: Capture = {
      order,
      tell,
      state: 'capturing',
      guidance: undefined,
      camera: undefined,
      sealed: undefined,
      timers: [],
    }
    this.#current = capture
    const begun = this.#begin(capture)
    if (begun !== undefined) this.#fail(capture, begun)
  }

  async openCamera(
    hello: { readonly captureId: string; readonly publicKey: Uint8Array },
    peer: CameraPeer,
  ): Promise<Result<CameraLink, Problem>> {
    const capture = this.#current
    const isWanted = capture?.order.captureId === hello.captureId && capture.state === 'capturing'
    if (capture === undefined || !isWanted) return err(problem('face.not_offered'))
    if (capture.camera !== undefined) return err(problem('face.camera_busy'))
    const camera: Camera = { peer, isAsked: false, isJudged: false, hasShown: false }
    capture.camera = camera
    const publicKey = await this.#agree(hello)
    if (capture.camera !== camera) return err(problem('face.not_offered'))
    if (publicKey === undefined) {
      capture.camera = undefined
      return err(problem('face.frame_invalid', { detail: 'the key of the camera is none' }))
    }
    this.#ask(capture)
    return ok(this.#linkOf(capture, camera, publicKey))
  }

  confirm(captureId: string, digits: string | undefined): void {
    const capture = this.#current
    if (capture?.order.captureId !== captureId || capture.state !== 'confirming') return
    const { sealed, order } = capture
    if (sealed === undefined) return
    if (order.terms.confirm === 'digits' && digits === undefined) {
      this.#fail(capture, 'face.not_confirmed')
      return
    }
    this.#endTimers(capture)
    capture.state = 'recognising'
    capture.sealed = undefined
    void this.#options.authority.recognise(order, sealed, digits).then(
      (answer) => {
        if (capture.state !== 'recognising') return
        if (answer.kind === 'refused') this.#fail(capture, answer.cause)
        else this.#end(capture, { kind: 'code', credential: answer.credential })
      },
      () => this.#fail(capture, 'face.service_unreachable'),
    )
  }

  finish(captureId: string, result: 'paid' | 'not_paid' | 'left'): void {
    const capture = this.#current
    if (capture?.order.captureId !== captureId) return
    this.#options.log.info('face capture finished', { captureId, result })
    this.#finish(capture)
  }

  async close(): Promise<void> {
    this.#isClosed = true
    for (const end of this.#ends) end()
    this.#keys.close()
    if (this.#current !== undefined) this.#finish(this.#current)
    await this.#options.gate.close()
  }

  /** Begins, or says why not. */
  #begin(capture: Capture): FaceCode | undefined {
    const { order } = capture
    const { clock, terminalSerial, gate, log } = this.#options
    const { consent, terms, captureId } = order
    const readiness = this.readiness()
    if (readiness.kind === 'not_ready') return readiness.cause
    if (!this.#isGranted(terms)) return 'face.not_offered'
    const providerKey = this.#keys.key(terms.sealingKeySha256)
    if (typeof providerKey === 'string') return providerKey
    const leftMs = CONSENT_MS_MAX - Math.max(0, clock.nowMs() - consent.atMs)
    const isAgreed = leftMs > 0 && consent.noticeVersion === terms.notice.version
    if (!isAgreed) return 'face.consent_old'
    capture.timers = [
      clock.after(CAPTURE_MS_MAX, () => {
        if (capture.state === 'capturing') this.#fail(capture, lateCause(capture.camera))
      }),
      clock.after(leftMs, () => this.#fail(capture, 'face.consent_old')),
    ]
    log.info('face capture began', { captureId, outTradeNo: order.outTradeNo })
    this.#guide(capture, 'starting')
    const context = { terminalSerial, order }
    const profile = terms.livenessProfile
    return this.#guarded(() =>
      gate.begin({ captureId, profile, sealing: { providerKey, context } }, (event) =>
        this.#heard(capture, event),
      ),
    )
  }

  /** A gate that throws has failed, and costs a capture and no more. */
  #guarded(act: () => void): FaceCode | undefined {
    try {
      act()
      return undefined
    } catch (cause) {
      const detail = cause instanceof Error ? cause.name : 'unknown'
      this.#options.log.error('face gate threw', { detail })
      return 'face.gate_failed'
    }
  }

  async #agree(hello: { readonly captureId: string; readonly publicKey: Uint8Array }) {
    try {
      return await this.#options.gate.openCamera(hello)
    } catch {
      return undefined
    }
  }

  #linkOf(capture: Capture, camera: Camera, publicKey: Uint8Array): CameraLink {
    const isOurs = () => capture.state === 'capturing' && capture.camera === camera
    return {
      publicKey,
      take: (frame) => {
        if (!isOurs()) return
        camera.isAsked = false
        camera.isJudged = true
        camera.hasShown = true
        const flaw = this.#guarded(() => this.#options.gate.frame(capture.order.captureId, frame))
        if (flaw !== undefined) this.#fail(capture, flaw)
      },
      failed: (why) => {
        if (isOurs()) this.#fail(capture, CAMERA_CAUSES[why])
      },
      ended: () => {
        if (isOurs()) this.#fail(capture, 'face.camera_lost')
      },
    }
  }

  #heard(capture: Capture, event: GateEvent): void {
    if (capture.state !== 'capturing') return
    switch (event.kind) {
      case 'next':
        if (capture.camera !== undefined) capture.camera.isJudged = false
        this.#ask(capture)
        return
      case 'guidance':
        this.#guide(capture, event.guidance)
        return
      case 'failed':
        this.#fail(capture, event.cause)
        return
      case 'sealed':
        capture.state = 'confirming'
        capture.sealed = event.sealed
        closeCamera(capture)
        this.#tell(capture, { kind: 'captured' })
    }
  }

  #ask({ camera }: Capture): void {
    if (camera === undefined || camera.isAsked || camera.isJudged) return
    camera.isAsked = true
    camera.peer.next()
  }

  #guide(capture: Capture, guidance: FaceGuidance): void {
    if (guidance === capture.guidance) return
    capture.guidance = guidance
    this.#tell(capture, { kind: 'guidance', guidance })
  }

  #fail(capture: Capture, cause: FaceCode): void {
    if (capture.state === 'over') return
    const { captureId, outTradeNo } = capture.order
    this.#options.log.warn('face capture failed', { captureId, outTradeNo, cause })
    this.#end(capture, { kind: 'failed', cause })
  }

  /** The last word about a capture, which leaves nothing of it here. */
  #end(capture: Capture, event: FaceReaderEvent): void {
    this.#tell(capture, event)
    this.#clear(capture)
  }

  #finish(capture: Capture): void {
    this.#clear(capture)
    if (this.#current === capture) this.#current = undefined
  }

  #clear(capture: Capture): void {
    capture.state = 'over'
    capture.sealed = undefined
    this.#endTimers(capture)
    closeCamera(capture)
    this.#guarded(() => this.#options.gate.wipe(capture.order.captureId))
  }

  #endTimers(capture: Capture): void {
    for (const cancel of capture.timers.splice(0)) cancel()
  }

  /** In order, never from within a call, and never of a capture that is finished. */
  #tell(capture: Capture, event: FaceReaderEvent): void {
    queueMicrotask(() => {
      if (this.#current === capture) capture.tell(event)
    })
  }

  #takeTerms(): void {
    const terms = this.#options.granted.terms()
    this.#keys.want(terms?.sealingKeySha256)
    const capture = this.#current
    // F-22: what was told to the customer does not hold any more. What was sent already is answered.
    const isOpen = capture?.state === 'capturing' || capture?.state === 'confirming'
    if (capture !== undefined && isOpen && !this.#isGranted(capture.order.terms)) {
      this.#fail(capture, 'face.not_offered')
    }
    this.#changed()
  }

  #isGranted(terms: FaceTerms): boolean {
    const granted = this.#options.granted.terms()
    return (
      granted !== undefined &&
      granted.confirm === terms.confirm &&
      granted.livenessProfile === terms.livenessProfile &&
      granted.sealingKeySha256 === terms.sealingKeySha256 &&
      NOTICE_PARTS.every((part) => granted.notice[part] === terms.notice[part])
    )
  }

  #flawOf(terms: FaceTerms): FaceReadiness | undefined {
    const judged = this.#options.gate.readiness(terms.livenessProfile)
    if (!judged.ok) return { kind: 'not_ready', ...judged.error }
    const key = this.#keys.key(terms.sealingKeySha256)
    return typeof key === 'string' ? notReady(key) : undefined
  }

  #changed(): void {
    for (const listener of this.#listeners) listener()
  }
}

const NOTICE_PARTS = ['version', 'handler', 'contact', 'recipient'] as const

const CAMERA_CAUSES = {
  none: 'face.no_camera',
  denied: 'face.camera_denied',
  busy: 'face.camera_busy',
  lost: 'face.camera_lost',
} as const satisfies Readonly<Record<string, FaceCode>>

/** What was missing when the time was over. */
function lateCause(camera: Camera | undefined): FaceCode {
  if (camera === undefined) return 'face.no_camera'
  return camera.hasShown ? 'face.no_face' : 'face.camera_lost'
}

function closeCamera(capture: Capture): void {
  const { camera } = capture
  capture.camera = undefined
  camera?.peer.close()
}

function notReady(cause: FaceCode): FaceReadiness {
  return { kind: 'not_ready', cause }
}
