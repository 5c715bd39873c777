import type { Refusal, RefusalDetail } from './refusals.ts'

/** How an answer is signed: as it should be, not at all, or wrong in one exact way. */
export type SignatureKind = 'good' | 'none' | 'garbled' | 'probe' | 'wrong_serial' | 'stale'

/** An answer before it is signed and put on the wire. */
export type Answer = {
  readonly status: number
  readonly body: string
  readonly signature: SignatureKind
  /** Last number of Request-ID; null sends no Request-ID. */
  readonly errno: number | null
  readonly contentType: string
  readonly headers: Readonly<Record<string, string>>
}

/** How the bytes of an answer travel. */
export type Delivery =
  | { readonly kind: 'plain' }
  /** Connection reset, nothing sent. */
  | { readonly kind: 'reset' }
  /** These bytes in place of the body. */
  | { readonly kind: 'file'; readonly bytes: Uint8Array }
  | { readonly kind: 'delay'; readonly delayMs: number }
  /** Content-Length says the whole, half is sent, then the connection ends. */
  | { readonly kind: 'cut' }
  | { readonly kind: 'slow_headers'; readonly durationMs: number }
  | { readonly kind: 'slow_body'; readonly durationMs: number }
  /** Blanks follow the JSON until the body has this many bytes; the signature covers them. */
  | { readonly kind: 'huge'; readonly totalBytes: number }

export const PLAIN: Delivery = { kind: 'plain' }
const JSON_TYPE = 'application/json; charset=utf-8'

/** A signed 2xx answer with a JSON body. */
export function goodAnswer(status: number, value: unknown): Answer {
  return {
    status,
    body: JSON.stringify(value),
    signature: 'good',
    errno: 0,
    contentType: JSON_TYPE,
    headers: {},
  }
}

/** An answer without a body or signature, as the gateway gives for unknown paths and methods. */
export function emptyAnswer(status: number): Answer {
  return { status, body: '', signature: 'none', errno: null, contentType: '', headers: {} }
}

/** An error: unsigned, `{code, message, detail?}`. */
export function refusalAnswer(
  refusal: Refusal,
  detail?: RefusalDetail | Readonly<Record<string, unknown>>,
): Answer {
  const body = { code: refusal.code, message: refusal.message, ...(detail ? { detail } : {}) }
  return {
    status: refusal.status,
    body: JSON.stringify(body),
    signature: 'none',
    errno: refusal.errno,
    contentType: JSON_TYPE,
    headers: {},
  }
}
