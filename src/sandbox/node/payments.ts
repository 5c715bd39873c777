import { createHmac } from 'node:crypto'
import type { Answer, Delivery } from '../answers.ts'
import { goodAnswer, PLAIN, refusalAnswer } from '../answers.ts'
import { canonicalBody } from '../body-rules.ts'
import type { SandboxClock } from '../clock.ts'
import type { ChargeBody } from '../codepay-body.ts'
import { readChargeBody, readReverseBody } from '../codepay-body.ts'
import { applyFault } from '../faults.ts'
import type { Merchant, Order } from '../orders.ts'
import { chargeOrder, orderAnswer, reverseOrder } from '../orders.ts'
import type { RefusalName } from '../refusals.ts'
import { REFUSALS } from '../refusals.ts'
import type { Call, Scenario } from '../scenarios.ts'
import { scenarioNamed, scenarioOfCharge } from '../scenarios.ts'
import type { ChargeScriptEntry, Chosen } from '../script.ts'
import { scenarioOfScript } from '../script.ts'
import type { Ledger, Plan } from './ledger.ts'

/** What goes back, how, and what is written about the request. */
export type Reply = {
  readonly answer: Answer
  readonly delivery: Delivery
  readonly verdict: string
  readonly outTradeNo: string | null
  /** The call waits this long, and is answered by what is true then. */
  readonly later?: { readonly delayMs: number; readonly answer: () => Answer }
}

export type PaymentSettings = {
  readonly ledger: Ledger
  readonly clock: SandboxClock
  readonly merchant: Merchant
  /** Keys the hashes of payment codes, so that they cannot be found by trying all codes. */
  readonly hashKey: string
  readonly log: (line: string) => void
}

const DEFAULT_DURATION_SECONDS = 60
const DEFAULT_HUGE_BYTES = 100 * 1024 * 1024
/** Reversing earlier than this after the charge is against the advice of the reverse page. */
const REVERSE_EARLY_MS = 15_000

type Answered = { readonly answer: Answer; readonly verdict: string }
const refused = (name: RefusalName): Answered => ({
  answer: refusalAnswer(REFUSALS[name]),
  verdict: name,
})

const scenarioOf = (plan: Plan): Scenario => {
  const scenario = scenarioNamed(plan.scenario)
  if (scenario === undefined) throw new Error(`the ledger names no scenario ${plan.scenario}`)
  return scenario
}

/** Charges, queries and reversals. Every method expects to run inside a ledger transaction. */
export class Payments {
  readonly #settings: PaymentSettings
  #script: readonly ChargeScriptEntry[] = []
  #chargesSeen = 0

  constructor(settings: PaymentSettings) {
    this.#settings = settings
  }

  /** Replaces the script and starts counting charges anew. */
  script(entries: readonly ChargeScriptEntry[]): void {
    this.#script = entries
    this.#chargesSeen = 0
  }

