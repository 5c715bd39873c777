import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import { type MessageSigner, type SignType, signText } from '../sign-text.ts'
import type { Fields } from '../xml.ts'

/** Whether a text can be an APIv2 key: 32 characters (merchant platform, "API安全"). */
export function isApiV2Key(key: string): boolean {
  return /^[\x21-\x7e]{32}$/.test(key)
}

/**
 * Signs with an APIv2 key (APIv2 安全规范, "签名算法"): the key ends the text as `&key=`, and is the key of
 * the HMAC as well. The key stays inside.
 */
export function createSigner(key: string, type: SignType): MessageSigner {
  const sign = (fields: Fields): string => {
    const text = `${signText(fields)}&key=${key}`
    const hash = type === 'MD5' ? createHash('md5') : createHmac('sha256', key)
    return hash.update(text, 'utf8').digest('hex').toUpperCase()
  }
  return {
    type,
    sign,
    isSigned(fields) {
      const given = Buffer.from(fields.get('sign') ?? '', 'utf8')
      const wanted = Buffer.from(sign(fields), 'utf8')
      return given.length === wanted.length && timingSafeEqual(given, wanted)
    },
  }
}
