import type { SignatureKind } from './answers.ts'
import { beijingTime } from './beijing-time.ts'
import type { Merchant, Order } from './orders.ts'
import type { NoticeManner } from './refund-scenarios.ts'
import type { Refund, RefundStatus, RefundStep } from './refunds.ts'

/** A notice that was not taken is sent again after so many seconds, and then no more. */
export const NOTICE_REPEATS_SECONDS: readonly number[] = [1, 2, 4, 8, 15]
/** A receiver has to answer within this (callback page: five seconds). */
export const NOTICE_ANSWER_MS = 5000
/** How far a duplicate, or a notice that is overtaken, comes after the other one. */
const AFTERWARDS_MS = 1000

const SUMMARIES: Readonly<Record<RefundStatus, string>> = {
  PROCESSING: '退款处理中',
  SUCCESS: '退款成功',
  CLOSED: '退款关闭',
  ABNORMAL: '退款异常',
}

/** The step a notice is about, and when it is sent first. */
export type PlannedNotice = { readonly step: RefundStep; readonly dueAtMs: number }

/** The notices of a refund: one for each status it gets after PROCESSING, in the manner wished. */
export function plannedNotices(refund: Refund, manner: NoticeManner): PlannedNotice[] {
  const steps = refund.timeline.filter(({ status }) => status !== 'PROCESSING')
  const plain = steps.map((step) => ({ step, dueAtMs: step.atMs }))
  switch (manner) {
    case 'none':
      return []
    case 'twice':
      return plain.flatMap((notice) => [
        notice,
        { ...notice, dueAtMs: notice.dueAtMs + AFTERWARDS_MS },
      ])
    case 'reversed': {
      const lastAtMs = steps.at(-1)?.atMs ?? refund.createdAtMs
      const backwards = steps.toReversed()
      return backwards.map((step, index) => ({ step, dueAtMs: lastAtMs + index * AFTERWARDS_MS }))
    }
    case 'plain':
    case 'probe':
    case 'garbled':
    case 'stale':
      return plain
  }
}

/** How an attempt is signed; a probe strikes the first one only (signature page: probes). */
export function noticeSignature(manner: NoticeManner, attempts: number): SignatureKind {
  if (manner === 'garbled' || manner === 'stale') return manner
  return manner === 'probe' && attempts === 0 ? 'probe' : 'good'
}

/** What is sealed in a refund notice (refund result page, decrypted resource). */
export function noticeResource(
  refund: Refund,
  order: Order,
  about: { readonly merchant: Merchant; readonly step: RefundStep },
): Record<string, unknown> {
  const { merchant, step } = about
  return {
    mchid: merchant.id,
    out_trade_no: order.outTradeNo,
    transaction_id: order.transactionId,
    out_refund_no: refund.outRefundNo,
    refund_id: refund.refundId,
    refund_status: step.status,
    ...(step.status === 'SUCCESS' ? { success_time: beijingTime(step.atMs) } : {}),
    user_received_account: '支付用户零钱',
    amount: {
      total: order.amountFen,
      refund: refund.amountFen,
      payer_total: order.amountFen,
      payer_refund: refund.amountFen,
    },
  }
}

/** A notice around its sealed resource (refund result page, notice). */
export function noticeEnvelope(
  eventId: string,
  step: RefundStep,
  sealed: {
    readonly algorithm: string
    readonly nonce: string
    readonly associatedData: string
    readonly ciphertext: string
  },
): Record<string, unknown> {
  return {
    id: eventId,
    create_time: beijingTime(step.atMs),
    resource_type: 'encrypt-resource',
    event_type: `REFUND.${step.status}`,
    summary: SUMMARIES[step.status],
    resource: {
      original_type: 'refund',
      algorithm: sealed.algorithm,
      ciphertext: sealed.ciphertext,
      associated_data: sealed.associatedData,
      nonce: sealed.nonce,
    },
  }
}
