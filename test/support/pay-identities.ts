import 'reflect-metadata'
import { KeyObject, webcrypto } from 'node:crypto'
import * as x509 from '@peculiar/x509'

/** A key with its certificate, both made for this run. */
export type Identity = {
  readonly certificate: x509.X509Certificate
  readonly certificatePem: string
  /** Upper-case hexadecimal. */
  readonly serial: string
  readonly keys: webcrypto.CryptoKeyPair
  readonly privateKey: KeyObject
  readonly privateKeyPem: string
  readonly publicKeyPem: string
}

export type IdentityRequest = {
  readonly name: string
  readonly kind: 'rsa' | 'ec'
  readonly issuer?: Identity
  readonly isAuthority?: boolean
  readonly hosts?: readonly string[]
  readonly fromMs?: number
  readonly untilMs?: number
}

const DAY_MS = 86_400_000
const RSA = {
  name: 'RSASSA-PKCS1-v1_5',
  hash: 'SHA-256',
  modulusLength: 2_048,
  publicExponent: new Uint8Array([1, 0, 1]),
}
const EC = { name: 'ECDSA', namedCurve: 'P-256' }

let count = 0x10

/** Makes a key and a certificate; signed by `issuer`, or by itself. */
export async function makeIdentity(request: IdentityRequest): Promise<Identity> {
  x509.cryptoProvider.set(webcrypto as never)
  const keys = (await webcrypto.subtle.generateKey(request.kind === 'rsa' ? RSA : EC, true, [
    'sign',
    'verify',
  ])) as webcrypto.CryptoKeyPair
  count += 1
  const serial = `5A${count.toString(16).padStart(2, '0')}EF55877E3CF6C33255C2E7DEFFF7E427EC`
  const signer = request.issuer
  const signingKey = signer?.keys.privateKey ?? keys.privateKey
  const nowMs = Date.now()
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: serial,
    subject: request.name,
    issuer: signer?.certificate.subject ?? request.name,
    notBefore: new Date(request.fromMs ?? nowMs - DAY_MS),
    notAfter: new Date(request.untilMs ?? nowMs + 30 * DAY_MS),
    publicKey: keys.publicKey,
    signingKey,
    signingAlgorithm:
      signingKey.algorithm.name === 'ECDSA' ? { name: 'ECDSA', hash: 'SHA-256' } : RSA,
    extensions: [
      new x509.BasicConstraintsExtension(request.isAuthority ?? false, undefined, true),
      ...(request.hosts
        ? [
            new x509.SubjectAlternativeNameExtension(
              request.hosts.map((value) => ({
                type: /^[\d.]+$/.test(value) ? ('ip' as const) : ('dns' as const),
                value,
              })),
            ),
          ]
        : []),
    ],
  })
  const privateKey = KeyObject.from(keys.privateKey)
  return {
    certificate,
    certificatePem: certificate.toString('pem'),
    serial: serial.toUpperCase(),
    keys,
    privateKey,
    privateKeyPem: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    publicKeyPem: KeyObject.from(keys.publicKey).export({ type: 'spki', format: 'pem' }).toString(),
  }
}