  /** One codepay request whose signature and merchant id are in order. */
  charge(body: string, header: string | undefined): Reply {
    const reading = readChargeBody(body)
    if (!reading.ok) {
      const { message, detail } = reading.fault
      const answer = refusalAnswer({ ...REFUSALS.param_error, message }, detail)
      return { answer, delivery: PLAIN, verdict: `param_error ${detail.field}`, outTradeNo: null }
    }
    const charge = reading.value
    if (charge.appid !== this.#settings.merchant.appId) {
      return { ...refused('appid_not_bound'), delivery: PLAIN, outTradeNo: charge.outTradeNo }
    }
    const { ledger } = this.#settings
    const plan = ledger.plan(charge.outTradeNo) ?? this.#newPlan(charge, header)
    const scenario = scenarioOf(plan)
    const strikes = this.#strikes(plan, 'charge')
    if (strikes && scenario.settlement === 'unprocessed' && scenario.fault) {
      const untouched = { ...refused('system_error'), verdict: 'unprocessed' }
      return this.#deliver(untouched, plan, 'charge')
    }
    const answered = this.#process(charge, plan, this.#hash(canonicalBody(body)))
    const reply = strikes
      ? this.#deliver(answered, plan, 'charge')
      : { ...answered, delivery: PLAIN, outTradeNo: charge.outTradeNo }
    if (answered.holdMs === undefined || strikes) return reply
    const later = {
      delayMs: answered.holdMs,
      answer: () =>
        ledger.transaction(() => {
          const order = ledger.order(charge.outTradeNo, this.#settings.clock.nowMs())
          return order ? this.#ofOrder(order).answer : refused('order_absent').answer
        }),
    }
    return { ...reply, later }
  }

  #newPlan(charge: ChargeBody, header: string | undefined): Plan {
    this.#chargesSeen += 1
    const chosen = this.#choose(charge, header)
    return this.#settings.ledger.addPlan({
      outTradeNo: charge.outTradeNo,
      scenario: chosen.scenario.name,
      params: chosen.params,
    })
  }

  #choose(charge: ChargeBody, header: string | undefined): Chosen {
    const named = header === undefined ? undefined : scenarioNamed(header)
    if (named) return { scenario: named, params: named.params }
    const scripted = scenarioOfScript(this.#script, { ...charge, nth: this.#chargesSeen })
    if (scripted) return scripted
    const scenario = scenarioOfCharge(charge.amountFen, charge.code)
    return { scenario, params: scenario.params }
  }

  #process(
    charge: ChargeBody,
    plan: Plan,
    bodyHash: string,
  ): Answered & { readonly holdMs?: number } {
    const { ledger, clock } = this.#settings
    const existing = ledger.order(charge.outTradeNo, clock.nowMs())
    if (existing) {
      if (existing.state === 'REVOKED' || existing.state === 'CLOSED') {
        return refused('order_closed')
      }
      if (existing.bodyHash !== bodyHash) return refused('order_differs')
      const waiting = existing.state !== 'NOTPAY' || existing.nextState !== null
      if (waiting) return this.#ofOrder(existing)
    }
    const codeHash = this.#hash(charge.code)
    const user = ledger.userOfCode(codeHash)
    const scenario = scenarioOf(plan)
    if (user !== undefined && (user !== charge.outTradeNo || !existing)) return refused('code_used')
    ledger.useCode(codeHash, charge.outTradeNo)
    if (scenario.refusal && scenario.settlement === 'unprocessed') return refused(scenario.refusal)
    const draft = existing ?? this.#draft(charge, bodyHash)
    const order = chargeOrder(draft, {
      settlement: existing && !scenario.refusal ? 'paid' : scenario.settlement,
      params: plan.params,
      nowMs: clock.nowMs(),
      sequence: ledger.sequenceOf(charge.outTradeNo),
    })
    ledger.save(order, clock.nowMs())
    if (scenario.refusal) return refused(scenario.refusal)
    const answered = this.#ofOrder(order)
    const held = order.state === 'NOTPAY' && order.nextAtMs !== null
    return held ? { ...answered, holdMs: (order.nextAtMs ?? 0) - clock.nowMs() } : answered
  }

  #draft(charge: ChargeBody, bodyHash: string): Order {
    return {
      outTradeNo: charge.outTradeNo,
      state: 'NOTPAY',
      amountFen: charge.amountFen,
      transactionId: null,
      attach: charge.attach ?? null,
      deviceId: charge.deviceId ?? null,
      description: charge.description,
      submittedAtMs: this.#settings.clock.nowMs(),
      paidAtMs: null,
      reversedAtMs: null,
      charges: 0,
      returned: false,
      bodyHash,
      nextState: null,
      nextAtMs: null,
    }
  }

  /** How a charge is answered about an order in the state it is in. */
  #ofOrder(order: Order): Answered {
    switch (order.state) {
      case 'SUCCESS':
      case 'REFUND': {
        const paid = { ...order, state: 'SUCCESS' as const }
        return {
          answer: goodAnswer(200, orderAnswer(paid, this.#settings.merchant)),
          verdict: 'paid',
        }
      }
      case 'USERPAYING':
        return { answer: goodAnswer(202, { trade_state: 'USERPAYING' }), verdict: 'userpaying' }
      case 'PAYERROR':
        return refused('pay_error')
      case 'NOTPAY':
        return refused('system_error')
      case 'REVOKED':
      case 'CLOSED':
        return refused('order_closed')
    }
  }

  /** A query by order number. */
  query(outTradeNo: string, header: string | undefined): Reply {
    return this.#query(
      () => this.#settings.ledger.order(outTradeNo, this.#settings.clock.nowMs()),
      outTradeNo,
      header,
    )
  }

  /** A query by transaction id. */
  queryTransaction(transactionId: string, header: string | undefined): Reply {
    const { ledger, clock } = this.#settings
    const order = ledger.orderByTransaction(transactionId, clock.nowMs())
    return this.#query(() => order, order?.outTradeNo ?? null, header)
  }

  #query(
    find: () => Order | undefined,
    outTradeNo: string | null,
    header: string | undefined,
  ): Reply {
    const { ledger, merchant } = this.#settings
    const plan = this.#planOf(outTradeNo, header)
    if (plan && scenarioOf(plan).hidesOrder && plan.used.query < (plan.params.count ?? 0)) {
      ledger.countUse(plan, 'query')
      return { ...refused('order_absent'), verdict: 'hidden', delivery: PLAIN, outTradeNo }
    }
    const order = find()
    const answered: Answered =
      order && !this.#onItsWay(order, plan)
        ? { answer: goodAnswer(200, orderAnswer(order, merchant)), verdict: order.state }
        : refused('order_absent')
    return plan && this.#strikes(plan, 'query')
      ? this.#deliver(answered, plan, 'query')
      : { ...answered, delivery: PLAIN, outTradeNo }
  }

  /** A reversal. */
  reverse(outTradeNo: string, body: string, header: string | undefined): Reply {
    const reading = readReverseBody(body)
    if (!reading.ok) {
      const { message, detail } = reading.fault
      const answer = refusalAnswer({ ...REFUSALS.param_error, message }, detail)
      return { answer, delivery: PLAIN, verdict: `param_error ${detail.field}`, outTradeNo }
    }
    if (reading.value.appid !== this.#settings.merchant.appId) {
      return { ...refused('appid_not_bound'), delivery: PLAIN, outTradeNo }
    }
    const plan = this.#planOf(outTradeNo, header)
    if (plan && scenarioOf(plan).refusesReverse && plan.used.reverse < (plan.params.count ?? 0)) {
      this.#settings.ledger.countUse(plan, 'reverse')
      return { ...refused('reverse_while_paying'), delivery: PLAIN, outTradeNo }
    }
    const answered = this.#reverse(outTradeNo, plan)
    return plan && this.#strikes(plan, 'reverse')
      ? this.#deliver(answered, plan, 'reverse')
      : { ...answered, delivery: PLAIN, outTradeNo }
  }

  /** The gateway has not seen the charge yet, though the ledger knows that it will. */
  #onItsWay(order: Order, plan: Plan | undefined): boolean {
    if (plan === undefined || !scenarioOf(plan).absentUntilPaid) return false
    return order.state === 'NOTPAY' && order.nextAtMs !== null
  }

  #reverse(outTradeNo: string, plan: Plan | undefined): Answered {
    const { ledger, clock, merchant, log } = this.#settings
    const nowMs = clock.nowMs()
    const order = ledger.order(outTradeNo, nowMs)
    if (order === undefined || this.#onItsWay(order, plan)) return refused('order_absent')
    const reversal = reverseOrder(order, nowMs)
    if (!reversal.ok) return refused(reversal.refusal)
    const early = nowMs - order.submittedAtMs < REVERSE_EARLY_MS
    if (early) log(`${outTradeNo} was reversed earlier than 15 s after its charge`)
    ledger.save(reversal.order, nowMs)
    const value = { appid: merchant.appId, mchid: merchant.id, out_trade_no: outTradeNo }
    return { answer: goodAnswer(200, value), verdict: early ? 'reversed_early' : 'reversed' }
  }

  /** The plan of an order number; a header puts another scenario, with nothing used, in its place. */
  #planOf(outTradeNo: string | null, header: string | undefined): Plan | undefined {
    const named = header === undefined ? undefined : scenarioNamed(header)
    const plan = outTradeNo === null ? undefined : this.#settings.ledger.plan(outTradeNo)
    if (named?.fault === undefined) return plan
    const params = { ...named.params, on: ['query', 'reverse'] as const }
    const used = { charge: 0, query: 0, reverse: 0 }
    return { outTradeNo: outTradeNo ?? '', scenario: named.name, params, used }
  }

  #strikes(plan: Plan, call: Call): boolean {
    if (scenarioOf(plan).fault === undefined) return false
    const { on = ['charge'], times = 1 } = plan.params
    return on.includes(call) && plan.used[call] < times
  }

  #deliver(answered: Answered, plan: Plan, call: Call): Reply {
    const { fault, name } = scenarioOf(plan)
    const { seconds = DEFAULT_DURATION_SECONDS, bytes = DEFAULT_HUGE_BYTES } = plan.params
    this.#settings.ledger.countUse(plan, call)
    const { answer, delivery } =
      fault === undefined
        ? { answer: answered.answer, delivery: PLAIN }
        : applyFault(fault, answered.answer, { durationMs: seconds * 1000, totalBytes: bytes })
    const verdict = `${answered.verdict}, ${name}`
    return { answer, delivery, verdict, outTradeNo: plan.outTradeNo }
  }

  #hash(text: string): string {
    return createHmac('sha256', this.#settings.hashKey).update(text).digest('hex')
  }
}
