/** What a key signs by. */
export type KeyKind = 'rsa' | 'sm2'

/** What is known of an imported merchant API certificate without its key. */
export type CertificateFacts = {
  /** Upper-case hexadecimal. */
  readonly serial: string
  readonly kind: KeyKind
  readonly merchantId: string
  /** Unix milliseconds. */
  readonly validFromMs: number
  readonly validUntilMs: number
  readonly importedAtMs: number
}

/** Which certificates are used. */
export type CertificateChoice<Certificate> = {
  /** Signs requests. */
  readonly signing: Certificate
  /**
   * Presented as TLS client certificate where the wire wants one, the first that is valid at the
   * moment: those valid longest ago first, so that a new one takes over only when an old one ends.
   */
  readonly tls: readonly Certificate[]
}

/**
 * Chooses among the certificates of one merchant. The one chosen by hand signs while it is valid; else
 * the newest that is. When none is valid the one that ends last is given, for the refusal to name.
 *
 * @param chosen serial number that was chosen by hand
 * @returns undefined when there is none
 */
export function chooseCertificates<Certificate extends CertificateFacts>(
  certificates: readonly Certificate[],
  { nowMs, chosen }: { readonly nowMs: number; readonly chosen?: string | undefined },
): CertificateChoice<Certificate> | undefined {
  const valid = certificates
    .filter(({ validFromMs, validUntilMs }) => validFromMs <= nowMs && nowMs < validUntilMs)
    .toSorted((a, b) => a.validFromMs - b.validFromMs || a.validUntilMs - b.validUntilMs)
  const signing = valid.find(({ serial }) => serial === chosen) ?? valid.at(-1)
  if (signing) return { signing, tls: valid }
  const last = certificates.toSorted((a, b) => a.validUntilMs - b.validUntilMs).at(-1)
  return last && { signing: last, tls: [last] }
}
