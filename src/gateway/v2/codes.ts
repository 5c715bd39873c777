import type { Cause } from '../../domain/errors.ts'
import type { V2Call } from './requests.ts'

/** What an `err_code` comes to. `refused` is definite: this request moved no money and never will. */
export type V2Meaning =
  | { readonly kind: 'refused'; readonly cause: Cause }
  | { readonly kind: 'not_found' }
  | { readonly kind: 'paying' }
  | { readonly kind: 'unknown'; readonly cause: Cause }

/** One meaning and the codes that have it. Unlike on APIv3 they are signed, and have no HTTP status. */
type V2Row = {
  readonly codes: readonly string[]
  readonly meaning: V2Meaning
  /** False: the row does not hold when the same number may have been sent before. */
  readonly onResend?: boolean
}

const refused = (cause: Cause): V2Meaning => ({ kind: 'refused', cause })
const unknown = (cause: Cause): V2Meaning => ({ kind: 'unknown', cause })

/** The gateway could not say, or would not just now: the result stays open. */
const TROUBLE_ROWS: readonly V2Row[] = [
  { codes: ['SYSTEMERROR', 'BANKERROR'], meaning: unknown('gateway.server_error') },
  {
    codes: [
      'FREQUENCY_LIMITED',
      'FREQ_LIMIT',
      'RATELIMIT_EXCEEDED',
      'RATE_LIMIT',
      'INVALID_REQ_TOO_MUCH',
    ],
    meaning: unknown('gateway.busy'),
  },
]

const MALFORMED = [
  'PARAM_ERROR',
  'LACK_PARAMS',
  'XML_FORMAT_ERROR',
  'POST_DATA_EMPTY',
  'NOT_UTF8',
  'REQUIRE_POST_METHOD',
]
const NOT_ALLOWED = [
  'NOAUTH',
  'NO_AUTH',
  'APPID_NOT_EXIST',
  'MCHID_NOT_EXIST',
  'APPID_MCHID_NOT_MATCH',
]
const NOT_BELIEVED = ['SIGNERROR', 'SIGN_ERROR', 'CERT_ERROR']

/**
 * Answers to `POST /pay/micropay` (APIv2 提交付款码支付, "错误码"). `ORDERPAID` and `OUT_TRADE_NO_USED` speak
 * of an older request with the same number, so they are unknown.
 */
const CHARGE_ROWS: readonly V2Row[] = [
  { codes: ['USERPAYING'], meaning: { kind: 'paying' } },
  {
    codes: ['AUTHCODEEXPIRE', 'AUTH_CODE_EXPIRE'],
    meaning: refused('gateway.code_expired'),
  },
  { codes: ['AUTH_CODE_ERROR', 'AUTH_CODE_INVALID'], meaning: refused('gateway.code_invalid') },
  {
    codes: ['NOTENOUGH', 'NOTSUPORTCARD', 'NOTSUPPORTCARD'],
    meaning: refused('gateway.not_enough'),
  },
  { codes: ['RULELIMIT'], meaning: refused('gateway.rule_limit') },
  { codes: ['BUYER_MISMATCH', 'ACCOUNTERROR'], meaning: refused('gateway.account_error') },
  { codes: ['TRADE_ERROR'], meaning: refused('gateway.trade_error') },
  { codes: ['ORDERCLOSED', 'ORDERREVERSED'], meaning: refused('gateway.order_closed') },
  { codes: MALFORMED, meaning: refused('gateway.bad_request') },
  { codes: ['INVALID_REQUEST'], meaning: refused('gateway.bad_request'), onResend: false },
  { codes: NOT_ALLOWED, meaning: refused('gateway.not_authorised') },
  { codes: NOT_BELIEVED, meaning: refused('gateway.sign_error') },
  { codes: ['ORDERPAID', 'OUT_TRADE_NO_USED'], meaning: unknown('gateway.not_settled') },
]

