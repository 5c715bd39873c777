import type { SaleView } from '../../src/api/protocol.ts'
import type { Point } from '../../src/engine/points.ts'
import type { Till } from './till.ts'

/** How a till comes to a point: what the sandbox does with the charge, and what people do. */
export type Route = {
  readonly scenario: string
  readonly params?: object
  /** What the sandbox does with the refund of this way; absent: nothing is given back. */
  readonly refundScenario?: string
  /** The terminal dies on the way; whatever it was asked then rejects. */
  readonly go: (till: Till, amountFen: number) => Promise<unknown>
}

/** How often a wish is repeated that only counts between two requests. */
const PATIENCE = 50

async function collect(till: Till, amountFen: number): Promise<string> {
  const { saleId } = await till.command('/v1/sales', { amountFen })
  till.scan()
  return saleId
}

const isPaying = ({ attempts }: SaleView) => attempts.at(-1)?.phase === 'paying'
const isChecking = ({ attempts }: SaleView) => attempts.at(-1)?.phase === 'checking'

async function insist(till: Till, path: string, body: object): Promise<void> {
  for (let turn = 0; turn < PATIENCE; turn += 1) await till.command(path, body)
}

/** A sale as most are: made, armed, scanned, paid, and off the screens after a while. */
const PLAIN: Route = {
  scenario: 'ok',
  async go(till, amountFen) {
    const { saleId } = await till.command('/v1/sales', { amountFen, arm: false })
    await till.command(`/v1/sales/${saleId}/arm`)
    till.scan()
  },
}

const REVERSED: Route = {
  scenario: 'password_none',
  async go(till, amountFen) {
    await collect(till, amountFen)
  },
}
const LOST: Route = { ...REVERSED, scenario: 'answer_lost' }

/** A wish while the customer is at the password, or while nobody knows. */
function wishing(
  scenario: string,
  fits: (sale: SaleView) => boolean,
  wish: (till: Till, saleId: string) => Promise<unknown>,
): Route {
  return {
    scenario,
    async go(till, amountFen) {
      const saleId = await collect(till, amountFen)
      await till.saleWhen(saleId, fits)
      await wish(till, saleId)
    },
  }
}

/** What is given back on a way with a refund: not all, so that the rest is still held. */
export function refundFenOf(amountFen: number): number {
  return amountFen - 1
}

/** A sale that is paid, and money of it given back. */
function refunding(refundScenario: string): Route {
  return {
    scenario: 'ok',
    refundScenario,
    async go(till, amountFen) {
      const saleId = await collect(till, amountFen)
      await till.saleWhen(saleId, ({ outcome }) => outcome === 'PAID')
      await till.command(`/v1/sales/${saleId}/refunds`, {
        amountFen: refundFenOf(amountFen),
        operator: 'manager',
        reason: 'returned goods',
      })
    },
  }
}
/** The gateway takes it, and is asked until the money has arrived. */
const REFUNDED = refunding('ok')

/** Which way leads to which point; every other point is met by a plain sale. */
const ROUTES: Readonly<Record<string, Route>> = {
  'append:query_answered': LOST,
  'append:attempt_due': LOST,
  'effect:query': LOST,
  'append:reverse_answered': REVERSED,
  'effect:reverse': REVERSED,
  'append:cancel_wanted': wishing('password_none', isPaying, (till, saleId) =>
    till.command(`/v1/sales/${saleId}/cancel`),
  ),
  'append:check_wanted': wishing('password_ok', isPaying, (till, saleId) =>
    till.command(`/v1/sales/${saleId}/check`),
  ),
  'append:close_wanted': wishing('password_none', isPaying, (till, saleId) =>
    insist(till, `/v1/sales/${saleId}/close`, { operator: 'manager', reason: 'closing time' }),
  ),
  'append:dismiss_wanted': wishing('late_arrival', isChecking, (till, saleId) =>
    till.command(`/v1/sales/${saleId}/dismiss`),
  ),
  'append:refund_wanted': refunding('at_once'),
  'effect:refund': refunding('answer_lost'),
  'append:refund_answered': refunding('system_error'),
  'append:refund_due': REFUNDED,
  'append:refund_query_answered': REFUNDED,
  'effect:query_refund': refunding('request_dropped'),
  'append:wish_refused': {
    scenario: 'ok',
    async go(till, amountFen) {
      await till.command('/v1/sales', { amountFen })
      await till.command('/v1/sales', { amountFen: amountFen + 1 })
    },
  },
  'append:arm_expired': {
    scenario: 'ok',
    async go(till, amountFen) {
      await till.command('/v1/sales', { amountFen })
    },
  },
  'append:outcome_overdue': {
    ...REVERSED,
    scenario: 'reverse_refused',
    // Seven refusals on the schedule of reversals reach beyond the alarm, and the eighth ends it.
    params: { count: 7 },
  },
  'append:terminal_started': {
    scenario: 'answer_lost',
    async go(till, amountFen) {
      const saleId = await collect(till, amountFen)
      await till.saleWhen(saleId, isChecking)
      await till.kill()
      await till.start()
    },
  },
}

/** The way to a point. */
export function routeTo(point: Point): Route {
  return ROUTES[placeOf(point)] ?? PLAIN
}

/** A point without its side. */
function placeOf(point: Point): string {
  return point.slice(point.indexOf('_') + 1)
}
