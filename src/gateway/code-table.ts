import type { Cause } from '../domain/errors.ts'

/** The calls about an order. */
export type Call = 'charge' | 'query' | 'reverse'

/** The calls about a refund. */
export type RefundCall = 'refund' | 'refund_query'

/** What an error code comes to. `refused` is definite: this request moved no money and never will. */
export type CodeMeaning =
  | { readonly kind: 'refused'; readonly cause: Cause }
  | { readonly kind: 'not_found' }
  | { readonly kind: 'paying' }
  | { readonly kind: 'unknown'; readonly cause: Cause }

/** One meaning and every spelling of it that the public documents have. */
type CodeRow = {
  readonly codes: readonly string[]
  readonly meaning: CodeMeaning
  /** HTTP statuses this row is believed on. */
  readonly statuses: readonly number[]
  /** False: the row does not hold when the same order number may have been sent before. */
  readonly onResend?: boolean
}

/**
 * A definite refusal stands only under these statuses. 404, 409, 429 and 5xx never prove that
 * nothing happened.
 */
const DEFINITE = [400, 401, 403]

const refused = (cause: Cause): CodeMeaning => ({ kind: 'refused', cause })
const unknown = (cause: Cause): CodeMeaning => ({ kind: 'unknown', cause })

/**
 * Answers to `POST /v3/pay/transactions/codepay`. Sources: the error tables of APIv3 basic pay (new
 * spelling, with underscores, and old one, run together) and of APIv2 micropay for the codes that
 * name a payment code. `OUT_TRADE_NO_USED` and `ORDER_PAID` speak of an older request with the same
 * number and say nothing about money, so they are unknown.
 */
const CHARGE_ROWS: readonly CodeRow[] = [
  {
    codes: ['AUTH_CODE_EXPIRE', 'AUTHCODEEXPIRE', 'AUTH_CODE_EXPIRED', 'AUTHCODEEXPIRED'],
    meaning: refused('gateway.code_expired'),
    statuses: DEFINITE,
  },
  {
    codes: ['AUTH_CODE_INVALID', 'AUTHCODEINVALID', 'AUTH_CODE_ERROR', 'AUTHCODEERROR'],
    meaning: refused('gateway.code_invalid'),
    statuses: DEFINITE,
  },
  {
    codes: ['NOT_ENOUGH', 'NOTENOUGH', 'NOT_SUPPORT_CARD', 'NOTSUPORTCARD', 'NOTSUPPORTCARD'],
    meaning: refused('gateway.not_enough'),
    statuses: DEFINITE,
  },
  {
    codes: ['RULE_LIMIT', 'RULELIMIT'],
    meaning: refused('gateway.rule_limit'),
    statuses: DEFINITE,
  },
  {
    codes: ['ACCOUNT_ERROR', 'ACCOUNTERROR', 'BUYER_MISMATCH', 'BUYERMISMATCH'],
    meaning: refused('gateway.account_error'),
    statuses: DEFINITE,
  },
  {
    codes: ['TRADE_ERROR', 'TRADEERROR'],
    meaning: refused('gateway.trade_error'),
    statuses: DEFINITE,
  },
  {
    codes: ['ORDER_CLOSED', 'ORDERCLOSED', 'ORDER_REVERSED', 'ORDERREVERSED'],
    meaning: refused('gateway.order_closed'),
    statuses: DEFINITE,
  },
  {
    codes: ['PARAM_ERROR', 'PARAMERROR'],
    meaning: refused('gateway.bad_request'),
    statuses: DEFINITE,
  },
  {
    codes: ['INVALID_REQUEST', 'INVALIDREQUEST'],
    meaning: refused('gateway.bad_request'),
    statuses: DEFINITE,
    onResend: false,
  },
  {
    codes: [
      'NO_AUTH',
      'NOAUTH',
      'MCH_NOT_EXISTS',
      'MCHID_NOT_EXIST',
      'APPID_NOT_EXIST',
      'APPID_MCHID_NOT_MATCH',
    ],
    meaning: refused('gateway.not_authorised'),
    statuses: DEFINITE,
  },
  {
    codes: ['SIGN_ERROR', 'SIGNERROR'],
    meaning: refused('gateway.sign_error'),
    statuses: DEFINITE,
  },
  {
    codes: ['OUT_TRADE_NO_USED', 'OUTTRADENOUSED', 'ORDER_PAID', 'ORDERPAID', 'USERPAYING'],
    meaning: unknown('gateway.not_settled'),
    statuses: DEFINITE,
  },
]

/**
 * A refusal to answer a question says nothing about the money: whatever the code, the outcome stays
 * unknown, under a text that points the installer to configuration, certificate and clock.
 */
const ASKING_REFUSED: CodeRow = {
  codes: [
    'PARAM_ERROR',
    'PARAMERROR',
    'INVALID_REQUEST',
    'INVALIDREQUEST',
    'NO_AUTH',
    'NOAUTH',
    'MCH_NOT_EXISTS',
    'MCHID_NOT_EXIST',
    'APPID_NOT_EXIST',
    'APPID_MCHID_NOT_MATCH',
    'SIGN_ERROR',
    'SIGNERROR',
  ],
  meaning: unknown('gateway.check_refused'),
  statuses: DEFINITE,
}

/** "No such order": not final by itself, the charge may still be on its way (APIv3 query). */
const NOT_FOUND: CodeRow = {
  codes: ['ORDER_NOT_EXIST', 'ORDERNOTEXIST'],
  meaning: { kind: 'not_found' },
  statuses: [404],
}

