import type { KeyObject } from 'node:crypto'
import {
  createDecipheriv,
  createHash,
  createPrivateKey,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  hkdfSync,
} from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { writePrivate } from '../credentials.ts'

const KEY_BYTES = 32
const TAG_BYTES = 16
const INFO = 'GUITAI-FACE-V1'
/** An X25519 public key in SPKI DER is these bytes and then the key (RFC 8410). */
const SPKI_PREFIX = Buffer.from('302a300506032b656e032100', 'hex')

export type SealedBytes = {
  readonly ephemeralKey: Uint8Array
  readonly nonce: Uint8Array
  /** With its tag at the end. */
  readonly ciphertext: Uint8Array
}

const rawOf = (key: KeyObject): Buffer =>
  key.export({ type: 'spki', format: 'der' }).subarray(SPKI_PREFIX.length)

/** The recognition provider's sealing key. The private half leaves this object by no way. */
export class ProviderKey {
  readonly #privateKey: KeyObject
  /** X25519, 32 bytes. */
  readonly publicBytes: Uint8Array
  /** Of the 32 bytes, lower-case hex. */
  readonly sha256: string

  constructor(privateKey: KeyObject) {
    this.#privateKey = privateKey
    this.publicBytes = rawOf(createPublicKey(privateKey))
    this.sha256 = createHash('sha256').update(this.publicBytes).digest('hex')
  }

  /** From a file that only the provider reads; made when missing. @param dir the sandbox's folder */
  static open(dir: string): ProviderKey {
    const path = join(dir, 'face_provider_key.pem')
    if (!existsSync(path)) {
      const { privateKey } = generateKeyPairSync('x25519')
      writePrivate(path, String(privateKey.export({ type: 'pkcs8', format: 'pem' })))
    }
    return new ProviderKey(createPrivateKey(readFileSync(path)))
  }

  /**
   * Opens a sealed picture into `use`, and overwrites the clear text when that returns.
   * Undefined when it does not open under this additional data.
   */
  withOpened<Value>(
    sealed: SealedBytes,
    context: string,
    use: (clear: Uint8Array) => Value,
  ): Value | undefined {
    const clear = this.#open(sealed, context)
    if (clear === undefined) return undefined
    try {
      return use(clear)
    } finally {
      clear.fill(0)
    }
  }

  #open({ ephemeralKey, nonce, ciphertext }: SealedBytes, context: string): Buffer | undefined {
    if (ephemeralKey.length !== KEY_BYTES || ciphertext.length <= TAG_BYTES) return undefined
    let secret: Buffer | undefined
    let key: Buffer | undefined
    let clear: Buffer | undefined
    try {
      const der = Buffer.concat([SPKI_PREFIX, ephemeralKey])
      const publicKey = createPublicKey({ key: der, format: 'der', type: 'spki' })
      secret = diffieHellman({ privateKey: this.#privateKey, publicKey })
      const salt = Buffer.concat([ephemeralKey, this.publicBytes])
      key = Buffer.from(hkdfSync('sha256', secret, salt, INFO, KEY_BYTES))
      const decipher = createDecipheriv('aes-256-gcm', key, nonce)
      decipher.setAAD(Buffer.from(context, 'utf8'))
      decipher.setAuthTag(ciphertext.subarray(-TAG_BYTES))
      clear = decipher.update(ciphertext.subarray(0, -TAG_BYTES))
      decipher.final()
      return clear
    } catch {
      // Not sealed to this key, not for this order, or a public key that is none.
      clear?.fill(0)
      return undefined
    } finally {
      secret?.fill(0)
      key?.fill(0)
    }
  }
}
