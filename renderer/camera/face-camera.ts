import type { CameraFailure } from './camera-wire.ts'

/** The part of a MediaStream that is needed. */
type StreamLike = { getTracks(): readonly { stop(): void }[] }

/** What the page has of the machine, so that the rest is tested without one. */
export type CameraMachine<Stream extends StreamLike> = {
  /** Asks for the camera; rejects as getUserMedia does. */
  readonly openStream: () => Promise<Stream>
  /**
   * Feeds one capture from a stream, or tells the terminal why there is none. `ended` is called at most
   * once, when nothing is held any more. The answer stops it.
   */
  readonly feed: (given: {
    readonly captureId: string
    readonly pictures: Stream | CameraFailure
    readonly ended: () => void
  }) => () => void
  /** The picture that the customer sees of themselves; undefined: none. */
  readonly onStream: (stream: Stream | undefined) => void
}

/**
 * The page's camera. It is open exactly while a capture wants it (F-01): whoever gives another capture,
 * or none, closes it first.
 */
export class FaceCamera<Stream extends StreamLike> {
  readonly #machine: CameraMachine<Stream>
  #captureId: string | undefined
  #stream: Stream | undefined
  #stopFeed: (() => void) | undefined
  /** The capture that is over, so that its last picture does not open the camera again. */
  #overId: string | undefined

  constructor(machine: CameraMachine<Stream>) {
    this.#machine = machine
  }

  /** Opens the camera for a capture, or closes it. The same again: nothing. */
  follow(captureId: string | undefined): void {
    if (captureId === this.#captureId) return
    this.#release()
    this.#captureId = captureId
    if (captureId === undefined || captureId === this.#overId) return
    this.#machine.openStream().then(
      (stream) => this.#opened(captureId, stream),
      (error: unknown) => {
        if (captureId === this.#captureId) this.#feed(captureId, failureOf(error))
      },
    )
  }

  #opened(captureId: string, stream: Stream): void {
    // The customer left while the system was asking.
    if (captureId !== this.#captureId) {
      stopAll(stream)
      return
    }
    this.#stream = stream
    this.#machine.onStream(stream)
    this.#feed(captureId, stream)
  }

  #feed(captureId: string, pictures: Stream | CameraFailure): void {
    const ended = () => {
      if (captureId !== this.#captureId) return
      this.#overId = captureId
      this.#release()
    }
    this.#stopFeed = this.#machine.feed({ captureId, pictures, ended })
  }

  #release(): void {
    const stream = this.#stream
    this.#stream = undefined
    if (stream !== undefined) {
      stopAll(stream)
      this.#machine.onStream(undefined)
    }
    this.#stopFeed?.()
    this.#stopFeed = undefined
  }
}

function stopAll(stream: StreamLike): void {
  for (const track of stream.getTracks()) track.stop()
}

/** What each error of getUserMedia means (W3C Media Capture and Streams, 10.2). */
const FAILURES: { readonly [name: string]: CameraFailure } = {
  NotFoundError: 'none',
  OverconstrainedError: 'none',
  NotAllowedError: 'denied',
  SecurityError: 'denied',
  NotReadableError: 'busy',
  AbortError: 'busy',
}

/** Why the camera did not open. */
export function failureOf(error: unknown): CameraFailure {
  const name = typeof error === 'object' && error !== null && 'name' in error ? error.name : ''
  return FAILURES[String(name)] ?? 'lost'
}
