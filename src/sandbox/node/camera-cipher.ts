import {
  createCipheriv,
  createECDH,
  createHash,
  createHmac,
  hkdfSync,
  timingSafeEqual,
} from 'node:crypto'
import type { WireFormat } from '../faces/camera-wire.ts'
import { frameHeader, frameNonce, keyInfo, openedText, openText } from '../faces/camera-wire.ts'

export type ClearFrame = {
  readonly format: WireFormat
  readonly width: number
  readonly height: number
  readonly pixels: Uint8Array
}

/** The camera's half of docs/face.md, "Camera": one for each capture. */
export class CameraCipher {
  readonly #captureId: string
  readonly #token: string
  readonly #agreement = createECDH('prime256v1')
  readonly #publicKey: Buffer
  #key: Buffer | undefined
  #sequence = 0

  constructor(captureId: string, token: string) {
    this.#captureId = captureId
    this.#token = token
    this.#publicKey = this.#agreement.generateKeys()
  }

  #proof(text: string): Buffer {
    return createHmac('sha256', this.#token).update(text).digest()
  }

  /** What the camera says first. */
  hello(): { kind: 'open'; captureId: string; publicKey: string; proof: string } {
    const publicKey = this.#publicKey.toString('base64')
    const proof = this.#proof(openText(this.#captureId, publicKey)).toString('base64')
    return { kind: 'open', captureId: this.#captureId, publicKey, proof }
  }

  /** Agrees on the key; false when the terminal did not prove that it knows the token. */
  agree(opened: { readonly publicKey: string; readonly proof: string }): boolean {
    const keys = { camera: this.#publicKey.toString('base64'), terminal: opened.publicKey }
    const due = this.#proof(openedText(this.#captureId, keys))
    const given = Buffer.from(opened.proof, 'base64')
    if (given.length !== due.length || !timingSafeEqual(given, due)) return false
    const theirs = Buffer.from(opened.publicKey, 'base64')
    const secret = this.#agreement.computeSecret(theirs)
    const salt = createHash('sha256').update(this.#publicKey).update(theirs).digest()
    this.#key = Buffer.from(hkdfSync('sha256', secret, salt, keyInfo(this.#captureId), 32))
    return true
  }

  /** A frame as it goes over the line: header, sealed pixels, tag. */
  seal(frame: ClearFrame): Uint8Array {
    if (this.#key === undefined) throw new Error('no key has been agreed on')
    this.#sequence += 1
    const header = frameHeader({ ...frame, sequence: this.#sequence })
    const cipher = createCipheriv('aes-256-gcm', this.#key, frameNonce(this.#sequence))
    cipher.setAAD(header)
    return Buffer.concat([header, cipher.update(frame.pixels), cipher.final(), cipher.getAuthTag()])
  }
}
