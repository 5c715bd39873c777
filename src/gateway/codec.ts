import { z } from 'zod'
import { err, ok, type Result } from '../base/result.ts'
import { LIMITS } from '../domain/limits.ts'
import { checkAmount } from '../domain/money.ts'
import { isOutTradeNo } from '../domain/order-number.ts'
import type { Charge, Expected } from '../ports/gateway.ts'
import { encodeOrderNumber } from './canonical.ts'

/** A request before it is signed. */
export type WireRequest = {
  readonly method: 'GET' | 'POST'
  readonly target: string
  readonly body: string
  /** By what it charges; absent: by a payment code, or it is no charge. */
  readonly interface?: 'FACEPAY'
}

/** What every charge says about this machine. */
export type TerminalFacts = {
  readonly merchantId: string
  readonly appId: string
  /** `scene_info.device_id`, at most 32 characters. */
  readonly terminalId: string
  /** `scene_info.device_ip`, at most 45 characters. */
  readonly deviceIp: string
}

/** What a payment code looks like on the wire: `payer.auth_code`, string(32), digits. */
const AUTH_CODE = /^\d{10,32}$/

/**
 * What a charge must not be, in spite of everybody before us having checked it. The names are ours
 * and hold nothing of the charge.
 */
function faultOf(charge: Charge, terminal: TerminalFacts): string | undefined {
  if (!checkAmount(charge.amountFen).ok) return 'amount'
  if (!isOutTradeNo(charge.outTradeNo)) return 'order number'
  if (charge.merchantId !== terminal.merchantId) return 'merchant'
  if (charge.appId !== terminal.appId) return 'app'
  // APIv3 has no `limit_pay`: to leave it out would take the credit that was ruled out.
  if (charge.noCredit === true) return 'credit switched off'
  if (charge.face === 'face_code') return 'face code'
  if (!AUTH_CODE.test(charge.code)) return 'payment code'
  if (charge.storeId.length < 1 || charge.storeId.length > 256) return 'store'
  if (charge.description.length < 1 || charge.description.length > LIMITS.descriptionMax) {
    return 'description'
  }
  return undefined
}

/**
 * `POST /v3/pay/transactions/codepay` (APIv3 付款码支付). The amount is in fen. An error names the
 * field that was wrong; nothing may be sent then.
 */
export function encodeCharge(charge: Charge, terminal: TerminalFacts): Result<WireRequest, string> {
  const fault = faultOf(charge, terminal)
  if (fault) return err(fault)
  const body = JSON.stringify({
    appid: charge.appId,
    mchid: charge.merchantId,
    description: charge.description,
    out_trade_no: charge.outTradeNo,
    payer: { auth_code: charge.code },
    amount: { total: charge.amountFen, currency: 'CNY' },
    scene_info: {
      device_id: terminal.terminalId,
      device_ip: terminal.deviceIp,
      store_info: { out_id: charge.storeId },
    },
  })
  const target = '/v3/pay/transactions/codepay'
  return ok({ method: 'POST', target, body, ...(charge.face ? { interface: 'FACEPAY' } : {}) })
}

/** `GET /v3/pay/transactions/out-trade-no/{out_trade_no}?mchid=` (APIv3 查询订单). */
export function encodeQuery(expected: Expected): WireRequest {
  const order = encodeOrderNumber(expected.outTradeNo)
  const merchant = encodeURIComponent(expected.merchantId)
  const target = `/v3/pay/transactions/out-trade-no/${order}?mchid=${merchant}`
  return { method: 'GET', target, body: '' }
}

/** `POST /v3/pay/transactions/out-trade-no/{out_trade_no}/reverse` (APIv3 撤销订单). */
export function encodeReverse(expected: Expected): WireRequest {
  const order = encodeOrderNumber(expected.outTradeNo)
  const body = JSON.stringify({ appid: expected.appId, mchid: expected.merchantId })
  return { method: 'POST', target: `/v3/pay/transactions/out-trade-no/${order}/reverse`, body }
}

/**
 * An answer that speaks of an order. Open: unknown fields are dropped, and with them everything that
 * identifies the payer. A field of another type makes the whole answer unreadable.
 */
