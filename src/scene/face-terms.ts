import type { Grant } from './grant.ts'
import { isOnThisMachine } from './rehearsal.ts'
import { LIVENESS_PROFILES } from './words.ts'

/** What a grant says of face pay, whole, in the words of the terminal. */
type WholeFaceTerms = {
  readonly confirm: 'digits' | 'on_phone'
  readonly livenessProfile: string
  readonly sealingKeySha256: string
  readonly notice: {
    readonly version: string
    readonly handler: string
    readonly contact: string
    readonly recipient: string
  }
}

/** How the customer confirms, by the word of the grant (docs/gateway.md, Documents, `face`). */
const CONFIRMS = { phone: 'digits', password_on_phone: 'on_phone' } as const

/**
 * The terms of face pay, as customers are told them and readers go by; undefined when one is missing,
 * when nobody here knows the liveness profile, or when it is the rehearsal's and the gateway of the
 * grant is not on this machine. A limit of the day is the only thing that may be missing.
 */
export function faceTermsOf({ face, store }: Grant): WholeFaceTerms | undefined {
  if (face?.perTxnFen === undefined) return undefined
  const { confirm, livenessProfile, encPubkeySha256, noticeVersion, recipient, handler } = face
  if (confirm === undefined || encPubkeySha256 === undefined) return undefined
  if (noticeVersion === undefined || recipient === undefined) return undefined
  if (handler?.name === undefined || handler.contact === undefined) return undefined
  const profile = LIVENESS_PROFILES.find((one) => one === livenessProfile)
  if (profile === undefined) return undefined
  const isRehearsed = profile === 'rehearsal-1'
  if (isRehearsed && !isOnThisMachine(store.net.gatewayOrigin)) return undefined
  return {
    confirm: CONFIRMS[confirm],
    livenessProfile: profile,
    sealingKeySha256: encPubkeySha256,
    notice: { version: noticeVersion, handler: handler.name, contact: handler.contact, recipient },
  }
}
