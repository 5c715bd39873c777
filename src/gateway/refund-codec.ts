import { z } from 'zod'
import { err, ok, type Result } from '../base/result.ts'
import { LIMITS } from '../domain/limits.ts'
import { checkAmount } from '../domain/money.ts'
import { isOutTradeNo } from '../domain/order-number.ts'
import { isOutRefundNo } from '../domain/refund.ts'
import type { RefundRequest } from '../ports/gateway.ts'
import { encodeOrderNumber } from './canonical.ts'
import { parse, type WireRequest } from './codec.ts'

/** Whose refunds these are, and where the gateway tells what became of one. */
export type RefundFacts = {
  readonly merchantId: string
  readonly appId: string
  /** `notify_url`, string(256). */
  readonly refundNotifyUrl?: string
}

const REFUNDS_TARGET = '/v3/refund/domestic/refunds'

/** Control characters, halves of surrogate pairs, and what takes four bytes (interface rules). */
const NOT_ON_THE_WIRE = /[\p{Cc}\p{Cs}\u{10000}-\u{10ffff}]/u

/**
 * What any request about a refund must not be. The merchant is nowhere in a refund but in the header
 * that signs it, so a refund of another merchant would be asked of this one.
 */
function addresseeFault(request: RefundRequest, facts: RefundFacts): string | undefined {
  if (!isOutRefundNo(request.outRefundNo)) return 'refund number'
  if (request.merchantId !== facts.merchantId) return 'merchant'
  if (request.appId !== facts.appId) return 'app'
  return undefined
}

function faultOf(request: RefundRequest, facts: RefundFacts): string | undefined {
  const { outTradeNo, totalFen, refundFen, reason } = request
  const fault = addresseeFault(request, facts)
  if (fault) return fault
  if (!isOutTradeNo(outTradeNo)) return 'order number'
  if (!checkAmount(totalFen).ok) return 'total'
  if (!checkAmount(refundFen).ok) return 'amount'
  if (refundFen > totalFen) return 'amount above total'
  if ([...reason].length > LIMITS.refundReasonMax || NOT_ON_THE_WIRE.test(reason)) return 'reason'
  return undefined
}

/**
 * `POST /v3/refund/domestic/refunds` (APIv3 申请退款). Amounts are in fen. The same request gives the
 * same bytes, so that a repeat is the same refund. An empty reason is left out. An error names the
 * field that was wrong; nothing may be sent then.
 */
export function encodeRefund(
  request: RefundRequest,
  facts: RefundFacts,
): Result<WireRequest, string> {
  const fault = faultOf(request, facts)
  if (fault) return err(fault)
  const { outTradeNo, outRefundNo, reason, refundFen, totalFen } = request
  const { refundNotifyUrl } = facts
  const body = JSON.stringify({
    out_trade_no: outTradeNo,
    out_refund_no: outRefundNo,
    ...(reason === '' ? {} : { reason }),
    ...(refundNotifyUrl === undefined ? {} : { notify_url: refundNotifyUrl }),
    amount: { refund: refundFen, total: totalFen, currency: 'CNY' },
  })
  return ok({ method: 'POST', target: REFUNDS_TARGET, body })
}

/**
 * `GET /v3/refund/domestic/refunds/{out_refund_no}` (APIv3 查询单笔退款). An error names the field that
 * was wrong.
 */
export function encodeRefundQuery(
  request: RefundRequest,
  facts: RefundFacts,
): Result<WireRequest, string> {
  const fault = addresseeFault(request, facts)
  if (fault) return err(fault)
  const target = `${REFUNDS_TARGET}/${encodeOrderNumber(request.outRefundNo)}`
  return ok({ method: 'GET', target, body: '' })
}

/**
 * An answer that speaks of a refund. Open: unknown fields are dropped, and with them where the money
 * went (`user_received_account`, P6). A field of another type makes the whole answer unreadable.
 */
const refundSchema = z.object({
  mchid: z.string().optional(),
  refund_id: z.string().max(64).optional(),
  out_refund_no: z.string().optional(),
  out_trade_no: z.string().optional(),
  status: z.string().max(32).optional(),
  success_time: z.string().max(64).optional(),
  amount: z
    .object({
      total: z.number().int().optional(),
      refund: z.number().int().optional(),
      currency: z.string().optional(),
    })
    .optional(),
})
export type WireRefund = z.infer<typeof refundSchema>

/** Reads an answer about a refund; undefined when it cannot be read. */
export function parseRefund(body: Uint8Array): WireRefund | undefined {
  return parse(refundSchema, body)
}
