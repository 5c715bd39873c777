import { createHash, createHmac, createPrivateKey, createPublicKey, webcrypto } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** Known answers for what docs/face.md says of sealing and of cameras. Bytes are base64 unless they say hex. */
export type FaceVectors = Awaited<ReturnType<typeof makeFaceVectors>>

/** The vectors as they are kept. */
export function readFaceVectors(): FaceVectors {
  const path = join(import.meta.dirname, 'face-vectors.json')
  return JSON.parse(readFileSync(path, 'utf8')) as FaceVectors
}

const { subtle } = webcrypto
const base64 = (bytes: Uint8Array | ArrayBuffer) =>
  Buffer.from(new Uint8Array(bytes)).toString('base64')
const hex = (bytes: Uint8Array | ArrayBuffer) => Buffer.from(new Uint8Array(bytes)).toString('hex')
/** Bytes that belong to a label and to nothing else: keys of no one. */
const bytesOf = (label: string) =>
  createHash('sha256').update(`guitai face vectors ${label}`).digest()

/** The picture of the vectors: no face, a pattern. */
export function patternPixels(count: number): Uint8Array {
  return Uint8Array.from({ length: count }, (_, at) => (at * 7 + (at >> 8)) & 0xff)
}

/** Makes the vectors with the Web Cryptography API, which the program itself does not use. */
export async function makeFaceVectors() {
  return { seal: await sealVector(), camera: await cameraVector() }
}

async function sealVector() {
  const provider = xPair(bytesOf('provider'))
  const ephemeral = xPair(bytesOf('ephemeral'))
  const nonce = bytesOf('nonce').subarray(0, 12)
  const context = {
    terminalSerial: 'GT00000001',
    captureId: '00112233445566778899aabbccddeeff',
    outTradeNo: 'G1T5Q0000000000000000001',
    amountFen: 1990,
    storeId: 'S001',
    grantId: 'grant-7',
    grantVersion: '12',
    consentId: '6f1c1d6e-0000-4000-8000-000000000001',
    noticeVersion: 'notice-3',
    consentAtMs: 1_790_000_000_123,
  }
  const additionalData = `GUITAI-FACE-V1\n${Object.values(context).slice(0, 5).join('\n')}\n${context.grantId}/${context.grantVersion}\n${context.consentId}\n${context.noticeVersion}\n${context.consentAtMs}\n`
  const text = Buffer.concat([
    Buffer.from('GTF1'),
    Buffer.from([0, 160, 0, 160]),
    patternPixels(160 * 160 * 3),
  ])
  const secret = await xSecret(ephemeral, provider)
  const salt = Buffer.concat([ephemeral.publicKey, provider.publicKey])
  const key = await hkdf(secret, salt, 'GUITAI-FACE-V1')
  const ciphertext = await sealGcm({ key, nonce, additional: Buffer.from(additionalData), text })
  return {
    provider: { privateKey: base64(provider.privateKey), publicKey: base64(provider.publicKey) },
    providerKeySha256Hex: hex(createHash('sha256').update(provider.publicKey).digest()),
    context,
    additionalData,
    ephemeralPrivateKey: base64(ephemeral.privateKey),
    ephemeralKey: base64(ephemeral.publicKey),
    sharedSecret: base64(secret),
    key: base64(key),
    nonce: base64(nonce),
    textPattern:
      'GTF1, 00a0, 00a0, then pixel byte i is (i * 7 + (i >> 8)) & 255, for i from 0 to 76799',
    textSha256Hex: hex(createHash('sha256').update(text).digest()),
    ciphertext: base64(ciphertext),
  }
}

async function cameraVector() {
  const camera = await ecPair(bytesOf('camera'))
  const terminal = await ecPair(bytesOf('terminal'))
  const captureId = '00112233445566778899aabbccddeeff'
  const token = 'vector-token'
  const secret = await subtle.deriveBits(
    { name: 'ECDH', public: terminal.handle.publicKey },
    camera.handle.privateKey,
    256,
  )
  const salt = createHash('sha256').update(camera.publicKey).update(terminal.publicKey).digest()
  const key = await hkdf(secret, salt, `GUITAI-CAMERA-V1 ${captureId}`)
  const [cameraKey, terminalKey] = [base64(camera.publicKey), base64(terminal.publicKey)]
  const proof = (text: string) => createHmac('sha256', token).update(text).digest('base64')
  const frame = (sequence: number, format: number, size: readonly [number, number, number]) =>
    sealFrame(key, sequence, { format, size })
  return {
    captureId,
    token,
    camera: { privateKey: base64(camera.privateKey), publicKey: cameraKey },
    terminal: { privateKey: base64(terminal.privateKey), publicKey: terminalKey },
    openProof: proof(`GUITAI-CAMERA-V1\nopen\n${captureId}\n${cameraKey}\n`),
    openedProof: proof(`GUITAI-CAMERA-V1\nopened\n${captureId}\n${cameraKey}\n${terminalKey}\n`),
    sharedSecret: base64(secret),
    key: base64(key),
    pixelPattern: 'byte i is (i * 7 + (i >> 8)) & 255, padding of a row too',
    frames: {
      rgba: await frame(1, 1, [4, 2, 16]),
      i420: await frame(2, 2, [4, 4, 6]),
      nv12: await frame(0x1_0000_0001, 3, [6, 2, 8]),
    },
  }
}

