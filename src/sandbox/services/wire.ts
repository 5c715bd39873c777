import { z } from 'zod'

/** Beginning of every path of terminal services. */
export const SERVICES_PATH = '/services/v1/'

/** The headers of a signed request, in their form but not yet believed. */
export type Envelope = {
  readonly serial: string
  readonly kid: string
  readonly timestampMs: number
  readonly nonce: string
  readonly counter: number
  readonly signature: string
}

/** A version of the program. */
export const APP_VERSION = /^[0-9A-Za-z.+-]{1,32}$/

const SAFE = /^[1-9]\d{0,15}$/
const whole = z.string().regex(SAFE).transform(Number).pipe(z.number().int().safe())
const envelope = z.object({
  'guitai-terminal': z.string().regex(/^[0-9A-Za-z_-]{1,50}$/),
  'guitai-key': z.string().regex(/^[0-9a-f]{16}$/),
  'guitai-timestamp': whole,
  'guitai-nonce': z.string().regex(/^[0-9A-Za-z]{16,64}$/),
  'guitai-counter': whole,
  'guitai-signature': z.string().regex(/^[A-Za-z0-9+/]{86}==$/),
})

/** Reads the six headers; undefined when one is missing or has a wrong form. */
export function readEnvelope(
  headers: Readonly<Record<string, string | undefined>>,
): Envelope | undefined {
  const reading = envelope.safeParse(headers)
  if (!reading.success) return undefined
  const { data } = reading
  return {
    serial: data['guitai-terminal'],
    kid: data['guitai-key'],
    timestampMs: data['guitai-timestamp'],
    nonce: data['guitai-nonce'],
    counter: data['guitai-counter'],
    signature: data['guitai-signature'],
  }
}

/** The text a terminal signs. @param bodySha256 lower-case hex */
export function requestText(
  request: { readonly method: string; readonly url: string },
  signed: Omit<Envelope, 'signature'>,
  bodySha256: string,
): string {
  const { serial, kid, timestampMs, nonce, counter } = signed
  const lines = [request.method, request.url, serial, kid, timestampMs, nonce, counter, bodySha256]
  return `GUITAI-REQUEST-V1\n${lines.join('\n')}\n`
}

/** What the headers of a payment call say of its terminal, in their form but not yet believed. */
export type Proof = Envelope & {
  readonly deviceType: string
  readonly appVersion: string
  readonly grant: string
  readonly interface: string
  /** Empty when it is not said. */
  readonly place: string
}

const proof = envelope.extend({
  'guitai-device-type': z.string().regex(/^\d{2}$/),
  'guitai-app-version': z.string().regex(APP_VERSION),
  'guitai-grant': z.string().max(100),
  'guitai-interface': z.string().max(32).default('MICROPAY'),
  'guitai-place': z.string().max(64).default(''),
})

/** Headers that stand in a payment call only as parts of a proof. */
const PARTS = [...Object.keys(envelope.shape), 'guitai-device-type', 'guitai-app-version']

/** Reads the proof of a payment call; `malformed` when a part of it is missing or has a wrong form. */
export function readProof(
  headers: Readonly<Record<string, string | undefined>>,
): Proof | 'absent' | 'malformed' {
  if (!PARTS.some((name) => headers[name] !== undefined)) return 'absent'
  const reading = proof.safeParse(headers)
  const signed = readEnvelope(headers)
  if (!reading.success || signed === undefined) return 'malformed'
  const { data } = reading
  return {
    ...signed,
    deviceType: data['guitai-device-type'],
    appVersion: data['guitai-app-version'],
    grant: data['guitai-grant'],
    interface: data['guitai-interface'],
    place: data['guitai-place'],
  }
}

/** The text of a payment call a terminal signs. @param bodySha256 lower-case hex */
export function paymentText(
  request: { readonly method: string; readonly url: string },
  signed: Omit<Proof, 'signature'>,
  bodySha256: string,
): string {
  const { serial, kid, timestampMs, nonce, counter } = signed
  const lines = [request.method, request.url, serial, kid, timestampMs, nonce, counter]
  lines.push(signed.deviceType, signed.appVersion, signed.grant, signed.interface, signed.place)
  return `GUITAI-PAYMENT-V1\n${[...lines, bodySha256].join('\n')}\n`
}

/** The text an answer is signed over. Digests in lower-case hex. */
export function answerText(answer: {
  readonly status: number
  readonly kid: string
  readonly timestampMs: number
  readonly nonce: string
  readonly requestSha256: string
  readonly bodySha256: string
}): string {
  const { status, kid, timestampMs, nonce, requestSha256, bodySha256 } = answer
  const lines = [status, kid, timestampMs, nonce, requestSha256, bodySha256]
  return `GUITAI-ANSWER-V1\n${lines.join('\n')}\n`
}

/** Every refusal of these services: status and text (docs/gateway.md, Refusals). */
export const SERVICE_REFUSALS = {
  'request.malformed': [400, 'the headers of a signed request are missing or malformed'],
  'request.refused': [400, 'the request has a wrong field'],
  'terminal.unknown': [401, 'no such terminal'],
  'signature.wrong': [401, 'the signature does not match'],
  'clock.skew': [401, 'the timestamp is more than 300 s away'],
  'counter.replayed': [409, 'the counter has been used; the serial is suspended'],
  'terminal.suspended': [403, 'the terminal is suspended'],
  'merchant.terminated': [403, 'the agreement with the merchant has ended'],
  'merchant.suspended': [403, 'the merchant is suspended'],
  'grant.revoked': [403, 'the grant is revoked'],
  'grant.none': [404, 'nothing is granted'],
  'enrol.code_wrong': [403, 'no such enrolment code'],
  'enrol.code_used': [403, 'the enrolment code has been used'],
  'enrol.code_expired': [403, 'the enrolment code has expired'],
  'enrol.serial_bound': [409, 'the serial is live'],
  'enrol.key_bound': [409, 'the key is live under another serial'],
  'enrol.certificate_foreign': [403, 'the merchant certificate is not one of this merchant'],
  'closing.password_wrong': [403, 'the operation password is wrong'],
  'closing.locked': [423, 'closing is locked'],
  'closing.not_administrator': [403, 'only the super administrator may close an interface'],
  'closing.not_granted': [409, 'there is no such interface'],
  'event.facts_refused': [400, 'an event holds what it must not'],
  'acknowledgement.unknown': [404, 'no such bulletin or measure'],
  'signoff.in_flight': [409, 'payments are still in flight'],
  'signoff.not_ended': [409, 'the terminal is still in service'],
  'signoff.not_wiped': [409, 'not everything has been wiped'],
  'rate.limited': [429, 'too many requests'],
  'service.failed': [500, 'the service failed'],
} as const satisfies Record<string, readonly [status: number, message: string]>
export type ServiceRefusal = keyof typeof SERVICE_REFUSALS

/** Whether a reason is one that has a refusal of its own. */
export function isServiceRefusal(code: string): code is ServiceRefusal {
  return Object.hasOwn(SERVICE_REFUSALS, code)
}

/** An answer before it is signed. */
export type ServiceAnswer = { readonly status: number; readonly value: unknown }

/** A refusal as an answer. */
export function refuseService(
  code: ServiceRefusal,
  more: Readonly<Record<string, unknown>> = {},
): ServiceAnswer {
  const [status, message] = SERVICE_REFUSALS[code]
  return { status, value: { code, message, ...more } }
}
