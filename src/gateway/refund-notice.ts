import { z } from 'zod'
import { err, ok, type Result } from '../base/result.ts'
import { isOutTradeNo } from '../domain/order-number.ts'
import { isOutRefundNo } from '../domain/refund.ts'
import { parse } from './codec.ts'
import type { SealOpener } from './sealed.ts'
import { SUITES } from './suite.ts'
import { type PlatformKeys, type RawAnswer, type SignatureFault, verify } from './verify.ts'

/** What a refund notification says. Amounts in fen. */
export type RefundNotice = {
  readonly merchantId: string
  readonly outTradeNo: string
  readonly outRefundNo: string
  readonly refundId: string
  readonly state: 'refunded' | 'abnormal' | 'closed'
  /** What the order was paid with. */
  readonly totalFen: number
  /** What this refund gives back. */
  readonly refundFen: number
  /** When the gateway says it was done, as the wire spells it. */
  readonly refundedAt?: string
}

/**
 * Why a notification was not believed.
 * - `unsigned` and every {@link SignatureFault}: its signature is missing or wrong.
 * - `unreadable`: not the JSON of a refund notification, outside or inside.
 * - `not_opened`: the APIv3 key does not open it, or it was changed.
 * - `other_merchant`: it speaks of another merchant.
 * - `contradiction`: the event outside and the state inside are not the same.
 */
export type NoticeFault =
  | SignatureFault
  | 'unsigned'
  | 'unreadable'
  | 'not_opened'
  | 'other_merchant'
  | 'contradiction'

/** What reading a notification needs. */
export type NoticeTools = {
  readonly keys: PlatformKeys
  /** Opens with this merchant's APIv3 key. */
  readonly open: SealOpener
  readonly merchantId: string
  /** Our wall clock, Unix milliseconds. */
  readonly nowMs: number
}

/** The envelope (APIv3 退款结果通知): what is not sealed. */
const envelopeSchema = z.object({
  event_type: z.string().max(32),
  resource_type: z.literal('encrypt-resource'),
  resource: z.object({
    original_type: z.literal('refund'),
    algorithm: z.string().max(32),
    ciphertext: z.string(),
    associated_data: z.string().max(16).optional(),
    nonce: z.string().min(1).max(16),
  }),
})

const fenSchema = z.number().int().positive()

/** What is sealed in it. Where the money went (`user_received_account`) is dropped (P6). */
const noticeSchema = z.object({
  mchid: z.string(),
  out_trade_no: z.string().refine(isOutTradeNo),
  out_refund_no: z.string().refine(isOutRefundNo),
  refund_id: z.string().min(1).max(64),
  refund_status: z.enum(['SUCCESS', 'ABNORMAL', 'CLOSED']),
  success_time: z.string().max(64).optional(),
  amount: z.object({ total: fenSchema, refund: fenSchema }),
})

const STATES = { SUCCESS: 'refunded', ABNORMAL: 'abnormal', CLOSED: 'closed' } as const

/**
 * Reads a refund notification: first its signature over the raw bytes, made like that of an answer
 * (interface rules, "签名验证"), then the seal, then what is in it. Never throws. A notification may come
 * twice, late, or out of order, so it says what to ask about and is compared with the refund it names.
 *
 * @param notice header fields in lower case, and the body as it arrived
 */
export function readRefundNotice(
  notice: Pick<RawAnswer, 'headers' | 'body'>,
  tools: NoticeTools,
): Result<RefundNotice, NoticeFault> {
  const verdict = verify(notice, tools.keys, tools.nowMs)
  if (verdict.kind === 'unsigned') return err('unsigned')
  if (verdict.kind === 'failed') return err(verdict.fault)
  const envelope = parse(envelopeSchema, notice.body)
  const { sealAlgorithm } = tools.keys.suite ?? SUITES.rsa
  if (envelope?.resource.algorithm !== sealAlgorithm) return err('unreadable')
  const { nonce, ciphertext, associated_data: associatedData = '' } = envelope.resource
  const opened = tools.open({ nonce, associatedData, ciphertext })
  if (!opened) return err('not_opened')
  const wire = parse(noticeSchema, opened)
  if (!wire || wire.amount.refund > wire.amount.total) return err('unreadable')
  if (wire.mchid !== tools.merchantId) return err('other_merchant')
  if (envelope.event_type !== `REFUND.${wire.refund_status}`) return err('contradiction')
  const state = STATES[wire.refund_status]
  const { success_time: refundedAt } = wire
  const isDone = state === 'refunded' && refundedAt !== undefined
  return ok({
    merchantId: wire.mchid,
    outTradeNo: wire.out_trade_no,
    outRefundNo: wire.out_refund_no,
    refundId: wire.refund_id,
    state,
    totalFen: wire.amount.total,
    refundFen: wire.amount.refund,
    ...(isDone ? { refundedAt } : {}),
  })
}
