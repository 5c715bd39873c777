import { SUITES } from './suite.ts'

/**
 * The two texts of APIv3 that are signed, and the header that carries a signature.
 * Source: WeChat Pay APIv3 interface rules, pages "签名生成" and "签名验证".
 */

/** A request as it is signed. */
export type SignedRequest = {
  readonly method: 'GET' | 'POST'
  /** Absolute path with its query, percent-encoded exactly as it is sent. */
  readonly target: string
  /** Unix time, seconds. */
  readonly timestampS: number
  readonly nonce: string
  /** The body exactly as it is sent; empty for GET. */
  readonly body: string
}

/**
 * The text a request's signature is made over: five lines, each ended by a line feed, the last one
 * too (interface rules, "签名生成", step 1).
 */
export function requestMessage(request: SignedRequest): string {
  const { method, target, timestampS, nonce, body } = request
  return `${method}\n${target}\n${timestampS}\n${nonce}\n${body}\n`
}

/** What an `Authorization` header says beside the signature. */
export type Signer = {
  readonly merchantId: string
  /** Serial number of the merchant API certificate, upper-case hexadecimal. */
  readonly certificateSerial: string
  /** How the signature is made; absent: RSA PKCS#1 v1.5 over SHA-256. */
  readonly scheme?: string
}

/**
 * The value of `Authorization` (interface rules, "签名生成", step 4).
 *
 * @param signature base64, one line
 */
export function authorizationHeader(
  signer: Signer,
  request: Pick<SignedRequest, 'timestampS' | 'nonce'>,
  signature: string,
): string {
  const fields = [
    `mchid="${signer.merchantId}"`,
    `nonce_str="${request.nonce}"`,
    `signature="${signature}"`,
    `timestamp="${request.timestampS}"`,
    `serial_no="${signer.certificateSerial}"`,
  ]
  return `${signer.scheme ?? SUITES.rsa.scheme} ${fields.join(',')}`
}

/**
 * The bytes an answer's signature is made over: timestamp, nonce and the raw body, each ended by a
 * line feed (interface rules, "签名验证", step 2).
 *
 * @param timestamp `Wechatpay-Timestamp`, ASCII
 * @param nonce `Wechatpay-Nonce`, ASCII
 * @param body the body's bytes as they arrived; never parsed and written again
 */
export function answerMessage(timestamp: string, nonce: string, body: Uint8Array): Uint8Array {
  const head = `${timestamp}\n${nonce}\n`
  const message = new Uint8Array(head.length + body.length + 1)
  for (let index = 0; index < head.length; index += 1) message[index] = head.charCodeAt(index)
  message.set(body, head.length)
  message[message.length - 1] = 0x0a
  return message
}

/**
 * Percent-encodes an `out_trade_no` or `out_refund_no` for a path, once: `|`, `*` and `@` are the only
 * characters of their alphabets that need it (`%7C`, `%2A`, `%40`).
 */
export function encodeOrderNumber(orderNumber: string): string {
  return orderNumber.replaceAll('|', '%7C').replaceAll('*', '%2A').replaceAll('@', '%40')
}
