import type { FaultName } from './faults.ts'
import type { RefundStatus } from './refunds.ts'
import type { RefusalName } from './refusals.ts'

export const REFUND_CALLS = ['refund', 'refund_query'] as const
export type RefundCall = (typeof REFUND_CALLS)[number]

/** How the notices of a refund travel, when the request names an address for them. */
export type NoticeManner = 'plain' | 'twice' | 'reversed' | 'none' | 'probe' | 'garbled' | 'stale'

/** Settings of a refund scenario; a script may override each. */
export type RefundParams = {
  /** How long until the refund has its next status, in seconds. */
  readonly seconds?: number
  /** How often the fault strikes per kind of call. */
  readonly times?: number
  /** How often the refund is refused, or how many queries say that it does not exist. */
  readonly count?: number
  /** Which calls the fault strikes. */
  readonly on?: readonly RefundCall[]
  /** Size of the huge body. */
  readonly bytes?: number
}

export type RefundScenario = {
  readonly name: string
  readonly summary: string
  /**
   * The statuses after PROCESSING; the first comes after the scenario's seconds, each other one as
   * much later again.
   */
  readonly becomes: readonly RefundStatus[]
  /** The gateway never looks at the request the fault strikes. */
  readonly unprocessed?: true
  /** The first `count` requests are refused so. */
  readonly refusal?: RefusalName
  readonly fault?: FaultName
  /** The first `count` queries answer that the refund does not exist. */
  readonly hidesRefund?: true
  readonly notices?: NoticeManner
  readonly params: RefundParams
}

/** A refund without a scenario reaches the customer after this long. */
const DEFAULT_SECONDS = 3
const ALWAYS = 1_000_000

type Rest = Omit<RefundScenario, 'name' | 'summary' | 'becomes'>
type Row = readonly [string, readonly RefundStatus[], string, Rest]

const DONE = ['SUCCESS'] as const
const after = (seconds: number): Rest => ({ params: { seconds } })
const SOON = after(DEFAULT_SECONDS)
const fault = (name: FaultName, params: RefundParams = {}): Rest => ({
  fault: name,
  params: { seconds: DEFAULT_SECONDS, ...params },
})
const unprocessed = (name: FaultName): Rest => ({ ...fault(name), unprocessed: true })
const refuse = (name: RefusalName): Rest => ({
  refusal: name,
  params: { seconds: DEFAULT_SECONDS, count: ALWAYS },
})
const notices = (manner: NoticeManner): Rest => ({ ...SOON, notices: manner })
const onQuery: RefundParams = { on: ['refund_query'] }

