import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { CODE_RULES } from '../../../src/domain/payment-code.ts'
import { holdsCode, withoutCodes } from '../../../src/domain/redact.ts'

const CODE = '130061098828009406'

describe('what could be a payment code', () => {
  it.each([
    ['a WeChat code', CODE],
    ['one between other text', `order ${CODE}, please`],
    ['one beside Chinese text', `付款码${CODE}。`],
    ['one in full-width digits', '１３００６１０９８８２８００９４０６'],
    ['an Alipay code', '281234567890123456'],
    ['an Alipay code of 24 digits', '301234567890123456789012'],
    ['a UnionPay code', '6212345678901234567'],
  ])('P6: %s', (_what, text) => {
    expect(holdsCode(text)).toBe(true)
  })

  it.each([
    ['an order number by date', '202611240001234567'],
    ['seventeen digits', CODE.slice(0, 17)],
    ['a transaction id', '4200001234202611240123456789'],
    ['the digits of a code with a hyphen', '1300610988-28009406'],
    ['a mobile number', '13800138000'],
    ['a name', '张三'],
  ])('not %s', (_what, text) => {
    expect(holdsCode(text)).toBe(false)
  })
})

describe('taking codes out', () => {
  it('P6: leaves none, however deep, and touches nothing else', () => {
    const value = {
      outTradeNo: CODE,
      amountFen: 1,
      note: null,
      sales: [{ id: CODE, description: `code ${CODE}`, attempts: [{ gatewayText: CODE }] }],
    }
    expect(withoutCodes(value)).toEqual({
      outTradeNo: CODE,
      amountFen: 1,
      note: null,
      sales: [
        { id: CODE, description: 'code [redacted]', attempts: [{ gatewayText: '[redacted]' }] },
      ],
    })
  })

  it('gives back what holds none', () => {
    const value = { sales: [{ id: 'one', description: '咖啡', createdAtMs: 1_767_225_600_000 }] }
    expect(withoutCodes(value)).toBe(value)
  })
})

describe('the short way past plain texts', () => {
  /** What a payment code is looked for in, without any short way. */
  const slowly = (text: string): boolean =>
    (text.normalize('NFKC').match(/\d{16,}/g) ?? []).some((run) =>
      CODE_RULES.some(({ pattern }) => pattern.test(run)),
    )
  // Characters of which NFKC makes one digit, two, or a digit and something else.
  const DIGITS = ['1', '3', '0', '２', '８', '⑬', '㉑', '²', '⒈', '𝟗', '٣', '1', '3', '6', '2']
  const piece = fc.oneof(
    { weight: 12, arbitrary: fc.constantFrom(...DIGITS) },
    { weight: 1, arbitrary: fc.constantFrom(' ', '-', 'é', '咖', '\u0000', '\u007f', '\u0080') },
  )
  const texts = fc.oneof(
    fc.array(piece, { maxLength: 40 }).map((pieces) => pieces.join('')),
    fc.string({ maxLength: 40, unit: 'binary' }),
    fc
      .tuple(
        fc.stringMatching(/^(1[0-5]|2[5-9]|30|62)\d{14,17}$/),
        fc.array(piece, { maxLength: 3 }),
      )
      .map(([code, more]) => `${more.join('')}x${code}${more.join(' ')}`),
  )

  it('P6: finds what the long way finds, and no more', () => {
    fc.assert(
      fc.property(texts, (text) => {
        expect(holdsCode(text)).toBe(slowly(text))
      }),
      { numRuns: 20_000, seed: 20_261_124 },
    )
  })

  it('takes 16 digits that are eight characters, as it takes 16 characters', () => {
    expect(holdsCode('㉖㉑㉑㉑㉑㉑㉑㉑')).toBe(true)
    expect(holdsCode('2621212121212121')).toBe(true)
    expect(holdsCode('262121212121212')).toBe(false)
  })
})
