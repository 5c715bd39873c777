import { beijingTime } from './beijing-time.ts'
import type { Merchant, Order } from './orders.ts'
import type { Refund, RefundStatus } from './refunds.ts'

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
  'sums_wrong',
] as const
export type BillFault = (typeof BILL_FAULTS)[number]

export const BILL_TYPES = ['ALL', 'SUCCESS', 'REFUND'] as const
export type BillType = (typeof BILL_TYPES)[number]

const ORDER_COLUMNS =
  '交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,付款银行,货币种类,应结订单金额,代金券金额'
const REFUND_TIME_COLUMNS = '退款申请时间,退款成功时间'
const REFUND_COLUMNS = '微信退款单号,商户退款单号,退款金额,充值券退款金额,退款类型,退款状态'
const GOODS_COLUMNS = '商品名称,商户数据包,手续费,费率,订单金额'

/** The header of each type (trade bill page): SUCCESS lacks what is about refunds, REFUND has more. */
const HEADERS: Readonly<Record<BillType, string>> = {
  ALL: `${ORDER_COLUMNS},${REFUND_COLUMNS},${GOODS_COLUMNS},申请退款金额,费率备注`,
  SUCCESS: `${ORDER_COLUMNS},${GOODS_COLUMNS},费率备注`,
  REFUND: `${ORDER_COLUMNS},${REFUND_TIME_COLUMNS},${REFUND_COLUMNS},${GOODS_COLUMNS},申请退款金额,费率备注`,
}
const SUM_HEADER =
  '总交易单数,应结订单总金额,退款总金额,充值券退款总金额,手续费总金额,订单总金额,申请退款总金额'

/** How a bill spells what became of a refund. */
const REFUND_STATES: Readonly<Record<RefundStatus, string>> = {
  PROCESSING: 'PROCESSING',
  SUCCESS: 'SUCCESS',
  CLOSED: 'FAIL',
  ABNORMAL: 'CHANGE',
}

const yuan = (fen: number): string =>
  `${Math.floor(fen / 100)}.${String(fen % 100).padStart(2, '0')}`

const escaped = (text: string): string =>
  text.replaceAll(',', '\\ ').replaceAll('\n', '\\n').replaceAll('"', '\\"')

const line = (fields: readonly string[]): string => fields.map((field) => `\`${field}`).join(',')

/** One row of a bill: an order that was paid or reversed, or a refund. */
export type BillEntry = {
  readonly state: 'SUCCESS' | 'REVOKED' | 'REFUND'
  readonly order: Order
  readonly refund: Refund | null
  readonly atMs: number
  readonly amountFen: number
  readonly refundFen: number
}

const dayOf = (atMs: number): string => beijingTime(atMs).slice(0, 10)
const billTime = (atMs: number): string => beijingTime(atMs).slice(0, 19).replace('T', ' ')

const orderEntries = (order: Order, day: string): BillEntry[] => {
  const { paidAtMs, reversedAtMs } = order
  if (paidAtMs === null) return []
  const row = { order, refund: null, amountFen: order.amountFen, refundFen: 0 }
  const paid: BillEntry = { ...row, state: 'SUCCESS', atMs: paidAtMs }
  if (reversedAtMs === null) return dayOf(paidAtMs) === day ? [paid] : []
  const reversed: BillEntry = { ...row, state: 'REVOKED', atMs: reversedAtMs }
  // Paid and reversed on one day is one row; on two days, each day has its own.
  if (dayOf(reversedAtMs) === day) return [reversed]
  return dayOf(paidAtMs) === day ? [paid] : []
}

/**
 * The rows of a day's bill of type ALL, oldest first.
 * @param day `YYYY-MM-DD` in Beijing time
 */
export function billEntries(
  orders: readonly Order[],
  refunds: readonly Refund[],
  day: string,
): BillEntry[] {
  const byNumber = new Map(orders.map((order) => [order.outTradeNo, order]))
  const refundEntries = refunds.flatMap((refund): BillEntry[] => {
    const order = byNumber.get(refund.outTradeNo)
    if (order === undefined || dayOf(refund.createdAtMs) !== day) return []
    const amounts = { amountFen: 0, refundFen: refund.amountFen }
    return [{ state: 'REFUND', order, refund, atMs: refund.createdAtMs, ...amounts }]
  })
  const entries = orders.flatMap((order) => orderEntries(order, day))
  return [...entries, ...refundEntries].sort((left, right) => left.atMs - right.atMs)
}

