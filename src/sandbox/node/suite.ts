import type { KeyObject } from 'node:crypto'
import { createSign } from 'node:crypto'
import { SCHEME, SM2_SCHEME } from '../wire-messages.ts'
import type { Sealed } from './signing.ts'
import { seal, verifyMessage } from './signing.ts'

export const SIGNATURES = ['rsa', 'sm2'] as const
/** What a merchant is set up for. */
export type SignatureName = (typeof SIGNATURES)[number]

/** A signature over what is told piece by piece. */
export type Signing = {
  update(piece: string | Uint8Array): void
  /** base64 */
  end(): string
}

/** How messages to and from a merchant are signed and sealed. */
export type Suite = {
  /** In Authorization and Wechatpay-Signature-Type. */
  readonly scheme: string
  /** What `algorithm_type` may ask of the certificates' download. */
  readonly algorithmTypes: readonly string[]
  /** `algorithm` of a sealed text. */
  readonly sealAlgorithm: string
  begin(privateKey: KeyObject): Signing
  /** Whether a base64 signature over a message is right; anything malformed is simply wrong. */
  verify(message: string, publicKey: KeyObject, signatureBase64: string): boolean
  /** Seals with the APIv3 key; nonce and data are plain ASCII. */
  seal(
    plaintext: string,
    apiV3Key: string,
    binding: { readonly nonce: string; readonly associatedData: string },
  ): Sealed
}

const RSA: Suite = {
  scheme: SCHEME,
  algorithmTypes: ['RSA', 'ALL'],
  sealAlgorithm: 'AEAD_AES_256_GCM',
  begin: (privateKey) => {
    const sign = createSign('RSA-SHA256')
    return {
      update: (piece) => void sign.update(piece),
      end: () => sign.sign(privateKey, 'base64'),
    }
  },
  verify: verifyMessage,
  seal,
}

/** The suite of that name; the arithmetic of SM2 is loaded only where it is used. */
export async function loadSuite(name: SignatureName): Promise<Suite> {
  if (name === 'rsa') return RSA
  const arithmetic = await import('./sm2-signing.ts')
  return {
    scheme: SM2_SCHEME,
    algorithmTypes: ['SM2', 'ALL'],
    sealAlgorithm: 'AEAD_SM4_GCM',
    begin: arithmetic.beginSm2,
    verify: arithmetic.verifySm2,
    seal: arithmetic.sealSm4,
  }
}