const orderSchema = z.object({
  appid: z.string().optional(),
  mchid: z.string().optional(),
  out_trade_no: z.string().optional(),
  transaction_id: z.string().max(64).optional(),
  trade_state: z.string().max(32).optional(),
  trade_state_desc: z.string().optional(),
  success_time: z.string().max(64).optional(),
  /** Says nothing of whether money moved, so what cannot be read of it is as if it were not there. */
  bank_type: z.string().max(32).optional().catch(undefined),
  /** The other shape of "the customer must confirm": a 202 with a code. */
  code: z.string().optional(),
  message: z.string().optional(),
  amount: z
    .object({
      total: z.number().int().optional(),
      payer_total: z.number().int().optional(),
      currency: z.string().optional(),
    })
    .optional(),
})
export type WireOrder = z.infer<typeof orderSchema>

const errorSchema = z.object({ code: z.string().min(1), message: z.string().optional() })
export type WireFailure = z.infer<typeof errorSchema>

const certificatesSchema = z.object({
  data: z
    .array(
      z.object({
        serial_no: z.string().regex(/^[0-9A-Fa-f]{1,64}$/),
        encrypt_certificate: z.object({
          algorithm: z.string().max(32),
          nonce: z.string(),
          associated_data: z.string(),
          ciphertext: z.string(),
        }),
      }),
    )
    .min(1)
    .max(32),
})
/** One entry of `GET /v3/certificates`, as sent. */
export type WireCertificate = z.infer<typeof certificatesSchema>['data'][number]

const decoder = new TextDecoder('utf-8', { fatal: true })

/** Reads a JSON body by its schema; undefined when it is not UTF-8, not JSON, or not of the schema. */
export function parse<Schema extends z.ZodType>(
  schema: Schema,
  body: Uint8Array,
): z.output<Schema> | undefined {
  try {
    const parsed = schema.safeParse(JSON.parse(decoder.decode(body)))
    return parsed.success ? parsed.data : undefined
  } catch {
    // Not UTF-8 or not JSON: both are an answer that cannot be read.
    return undefined
  }
}

/** Reads an answer about an order; undefined when it cannot be read. */
export function parseOrder(body: Uint8Array): WireOrder | undefined {
  return parse(orderSchema, body)
}

/** Reads an error body; undefined when it cannot be read. */
export function parseFailure(body: Uint8Array): WireFailure | undefined {
  return parse(errorSchema, body)
}

/** Reads `GET /v3/certificates`; undefined when it cannot be read. */
export function parseCertificates(body: Uint8Array): readonly WireCertificate[] | undefined {
  return parse(certificatesSchema, body)?.data
}

const billSchema = z.object({
  hash_type: z.literal('SHA1'),
  hash_value: z.string().regex(/^[0-9A-Fa-f]{40}$/),
  /** Of its address only path and query are used: nothing is ever sent to a host named in an answer. */
  download_url: z
    .string()
    .regex(/^https:\/\/[^/?#]+\/v3\/billdownload\/file\?[\x21-\x7e]{1,2048}$/),
})

/** Reads where a bill is (APIv3 申请交易账单); undefined when it cannot be read. */
export function parseBillPlace(
  body: Uint8Array,
): { readonly sha1: string; readonly target: string } | undefined {
  const bill = parse(billSchema, body)
  if (!bill) return undefined
  const target = bill.download_url.replace(/^https:\/\/[^/]+/, '')
  return { sha1: bill.hash_value.toLowerCase(), target }
}

/** How much of the gateway's own words is kept, characters. */
const WIRE_TEXT_MAX = 200

/** What could be a payment code, an account, or a payer's identifier (`openid`). */
const PRIVATE = /\d{14,}|(?<![0-9A-Za-z_-])o[0-9A-Za-z_-]{27}(?![0-9A-Za-z_-])/g

/**
 * The gateway's words, fit for a screen and a log: no control or invisible formatting characters,
 * and nothing that looks like a payment code or a payer.
 */
export function cleanText(text: string): string {
  const plain = text.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, ' ').replace(PRIVATE, '…')
  return plain.slice(0, WIRE_TEXT_MAX)
}

/** The gateway's code, fit for a log. */
export function cleanCode(code: string): string {
  return cleanId(code).replace(PRIVATE, '')
}

/** The gateway's `Request-ID`, fit for a log. Made by the gateway before it knows a payer. */
export function cleanId(id: string): string {
  return id.replace(/[^0-9A-Za-z_.-]/g, '').slice(0, 64)
}
