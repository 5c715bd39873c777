import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createDispatch } from '../../../src/api/dispatch.ts'
import type { SaleView } from '../../../src/api/protocol.ts'
import { WAITS } from '../../../src/domain/waits.ts'
import type { GatewayAnswer } from '../../../src/ports/gateway.ts'
import { paidAnswer } from '../../support/scripted-gateway.ts'
import { CODE, openTill, type Till } from '../../support/till.ts'

const refused: GatewayAnswer = {
  kind: 'unknown',
  cause: 'gateway.reverse_refused',
  sent: true,
  status: 403,
  wireCode: 'USER_ACCOUNT_ABNORMAL',
  wireText: '用户账号注销',
}

let till: Till
beforeEach(async () => {
  till = await openTill()
})
afterEach(() => till.close())

/** A cancelled sale whose customer has paid; the first reversal is on its way. */
async function taken() {
  const sale = await till.sell()
  till.scanner.present(CODE)
  const charge = till.gateway.last()
  await till.wish('cancel_wanted', sale.id)
  await charge.answer(paidAnswer(charge))
  till.clock.advance(WAITS.reverseNotBeforeMs)
  return { sale, charge }
}

/** The gateway refuses every reversal and shows the payment to every query. */
async function refuseFor(forMs: number, charge: Parameters<typeof paidAnswer>[0]) {
  const endMs = till.clock.monotonicMs() + forMs
  for (;;) {
    const call = till.gateway.last()
    await call.answer(call.kind === 'reverse' ? refused : paidAnswer(charge))
    if (till.gateway.last() !== call) continue
    if (till.clock.monotonicMs() >= endMs) return
    till.clock.advance(Math.min(5_000, endMs - till.clock.monotonicMs()))
  }
}

const attemptOf = (id: string) => till.sale(id).attempts[0]
const reversals = () => till.gateway.calls.filter(({ kind }) => kind === 'reverse').length

describe('a reversal that the gateway refuses for good', () => {
  it('is named after the alarm, on the screen, in the list and to callers', async () => {
    const { sale, charge } = await taken()
    await refuseFor(WAITS.overdueMs - 30_000, charge)
    expect(attemptOf(sale.id)?.cause).not.toBe('gateway.reverse_refused')
    await refuseFor(60_000, charge)
    expect(attemptOf(sale.id)).toMatchObject({
      cause: 'gateway.reverse_refused',
      gatewayText: 'USER_ACCOUNT_ABNORMAL 用户账号注销',
      outcome: 'UNKNOWN',
      awaits: 'timer',
    })
    const { cashier, customer } = till.engine.screen()
    expect(cashier.state).toBe('unknown')
    expect(cashier.problem).toMatchObject({
      code: 'gateway.reverse_refused',
      moneyTaken: 'unknown',
    })
    expect(JSON.stringify(customer)).not.toContain('refuse')
    await till.wish('dismiss_wanted', sale.id)
    expect(till.engine.screen().cashier.pendingSales).toMatchObject([
      { saleId: sale.id, overdue: true, mustAct: true },
    ])
    const dispatch = createDispatch(till.engine, {
      name: { id: 'POS01', store: '测试店', version: 'test' },
    })
    const got = await dispatch('sale.get', { saleId: sale.id }, ['register'])
    const view = (got.ok ? got.value : undefined) as SaleView | undefined
    expect(view?.attempts[0]?.problem?.code).toBe('gateway.reverse_refused')
  })

  it('is asked for again with the same pauses, and stays named when a query fails', async () => {
    const { sale, charge } = await taken()
    await refuseFor(WAITS.overdueMs + 60_000, charge)
    const before = reversals()
    await refuseFor(3_600_000, charge)
    expect(reversals() - before).toBe(12)
    await till.wish('check_wanted', sale.id)
    await till.gateway.last().answer({ kind: 'unknown', cause: 'gateway.timeout', sent: true })
    expect(attemptOf(sale.id)).toMatchObject({
      cause: 'gateway.reverse_refused',
      gatewayText: 'USER_ACCOUNT_ABNORMAL 用户账号注销',
    })
  })

  it('is named no more once a reversal goes through', async () => {
    const { sale, charge } = await taken()
    await refuseFor(WAITS.overdueMs + 60_000, charge)
    till.clock.advance(300_000)
    await till.gateway.last().answer(paidAnswer(charge))
    expect(till.gateway.last().kind).toBe('reverse')
    await till.gateway.last().answer({ kind: 'reversed' })
    await till.gateway.last().answer({ kind: 'closed' })
    expect(till.sale(sale.id).phase).toBe('closed')
    expect(attemptOf(sale.id)).toMatchObject({ outcome: 'NOT_PAID', cause: 'gateway.reversed' })
    expect(attemptOf(sale.id)).not.toHaveProperty('reverseRefused')
  })

  it('can be closed by hand', async () => {
    const { sale, charge } = await taken()
    await refuseFor(WAITS.overdueMs + 60_000, charge)
    const wish = {
      kind: 'close_wanted',
      saleId: sale.id,
      operator: '店长',
      reason: '已退',
    } as const
    const closed = await till.engine.command(wish, { clientId: 'close', digest: 'close' })
    expect(closed.ok).toBe(true)
    expect(till.sale(sale.id).phase).toBe('closed')
  })
})
