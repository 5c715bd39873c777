import {
  beginAgreement,
  type CameraAgreement,
  type SubtleKey,
  sealPixels,
} from './camera-cipher.ts'
import {
  type CameraFailure,
  HEADER_BYTES,
  readTerminal,
  TAG_BYTES,
  writeHeader,
} from './camera-wire.ts'
import { type PictureLike, planCopy } from './frame-source.ts'

/** The line to the terminal, whatever carries it. */
export type CameraLine = {
  readonly send: (data: string | Uint8Array<ArrayBuffer>) => void
  readonly close: () => void
}

/** Gives the newest picture there is, each once; undefined when the camera has ended. */
export type PictureReader = {
  readonly read: () => Promise<PictureLike | undefined>
  readonly cancel: () => void
}

export type SessionOptions = {
  readonly captureId: string
  /** The page's own token; empty on a port that the shell made. */
  readonly token: string
  readonly line: CameraLine
  /** Where pictures come from, or why there are none. */
  readonly pictures: PictureReader | CameraFailure
  /** Runs `run` once after `delayMs`; the answer takes it back. */
  readonly after: (delayMs: number, run: () => void) => () => void
  /** It is over: nothing is held any more. Called once. */
  readonly ended: (why: 'closed' | CameraFailure) => void
}

/** A camera that gives no picture for this long is lost. */
export const PICTURE_WAIT_MAX_MS = 3_000
/** A terminal asks for one frame at a time; what it asks beyond one more is not kept. */
const WANTED_MAX = 2

/**
 * One capture, from the first word to the last frame. Pixels are copied only when the terminal wants a
 * frame, into one buffer that is used again and overwritten as soon as its frame is sealed.
 */
export class CameraSession {
  readonly #options: SessionOptions
  #agreement: CameraAgreement | undefined
  #key: SubtleKey | undefined
  #sequence = 0
  #wanted = 0
  #isSealing = false
  #end: 'closed' | CameraFailure | undefined
  #pixels = new Uint8Array(0)
  #message = new Uint8Array(0)
  readonly #header = new Uint8Array(HEADER_BYTES)
  /** Words of the terminal are taken one after the other. */
  #turn: Promise<void> = Promise.resolve()

  constructor(options: SessionOptions) {
    this.#options = options
  }

  /** Says the first word; to be called when the line is open. */
  async start(): Promise<void> {
    const { captureId, token, line } = this.#options
    this.#agreement = await beginAgreement(captureId, token)
    if (this.#end === undefined) line.send(this.#agreement.open)
  }

  /** Takes what came over the line. */
  heard(data: unknown): void {
    this.#turn = this.#turn.then(() => this.#take(data)).catch(() => this.#finish('lost'))
  }

  /** The line broke, or the page wants no more. */
  stop(): void {
    this.#finish('closed')
  }

  async #take(data: unknown): Promise<void> {
    if (this.#end !== undefined) return
    const said = readTerminal(data)
    if (said === undefined || said.kind === 'closed') return this.#finish('closed')
    if (said.kind === 'opened') {
      this.#key = this.#key ?? (await this.#agreement?.agree(said.publicKey, said.proof))
      // Whoever does not know the token gets no picture and no reason.
      if (this.#key === undefined) return this.#finish('closed')
      const { pictures } = this.#options
      if (typeof pictures === 'string') this.#fail(pictures)
      return
    }
    if (this.#key === undefined) return this.#finish('closed')
    this.#wanted = Math.min(this.#wanted + 1, WANTED_MAX)
    // Not waited for: `closed` has to be heard while a picture is awaited.
    this.#sendWanted(this.#key).catch(() => this.#fail('lost'))
  }

  async #sendWanted(key: SubtleKey): Promise<void> {
    if (this.#isSealing) return
    this.#isSealing = true
    try {
      while (this.#wanted > 0 && this.#end === undefined) {
        this.#wanted -= 1
        await this.#sendOne(key)
      }
    } finally {
      this.#isSealing = false
      if (this.#end !== undefined) this.#wipe()
    }
  }

  async #sendOne(key: SubtleKey): Promise<void> {
    const picture = await this.#nextPicture()
    if (picture === undefined) return this.#fail('lost')
    try {
      if (this.#end !== undefined) return
      const plan = planCopy(picture)
      if (this.#pixels.length !== plan.bytes) {
        this.#pixels = new Uint8Array(plan.bytes)
        this.#message = new Uint8Array(HEADER_BYTES + plan.bytes + TAG_BYTES)
      }
      await picture.copyTo(this.#pixels, plan.options)
      this.#sequence += 1
      writeHeader(this.#header, this.#sequence, plan.shape)
      const frame = { sequence: this.#sequence, header: this.#header, pixels: this.#pixels }
      const sealed = await sealPixels(key, frame)
      if (this.#end !== undefined) return
      this.#message.set(this.#header)
      this.#message.set(sealed, HEADER_BYTES)
      this.#options.line.send(this.#message)
    } finally {
      picture.close()
      this.#pixels.fill(0)
    }
  }

  /** The newest picture; undefined when there is none any more, or none in time. */
  #nextPicture(): Promise<PictureLike | undefined> {
    const { pictures, after } = this.#options
    if (typeof pictures === 'string') return Promise.resolve(undefined)
    return new Promise((settle) => {
      let isLate = false
      const cancel = after(PICTURE_WAIT_MAX_MS, () => {
        isLate = true
        settle(undefined)
      })
      const give = (picture: PictureLike | undefined) => {
        cancel()
        if (isLate) picture?.close()
        settle(picture)
      }
      pictures.read().then(give, () => give(undefined))
    })
  }

  #fail(why: CameraFailure): void {
    if (this.#end !== undefined) return
    this.#options.line.send(JSON.stringify({ kind: 'failed', why }))
    this.#finish(why)
  }

  #finish(why: 'closed' | CameraFailure): void {
    if (this.#end !== undefined) return
    this.#end = why
    const { pictures, line, ended } = this.#options
    if (typeof pictures !== 'string') pictures.cancel()
    line.close()
    // A copy under way still writes: what it writes is overwritten when it is done.
    if (!this.#isSealing) this.#wipe()
    ended(why)
  }

  #wipe(): void {
    this.#pixels.fill(0)
    this.#message.fill(0)
    this.#key = undefined
    this.#agreement = undefined
  }
}
