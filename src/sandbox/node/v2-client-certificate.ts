import { X509Certificate } from 'node:crypto'

/** Why a client certificate is refused; each is a verdict, counted on the control surface. */
export const CERTIFICATE_REFUSALS = {
  client_certificate_missing: '证书未提供',
  client_certificate_foreign: '证书出错，请登录微信支付商户平台下载证书',
  client_certificate_expired: '证书已过期',
  client_certificate_revoked: '证书已作废',
  client_certificate_other_merchant: '证书与商户号不匹配',
} as const satisfies Record<string, string>
export type CertificateRefusal = keyof typeof CERTIFICATE_REFUSALS

export type CertificateFacts = {
  /** PEM of the authority that issues merchants' certificates; undefined in an old folder. */
  readonly authority: string | undefined
  /** PEM of the merchant's certificate. */
  readonly merchant: string
  readonly merchantId: string
  readonly nowMs: number
  /** Whether a certificate, by its serial, was revoked. */
  readonly isRevoked: (serial: string) => boolean
}

const isIssued = (certificate: X509Certificate, facts: CertificateFacts): boolean => {
  const own = new X509Certificate(facts.merchant)
  if (certificate.fingerprint256 === own.fingerprint256) return true
  if (facts.authority === undefined) return false
  const authority = new X509Certificate(facts.authority)
  return certificate.checkIssued(authority) && certificate.verify(authority.publicKey)
}

/**
 * Looks at the certificate a client showed in the TLS handshake, which has proved that the client
 * holds its key. Undefined when it is the merchant's, issued by the sandbox's authority, and in force.
 * @param shown DER; undefined when the client showed none
 */
export function refuseCertificate(
  shown: Uint8Array | undefined,
  facts: CertificateFacts,
): CertificateRefusal | undefined {
  if (shown === undefined) return 'client_certificate_missing'
  const certificate = new X509Certificate(shown)
  if (!isIssued(certificate, facts)) return 'client_certificate_foreign'
  if (facts.isRevoked(certificate.serialNumber)) return 'client_certificate_revoked'
  const early = facts.nowMs < Date.parse(certificate.validFrom)
  if (early || facts.nowMs > Date.parse(certificate.validTo)) return 'client_certificate_expired'
  const names = certificate.subject.split('\n')
  return names.includes(`CN=${facts.merchantId}`) ? undefined : 'client_certificate_other_merchant'
}
