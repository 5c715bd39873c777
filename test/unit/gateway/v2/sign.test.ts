import { describe, expect, test } from 'vitest'
import { createSigner, isApiV2Key } from '../../../../src/gateway/v2/node/signer.ts'
import { isAmbiguous, type SignType, signText } from '../../../../src/gateway/v2/sign-text.ts'
import { needVectors } from '../../../support/vectors.ts'
import { API_V2_KEY, PAID, signed } from './messages.ts'

type Vectors = {
  readonly params: Readonly<Record<string, string>>
  readonly key: string
  readonly string_to_sign: string
  readonly cases: readonly { readonly sign_type: SignType; readonly sign: string }[]
}

const map = (fields: Readonly<Record<string, string>>) => new Map(Object.entries(fields))

describe('the signature of APIv2', () => {
  test('equals the published example, both ways', (context) => {
    const {
      params,
      key,
      string_to_sign: text,
      cases,
    } = needVectors<Vectors>(context, 'v2-sign.json')
    expect(`${signText(map(params))}&key=${key}`).toBe(text)
    expect(cases.map(({ sign_type: type }) => createSigner(key, type).sign(map(params)))).toEqual(
      cases.map(({ sign }) => sign),
    )
    expect(cases).toHaveLength(2)
  })

  test('leaves out itself and what is empty, and sorts by bytes', () => {
    expect(signText(map({ b: '2', a: '1', B: '0', sign: 'x', c: '', a_0: '3' }))).toBe(
      'B=0&a=1&a_0=3&b=2',
    )
  })

  test.each<SignType>(['MD5', 'HMAC-SHA256'])('%s is checked to the letter', (type) => {
    const signer = createSigner(API_V2_KEY, type)
    const good = signed(PAID, signer)
    expect(signer.isSigned(good)).toBe(true)
    const sign = good.get('sign') ?? ''
    const wrong = [
      new Map([...good, ['sign', sign.toLowerCase()]]),
      new Map([...good, ['sign', `${sign} `]]),
      new Map([...good, ['sign', '']]),
      new Map([...good].filter(([name]) => name !== 'sign')),
      new Map([...good, ['total_fee', '1231']]),
      new Map([...good, ['extra', '1']]),
      new Map([...good].filter(([name]) => name !== 'cash_fee')),
    ]
    for (const fields of wrong) expect(signer.isSigned(fields)).toBe(false)
    const other = createSigner(API_V2_KEY, type === 'MD5' ? 'HMAC-SHA256' : 'MD5')
    expect(other.isSigned(good)).toBe(false)
    expect(createSigner(API_V2_KEY.replace('v', 'w'), type).isSigned(good)).toBe(false)
  })

  test('one signed text can be two messages, and such a message is known', () => {
    const honest = map({ err_code_des: 'x', fee_type: 'USD', total_fee: '1' })
    const merged = map({ err_code_des: 'x&fee_type=USD', total_fee: '1' })
    expect(signText(merged)).toBe(signText(honest))
    expect(isAmbiguous(honest)).toBe(false)
    expect(isAmbiguous(merged)).toBe(true)
    expect(isAmbiguous(map({ promotion_detail: 'a&refund_fee_12=3' }))).toBe(true)
    expect(isAmbiguous(map({ promotion_detail: 'https://example.com/?a=1&b=2' }))).toBe(false)
  })

  test('a key has 32 characters', () => {
    expect(isApiV2Key(API_V2_KEY)).toBe(true)
    for (const key of ['', API_V2_KEY.slice(1), `${API_V2_KEY}1`, `${API_V2_KEY.slice(1)} `]) {
      expect(isApiV2Key(key)).toBe(false)
    }
  })
})
