import { edit, type Mutation, simulation } from './mutation.ts'

const REFUND = 'src/checkout/refund.ts'
const ADMIT = 'src/checkout/admit-refund.ts'
const REMAINDER = 'if (amountFen <= 0 || amountFen > remainderFen(attempt, refunds)) {'
const ANY_PART = 'if (amountFen <= 0 || amountFen > attempt.amountFen) {'

/** No fen is given back twice, and none without being known here. */
export const REFUND_GUARDS: readonly Mutation[] = [
  {
    promise: 'P2',
    what: 'what is given back is reserved, when it is wished for',
    edits: [edit(ADMIT, REMAINDER, ANY_PART)],
    proofs: [simulation(20_000, 'refunds of more than was paid')],
  },
  {
    promise: 'P2',
    what: 'what is given back is reserved, by two guards: the wish and the journal',
    edits: [
      edit(ADMIT, REMAINDER, ANY_PART),
      edit(
        'src/journal/row.ts',
        'invariant(reserved <= value.amountFen,',
        'invariant(reserved >= 0,',
      ),
    ],
    proofs: [simulation(20_000, 'refunds of ')],
  },
  {
    promise: 'P2',
    what: 'a refund is sent again under the same number',
    edits: [
      edit(
        'src/engine/effect-runner.ts',
        '    const request = {\n      outRefundNo,',
        '    const request = {\n      outRefundNo: outRefundNo + "x".repeat(refund.submits - 1),',
      ),
    ],
    proofs: [simulation(20_000, 'a refund before it was durable')],
  },
  {
    promise: 'P2',
    what: 'a refusal of a refund needs a query',
    edits: [
      edit(
        REFUND,
        "return ask(\n        { ...heard, phase: 'confirming', refusal: answer.cause },\n        atMs + WAITS.refundConfirmMs,\n      )",
        'return settleNotRefunded(heard, answer.cause, atMs)',
      ),
    ],
    proofs: [simulation(20_147, 'money for NOT_REFUNDED')],
  },
  {
    promise: 'P3',
    what: 'an answer about another refund is not ours',
    edits: [
      edit(
        'src/gateway/classify-refund.ts',
        'refund.out_refund_no === request.outRefundNo &&',
        'refund.out_refund_no !== undefined &&',
      ),
    ],
    proofs: [simulation(20_120, 'REFUNDED without money')],
  },
  {
    promise: 'P4',
    what: '"no such refund" is not final',
    edits: [
      edit(
        REFUND,
        'if (refund.refusal === undefined) {\n    return {',
        "if (refund.refusal === undefined) {\n    if (refund.queries > 0) return settleNotRefunded(refund, 'refund.not_known', atMs)\n    return {",
      ),
    ],
    proofs: [simulation(20_000, 'money for NOT_REFUNDED')],
  },
  {
    promise: 'P4',
    what: 'a refund that the gateway took is not given yet',
    edits: [
      edit(
        'src/gateway/classify-refund.ts',
        "['PROCESSING', 'processing'],",
        "['PROCESSING', 'refunded'],",
      ),
    ],
    proofs: [simulation(20_120, 'REFUNDED without money')],
  },
  {
    promise: 'P4',
    what: 'silence about a refund is not refusal',
    edits: [
      edit(
        REFUND,
        'return ask(notSettled(heard, answer, atMs), atMs + retryMs(heard))',
        'return settleNotRefunded(heard, answer.cause, atMs)',
      ),
    ],
    proofs: [simulation(20_000, 'money for NOT_REFUNDED')],
  },
]
