/** One guard of the code, what is left when it is taken away, and the tests that must then fail. */
export type Guard = {
  readonly promise: string
  readonly what: string
  readonly file: string
  readonly from: string
  readonly to: string
  /** Test files that hold the proof. */
  readonly tests: string
}

const ENGINE = 'test/unit/engine/promises.test.ts'
const TABLE = 'test/unit/checkout/table.test.ts'
const JOURNAL = 'test/unit/journal/sqlite-journal.test.ts'
const CLASSIFY = 'test/unit/gateway/classify.test.ts'

/** The guards behind P1, P2, P3, P4, P6 and P10. Taking one away must make a test of its name fail. */
export const GUARDS: readonly Guard[] = [
  {
    promise: 'P1',
    what: 'nothing is done when the journal could not take the step',
    file: 'src/engine/engine.ts',
    from: 'if (!written.ok) {',
    to: 'if (!written.ok && identity) {',
    tests: ENGINE,
  },
  {
    promise: 'P1',
    what: 'the step is durable before its effects run',
    file: 'src/engine/engine.ts',
    from: 'const step = reduce(this.#state, event)\n    const answer',
    to: 'const step = reduce(this.#state, event)\n    this.#take(step)\n    const answer',
    tests: ENGINE,
  },
  {
    promise: 'P1',
    what: 'the journal commits with synchronous=FULL',
    file: 'src/journal/node/sqlite-journal.ts',
    from: 'synchronous = FULL',
    to: 'synchronous = NORMAL',
    tests: JOURNAL,
  },
  {
    promise: 'P2',
    what: 'a code is taken only while armed',
    file: 'src/checkout/reduce.ts',
    from: 'code_scanned: { ready: skip, armed: charge, in_flight: skip',
    to: 'code_scanned: { ready: skip, armed: charge, in_flight: charge',
    tests: TABLE,
  },
  {
    promise: 'P2',
    what: 'a sale in flight cannot be armed',
    file: 'src/checkout/reduce.ts',
    from: "in_flight: no('sale.in_flight')",
    to: 'in_flight: arm',
    tests: ENGINE,
  },
  {
    promise: 'P2',
    what: 'a refusal needs a query',
    file: 'src/checkout/attempt.ts',
    from: "return ask({ ...heard, phase: 'confirming', refusal: answer.cause }, atMs)",
    to: 'return settleNotPaid(heard, answer.cause, atMs)',
    tests: ENGINE,
  },
  {
    promise: 'P2',
    what: 'an order number is used once',
    file: 'src/journal/migrations/0001-begin.ts',
    from: 'out_trade_no TEXT PRIMARY KEY',
    to: 'out_trade_no TEXT',
    tests: JOURNAL,
  },
  {
    promise: 'P3',
    what: 'the checkout compares number and amount again',
    file: 'src/checkout/attempt.ts',
    from: 'if (answer.amountFen !== attempt.amountFen || answer.outTradeNo !== attempt.outTradeNo) {',
    to: 'if (answer.outTradeNo === undefined) {',
    tests: TABLE,
  },
  {
    promise: 'P3',
    what: 'an answer for another app is not ours',
    file: 'src/gateway/classify.ts',
    from: 'order.appid === expected.appId &&',
    to: '',
    tests: CLASSIFY,
  },
  {
    promise: 'P3',
    what: 'an answer with another amount is not ours',
    file: 'src/gateway/classify.ts',
    from: 'amount?.total === expected.amountFen &&',
    to: 'amount !== undefined &&',
    tests: CLASSIFY,
  },
  {
    promise: 'P3',
    what: 'an answer is read only when its signature verified',
    file: 'src/gateway/classify.ts',
    from: "if (verdict.kind !== 'verified') return",
    to: "if (verdict.kind === 'failed') return",
    tests: CLASSIFY,
  },
  {
    promise: 'P3',
    what: 'a signature is checked',
    file: 'src/gateway/verify.ts',
    from: 'if (check(answerMessage(timestamp, nonce, answer.body), signature))',
    to: 'if (signature)',
    tests: 'test/unit/gateway/node/gateway.test.ts',
  },
  {
    promise: 'P4',
    what: 'silence is not refusal',
    file: 'src/checkout/attempt.ts',
    from: "case 'unknown':\n      return ask(\n        { ...heard, phase: 'checking'",
    to: "case 'unknown':\n      if (answer.sent) return settleNotPaid(heard, answer.cause, atMs)\n      return ask(\n        { ...heard, phase: 'checking'",
    tests: ENGINE,
  },
  {
    promise: 'P4',
    what: 'money that a reversal may still undo is not kept',
    file: 'src/checkout/attempt.ts',
    from: 'if ((moment.cancelWanted || mayBeUndone) && !isBeyondReversal)',
    to: 'if (moment.cancelWanted && !isBeyondReversal)',
    tests: ENGINE,
  },
  {
    promise: 'P4',
    what: '"no such order" waits until the code is dead',
    file: 'src/checkout/attempt.ts',
    from: 'if (isLongAgo(attemptNow, askedAtMs) || !attemptNow.sent)',
    to: 'if (attemptNow.sent || !attemptNow.sent)',
    tests: ENGINE,
  },
  {
    promise: 'P4',
    what: 'an attempt in flight is queried after a restart',
    file: 'src/checkout/recover.ts',
    from: "return [{ kind: 'query', sale }, ",
    to: 'return [',
    tests: ENGINE,
  },
  {
    promise: 'P4',
    what: 'a code of no table is unknown',
    file: 'src/gateway/code-table.ts',
    from: 'const DEFINITE = [400, 401, 403]',
    to: 'const DEFINITE = [400, 401, 403, 404, 409, 429, 500, 502, 503]',
    tests: CLASSIFY,
  },
  {
    promise: 'P6',
    what: "the gateway's words are stripped of codes",
    file: 'src/domain/redact.ts',
    from: "'[redacted]'",
    to: "'$&'",
    tests: ENGINE,
  },
  {
    promise: 'P6',
    what: 'a code is forgotten after 60 s',
    file: 'src/engine/vault.ts',
    from: '() => this.#codes.delete(handle))',
    to: '() => undefined)',
    tests: ENGINE,
  },
  {
    promise: 'P10',
    what: 'a listener that throws stops nobody',
    file: 'src/engine/broadcast.ts',
    from: "this.#log.error('a listener failed', { detail })",
    to: 'throw new Error(detail)',
    tests: ENGINE,
  },
]
