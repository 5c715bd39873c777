import { err, ok, type Result } from '../base/result.ts'
import { type Problem, problem } from '../domain/errors.ts'
import { isRefundOpen } from '../domain/refund.ts'
import { type Attempt, lastAttempt, type Sale } from '../domain/sale.ts'

type Merchant = { readonly id: string; readonly appId: string }

/**
 * Refuses to start for another merchant or app than that of a sale or refund without a result: only
 * the old one's keys can ask what became of it. Sales that are settled do not matter.
 *
 * @param sales those that are not closed
 */
export function checkSameMerchant(
  sales: readonly Sale[],
  merchant: Merchant,
): Result<void, Problem> {
  const isForeign = (attempt: Attempt | undefined) =>
    attempt !== undefined &&
    (attempt.merchantId !== merchant.id || attempt.appId !== merchant.appId)
  const waiting = sales
    .filter(({ phase }) => phase === 'in_flight')
    .map((sale) => lastAttempt(sale))
    .filter(isForeign)
  const refunding = sales.flatMap(attemptsRefunding).filter(isForeign)
  const foreign = [...waiting, ...refunding]
  const [first] = foreign
  if (first === undefined) return ok(undefined)
  const field = foreign.every((attempt) => attempt?.merchantId === merchant.id)
    ? 'merchant.appId'
    : 'merchant.id'
  const detail = `without a result: sales ${waiting.length}, refunds ${refunding.length}; made for merchant ${first.merchantId}, app ${first.appId}`
  return err(problem('config.merchant_changed', { field, detail }))
}

/** The attempt behind each refund that is not settled. */
function attemptsRefunding(sale: Sale): (Attempt | undefined)[] {
  return (sale.refunds ?? [])
    .filter(isRefundOpen)
    .map(({ outTradeNo }) => sale.attempts.find((made) => made.outTradeNo === outTradeNo))
}
