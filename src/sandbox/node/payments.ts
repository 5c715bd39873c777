import { createHmac } from 'node:crypto'
import type { Answer, Delivery } from '../answers.ts'
import { PLAIN, refusalAnswer } from '../answers.ts'
import { canonicalBody } from '../body-rules.ts'
import type { SandboxClock } from '../clock.ts'
import type { ChargeBody } from '../codepay-body.ts'
import { readChargeBody, readReverseBody } from '../codepay-body.ts'
import type { Dialect } from '../dialect.ts'
import { v3Dialect } from '../dialect.ts'
import type { Merchant, Order } from '../orders.ts'
import { chargeOrder, reverseOrder } from '../orders.ts'
import type { RefusalName } from '../refusals.ts'
import { REFUSALS } from '../refusals.ts'
import type { Call, Scenario } from '../scenarios.ts'
import { scenarioNamed, scenarioOfCharge } from '../scenarios.ts'
import type { ChargeScriptEntry, Chosen } from '../script.ts'
import { scenarioOfScript } from '../script.ts'
import type { Ledger, Plan } from './ledger.ts'
import type { Admit } from './services/gate.ts'

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
  /** What a face code says of its charge; undefined when it is none. */
  readonly faceOf: (code: string) => { readonly scenario: string | null } | undefined
}

const DEFAULT_DURATION_SECONDS = 60
const DEFAULT_HUGE_BYTES = 100 * 1024 * 1024
/** Reversing earlier than this after the charge is against the advice of the reverse page. */
const REVERSE_EARLY_MS = 15_000

type Answered = { readonly answer: Answer; readonly verdict: string }

/** A charge whose fields are in order, from either version of the interface. */
export type Charge = ChargeBody & {
  /** The same text for two requests that ask for the same. */
  readonly canonical: string
  /** Means of payment the merchant does not take (v2 only). */
  readonly limitPay?: string | undefined
}

/** What every dialect shares: the script, and how many charges it has seen. */
type Progress = { script: readonly ChargeScriptEntry[]; chargesSeen: number }

const scenarioOf = (plan: Plan): Scenario => {
  const scenario = scenarioNamed(plan.scenario)
  if (scenario === undefined) throw new Error(`the ledger names no scenario ${plan.scenario}`)
  return scenario
}

/** Charges, queries and reversals. Every method expects to run inside a ledger transaction. */
export class Payments {
  readonly #settings: PaymentSettings
  readonly #dialect: Dialect
  readonly #progress: Progress

  constructor(
    settings: PaymentSettings,
    dialect: Dialect = v3Dialect(settings.merchant),
    progress: Progress = { script: [], chargesSeen: 0 },
  ) {
    this.#settings = settings
    this.#dialect = dialect
    this.#progress = progress
  }

