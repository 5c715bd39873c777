import {
  createCipheriv,
  createDecipheriv,
  createECDH,
  createHash,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  hkdfSync,
} from 'node:crypto'
import type { GateBegin } from '../../src/face/gate-protocol.ts'
import { type SealingContext, sealedFor } from '../../src/face/sealed-text.ts'
import type { SealedFace } from '../../src/ports/face.ts'
import {
  frameHeader,
  frameNonce,
  keyInfo,
  type WireFormat,
} from '../../src/sandbox/faces/camera-wire.ts'

/** The camera's side of docs/face.md, written once more. */
export class SealingCamera {
  readonly #captureId: string
  readonly #own = createECDH('prime256v1')
  readonly publicKey: Uint8Array
  #key: Uint8Array | undefined
  #sequence = 0

  constructor(captureId: string) {
    this.#captureId = captureId
    this.publicKey = Uint8Array.from(this.#own.generateKeys())
  }

  opened(terminalKey: Uint8Array): void {
    const secret = this.#own.computeSecret(terminalKey)
    const salt = createHash('sha256').update(this.publicKey).update(terminalKey).digest()
    this.#key = new Uint8Array(hkdfSync('sha256', secret, salt, keyInfo(this.#captureId), 32))
  }

  /** One frame, in memory of its own. */
  seal(
    pixels: Uint8Array,
    { width, height, format }: { width: number; height: number; format: WireFormat },
  ): Uint8Array<ArrayBuffer> {
    if (this.#key === undefined) throw new Error('no key is agreed')
    this.#sequence += 1
    const header = frameHeader({ sequence: this.#sequence, format, width, height })
    const cipher = createCipheriv('aes-256-gcm', this.#key, frameNonce(this.#sequence))
    cipher.setAAD(header)
    const parts = [header, cipher.update(pixels), cipher.final(), cipher.getAuthTag()]
    return Uint8Array.from(Buffer.concat(parts))
  }
}

const DER = Buffer.from('302a300506032b656e032100', 'hex')

/** A recognition provider's key, and what opens pictures sealed for it. */
export class TestProvider {
  readonly #keys = generateKeyPairSync('x25519')
  readonly publicKey = Uint8Array.from(
    this.#keys.publicKey.export({ format: 'der', type: 'spki' }).subarray(DER.length),
  )

  /** The clear text; throws where it was sealed for something else. */
  open({ ephemeralKey, nonce, ciphertext }: SealedFace, context: SealingContext): Uint8Array {
    const der = Buffer.concat([DER, ephemeralKey])
    const publicKey = createPublicKey({ key: der, format: 'der', type: 'spki' })
    const secret = diffieHellman({ privateKey: this.#keys.privateKey, publicKey })
    const salt = Buffer.concat([ephemeralKey, this.publicKey])
    const key = new Uint8Array(hkdfSync('sha256', secret, salt, 'GUITAI-FACE-V1', 32))
    const opener = createDecipheriv('aes-256-gcm', key, nonce)
    opener.setAAD(Buffer.from(sealedFor(context)))
    opener.setAuthTag(ciphertext.subarray(-16))
    return Buffer.concat([opener.update(ciphertext.subarray(0, -16)), opener.final()])
  }
}

/** What a test captures for. */
export function beginFor(
  provider: TestProvider,
  { captureId, profile }: { captureId: string; profile: string },
): GateBegin {
  const order = {
    captureId,
    outTradeNo: 'FACE0001',
    amountFen: 1_250,
    storeId: 'store-1',
    grantVersion: 'grant-1/3',
    consent: { id: 'consent-1', noticeVersion: 'notice-1', atMs: 1_767_225_600_000 },
  }
  const context = { terminalSerial: 'GT-1', order }
  return { captureId, profile, sealing: { providerKey: provider.publicKey, context } }
}
