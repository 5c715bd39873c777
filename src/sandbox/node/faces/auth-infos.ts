import { createHmac, timingSafeEqual } from 'node:crypto'
import { z } from 'zod'
import type { SandboxClock } from '../../clock.ts'

/** As in the example of the device's documents (get_wxpayface_authinfo page). */
export const AUTH_INFO_LIFE_S = 3600

const claimsSchema = z.strictObject({
  device_id: z.string(),
  store_id: z.string(),
  mch_id: z.string(),
  ends_at_ms: z.number().int(),
})
type Claims = z.infer<typeof claimsSchema>

/** Credentials of the official device: each for one device of one merchant in one store, for an hour. */
export class AuthInfos {
  readonly #clock: SandboxClock
  readonly #key: string
  readonly #merchantId: string

  constructor(parts: { clock: SandboxClock; hashKey: string; merchantId: string }) {
    this.#clock = parts.clock
    this.#key = parts.hashKey
    this.#merchantId = parts.merchantId
  }

  make({ device_id, store_id }: Pick<Claims, 'device_id' | 'store_id'>): string {
    const ends_at_ms = this.#clock.nowMs() + AUTH_INFO_LIFE_S * 1000
    const claims: Claims = { device_id, store_id, mch_id: this.#merchantId, ends_at_ms }
    const text = Buffer.from(JSON.stringify(claims)).toString('base64url')
    return `${text}.${this.#mac(text).toString('base64url')}`
  }

  /** What is wrong with one at this device in this store; undefined when nothing is. */
  flawOf(authInfo: string, at: Pick<Claims, 'device_id' | 'store_id'>): string | undefined {
    const [text = '', mac = ''] = authInfo.split('.')
    const given = Buffer.from(mac, 'base64url')
    const right = this.#mac(text)
    if (given.length !== right.length || !timingSafeEqual(given, right)) return 'authinfo.wrong'
    const claims = claimsSchema.parse(JSON.parse(Buffer.from(text, 'base64url').toString('utf8')))
    if (claims.mch_id !== this.#merchantId) return 'authinfo.other_merchant'
    if (claims.device_id !== at.device_id) return 'authinfo.other_device'
    if (claims.store_id !== at.store_id) return 'authinfo.other_store'
    return this.#clock.nowMs() > claims.ends_at_ms ? 'authinfo.expired' : undefined
  }

  #mac(text: string): Buffer {
    return createHmac('sha256', this.#key).update(`authinfo ${text}`).digest()
  }
}
