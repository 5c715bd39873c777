import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import type { V2Fields } from '../v2-xml.ts'
import { stringToSign } from '../v2-xml.ts'

/** The two ways to sign a v2 message; without `sign_type` it is MD5. */
export const SIGN_TYPES = ['MD5', 'HMAC-SHA256'] as const
export type SignType = (typeof SIGN_TYPES)[number]

/** The `sign` of a v2 message, upper-case hex; a `sign` already among the fields is left out. */
export function signV2(fields: V2Fields, key: string, type: SignType): string {
  const text = stringToSign(fields, key)
  const hash = type === 'MD5' ? createHash('md5') : createHmac('sha256', key)
  return hash.update(text, 'utf8').digest('hex').toUpperCase()
}

/** Whether the `sign` among the fields is right. */
export function verifyV2(fields: V2Fields, key: string, type: SignType): boolean {
  const given = Buffer.from(fields.get('sign') ?? '', 'utf8')
  const right = Buffer.from(signV2(fields, key, type), 'utf8')
  return given.length === right.length && timingSafeEqual(given, right)
}
