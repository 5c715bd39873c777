import { err, ok, type Result } from '../../base/result.ts'
import { LIMITS } from '../../domain/limits.ts'
import { checkAmount } from '../../domain/money.ts'
import { isOutTradeNo } from '../../domain/order-number.ts'
import { isOutRefundNo } from '../../domain/refund.ts'
import type { Charge, Expected, RefundRequest } from '../../ports/gateway.ts'
import type { TerminalFacts } from '../codec.ts'
import type { SignType } from './sign-text.ts'
import type { Fields } from './xml.ts'

/** The calls that go out by APIv2. */
export type V2Call = 'charge' | 'query' | 'reverse' | 'refund' | 'refund_query'

type CallRow = {
  readonly path: string
  /** The merchant API certificate is presented as TLS client certificate (APIv2 安全规范, "商户证书"). */
  readonly needsCertificate: boolean
}

/** Where each call goes. Sources: APIv2 提交付款码支付, 查询订单, 撤销订单, 申请退款, 查询退款, "接口地址". */
const V2_CALLS: Readonly<Record<V2Call, CallRow>> = {
  charge: { path: '/pay/micropay', needsCertificate: false },
  query: { path: '/pay/orderquery', needsCertificate: false },
  reverse: { path: '/secapi/pay/reverse', needsCertificate: true },
  refund: { path: '/secapi/pay/refund', needsCertificate: true },
  refund_query: { path: '/pay/refundquery', needsCertificate: false },
}

/**
 * The same for an order of a face code, whose `sign_type` is always HMAC-SHA256. Source: APIv2 刷脸支付,
 * 查询订单, 撤销订单, "接口地址".
 */
const FACE_CALLS: Readonly<Record<'charge' | 'query' | 'reverse', CallRow>> = {
  charge: { path: '/pay/facepay', needsCertificate: false },
  query: { path: '/pay/facepayquery', needsCertificate: false },
  reverse: { path: '/secapi/pay/facepayreverse', needsCertificate: true },
}

/** Where a call goes: an order of a face code has calls of its own. */
export function v2CallRow(call: V2Call, face: Expected['face']): CallRow {
  const isFace = face === 'face_code' && call !== 'refund' && call !== 'refund_query'
  return isFace ? FACE_CALLS[call] : V2_CALLS[call]
}

/** `auth_code` of a payment code: digits (APIv2 提交付款码支付). */
const AUTH_CODE = /^\d{10,32}$/
/** `face_code` (APIv2 刷脸支付, string(128)): letters and digits, with hyphens between them. */
const FACE_CODE = /^[0-9A-Za-z]+(?:-[0-9A-Za-z]+)*$/
const FACE_CODE_MAX = 128
/** `spbill_create_ip` (APIv2 刷脸支付, string(16)): an address of IPv4. */
const FACE_IP_MAX = 16
/** Nothing XML cannot carry, nothing that hides. */
const UNFIT = /[\p{C}\p{Zl}\p{Zp}]/u
/** `store_info.id` inside `scene_info` (APIv2 提交付款码支付, string(32)). */
export const STORE_ID_MAX = 32
/** `body` (APIv2 提交付款码支付, string(127)): not said whether bytes or characters, so both. */
const BODY_BYTES_MAX = 127

/** Either the fields of a request before it is signed, or the name of what was wrong: send nothing. */
export type Encoded = Result<Fields, string>

/** What every request of one call says of itself. `nonce`: at most 32 letters and digits. */
export type Stamp = { readonly nonce: string; readonly signType: SignType }

function common(order: Pick<Expected, 'appId' | 'merchantId'>, stamp: Stamp): [string, string][] {
  return [
    ['appid', order.appId],
    ['mch_id', order.merchantId],
    ['nonce_str', stamp.nonce],
    ['sign_type', stamp.signType],
  ]
}

function orderFault(
  order: Pick<Expected, 'outTradeNo' | 'merchantId' | 'appId'>,
  terminal: TerminalFacts,
): string | undefined {
  if (!isOutTradeNo(order.outTradeNo)) return 'order number'
  if (order.merchantId !== terminal.merchantId) return 'merchant'
  if (order.appId !== terminal.appId) return 'app'
  return undefined
}

function authFault({ code }: Charge): string | undefined {
  return AUTH_CODE.test(code) ? undefined : 'payment code'
}

function faceFault({ code }: Charge, { deviceIp }: TerminalFacts): string | undefined {
  if (code.length > FACE_CODE_MAX || !FACE_CODE.test(code)) return 'face code'
  return deviceIp.length > FACE_IP_MAX ? 'device address' : undefined
}

