import { createECDH, createHmac } from 'node:crypto'
import { err, ok, type Result } from '../../src/base/result.ts'
import { type Problem, problem } from '../../src/domain/errors.ts'
import type { CameraIntake, CameraLink, CameraPeer } from '../../src/ports/face.ts'

/** The capture that {@link createFakeIntake} has under way. */
export const CAPTURE_ID = '0123456789abcdef0123456789abcdef'

/** A half of a key agreement, base64. */
export function newKey(): string {
  const half = createECDH('prime256v1')
  return half.generateKeys('base64', 'uncompressed')
}

/** The proof of a camera, made here once more. */
export function proofOf(token: string, lines: readonly string[]): string {
  const text = ['GUITAI-CAMERA-V1', ...lines].map((line) => `${line}\n`).join('')
  return createHmac('sha256', token).update(text).digest('base64')
}

/** A header of a frame with `pixelBytes` behind it and room for its tag. */
export function frameOf(
  size: { readonly width?: number; readonly height?: number; readonly pixelBytes?: number } = {},
): Buffer {
  const { width = 4, height = 2, pixelBytes = 32 } = size
  const frame = Buffer.alloc(20 + pixelBytes + 16, 7)
  frame.write('GTC1', 0, 'latin1')
  frame.writeBigUInt64BE(1n, 4)
  frame.writeUInt8(1, 12)
  frame.writeUInt8(0, 13)
  frame.writeUInt16BE(width, 14)
  frame.writeUInt16BE(height, 16)
  frame.writeUInt16BE(width * 4, 18)
  return frame
}

export type FakeIntake = CameraIntake & {
  readonly heard: (string | Uint8Array)[]
  readonly publicKey: string
  peer(): CameraPeer
  /** What answers the next `openCamera`, instead of the capture's own answer. */
  answer?: () => Promise<Result<CameraLink, Problem>>
}

/** Takes cameras for {@link CAPTURE_ID} and remembers what they said. */
export function createFakeIntake(): FakeIntake {
  const heard: (string | Uint8Array)[] = []
  const publicKey = newKey()
  let latest: CameraPeer | undefined
  const fake: FakeIntake = {
    heard,
    publicKey,
    peer() {
      if (latest === undefined) throw new Error('no camera has come')
      return latest
    },
    openCamera(hello, peer) {
      heard.push(`open ${Buffer.from(hello.publicKey).toString('base64')}`)
      latest = peer
      if (fake.answer !== undefined) return fake.answer()
      if (hello.captureId !== CAPTURE_ID) return Promise.resolve(err(problem('face.not_offered')))
      return Promise.resolve(ok(linkOf(heard, publicKey)))
    },
  }
  return fake
}

/** A link that remembers. */
export function linkOf(heard: (string | Uint8Array)[], publicKey: string): CameraLink {
  return {
    publicKey: Uint8Array.from(Buffer.from(publicKey, 'base64')),
    take: (frame) => heard.push(frame),
    failed: (why) => heard.push(`failed ${why}`),
    ended: () => heard.push('ended'),
  }
}
