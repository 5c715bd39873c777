/**
 * The texts of terminal services that are signed (docs/gateway.md, Requests and answers, and What
 * payment calls carry).
 * Digests are SHA-256 in lower-case hex.
 */

/** Beginning of every path of terminal services. */
export const SERVICES_PATH = '/services/v1/'

/** A request as its terminal signs it. */
export type SignedCall = {
  readonly method: 'GET' | 'POST'
  /** Path and query exactly as sent. */
  readonly target: string
  readonly serial: string
  readonly keyId: string
  /** Unix milliseconds. */
  readonly timestampMs: number
  /** 16 to 64 letters and digits. */
  readonly nonce: string
  /** Strictly rising for as long as the key lives. */
  readonly counter: number
  readonly bodySha256: string
}

/** The text a terminal signs: nine lines, each ended by a line feed. */
export function requestText(call: SignedCall): string {
  const { method, target, serial, keyId, timestampMs, nonce, counter, bodySha256 } = call
  const lines = [method, target, serial, keyId, timestampMs, nonce, counter, bodySha256]
  return `GUITAI-REQUEST-V1\n${lines.join('\n')}\n`
}

/** The headers of a request. @param signature base64 */
export function requestHeaders(call: SignedCall, signature: string): Record<string, string> {
  return {
    'Guitai-Terminal': call.serial,
    'Guitai-Key': call.keyId,
    'Guitai-Timestamp': String(call.timestampMs),
    'Guitai-Nonce': call.nonce,
    'Guitai-Counter': String(call.counter),
    'Guitai-Signature': signature,
  }
}

/** What a payment call says of its terminal, beside what every signed request says. */
export type ProvenCall = SignedCall & {
  readonly deviceType: '09' | '10'
  readonly appVersion: string
  /** `{grant_id}/{version}`. */
  readonly grant: string
  /** By what it charges; absent: by a payment code, which the headers leave out. */
  readonly interface?: 'FACEPAY'
  /** `{lat_e6},{lon_e6},{accuracy_m},{datum}`; absent: the address in the body tells. */
  readonly place?: string
}

/** The text of a payment call a terminal signs: thirteen lines, each ended by a line feed. */
export function paymentText(call: ProvenCall): string {
  const { method, target, serial, keyId, timestampMs, nonce, counter, bodySha256 } = call
  const { deviceType, appVersion, grant, interface: type = 'MICROPAY', place = '' } = call
  const sent = [method, target, serial, keyId, timestampMs, nonce, counter]
  const lines = [...sent, deviceType, appVersion, grant, type, place, bodySha256]
  return `GUITAI-PAYMENT-V1\n${lines.join('\n')}\n`
}

/** The headers of a payment call. @param signature base64 */
export function paymentHeaders(call: ProvenCall, signature: string): Record<string, string> {
  return {
    ...requestHeaders(call, signature),
    'Guitai-Device-Type': call.deviceType,
    'Guitai-App-Version': call.appVersion,
    'Guitai-Grant': call.grant,
    ...(call.interface === undefined ? {} : { 'Guitai-Interface': call.interface }),
    ...(call.place === undefined ? {} : { 'Guitai-Place': call.place }),
  }
}

/** What the headers of an answer say, in their form but not yet believed. */
export type AnswerHeaders = {
  readonly keyId: string
  /** Unix milliseconds. */
  readonly timestampMs: number
  readonly nonce: string
  /** Base64 of 64 bytes. */
  readonly signature: string
}

const FORMS = {
  'guitai-key': /^[0-9a-f]{16}$/,
  'guitai-timestamp': /^[1-9]\d{0,15}$/,
  'guitai-nonce': /^[0-9A-Za-z]{16,64}$/,
  'guitai-signature': /^[0-9A-Za-z+/]{85}[AQgw]==$/,
} as const

/** Reads the four headers of a signed answer; undefined when one is missing or has another form. */
export function readAnswerHeaders(
  headers: Readonly<Record<string, string | undefined>>,
): AnswerHeaders | undefined {
  const hasForm = ([name, form]: [string, RegExp]) => form.test(headers[name] ?? '')
  if (!Object.entries(FORMS).every(hasForm)) return undefined
  const timestampMs = Number(headers['guitai-timestamp'])
  if (!Number.isSafeInteger(timestampMs)) return undefined
  return {
    keyId: headers['guitai-key'] ?? '',
    timestampMs,
    nonce: headers['guitai-nonce'] ?? '',
    signature: headers['guitai-signature'] ?? '',
  }
}

/** The text an answer is signed over: seven lines, each ended by a line feed. */
export function answerText(answer: {
  readonly status: number
  readonly headers: AnswerHeaders
  readonly requestSha256: string
  readonly bodySha256: string
}): string {
  const { status, headers, requestSha256, bodySha256 } = answer
  const { keyId, timestampMs, nonce } = headers
  const lines = [status, keyId, timestampMs, nonce, requestSha256, bodySha256]
  return `GUITAI-ANSWER-V1\n${lines.join('\n')}\n`
}
