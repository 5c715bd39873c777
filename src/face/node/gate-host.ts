import { existsSync } from 'node:fs'
import { Worker } from 'node:worker_threads'
import { invariant } from '../../base/invariant.ts'
import type { FaceCode } from '../../domain/face-errors.ts'
import type { Clock } from '../../ports/clock.ts'
import type { FaceGuidance, SealedFace } from '../../ports/face.ts'
import type { FromGate, GateBegin, GateCamera, GateModels, ToGate } from '../gate-protocol.ts'
import { overwriteShared } from './face-memory.ts'

/** What a gate tells about one capture; nothing after `sealed` or `failed`. */
export type GateEvent =
  | { readonly kind: 'guidance'; readonly guidance: FaceGuidance }
  /** The terminal's half of the camera's key agreement; absent where the camera's half was none. */
  | { readonly kind: 'opened'; readonly publicKey: Uint8Array | undefined }
  /** One more frame is wanted. */
  | { readonly kind: 'next' }
  | { readonly kind: 'sealed'; readonly sealed: SealedFace }
  | { readonly kind: 'failed'; readonly cause: FaceCode }

/** Whether a capture can begin. */
export type GateReadiness =
  | { readonly kind: 'ready' }
  /** `detail` where it was there before, and is started again. */
  | { readonly kind: 'loading'; readonly detail?: string }
  | { readonly kind: 'broken'; readonly detail: string }

/** A face gate: one capture at a time. Never throws, tells nothing synchronously from within a call. */
export interface FaceGate {
  readiness(): GateReadiness
  /** Calls `listener` when {@link readiness} is another; the returned function ends it. */
  onReadiness(listener: () => void): () => void
  /** Begins; the capture before it is wiped. */
  begin(begin: GateBegin, tell: (event: GateEvent) => void): void
  /** A camera asks to feed the capture; answered by `opened`, and after it by the first `next`. */
  openCamera(camera: GateCamera): void
  /** One sealed frame; its memory is handed over. Not asked for: dropped. */
  frame(captureId: string, frame: Uint8Array): void
  /** The capture is over; resolves when all of it is overwritten, or its thread is no more. */
  wipe(captureId: string): Promise<void>
  close(): Promise<void>
}

/** The side of a thread that the host needs; a real one is a `Worker`. */
export type GateThread = {
  post(message: ToGate, transfer?: readonly ArrayBuffer[]): void
  terminate(): Promise<unknown>
}

/** What a thread's host is told. */
export type GateThreadListener = {
  readonly message: (message: FromGate) => void
  /** It is no more, whyever. */
  readonly gone: (detail: string) => void
}

export type StartThread = (listener: GateThreadListener) => GateThread

/** How long a thread may be silent, milliseconds. */
export const HOST_LIMITS = {
  /** For everything but loading: a frame takes some hundredths of a second. */
  answerMs: 3_000,
  /** Loading and warming up. */
  loadMs: 30_000,
  /** For overwriting, before it is ended without. */
  wipeMs: 1_000,
  /** For ending by itself, before it is cut off. */
  endMs: 1_500,
  /** Before it is started again after a failure; a start that fails at once is not tried in a loop. */
  restartMs: 1_000,
  restartMaxMs: 60_000,
} as const

/** From the source file, and from the files that Electron's shell is built into. */
const WORKER_PLACES = ['./gate-worker.ts', './gate-worker.js', '../gate-worker.js']

function workerFile(): URL {
  const places = WORKER_PLACES.map((place) => new URL(place, import.meta.url))
  const found = places.find((place) => existsSync(place))
  invariant(found, 'the thread of faces ships beside the program')
  return found
}

/**
 * Lets a thread end by itself, which one that was told to `end` does, and ends it when it does not: cut off
 * in the middle of an inference, the runtime takes the whole process with it.
 */
function endGently(worker: Worker): Promise<unknown> {
  const exited = new Promise((resolve) => worker.once('exit', resolve))
  const timer = setTimeout(() => void worker.terminate(), HOST_LIMITS.endMs)
  return exited.finally(() => clearTimeout(timer))
}

