import { err, ok, type Result } from '../../base/result.ts'
import { type Problem, problem } from '../../domain/errors.ts'
import type { FaceCode } from '../../domain/face-errors.ts'
import { cleanText } from '../codec.ts'
import { type Encoded, STORE_ID_MAX } from './requests.ts'
import { isAmbiguous, type MessageSigner, type SignType } from './sign-text.ts'
import { readXml } from './xml.ts'

/** Where it is asked for (刷脸支付, 获取调用凭证). */
export const AUTH_INFO_PATH = '/face/get_wxpayface_authinfo'
/** The host of that call, which is not the one of payments. */
export const AUTH_INFO_ORIGIN = 'https://payapp.weixin.qq.com'

/** Who asks, for what device in what store. */
export type FaceDeviceFacts = {
  readonly merchantId: string
  readonly appId: string
  /** At most 32 characters. */
  readonly storeId: string
  /** At most 128 characters. */
  readonly storeName: string
  /** At most 32 characters. */
  readonly deviceId: string
}

/** What every request says of itself; `nowS`: Unix seconds. */
export type AuthInfoStamp = {
  readonly nonce: string
  readonly signType: SignType
  readonly nowS: number
}

const STORE_NAME_MAX = 128
const DEVICE_ID_MAX = 32
const RAW_DATA_MAX = 2_048
const AUTH_INFO_MAX = 4_096
/** Longer than any example; a longer life would outlast what it was given for. */
const LIFE_S_MAX = 86_400
/** Nothing XML cannot carry, nothing that hides. */
const UNFIT = /[\p{C}\p{Zl}\p{Zp}]/u

/**
 * `POST /face/get_wxpayface_authinfo` (刷脸支付, 获取调用凭证), before it is signed. An error names what
 * was wrong; nothing may be sent then.
 */
export function encodeAuthInfo(
  facts: FaceDeviceFacts,
  rawData: string,
  stamp: AuthInfoStamp,
): Encoded {
  const bounded: readonly (readonly [string, string, number])[] = [
    ['store', facts.storeId, STORE_ID_MAX],
    ['store name', facts.storeName, STORE_NAME_MAX],
    ['device', facts.deviceId, DEVICE_ID_MAX],
    ['raw data', rawData, RAW_DATA_MAX],
  ]
  const isUnfit = (text: string, most: number) =>
    text.length < 1 || text.length > most || UNFIT.test(text)
  const fault = bounded.find(([, text, most]) => isUnfit(text, most))
  if (fault) return err(fault[0])
  return ok(
    new Map([
      ['appid', facts.appId],
      ['mch_id', facts.merchantId],
      ['nonce_str', stamp.nonce],
      ['sign_type', stamp.signType],
      ['version', '1'],
      ['now', String(stamp.nowS)],
      ['store_id', facts.storeId],
      ['store_name', facts.storeName],
      ['device_id', facts.deviceId],
      ['rawdata', rawData],
    ]),
  )
}

/** What a `return_code` that is no success means; it is not signed, so it is a choice of words. */
const RETURNED: ReadonlyMap<string, FaceCode> = new Map([
  ['FAIL', 'face.not_authorised'],
  ['ERROR', 'face.not_authorised'],
  ['PARAM_ERROR', 'face.device_failed'],
  ['SYSTEMERROR', 'face.service_unreachable'],
])

/** A credential for the device service, and how long it lasts, seconds. */
export type AuthInfo = { readonly authInfo: string; readonly lifeS: number }

/** Reads an answer: only one that is signed and speaks to this merchant and app is believed. Total. */
export function readAuthInfo(
  body: Uint8Array,
  facts: Pick<FaceDeviceFacts, 'merchantId' | 'appId'>,
  signer: Pick<MessageSigner, 'isSigned'>,
): Result<AuthInfo, Problem> {
  const doubted = (detail: string) => err(problem('face.service_not_verified', { detail }))
  const fields = readXml(body)
  if (!fields) return doubted('unreadable')
  const returned = fields.get('return_code')
  if (returned !== 'SUCCESS') {
    const code = RETURNED.get(returned ?? '') ?? 'face.service_not_verified'
    return err(problem(code, { detail: cleanText(fields.get('return_msg') ?? '') }))
  }
  if (!signer.isSigned(fields) || isAmbiguous(fields)) return doubted('wrong signature')
  const isOurs = fields.get('appid') === facts.appId && fields.get('mch_id') === facts.merchantId
  if (!isOurs) return doubted('another merchant')
  const authInfo = fields.get('authinfo') ?? ''
  const lifeS = fields.get('expires_in') ?? ''
  const isWhole = authInfo.length >= 1 && authInfo.length <= AUTH_INFO_MAX
  if (!isWhole || !/^[1-9]\d{0,5}$/.test(lifeS)) return doubted('incomplete')
  return ok({ authInfo, lifeS: Math.min(Number(lifeS), LIFE_S_MAX) })
}
