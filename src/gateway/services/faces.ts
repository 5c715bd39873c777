import { z } from 'zod'
import type { FaceCode } from '../../domain/face-errors.ts'
import { readCode } from '../../domain/payment-code.ts'
import type { FaceAnswer, FaceConsent, FaceOrder } from '../../ports/face.ts'

/** Where the recognition provider is asked, behind `/services/v1/` (docs/gateway.md, Faces). */
export const FACES_PATH = 'faces'
export const FACE_KEY_PATH = 'faces/key'

/** A picture in the form of the wire: base64. */
type WireSealed = {
  readonly ephemeral_key: string
  readonly nonce: string
  readonly ciphertext: string
}

/** The body of `POST /services/v1/faces`. */
export type RecogniseBody = {
  readonly capture_id: string
  readonly out_trade_no: string
  /** Fen. */
  readonly amount: number
  readonly store_id: string
  readonly grant: { readonly grant_id: string; readonly version: number }
  readonly consent: {
    readonly id: string
    readonly notice_version: string
    /** Unix milliseconds. */
    readonly at_ms: number
  }
  readonly sealed: WireSealed
  readonly confirm:
    | { readonly kind: 'digits'; readonly digits: string }
    | { readonly kind: 'on_phone' }
}

/** Last digits of a phone, as the customer types them. */
const DIGITS = /^\d{4}$/
const GRANT = /^(.+)\/([1-9]\d{0,15})$/

/**
 * What is sent for one order, or why nothing may be: the customer has not confirmed as the terms ask
 * (F-16), or nothing is known that permits it.
 */
export function recogniseBody(
  order: FaceOrder,
  sealed: WireSealed,
  digits: string | undefined,
): RecogniseBody | FaceCode {
  const isTyped = order.terms.confirm === 'digits'
  if (isTyped && digits === undefined) return 'face.not_confirmed'
  if (isTyped && !DIGITS.test(digits ?? '')) return 'face.wrong_digits'
  const [, grantId, version] = GRANT.exec(order.grantVersion) ?? []
  if (grantId === undefined || version === undefined) return 'face.not_offered'
  return {
    capture_id: order.captureId,
    out_trade_no: order.outTradeNo,
    amount: order.amountFen,
    store_id: order.storeId,
    grant: { grant_id: grantId, version: Number(version) },
    consent: wireConsent(order.consent),
    sealed,
    confirm: isTyped ? { kind: 'digits', digits: digits ?? '' } : { kind: 'on_phone' },
  }
}

function wireConsent({ id, noticeVersion, atMs }: FaceConsent): RecogniseBody['consent'] {
  return { id, notice_version: noticeVersion, at_ms: atMs }
}

const subject = { capture_id: z.string().max(64), out_trade_no: z.string().max(32) }
const faceAnswer = z.discriminatedUnion('result', [
  z.object({
    result: z.literal('recognised'),
    ...subject,
    face_code: z.string().max(128),
    code_type: z.enum(['payment_code', 'face_code']),
    expires_at_ms: z.number().int().min(0),
  }),
  z.object({ result: z.literal('refused'), ...subject, code: z.string().max(64) }),
])
const keyAnswer = z.object({
  key: z.base64().max(64),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
})

/** The answer about the sealing key; undefined when it has another shape. */
export function readFaceKey(value: unknown): z.output<typeof keyAnswer> | undefined {
  return keyAnswer.safeParse(value).data
}

/** What a refusal of the provider comes to (docs/gateway.md, Faces); one that is not here is `face.refused`. */
const REFUSALS: ReadonlyMap<string, FaceCode> = new Map([
  ['not_recognised', 'face.not_recognised'],
  ['not_enrolled', 'face.not_recognised'],
  ['not_live', 'face.not_live'],
  ['wrong_digits', 'face.wrong_digits'],
  ['minor', 'face.minor'],
  ['confirm.differs', 'face.not_confirmed'],
  ['consent.invalid', 'face.consent_old'],
  ['consent.old', 'face.consent_old'],
  ['consent.used', 'face.consent_old'],
  ['rate.limited', 'face.service_unreachable'],
  ['service.failed', 'face.service_unreachable'],
])

/** A refusal by its code on the wire. */
export function refusedFor(code: string): FaceCode {
  return REFUSALS.get(code) ?? 'face.refused'
}

function isPaymentCode(code: string): boolean {
  return readCode(code, 'unknown').kind === 'accepted'
}

/** As APIv2 刷脸支付, `face_code`, shows one. */
const FACE_CODE = /^[0-9A-Za-z]+(?:-[0-9A-Za-z]+)*$/

/**
 * What a verified answer says about one order. An answer of another shape, about another capture or
 * order, or with a code that is none is not believed; a code that is over on arrival is no answer.
 */
export function readFaceAnswer(
  value: unknown,
  about: {
    readonly order: Pick<FaceOrder, 'captureId' | 'outTradeNo'>
    /** The service's time when it answered, Unix milliseconds. */
    readonly answeredAtMs: number
    /** From the request to the arrival. */
    readonly roundTripMs: number
  },
): FaceAnswer {
  const answer = faceAnswer.safeParse(value).data
  const { captureId, outTradeNo } = about.order
  const isOurs = answer?.capture_id === captureId && answer.out_trade_no === outTradeNo
  if (answer === undefined || !isOurs) return NOT_VERIFIED
  if (answer.result === 'refused') return { kind: 'refused', cause: refusedFor(answer.code) }
  const { face_code: code, code_type: type } = answer
  const isCode = type === 'payment_code' ? isPaymentCode(code) : FACE_CODE.test(code)
  if (!isCode) return NOT_VERIFIED
  const leftMs = answer.expires_at_ms - about.answeredAtMs - about.roundTripMs
  return leftMs > 0 ? { kind: 'recognised', credential: { code, type } } : UNREACHABLE
}

const NOT_VERIFIED = { kind: 'refused', cause: 'face.service_not_verified' } as const
const UNREACHABLE = { kind: 'refused', cause: 'face.service_unreachable' } as const
