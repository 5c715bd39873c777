import type { Sale } from '../domain/sale.ts'
import type { MoneyKind } from '../ports/journal.ts'

/** One payment kept or one refund given, as the table of money has it. */
export type MoneyRow = {
  readonly kind: MoneyKind
  /** `out_trade_no` or `out_refund_no`. */
  readonly number: string
  readonly saleId: string
  readonly amountFen: number
  readonly interface: string
  readonly operator: string | null
}

/** All money of a sale that is certain. */
export function moneyOf(sale: Sale): readonly MoneyRow[] {
  const payments = sale.attempts
    .filter(({ outcome }) => outcome === 'PAID')
    .map(({ outTradeNo, amountFen, interface: by }) => ({
      kind: 'payment' as const,
      number: outTradeNo,
      saleId: sale.id,
      amountFen,
      interface: by,
      operator: sale.operator ?? null,
    }))
  const refunds = (sale.refunds ?? [])
    .filter(({ outcome }) => outcome === 'REFUNDED')
    .map(({ outRefundNo, outTradeNo, amountFen, operator }) => ({
      kind: 'refund' as const,
      number: outRefundNo,
      saleId: sale.id,
      amountFen,
      interface: interfaceOf(sale, outTradeNo),
      operator,
    }))
  return [...payments, ...refunds]
}

function interfaceOf(sale: Sale, outTradeNo: string): string {
  const attempt = sale.attempts.find((made) => made.outTradeNo === outTradeNo)
  return attempt?.interface ?? 'MICROPAY'
}