/** Row n answers to a refund of 800.0n yuan. Append only. */
const ROWS: readonly Row[] = [
  ['ok', DONE, 'PROCESSING, SUCCESS after 3 s', SOON],
  ['at_once', DONE, 'SUCCESS in the first answer', after(0)],
  ['to_card', DONE, 'PROCESSING, SUCCESS after 2 days', after(172_800)],
  ['abnormal', ['ABNORMAL'], 'PROCESSING, ABNORMAL after 3 s', SOON],
  ['closed', ['CLOSED'], 'PROCESSING, CLOSED after 3 s', SOON],
  ['abnormal_then_ok', ['ABNORMAL', 'SUCCESS'], 'ABNORMAL after 3 s, SUCCESS after 6 s', SOON],
  ['stuck', [], 'PROCESSING for ever', SOON],
  ['merchant_funds', DONE, '403 NOT_ENOUGH, the merchant lacks funds', refuse('merchant_funds')],
  ['account_abnormal', DONE, '403 USER_ACCOUNT_ABNORMAL', refuse('user_account_abnormal')],
  ['rate_limited', DONE, '429, not processed', unprocessed('rate_limited')],
  ['rate_limited_taken', DONE, '429, yet taken', fault('rate_limited')],
  ['system_error', DONE, '500 SYSTEM_ERROR, not processed', unprocessed('system_error')],
  ['system_error_taken', DONE, '500 SYSTEM_ERROR, yet taken', fault('system_error')],
  ['unavailable', DONE, '503, not processed', unprocessed('unavailable')],
  ['request_dropped', DONE, 'connection reset before processing', unprocessed('reset')],
  ['answer_lost', DONE, 'taken, connection reset instead of an answer', fault('reset')],
  ['answer_delayed', DONE, 'taken, answer after 60 s', fault('delay', { seconds: 60 })],
  [
    'late_commit',
    DONE,
    'taken, answer lost, first 3 queries say the refund does not exist',
    { ...fault('reset', { count: 3 }), hidesRefund: true },
  ],
  ['unsigned', DONE, 'taken, answer unsigned', fault('unsigned')],
  ['signature_wrong', DONE, 'taken, answer wrongly signed', fault('garbled_signature')],
  ['serial_wrong', DONE, 'taken, signed under an unknown serial', fault('wrong_serial')],
  ['signature_stale', DONE, 'taken, signature 10 min old', fault('stale_signature')],
  ['signature_probe', DONE, 'taken, probe instead of a signature', fault('probe')],
  ['truncated_json', DONE, 'taken, JSON truncated and signed so', fault('truncated_json')],
  ['cut_body', DONE, 'taken, body shorter than Content-Length', fault('cut_body')],
  ['not_json', DONE, 'taken, signed body that is not JSON', fault('not_json')],
  ['html_502', DONE, 'taken, 502 with an HTML page', fault('html_502')],
  ['empty_200', DONE, 'taken, 200 without a body', fault('empty_200')],
  ['redirect_302', DONE, 'taken, redirect elsewhere', fault('redirect_302')],
  ['other_amount', DONE, 'taken, signed answer with another amount', fault('other_refund_amount')],
  ['other_total', DONE, 'taken, signed answer with another total', fault('other_amount')],
  ['other_refund', DONE, 'taken, signed answer of another refund', fault('other_out_refund_no')],
  ['other_order', DONE, 'taken, signed answer of another order', fault('other_out_trade_no')],
  ['unknown_status', DONE, 'taken, signed answer, status in no table', fault('unknown_status')],
  ['unknown_code', DONE, '403 with a code in no table, not taken', unprocessed('unknown_code')],
  ['unknown_code_taken', DONE, '403 with a code in no table, yet taken', fault('unknown_code')],
  ['query_error', DONE, 'taken, first query answered 500', fault('system_error', onQuery)],
  ['query_lost', DONE, 'taken, answer of the first query lost', fault('reset', onQuery)],
  ['query_unsigned', DONE, 'taken, answer of the first query unsigned', fault('unsigned', onQuery)],
  ['notice_twice', DONE, 'SUCCESS after 3 s, each notice sent twice', notices('twice')],
  [
    'notice_reversed',
    ['ABNORMAL', 'SUCCESS'],
    'ABNORMAL after 3 s, SUCCESS after 6 s, notices the wrong way round',
    notices('reversed'),
  ],
  ['notice_none', DONE, 'SUCCESS after 3 s, no notice', notices('none')],
  ['notice_probe', DONE, 'SUCCESS after 3 s, first notice is a signature probe', notices('probe')],
  ['notice_garbled', DONE, 'SUCCESS after 3 s, notices wrongly signed', notices('garbled')],
  ['notice_stale', DONE, 'SUCCESS after 3 s, notices signed 10 min ago', notices('stale')],
  ['slow_headers', DONE, 'taken, headers over 60 s', fault('slow_headers', { seconds: 60 })],
  ['slow_body', DONE, 'taken, body over 60 s', fault('slow_body', { seconds: 60 })],
  ['huge_body', DONE, 'taken, signed body of 100 MiB', fault('huge_body')],
]

/** Every refund scenario, by name, in the order of the table. */
export const REFUND_SCENARIOS: ReadonlyMap<string, RefundScenario> = new Map(
  ROWS.map(([name, becomes, summary, rest]) => [name, { name, becomes, summary, ...rest }]),
)

const NAMES = [...REFUND_SCENARIOS.keys()]

/** A refund scenario by its name. */
export function refundScenarioNamed(name: string): RefundScenario | undefined {
  return REFUND_SCENARIOS.get(name)
}

/** The refund in fen that chooses a scenario, 80001 to 80099; undefined for unknown names. */
export function magicRefundFen(name: string): number | undefined {
  const index = NAMES.indexOf(name)
  return index < 0 ? undefined : 80_001 + index
}

/** What chooses the scenario of a refund when no header and no script does. */
export function scenarioOfRefund(refundFen: number): RefundScenario {
  const scenario = REFUND_SCENARIOS.get(NAMES[refundFen - 80_001] ?? 'ok')
  if (scenario === undefined) throw new Error('the refund scenario table has lost its first row')
  return scenario
}

/** What a refund becomes under a scenario, with the seconds from its request. */
export function refundSteps(
  scenario: RefundScenario,
  params: RefundParams,
): { readonly status: RefundStatus; readonly afterSeconds: number }[] {
  const seconds = params.seconds ?? DEFAULT_SECONDS
  return scenario.becomes.map((status, index) => ({ status, afterSeconds: seconds * (index + 1) }))
}
