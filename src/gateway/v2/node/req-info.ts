import { createDecipheriv, createHash } from 'node:crypto'

/**
 * Makes what opens the `req_info` of refund notifications: AES-256-ECB with PKCS#7, under the lower-case
 * hexadecimal MD5 of the APIv2 key (APIv2 退款结果通知, "解密步骤"). The key stays inside.
 */
export function createReqInfoOpener(apiV2Key: string): (sealed: string) => Uint8Array | undefined {
  const key = createHash('md5').update(apiV2Key, 'utf8').digest('hex')
  return (sealed) => {
    try {
      const cipher = createDecipheriv('aes-256-ecb', Buffer.from(key, 'utf8'), null)
      return Buffer.concat([cipher.update(sealed, 'base64'), cipher.final()])
    } catch {
      // Another key, or not whole: the padding does not fit.
      return undefined
    }
  }
}
