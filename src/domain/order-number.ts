import { invariant } from '../base/invariant.ts'

const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'

/**
 * Makes the `out_trade_no` of one attempt: time in base 32, then randomness in base 32, with the
 * terminal's letter prefix. 6 to 32 characters of `[0-9A-Z]` (codepay, `out_trade_no`); unique per
 * merchant as long as 60 random bits are.
 *
 * @param atMs Unix time in milliseconds
 * @param random at least 12 random bytes
 */
export function makeOutTradeNo(atMs: number, random: Uint8Array): string {
  return makeNumber('GT', atMs, random)
}

/** Makes the `out_refund_no` of one refund, in the same way (APIv3 refund: at most 64 characters). */
export function makeOutRefundNo(atMs: number, random: Uint8Array): string {
  return makeNumber('GR', atMs, random)
}

function makeNumber(prefix: string, atMs: number, random: Uint8Array): string {
  invariant(random.length >= 12, 'an order number needs 12 random bytes')
  let time = ''
  let rest = atMs
  for (let index = 0; index < 10; index += 1) {
    time = ALPHABET.charAt(rest % 32) + time
    rest = Math.floor(rest / 32)
  }
  let tail = ''
  for (const byte of random.subarray(0, 12)) tail += ALPHABET.charAt(byte % 32)
  return `${prefix}${time}${tail}`
}

/** Whether `text` can stand as `out_trade_no` on the wire. */
export function isOutTradeNo(text: string): boolean {
  return /^[0-9A-Za-z_\-*|]{6,32}$/.test(text)
}
