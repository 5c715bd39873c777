import { describe, expect, it, test } from 'vitest'
import { fenOfYuan } from '../../../src/bills/amount.ts'
import { BillParser, type BillRow } from '../../../src/bills/parser.ts'
import { billText, entryLine, refundEntry } from './bill-text.ts'

function parse(bytes: Uint8Array, cutAt = bytes.length) {
  const rows: BillRow[] = []
  const parser = new BillParser((row) => rows.push(row))
  parser.push(bytes.subarray(0, cutAt))
  parser.push(bytes.subarray(cutAt))
  return { rows, end: parser.end() }
}
const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text)

const PAID = { 商户订单号: 'A1', 微信订单号: '4200A1', 商品名称: '咖啡\\ 大杯\\"' }
const REFUND = refundEntry({ 商户订单号: 'A0', 商户退款单号: 'R0', 申请退款金额: '0.10' })

it('reads entries and sums, wherever the bytes are cut', () => {
  const bytes = bytesOf(billText([PAID, REFUND]))
  const whole = parse(bytes)
  expect(whole.end).toEqual({
    sums: { rows: 2, amountFen: 100, refundFen: 10, differences: [] },
  })
  expect(
    whole.rows.map((row) => [row.outTradeNo, row.state, row.amountFen, row.refundFen]),
  ).toEqual([
    ['A1', 'SUCCESS', 100, 0],
    ['A0', 'REFUND', 0, 10],
  ])
  for (let cut = 0; cut < bytes.length; cut += 1) expect(parse(bytes, cut)).toEqual(whole)
})

it('finds columns by their names, not their places', () => {
  const text = billText([PAID])
  const swap = (line: string) => {
    const [first = '', second = '', ...rest] = line.split(',')
    return [second, first, ...rest].join(',')
  }
  const [header = '', entry = '', ...rest] = text.slice(1).split('\r\n')
  const { rows } = parse(bytesOf([swap(header), swap(entry), ...rest].join('\r\n')))
  expect(rows[0]?.time).toBe('2026-03-04 10:00:00')
})

describe('the sums', () => {
  const differences = (text: string) => {
    const { end } = parse(bytesOf(text))
    return 'sums' in end ? end.sums.differences : end.fault.reason
  }

  it('that are right leave nothing to say', () => {
    expect(differences(billText([PAID, PAID, REFUND]))).toEqual([])
  })

  it('with another count are a difference', () => {
    expect(differences(billText([PAID], 2))).toEqual([
      { column: '总交易单数', unit: 'entries', said: 2, counted: 1 },
    ])
  })

  it('with another total are a difference, each by itself and to the fen', () => {
    const text = billText([PAID, REFUND])
    const at = text.indexOf('总交易单数')
    const wrong = text.slice(0, at) + text.slice(at).replace('`1.00,`0.10\r', '`1.01,`0.09\r')
    expect(differences(wrong)).toEqual([
      { column: '订单总金额', unit: 'fen', said: 101, counted: 100 },
      { column: '申请退款总金额', unit: 'fen', said: 9, counted: 10 },
    ])
  })

  it('do not miss an entry that was taken out', () => {
    const text = billText([PAID, REFUND])
    const without = text.replace(`${entryLine(REFUND)}\r\n`, '')
    expect(differences(without)).toMatchObject([
      { column: '总交易单数' },
      { column: '退款总金额' },
      { column: '申请退款总金额' },
    ])
  })

  it('that are no numbers are no sums', () => {
    expect(differences(billText([PAID]).replace('`1.0,', '`one,'))).toMatch(/no numbers/)
  })
})

it('takes the amount of a reversed order from its refund when it stands only there', () => {
  const revoked = { ...PAID, 交易状态: 'REVOKED', 订单金额: '0.00', 申请退款金额: '1.00' }
  expect(parse(bytesOf(billText([revoked]))).rows).toMatchObject([
    { state: 'REVOKED', amountFen: 100 },
  ])
})

describe('refuses the whole file', () => {
  const good = billText([PAID])
  const WRONG: readonly [string, string, RegExp][] = [
    ['an extra column', good.replace('交易时间,', '交易时间,新列,'), /not known/],
    ['a missing column', good.replace(',费率备注', ''), /missing/],
    ['a column twice', good.replace('交易时间,', '交易时间,交易时间,'), /twice/],
    ['a field too many', good.replace('`A1', '`A1,`x'), /28 fields/],
    ['a bare comma in text', good.replace('咖啡', '咖,啡'), /28 fields/],
    ['a field without a backtick', good.replace('`A1', 'A1'), /backtick/],
    ['no sums', good.slice(0, good.indexOf('总交易单数')), /before its sums/],
    ['a cut entry', good.slice(0, good.indexOf('A1') + 1), /fields instead/],
    ['text after the sums', `${good}more`, /follows/],
    ['an amount of another form', good.replace('`1.00', '`1e2'), /amount/],
    ['another currency', good.replace('`CNY', '`USD'), /CNY/],
    ['a state nobody knows', good.replace('`SUCCESS', '`MAYBE'), /MAYBE/],
    ['an empty file', '', /before its sums/],
    [
      'a line without end',
      `${good.slice(0, good.indexOf('A1'))}${'x'.repeat(40_000)}`,
      /end|fields/,
    ],
  ]
  test.each(WRONG)('with %s', (_name, text, reason) => {
    const { end } = parse(bytesOf(text))
    expect('fault' in end ? end.fault.reason : 'no fault').toMatch(reason)
  })

  it('with bytes that are no UTF-8', () => {
    const bytes = bytesOf(good)
    bytes[60] = 0xff
    expect(parse(bytes).end).toHaveProperty('fault')
  })
})

it('reads fifty thousand entries, in pieces of 1,021 bytes', () => {
  const line = `${entryLine(PAID)}\r\n`
  const [head = '', tail = ''] = billText([PAID], 50_000).split(line)
  const bytes = bytesOf(head + line.repeat(50_000) + tail)
  let sumFen = 0
  const parser = new BillParser((row) => {
    sumFen += row.amountFen
  })
  for (let at = 0; at < bytes.length; at += 1_021) parser.push(bytes.subarray(at, at + 1_021))
  expect(parser.end()).toHaveProperty('sums.rows', 50_000)
  expect(sumFen).toBe(5_000_000)
})

test.each([
  ['0.03', 3],
  ['0.1', 10],
  ['12', 1_200],
  ['-0.05', -5],
  ['0.01000', 1],
  ['9999999.99', 999_999_999],
  ['0.001', undefined],
  ['', undefined],
  ['1,00', undefined],
  ['.5', undefined],
  ['1e3', undefined],
])('%s yuan are %s fen', (text, fen) => {
  expect(fenOfYuan(text)).toBe(fen)
})
