import {
  fromBase64,
  nonceOf,
  openedText,
  openText,
  PUBLIC_KEY_BYTES,
  toBase64,
} from './camera-wire.ts'

/**
 * The cryptography of docs/face.md, "Camera", by the browser's own WebCrypto. Private and agreed keys
 * cannot be read out of it.
 */
export type CameraAgreement = {
  /** What the camera says first. */
  readonly open: string
  /**
   * Takes the terminal's half.
   * @returns the key of the frames; undefined when the terminal does not know our token, or its key is none
   */
  readonly agree: (publicKey: string, proof: string) => Promise<SubtleKey | undefined>
}

/** A key that WebCrypto keeps to itself. */
export type SubtleKey = Awaited<ReturnType<typeof crypto.subtle.importKey>>

const CURVE = { name: 'ECDH', namedCurve: 'P-256' } as const
const utf8 = (text: string) => new TextEncoder().encode(text)

/**
 * Makes the camera's half of an agreement for one capture.
 *
 * @param token the page's own token; empty on a port that the shell made
 */
export async function beginAgreement(captureId: string, token: string): Promise<CameraAgreement> {
  const proofKey = await importProofKey(token)
  const pair = await crypto.subtle.generateKey(CURVE, false, ['deriveKey'])
  const ours = new Uint8Array(await crypto.subtle.exportKey('raw', pair.publicKey))
  const publicKey = toBase64(ours)
  const signature = await crypto.subtle.sign('HMAC', proofKey, utf8(openText(captureId, publicKey)))
  const proof = toBase64(new Uint8Array(signature))
  return {
    open: JSON.stringify({ kind: 'open', captureId, publicKey, proof }),
    async agree(terminalKey, terminalProof) {
      const theirs = fromBase64(terminalKey)
      const given = fromBase64(terminalProof)
      if (theirs?.length !== PUBLIC_KEY_BYTES || given === undefined) return undefined
      const text = utf8(openedText(captureId, publicKey, terminalKey))
      if (!(await crypto.subtle.verify('HMAC', proofKey, given, text))) return undefined
      return frameKey({ captureId, privateKey: pair.privateKey, ours, theirs })
    },
  }
}

/** WebCrypto refuses an empty key; one zero byte is the same key to HMAC (RFC 2104, padding). */
function importProofKey(token: string): Promise<SubtleKey> {
  const bytes = token === '' ? new Uint8Array(1) : utf8(token)
  const algorithm = { name: 'HMAC', hash: 'SHA-256' }
  return crypto.subtle.importKey('raw', bytes, algorithm, false, ['sign', 'verify'])
}

async function frameKey(given: {
  readonly captureId: string
  readonly privateKey: SubtleKey
  readonly ours: Uint8Array
  readonly theirs: Uint8Array<ArrayBuffer>
}): Promise<SubtleKey | undefined> {
  const { captureId, privateKey, ours, theirs } = given
  let peer: SubtleKey
  try {
    peer = await crypto.subtle.importKey('raw', theirs, CURVE, false, [])
  } catch {
    return undefined
  }
  const secret = await crypto.subtle.deriveKey(
    { name: 'ECDH', public: peer },
    privateKey,
    { name: 'HKDF' },
    false,
    ['deriveKey'],
  )
  const both = new Uint8Array(ours.length + theirs.length)
  both.set(ours)
  both.set(theirs, ours.length)
  const salt = await crypto.subtle.digest('SHA-256', both)
  const info = utf8(`GUITAI-CAMERA-V1 ${captureId}`)
  return crypto.subtle.deriveKey(
    { name: 'HKDF', hash: 'SHA-256', salt, info },
    secret,
    { name: 'AES-GCM', length: 256 },
    false,
    ['encrypt'],
  )
}

/** Seals the pixels of one frame; the header is bound to them. Resolves with ciphertext and tag. */
export async function sealPixels(
  key: SubtleKey,
  frame: {
    readonly sequence: number
    readonly header: Uint8Array<ArrayBuffer>
    readonly pixels: Uint8Array<ArrayBuffer>
  },
): Promise<Uint8Array> {
  const { sequence, header, pixels } = frame
  const algorithm = { name: 'AES-GCM', iv: nonceOf(sequence), additionalData: header }
  return new Uint8Array(await crypto.subtle.encrypt(algorithm, key, pixels))
}
