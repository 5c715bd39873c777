import 'reflect-metadata'
import { createPublicKey, generateKeyPairSync, webcrypto } from 'node:crypto'
import * as x509 from '@peculiar/x509'
import type { IdentityRequest } from './pay-identities.ts'

/** An SM2 key with its certificate, both made for this run. The certificate is signed by P-256. */
export type Sm2Identity = {
  readonly certificatePem: string
  /** Upper-case hexadecimal. */
  readonly serial: string
  readonly privateKeyPem: string
  readonly publicKeyPem: string
}

const DAY_MS = 86_400_000
const ISSUER_KEY = { name: 'ECDSA', namedCurve: 'P-256' }

let count = 0x10

/** A new SM2 key, PEM. */
export function makeSm2Key(): { readonly privateKeyPem: string; readonly publicKeyPem: string } {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'SM2' })
  const privateKeyPem = String(privateKey.export({ type: 'pkcs8', format: 'pem' }))
  const publicKey = createPublicKey(privateKeyPem)
  return { privateKeyPem, publicKeyPem: String(publicKey.export({ type: 'spki', format: 'pem' })) }
}

/** Makes an SM2 key and a certificate for it. */
export async function makeSm2Identity(
  request: Pick<IdentityRequest, 'name' | 'fromMs' | 'untilMs'>,
): Promise<Sm2Identity> {
  x509.cryptoProvider.set(webcrypto as never)
  const issuer = (await webcrypto.subtle.generateKey(ISSUER_KEY, true, [
    'sign',
    'verify',
  ])) as webcrypto.CryptoKeyPair
  const key = makeSm2Key()
  count += 1
  const serial = `5B${count.toString(16).padStart(2, '0')}EF55877E3CF6C33255C2E7DEFFF7E427EC`
  const nowMs = Date.now()
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: serial,
    subject: request.name,
    issuer: 'CN=Test Root CA',
    notBefore: new Date(request.fromMs ?? nowMs - DAY_MS),
    notAfter: new Date(request.untilMs ?? nowMs + 30 * DAY_MS),
    publicKey: createPublicKey(key.publicKeyPem).export({ type: 'spki', format: 'der' }),
    signingKey: issuer.privateKey,
    signingAlgorithm: { name: 'ECDSA', hash: 'SHA-256' },
  })
  return { ...key, certificatePem: certificate.toString('pem'), serial: serial.toUpperCase() }
}
