import { edit, type Mutation, simulation, unit } from './mutation.ts'

const CLASSIFY_TEST = 'gateway/classify.test.ts'
const TABLE = 'checkout/table.test.ts'
const CLASSIFY = 'src/gateway/classify.ts'
const ATTEMPT = 'src/checkout/attempt.ts'
const SAME =
  'if (answer.amountFen !== attempt.amountFen || answer.outTradeNo !== attempt.outTradeNo) {'
const SAME_AMOUNT = 'amount?.total !== expected.amountFen ||'
const ANY_AMOUNT = 'amount === undefined || amount.total === undefined ||'

/** What is believed of an answer. */
export const ANSWER_GUARDS: readonly Mutation[] = [
  {
    promise: 'P3',
    what: 'the checkout compares number and amount again',
    edits: [edit(ATTEMPT, SAME, 'if (answer.outTradeNo === undefined) {')],
    proofs: [unit(TABLE)],
  },
  {
    promise: 'P3',
    what: 'an answer with another amount is not ours',
    edits: [edit(CLASSIFY, SAME_AMOUNT, ANY_AMOUNT)],
    proofs: [unit(CLASSIFY_TEST)],
  },
  {
    promise: 'P3',
    what: 'the amount is compared, by two guards: the gateway client and the checkout',
    edits: [
      edit(CLASSIFY, SAME_AMOUNT, ANY_AMOUNT),
      edit(ATTEMPT, SAME, 'if (answer.outTradeNo !== attempt.outTradeNo) {'),
    ],
    proofs: [simulation(20_000, 'PAID without money')],
  },
  {
    promise: 'P3',
    what: 'the order number is compared, by two guards: the gateway client and the checkout',
    edits: [
      edit(
        CLASSIFY,
        'return order.out_trade_no === expected.outTradeNo && order.mchid',
        'return order.out_trade_no !== undefined && order.mchid',
      ),
      edit(ATTEMPT, SAME, 'if (answer.amountFen !== attempt.amountFen) {'),
    ],
    proofs: [simulation(20_000, 'PAID without money')],
  },
  {
    promise: 'P3',
    what: 'an answer for another merchant is not ours',
    edits: [
      edit(CLASSIFY, ' && order.mchid === expected.merchantId', ' && order.mchid !== undefined'),
    ],
    proofs: [simulation(20_000, 'PAID without money')],
  },
  {
    promise: 'P3',
    what: 'an answer for another app is not ours',
    edits: [edit(CLASSIFY, 'order.appid !== expected.appId ||', '')],
    proofs: [unit(CLASSIFY_TEST), simulation(20_000, 'PAID without money')],
  },
  {
    promise: 'P3',
    what: 'an answer is read only when its signature verified',
    edits: [
      edit(
        CLASSIFY,
        "if (verdict.kind !== 'verified') return",
        "if (verdict.kind === 'failed') return",
      ),
    ],
    proofs: [unit(CLASSIFY_TEST), simulation(20_000, 'PAID without money')],
  },
  {
    promise: 'P3',
    what: 'a signature is checked',
    edits: [
      edit(
        'src/gateway/verify.ts',
        'if (check(answerMessage(timestamp, nonce, answer.body), signature))',
        'if (signature)',
      ),
    ],
    proofs: [unit('gateway/node/gateway.test.ts'), simulation(20_000, 'PAID without money')],
  },
  {
    promise: 'P3',
    what: 'an answer about a refund is read only when its signature verified',
    edits: [
      edit(
        'src/gateway/classify-refund.ts',
        "if (verdict.kind !== 'verified') return",
        "if (verdict.kind === 'failed') return",
      ),
    ],
    proofs: [simulation(20_090, 'REFUNDED without money')],
  },
  {
    promise: 'P4',
    what: 'a code of no table is unknown',
    edits: [
      edit(
        'src/gateway/code-table.ts',
        'const DEFINITE = [400, 401, 403]',
        'const DEFINITE = [400, 401, 403, 404, 409, 429, 500, 502, 503]',
      ),
    ],
    proofs: [unit(CLASSIFY_TEST)],
  },
]
