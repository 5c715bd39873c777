import { z } from 'zod'

const base64 = /^[A-Za-z0-9+/]+={0,2}$/
/** Base64 of the largest clear text, 160 × 160 RGB, its tag, and a margin. */
const CIPHERTEXT_MAX = 110_000

/** Body of `POST /services/v1/faces` (docs/gateway.md, Faces). */
export const faceRequestSchema = z.strictObject({
  capture_id: z.string().regex(/^[0-9a-f]{32}$/),
  out_trade_no: z.string().regex(/^[0-9A-Za-z_\-|*]{6,32}$/),
  /** Fen. */
  amount: z.number().int().min(1).max(Number.MAX_SAFE_INTEGER),
  store_id: z.string().regex(/^[0-9A-Za-z_-]{1,32}$/),
  grant: z.strictObject({
    grant_id: z.string().regex(/^[0-9A-Za-z-]{1,64}$/),
    version: z.number().int().min(1),
  }),
  consent: z.strictObject({
    id: z.string().regex(/^[0-9A-Za-z_-]{1,50}$/),
    notice_version: z.string().regex(/^[^\n]{1,50}$/),
    at_ms: z.number().int().min(0),
  }),
  sealed: z.strictObject({
    ephemeral_key: z.string().regex(/^[A-Za-z0-9+/]{43}=$/),
    nonce: z.string().regex(/^[A-Za-z0-9+/]{16}$/),
    ciphertext: z.string().regex(base64).max(CIPHERTEXT_MAX),
  }),
  confirm: z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('digits'), digits: z.string().regex(/^\d{4}$/) }),
    z.strictObject({ kind: z.literal('on_phone') }),
  ]),
})
export type FaceRequest = z.infer<typeof faceRequestSchema>

/** Which confirmation a grant's `face.confirm` asks for. */
export const CONFIRM_KINDS = {
  phone: 'digits',
  password_on_phone: 'on_phone',
} as const satisfies Record<string, FaceRequest['confirm']['kind']>

/** Every refusal that is an answer of its own here (docs/gateway.md, Faces); reasons of the gate beside. */
export const FACE_REFUSALS = [
  'capture.invalid',
  'capture.used',
  'consent.invalid',
  'consent.old',
  'consent.used',
  'confirm.differs',
  'not_recognised',
  'not_enrolled',
  'not_live',
  'minor',
  'wrong_digits',
  'account.closed',
] as const
export type FaceRefusal = (typeof FACE_REFUSALS)[number]

/** A consent is good for this long. */
const CONSENT_LIFE_MS = 60_000
/** So far may a terminal's clock be ahead. */
const CONSENT_AHEAD_MS = 5_000

/** What is wrong with a consent; undefined when nothing is. */
export function consentRefusal(
  consent: FaceRequest['consent'],
  granted: { readonly noticeVersion: string; readonly nowMs: number },
): FaceRefusal | undefined {
  const ageMs = granted.nowMs - consent.at_ms
  if (consent.notice_version !== granted.noticeVersion) return 'consent.invalid'
  if (ageMs < -CONSENT_AHEAD_MS) return 'consent.invalid'
  return ageMs > CONSENT_LIFE_MS ? 'consent.old' : undefined
}

/** The additional data of a sealed picture (docs/face.md, What is sealed). @param serial the terminal's */
export function sealedContext(serial: string, request: FaceRequest): string {
  const { grant, consent } = request
  const lines = [
    serial,
    request.capture_id,
    request.out_trade_no,
    request.amount,
    request.store_id,
    `${grant.grant_id}/${grant.version}`,
    consent.id,
    consent.notice_version,
    consent.at_ms,
  ]
  return `GUITAI-FACE-V1\n${lines.join('\n')}\n`
}

const SIDE = 160
const HEADER_BYTES = 8
const MAGIC = [0x47, 0x54, 0x46, 0x31]

/** The 160 × 160 RGB pixels of an opened picture, a view of the same bytes; undefined when it is none. */
export function readClearText(bytes: Uint8Array): Uint8Array | undefined {
  if (bytes.length !== HEADER_BYTES + SIDE * SIDE * 3) return undefined
  if (MAGIC.some((byte, index) => bytes[index] !== byte)) return undefined
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (view.getUint16(4) !== SIDE || view.getUint16(6) !== SIDE) return undefined
  return bytes.subarray(HEADER_BYTES)
}
