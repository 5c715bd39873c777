import { X509Certificate } from 'node:crypto'
import { z } from 'zod'
import { issueMerchantCertificate } from '../credentials.ts'
import { sha256 } from './issuers.ts'
import type { Registry } from './registry.ts'
import { ServiceFault } from './registry.ts'

/** So many API certificates of one merchant live at once. */
const LIVE_MAX = 3

const issueWish = z.strictObject({
  merchant_id: z.string(),
  public_key: z.string().max(4096).optional(),
})
const revokeWish = z.strictObject({ merchant_id: z.string(), serial: z.string() })

/** API certificates of merchants: issue, overlap, revocation. */
export class Certificates {
  readonly #registry: Registry
  readonly #dir: string
  readonly #transaction: <Value>(work: () => Value) => Value

  constructor(registry: Registry, dir: string, transaction: <Value>(work: () => Value) => Value) {
    this.#registry = registry
    this.#dir = dir
    this.#transaction = transaction
  }

  /** Takes a certificate into the books. Expects a ledger transaction. */
  register(merchantId: string, pem: string): string {
    const parsed = new X509Certificate(pem)
    const { table } = this.#registry
    if (this.#registry.certificatesOf(merchantId).length >= LIVE_MAX) {
      throw new ServiceFault('certificate.too_many')
    }
    table.certificates.put(parsed.serialNumber, {
      serial: parsed.serialNumber,
      merchantId,
      certificate: pem,
      sha256: sha256(parsed.raw),
      notAfterMs: Date.parse(parsed.validTo),
      revokedAt: undefined,
    })
    for (const terminal of this.#registry.terminalsOf(merchantId)) {
      this.#registry.issueGrant(terminal, false)
    }
    return parsed.serialNumber
  }

  /** Issues a certificate beside those that live. The private key of a pair made here is told once. */
  async issue(asked: unknown) {
    const wish = issueWish.parse(asked)
    const merchantId = wish.merchant_id
    this.#transaction(() => {
      if (this.#registry.isTerminated(this.#registry.merchant(merchantId).id)) {
        throw new ServiceFault('merchant.terminated')
      }
      if (this.#registry.certificatesOf(merchantId).length >= LIVE_MAX) {
        throw new ServiceFault('certificate.too_many')
      }
    })
    const { certificate, privateKey } = await issueMerchantCertificate(this.#dir, {
      merchantId,
      nowMs: this.#registry.nowMs(),
      ...(wish.public_key === undefined ? {} : { publicPem: wish.public_key }),
    })
    const serial = this.#transaction(() => this.register(merchantId, certificate))
    return { serial, certificate, private_key: privateKey }
  }

  /** Revokes a certificate at once. Expects a ledger transaction. */
  revoke(asked: unknown): { revoked: string } {
    const { merchant_id, serial } = revokeWish.parse(asked)
    const { table } = this.#registry
    const row = table.certificates.get(serial)
    if (row?.merchantId !== merchant_id) throw new ServiceFault('certificate.unknown')
    if (row.revokedAt !== undefined) throw new ServiceFault('certificate.revoked')
    table.certificates.put(serial, { ...row, revokedAt: this.#registry.now() })
    for (const terminal of this.#registry.terminalsOf(merchant_id)) {
      this.#registry.issueGrant(terminal, true)
    }
    return { revoked: serial }
  }

  /** The certificate of a serial, for payment calls; `revoked` when it is no longer one. */
  lookUp(
    serial: string,
  ): { readonly pem: string; readonly merchantId: string } | 'revoked' | undefined {
    const row = this.#registry.table.certificates.get(serial)
    if (row === undefined) return undefined
    return row.revokedAt === undefined
      ? { pem: row.certificate, merchantId: row.merchantId }
      : 'revoked'
  }
}
