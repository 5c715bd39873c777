import type { ManualClock } from '../support/manual-clock.ts'
import type { Random } from '../support/seeded.ts'
import type { Fate } from './faults.ts'
import { fail, type Order, type Reply } from './order.ts'

/** A request for a refund as the gateway reads it. */
export type WireRefund = {
  readonly out_trade_no: string
  readonly out_refund_no: string
  readonly reason: string
  readonly amount: { readonly refund: number; readonly total: number; readonly currency: string }
}

type RefundState = 'PROCESSING' | 'SUCCESS' | 'CLOSED' | 'ABNORMAL'

/** A refund as the gateway's own ledger has it. */
export type BookedRefund = { readonly wire: WireRefund; state: RefundState }

/** What becomes of a refund that was taken. */
const ENDS: readonly RefundState[] = [
  'SUCCESS',
  'SUCCESS',
  'SUCCESS',
  'SUCCESS',
  'CLOSED',
  'ABNORMAL',
]
const MINUTE_MS = 60_000

/**
 * The gateway's book of refunds, from the rules of the wire: the number makes a request the same
 * refund, another body under it is refused; never more than was paid; a minute between two; taken
 * first, done later, or closed, or not deliverable.
 */
export class RefundBook {
  readonly refunds = new Map<string, BookedRefund>()
  readonly #clock: ManualClock
  readonly #random: Random
  readonly #fate: Fate
  readonly #lastAtMs = new Map<string, number>()
  readonly #asked = new Set<string>()

  constructor(clock: ManualClock, random: Random, fate: Fate) {
    this.#clock = clock
    this.#random = random
    this.#fate = fate
  }

  /** What was given back of an order or may be, fen. */
  takenFen(outTradeNo: string): number {
    return [...this.refunds.values()]
      .filter(({ wire, state }) => wire.out_trade_no === outTradeNo && state !== 'CLOSED')
      .reduce((sum, { wire }) => sum + wire.amount.refund, 0)
  }

  submit(wire: WireRefund, order: Order | undefined): Reply {
    const before = this.refunds.get(wire.out_refund_no)
    if (before) {
      const isSame = JSON.stringify(before.wire) === JSON.stringify(wire)
      if (!isSame) return fail(400, 'INVALID_REQUEST', '重入参数不一致')
      this.#fate.met('refund_submitted_again')
      return stateOf(before)
    }
    if (this.#asked.has(wire.out_refund_no)) this.#fate.met('refund_arrived_after_query')
    if (!order || order.invisible || order.state !== 'SUCCESS') {
      return fail(404, 'RESOURCE_NOT_EXISTS', '订单不存在')
    }
    const { total, refund } = wire.amount
    if (total !== order.charge.amount.total) return fail(400, 'INVALID_REQUEST', '金额不一致')
    if (refund + this.takenFen(wire.out_trade_no) > total) {
      return fail(400, 'INVALID_REQUEST', '退款金额大于可退金额')
    }
    const nowMs = this.#clock.monotonicMs()
    if (nowMs - (this.#lastAtMs.get(wire.out_trade_no) ?? -MINUTE_MS) < MINUTE_MS) {
      return fail(429, 'FREQUENCY_LIMITED', '频率限制')
    }
    if (this.#fate.strikes('merchant_has_no_funds', wire.out_refund_no)) {
      return fail(403, 'NOT_ENOUGH', '基本账户余额不足')
    }
    this.#lastAtMs.set(wire.out_trade_no, nowMs)
    return this.#take(wire)
  }

  query(outRefundNo: string): Reply {
    const booked = this.refunds.get(outRefundNo)
    if (booked) return stateOf(booked)
    this.#asked.add(outRefundNo)
    return fail(404, 'RESOURCE_NOT_EXISTS', '退款单不存在')
  }

  #take(wire: WireRefund): Reply {
    const booked: BookedRefund = { wire, state: 'PROCESSING' }
    this.refunds.set(wire.out_refund_no, booked)
    const end = this.#fate.calm ? 'SUCCESS' : this.#random.pick(ENDS)
    this.#fate.met(`refund_ends_${end}` as 'refund_ends_SUCCESS')
    if (this.#random.chance(0.3)) booked.state = end
    else {
      this.#clock.after(this.#random.integer(1_000, 200_000), () => {
        booked.state = end
      })
    }
    if (this.#fate.strikes('refund_refused_though_taken', wire.out_refund_no)) {
      return fail(400, 'INVALID_REQUEST', '重复请求')
    }
    return stateOf(booked)
  }
}

function stateOf({ wire, state }: BookedRefund): Reply {
  const { out_trade_no, out_refund_no, amount } = wire
  const refund_id = `503${out_refund_no.slice(-24)}`
  const body = { out_trade_no, out_refund_no, refund_id, status: state, amount }
  return { status: 200, body }
}
