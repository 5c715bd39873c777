import { createHash } from 'node:crypto'
import type { Answer } from '../answers.ts'
import { goodAnswer, PLAIN, refusalAnswer } from '../answers.ts'
import type { SandboxClock } from '../clock.ts'
import { applyFault } from '../faults.ts'
import type { Order } from '../orders.ts'
import { readRefundBody } from '../refund-body.ts'
import type { NoticeManner, RefundCall, RefundScenario } from '../refund-scenarios.ts'
import { refundScenarioNamed, refundSteps, scenarioOfRefund } from '../refund-scenarios.ts'
import type { Refund, RefundWish } from '../refunds.ts'
import { newRefund, refundAnswer, refundRefusal, refundStatus } from '../refunds.ts'
import type { RefusalName } from '../refusals.ts'
import { REFUSALS } from '../refusals.ts'
import type { ChosenRefund, RefundScriptEntry } from '../script.ts'
import { scenarioOfRefundScript } from '../script.ts'
import type { Ledger } from './ledger.ts'
import type { Reply } from './payments.ts'
import type { RefundPlan } from './refund-table.ts'

/** Where and how the notices of a refund go. */
export type NoticeWish = {
  readonly url: string
  readonly manner: NoticeManner
  /** Signed by the WeChat Pay public key, as the request's own answer was. */
  readonly publicKeyMode: boolean
}

export type RefundSettings = {
  readonly ledger: Ledger
  readonly clock: SandboxClock
  /** Called in the transaction that takes the refund. */
  readonly notify: (refund: Refund, wish: NoticeWish) => void
}

/** What became of a request, whatever the wire. `fresh`: this request made the refund. */
export type Taken =
  | {
      readonly ok: true
      readonly refund: Refund
      readonly order: Order
      readonly fresh: boolean
    }
  | { readonly ok: false; readonly refusal: RefusalName }

type Answered = { readonly answer: Answer; readonly verdict: string }

const DEFAULT_DURATION_SECONDS = 60
const DEFAULT_HUGE_BYTES = 100 * 1024 * 1024

const no = (refusal: RefusalName): Taken => ({ ok: false, refusal })
const refused = (name: RefusalName): Answered => ({
  answer: refusalAnswer(REFUSALS[name]),
  verdict: name,
})
const wrongField = (
  reading: Exclude<ReturnType<typeof readRefundBody>, { ok: true }>,
): Answered => {
  const { message, detail } = reading.fault
  const answer = refusalAnswer({ ...REFUSALS.param_error, message }, detail)
  return { answer, verdict: `param_error ${detail.field}` }
}

/** The scenario a plan names. Throws when the ledger is of another making. */
export function refundScenarioOf(plan: RefundPlan): RefundScenario {
  const scenario = refundScenarioNamed(plan.scenario)
  if (scenario === undefined) throw new Error(`the ledger names no scenario ${plan.scenario}`)
  return scenario
}

/** Refunds and questions about them. Every method expects to run inside a ledger transaction. */
export class Refunds {
  readonly #settings: RefundSettings
  #script: readonly RefundScriptEntry[] = []
  #refundsSeen = 0

  constructor(settings: RefundSettings) {
    this.#settings = settings
  }

  /** Replaces the script and starts counting refunds anew. */
  script(entries: readonly RefundScriptEntry[]): void {
    this.#script = entries
    this.#refundsSeen = 0
  }

  /** The plan of a refund number; made at its first request by header, script or amount. */
  planFor(wish: RefundWish, header: string | undefined): RefundPlan {
    const { refunds } = this.#settings.ledger
    const existing = refunds.plan(wish.outRefundNo)
    if (existing) return existing
    this.#refundsSeen += 1
    const { scenario, params } = this.#choose(wish, header)
    return refunds.addPlan({ outRefundNo: wish.outRefundNo, scenario: scenario.name, params })
  }

  #choose(wish: RefundWish, header: string | undefined): ChosenRefund {
    const named = header === undefined ? undefined : refundScenarioNamed(header)
    if (named) return { scenario: named, params: named.params }
    const scripted = scenarioOfRefundScript(this.#script, { ...wish, nth: this.#refundsSeen })
    if (scripted) return scripted
    const scenario = scenarioOfRefund(wish.refundFen)
    return { scenario, params: scenario.params }
  }

  /**
   * Takes a refund out of its order, or says why not; a repeat with the same number and `bodyHash` is
   * the same refund. The order's state becomes REFUND.
   */
  take(wish: RefundWish, plan: RefundPlan): Taken {
    const { ledger, clock } = this.#settings
    const nowMs = clock.nowMs()
    const existing = ledger.refunds.byNumber(wish.outRefundNo)
    const order = this.#orderOf(wish, nowMs)
    if (existing) {
      const same = existing.bodyHash === wish.bodyHash && order?.outTradeNo === existing.outTradeNo
      return same && order
        ? { ok: true, refund: existing, order, fresh: false }
        : no('refund_differs')
    }
    if (order === undefined) return no('refund_order_absent')
    if (wish.outTradeNo !== undefined && wish.outTradeNo !== order.outTradeNo) {
      return no('refund_orders_differ')
    }
    const before = ledger.refunds.ofOrder(order.outTradeNo)
    const refusal = refundRefusal(order, before, { wish, nowMs })
    if (refusal !== undefined) return no(refusal)
    const scenario = refundScenarioOf(plan)
    if (scenario.refusal && plan.used.refund < (plan.params.count ?? 0)) {
      ledger.refunds.countUse(plan, 'refund')
      return no(scenario.refusal)
    }
    const steps = refundSteps(scenario, plan.params)
    const sequence = ledger.refunds.nextSequence()
    const refund = newRefund(order, wish, { steps, nowMs, sequence })
    ledger.refunds.add(refund)
    const taken: Order = { ...order, state: 'REFUND', nextState: null, nextAtMs: null }
    ledger.save(taken, nowMs)
    return { ok: true, refund, order: taken, fresh: true }
  }

