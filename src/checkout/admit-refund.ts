import { err, ok, type Result } from '../base/result.ts'
import type { ErrorCode } from '../domain/errors.ts'
import { LIMITS } from '../domain/limits.ts'
import { isCounted, isRefundUnclear, type Refund, reservedFen } from '../domain/refund.ts'
import type { Attempt, Sale } from '../domain/sale.ts'
import { WAITS } from '../domain/waits.ts'
import type { SaleWish } from './events.ts'

type RefundWish = Extract<SaleWish, { kind: 'refund_wanted' }>

/** What may be given back. */
export type AdmittedRefund = { readonly attempt: Attempt; readonly amountFen: number }

/**
 * Whether a refund may be made, by what this terminal knows; the gateway decides again. The order of
 * the checks is the order in which staff can do something about them.
 */
export function admitRefund(sale: Sale, wish: RefundWish): Result<AdmittedRefund, ErrorCode> {
  const refunds = sale.refunds ?? []
  const paid = sale.attempts.filter(({ outcome }) => outcome === 'PAID')
  const attempt = chosen(paid, refunds, wish)
  if (!attempt) return err(wish.outTradeNo === undefined ? 'refund.not_paid' : noSuch(sale, wish))
  if (attempt.merchantId !== wish.merchantId || attempt.appId !== wish.appId) {
    return err('refund.other_merchant')
  }
  if (refunds.some(isRefundUnclear)) return err('refund.one_at_a_time')
  const paidAtMs = attempt.settledAtMs ?? attempt.submittedAtMs
  if (wish.atMs - paidAtMs >= WAITS.refundLimitMs) return err('refund.too_old')
  const ofAttempt = refunds.filter(({ outTradeNo }) => outTradeNo === attempt.outTradeNo)
  const counted = ofAttempt.filter(isCounted).length
  if (counted >= LIMITS.refundsPerAttemptMax || ofAttempt.length >= LIMITS.refundTriesMax) {
    return err('refund.too_many')
  }
  const amountFen = wish.amountFen ?? remainderFen(attempt, refunds)
  if (amountFen <= 0 || amountFen > remainderFen(attempt, refunds)) {
    return err('refund.above_remainder')
  }
  const last = ofAttempt.findLast(({ outcome }) => outcome !== 'NOT_REFUNDED')
  if (last && isTooSoon(wish.atMs - waitsFromMs(last))) return err('refund.too_soon')
  return ok({ attempt, amountFen })
}

/** The attempt that was named; else the last one that still has money. */
function chosen(
  paid: readonly Attempt[],
  refunds: readonly Refund[],
  wish: RefundWish,
): Attempt | undefined {
  if (wish.outTradeNo !== undefined) {
    return paid.find(({ outTradeNo }) => outTradeNo === wish.outTradeNo)
  }
  return paid.findLast((attempt) => remainderFen(attempt, refunds) > 0) ?? paid.at(-1)
}

function noSuch(sale: Sale, wish: RefundWish): ErrorCode {
  const known = sale.attempts.some(({ outTradeNo }) => outTradeNo === wish.outTradeNo)
  return known ? 'refund.not_paid' : 'refund.no_such_attempt'
}

/** What may still be given back of an attempt, fen. */
function remainderFen(attempt: Attempt, refunds: readonly Refund[]): number {
  return attempt.amountFen - reservedFen(refunds, attempt.outTradeNo)
}

/** A clock that was set back says nothing of a pause; then the gateway decides alone. */
function isTooSoon(sinceMs: number): boolean {
  return sinceMs >= 0 && sinceMs < WAITS.refundEveryMs
}

/** When the pauses of a refund began: at its wish, or at the last restart. */
function waitsFromMs(refund: Refund): number {
  return refund.waitsFromMs ?? refund.wantedAtMs
}
