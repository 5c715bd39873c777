import { describe, expect, it } from 'vitest'
import { signV2, verifyV2 } from '../../../../src/sandbox/node/v2-signing.ts'

/** The worked example of the v2 signature rules (chapter 4.3); a published key, no secret. */
const KEY = '192006250b4c09247ec02edce69f6a2d'
const FIELDS = new Map([
  ['appid', 'wxd930ea5d5a258f4f'],
  ['mch_id', '10000100'],
  ['device_info', '1000'],
  ['body', 'test'],
  ['nonce_str', 'ibuaiVcKdpRxkhJA'],
])
const SIGNS = [
  ['MD5', '9A0A8659F005D6984697E2CA0A9CF3B7'],
  ['HMAC-SHA256', '6A9AE1657590FD6257D693A078E1C3E4BB6BA4DC30B23E0EE2496E54170DACD6'],
] as const

describe('v2 signing', () => {
  it.each(SIGNS)('signs the published example with %s', (type, sign) => {
    expect(signV2(FIELDS, KEY, type)).toBe(sign)
    expect(signV2(new Map([...FIELDS, ['empty', ''], ['sign', 'X']]), KEY, type)).toBe(sign)
  })

  it.each(SIGNS)('takes no other signature, field or key with %s', (type, sign) => {
    const signed = new Map([...FIELDS, ['sign', sign]])
    expect(verifyV2(signed, KEY, type)).toBe(true)
    const wrong = [
      new Map([...signed, ['sign', sign.toLowerCase()]]),
      new Map([...signed, ['sign', `${sign}0`]]),
      new Map([...signed, ['sign', '']]),
      new Map([...signed, ['body', 'Test']]),
      new Map([...signed, ['more', '1']]),
      FIELDS,
    ]
    for (const fields of wrong) expect(verifyV2(fields, KEY, type)).toBe(false)
    expect(verifyV2(signed, KEY.replace('1', '2'), type)).toBe(false)
    expect(verifyV2(signed, KEY, type === 'MD5' ? 'HMAC-SHA256' : 'MD5')).toBe(false)
  })
})
