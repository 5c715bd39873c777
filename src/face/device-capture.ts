import { err, ok, type Result } from '../base/result.ts'
import type { FaceCode } from '../domain/face-errors.ts'
import type { FaceCredential, FaceOrder } from '../ports/face.ts'
import type { DeviceAnswer, DeviceFields } from './device-commands.ts'

/** Whose payments the device takes; as what authorises it was asked for. */
export type DeviceMerchant = {
  readonly appId: string
  readonly merchantId: string
  readonly subAppId?: string
  readonly subMerchantId?: string
  readonly storeId: string
}

/** `face_code_type`: "1" are 18 digits for the ordinary payment calls, "0" a code for the v2 face calls. */
export type FaceCodeType = '0' | '1'

/** How long a consent, and with it a capture, may take (F-05). Milliseconds. */
const CONSENT_MS = 60_000

const MINOR = 2

const CODES = {
  '0': { pattern: /^[A-Za-z0-9-]{1,128}$/, type: 'face_code' },
  '1': { pattern: /^\d{18}$/, type: 'payment_code' },
} as const satisfies Record<FaceCodeType, { pattern: RegExp; type: FaceCredential['type'] }>

/** How long a capture may take from now on, milliseconds; 0 when its consent is too old. */
export function timeLeftMs(order: FaceOrder, nowMs: number): number {
  return Math.min(CONSENT_MS, Math.max(0, CONSENT_MS - (nowMs - order.consent.atMs)))
}

/** The fields that every command about one payment begins with. */
export function merchantFields(merchant: DeviceMerchant, authInfo: string): DeviceFields {
  return {
    appid: merchant.appId,
    mch_id: merchant.merchantId,
    sub_appid: merchant.subAppId,
    sub_mch_id: merchant.subMerchantId,
    store_id: merchant.storeId,
    authinfo: authInfo,
  }
}

/** `getWxpayfaceCode`: the amount goes along in either case, since the device shows it. */
export function codeFields(
  order: FaceOrder,
  { codeType, screenIndex }: { readonly codeType: FaceCodeType; readonly screenIndex?: number },
): DeviceFields {
  return {
    out_trade_no: order.outTradeNo,
    total_fee: String(order.amountFen),
    face_code_type: codeType,
    face_authtype: 'FACEPAY',
    screen_index: screenIndex,
  }
}

/**
 * The face code of a successful answer. Refused when the customer is a minor (F-07), when the answer names
 * another order, or when the code is not of the kind that was asked for.
 */
export function readCode(
  order: FaceOrder,
  codeType: FaceCodeType,
  { fields }: DeviceAnswer,
): Result<FaceCredential, FaceCode> {
  if (fields.underage_state === MINOR) return err('face.minor')
  const named = fields.out_trade_no ?? ''
  if (named !== '' && named !== order.outTradeNo) return err('face.service_not_verified')
  const code = String(fields.face_code)
  const { pattern, type } = CODES[codeType]
  return pattern.test(code) ? ok({ code, type }) : err('face.service_not_verified')
}
