import type { Answer, Delivery } from './answers.ts'
import { PLAIN, refusalAnswer } from './answers.ts'
import { REFUSALS } from './refusals.ts'

export type FaultSettings = {
  /** How long a delay or a dribble lasts. */
  readonly durationMs: number
  /** Size of the huge body. */
  readonly totalBytes: number
}

export type FaultyReply = { readonly answer: Answer; readonly delivery: Delivery }
type Fault = (answer: Answer, settings: FaultSettings) => FaultyReply

const plain = (answer: Answer): FaultyReply => ({ answer, delivery: PLAIN })

const JSON_OK: Pick<Answer, 'status' | 'signature'> = { status: 200, signature: 'good' }

/** Puts other values into the JSON of an answer; an answer without JSON gets a JSON of its own. */
const withFields =
  (fields: Readonly<Record<string, unknown>>): Fault =>
  (answer) => {
    const value: Record<string, unknown> = answer.body === '' ? {} : JSON.parse(answer.body)
    return plain({ ...answer, body: JSON.stringify({ ...value, ...fields }) })
  }

const HTML =
  '<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n<center><h1>502 Bad Gateway</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n'

const unsigned = { signature: 'none', errno: null } as const

/** Every way an answer can go wrong between the ledger and the client. */
export const FAULTS = {
  reset: (answer) => ({ answer, delivery: { kind: 'reset' } }),
  delay: (answer, { durationMs }) => ({ answer, delivery: { kind: 'delay', delayMs: durationMs } }),
  cut_body: (answer) => ({ answer, delivery: { kind: 'cut' } }),
  slow_headers: (answer, { durationMs }) => ({
    answer,
    delivery: { kind: 'slow_headers', durationMs },
  }),
  slow_body: (answer, { durationMs }) => ({ answer, delivery: { kind: 'slow_body', durationMs } }),
  huge_body: (answer, { totalBytes }) => ({ answer, delivery: { kind: 'huge', totalBytes } }),
  system_error: () => plain(refusalAnswer(REFUSALS.system_error)),
  bank_error: () => plain(refusalAnswer(REFUSALS.bank_error)),
  rate_limited: () => plain(refusalAnswer(REFUSALS.rate_limited)),
  unavailable: () => plain(refusalAnswer(REFUSALS.unavailable)),
  unknown_code: () => plain(refusalAnswer(REFUSALS.unknown_code)),
  unsigned: (answer) => plain({ ...answer, signature: 'none' }),
  garbled_signature: (answer) => plain({ ...answer, signature: 'garbled' }),
  wrong_serial: (answer) => plain({ ...answer, signature: 'wrong_serial' }),
  stale_signature: (answer) => plain({ ...answer, signature: 'stale' }),
  probe: (answer) => plain({ ...answer, signature: 'probe' }),
  truncated_json: (answer) =>
    plain({ ...answer, body: answer.body.slice(0, Math.ceil(answer.body.length * 0.6)) }),
  not_json: (answer) => plain({ ...answer, ...JSON_OK, body: '支付成功' }),
  html_502: (answer) =>
    plain({ ...answer, ...unsigned, status: 502, body: HTML, contentType: 'text/html' }),
  empty_200: (answer) => plain({ ...answer, ...unsigned, status: 200, body: '' }),
  redirect_302: (answer) =>
    plain({
      ...answer,
      ...unsigned,
      status: 302,
      body: '',
      headers: { Location: 'https://localhost:9/elsewhere' },
    }),
  other_amount: (answer) => {
    const value: { amount?: { total?: number } } = JSON.parse(answer.body)
    const total = (value.amount?.total ?? 0) + 1
    const amount = { ...value.amount, total, payer_total: total }
    return plain({ ...answer, body: JSON.stringify({ ...value, amount }) })
  },
  other_refund_amount: (answer) => {
    const value: { amount?: { refund?: number } } = JSON.parse(answer.body)
    const refund = (value.amount?.refund ?? 0) + 1
    const amount = { ...value.amount, refund, payer_refund: refund }
    return plain({ ...answer, body: JSON.stringify({ ...value, amount }) })
  },
  other_mchid: withFields({ mchid: '1900000009' }),
  other_appid: withFields({ appid: 'wxsandbox00000009' }),
  other_out_trade_no: withFields({ out_trade_no: 'SANDBOX-ANOTHER-ORDER' }),
  other_out_refund_no: withFields({ out_refund_no: 'SANDBOX-ANOTHER-REFUND' }),
  unknown_status: withFields({ status: 'SANDBOX_NEVER_HEARD_OF' }),
} as const satisfies Record<string, Fault>

export type FaultName = keyof typeof FAULTS

/** Applies a fault to an answer. */
export function applyFault(name: FaultName, answer: Answer, settings: FaultSettings): FaultyReply {
  const fault: Fault = FAULTS[name]
  return fault(answer, settings)
}
