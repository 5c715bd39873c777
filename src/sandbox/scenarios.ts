import type { FaultName } from './faults.ts'
import type { RefusalName } from './refusals.ts'

export const CALLS = ['charge', 'query', 'reverse'] as const
export type Call = (typeof CALLS)[number]

/**
 * What becomes of the money.
 * `paid` at once · `paid_later` after some seconds while the call waits · `password_*` the customer
 * is asked and confirms, cancels or never answers · `refunded` paid, and refunded by somebody some
 * seconds later · `unpaid` an order exists and nobody pays it · `unprocessed` the gateway never
 * looked at the request: no order.
 */
export type Settlement =
  | 'paid'
  | 'paid_later'
  | 'password_paid'
  | 'password_cancelled'
  | 'password_unanswered'
  | 'refunded'
  | 'unpaid'
  | 'unprocessed'

/** Settings of a scenario; a script may override each. */
export type ScenarioParams = {
  /** How long the thing the scenario is about takes, in seconds. */
  readonly seconds?: number
  /** How often the fault strikes per kind of call. */
  readonly times?: number
  /** How many queries or reversals are refused first. */
  readonly count?: number
  /** Which calls the fault strikes. */
  readonly on?: readonly Call[]
  /** Size of the huge body. */
  readonly bytes?: number
}

export type Scenario = {
  readonly name: string
  readonly summary: string
  readonly settlement: Settlement
  readonly refusal?: RefusalName
  readonly fault?: FaultName
  /** The first `count` queries answer that the order does not exist. */
  readonly hidesOrder?: true
  /** The customer has a credit card and nothing else. */
  readonly creditOnly?: true
  /** What the result names as paid with, in spite of any limit; `OTHERS` when absent. */
  readonly bankType?: string
  /** Until it is paid, nobody can find or reverse the order: the charge is still on its way. */
  readonly absentUntilPaid?: true
  /** The first `count` reversals are refused because the customer is paying. */
  readonly refusesReverse?: true
  readonly params: ScenarioParams
}

/** The password dialog ends by itself after this long (community reports; no page states it). */
export const PASSWORD_LIMIT_SECONDS = 45
/** Orders above this ask for the password. */
const PASSWORD_FREE_MAX_FEN = 100_000

type Row = readonly [string, Settlement, string, Omit<Scenario, 'name' | 'summary' | 'settlement'>]

const NO_PARAMS = { params: {} } as const
const fault = (name: FaultName, params: ScenarioParams = {}) => ({ fault: name, params })
const refuse = (name: RefusalName) => ({ refusal: name, params: {} })
const onReverse: ScenarioParams = { on: ['reverse'] }

