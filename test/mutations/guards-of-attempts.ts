import { edit, type Mutation, simulation, unit } from './mutation.ts'

const ENGINE = 'engine/promises.test.ts'
const TABLE = 'checkout/table.test.ts'
const ATTEMPT = 'src/checkout/attempt.ts'
const REDUCE = 'src/checkout/reduce.ts'

/** One attempt at a time, and what its answers come to. */
export const ATTEMPT_GUARDS: readonly Mutation[] = [
  {
    promise: 'P2',
    what: 'a code is taken only while armed',
    edits: [
      edit(
        REDUCE,
        'code_scanned: { ready: skip, armed: charge, in_flight: skip',
        'code_scanned: { ready: skip, armed: charge, in_flight: charge',
      ),
    ],
    proofs: [unit(TABLE)],
  },
  {
    promise: 'P2',
    what: 'a sale in flight cannot be armed',
    edits: [
      edit(
        REDUCE,
        "armed: arm,\n    in_flight: no('sale.in_flight')",
        'armed: arm,\n    in_flight: arm',
      ),
    ],
    proofs: [unit(ENGINE), simulation(20_000, 'two attempts not final')],
  },
  {
    promise: 'P2',
    what: 'a refusal needs a query',
    edits: [
      edit(
        ATTEMPT,
        "return ask({ ...heard, phase: 'confirming', refusal: answer.cause }, atMs)",
        'return settleNotPaid(heard, answer.cause, atMs)',
      ),
    ],
    proofs: [unit(ENGINE), simulation(20_000, 'money for NOT_PAID')],
  },
  {
    promise: 'P4',
    what: 'silence is not refusal',
    edits: [
      edit(
        ATTEMPT,
        "case 'unknown':\n      return ask(\n        { ...heard, phase: 'checking'",
        "case 'unknown':\n      if (answer.sent) return settleNotPaid(heard, answer.cause, atMs)\n      return ask(\n        { ...heard, phase: 'checking'",
      ),
    ],
    proofs: [unit(ENGINE), simulation(20_000, 'money for NOT_PAID')],
  },
  {
    promise: 'P4',
    what: 'money found after a refused reversal waits until no copy of it can come',
    edits: [
      edit(
        ATTEMPT,
        'if (askedAtMs < confirmAtMs && !isBeyondReversal) return ask(attempt, confirmAtMs)',
        '',
      ),
    ],
    proofs: [unit(ENGINE)],
  },
  {
    promise: 'P4',
    what: 'money that a reversal may still undo is not kept',
    edits: [
      edit(
        ATTEMPT,
        'if ((isUnwanted || mayBeUndone) && !isBeyondReversal)',
        'if (isUnwanted && !isBeyondReversal)',
      ),
    ],
    proofs: [unit(ENGINE), simulation(20_042, 'PAID without money')],
  },
  {
    promise: 'P4',
    what: 'a reversal counts as able to land from before it leaves',
    edits: [
      edit(
        'src/checkout/sale-steps.ts',
        'reversalsOutstanding: attempt.reversalsOutstanding + 1,',
        'reversalsOutstanding: attempt.reversalsOutstanding,',
      ),
    ],
    proofs: [simulation(20_076, 'PAID without money')],
  },
  {
    promise: 'P4',
    what: '"no such order" waits until the code is dead',
    edits: [
      edit(
        ATTEMPT,
        'if (isLongAgo(attemptNow, askedAtMs) || !attemptNow.sent)',
        'if (attemptNow.sent || !attemptNow.sent)',
      ),
    ],
    proofs: [unit(ENGINE), simulation(20_000, 'money for NOT_PAID')],
  },
  {
    promise: 'P4',
    what: '"no such order" of a query is not final',
    edits: [
      edit(
        ATTEMPT,
        "if (!attempt.sent) return settleNotPaid(attempt, 'gateway.never_arrived', moment.atMs)",
        "return settleNotPaid(attempt, 'gateway.never_arrived', moment.atMs)",
      ),
    ],
    proofs: [simulation(20_000, 'money for NOT_PAID')],
  },
  {
    promise: 'P4',
    what: 'a reversal is not sent before 15 s',
    edits: [
      edit(
        ATTEMPT,
        'const earliest = waitsFromMs(attempt) + WAITS.reverseNotBeforeMs',
        'const earliest = waitsFromMs(attempt)',
      ),
    ],
    proofs: [simulation(20_000, 'reversed after')],
  },
]