  /** The same payments, answered in other words. */
  speaking(dialect: Dialect): Payments {
    return new Payments(this.#settings, dialect, this.#progress)
  }

  /** Replaces the script and starts counting charges anew. */
  script(entries: readonly ChargeScriptEntry[]): void {
    this.#progress.script = entries
    this.#progress.chargesSeen = 0
  }

  #refused(name: RefusalName): Answered {
    return { answer: this.#dialect.refused(name), verdict: name }
  }

  /** One codepay request whose signature and merchant id are in order; `admit` may bar it. */
  charge(body: string, header: string | undefined, admit?: Admit): Reply {
    const reading = readChargeBody(body)
    if (!reading.ok) {
      const { message, detail } = reading.fault
      const answer = refusalAnswer({ ...REFUSALS.param_error, message }, detail)
      return { answer, delivery: PLAIN, verdict: `param_error ${detail.field}`, outTradeNo: null }
    }
    const { value } = reading
    if (value.appid !== this.#settings.merchant.appId) {
      return { ...this.#refused('appid_not_bound'), delivery: PLAIN, outTradeNo: value.outTradeNo }
    }
    return this.chargeRead({ ...value, canonical: canonicalBody(body) }, header, admit)
  }

  /** A charge of this merchant whose fields are in order. */
  chargeRead(charge: Charge, header: string | undefined, admit?: Admit): Reply {
    const { ledger } = this.#settings
    const barred = this.#takesNew(charge.outTradeNo) ? admit?.(charge) : undefined
    if (barred) {
      const { answer } = this.#refused(barred.name)
      const headers = { ...answer.headers, 'Guitai-Refusal': barred.reason }
      const verdict = `gate ${barred.reason}`
      const { outTradeNo } = charge
      return { answer: { ...answer, headers }, verdict, delivery: PLAIN, outTradeNo }
    }
    const plan = ledger.plan(charge.outTradeNo) ?? this.#newPlan(charge, header)
    const scenario = scenarioOf(plan)
    const strikes = this.#strikes(plan, 'charge')
    if (strikes && scenario.settlement === 'unprocessed' && scenario.fault) {
      const untouched = { ...this.#refused('system_error'), verdict: 'unprocessed' }
      return this.#deliver(untouched, plan, 'charge')
    }
    const answered = this.#process(charge, plan)
    const reply = strikes
      ? this.#deliver(answered, plan, 'charge')
      : { ...answered, delivery: PLAIN, outTradeNo: charge.outTradeNo }
    if (answered.holdMs === undefined || strikes) return reply
    const later = {
      delayMs: answered.holdMs,
      answer: () =>
        ledger.transaction(() => {
          const order = ledger.order(charge.outTradeNo, this.#settings.clock.nowMs())
          return order ? this.#ofOrder(order).answer : this.#refused('order_absent').answer
        }),
    }
    return { ...reply, later }
  }

  /** Whether a charge of this number may take money; a repeat only tells what became of the first. */
  #takesNew(outTradeNo: string): boolean {
    const { ledger, clock } = this.#settings
    const order = ledger.order(outTradeNo, clock.nowMs())
    return order === undefined || (order.state === 'NOTPAY' && order.nextState === null)
  }

  #newPlan(charge: ChargeBody, header: string | undefined): Plan {
    this.#progress.chargesSeen += 1
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
    const { script, chargesSeen } = this.#progress
    const scripted = scenarioOfScript(script, { ...charge, nth: chargesSeen })
    if (scripted) return scripted
    const own = scenarioNamed(this.#settings.faceOf(charge.code)?.scenario ?? '')
    if (own) return { scenario: own, params: own.params }
    const scenario = scenarioOfCharge(charge.amountFen, charge.code)
    return { scenario, params: scenario.params }
  }

  #process(charge: Charge, plan: Plan): Answered & { readonly holdMs?: number } {
    const { ledger, clock } = this.#settings
    const bodyHash = this.#hash(charge.canonical)
    const existing = ledger.order(charge.outTradeNo, clock.nowMs())
    if (existing) {
      if (existing.state === 'REVOKED' || existing.state === 'CLOSED') {
        return this.#refused('order_closed')
      }
      if (existing.bodyHash !== bodyHash) {
        return { answer: this.#dialect.differs(existing), verdict: 'order_differs' }
      }
      const waiting = existing.state !== 'NOTPAY' || existing.nextState !== null
      if (waiting) return this.#ofOrder(existing)
    }
    const codeHash = this.#hash(charge.code)
    const user = ledger.userOfCode(codeHash)
    const scenario = scenarioOf(plan)
    const credit = scenario.creditOnly && charge.limitPay === 'no_credit'
    const refusal = credit ? 'credit_refused' : scenario.refusal
    if (user !== undefined && (user !== charge.outTradeNo || !existing))
      return this.#refused('code_used')
    ledger.useCode(codeHash, charge.outTradeNo)
    if (refusal && scenario.settlement === 'unprocessed') return this.#refused(refusal)
    const draft = existing ?? this.#draft(charge, bodyHash)
    const order = chargeOrder(draft, {
      settlement: credit ? 'unpaid' : existing && !refusal ? 'paid' : scenario.settlement,
      params: plan.params,
      nowMs: clock.nowMs(),
      sequence: ledger.sequenceOf(charge.outTradeNo),
    })
    ledger.save(order, clock.nowMs())
    if (charge.limitPay !== undefined) ledger.v2.limit(charge.outTradeNo, charge.limitPay)
    if (refusal) return this.#refused(refusal)
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
      tradeType: this.#settings.faceOf(charge.code) === undefined ? 'MICROPAY' : 'FACEPAY',
    }
  }

  /** What an order is paid with. */
  #bankOf({ outTradeNo }: Order): string {
    const plan = this.#settings.ledger.plan(outTradeNo)
    return (plan && scenarioOf(plan).bankType) ?? 'OTHERS'
  }

  /** How a charge is answered about an order in the state it is in. */
  #ofOrder(order: Order): Answered {
    switch (order.state) {
      case 'SUCCESS':
      case 'REFUND':
        return { answer: this.#dialect.paid(order, this.#bankOf(order)), verdict: 'paid' }
      case 'USERPAYING':
        return { answer: this.#dialect.waiting(order), verdict: 'userpaying' }
      case 'PAYERROR':
        return this.#refused('pay_error')
      case 'NOTPAY':
        return this.#refused('system_error')
      case 'REVOKED':
      case 'CLOSED':
        return this.#refused('order_closed')
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
    const { ledger } = this.#settings
    const plan = this.#planOf(outTradeNo, header)
    if (plan && scenarioOf(plan).hidesOrder && plan.used.query < (plan.params.count ?? 0)) {
      ledger.countUse(plan, 'query')
      return { ...this.#refused('order_absent'), verdict: 'hidden', delivery: PLAIN, outTradeNo }
    }
    const order = find()
    const answered: Answered =
      order && !this.#onItsWay(order, plan)
        ? { answer: this.#dialect.found(order, this.#bankOf(order)), verdict: order.state }
        : this.#refused('order_absent')
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
      return { ...this.#refused('appid_not_bound'), delivery: PLAIN, outTradeNo }
    }
    return this.reverseRead(outTradeNo, header)
  }

  /** A reversal by this merchant. */
  reverseRead(outTradeNo: string, header: string | undefined): Reply {
    const plan = this.#planOf(outTradeNo, header)
    if (plan && scenarioOf(plan).refusesReverse && plan.used.reverse < (plan.params.count ?? 0)) {
      this.#settings.ledger.countUse(plan, 'reverse')
      return { ...this.#refused('reverse_while_paying'), delivery: PLAIN, outTradeNo }
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
    const { ledger, clock, log } = this.#settings
    const nowMs = clock.nowMs()
    const order = ledger.order(outTradeNo, nowMs)
    if (order === undefined || this.#onItsWay(order, plan)) return this.#refused('order_absent')
    const reversal = reverseOrder(order, nowMs)
    if (!reversal.ok) return this.#refused(reversal.refusal)
    const early = nowMs - order.submittedAtMs < REVERSE_EARLY_MS
    if (early) log(`${outTradeNo} was reversed earlier than 15 s after its charge`)
    ledger.save(reversal.order, nowMs)
    const answer = this.#dialect.reversed(reversal.order)
    return { answer, verdict: early ? 'reversed_early' : 'reversed' }
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
        : this.#dialect.faulty(fault, answered.answer, {
            durationMs: seconds * 1000,
            totalBytes: bytes,
          })
    const verdict = `${answered.verdict}, ${name}`
    return { answer, delivery, verdict, outTradeNo: plan.outTradeNo }
  }

  #hash(text: string): string {
    return createHmac('sha256', this.#settings.hashKey).update(text).digest('hex')
  }
}
