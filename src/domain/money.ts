import { err, ok, type Result } from '../base/result.ts'

/**
 * The largest amount of one order, in fen. The wire's `amount.total` is a plain integer without a
 * documented maximum; this is the terminal's own hard stop, 10 million yuan.
 */
export const AMOUNT_FEN_MAX = 1_000_000_000

/** Why an amount was refused; each is a code of the error table. */
export type AmountProblem =
  | 'amount.not_integer'
  | 'amount.not_positive'
  | 'amount.too_large'
  | 'amount.not_cny'

/**
 * Checks an amount that came from outside.
 *
 * @param amountFen money in fen; must be an integer from 1 to {@link AMOUNT_FEN_MAX}
 * @param currency ISO 4217; only `CNY` is on this wire
 */
export function checkAmount(amountFen: number, currency = 'CNY'): Result<number, AmountProblem> {
  if (currency !== 'CNY') return err('amount.not_cny')
  if (!Number.isFinite(amountFen) || !Number.isInteger(amountFen)) return err('amount.not_integer')
  if (amountFen < 1) return err('amount.not_positive')
  if (amountFen > AMOUNT_FEN_MAX) return err('amount.too_large')
  return ok(amountFen)
}

/** Writes fen as yuan with two decimals: `1230` is `12.30`. Integer arithmetic only. */
export function formatYuan(amountFen: number): string {
  const whole = Math.trunc(amountFen / 100)
  return `${whole}.${String(Math.abs(amountFen % 100)).padStart(2, '0')}`
}
