import { describe, expect, it } from 'vitest'
import { classify } from '../../../src/gateway/classify.ts'
import { fundingOf } from '../../../src/gateway/funding.ts'
import { EXPECTED, PAID_BODY, rawAnswer, withField, without } from './answers.ts'

describe('what the customer paid with', () => {
  it.each([
    ['ICBC_CREDIT', 'CREDIT'],
    ['CMB_CREDIT', 'CREDIT'],
    ['CCB_DEBIT', 'QUICK'],
    ['OTHERS', 'BALANCE'],
    ['CFT', 'BALANCE'],
    ['LQT', 'BALANCE'],
    ['ICBC', undefined],
    ['_CREDIT', undefined],
    ['ICBC_CREDIT_X', undefined],
    ['icbc_credit', undefined],
    ['', undefined],
    [undefined, undefined],
  ])('AC-10a/decision: bank type %s is %s', (bankType, channel) => {
    expect(fundingOf(bankType)).toBe(channel)
  })

  function answered(body: object) {
    const arrival = {
      kind: 'answered',
      answer: rawAnswer(200, body),
      verdict: { kind: 'verified' },
    } as const
    return classify(arrival, { call: 'query', expected: EXPECTED, resent: false })
  }

  it('is in a verified answer', () => {
    const credit = withField(PAID_BODY, 'bank_type', 'ICBC_CREDIT')
    expect(answered(PAID_BODY)).toMatchObject({ kind: 'paid', paidBy: 'QUICK' })
    expect(answered(credit)).toMatchObject({ kind: 'paid', paidBy: 'CREDIT' })
  })

  it.each([
    ['is missing', without(PAID_BODY, 'bank_type')],
    ['is in no table', withField(PAID_BODY, 'bank_type', 'SOMETHING_NEW')],
    ['is no text', withField(PAID_BODY, 'bank_type', 7)],
    ['is endless', withField(PAID_BODY, 'bank_type', `${'A'.repeat(64)}_DEBIT`)],
  ])('is not known when it %s, and the payment counts all the same', (_how, body) => {
    const answer = answered(body)
    expect(answer).toMatchObject({ kind: 'paid', amountFen: EXPECTED.amountFen })
    expect(answer).not.toHaveProperty('paidBy')
  })
})
