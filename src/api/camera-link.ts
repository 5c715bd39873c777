import { z } from 'zod'
import type { CameraIntake, CameraLink, CameraPeer } from '../ports/face.ts'
import type { Scope } from './protocol.ts'

/** Path of a camera's WebSocket (docs/face.md, Camera). */
export const CAMERA_PATH = '/v1/camera'
/** Who may be a camera. */
export const CAMERA_SCOPES: readonly Scope[] = ['customer', 'rig']

const FRAME_HEADER_BYTES = 20
const FRAME_TAG_BYTES = 16
const WIDTH_MAX = 1_920
const HEIGHT_MAX = 1_080
/** The largest frame: four bytes a pixel, its header and its tag. */
export const CAMERA_FRAME_BYTES_MAX =
  FRAME_HEADER_BYTES + WIDTH_MAX * HEIGHT_MAX * 4 + FRAME_TAG_BYTES
/** The longest text of a camera, characters. */
export const CAMERA_TEXT_MAX = 1_024
/** A camera that does not say within this time what it is for is sent away, milliseconds. */
const OPEN_MS_MAX = 10_000

const openMessage = z.strictObject({
  kind: z.literal('open'),
  captureId: z.string().regex(/^[0-9a-f]{32}$/),
  /** 65 bytes. */
  publicKey: z.string().regex(/^[0-9A-Za-z+/]{87}=$/),
  proof: z.string().regex(/^[0-9A-Za-z+/]{43}=$/),
})
const cameraMessage = z.discriminatedUnion('kind', [
  openMessage,
  z.strictObject({
    kind: z.literal('failed'),
    why: z.enum(['none', 'denied', 'busy', 'lost']),
  }),
])

/** What the terminal says to a camera. */
export type CameraReply =
  | { readonly kind: 'opened'; readonly publicKey: string; readonly proof: string }
  | { readonly kind: 'next' }
  | { readonly kind: 'closed' }

/** Why a camera's connection was ended; `closed` is the good end. */
export type CameraEnd =
  | 'closed'
  | 'busy'
  | 'too_slow'
  | 'text_invalid'
  | 'proof_wrong'
  | 'capture_refused'
  | 'frame_before_open'
  | 'frame_not_asked'
  | 'frame_invalid'
  | 'failed'

/** The arithmetic of one camera's token. */
export type CameraProofs = {
  /** Base64 of HMAC-SHA-256 of the text. */
  sign(text: string): string
  /** The same, compared in constant time. */
  matches(text: string, proof: string): boolean
}

/** One camera's connection, whatever carries it. */
export type CameraSession = {
  /** One text message, parsed; undefined for one that is none. */
  text(value: unknown): void
  /** One frame, as it came. */
  frame(bytes: Uint8Array): void
  /** The connection ended by itself. */
  ended(): void
}

export type CameraConnection = {
  readonly proofs: CameraProofs
  readonly send: (reply: CameraReply) => void
  /** Ends the connection; called once, and nothing is sent after it. */
  readonly end: (why: CameraEnd) => void
}

/** Says who says what: the text of the camera's proof, and that of the terminal's. */
function openText(captureId: string, publicKey: string): string {
  return `GUITAI-CAMERA-V1\nopen\n${captureId}\n${publicKey}\n`
}
function openedText(captureId: string, cameraKey: string, ownKey: string): string {
  return `GUITAI-CAMERA-V1\nopened\n${captureId}\n${cameraKey}\n${ownKey}\n`
}

/** How base64 is read and written, and time. */
export type CameraTools = {
  readonly intake: CameraIntake
  readonly after: (delayMs: number, fire: () => void) => () => void
  readonly fromBase64: (text: string) => Uint8Array
  readonly toBase64: (bytes: Uint8Array) => string
}

/** Lets in one camera at a time, over whatever transport it comes. */
export class CameraDesk {
  readonly #tools: CameraTools
  #current: Camera | undefined

  constructor(tools: CameraTools) {
    this.#tools = tools
  }

  /** Takes a connection; a second one beside it is ended at once. */
  connect(connection: CameraConnection): CameraSession {
    if (this.#current !== undefined) {
      connection.end('busy')
      return NOBODY
    }
    const camera = new Camera(this.#tools, connection, () => {
      if (this.#current === camera) this.#current = undefined
    })
    this.#current = camera
    return camera
  }
}

const NOBODY: CameraSession = { text() {}, frame() {}, ended() {} }

