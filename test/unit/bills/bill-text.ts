import { COLUMNS, SUM_COLUMNS } from '../../../src/bills/columns.ts'

/** One entry of a bill for tests. */
export type Entry = Partial<Record<(typeof COLUMNS)[number], string>>

const ORDINARY: Entry = {
  交易时间: '2026-03-04 10:00:00',
  商户号: '1900000001',
  设备号: 'POS01',
  交易状态: 'SUCCESS',
  货币种类: 'CNY',
  订单金额: '1.00',
  申请退款金额: '0.00',
  商户退款单号: '0',
}

/** One line of an entry. */
export function entryLine(entry: Entry): string {
  const all = { ...ORDINARY, ...entry }
  return COLUMNS.map((name) => `\`${all[name] ?? ''}`).join(',')
}

/** A whole bill: BOM, CRLF, backticks, sums. */
export function billText(entries: readonly Entry[], count = entries.length): string {
  const sums = [`\`${count}.0`, '`1.00', '`0.00', '`0.0', '`0.01', '`1.00', '`0.00']
  const lines = [
    COLUMNS.join(','),
    ...entries.map(entryLine),
    SUM_COLUMNS.join(','),
    sums.join(','),
  ]
  return `\u{feff}${lines.join('\r\n')}\r\n`
}
