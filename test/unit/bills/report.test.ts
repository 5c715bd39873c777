import { expect, it, test } from 'vitest'
import {
  differenceLine,
  doublePaymentLine,
  refundLine,
  sumLine,
  summaryLines,
} from '../../../src/bills/report.ts'
import { displayWidth, padRight } from '../../../src/bills/width.ts'

const HERE = {
  ...{ saleId: 's', outTradeNo: 'GT1', amountFen: 1_230, outcome: 'NOT_PAID' as const },
  ...{ day: '2026-03-04', transactionId: '' },
}
const REFUND_THERE = {
  ...{ outTradeNo: 'GT1', outRefundNo: 'GR1', refundFen: 30, refundState: 'SUCCESS' },
  ...{ refundId: '5', deviceId: 'POS01', rows: 1 },
}
const SUMMARY = {
  date: '2026-03-04',
  terminalId: 'POS01',
  sums: { rows: 3, amountFen: 300, refundFen: 0, differences: [] },
  totals: {
    state_differs: { count: 1, amountFen: 1_230 },
    matched: { count: 12, amountFen: 123_456 },
    quiet: { count: 99, amountFen: 1 },
  },
  refundTotals: { missing_here: { count: 2, amountFen: 50 } },
  doublePayments: 0,
  differences: 3,
}

test.each([
  ['收款', 4],
  ['pay', 3],
  ['，', 2],
  ['（a）', 5],
  ['𠮷', 2],
])('%s takes %i cells', (text, cells) => {
  expect(displayWidth(text)).toBe(cells)
  expect(displayWidth(padRight(text, 10))).toBe(10)
})

test.each(['zh-CN', 'en'] as const)('keeps columns under one another in %s', (language) => {
  const lines = summaryLines(SUMMARY, language)
  const [matched = '', differs = ''] = lines.filter((line) => /(1234\.56|12\.30)$/.test(line))
  expect(displayWidth(matched)).toBe(displayWidth(differs))
  expect(matched.indexOf('1234.56')).toBeGreaterThan(0)
  expect(lines.some((line) => line.includes('99'))).toBe(false)

  const payment = differenceLine({ verdict: 'state_differs', here: HERE }, language)
  const refund = refundLine({ verdict: 'missing_here', there: REFUND_THERE }, language)
  const before = (line: string, mark: RegExp): number =>
    displayWidth(line.slice(0, line.search(mark)))
  const bill = language === 'en' ? /bill +[-\d]/ : /账单 +[-\d]/
  expect(before(payment, bill)).toBe(before(refund, bill))
  expect(payment).toContain('12.30 NOT_PAID')
  expect(refund).toContain('0.30 SUCCESS')
})

it('counts payments and refunds apart', () => {
  const lines = summaryLines(SUMMARY, 'en')
  const refunds = lines.findIndex((line) => line.startsWith('refunds'))
  expect(lines.slice(refunds + 1).join()).toMatch(/not in the journal.* 2 +0\.50/)
  expect(lines.slice(0, refunds).join()).toMatch(/matched +12 +1234\.56/)
  expect(lines.at(-1)).toBe('differences: 3')
  const none = { ...SUMMARY, totals: {}, refundTotals: {}, differences: 0, sums: undefined }
  expect(summaryLines(none, 'zh-CN')).toContain('网关当日没有交易账单')
  expect(summaryLines(none, 'zh-CN').at(-1)).toBe('没有差异')
})

it('shouts a double payment, with what to do', () => {
  const payment = { saleId: 's', amountFen: 1_230, outTradeNos: ['GT1', 'GT2'] }
  expect(doublePaymentLine(payment, 'en')).toMatch(/^PAID TWICE!.*REFUND ONE.*GT1 \+ GT2 +12\.30/)
  expect(doublePaymentLine(payment, 'zh-CN')).toMatch(/重复收款.*退还.*GT1/)
})

it('writes sums that differ in yuan, and counts as they are', () => {
  const fen = { column: '订单总金额', unit: 'fen', said: 100, counted: 130 } as const
  expect(sumLine(fen, 'en')).toMatch(/订单总金额: said 1\.00, counted 1\.30/)
  const rows = { column: '总交易单数', unit: 'entries', said: 3, counted: 2 } as const
  expect(sumLine(rows, 'zh-CN')).toMatch(/总交易单数: 汇总 3, 明细 2/)
})
