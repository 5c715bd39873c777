import type { ManualClock } from '../support/manual-clock.ts'
import type { Random } from '../support/seeded.ts'
import type { Fate } from './faults.ts'
import { fail, type Order, type Reply, type WireCharge } from './order.ts'
import { RefundBook } from './refund-book.ts'

type Customer =
  | 'pays'
  | 'pays_after_password'
  | 'cancels_password'
  | 'never_answers'
  | 'has_no_money'

const CUSTOMERS: readonly Customer[] = [
  'pays',
  'pays',
  'pays',
  'pays_after_password',
  'cancels_password',
  'never_answers',
  'has_no_money',
]
const CODE_LIFE_MS = 60_000
const PASSWORD_LIMIT_MS = 45_000
const REVERSE_LIMIT_MS = 7 * 24 * 3_600_000

/**
 * The gateway's book of money, written from the rules of the wire and from nothing of ours: a code
 * is good once and for 60 s from its minting, also when the money is only taken later; a password
 * page dies after 45 s and bars a reversal while it is open; a reversal closes what is unpaid and
 * returns what is paid; the same request again gets the present state, another one is refused.
 */
export class Ledger {
  readonly orders = new Map<string, Order>()
  readonly refunds: RefundBook
  readonly #clock: ManualClock
  readonly #random: Random
  readonly #fate: Fate
  readonly #mintedAtMs = new Map<string, number>()
  readonly #usedCodes = new Set<string>()
  readonly #asked = new Map<string, 'query' | 'reverse'>()
  #codes = 0
  #lastCode: string | undefined

  constructor(clock: ManualClock, random: Random, fate: Fate) {
    this.#clock = clock
    this.#random = random
    this.#fate = fate
    this.refunds = new RefundBook(clock, random.fork(), fate)
  }

  /** The code that was minted last. */
  get lastCode(): string | undefined {
    return this.#lastCode
  }

  /** A fresh code on a customer's phone, that was shown there for some time before it is scanned. */
  mint(): string {
    this.#codes += 1
    const code = `13${String(this.#codes).padStart(16, '0')}`
    this.#lastCode = code
    const shownForMs = this.#random.chance(0.9) ? 0 : this.#random.integer(0, 65_000)
    this.#mintedAtMs.set(code, this.#clock.monotonicMs() - shownForMs)
    return code
  }

  /** Whether money is held for an order. */
  holds(outTradeNo: string): boolean {
    const order = this.orders.get(outTradeNo)
    return order !== undefined && order.timesTaken > order.timesReturned
  }

