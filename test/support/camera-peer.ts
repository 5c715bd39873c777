import {
  createDecipheriv,
  createECDH,
  createHash,
  createHmac,
  hkdfSync,
  timingSafeEqual,
} from 'node:crypto'

/** A frame as the terminal would see it. */
export type OpenedFrame = {
  readonly sequence: number
  readonly format: number
  readonly width: number
  readonly height: number
  readonly strideBytes: number
  readonly pixels: Buffer
}

/** The terminal's half of docs/face.md, "Camera", by node:crypto; its own code, from the contract. */
export class CameraPeer {
  readonly #captureId: string
  readonly #token: string
  readonly #ecdh = createECDH('prime256v1')
  #key: Buffer | undefined

  constructor(captureId: string, token: string) {
    this.#captureId = captureId
    this.#token = token
    this.#ecdh.generateKeys()
  }

  /** Answers the first word of a camera; throws when its proof or its capture is not ours. */
  open(text: string): string {
    const hello = JSON.parse(text) as Record<string, string>
    const { kind, captureId, publicKey = '', proof = '' } = hello
    if (kind !== 'open' || captureId !== this.#captureId) throw new Error('not our capture')
    const wanted = this.#prove(`open\n${captureId}\n${publicKey}\n`)
    if (!timingSafeEqual(wanted, Buffer.from(proof, 'base64'))) throw new Error('wrong proof')
    const theirs = Buffer.from(publicKey, 'base64')
    const ours = this.#ecdh.getPublicKey()
    const salt = createHash('sha256').update(theirs).update(ours).digest()
    const secret = this.#ecdh.computeSecret(theirs)
    const info = `GUITAI-CAMERA-V1 ${captureId}`
    this.#key = Buffer.from(hkdfSync('sha256', secret, salt, info, 32))
    const key = ours.toString('base64')
    const opened = this.#prove(`opened\n${captureId}\n${publicKey}\n${key}\n`)
    return JSON.stringify({ kind: 'opened', publicKey: key, proof: opened.toString('base64') })
  }

  /** Opens one frame; throws when it is not sealed for this capture. */
  frame(message: Buffer): OpenedFrame {
    if (this.#key === undefined) throw new Error('a frame before the agreement')
    const header = message.subarray(0, 20)
    if (header.toString('latin1', 0, 4) !== 'GTC1') throw new Error('no frame')
    const nonce = Buffer.concat([Buffer.alloc(4), header.subarray(4, 12)])
    const decipher = createDecipheriv('aes-256-gcm', this.#key, nonce)
    decipher.setAAD(header)
    decipher.setAuthTag(message.subarray(-16))
    const clear = decipher.update(message.subarray(20, -16))
    return {
      sequence: Number(header.readBigUInt64BE(4)),
      format: header.readUInt8(12),
      width: header.readUInt16BE(14),
      height: header.readUInt16BE(16),
      strideBytes: header.readUInt16BE(18),
      pixels: Buffer.concat([clear, decipher.final()]),
    }
  }

  /** The proof of an `opened` with our token, whoever made the keys in it. */
  proofOf(text: string, opened: Readonly<Record<string, string>>): string {
    const { publicKey } = JSON.parse(text) as Record<string, string>
    const said = `opened\n${this.#captureId}\n${publicKey}\n${opened.publicKey}\n`
    return this.#prove(said).toString('base64')
  }

  #prove(text: string): Buffer {
    return createHmac('sha256', this.#token).update(`GUITAI-CAMERA-V1\n${text}`).digest()
  }
}