/** A refusal to answer a question says nothing about the money. */
const ASKING_REFUSED: V2Row = {
  codes: [...MALFORMED, ...NOT_ALLOWED, ...NOT_BELIEVED, 'INVALID_REQUEST'],
  meaning: unknown('gateway.check_refused'),
}

/** Not final by itself: the charge may still be on its way. */
const ORDER_NOT_FOUND: V2Row = {
  codes: ['ORDERNOTEXIST', 'ORDER_NOT_EXIST'],
  meaning: { kind: 'not_found' },
}

/**
 * Answers to `POST /secapi/pay/refund` (APIv2 申请退款, "错误码"). `BIZERR_NEED_RETRY` and
 * `ORDER_NOT_READY` ask for the same request again, and `REFUND_FEE_MISMATCH` speaks of an older
 * request with the same number.
 */
const REFUND_ROWS: readonly V2Row[] = [
  { codes: ['NOTENOUGH'], meaning: refused('refund.merchant_funds') },
  { codes: ['USER_ACCOUNT_ABNORMAL'], meaning: refused('refund.account_abnormal') },
  { codes: ['TRADE_OVERDUE'], meaning: refused('refund.too_old') },
  {
    codes: [...MALFORMED, ...ORDER_NOT_FOUND.codes, 'INVALID_TRANSACTIONID'],
    meaning: refused('refund.refused'),
  },
  { codes: ['INVALID_REQUEST'], meaning: refused('refund.refused'), onResend: false },
  { codes: NOT_ALLOWED, meaning: refused('gateway.not_authorised') },
  { codes: NOT_BELIEVED, meaning: refused('gateway.sign_error') },
  {
    codes: ['BIZERR_NEED_RETRY', 'ORDER_NOT_READY', 'REFUND_FEE_MISMATCH'],
    meaning: unknown('gateway.not_settled'),
  },
]

/** The code table of every call. */
export const V2_CODES: Readonly<Record<V2Call, readonly V2Row[]>> = {
  charge: [...TROUBLE_ROWS, ...CHARGE_ROWS],
  query: [...TROUBLE_ROWS, ORDER_NOT_FOUND, ASKING_REFUSED],
  reverse: [
    ...TROUBLE_ROWS,
    ORDER_NOT_FOUND,
    // While the customer's password page is open: the order is not reversed. Seen, not documented.
    { codes: ['USERPAYING', 'USER_PAYING'], meaning: { kind: 'paying' } },
    ASKING_REFUSED,
    {
      codes: [
        'INVALID_TRANSACTIONID',
        'ORDERCLOSED',
        'ORDERPAID',
        'ORDERREVERSED',
        'REVERSE_EXPIRE',
        'TRADE_ERROR',
        'TRADE_STATE_ERROR',
        'USER_ACCOUNT_ABNORMAL',
      ],
      meaning: unknown('gateway.not_settled'),
    },
  ],
  refund: [...TROUBLE_ROWS, ...REFUND_ROWS],
  refund_query: [
    ...TROUBLE_ROWS,
    { codes: ['REFUNDNOTEXIST', 'REFUND_NOT_EXIST'], meaning: { kind: 'not_found' } },
    ASKING_REFUSED,
    { codes: ['INVALID_TRANSACTIONID'], meaning: unknown('gateway.check_refused') },
  ],
}

/** Looks an `err_code` up. What is not in the table is unknown (P4). */
export function v2MeaningOf(
  call: V2Call,
  error: { readonly wireCode: string | undefined; readonly resent: boolean },
): V2Meaning {
  const { wireCode } = error
  if (wireCode === undefined) return unknown('gateway.unreadable')
  const row = V2_CODES[call].find(({ codes }) => codes.includes(wireCode))
  if (!row) return unknown('gateway.unknown_code')
  if (error.resent && row.onResend === false) return unknown('gateway.not_settled')
  return row.meaning
}
