import { createHash } from 'node:crypto'
import type { Answer } from '../answers.ts'
import { PLAIN } from '../answers.ts'
import type { SandboxClock } from '../clock.ts'
import type { RefundCall } from '../refund-scenarios.ts'
import type { Refund, RefundWish } from '../refunds.ts'
import type { RefusalName } from '../refusals.ts'
import { canonicalFields } from '../v2-body.ts'
import type { V2Writing } from '../v2-dialect.ts'
import { RESULT_OK, refusedAnswer, signedAnswer, v2Dialect } from '../v2-dialect.ts'
import { fundsAccountOf, refundListPairs, refundPairs } from '../v2-refund-answers.ts'
import { spellRefusal } from '../v2-refusals.ts'
import type { V2Fields } from '../v2-xml.ts'
import type { Ledger } from './ledger.ts'
import type { Reply } from './payments.ts'
import type { RefundPlan } from './refund-table.ts'
import type { Refunds } from './refunds.ts'
import { refundScenarioOf } from './refunds.ts'

export type V2RefundSettings = {
  readonly ledger: Ledger
  readonly refunds: Refunds
  readonly clock: SandboxClock
}

type Asked = { readonly fields: V2Fields; readonly header: string | undefined }
type Answered = {
  readonly answer: Answer
  readonly verdict: string
  readonly outTradeNo: string | null
}

const DEFAULT_DURATION_SECONDS = 60
const DEFAULT_HUGE_BYTES = 100 * 1024 * 1024

/** The v2 refund calls, on the refunds of v3. Every method expects a ledger transaction. */
export class V2Refunds {
  readonly #settings: V2RefundSettings
  readonly #writing: V2Writing

  constructor(settings: V2RefundSettings, writing: V2Writing) {
    this.#settings = settings
    this.#writing = writing
  }

  #refused(name: RefusalName, outTradeNo: string | null): Answered {
    const answer = refusedAnswer(this.#writing, spellRefusal(name, this.#writing.call))
    return { answer, verdict: name, outTradeNo }
  }

  /** `transaction_id` goes before `out_trade_no`; the number of its order takes that one's place. */
  #wishOf(fields: V2Fields): RefundWish {
    const { ledger, clock } = this.#settings
    const transactionId = fields.get('transaction_id') || undefined
    const found = transactionId && ledger.orderByTransaction(transactionId, clock.nowMs())
    const named = fields.get('out_trade_no') || undefined
    return {
      outRefundNo: fields.get('out_refund_no') ?? '',
      outTradeNo: found ? found.outTradeNo : named,
      transactionId,
      totalFen: Number(fields.get('total_fee')),
      refundFen: Number(fields.get('refund_fee')),
      fundsAccount: fundsAccountOf(fields.get('refund_account')),
      bodyHash: createHash('sha256').update(canonicalFields(fields)).digest('hex'),
    }
  }

  /** `/secapi/pay/refund` with fields in order. */
  request({ fields, header }: Asked): Reply {
    const { refunds } = this.#settings
    const wish = this.#wishOf(fields)
    const plan = refunds.planFor(wish, header)
    const outTradeNo = wish.outTradeNo ?? null
    if (refunds.strikes(plan, 'refund') && refundScenarioOf(plan).unprocessed) {
      const untouched = { ...this.#refused('system_error', outTradeNo), verdict: 'unprocessed' }
      return this.#deliver(untouched, plan, 'refund')
    }
    const taken = refunds.take(wish, plan)
    if (!taken.ok) return { ...this.#refused(taken.refusal, outTradeNo), delivery: PLAIN }
    const { refund, order } = taken
    const answered = {
      answer: signedAnswer(this.#writing, [RESULT_OK, ...refundPairs(refund, order)]),
      verdict: 'refund_taken',
      outTradeNo: order.outTradeNo,
    }
    return refunds.strikes(plan, 'refund')
      ? this.#deliver(answered, plan, 'refund')
      : { ...answered, delivery: PLAIN }
  }

  /** The refunds asked about: `refund_id`, `out_refund_no`, `transaction_id`, `out_trade_no`. */
  #found(fields: V2Fields): readonly Refund[] {
    const { ledger, clock } = this.#settings
    const [refundId, outRefundNo, transactionId, outTradeNo] = [
      ...['refund_id', 'out_refund_no', 'transaction_id', 'out_trade_no'],
    ].map((name) => fields.get(name) || undefined)
    const single = (refund: Refund | undefined): readonly Refund[] => (refund ? [refund] : [])
    if (refundId) return single(ledger.refunds.byId(refundId))
    if (outRefundNo) return single(ledger.refunds.byNumber(outRefundNo))
    const number = transactionId
      ? ledger.orderByTransaction(transactionId, clock.nowMs())?.outTradeNo
      : outTradeNo
    return number ? ledger.refunds.ofOrder(number) : []
  }

  /** `/pay/refundquery` with fields in order. */
  query({ fields, header }: Asked): Reply {
    const { refunds } = this.#settings
    const found = this.#found(fields)
    const planned = found.map((refund) => ({
      refund,
      plan: refunds.planOfQuery(refund.outRefundNo, header),
    }))
    const shown = planned.filter(({ plan }) => plan === undefined || !refunds.hides(plan))
    const answered = this.#list(
      shown.map(({ refund }) => refund),
      fields,
    )
    const plans = planned.map(({ plan }) => plan)
    if (plans.length === 0)
      plans.push(refunds.planOfQuery(fields.get('out_refund_no') ?? '', header))
    const struck = plans.find((plan) => plan && refunds.strikes(plan, 'refund_query'))
    return struck
      ? this.#deliver(answered, struck, 'refund_query')
      : { ...answered, delivery: PLAIN }
  }

  #list(found: readonly Refund[], fields: V2Fields): Answered {
    const { ledger, clock } = this.#settings
    const nowMs = clock.nowMs()
    const number = found[0]?.outTradeNo
    const order = number === undefined ? undefined : ledger.order(number, nowMs)
    if (order === undefined) return this.#refused('refund_absent', null)
    const offset = Number(fields.get('offset') || 0)
    if (offset >= found.length) return this.#refused('param_error', order.outTradeNo)
    const pairs = refundListPairs(order, found, { nowMs, offset })
    return {
      answer: signedAnswer(this.#writing, [RESULT_OK, ...pairs]),
      verdict: 'refunds_found',
      outTradeNo: order.outTradeNo,
    }
  }

  #deliver(answered: Answered, plan: RefundPlan, call: RefundCall): Reply {
    const { fault, name } = refundScenarioOf(plan)
    const { seconds = DEFAULT_DURATION_SECONDS, bytes = DEFAULT_HUGE_BYTES } = plan.params
    this.#settings.ledger.refunds.countUse(plan, call)
    const settings = { durationMs: seconds * 1000, totalBytes: bytes }
    const { answer, delivery } =
      fault === undefined
        ? { answer: answered.answer, delivery: PLAIN }
        : v2Dialect(this.#writing).faulty(fault, answered.answer, settings)
    return { ...answered, answer, delivery, verdict: `${answered.verdict}, ${name}` }
  }
}
