import { createPrivateKey, X509Certificate } from 'node:crypto'
import forge from 'node-forge'
import { err, ok, type Result } from '../../base/result.ts'
import { type Problem, problem } from '../../domain/errors.ts'
import type { CertificatePair } from './merchant-certificates.ts'

/** A certificate with its key takes a few kilobytes. */
const FILE_BYTES_MAX = 64 * 1_024

/**
 * Takes certificate and private key out of a PKCS#12 file (RFC 7292), also one under the old 40-bit RC2
 * and triple DES that OpenSSL no longer opens by default. Its integrity check has to hold.
 *
 * @param source how the file is called in a refusal
 * @returns the pair, or `keys.p12_unreadable`
 */
export function readPkcs12(
  bytes: Uint8Array,
  password: string,
  source: string,
): Result<CertificatePair, Problem> {
  const refuse = (detail: string) => err(problem('keys.p12_unreadable', { field: source, detail }))
  if (bytes.length > FILE_BYTES_MAX) return refuse('it is too large')
  try {
    const der = forge.util.createBuffer(Buffer.from(bytes).toString('binary'))
    const file = forge.pkcs12.pkcs12FromAsn1(forge.asn1.fromDer(der, true), true, password)
    const key = keysOf(file).map((found) => createPrivateKey(forge.pki.privateKeyToPem(found)))[0]
    if (!key) return refuse('it holds no RSA private key')
    const certificate = certificatesOf(file).find((found) => found.checkPrivateKey(key))
    if (!certificate) return refuse('it holds no certificate of its key')
    return ok({
      certificatePem: certificate.toString(),
      privateKeyPem: key.export({ type: 'pkcs8', format: 'pem' }).toString(),
    })
  } catch {
    // What the parser says may quote what it read.
    return refuse('not a PKCS#12 file, or not its password')
  }
}

function keysOf(file: forge.pkcs12.Pkcs12Pfx): forge.pki.PrivateKey[] {
  const { pkcs8ShroudedKeyBag, keyBag } = forge.pki.oids
  return [pkcs8ShroudedKeyBag, keyBag].flatMap((bagType) =>
    bagsOf(file, bagType).flatMap(({ key }) => (key ? [key] : [])),
  )
}

/** As the file has them: written again from what was parsed, a name in Chinese could change. */
function certificatesOf(file: forge.pkcs12.Pkcs12Pfx): X509Certificate[] {
  return bagsOf(file, forge.pki.oids.certBag).map((bag) => {
    const found = bag.asn1 ?? (bag.cert && forge.pki.certificateToAsn1(bag.cert))
    return new X509Certificate(Buffer.from(forge.asn1.toDer(found).getBytes(), 'binary'))
  })
}

function bagsOf(file: forge.pkcs12.Pkcs12Pfx, bagType: string | undefined): forge.pkcs12.Bag[] {
  return bagType === undefined ? [] : (file.getBags({ bagType })[bagType] ?? [])
}
