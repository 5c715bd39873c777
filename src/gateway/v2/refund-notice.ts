import { err, ok, type Result } from '../../base/result.ts'
import { isOutTradeNo } from '../../domain/order-number.ts'
import { isOutRefundNo } from '../../domain/refund.ts'
import type { NoticeFault, RefundNotice } from '../refund-notice.ts'
import { type Fields, readXml } from './xml.ts'

/** What reading a v2 notification needs. */
export type V2NoticeTools = {
  /** Opens `req_info` with this merchant's APIv2 key; undefined when it does not open. */
  readonly open: (sealed: string) => Uint8Array | undefined
  readonly merchantId: string
  readonly appId: string
}

/** What `refund_status` comes to (APIv2 退款结果通知). */
const STATES: ReadonlyMap<string, RefundNotice['state']> = new Map([
  ['SUCCESS', 'refunded'],
  ['CHANGE', 'abnormal'],
  ['REFUNDCLOSE', 'closed'],
])

/** Base64 of `req_info`: what is in it has some fifteen fields. */
const REQ_INFO = /^[A-Za-z0-9+/]{24,8192}={0,2}$/
const FEN = /^[1-9]\d{0,11}$/

/** Whether a notification is in the words of APIv2: XML, where APIv3 sends JSON. */
export function isV2Notice(body: Uint8Array): boolean {
  const head = String.fromCharCode(...body.subarray(0, 64)).trimStart()
  return head.startsWith('<')
}

/**
 * Reads a refund notification of APIv2 (退款结果通知). It is not signed: what vouches is that its
 * `req_info` opens with the key and holds a refund of this merchant. Blocks of it can be sent again or
 * put together anew by whoever saw some, so it is a reason to ask and nothing more. Never throws.
 */
export function readV2RefundNotice(
  body: Uint8Array,
  tools: V2NoticeTools,
): Result<RefundNotice, NoticeFault> {
  const outer = readXml(body)
  if (outer?.get('return_code') !== 'SUCCESS') return err('unreadable')
  if (outer.get('mch_id') !== tools.merchantId) return err('other_merchant')
  if (outer.get('appid') !== tools.appId) return err('other_merchant')
  const sealed = outer.get('req_info') ?? ''
  if (!REQ_INFO.test(sealed)) return err('unreadable')
  const opened = tools.open(sealed)
  if (opened === undefined) return err('not_opened')
  const inner = readXml(opened, 'root')
  const notice = inner && read(inner, tools.merchantId)
  return notice ? ok(notice) : err('unreadable')
}

/** Where the money went (`refund_recv_accout`) is dropped (P6). */
function read(fields: Fields, merchantId: string): RefundNotice | undefined {
  const outTradeNo = fields.get('out_trade_no') ?? ''
  const outRefundNo = fields.get('out_refund_no') ?? ''
  const refundId = fields.get('refund_id') ?? ''
  const state = STATES.get(fields.get('refund_status') ?? '')
  const [totalFen, refundFen] = [fields.get('total_fee'), fields.get('refund_fee')].map((text) =>
    text !== undefined && FEN.test(text) ? Number(text) : undefined,
  )
  if (!isOutTradeNo(outTradeNo) || !isOutRefundNo(outRefundNo) || state === undefined) return
  if (refundId === '' || refundId.length > 64) return
  if (totalFen === undefined || refundFen === undefined || refundFen > totalFen) return
  return { merchantId, outTradeNo, outRefundNo, refundId, state, totalFen, refundFen }
}
