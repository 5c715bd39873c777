import type { Charge, Expected, Gateway, GatewayAnswer } from '../../src/ports/gateway.ts'
import type { ManualClock } from '../support/manual-clock.ts'
import type { Random } from '../support/seeded.ts'
import type { Fate } from './faults.ts'

/** One life of the terminal's process. What happens after its end has no effect on the world. */
export type Life = { isOver: boolean }

/** What a call of a dead process comes to. */
const NEVER = new Promise<never>(() => {})

type OrderState = 'NOTPAY' | 'USERPAYING' | 'SUCCESS' | 'PAYERROR' | 'REVOKED'

/** An order as the gateway's own ledger has it. */
export type Order = {
  readonly outTradeNo: string
  readonly amountFen: number
  state: OrderState
  charges: number
  returns: number
  readonly madeAtMs: number
}

/** What a customer does with the charge. */
type Customer =
  | 'pays'
  | 'pays_after_password'
  | 'cancels_password'
  | 'never_answers'
  | 'has_no_money'

const PASSWORD_LIMIT_MS = 45_000
const CODE_LIFE_MS = 60_000
const CLIENT_LIMIT_MS = 20_000

/**
 * The gateway and the network to it, written from the rules of the wire and from nothing of ours: one
 * use per code, 60 s of life, a password page that dies after 45 s, no reversal while it is open.
 */
export class GatewayWorld {
  readonly orders = new Map<string, Order>()
  /** Every charge that reached the gateway, in order. */
  readonly arrivedCharges: string[] = []
  /** Orders whose reversal was sent less than 15 s after their charge. */
  readonly hurried: string[] = []
  readonly #sentAtMs = new Map<string, number>()
  readonly #clock: ManualClock
  readonly #random: Random
  readonly #fate: Fate
  readonly #mintedAtMs = new Map<string, number>()
  readonly #usedCodes = new Set<string>()
  #codes = 0
  #outUntilMs = 0

  constructor(clock: ManualClock, random: Random, fate: Fate) {
    this.#clock = clock
    this.#random = random
    this.#fate = fate
  }

  /** A fresh code on a customer's phone. */
  mint(): string {
    this.#codes += 1
    const code = `13${String(this.#codes).padStart(16, '0')}`
    this.#mintedAtMs.set(code, this.#clock.monotonicMs())
    return code
  }

  /** A client of it, as one life of the terminal has. */
  connect(life: Life): Gateway {
    return {
      signCharge: (charge) => ({
        send: () => {
          if (!life.isOver) this.#sentAtMs.set(charge.outTradeNo, this.#clock.monotonicMs())
          return this.#call(life, () => this.#charge(charge))
        },
      }),
      query: (expected) => this.#call(life, () => this.#query(expected)),
      reverse: (expected) => {
        const sentAtMs = this.#sentAtMs.get(expected.outTradeNo)
        const elapsedMs = this.#clock.monotonicMs() - (sentAtMs ?? Number.NEGATIVE_INFINITY)
        if (!life.isOver && elapsedMs < 15_000) this.hurried.push(expected.outTradeNo)
        return this.#call(life, () => this.#reverse(expected))
      },
      expectCharge: () => undefined,
      health: () => ({ state: 'ok' }),
      onHealth: () => () => undefined,
      close: () => Promise.resolve(),
    }
  }

