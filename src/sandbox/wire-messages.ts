/** The scheme of a merchant that signs by RSA (APIv3 signature rules: Authorization header). */
export const SCHEME = 'WECHATPAY2-SHA256-RSA2048'
/** The scheme of a merchant that signs by SM2 (guide to the Chinese algorithms). */
export const SM2_SCHEME = 'WECHATPAY2-SM2-WITH-SM3'

/** What is signed of a request: five lines, each ended by a line feed. */
export function requestMessage(parts: {
  readonly method: string
  /** Path and query exactly as sent. */
  readonly url: string
  readonly timestamp: string
  readonly nonce: string
  readonly body: string
}): string {
  return `${parts.method}\n${parts.url}\n${parts.timestamp}\n${parts.nonce}\n${parts.body}\n`
}

/** What is signed of a response, up to the body: two lines. The body and a line feed follow. */
export function responseMessageHead(timestamp: string, nonce: string): string {
  return `${timestamp}\n${nonce}\n`
}

export type Authorization = {
  readonly mchid: string
  readonly nonce: string
  readonly signature: string
  readonly timestamp: string
  readonly serial: string
}

export type AuthorizationReading =
  | { readonly kind: 'read'; readonly value: Authorization }
  /** No header, or a scheme of another family such as Bearer. */
  | { readonly kind: 'missing' }
  | { readonly kind: 'other_scheme' }
  | { readonly kind: 'malformed' }

/**
 * Reads an Authorization header: scheme, one space, `key="value"` pairs joined by commas.
 * @param accepted the scheme of the merchant
 */
export function readAuthorization(
  header: string | undefined,
  accepted: string = SCHEME,
): AuthorizationReading {
  if (header === undefined || header === '') return { kind: 'missing' }
  const space = header.indexOf(' ')
  const scheme = space < 0 ? header : header.slice(0, space)
  if (!scheme.startsWith('WECHATPAY2-')) return { kind: 'missing' }
  if (scheme !== accepted) return { kind: 'other_scheme' }
  const fields = new Map<string, string>()
  for (const pair of header.slice(space + 1).split(',')) {
    const match = /^\s*([a-z_]+)="([^"]*)"\s*$/.exec(pair)
    const name = match?.[1]
    if (name === undefined || match?.[2] === undefined || fields.has(name)) {
      return { kind: 'malformed' }
    }
    fields.set(name, match[2])
  }
  const value = {
    mchid: fields.get('mchid') ?? '',
    nonce: fields.get('nonce_str') ?? '',
    signature: fields.get('signature') ?? '',
    timestamp: fields.get('timestamp') ?? '',
    serial: fields.get('serial_no') ?? '',
  }
  const whole = Object.values(value).every((text) => text !== '')
  if (!whole || fields.size !== 5 || !/^\d{1,12}$/.test(value.timestamp)) {
    return { kind: 'malformed' }
  }
  return { kind: 'read', value }
}