  charge(charge: WireCharge): Reply {
    const { out_trade_no: number, payer } = charge
    const before = this.orders.get(number)
    if (before) {
      const same = JSON.stringify(before.charge) === JSON.stringify(charge)
      if (!same) return fail(400, 'INVALID_REQUEST', '重入参数不一致')
      if (before.invisible) return fail(500, 'SYSTEM_ERROR', '系统繁忙')
      if (before.state === 'REVOKED') return fail(400, 'ORDER_CLOSED', '订单已撤销')
      return this.#stateOf(before)
    }
    const asked = this.#asked.get(number)
    if (asked === 'query') this.#fate.met('charge_arrived_after_query')
    if (asked === 'reverse') this.#fate.met('charge_arrived_after_reverse')
    if (this.#usedCodes.has(payer.auth_code)) {
      this.#fate.met('code_used_before')
      return fail(403, 'AUTH_CODE_INVALID', '每个二维码仅限使用一次')
    }
    this.#usedCodes.add(payer.auth_code)
    if (this.#isDead(payer.auth_code)) {
      this.#fate.met('code_expired')
      return fail(403, 'AUTH_CODE_EXPIRE', '付款码已过期')
    }
    const order: Order = {
      charge,
      madeAtMs: this.#clock.monotonicMs(),
      state: 'NOTPAY',
      invisible: false,
      timesTaken: 0,
      timesReturned: 0,
    }
    this.orders.set(number, order)
    if (this.#fate.strikes('order_invisible', number)) return this.#commitLate(order)
    const customer = this.#fate.calm ? 'pays' : this.#random.pick(CUSTOMERS)
    return this.#serve(order, customer)
  }

  query(outTradeNo: string): Reply {
    const order = this.orders.get(outTradeNo)
    if (order && !order.invisible) return this.#stateOf(order)
    if (!this.#asked.has(outTradeNo)) this.#asked.set(outTradeNo, 'query')
    return fail(404, 'ORDER_NOT_EXIST', '订单不存在')
  }

  reverse(outTradeNo: string): Reply {
    const order = this.orders.get(outTradeNo)
    if (!order || order.invisible) {
      this.#asked.set(outTradeNo, 'reverse')
      this.#fate.met('reverse_of_no_order')
      return fail(404, 'ORDER_NOT_EXIST', '订单不存在')
    }
    if (order.state === 'USERPAYING') {
      this.#fate.met('reverse_refused_while_paying')
      // No document says which status this has.
      return fail(this.#random.pick([200, 400, 403]), 'USERPAYING', '正在支付中不能发起撤销')
    }
    if (this.#clock.monotonicMs() - order.madeAtMs > REVERSE_LIMIT_MS) {
      return fail(400, 'REVERSE_EXPIRE', '订单超过撤销期限')
    }
    if (this.refunds.takenFen(outTradeNo) > 0) return fail(400, 'TRADE_ERROR', '订单已退款')
    if (order.state === 'REVOKED') this.#fate.met('reverse_repeated')
    if (order.state === 'SUCCESS') {
      order.timesReturned += 1
      this.#fate.met('reverse_returned_money')
    }
    order.state = 'REVOKED'
    const { appid, mchid, out_trade_no } = order.charge
    return { status: 200, body: { appid, mchid, out_trade_no } }
  }

  #isDead(code: string): boolean {
    const mintedAtMs = this.#mintedAtMs.get(code) ?? Number.NEGATIVE_INFINITY
    return this.#clock.monotonicMs() - mintedAtMs >= CODE_LIFE_MS
  }

  /** The charge is taken in and carried out later: until then nobody knows the order. */
  #commitLate(order: Order): Reply {
    order.invisible = true
    const leastMs = this.#random.chance(0.5) ? 1_000 : 40_000
    const lateMs = this.#random.integer(leastMs, 58_000)
    this.#fate.blame(order.charge.out_trade_no, lateMs)
    this.#clock.after(lateMs, () => {
      order.invisible = false
      if (!this.#isDead(order.charge.payer.auth_code)) return this.#take(order)
      this.#fate.met('late_commit_with_dead_code')
      order.state = 'PAYERROR'
    })
    return fail(500, 'SYSTEM_ERROR', '系统繁忙')
  }

  #serve(order: Order, customer: Customer): Reply {
    const number = order.charge.out_trade_no
    if (customer === 'pays') {
      this.#take(order)
      if (this.#fate.strikes('charge_refused_though_paid', number)) {
        return fail(403, 'AUTH_CODE_INVALID', '付款码无效')
      }
      return this.#stateOf(order)
    }
    if (customer === 'has_no_money') {
      this.#fate.met('customer_had_no_money')
      return fail(403, 'NOT_ENOUGH', '余额不足')
    }
    order.state = 'USERPAYING'
    if (customer === 'never_answers') this.#fate.met('customer_never_answered')
    else this.#clock.after(this.#random.integer(1_000, 44_000), () => this.#answer(order, customer))
    this.#clock.after(PASSWORD_LIMIT_MS, () => {
      if (order.state === 'USERPAYING') order.state = 'PAYERROR'
    })
    return { status: 202, body: { trade_state: 'USERPAYING' } }
  }

  #answer(order: Order, customer: 'pays_after_password' | 'cancels_password'): void {
    if (order.state !== 'USERPAYING') return
    if (customer === 'pays_after_password') {
      this.#fate.met('customer_paid_after_password')
      this.#take(order)
      return
    }
    this.#fate.met('customer_cancelled_password')
    order.state = 'PAYERROR'
  }

  #take(order: Order): void {
    order.state = 'SUCCESS'
    order.timesTaken += 1
  }

  #stateOf(order: Order): Reply {
    const { appid, mchid, out_trade_no, amount } = order.charge
    const isRefunded = this.refunds.takenFen(out_trade_no) > 0
    const base = {
      appid,
      mchid,
      out_trade_no,
      trade_state: isRefunded ? 'REFUND' : order.state,
    }
    if (order.state !== 'SUCCESS') return { status: 200, body: base }
    const paid = { total: amount.total, payer_total: amount.total, currency: 'CNY' }
    const transaction_id = `42${out_trade_no.slice(-24)}`
    return { status: 200, body: { ...base, transaction_id, trade_type: 'MICROPAY', amount: paid } }
  }
}
