import { answerMessage } from './canonical.ts'
import { SUITES, type Suite } from './suite.ts'

/** How far the clock of an answer may be from ours, either way, exclusive (interface rules). */
const SIGNATURE_WINDOW_MS = 300_000

/** Beginning of a deliberately wrong signature, sent to test that we check (签名探测流量). */
const PROBE_PREFIX = 'WECHATPAY/SIGNTEST/'

/** Header fields of an answer: names in lower case, repeated fields joined by ", ". */
export type AnswerHeaders = Readonly<Record<string, string>>

/** An answer as it came off the wire. Nothing in it has been looked at. */
export type RawAnswer = {
  readonly status: number
  readonly headers: AnswerHeaders
  readonly body: Uint8Array
}

/**
 * Checks one signature, of the suite its key is of. Must give false, not throw, for text that is not
 * canonical base64 or not a signature.
 * Vectors: wechatpay-java `RSAVerifierTest` and, for SM2, `BaseSM2Test`, message `message`.
 */
export type SignatureCheck = (message: Uint8Array, signatureBase64: string) => boolean

/** The gateway's keys that are good at this moment, by `Wechatpay-Serial`. */
export interface PlatformKeys {
  /** What all of them are of; absent: RSA. An answer of another suite is not verified. */
  readonly suite?: Suite
  find(serial: string): SignatureCheck | undefined
}

/** Why a signature was not believed. */
export type SignatureFault =
  | 'header_missing'
  | 'header_malformed'
  | 'clock_off'
  | 'unknown_serial'
  | 'wrong'
  | 'probe'

/** What is known of an answer's signature. `unsigned`: not one signature header was there. */
export type Verdict =
  | { readonly kind: 'verified' }
  | { readonly kind: 'unsigned' }
  | { readonly kind: 'failed'; readonly fault: SignatureFault; readonly serial?: string }

const FIELDS = [
  'wechatpay-timestamp',
  'wechatpay-nonce',
  'wechatpay-signature',
  'wechatpay-serial',
] as const

const TIMESTAMP = /^[1-9]\d{0,10}$/
const VISIBLE_ASCII = /^[\x21-\x7e]{1,128}$/

/**
 * Checks an answer's signature over its raw bytes, before anything of it is parsed.
 *
 * @param nowMs our wall clock, Unix milliseconds
 */
export function verify(
  answer: Pick<RawAnswer, 'headers' | 'body'>,
  keys: PlatformKeys,
  nowMs: number,
): Verdict {
  const [timestamp, nonce, signature, serial] = FIELDS.map((name) => answer.headers[name])
  if (!timestamp && !nonce && !signature && !serial) return { kind: 'unsigned' }
  if (!timestamp || !nonce || !signature || !serial) return failed('header_missing')
  const { scheme, isTypeNeeded } = keys.suite ?? SUITES.rsa
  const type = answer.headers['wechatpay-signature-type']
  if (isTypeNeeded && !type) return failed('header_missing')
  if (type !== undefined && type !== scheme) return failed('header_malformed')
  if (!TIMESTAMP.test(timestamp)) return failed('header_malformed')
  if (!VISIBLE_ASCII.test(nonce) || !VISIBLE_ASCII.test(serial)) return failed('header_malformed')
  if (Math.abs(nowMs - Number(timestamp) * 1_000) >= SIGNATURE_WINDOW_MS) return failed('clock_off')
  const check = keys.find(serial)
  if (!check) return { kind: 'failed', fault: 'unknown_serial', serial }
  if (check(answerMessage(timestamp, nonce, answer.body), signature)) return { kind: 'verified' }
  return failed(signature.startsWith(PROBE_PREFIX) ? 'probe' : 'wrong')
}

function failed(fault: SignatureFault): Verdict {
  return { kind: 'failed', fault }
}