  #orderOf(wish: RefundWish, nowMs: number): Order | undefined {
    const { ledger } = this.#settings
    if (wish.transactionId !== undefined)
      return ledger.orderByTransaction(wish.transactionId, nowMs)
    return wish.outTradeNo === undefined ? undefined : ledger.order(wish.outTradeNo, nowMs)
  }

  /** One v3 refund request whose signature is in order. */
  request(
    body: string,
    how: { readonly header: string | undefined; readonly publicKeyMode: boolean },
  ): Reply {
    const reading = readRefundBody(body)
    if (!reading.ok) return { ...wrongField(reading), delivery: PLAIN, outTradeNo: null }
    const { notifyUrl, ...read } = reading.value
    const wish = { ...read, bodyHash: createHash('sha256').update(read.bodyHash).digest('hex') }
    const plan = this.planFor(wish, how.header)
    const scenario = refundScenarioOf(plan)
    const strikes = this.strikes(plan, 'refund')
    if (strikes && scenario.unprocessed) {
      const untouched = { ...refused('system_error'), verdict: 'unprocessed' }
      return this.#deliver(untouched, plan, { call: 'refund', outTradeNo: wish.outTradeNo ?? null })
    }
    const taken = this.take(wish, plan)
    if (!taken.ok) {
      return { ...refused(taken.refusal), delivery: PLAIN, outTradeNo: wish.outTradeNo ?? null }
    }
    const { refund, order, fresh } = taken
    if (fresh && notifyUrl !== undefined) {
      const { publicKeyMode } = how
      const manner = scenario.notices ?? 'plain'
      this.#settings.notify(refund, { url: notifyUrl, manner, publicKeyMode })
    }
    const answered = this.#ofRefund(refund, order)
    const { outTradeNo } = order
    return strikes
      ? this.#deliver(answered, plan, { call: 'refund', outTradeNo })
      : { ...answered, delivery: PLAIN, outTradeNo }
  }

  #ofRefund(refund: Refund, order: Order): Answered {
    const nowMs = this.#settings.clock.nowMs()
    const answer = goodAnswer(200, refundAnswer(refund, order, nowMs))
    return { answer, verdict: `refund_${refundStatus(refund, nowMs)}` }
  }

  /** A v3 question about a refund. */
  query(outRefundNo: string, header: string | undefined): Reply {
    const { ledger, clock } = this.#settings
    const refund = ledger.refunds.byNumber(outRefundNo)
    const outTradeNo = refund?.outTradeNo ?? null
    const plan = this.planOfQuery(outRefundNo, header)
    if (plan && this.hides(plan)) {
      return { ...refused('refund_absent'), verdict: 'hidden', delivery: PLAIN, outTradeNo }
    }
    const order = refund && ledger.order(refund.outTradeNo, clock.nowMs())
    const answered = refund && order ? this.#ofRefund(refund, order) : refused('refund_absent')
    return plan && this.strikes(plan, 'refund_query')
      ? this.#deliver(answered, plan, { call: 'refund_query', outTradeNo })
      : { ...answered, delivery: PLAIN, outTradeNo }
  }

  /** Whether this query is told that the refund does not exist; counts it. */
  hides(plan: RefundPlan): boolean {
    if (!refundScenarioOf(plan).hidesRefund) return false
    if (plan.used.refund_query >= (plan.params.count ?? 0)) return false
    this.#settings.ledger.refunds.countUse(plan, 'refund_query')
    return true
  }

  /** The plan of a refund number; a header puts another one, with nothing used, in its place. */
  planOfQuery(outRefundNo: string, header: string | undefined): RefundPlan | undefined {
    const named = header === undefined ? undefined : refundScenarioNamed(header)
    if (named?.fault === undefined) return this.#settings.ledger.refunds.plan(outRefundNo)
    const params = { ...named.params, on: ['refund_query'] as const }
    // An empty number is no key of the ledger: what this plan uses up is not written.
    const used = { refund: 0, refund_query: 0 }
    return { outRefundNo: '', scenario: named.name, params, used }
  }

  /** Whether the plan's fault strikes this call. */
  strikes(plan: RefundPlan, call: RefundCall): boolean {
    if (refundScenarioOf(plan).fault === undefined) return false
    const { on = ['refund'], times = 1 } = plan.params
    return on.includes(call) && plan.used[call] < times
  }

  #deliver(
    answered: Answered,
    plan: RefundPlan,
    about: { readonly call: RefundCall; readonly outTradeNo: string | null },
  ): Reply {
    const { fault, name } = refundScenarioOf(plan)
    const { seconds = DEFAULT_DURATION_SECONDS, bytes = DEFAULT_HUGE_BYTES } = plan.params
    this.#settings.ledger.refunds.countUse(plan, about.call)
    const settings = { durationMs: seconds * 1000, totalBytes: bytes }
    const { answer, delivery } =
      fault === undefined
        ? { answer: answered.answer, delivery: PLAIN }
        : applyFault(fault, answered.answer, settings)
    const { outTradeNo } = about
    return { answer, delivery, verdict: `${answered.verdict}, ${name}`, outTradeNo }
  }
}