/**
 * While the customer's password page is open a reversal is refused with `USERPAYING`: the order is
 * not reversed. The status is not documented, so any client error is taken.
 */
const REVERSE_WHILE_PAYING: CodeRow = {
  codes: ['USERPAYING', 'USER_PAYING'],
  meaning: { kind: 'paying' },
  statuses: [400, 403],
}

/**
 * Answers to `POST /v3/refund/domestic/refunds`. Source: the error table of APIv3 refund. Two of its
 * codes come with a 404 that speaks of the order or the merchant and not of this address, so they are
 * definite under it too; whatever is refused, one query still confirms it. `REFUND_FEE_MISMATCH` (of
 * the table of APIv2) speaks of an older request with the same number, so it is unknown.
 */
const REFUND_ROWS: readonly CodeRow[] = [
  {
    codes: ['NOT_ENOUGH', 'NOTENOUGH'],
    meaning: refused('refund.merchant_funds'),
    statuses: DEFINITE,
  },
  {
    codes: ['USER_ACCOUNT_ABNORMAL', 'USERACCOUNTABNORMAL'],
    meaning: refused('refund.account_abnormal'),
    statuses: DEFINITE,
  },
  {
    codes: ['PARAM_ERROR', 'PARAMERROR', 'TRADE_OVERDUE'],
    meaning: refused('refund.refused'),
    statuses: DEFINITE,
  },
  {
    codes: ['INVALID_REQUEST', 'INVALIDREQUEST'],
    meaning: refused('refund.refused'),
    statuses: DEFINITE,
    onResend: false,
  },
  {
    codes: ['RESOURCE_NOT_EXISTS'],
    meaning: refused('refund.refused'),
    statuses: [404],
  },
  {
    codes: ['MCH_NOT_EXISTS'],
    meaning: refused('refund.not_authorised'),
    statuses: [...DEFINITE, 404],
  },
  {
    codes: ['NO_AUTH', 'NOAUTH', 'MCHID_NOT_EXIST', 'APPID_NOT_EXIST', 'APPID_MCHID_NOT_MATCH'],
    meaning: refused('refund.not_authorised'),
    statuses: DEFINITE,
  },
  {
    codes: ['SIGN_ERROR', 'SIGNERROR'],
    meaning: refused('refund.sign_error'),
    statuses: DEFINITE,
  },
  {
    codes: ['REFUND_FEE_MISMATCH'],
    meaning: unknown('gateway.not_settled'),
    statuses: DEFINITE,
  },
]

/** "No such refund": not final by itself, the request may still be on its way (APIv3 refund query). */
const REFUND_NOT_FOUND: CodeRow = {
  codes: ['RESOURCE_NOT_EXISTS'],
  meaning: { kind: 'not_found' },
  statuses: [404],
}

/**
 * A reversal that these codes refuse is refused the next time too (APIv2 reverse, error table: the codes
 * whose solution is not "call again"). What became of the money they do not say.
 */
const REVERSE_REFUSED: CodeRow = {
  codes: [
    'TRADE_ERROR',
    'TRADEERROR',
    'TRADE_STATE_ERROR',
    'REVERSE_EXPIRE',
    'USER_ACCOUNT_ABNORMAL',
    'INVALID_TRANSACTIONID',
  ],
  meaning: unknown('gateway.reverse_refused'),
  statuses: DEFINITE,
}

/** The code table of every call. */
export const CODE_TABLE: Readonly<Record<Call | RefundCall, readonly CodeRow[]>> = {
  charge: CHARGE_ROWS,
  query: [NOT_FOUND, ASKING_REFUSED],
  reverse: [
    NOT_FOUND,
    REVERSE_WHILE_PAYING,
    ASKING_REFUSED,
    {
      codes: [
        'ORDER_CLOSED',
        'ORDERCLOSED',
        'ORDER_REVERSED',
        'ORDERREVERSED',
        'ORDER_PAID',
        'ORDERPAID',
      ],
      meaning: unknown('gateway.not_settled'),
      statuses: DEFINITE,
    },
    REVERSE_REFUSED,
  ],
  refund: REFUND_ROWS,
  refund_query: [REFUND_NOT_FOUND, { ...ASKING_REFUSED, statuses: [...DEFINITE, 404] }],
}

/** Statuses whose meaning does not depend on a code. None of them settles anything. */
function causeOfStatus(status: number): Cause | undefined {
  if (status === 429) return 'gateway.busy'
  if (status >= 500) return 'gateway.server_error'
  return undefined
}

/** One error answer, as far as the table needs it. */
export type WireError = {
  readonly status: number
  readonly wireCode: string | undefined
  /** The request may have reached the gateway before. */
  readonly resent: boolean
}

/** Looks an error answer up. What is not in the table is unknown (P4). */
export function meaningOf(call: Call | RefundCall, error: WireError): CodeMeaning {
  const ofStatus = causeOfStatus(error.status)
  if (ofStatus) return unknown(ofStatus)
  const { wireCode } = error
  if (wireCode === undefined) return unknown('gateway.unreadable')
  const row = CODE_TABLE[call].find(({ codes }) => codes.includes(wireCode))
  if (!row?.statuses.includes(error.status)) return unknown('gateway.unknown_code')
  if (error.resent && row.onResend === false) return unknown('gateway.not_settled')
  return row.meaning
}
