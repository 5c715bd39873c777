import { createDecipheriv } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { sealFace } from '../../../../src/face/node/seal.ts'
import { FACE_TEXT_BYTES, sealedFor, writeFaceHeader } from '../../../../src/face/sealed-text.ts'
import { systemEntropy } from '../../../../src/terminal/system.ts'
import {
  type FaceVectors,
  makeFaceVectors,
  patternPixels,
  readFaceVectors,
} from '../../../support/face-vectors.ts'

const VECTORS = readFaceVectors().seal
const bytes = (text: string) => Uint8Array.from(Buffer.from(text, 'base64'))

function contextOf(fields: FaceVectors['seal']['context'] = VECTORS.context) {
  return {
    terminalSerial: fields.terminalSerial,
    order: {
      captureId: fields.captureId,
      outTradeNo: fields.outTradeNo,
      amountFen: fields.amountFen,
      storeId: fields.storeId,
      grantVersion: `${fields.grantId}/${fields.grantVersion}`,
      consent: {
        id: fields.consentId,
        noticeVersion: fields.noticeVersion,
        atMs: fields.consentAtMs,
      },
    },
  }
}

function text(): Uint8Array {
  const whole = new Uint8Array(FACE_TEXT_BYTES)
  writeFaceHeader(whole)
  whole.set(patternPixels(160 * 160 * 3), 8)
  return whole
}

/** Hands out what the vectors drew, and remembers it. */
function drawnAsInVectors() {
  const given: Uint8Array[] = []
  const draws = [bytes(VECTORS.ephemeralPrivateKey), bytes(VECTORS.nonce)]
  const entropy = {
    bytes(count: number) {
      const next = draws.shift() ?? new Uint8Array()
      expect(next.length).toBe(count)
      given.push(next)
      return next
    },
  }
  return { entropy, given }
}

function seal(
  context = contextOf(),
  entropy: { bytes(count: number): Uint8Array } = systemEntropy,
) {
  const providerKey = bytes(VECTORS.provider.publicKey)
  const sealed = sealFace(text(), { providerKey, context, entropy })
  if (!sealed.ok) throw new Error(sealed.error)
  return sealed.value
}

function open(sealed: ReturnType<typeof seal>, additionalData: string): Buffer {
  const { ciphertext, nonce } = sealed
  const decipher = createDecipheriv('aes-256-gcm', bytes(VECTORS.key), nonce)
  decipher.setAAD(Buffer.from(additionalData))
  decipher.setAuthTag(ciphertext.subarray(-16))
  return Buffer.concat([decipher.update(ciphertext.subarray(0, -16)), decipher.final()])
}

describe('known answers', () => {
  it('are what the Web Cryptography API makes of docs/face.md', async () => {
    const made = `${JSON.stringify(await makeFaceVectors(), null, 2)}\n`
    await expect(made).toMatchFileSnapshot('../../../support/face-vectors.json')
  })
})

describe('F-12: sealing a face', () => {
  it('gives the known answer', () => {
    const sealed = seal(contextOf(), drawnAsInVectors().entropy)
    expect(Buffer.from(sealed.ephemeralKey).toString('base64')).toBe(VECTORS.ephemeralKey)
    expect(Buffer.from(sealed.nonce).toString('base64')).toBe(VECTORS.nonce)
    expect(Buffer.from(sealed.ciphertext).toString('base64')).toBe(VECTORS.ciphertext)
  })

  it('writes the additional data line by line', () => {
    expect(sealedFor(contextOf())).toBe(VECTORS.additionalData)
  })

  it('opens for its own order and for nothing else', () => {
    const sealed = seal(contextOf(), drawnAsInVectors().entropy)
    expect(open(sealed, VECTORS.additionalData).equals(text())).toBe(true)
    for (const [name, value] of Object.entries(VECTORS.context)) {
      const other = {
        ...VECTORS.context,
        [name]: typeof value === 'number' ? value + 1 : `${value}0`,
      }
      expect(() => open(sealed, sealedFor(contextOf(other))), name).toThrow()
    }
  })

  it('draws a key and a nonce for every picture', () => {
    const [one, other] = [seal(), seal()]
    expect(one.ephemeralKey).not.toEqual(other.ephemeralKey)
    expect(one.nonce).not.toEqual(other.nonce)
    expect(one.ciphertext).not.toEqual(other.ciphertext)
  })

  it('overwrites the private key that it drew', () => {
    const { entropy, given } = drawnAsInVectors()
    seal(contextOf(), entropy)
    expect(given[0]).toEqual(new Uint8Array(32))
  })

  it.each([
    ['of another length', new Uint8Array(31).fill(9)],
    ['that agrees with everybody on zero', new Uint8Array(32)],
    ['of order two', Uint8Array.from({ length: 32 }, (_, at) => (at === 0 ? 1 : 0))],
  ])('refuses a key %s', (_name, providerKey) => {
    const sealed = sealFace(text(), { providerKey, context: contextOf(), entropy: systemEntropy })
    expect(sealed).toEqual({ ok: false, error: 'key_unusable' })
  })

  it('takes no field that is two lines, or none', () => {
    expect(() => seal(contextOf({ ...VECTORS.context, storeId: 'S001\nS002' }))).toThrow('line')
    expect(() => seal(contextOf({ ...VECTORS.context, consentId: '' }))).toThrow('line')
  })
})