type Frame = { readonly format: number; readonly size: readonly [number, number, number] }

/** One frame as a camera sends it; `size` is width, height and stride. */
export async function sealFrame(key: Uint8Array, sequence: number, { format, size }: Frame) {
  const [width, height, strideBytes] = size
  const header = Buffer.alloc(20)
  header.write('GTC1', 'latin1')
  header.writeBigUInt64BE(BigInt(sequence), 4)
  header.writeUInt8(format, 12)
  for (const [at, value] of [width, height, strideBytes].entries()) {
    header.writeUInt16BE(value, 14 + 2 * at)
  }
  const pixels = patternPixels((strideBytes * height * (format === 1 ? 2 : 3)) / 2)
  const nonce = Buffer.concat([Buffer.alloc(4), header.subarray(4, 12)])
  const sealed = await sealGcm({ key, nonce, additional: header, text: pixels })
  return {
    sequence,
    format,
    width,
    height,
    strideBytes,
    pixels: base64(pixels),
    frame: base64(Buffer.concat([header, sealed])),
  }
}

type Sealing = { readonly [name in 'key' | 'nonce' | 'additional' | 'text']: Uint8Array }

async function sealGcm({ key, nonce, additional, text }: Sealing): Promise<Uint8Array> {
  const usable = await subtle.importKey('raw', key, 'AES-GCM', false, ['encrypt'])
  const how = { name: 'AES-GCM', iv: nonce, additionalData: additional, tagLength: 128 }
  return new Uint8Array(await subtle.encrypt(how, usable, text))
}

async function hkdf(secret: ArrayBuffer, salt: Uint8Array, info: string): Promise<Uint8Array> {
  const base = await subtle.importKey('raw', secret, 'HKDF', false, ['deriveBits'])
  const how = { name: 'HKDF', hash: 'SHA-256', salt, info: Buffer.from(info) }
  return new Uint8Array(await subtle.deriveBits(how, base, 256))
}

/** Beginning of an X25519 private key in DER (RFC 8410). */
const X_DER = Buffer.from('302e020100300506032b656e04220420', 'hex')
type XPair = { readonly privateKey: Buffer; readonly publicKey: Buffer }

function xPair(privateKey: Buffer): XPair {
  const key = Buffer.concat([X_DER, privateKey])
  const { x = '' } = createPublicKey(
    createPrivateKey({ key, format: 'der', type: 'pkcs8' }),
  ).export({
    format: 'jwk',
  })
  return { privateKey, publicKey: Buffer.from(x, 'base64url') }
}

async function xSecret(one: XPair, other: XPair): Promise<ArrayBuffer> {
  const der = Buffer.concat([X_DER, one.privateKey])
  const own = await subtle.importKey('pkcs8', der, 'X25519', false, ['deriveBits'])
  const theirs = await subtle.importKey('raw', other.publicKey, 'X25519', false, [])
  return subtle.deriveBits({ name: 'X25519', public: theirs }, own, 256)
}

async function ecPair(scalar: Buffer) {
  // A PKCS#8 key without its public half (RFC 5915): the runtime works that out.
  const der = Buffer.concat([
    Buffer.from('3041020100301306072a8648ce3d020106082a8648ce3d030107042730250201010420', 'hex'),
    scalar,
  ])
  const name = { name: 'ECDH', namedCurve: 'P-256' }
  const jwk = createPublicKey(createPrivateKey({ key: der, format: 'der', type: 'pkcs8' })).export({
    format: 'jwk',
  })
  const point = [
    Buffer.from([4]),
    ...[jwk.x, jwk.y].map((one) => Buffer.from(one ?? '', 'base64url')),
  ]
  const publicKey = Buffer.concat(point)
  const handle = {
    privateKey: await subtle.importKey('pkcs8', der, name, false, ['deriveBits']),
    publicKey: await subtle.importKey('raw', publicKey, name, false, []),
  }
  return { privateKey: scalar, publicKey, handle }
}
