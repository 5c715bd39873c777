import { createPrivateKey, createPublicKey, generateKeyPairSync } from 'node:crypto'

/** A new SM2 key, PEM, and its public half once more as SubjectPublicKeyInfo. */
export function newSm2Key(): {
  readonly privatePem: string
  readonly publicPem: string
  readonly spki: Uint8Array<ArrayBuffer>
} {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'SM2' })
  const privatePem = String(privateKey.export({ type: 'pkcs8', format: 'pem' }))
  // Read again it is what a key out of a file is; a fresh one counts as of another kind.
  const publicKey = createPublicKey(createPrivateKey(privatePem))
  return {
    privatePem,
    publicPem: String(publicKey.export({ type: 'spki', format: 'pem' })),
    spki: Uint8Array.from(publicKey.export({ type: 'spki', format: 'der' })),
  }
}
