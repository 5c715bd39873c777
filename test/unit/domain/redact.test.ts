import { describe, expect, it } from 'vitest'
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
