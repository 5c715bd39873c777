import { fenOfYuan } from '../../../src/bills/amount.ts'
import { COLUMNS, SUM_COLUMNS } from '../../../src/bills/columns.ts'
import { formatYuan } from '../../../src/domain/money.ts'

/** One entry of a bill for tests. */
export type Entry = Partial<Record<(typeof COLUMNS)[number], string>>

const ORDINARY: Entry = {
  交易时间: '2026-03-04 10:00:00',
  商户号: '1900000001',
  设备号: 'POS01',
  交易状态: 'SUCCESS',
  交易类型: 'MICROPAY',
  货币种类: 'CNY',
  应结订单金额: '1.00',
  退款金额: '0.00',
  充值券退款金额: '0.00',
  订单金额: '1.00',
  申请退款金额: '0.00',
  商户退款单号: '0',
}

/** One line of an entry. */
export function entryLine(entry: Entry): string {
  const all = { ...ORDINARY, ...entry }
  return COLUMNS.map((name) => `\`${all[name] ?? ''}`).join(',')
}

/** A refund of an order, as an entry. */
export function refundEntry(entry: Entry): Entry {
  const amount = entry.申请退款金额 ?? '1.00'
  return {
    交易状态: 'REFUND',
    应结订单金额: '0.00',
    订单金额: '0.00',
    退款金额: amount,
    申请退款金额: amount,
    退款状态: 'SUCCESS',
    ...entry,
  }
}

function sumOf(entries: readonly Entry[], name: keyof Entry): string {
  const sumFen = entries.reduce((sum, entry) => {
    return sum + (fenOfYuan({ ...ORDINARY, ...entry }[name] ?? '0') ?? 0)
  }, 0)
  return `\`${formatYuan(sumFen)}`
}

/** A whole bill: BOM, CRLF, backticks, sums. */
export function billText(entries: readonly Entry[], count = entries.length): string {
  const sums = [
    `\`${count}.0`,
    sumOf(entries, '应结订单金额'),
    sumOf(entries, '退款金额'),
    '`0.0',
    '`0.01',
    sumOf(entries, '订单金额'),
    sumOf(entries, '申请退款金额'),
  ]
  const lines = [
    COLUMNS.join(','),
    ...entries.map(entryLine),
    SUM_COLUMNS.join(','),
    sums.join(','),
  ]
  return `\u{feff}${lines.join('\r\n')}\r\n`
}