/** Follows one camera: `open`, then one frame for each `next`. Whatever else it says ends it. */
class Camera implements CameraSession {
  readonly #tools: CameraTools
  readonly #connection: CameraConnection
  readonly #onOver: () => void
  readonly #cancelWait: () => void
  #state: 'waiting' | 'opening' | 'open' | 'over' = 'waiting'
  #link: CameraLink | undefined
  /** A frame was asked for and has not come. */
  #isAsked = false
  /** One was asked for before the camera was told that it is let in. */
  #isWanted = false

  constructor(tools: CameraTools, connection: CameraConnection, onOver: () => void) {
    this.#tools = tools
    this.#connection = connection
    this.#onOver = onOver
    this.#cancelWait = tools.after(OPEN_MS_MAX, () => {
      if (this.#state === 'waiting') this.#end('too_slow')
    })
  }

  text(value: unknown): void {
    if (this.#state === 'over') return
    const message = cameraMessage.safeParse(value).data
    if (message?.kind === 'open' && this.#state === 'waiting') {
      void this.#open(message)
      return
    }
    if (message?.kind === 'failed' && this.#state === 'open') {
      this.#link?.failed(message.why)
      this.#end('failed')
      return
    }
    this.#end('text_invalid')
  }

  frame(bytes: Uint8Array): void {
    const flaw = this.#flawOf(bytes)
    if (flaw !== undefined) {
      this.#end(flaw)
      return
    }
    this.#isAsked = false
    this.#link?.take(bytes)
  }

  #flawOf(bytes: Uint8Array): CameraEnd | undefined {
    if (this.#state !== 'open') return 'frame_before_open'
    if (!this.#isAsked) return 'frame_not_asked'
    return mayBeFrame(bytes) ? undefined : 'frame_invalid'
  }

  ended(): void {
    this.#leave()
  }

  async #open({ captureId, publicKey, proof }: z.output<typeof openMessage>): Promise<void> {
    const { proofs, send } = this.#connection
    const { intake, fromBase64, toBase64 } = this.#tools
    this.#cancelWait()
    if (!proofs.matches(openText(captureId, publicKey), proof)) return this.#end('proof_wrong')
    this.#state = 'opening'
    const hello = { captureId, publicKey: fromBase64(publicKey) }
    const opened = await letIn(() => intake.openCamera(hello, this.#peer()))
    if (!opened?.ok) return this.#end('capture_refused')
    if (this.#isOver()) return opened.value.ended()
    this.#link = opened.value
    this.#state = 'open'
    const own = toBase64(opened.value.publicKey)
    send({
      kind: 'opened',
      publicKey: own,
      proof: proofs.sign(openedText(captureId, publicKey, own)),
    })
    if (this.#isWanted) this.#ask()
  }

  #peer(): CameraPeer {
    return { next: () => this.#ask(), close: () => this.#end('closed') }
  }

  #ask(): void {
    if (this.#state === 'opening') this.#isWanted = true
    if (this.#state !== 'open' || this.#isAsked) return
    this.#isAsked = true
    this.#connection.send({ kind: 'next' })
  }

  #isOver(): boolean {
    return this.#state === 'over'
  }

  #end(why: CameraEnd): void {
    if (this.#isOver()) return
    if (why === 'closed') this.#connection.send({ kind: 'closed' })
    this.#leave()
    this.#connection.end(why)
  }

  #leave(): void {
    if (this.#isOver()) return
    this.#state = 'over'
    this.#cancelWait()
    this.#onOver()
    this.#link?.ended()
  }
}

/** A bug behind the intake costs a camera and never more. */
async function letIn<Answer>(ask: () => Promise<Answer>): Promise<Answer | undefined> {
  try {
    return await ask()
  } catch {
    return undefined
  }
}

/** What is said in the clear: a frame of a size that there is. Whether it is one the gate finds out. */
function mayBeFrame(bytes: Uint8Array): boolean {
  if (bytes.length <= FRAME_HEADER_BYTES + FRAME_TAG_BYTES) return false
  if (bytes.length > CAMERA_FRAME_BYTES_MAX) return false
  const view = new DataView(bytes.buffer, bytes.byteOffset, FRAME_HEADER_BYTES)
  const isOurs = view.getUint32(0) === 0x47544331
  return isOurs && view.getUint16(14) <= WIDTH_MAX && view.getUint16(16) <= HEIGHT_MAX
}