/** Starts the thread of src/face/node/gate-worker.ts. */
function startGateThread(listener: GateThreadListener): GateThread {
  const worker = new Worker(workerFile(), {
    name: 'face gate',
    // Little of it lives longer than a frame: a small young generation is cleared often.
    resourceLimits: { maxYoungGenerationSizeMb: 4, maxOldGenerationSizeMb: 96 },
  })
  worker.on('message', listener.message)
  worker.on('error', (cause) => listener.gone(cause instanceof Error ? cause.message : 'error'))
  worker.on('exit', (code) => listener.gone(`exit ${code}`))
  return {
    post: (message, transfer = []) => worker.postMessage(message, [...transfer]),
    terminate: () => endGently(worker),
  }
}

export type GateHostOptions = {
  readonly models: GateModels
  readonly clock: Pick<Clock, 'after'>
  /** Another thread in tests. */
  readonly startThread?: StartThread
}

type OfCapture = Extract<FromGate, { captureId: string }>

type Running = {
  readonly captureId: string
  readonly tell: (event: GateEvent) => void
  isFrameWanted: boolean
}

/**
 * Keeps one thread for faces, and starts another where it ends, crashes or is silent for too long: then the
 * capture under way is `face.gate_failed`, and nothing else of the terminal notices.
 */
export class GateHost implements FaceGate {
  readonly #options: GateHostOptions
  readonly #listeners = new Set<() => void>()
  /** Ends the wait of those who asked for a capture to be wiped. */
  readonly #wipes = new Map<string, Set<() => void>>()
  #readiness: GateReadiness = { kind: 'loading' }
  #thread: GateThread | undefined
  #running: Running | undefined
  #unanswered = 0
  #cancelWatch: () => void = () => undefined
  #cancelRestart: () => void = () => undefined
  #restartMs: number = HOST_LIMITS.restartMs
  #isClosed = false
  /** Memory of the present thread. */
  readonly #memory = new Set<SharedArrayBuffer>()

  constructor(options: GateHostOptions) {
    this.#options = options
    this.#start()
  }

  readiness(): GateReadiness {
    return this.#readiness
  }

