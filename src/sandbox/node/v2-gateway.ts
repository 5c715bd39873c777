import { randomBytes } from 'node:crypto'
import type { Answer } from '../answers.ts'
import { PLAIN } from '../answers.ts'
import type { SandboxClock } from '../clock.ts'
import type { Merchant } from '../orders.ts'
import type { V2Form } from '../v2-body.ts'
import { canonicalFields, checkV2Fields } from '../v2-body.ts'
import type { V2Writing } from '../v2-dialect.ts'
import { failAnswer, refusedAnswer, signedAnswer, v2Dialect } from '../v2-dialect.ts'
import type { V2Call, V2Refusal } from '../v2-refusals.ts'
import { spellRefusal } from '../v2-refusals.ts'
import type { V2Fields } from '../v2-xml.ts'
import { parseXml } from '../v2-xml.ts'
import type { WireRequest } from '../wire-checks.ts'
import type { Credentials } from './credentials.ts'
import { AUTH_INFO_LIFE_S } from './faces/auth-infos.ts'
import type { Ledger } from './ledger.ts'
import type { Payments, Reply } from './payments.ts'
import type { Refunds } from './refunds.ts'
import type { Admit, Barred } from './services/gate.ts'
import type { Services } from './services/services.ts'
import { CERTIFICATE_REFUSALS, refuseCertificate } from './v2-client-certificate.ts'
import { V2Refunds } from './v2-refunds.ts'
import type { SignType } from './v2-signing.ts'
import { SIGN_TYPES, signV2, verifyV2 } from './v2-signing.ts'

export type V2Settings = {
  readonly credentials: Credentials
  readonly ledger: Ledger
  readonly payments: Payments
  readonly refunds: Refunds
  readonly clock: SandboxClock
  readonly merchant: Merchant
  readonly services: Services
}

/** `certificate`: the client must show the merchant's certificate in the TLS handshake. */
type Route = {
  readonly call: V2Call
  readonly certificate: boolean
  /** Which table of fields, where it is not the call's own. */
  readonly form?: V2Form
  /** Calls about orders that were paid by face. */
  readonly isFace?: true
  readonly hmacOnly?: true
}

const ROUTES: Readonly<Record<string, Route>> = {
  '/pay/micropay': { call: 'charge', certificate: false },
  '/pay/orderquery': { call: 'query', certificate: false },
  '/secapi/pay/reverse': { call: 'reverse', certificate: true },
  '/secapi/pay/refund': { call: 'refund', certificate: true },
  '/pay/refundquery': { call: 'refund_query', certificate: false },
  '/pay/facepay': {
    call: 'charge',
    certificate: false,
    form: 'face_charge',
    isFace: true,
    hmacOnly: true,
  },
  '/pay/facepayquery': { call: 'query', certificate: false, isFace: true },
  '/secapi/pay/facepayreverse': { call: 'reverse', certificate: true, isFace: true },
  '/face/get_wxpayface_authinfo': { call: 'charge', certificate: false, form: 'face_auth_info' },
}

const routeOf = (url: string): Route | undefined => {
  const path = url.split('?')[0] ?? ''
  return Object.hasOwn(ROUTES, path) ? ROUTES[path] : undefined
}

/** Whether a request is for a v2 call. */
export function isV2Request(request: WireRequest): boolean {
  return routeOf(request.url) !== undefined
}

const say = (answer: Answer, verdict: string, outTradeNo: string | null = null): Reply => ({
  answer,
  delivery: PLAIN,
  verdict,
  outTradeNo,
})
const fail = (message: string, verdict: string): Reply => say(failAnswer(message), verdict)

type Trusted = { readonly fields: V2Fields; readonly signType: SignType }

const signTypeOf = (fields: V2Fields): SignType | undefined => {
  const named = fields.get('sign_type') || 'MD5'
  return SIGN_TYPES.find((type) => type === named)
}

/** Who sends, and whether it is so: what is checked before any field means anything. */
const trust = (
  settings: V2Settings,
  request: WireRequest,
  { certificate, hmacOnly }: Route,
): Trusted | Reply => {
  const { credentials, merchant, clock } = settings
  if (request.method !== 'POST') return fail('请使用post方法', 'method_wrong')
  if (certificate) {
    const refusal = refuseCertificate(request.clientCertificate, {
      authority: credentials.merchantAuthority,
      merchant: credentials.merchantCertificate,
      merchantId: merchant.id,
      nowMs: clock.nowMs(),
      isRevoked: (serial) => settings.services.certificates.lookUp(serial) === 'revoked',
    })
    if (refusal) return fail(CERTIFICATE_REFUSALS[refusal], refusal)
  }
  // Bytes that are no UTF-8 were read as U+FFFD, which no request has a use for.
  if (request.body.includes('\u{fffd}')) return fail('编码格式错误', 'not_utf8')
  const fields = parseXml(request.body)
  if (fields === undefined) return fail('XML格式错误', 'xml_malformed')
  if (!fields.get('mch_id')) return fail('缺少参数：mch_id', 'mch_id_missing')
  if (fields.get('mch_id') !== merchant.id) return fail('商户号mch_id不存在', 'mch_id_unknown')
  const signType = signTypeOf(fields)
  if (signType === undefined || !verifyV2(fields, credentials.apiV2Key, signType)) {
    return fail('签名错误', 'signature_wrong')
  }
  if (hmacOnly && signType !== 'HMAC-SHA256') return fail('签名类型错误', 'sign_type_wrong')
  return { fields, signType }
}

