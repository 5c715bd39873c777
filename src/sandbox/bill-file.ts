import { beijingTime } from './beijing-time.ts'
import type { Merchant, Order } from './orders.ts'

/** What can be wrong with a bill. */
export const BILL_FAULTS = [
  'none',
  'creating',
  'wrong_hash',
  'wrong_gzip',
  'extra_column',
  'missing_column',
  'cut_file',
  'amount_changed',
  'row_missing',
  'foreign_row',
] as const
export type BillFault = (typeof BILL_FAULTS)[number]

/** Header and sums of a bill of type ALL (trade bill page). */
const HEADER =
  '交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,付款银行,货币种类,应结订单金额,代金券金额,微信退款单号,商户退款单号,退款金额,充值券退款金额,退款类型,退款状态,商品名称,商户数据包,手续费,费率,订单金额,申请退款金额,费率备注'
const SUM_HEADER =
  '总交易单数,应结订单总金额,退款总金额,充值券退款总金额,手续费总金额,订单总金额,申请退款总金额'

const yuan = (fen: number): string =>
  `${Math.floor(fen / 100)}.${String(fen % 100).padStart(2, '0')}`

const escaped = (text: string): string =>
  text.replaceAll(',', '\\ ').replaceAll('\n', '\\n').replaceAll('"', '\\"')

const line = (fields: readonly string[]): string => fields.map((field) => `\`${field}`).join(',')

type Entry = { readonly order: Order; readonly amountFen: number }

const entryLine = ({ order, amountFen }: Entry, merchant: Merchant): string => {
  const at = beijingTime(order.paidAtMs ?? 0)
  const state = order.state === 'REVOKED' ? 'REVOKED' : 'SUCCESS'
  return line([
    `${at.slice(0, 10)} ${at.slice(11, 19)}`,
    ...[merchant.appId, merchant.id, '0', order.deviceId ?? ''],
    ...[order.transactionId ?? '', order.outTradeNo, 'oSandboxPayer000000000000001'],
    ...['MICROPAY', state, 'OTHERS', 'CNY', yuan(amountFen), '0.00', '0', '0', '0.00', '0.00'],
    ...[
      '',
      '',
      escaped(order.description ?? ''),
      escaped(order.attach ?? ''),
      '0.00000',
      '0.60%',
      yuan(amountFen),
      '0.00',
      '',
    ],
  ])
}

/** The orders that were paid on a day, `YYYY-MM-DD` in Beijing time. */
export function paidOn(orders: readonly Order[], day: string): Order[] {
  return orders.filter(({ paidAtMs }) => paidAtMs !== null && beijingTime(paidAtMs).startsWith(day))
}

const wrongEntries = (orders: readonly Order[], fault: BillFault): Entry[] => {
  const entries = orders.map((order) => ({ order, amountFen: order.amountFen }))
  const [first, ...rest] = entries
  if (first === undefined) return entries
  if (fault === 'row_missing') return rest
  if (fault === 'amount_changed') return [{ ...first, amountFen: first.amountFen + 1 }, ...rest]
  if (fault !== 'foreign_row') return entries
  const foreign = { ...first.order, outTradeNo: 'FOREIGN0001', transactionId: '4200FOREIGN' }
  return [...entries, { order: foreign, amountFen: 100 }]
}

/** The text of a bill, byte order mark and all, with one thing wrong if so wished. */
export function billText(orders: readonly Order[], merchant: Merchant, fault: BillFault): string {
  const entries = wrongEntries(orders, fault)
  const sum = yuan(entries.reduce((total, { amountFen }) => total + amountFen, 0))
  const header =
    fault === 'extra_column'
      ? `${HEADER},新列`
      : fault === 'missing_column'
        ? HEADER.replace(',费率备注', '')
        : HEADER
  const lines = [
    header,
    ...entries.map((entry) => entryLine(entry, merchant)),
    SUM_HEADER,
    line([`${entries.length}.0`, sum, '0.00', '0.0', '0.0', sum, '0.00']),
  ]
  const text = `\u{feff}${lines.join('\r\n')}\r\n`
  return fault === 'cut_file' ? text.slice(0, text.indexOf(SUM_HEADER) - 30) : text
}