  onReadiness(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  begin(begin: GateBegin, tell: (event: GateEvent) => void): void {
    const before = this.#running
    if (before) void this.wipe(before.captureId)
    this.#running = { captureId: begin.captureId, tell, isFrameWanted: false }
    if (this.#readiness.kind === 'ready') this.#post({ kind: 'begin', ...begin })
    else queueMicrotask(() => this.#failed(begin.captureId, 'face.gate_failed'))
  }

  openCamera(camera: GateCamera): void {
    const running = this.#of(camera.captureId)
    if (running === undefined) return
    running.isFrameWanted = false
    this.#post({ kind: 'camera', ...camera })
  }

  frame(captureId: string, frame: Uint8Array): void {
    const running = this.#of(captureId)
    if (!running?.isFrameWanted) return
    running.isFrameWanted = false
    // What lies in memory with other things cannot be handed over.
    const isWhole = frame.byteLength === frame.buffer.byteLength
    const own = isWhole && frame.buffer instanceof ArrayBuffer ? frame : Uint8Array.from(frame)
    this.#post({ kind: 'frame', captureId, frame: own }, [own.buffer as ArrayBuffer])
  }

  wipe(captureId: string): Promise<void> {
    if (this.#running?.captureId === captureId) this.#running = undefined
    if (this.#thread === undefined) return Promise.resolve()
    return new Promise((resolve) => {
      const waiting = this.#wipes.get(captureId) ?? new Set()
      this.#wipes.set(captureId, waiting.add(resolve))
      this.#post({ kind: 'wipe', captureId })
    })
  }

  async close(): Promise<void> {
    this.#isClosed = true
    this.#cancelRestart()
    const running = this.#running
    this.#running = undefined
    await this.wipe(running?.captureId ?? '')
    const thread = this.#thread
    thread?.post({ kind: 'end' })
    this.#ended('closed')
    await thread?.terminate()
  }

  #of(captureId: string): Running | undefined {
    return this.#running?.captureId === captureId ? this.#running : undefined
  }

  #start(): void {
    const start = this.#options.startThread ?? startGateThread
    const thread = start({
      message: (message) => {
        if (this.#thread === thread) this.#heard(message)
      },
      gone: (detail) => {
        if (this.#thread === thread) this.#ended(detail)
      },
    })
    this.#thread = thread
    this.#post({ kind: 'load', models: this.#options.models })
  }

  #post(message: ToGate, transfer: readonly ArrayBuffer[] = []): void {
    if (this.#thread === undefined) return
    this.#unanswered += 1
    if (this.#unanswered === 1) this.#watch(message.kind === 'load')
    this.#thread.post(message, transfer)
  }

  #watch(isLoading: boolean): void {
    this.#cancelWatch()
    const waitMs = isLoading ? HOST_LIMITS.loadMs : HOST_LIMITS.answerMs
    this.#cancelWatch = this.#options.clock.after(waitMs, () => this.#silent())
  }

  #heard(message: FromGate): void {
    switch (message.kind) {
      case 'answered':
        this.#answered()
        break
      case 'loaded':
        this.#restartMs = HOST_LIMITS.restartMs
        this.#become({ kind: 'ready' })
        break
      case 'not_loaded':
        this.#become({ kind: 'broken', detail: message.detail })
        break
      case 'wiped':
        this.#wiped(message.captureId)
        break
      case 'memory':
        this.#memory.add(message.whole)
        break
      default:
        this.#heardOfCapture(message)
    }
  }

  #answered(): void {
    this.#unanswered -= 1
    this.#cancelWatch()
    if (this.#unanswered > 0) this.#watch(false)
  }

  #heardOfCapture(message: Exclude<OfCapture, { kind: 'wiped' }>): void {
    const running = this.#of(message.captureId)
    if (running === undefined) return
    switch (message.kind) {
      case 'begun':
        break
      case 'opened':
        running.tell({ kind: 'opened', publicKey: message.publicKey })
        this.#want(running)
        break
      case 'not_opened':
        running.tell({ kind: 'opened', publicKey: undefined })
        break
      case 'next':
        this.#want(running)
        break
      case 'guidance':
        running.tell({ kind: 'guidance', guidance: message.guidance })
        break
      case 'sealed':
        this.#running = undefined
        running.tell({ kind: 'sealed', sealed: message.sealed })
        break
      case 'failed':
        this.#failed(message.captureId, message.cause)
        break
    }
  }

  #want(running: Running): void {
    if (this.#running !== running) return
    running.isFrameWanted = true
    running.tell({ kind: 'next' })
  }

  #failed(captureId: string, cause: FaceCode): void {
    const running = this.#of(captureId)
    if (running === undefined) return
    this.#running = undefined
    running.tell({ kind: 'failed', cause })
  }

  #wiped(captureId: string): void {
    const waiting = this.#wipes.get(captureId)
    this.#wipes.delete(captureId)
    for (const resolve of waiting ?? []) resolve()
  }

  /** It may be slow and not dead: it gets a little more time to overwrite what it holds. */
  #silent(): void {
    const thread = this.#thread
    if (thread === undefined) return
    if (this.#running) this.#failed(this.#running.captureId, 'face.gate_failed')
    this.#become({ kind: 'loading', detail: 'silent' })
    this.#unanswered += 1
    thread.post({ kind: 'wipe', captureId: '' })
    const end = () => {
      if (this.#thread === thread) this.#ended('silent')
    }
    this.#cancelWatch()
    const cancel = this.#options.clock.after(HOST_LIMITS.wipeMs, end)
    this.#wipes.set(
      '',
      new Set([
        () => {
          cancel()
          queueMicrotask(end)
        },
      ]),
    )
  }

  #ended(detail: string): void {
    const thread = this.#thread
    this.#thread = undefined
    const memory = [...this.#memory]
    this.#memory.clear()
    // It could write on until it has ended.
    void thread?.terminate().then(() => memory.forEach(overwriteShared))
    this.#unanswered = 0
    this.#cancelWatch()
    for (const captureId of [...this.#wipes.keys()]) this.#wiped(captureId)
    if (this.#running) this.#failed(this.#running.captureId, 'face.gate_failed')
    if (this.#isClosed) return
    if (this.#readiness.kind === 'broken') return
    this.#become({ kind: 'loading', detail })
    const waitMs = this.#restartMs
    this.#restartMs = Math.min(waitMs * 2, HOST_LIMITS.restartMaxMs)
    this.#cancelRestart = this.#options.clock.after(waitMs, () => this.#start())
  }

  #become(readiness: GateReadiness): void {
    const isSame = this.#readiness.kind === readiness.kind
    this.#readiness = readiness
    if (!isSame) for (const listener of this.#listeners) listener()
  }
}