const writingFor = (settings: V2Settings, call: V2Call, signType: SignType): V2Writing => ({
  call,
  merchant: settings.merchant,
  nonce: () => randomBytes(16).toString('hex'),
  sign: (fields) => signV2(fields, settings.credentials.apiV2Key, signType),
})

type Asked = {
  readonly fields: V2Fields
  readonly header: string | undefined
  /** Whether terminal services bar a charge, or have barred a refund. */
  readonly admit: Admit | undefined
  readonly barred: Barred | undefined
  readonly isFace: boolean
}

/** The order number a call is about; `transaction_id` goes before `out_trade_no`. */
const orderNumber = ({ ledger, clock }: V2Settings, fields: V2Fields): string | undefined => {
  const transactionId = fields.get('transaction_id')
  if (!transactionId) return fields.get('out_trade_no')
  return ledger.orderByTransaction(transactionId, clock.nowMs())?.outTradeNo
}

/** A face call finds no order of a payment code. */
const isPaidByFace = ({ ledger, clock }: V2Settings, outTradeNo: string): boolean =>
  ledger.order(outTradeNo, clock.nowMs())?.tradeType === 'FACEPAY'

const charge = (payments: Payments, { fields, header, admit }: Asked): Reply =>
  payments.chargeRead(
    {
      appid: fields.get('appid') ?? '',
      mchid: fields.get('mch_id') ?? '',
      outTradeNo: fields.get('out_trade_no') ?? '',
      amountFen: Number(fields.get('total_fee')),
      code: fields.get('auth_code') ?? fields.get('face_code') ?? '',
      description: fields.get('body') ?? '',
      attach: fields.get('attach'),
      deviceId: fields.get('device_info'),
      limitPay: fields.get('limit_pay'),
      canonical: canonicalFields(fields),
    },
    header,
    admit,
  )

const dispatch = (settings: V2Settings, writing: V2Writing, asked: Asked): Reply => {
  const payments = settings.payments.speaking(v2Dialect(writing))
  if (writing.call === 'charge') return charge(payments, asked)
  if (asked.barred) {
    const answer = refusedAnswer(writing, spellRefusal(asked.barred.name, writing.call))
    const headers = { ...answer.headers, 'Guitai-Refusal': asked.barred.reason }
    return say({ ...answer, headers }, `gate ${asked.barred.reason}`)
  }
  if (writing.call === 'refund') return new V2Refunds(settings, writing).request(asked)
  if (writing.call === 'refund_query') return new V2Refunds(settings, writing).query(asked)
  const outTradeNo = orderNumber(settings, asked.fields)
  if (outTradeNo === undefined || (asked.isFace && !isPaidByFace(settings, outTradeNo))) {
    const refusal = spellRefusal('order_absent', writing.call)
    return say(refusedAnswer(writing, refusal), 'order_absent')
  }
  return writing.call === 'query'
    ? payments.query(outTradeNo, asked.header)
    : payments.reverseRead(outTradeNo, asked.header)
}

/** `get_wxpayface_authinfo`: what is wrong is said in `return_code`, and there is no `result_code`. */
const authInfo = (
  settings: V2Settings,
  writing: V2Writing,
  { fields, issue }: { readonly fields: V2Fields; readonly issue: V2Refusal | undefined },
): Reply => {
  if (issue)
    return say(failAnswer(issue.description, 'PARAM_ERROR'), `authinfo ${issue.description}`)
  if (fields.get('appid') !== settings.merchant.appId) {
    return say(failAnswer('appid和mch_id不匹配', 'PARAM_ERROR'), 'appid_not_bound')
  }
  const [device_id, store_id] = [fields.get('device_id') ?? '', fields.get('store_id') ?? '']
  const answer = signedAnswer(writing, [
    ['authinfo', settings.services.authInfos.make({ device_id, store_id })],
    ['expires_in', String(AUTH_INFO_LIFE_S)],
  ])
  return say(answer, 'authinfo')
}

/**
 * Decides about one v2 request. Expects to run inside a ledger transaction. The status is 200
 * whatever the answer is, but for faults.
 */
export function handleV2(settings: V2Settings, request: WireRequest): Reply {
  const route = routeOf(request.url)
  if (route === undefined) throw new Error(`no v2 call has the path ${request.url}`)
  const trusted = trust(settings, request, route)
  if (!('fields' in trusted)) return trusted
  const { fields, signType } = trusted
  const writing = writingFor(settings, route.call, signType)
  const outTradeNo = fields.get('out_trade_no') ?? null
  const issue = checkV2Fields(fields, route.form ?? route.call)
  if (route.form === 'face_auth_info') return authInfo(settings, writing, { fields, issue })
  if (issue) {
    const verdict = `${issue.code} ${issue.description}`
    return say(refusedAnswer(writing, issue), verdict, outTradeNo)
  }
  if (fields.get('appid') !== settings.merchant.appId) {
    const refusal = spellRefusal('appid_not_bound', route.call)
    return say(refusedAnswer(writing, refusal), 'appid_not_bound', outTradeNo)
  }
  const header = request.headers['wechatpay-negative-test']
  const { gate } = settings.services
  const hasAddress = (fields.get('spbill_create_ip') ?? '') !== ''
  const isFace = route.isFace ?? false
  const openid = isFace ? fields.get('openid') : undefined
  const admit =
    route.call === 'charge'
      ? settings.services.admitCharge(request, { hasAddress, isFacePath: isFace, openid })
      : undefined
  const barred =
    route.call === 'refund'
      ? gate.refuseRefund(request, fields.get('out_refund_no') ?? '')
      : undefined
  return dispatch(settings, writing, { fields, header, admit, barred, isFace })
}
