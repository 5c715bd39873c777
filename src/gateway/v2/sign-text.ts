import type { Fields } from './xml.ts'

/** How a message is signed; named on the wire as `sign_type` (APIv2 安全规范, "签名算法"). */
export type SignType = 'MD5' | 'HMAC-SHA256'

/**
 * The text a signature is made over, but for the key that is put behind it: every field but `sign`
 * that is not empty, sorted by the bytes of its name, `name=text` joined by `&` (APIv2 安全规范, "签名算法").
 */
export function signText(fields: Fields): string {
  return [...fields]
    .filter(([name, text]) => name !== 'sign' && text !== '')
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(([name, text]) => `${name}=${text}`)
    .join('&')
}

/** Names whose texts say what became of money. */
const WEIGHTY =
  /&(?:return_code|result_code|err_code|appid|mch_id|out_trade_no|out_refund_no|refund_id|refund_status|transaction_id|trade_state|total_fee|refund_fee|fee_type|refund_fee_type|recall|sign_type)(?:_\d+)?=/

/**
 * Whether some text of a message could hide a field that counts, or be torn in two to make one: the
 * signed text says `a=1&b=2` for two fields and for one alike.
 */
export function isAmbiguous(fields: Fields): boolean {
  return [...fields.values()].some((text) => WEIGHTY.test(text))
}

/** Makes and checks signatures with the merchant's APIv2 key. */
export type MessageSigner = {
  readonly type: SignType
  /** The value of `sign`: upper-case hexadecimal. */
  sign(fields: Fields): string
  /** Whether `sign` is there and is exactly what the other fields call for. */
  isSigned(fields: Fields): boolean
}
