import { createECDH, createHash, hkdfSync, randomBytes } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { agreeWithCamera, type CameraCipher } from '../../../../src/face/node/camera-cipher.ts'
import { FaceMemory } from '../../../../src/face/node/face-memory.ts'
import { systemEntropy } from '../../../../src/terminal/system.ts'
import { patternPixels, readFaceVectors, sealFrame } from '../../../support/face-vectors.ts'

const VECTORS = readFaceVectors().camera
const bytes = (text: string) => Uint8Array.from(Buffer.from(text, 'base64'))

let memory: FaceMemory
beforeEach(() => {
  memory = new FaceMemory()
})
afterEach(() => memory.close())

function agree(draws: Uint8Array[] = [bytes(VECTORS.terminal.privateKey)]) {
  const entropy = { bytes: () => draws.shift() ?? new Uint8Array(32) }
  const { captureId, camera } = VECTORS
  const publicKey = bytes(camera.publicKey)
  const agreed = agreeWithCamera({ captureId, publicKey }, { memory, entropy })
  if (!agreed.ok) throw new Error(agreed.error)
  return agreed.value
}

const halfAs = (form: 'compressed' | 'hybrid') =>
  Buffer.from(createECDH('prime256v1').generateKeys('hex', form), 'hex')

const key = bytes(VECTORS.key)
const frameOf = async (sequence: number) =>
  bytes((await sealFrame(key, sequence, { format: 1, size: [4, 2, 16] })).frame)

function opened(cipher: CameraCipher, frame: Uint8Array, into = new Uint8Array(64)) {
  const read = cipher.open(frame, into)
  return read.ok ? read.value.sequence : read.error
}

describe('F-12: the key of a camera', () => {
  it('is the known one', () => {
    const { publicKey, cipher } = agree()
    expect(Buffer.from(publicKey).toString('base64')).toBe(VECTORS.terminal.publicKey)
    for (const { frame, pixels } of Object.values(VECTORS.frames)) {
      const into = new Uint8Array(bytes(pixels).length)
      expect(cipher.open(bytes(frame), into).ok).toBe(true)
      expect(into).toEqual(bytes(pixels))
    }
  })

  it('is another one for another capture, camera or draw', async () => {
    const frame = await frameOf(1)
    const publicKey = bytes(VECTORS.camera.publicKey)
    const entropy = { bytes: () => bytes(VECTORS.terminal.privateKey) }
    const captureId = 'f'.repeat(32)
    const otherCapture = agreeWithCamera({ captureId, publicKey }, { memory, entropy })
    expect(otherCapture.ok && opened(otherCapture.value.cipher, frame)).toBe('not_authentic')
    const otherCamera = agreeWithCamera(
      { captureId: VECTORS.captureId, publicKey: createECDH('prime256v1').generateKeys() },
      { memory, entropy },
    )
    expect(otherCamera.ok && opened(otherCamera.value.cipher, frame)).toBe('not_authentic')
    expect(opened(agree([Uint8Array.from(randomBytes(32))]).cipher, frame)).toBe('not_authentic')
  })

  it('overwrites what was drawn for it, and draws again what is no scalar', () => {
    const draws = [new Uint8Array(32).fill(255), bytes(VECTORS.terminal.privateKey)]
    const given = [...draws]
    const { publicKey } = agree(draws)
    expect(Buffer.from(publicKey).toString('base64')).toBe(VECTORS.terminal.publicKey)
    for (const draw of given) expect(draw).toEqual(new Uint8Array(32))
  })

  it.each([
    ['compressed', () => halfAs('compressed')],
    ['hybrid', () => halfAs('hybrid')],
    ['off the curve', () => Buffer.concat([Buffer.from([4]), Buffer.alloc(64, 7)])],
    ['the point at infinity', () => Buffer.alloc(1)],
    ['cut', () => bytes(VECTORS.camera.publicKey).subarray(0, 64)],
  ])('is not agreed on with a half that is %s', (_name, half) => {
    const hello = { captureId: VECTORS.captureId, publicKey: half() }
    expect(agreeWithCamera(hello, { memory, entropy: systemEntropy })).toEqual({
      ok: false,
      error: 'key_unusable',
    })
    expect(memory.protection().allocatedBytes).toBe(0)
  })
})