function chargeFault(charge: Charge, terminal: TerminalFacts): string | undefined {
  const { description, storeId } = charge
  if (!checkAmount(charge.amountFen).ok) return 'amount'
  const codeFault = charge.face === 'face_code' ? faceFault(charge, terminal) : authFault(charge)
  if (codeFault) return codeFault
  if (storeId.length < 1 || storeId.length > STORE_ID_MAX || UNFIT.test(storeId)) return 'store'
  const isLong = description.length < 1 || description.length > LIMITS.descriptionMax
  if (isLong || UNFIT.test(description)) return 'description'
  return orderFault(charge, terminal)
}

/** Fits a description into so many bytes of UTF-8, whole characters only. */
function cutToBytes(text: string, bytesMax: number): string {
  const encoder = new TextEncoder()
  let cut = ''
  let sizeBytes = 0
  for (const character of text) {
    sizeBytes += encoder.encode(character).length
    if (sizeBytes > bytesMax) break
    cut += character
  }
  return cut
}

/**
 * `POST /pay/micropay` (APIv2 提交付款码支付), or `POST /pay/facepay` (APIv2 刷脸支付), which differs by the
 * name of the code. `total_fee` is in fen. A charge without credit says
 * `limit_pay=no_credit`, which APIv3 cannot say.
 */
export function encodeV2Charge(charge: Charge, terminal: TerminalFacts, stamp: Stamp): Encoded {
  const fault = chargeFault(charge, terminal)
  if (fault) return err(fault)
  return ok(
    new Map([
      ...common(charge, stamp),
      ['device_info', terminal.terminalId],
      ['body', cutToBytes(charge.description, BODY_BYTES_MAX)],
      ['out_trade_no', charge.outTradeNo],
      ['total_fee', String(charge.amountFen)],
      ['fee_type', 'CNY'],
      ['spbill_create_ip', terminal.deviceIp],
      ...(charge.noCredit === true ? [['limit_pay', 'no_credit'] as [string, string]] : []),
      [charge.face === 'face_code' ? 'face_code' : 'auth_code', charge.code],
      ['scene_info', JSON.stringify({ store_info: { id: charge.storeId } })],
    ]),
  )
}

/**
 * `POST /pay/orderquery` (APIv2 查询订单) and `POST /secapi/pay/reverse` (APIv2 撤销订单), and those of
 * face codes, which say the same.
 */
export function encodeV2Order(expected: Expected, terminal: TerminalFacts, stamp: Stamp): Encoded {
  const fault = orderFault(expected, terminal)
  if (fault) return err(fault)
  return ok(new Map([...common(expected, stamp), ['out_trade_no', expected.outTradeNo]]))
}

function refundFault(request: RefundRequest, terminal: TerminalFacts): string | undefined {
  const { totalFen, refundFen, reason } = request
  if (!isOutRefundNo(request.outRefundNo)) return 'refund number'
  if (!checkAmount(totalFen).ok) return 'total'
  if (!checkAmount(refundFen).ok || refundFen > totalFen) return 'amount'
  if (reason.length > LIMITS.refundReasonMax || UNFIT.test(reason)) return 'reason'
  return orderFault(request, terminal)
}

/** `POST /secapi/pay/refund` (APIv2 申请退款). Both amounts are in fen. */
export function encodeV2Refund(
  request: RefundRequest,
  terminal: TerminalFacts,
  stamp: Stamp,
): Encoded {
  const fault = refundFault(request, terminal)
  if (fault) return err(fault)
  return ok(
    new Map([
      ...common(request, stamp),
      ['out_trade_no', request.outTradeNo],
      ['out_refund_no', request.outRefundNo],
      ['total_fee', String(request.totalFen)],
      ['refund_fee', String(request.refundFen)],
      ['refund_fee_type', 'CNY'],
      ...(request.reason === '' ? [] : [['refund_desc', request.reason] as [string, string]]),
    ]),
  )
}

/** `POST /pay/refundquery` (APIv2 查询退款), by the refund's own number: its answer holds that refund. */
export function encodeV2RefundQuery(
  request: RefundRequest,
  terminal: TerminalFacts,
  stamp: Stamp,
): Encoded {
  const fault = refundFault(request, terminal)
  if (fault) return err(fault)
  return ok(new Map([...common(request, stamp), ['out_refund_no', request.outRefundNo]]))
}