const refundFields = ({ refund, refundFen }: BillEntry, day: string): Record<string, string> => {
  if (refund === null) {
    return {
      微信退款单号: '0',
      商户退款单号: '0',
      退款金额: '0.00',
      充值券退款金额: '0.00',
      申请退款金额: '0.00',
    }
  }
  // A bill is never written again: it says what was so when its day ended.
  const step = refund.timeline.filter(({ atMs }) => dayOf(atMs) <= day).at(-1)
  return {
    退款申请时间: billTime(refund.createdAtMs),
    退款成功时间: step?.status === 'SUCCESS' ? billTime(step.atMs) : '',
    微信退款单号: refund.refundId,
    商户退款单号: refund.outRefundNo,
    退款金额: yuan(refundFen),
    充值券退款金额: '0.00',
    退款类型: 'ORIGINAL',
    退款状态: REFUND_STATES[step?.status ?? 'PROCESSING'],
    申请退款金额: yuan(refundFen),
  }
}

/** How a bill names the kinds of trade (trade bill page). */
const TRADE_TYPES = { MICROPAY: 'MICROPAY', FACEPAY: 'FACE' } as const

const fieldsOf = (entry: BillEntry, merchant: Merchant, day: string): Record<string, string> => {
  const { order, amountFen } = entry
  return {
    交易时间: billTime(entry.atMs),
    公众账号ID: merchant.appId,
    商户号: merchant.id,
    特约商户号: '0',
    设备号: order.deviceId ?? '',
    微信订单号: order.transactionId ?? '',
    商户订单号: order.outTradeNo,
    用户标识: 'oSandboxPayer000000000000001',
    交易类型: TRADE_TYPES[order.tradeType],
    交易状态: entry.state,
    付款银行: 'OTHERS',
    货币种类: 'CNY',
    应结订单金额: yuan(amountFen),
    代金券金额: '0.00',
    ...refundFields(entry, day),
    商品名称: escaped(order.description ?? ''),
    商户数据包: escaped(order.attach ?? ''),
    手续费: '0.00000',
    费率: '0.60%',
    订单金额: yuan(amountFen),
  }
}

const wrongEntries = (entries: readonly BillEntry[], fault: BillFault): readonly BillEntry[] => {
  const [first, ...rest] = entries
  if (first === undefined) return entries
  if (fault === 'row_missing') return rest
  if (fault === 'amount_changed') {
    const changed =
      first.state === 'REFUND'
        ? { ...first, refundFen: first.refundFen + 1 }
        : { ...first, amountFen: first.amountFen + 1 }
    return [changed, ...rest]
  }
  if (fault !== 'foreign_row') return entries
  const order = { ...first.order, outTradeNo: 'FOREIGN0001', transactionId: '4200FOREIGN' }
  return [
    ...entries,
    { ...first, state: 'SUCCESS', refund: null, order, amountFen: 100, refundFen: 0 },
  ]
}

const headerOf = (type: BillType, fault: BillFault): string => {
  if (fault === 'extra_column') return `${HEADERS[type]},新列`
  return fault === 'missing_column' ? HEADERS[type].replace(',费率备注', '') : HEADERS[type]
}

/** The rows that stand in a bill of a type. */
export function entriesOfType(entries: readonly BillEntry[], type: BillType): BillEntry[] {
  return entries.filter(({ state }) => type === 'ALL' || state === type)
}

/**
 * The text of a bill, byte order mark and all, with one thing wrong if so wished.
 * @param entries the rows of the day and the type
 */
export function billText(
  entries: readonly BillEntry[],
  merchant: Merchant,
  how: { readonly type: BillType; readonly day: string; readonly fault: BillFault },
): string {
  const { type, day, fault } = how
  const rows = wrongEntries(entries, fault)
  const columns = HEADERS[type].split(',')
  const tooMuchFen = fault === 'sums_wrong' ? 1 : 0
  const sum = yuan(rows.reduce((total, { amountFen }) => total + amountFen, tooMuchFen))
  const back = yuan(rows.reduce((total, { refundFen }) => total + refundFen, 0))
  const lines = [
    headerOf(type, fault),
    ...rows.map((row) => {
      const fields = fieldsOf(row, merchant, day)
      return line(columns.map((column) => fields[column] ?? ''))
    }),
    SUM_HEADER,
    line([`${rows.length}.0`, sum, back, '0.0', '0.0', sum, back]),
  ]
  const text = `\u{feff}${lines.join('\r\n')}\r\n`
  return fault === 'cut_file' ? text.slice(0, text.indexOf(SUM_HEADER) - 30) : text
}
