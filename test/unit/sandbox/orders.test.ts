import { describe, expect, it } from 'vitest'
import type { Order, TradeState } from '../../../src/sandbox/orders.ts'
import {
  advanceOrder,
  chargeOrder,
  orderAnswer,
  reverseOrder,
} from '../../../src/sandbox/orders.ts'

const DRAFT: Order = {
  outTradeNo: 'ABCDEF',
  state: 'NOTPAY',
  amountFen: 100,
  transactionId: null,
  attach: 'kept back until paid',
  deviceId: null,
  submittedAtMs: 1000,
  paidAtMs: null,
  reversedAtMs: null,
  charges: 0,
  description: null,
  returned: false,
  tradeType: 'MICROPAY',
  bodyHash: '',
  nextState: null,
  nextAtMs: null,
}
const charge = (settlement: Parameters<typeof chargeOrder>[1]['settlement'], seconds?: number) =>
  chargeOrder(DRAFT, {
    settlement,
    params: seconds === undefined ? {} : { seconds },
    nowMs: 1000,
    sequence: 7,
  })

describe('orders', () => {
  it('take money once, at the time it is due, however late one looks', () => {
    const order = charge('password_paid', 8)
    const late = advanceOrder(order, 1_000_000, 7)
    expect(late).toMatchObject({ state: 'SUCCESS', charges: 1, paidAtMs: 9000 })
    expect(advanceOrder(late, 2_000_000, 7)).toBe(late)
    expect(advanceOrder(order, 8999, 7)).toBe(order)
  })

  it('let a password dialog live 45 s at most', () => {
    const order = charge('password_paid', 60)
    expect(advanceOrder(order, 46_000, 7)).toMatchObject({ state: 'PAYERROR', charges: 0 })
  })

  it('are reversed from every state as the rules say', () => {
    const outcomes: Record<TradeState, string> = {
      NOTPAY: 'REVOKED',
      USERPAYING: 'reverse_while_paying',
      SUCCESS: 'REVOKED',
      PAYERROR: 'REVOKED',
      REFUND: 'reverse_refunded',
      REVOKED: 'REVOKED',
      CLOSED: 'CLOSED',
    }
    for (const [state, expected] of Object.entries(outcomes)) {
      const reversal = reverseOrder({ ...DRAFT, state: state as TradeState }, 20_000)
      expect(reversal.ok ? reversal.order.state : reversal.refusal).toBe(expected)
    }
  })

  it('return money only when some was taken, and never pay afterwards', () => {
    const waiting = reverseOrder(charge('paid_later', 3), 2000)
    const paid = reverseOrder(charge('paid'), 2000)
    expect(waiting).toMatchObject({ ok: true, order: { returned: false } })
    expect(paid).toMatchObject({ ok: true, order: { returned: true, charges: 1 } })
    if (waiting.ok) expect(advanceOrder(waiting.order, 90_000, 7).state).toBe('REVOKED')
  })

  it('show the note and the money only once paid', () => {
    const merchant = { id: 'm', appId: 'a' }
    expect(orderAnswer(charge('unpaid'), merchant, 'OTHERS')).not.toHaveProperty('attach')
    expect(orderAnswer(charge('unpaid'), merchant, 'OTHERS')).not.toHaveProperty('amount')
    expect(orderAnswer(charge('paid'), merchant, 'OTHERS')).toMatchObject({
      attach: 'kept back until paid',
      transaction_id: '4200019700101000000000000007',
    })
  })
})
