import type { FundingChannel } from '../domain/sale.ts'

type Row = { readonly pattern: RegExp; readonly channel: FundingChannel }

/**
 * What a `bank_type` says the customer paid with; the first row that fits. A card is named by its bank
 * and its kind, `ICBC_CREDIT` or `CCB_DEBIT`; what is no card, as change kept in the wallet, is `OTHERS`
 * (APIv3 查询订单 and APIv2 提交付款码支付, `bank_type`, and the table of banks). `CFT` and `LQT` are the
 * wallet's own balances by older names.
 */
const ROWS: readonly Row[] = [
  { pattern: /^[A-Z0-9]+_CREDIT$/, channel: 'CREDIT' },
  { pattern: /^[A-Z0-9]+_DEBIT$/, channel: 'QUICK' },
  { pattern: /^(?:OTHERS|CFT|LQT|BALANCE)$/, channel: 'BALANCE' },
]

/** The channel that a confirmed result names; undefined when it names none that is known. */
export function fundingOf(bankType: string | undefined): FundingChannel | undefined {
  if (bankType === undefined) return undefined
  return ROWS.find(({ pattern }) => pattern.test(bankType))?.channel
}