describe('F-12: frames of a camera', () => {
  it('are taken once each, in rising order', async () => {
    const { cipher } = agree()
    const sequences = [3, 3, 2, 4, 0x1_0000_0000, 5, 0x1_0000_0001]
    const answers = []
    for (const sequence of sequences) answers.push(opened(cipher, await frameOf(sequence)))
    const wanted = [3, 'replayed', 'replayed', 4, 0x1_0000_0000, 'replayed', 0x1_0000_0001]
    expect(answers).toEqual(wanted)
  })

  it('are refused with any bit turned, leave nothing, and use no number up', async () => {
    const { cipher } = agree()
    const frame = await frameOf(7)
    for (let at = 0; at < frame.length; at += 1) {
      for (const bit of [1, 128]) {
        const into = new Uint8Array(64).fill(9)
        const turned = Uint8Array.from(frame)
        turned[at] = (turned[at] ?? 0) ^ bit
        const answer = opened(cipher, turned, into)
        expect(answer, `byte ${at}`).toEqual(expect.any(String))
        const isLeft = answer === 'not_authentic' ? new Uint8Array(64) : new Uint8Array(64).fill(9)
        expect(into, `byte ${at}`).toEqual(isLeft)
      }
    }
    expect(opened(cipher, frame)).toBe(7)
  })

  it('go only where they fit', async () => {
    const { cipher } = agree()
    expect(opened(cipher, await frameOf(1), new Uint8Array(31))).toBe('does_not_fit')
    expect(opened(cipher, await frameOf(1), new Uint8Array(32))).toBe(1)
  })

  it('of many pieces are opened whole', async () => {
    const { cipher } = agree()
    const sealed = await sealFrame(key, 1, { format: 1, size: [640, 480, 2_560] })
    const into = new Uint8Array(2_560 * 480)
    expect(opened(cipher, bytes(sealed.frame), into)).toBe(1)
    expect(Buffer.from(into).equals(Buffer.from(patternPixels(into.length)))).toBe(true)
  })

  it('are opened whole wherever in memory they begin, and of any length', async () => {
    const { cipher } = agree()
    let sequence = 0
    for (const from of [0, 1, 2, 3]) {
      for (const to of [0, 3]) {
        for (const [width, strideBytes] of [
          [4, 4],
          [6, 10],
        ] as const) {
          sequence += 1
          const sealed = await sealFrame(key, sequence, {
            format: 3,
            size: [width, 2, strideBytes],
          })
          const frame = bytes(sealed.frame)
          const apart = new Uint8Array(frame.length + from)
          apart.set(frame, from)
          const into = new Uint8Array(strideBytes * 3 + to).subarray(to)
          expect(opened(cipher, apart.subarray(from), into)).toBe(sequence)
          expect(into).toEqual(patternPixels(strideBytes * 3))
        }
      }
    }
  })

  it('open no more once it is closed, and the key is overwritten', async () => {
    const { cipher } = agree()
    cipher.close()
    cipher.close()
    expect(opened(cipher, await frameOf(1))).toBe('closed')
    expect(memory.protection().allocatedBytes).toBe(0)
  })

  it('come over a key that both sides drew', async () => {
    const camera = createECDH('prime256v1')
    const cameraKey = camera.generateKeys()
    const captureId = 'a'.repeat(32)
    const agreed = agreeWithCamera(
      { captureId, publicKey: cameraKey },
      { memory, entropy: systemEntropy },
    )
    if (!agreed.ok) throw new Error(agreed.error)
    const { publicKey, cipher } = agreed.value
    const salt = createHash('sha256').update(cameraKey).update(publicKey).digest()
    const info = `GUITAI-CAMERA-V1 ${captureId}`
    const drawn = hkdfSync('sha256', camera.computeSecret(publicKey), salt, info, 32)
    const frame = await sealFrame(new Uint8Array(drawn), 1, { format: 3, size: [6, 2, 8] })
    expect(opened(cipher, bytes(frame.frame))).toBe(1)
  })
})