/** Row n answers to the amount 900.0n yuan and to payment codes 15…9nn. Append only. */
const ROWS: readonly Row[] = [
  ['ok', 'paid', 'paid at once', NO_PARAMS],
  ['ok_slowly', 'paid_later', 'paid after 3 s, the call waits', { params: { seconds: 3 } }],
  ['password_ok', 'password_paid', 'password, confirmed after 8 s', { params: { seconds: 8 } }],
  ['password_cancel', 'password_cancelled', 'password, cancelled', { params: { seconds: 6 } }],
  ['password_wrong', 'password_unanswered', 'wrong password, dialog stays open to 45 s', NO_PARAMS],
  ['password_none', 'password_unanswered', 'password never entered, fails at 45 s', NO_PARAMS],
  ['answer_lost', 'paid', 'paid, connection reset instead of an answer', fault('reset')],
  ['answer_delayed', 'paid', 'paid, answer after 60 s', fault('delay', { seconds: 60 })],
  ['system_error_paid', 'paid', '500 SYSTEM_ERROR, yet paid', fault('system_error')],
  ['system_error_unpaid', 'unpaid', '500 SYSTEM_ERROR, not paid', fault('system_error')],
  ['rate_limited', 'unprocessed', '429, not processed', fault('rate_limited')],
  ['unavailable', 'unprocessed', '503, not processed', fault('unavailable')],
  ['bank_error', 'unpaid', '500 BANK_ERROR, not paid', fault('bank_error')],
  ['bank_error_paid', 'paid', '500 BANK_ERROR, yet paid', fault('bank_error')],
  ['not_enough', 'unpaid', '403 NOT_ENOUGH', refuse('not_enough')],
  ['code_expired', 'unprocessed', '403, code expired', refuse('code_expired')],
  ['code_invalid', 'unprocessed', '403, code invalid', refuse('code_invalid')],
  ['code_used', 'unprocessed', '403, code used before', refuse('code_used')],
  ['rule_limit', 'unpaid', '403 RULE_LIMIT', refuse('rule_limit')],
  ['account_error', 'unpaid', '403 ACCOUNT_ERROR', refuse('account_error')],
  ['trade_error', 'unpaid', '403 TRADE_ERROR', refuse('trade_error')],
  ['no_auth', 'unprocessed', '403 NO_AUTH', refuse('no_auth')],
  [
    'late_commit',
    'paid',
    'paid, answer lost, first 3 queries say the order does not exist',
    { fault: 'reset', hidesOrder: true, params: { count: 3 } },
  ],
  ['request_dropped', 'unprocessed', 'connection reset before processing', fault('reset')],
  [
    'reverse_refused',
    'password_unanswered',
    'password never entered, reverse refused as USERPAYING twice even after the dialog ended',
    { refusesReverse: true, params: { count: 2 } },
  ],
  [
    'reverse_error_done',
    'password_unanswered',
    'password never entered, reverse done but answered 500',
    fault('system_error', onReverse),
  ],
  [
    'reverse_lost',
    'password_unanswered',
    'password never entered, reverse done but its answer lost',
    fault('reset', onReverse),
  ],
  ['unsigned', 'paid', 'paid, answer unsigned', fault('unsigned')],
  ['signature_wrong', 'paid', 'paid, answer wrongly signed', fault('garbled_signature')],
  ['serial_wrong', 'paid', 'paid, signed under an unknown serial', fault('wrong_serial')],
  ['signature_stale', 'paid', 'paid, signature 10 min old', fault('stale_signature')],
  ['signature_probe', 'paid', 'paid, probe instead of a signature', fault('probe')],
  ['truncated_json', 'paid', 'paid, JSON truncated and signed so', fault('truncated_json')],
  ['cut_body', 'paid', 'paid, body shorter than Content-Length', fault('cut_body')],
  ['not_json', 'paid', 'paid, signed body that is not JSON', fault('not_json')],
  ['html_502', 'paid', 'paid, 502 with an HTML page', fault('html_502')],
  ['empty_200', 'paid', 'paid, 200 without a body', fault('empty_200')],
  ['redirect_302', 'paid', 'paid, redirect elsewhere', fault('redirect_302')],
  ['other_amount', 'paid', 'paid, signed answer with another amount', fault('other_amount')],
  ['other_mchid', 'paid', 'paid, signed answer of another merchant', fault('other_mchid')],
  ['other_appid', 'paid', 'paid, signed answer of another appid', fault('other_appid')],
  ['other_order', 'paid', 'paid, signed answer of another order', fault('other_out_trade_no')],
  ['slow_headers', 'paid', 'paid, headers over 60 s', fault('slow_headers', { seconds: 60 })],
  ['slow_body', 'paid', 'paid, body over 60 s', fault('slow_body', { seconds: 60 })],
  ['huge_body', 'paid', 'paid, signed body of 100 MiB', fault('huge_body')],
  ['unknown_code', 'unpaid', '403 with a code in no table, not paid', fault('unknown_code')],
  ['unknown_code_paid', 'paid', '403 with a code in no table, yet paid', fault('unknown_code')],
  ['old_spelling', 'unpaid', '403 NOTENOUGH, run together', refuse('not_enough_old')],
  ['refunded_later', 'refunded', 'paid, state REFUND after 10 s', { params: { seconds: 10 } }],
  [
    'late_arrival',
    'paid_later',
    'answer lost, the charge arrives and is paid 20 s later, unknown until then',
    { fault: 'reset', absentUntilPaid: true, params: { seconds: 20 } },
  ],
  [
    'credit_only',
    'paid',
    'paid by credit card, refused where limit_pay is no_credit',
    { creditOnly: true, bankType: 'ICBC_CREDIT', params: {} },
  ],
  [
    'credit_anyway',
    'paid',
    'paid by credit card, in spite of a limit_pay of no_credit',
    { bankType: 'ICBC_CREDIT', params: {} },
  ],
  ['debit_card', 'paid', 'paid by debit card', { bankType: 'CCB_DEBIT', params: {} }],
]

/** Every scenario, by name, in the order of the table. */
export const SCENARIOS: ReadonlyMap<string, Scenario> = new Map(
  ROWS.map(([name, settlement, summary, rest]) => [name, { name, settlement, summary, ...rest }]),
)

const NAMES = [...SCENARIOS.keys()]

/** Test names of the official v2 sandbox (header Wechatpay-Negative-Test) and what they mean here. */
const OFFICIAL_NAMES: Readonly<Record<string, string>> = {
  MICROPAY_USERPAYING: 'password_ok',
  MICROPAY_TIMEOUT: 'answer_delayed',
  MICROPAY_PAYERROR: 'password_none',
  MICROPAY_PAY_QUERY_TIMEOUT: 'late_commit',
}

/** A scenario by its own name or by its name in the official v2 sandbox. */
export function scenarioNamed(name: string): Scenario | undefined {
  return SCENARIOS.get(OFFICIAL_NAMES[name] ?? name)
}

/** The amount in fen that chooses a scenario, 90001 to 90099; undefined for unknown names. */
export function magicAmountFen(name: string): number | undefined {
  const index = NAMES.indexOf(name)
  return index < 0 ? undefined : 90_001 + index
}

/** The last three digits of a payment code beginning with 15 that choose a scenario. */
export function magicCodeTail(name: string): string | undefined {
  const index = NAMES.indexOf(name)
  return index < 0 ? undefined : String(901 + index)
}

/** What chooses the scenario of a charge when no header and no script does. */
export function scenarioOfCharge(amountFen: number, code: string): Scenario {
  const byAmount = NAMES[amountFen - 90_001]
  const tail = Number(code.slice(-3))
  const byCode = code.startsWith('15') ? NAMES[tail - 901] : undefined
  const byDefault = amountFen > PASSWORD_FREE_MAX_FEN ? 'password_ok' : 'ok'
  const scenario = SCENARIOS.get(byAmount ?? byCode ?? byDefault)
  if (scenario === undefined) throw new Error('the scenario table has lost its first rows')
  return scenario
}
