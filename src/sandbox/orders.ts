import { beijingDate, beijingTime } from './beijing-time.ts'
import type { RefusalName } from './refusals.ts'
import type { ScenarioParams, Settlement } from './scenarios.ts'
import { PASSWORD_LIMIT_SECONDS } from './scenarios.ts'

export type TradeState =
  | 'NOTPAY'
  | 'USERPAYING'
  | 'SUCCESS'
  | 'PAYERROR'
  | 'REFUND'
  | 'REVOKED'
  | 'CLOSED'

export type TradeType = 'MICROPAY' | 'FACEPAY'

/** One order. A change that is due at a later time stands in `nextState` and `nextAtMs`. */
export type Order = {
  readonly outTradeNo: string
  readonly state: TradeState
  readonly amountFen: number
  readonly transactionId: string | null
  readonly attach: string | null
  readonly deviceId: string | null
  /** What the customer reads on the bill. */
  readonly description: string | null
  readonly submittedAtMs: number
  readonly paidAtMs: number | null
  readonly reversedAtMs: number | null
  /** How many times money was taken. */
  readonly charges: number
  /** The money went back: by a reversal, or by a refund. */
  readonly returned: boolean
  readonly bodyHash: string
  readonly nextState: TradeState | null
  readonly nextAtMs: number | null
  readonly tradeType: TradeType
}

export type Merchant = { readonly id: string; readonly appId: string }

/** A reversal is possible for seven days (reverse page). */
const REVERSE_LIMIT_MS = 7 * 86_400_000

const DESCRIPTIONS: Readonly<Record<TradeState, string>> = {
  NOTPAY: '订单未支付',
  USERPAYING: '需要用户输入支付密码',
  SUCCESS: '支付成功',
  PAYERROR: '支付失败,请撤销订单',
  REFUND: '订单发生过退款',
  REVOKED: '订单已撤销',
  CLOSED: '订单已关闭',
}

type Plan = {
  readonly state: TradeState
  readonly next?: TradeState
  readonly afterSeconds?: number
}

const settle = (settlement: Settlement, seconds: number): Plan => {
  const later = Math.min(seconds, PASSWORD_LIMIT_SECONDS)
  switch (settlement) {
    case 'paid':
    case 'unprocessed':
      return { state: 'SUCCESS' }
    case 'paid_later':
      return { state: 'NOTPAY', next: 'SUCCESS', afterSeconds: seconds }
    case 'password_paid':
      // A dialog that outlives its limit has failed, whatever the customer meant to do.
      return {
        state: 'USERPAYING',
        next: seconds < PASSWORD_LIMIT_SECONDS ? 'SUCCESS' : 'PAYERROR',
        afterSeconds: later,
      }
    case 'password_cancelled':
      return { state: 'USERPAYING', next: 'PAYERROR', afterSeconds: later }
    case 'password_unanswered':
      return { state: 'USERPAYING', next: 'PAYERROR', afterSeconds: PASSWORD_LIMIT_SECONDS }
    case 'refunded':
      return { state: 'SUCCESS', next: 'REFUND', afterSeconds: seconds }
    case 'unpaid':
      return { state: 'NOTPAY' }
  }
}

const take = (order: Order, atMs: number, sequence: number): Order => ({
  ...order,
  state: 'SUCCESS',
  charges: order.charges + 1,
  paidAtMs: order.paidAtMs ?? atMs,
  transactionId:
    order.transactionId ?? `42000${beijingDate(atMs)}${String(sequence).padStart(15, '0')}`,
})

/**
 * The order right after a charge was processed.
 * @param draft an order nobody has paid yet
 * @param how what the scenario says, the time (Unix milliseconds) and a number unique per order
 */
export function chargeOrder(
  draft: Order,
  how: {
    readonly settlement: Settlement
    readonly params: ScenarioParams
    readonly nowMs: number
    readonly sequence: number
  },
): Order {
  const plan = settle(how.settlement, how.params.seconds ?? 0)
  const taken =
    plan.state === 'SUCCESS'
      ? take(draft, how.nowMs, how.sequence)
      : { ...draft, state: plan.state }
  const nextState = plan.next ?? null
  const nextAtMs = plan.next ? how.nowMs + (plan.afterSeconds ?? 0) * 1000 : null
  return { ...taken, nextState, nextAtMs }
}

/** The order at a later time: a change that has become due has happened, at its own time. */
export function advanceOrder(order: Order, nowMs: number, sequence: number): Order {
  const { nextState, nextAtMs } = order
  if (nextState === null || nextAtMs === null || nowMs < nextAtMs) return order
  const moved = nextState === 'SUCCESS' ? take(order, nextAtMs, sequence) : { ...order }
  return {
    ...moved,
    state: nextState,
    returned: order.returned || nextState === 'REFUND',
    nextState: null,
    nextAtMs: null,
  }
}

export type Reversal =
  | { readonly ok: true; readonly order: Order }
  | { readonly ok: false; readonly refusal: RefusalName }

/**
 * Reverses an order (reverse page): unpaid closes for ever, paid goes back to the customer, twice
 * is the same as once; while the password dialog is open it is refused.
 */
export function reverseOrder(order: Order, nowMs: number): Reversal {
  if (nowMs - order.submittedAtMs > REVERSE_LIMIT_MS) {
    return { ok: false, refusal: 'reverse_too_late' }
  }
  if (order.state === 'USERPAYING') return { ok: false, refusal: 'reverse_while_paying' }
  if (order.state === 'REFUND') return { ok: false, refusal: 'reverse_refunded' }
  if (order.state === 'REVOKED' || order.state === 'CLOSED') return { ok: true, order }
  return {
    ok: true,
    order: {
      ...order,
      state: 'REVOKED',
      reversedAtMs: nowMs,
      returned: order.charges > 0,
      nextState: null,
      nextAtMs: null,
    },
  }
}

/** What a state is called in answers. */
export function orderStateText(state: TradeState): string {
  return DESCRIPTIONS[state]
}

/** The body of a charge or a query about an order (code-pay and query pages). */
export function orderAnswer(
  order: Order,
  merchant: Merchant,
  bankType: string,
): Record<string, unknown> {
  const head = {
    appid: merchant.appId,
    mchid: merchant.id,
    out_trade_no: order.outTradeNo,
    trade_type: order.tradeType,
    trade_state: order.state,
    trade_state_desc: DESCRIPTIONS[order.state],
  }
  if ((order.state !== 'SUCCESS' && order.state !== 'REFUND') || order.paidAtMs === null) {
    return head
  }
  return {
    ...head,
    transaction_id: order.transactionId,
    bank_type: bankType,
    success_time: beijingTime(order.paidAtMs),
    ...(order.attach === null ? {} : { attach: order.attach }),
    payer: { openid: 'oSandboxPayer000000000000001' },
    amount: {
      total: order.amountFen,
      payer_total: order.amountFen,
      currency: 'CNY',
      payer_currency: 'CNY',
    },
    ...(order.deviceId === null ? {} : { scene_info: { device_id: order.deviceId } }),
    promotion_detail: [],
  }
}