  #call(life: Life, serve: () => GatewayAnswer): Promise<GatewayAnswer> {
    const fate = this.#fate
    if (!life.isOver && fate.strikes('crash_at_send')) life.isOver = true
    if (life.isOver) return NEVER
    if (fate.strikes('connection_refused')) {
      return this.#later(50, { kind: 'unknown', cause: 'gateway.unreachable', sent: false })
    }
    const timeout: GatewayAnswer = { kind: 'unknown', cause: 'gateway.timeout', sent: true }
    const answered = new Promise<GatewayAnswer>((resolve) => {
      const giveUp = this.#clock.after(CLIENT_LIMIT_MS, () => resolve(timeout))
      const arrive = () => {
        const answer = this.#spoil(serve())
        if (fate.strikes('answer_lost')) return
        const delayMs = fate.strikes('answer_late') ? 30_000 : this.#random.integer(5, 800)
        this.#clock.after(delayMs, () => {
          giveUp()
          if (!life.isOver && fate.strikes('crash_on_answer')) life.isOver = true
          if (!life.isOver) resolve(answer)
        })
      }
      if (fate.strikes('request_lost')) return
      const delayMs = fate.strikes('request_late')
        ? this.#random.integer(5_000, 58_000)
        : this.#random.integer(1, 300)
      this.#clock.after(delayMs, arrive)
      if (fate.strikes('request_doubled')) this.#clock.after(delayMs + 40, () => void serve())
    })
    if (fate.strikes('crash_after_send')) life.isOver = true
    return answered
  }

  #later(delayMs: number, answer: GatewayAnswer): Promise<GatewayAnswer> {
    return new Promise((resolve) => this.#clock.after(delayMs, () => resolve(answer)))
  }

  /** What the network and a sick gateway make of an answer. */
  #spoil(answer: GatewayAnswer): GatewayAnswer {
    const fate = this.#fate
    if (fate.strikes('answer_unsigned')) {
      return { kind: 'unknown', cause: 'gateway.bad_signature', sent: true }
    }
    if (fate.strikes('done_but_server_error')) {
      return { kind: 'unknown', cause: 'gateway.server_error', sent: true }
    }
    if (fate.strikes('answer_unknown_code')) {
      return { kind: 'unknown', cause: 'gateway.unknown_code', sent: true }
    }
    return answer
  }

  /** A gateway that fails before it does anything: once, or for a minute or two. */
  #sick(): GatewayAnswer | undefined {
    const nowMs = this.#clock.monotonicMs()
    if (this.#fate.strikes('outage'))
      this.#outUntilMs = nowMs + this.#random.integer(20_000, 120_000)
    const isOut = nowMs < this.#outUntilMs && !this.#fate.calm
    if (!isOut && !this.#fate.strikes('answer_server_error')) return undefined
    return { kind: 'unknown', cause: 'gateway.server_error', sent: true }
  }

  #charge(charge: Charge): GatewayAnswer {
    const sick = this.#sick()
    if (sick) return sick
    const known = this.orders.get(charge.outTradeNo)
    if (known) return this.#answerOf(known, charge)
    this.arrivedCharges.push(charge.outTradeNo)
    const age = this.#clock.monotonicMs() - (this.#mintedAtMs.get(charge.code) ?? 0)
    if (this.#usedCodes.has(charge.code)) return { kind: 'refused', cause: 'gateway.code_invalid' }
    if (age >= CODE_LIFE_MS) return { kind: 'refused', cause: 'gateway.code_expired' }
    this.#usedCodes.add(charge.code)
    const order: Order = {
      outTradeNo: charge.outTradeNo,
      amountFen: charge.amountFen,
      state: 'NOTPAY',
      charges: 0,
      returns: 0,
      madeAtMs: this.#clock.monotonicMs(),
    }
    this.orders.set(order.outTradeNo, order)
    return this.#serve(order, this.#customer(), charge)
  }

  #customer(): Customer {
    if (this.#fate.calm) return 'pays'
    return this.#random.pick<Customer>([
      'pays',
      'pays',
      'pays',
      'pays_after_password',
      'cancels_password',
      'never_answers',
      'has_no_money',
    ])
  }

  #serve(order: Order, customer: Customer, expected: Expected): GatewayAnswer {
    if (customer === 'pays') {
      this.#take(order)
      // A doubled request is told that its code was used: by itself.
      if (this.#fate.strikes('refused_though_paid'))
        return { kind: 'refused', cause: 'gateway.code_invalid' }
      return this.#answerOf(order, expected)
    }
    if (customer === 'has_no_money') return { kind: 'refused', cause: 'gateway.not_enough' }
    order.state = 'USERPAYING'
    const thinksMs = this.#random.integer(1_000, 44_000)
    const ends = {
      pays_after_password: () => this.#take(order),
      cancels_password: () => {
        order.state = 'PAYERROR'
      },
    }
    if (customer !== 'never_answers') {
      this.#clock.after(thinksMs, () => order.state === 'USERPAYING' && ends[customer]())
    }
    this.#clock.after(PASSWORD_LIMIT_MS, () => {
      if (order.state === 'USERPAYING') order.state = 'PAYERROR'
    })
    return { kind: 'paying' }
  }

  #take(order: Order): void {
    order.state = 'SUCCESS'
    order.charges += 1
  }

  #query(expected: Expected): GatewayAnswer {
    const sick = this.#sick()
    if (sick) return sick
    const order = this.orders.get(expected.outTradeNo)
    return order ? this.#answerOf(order, expected) : { kind: 'not_found' }
  }

  #reverse(expected: Expected): GatewayAnswer {
    const sick = this.#sick()
    if (sick) return sick
    const order = this.orders.get(expected.outTradeNo)
    if (!order) return { kind: 'not_found' }
    if (order.state === 'USERPAYING' || this.#fate.strikes('reverse_refused'))
      return { kind: 'paying' }
    if (order.state === 'SUCCESS') order.returns += 1
    order.state = 'REVOKED'
    return { kind: 'reversed' }
  }

  #answerOf(order: Order, expected: Expected): GatewayAnswer {
    switch (order.state) {
      case 'SUCCESS':
        return {
          kind: 'paid',
          outTradeNo: order.outTradeNo,
          amountFen: expected.amountFen,
          transactionId: `T${order.outTradeNo}`,
          refunded: false,
        }
      case 'USERPAYING':
        return { kind: 'paying' }
      case 'NOTPAY':
        return { kind: 'unpaid' }
      case 'PAYERROR':
        return { kind: 'failed' }
      case 'REVOKED':
        return { kind: 'closed' }
    }
  }
}
