import { createHash, createPrivateKey } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { ProviderKey } from '../../../../src/sandbox/node/faces/provider-key.ts'
import { readClearText, sealedContext } from '../../../../src/sandbox/services/face-wire.ts'

const path = new URL('../../../support/face-vectors.json', import.meta.url)
const { seal } = JSON.parse(readFileSync(path, 'utf8'))
const bytes = (base64: string): Buffer => Buffer.from(base64, 'base64')
const PKCS8 = Buffer.from('302e020100300506032b656e04220420', 'hex')
const key = new ProviderKey(
  createPrivateKey({
    key: Buffer.concat([PKCS8, bytes(seal.provider.privateKey)]),
    format: 'der',
    type: 'pkcs8',
  }),
)
const sealed = {
  ephemeralKey: bytes(seal.ephemeralKey),
  nonce: bytes(seal.nonce),
  ciphertext: bytes(seal.ciphertext),
}
const digest = (data: Uint8Array): string => createHash('sha256').update(data).digest('hex')

describe('what a terminal seals', () => {
  it('has the additional data that the vectors have', () => {
    const { context } = seal
    const request = {
      capture_id: context.captureId,
      out_trade_no: context.outTradeNo,
      amount: context.amountFen,
      store_id: context.storeId,
      grant: { grant_id: context.grantId, version: Number(context.grantVersion) },
      consent: {
        id: context.consentId,
        notice_version: context.noticeVersion,
        at_ms: context.consentAtMs,
      },
      sealed: { ephemeral_key: '', nonce: '', ciphertext: '' },
      confirm: { kind: 'on_phone' },
    } as const
    expect(sealedContext(context.terminalSerial, request)).toBe(seal.additionalData)
  })

  it('opens by the key of the vectors, and its digest is of the 32 bytes', () => {
    expect(Buffer.from(key.publicBytes).toString('base64')).toBe(seal.provider.publicKey)
    expect(key.sha256).toBe(seal.providerKeySha256Hex)
    const seen = key.withOpened(sealed, seal.additionalData, (clear) => ({
      sha256: digest(clear),
      pixels: readClearText(clear)?.length,
    }))
    expect(seen).toEqual({ sha256: seal.textSha256Hex, pixels: 160 * 160 * 3 })
  })

  it('F-10: is overwritten when it has been looked at, also when looking failed', () => {
    let kept: Uint8Array = new Uint8Array([1])
    key.withOpened(sealed, seal.additionalData, (clear) => {
      kept = clear
    })
    expect(kept.every((byte) => byte === 0)).toBe(true)
    expect(() =>
      key.withOpened(sealed, seal.additionalData, (clear) => {
        kept = clear
        throw new Error('cannot read')
      }),
    ).toThrow('cannot read')
    expect(kept).toHaveLength(8 + 160 * 160 * 3)
    expect(kept.every((byte) => byte === 0)).toBe(true)
  })

  it.each([
    ['context', {}, 'other'],
    ['a bit of the key', { ephemeralKey: sealed.nonce }, undefined],
    ['a key of small order', { ephemeralKey: Buffer.alloc(32) }, undefined],
    ['the nonce', { nonce: Buffer.alloc(12) }, undefined],
    ['no nonce', { nonce: Buffer.alloc(0) }, undefined],
    ['nothing', { ciphertext: Buffer.alloc(0) }, undefined],
    ['a tag alone', { ciphertext: Buffer.alloc(16) }, undefined],
    ['a cut end', { ciphertext: sealed.ciphertext.subarray(0, -1) }, undefined],
  ])('does not open with %s', (_what, other, context) => {
    let used = 0
    const opened = key.withOpened({ ...sealed, ...other }, context ?? seal.additionalData, () => {
      used += 1
    })
    expect([opened, used]).toEqual([undefined, 0])
  })
})

describe('the clear text', () => {
  const whole = Buffer.alloc(8 + 160 * 160 * 3)
  Buffer.from('GTF1').copy(whole)
  whole[5] = 160
  whole[7] = 160

  it('is a picture of 160 × 160, as a view of the same bytes', () => {
    const pixels = readClearText(whole)
    expect(pixels?.buffer).toBe(whole.buffer)
    expect(pixels).toHaveLength(160 * 160 * 3)
  })

  it.each([
    ['of another kind', (bytes: Buffer) => bytes.fill(0x58, 0, 1)],
    ['of another width', (bytes: Buffer) => bytes.fill(161, 5, 6)],
    ['of another height', (bytes: Buffer) => bytes.fill(161, 7, 8)],
    ['with a byte less', (bytes: Buffer) => bytes.subarray(0, -1)],
    ['of nothing', () => Buffer.alloc(0)],
  ])('is none %s', (_how, change) => {
    expect(readClearText(change(Buffer.from(whole)))).toBeUndefined()
  })
})
