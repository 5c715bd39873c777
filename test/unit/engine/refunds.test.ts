import { afterEach, describe, expect, it } from 'vitest'
import { err } from '../../../src/base/result.ts'
import { problem } from '../../../src/domain/errors.ts'
import { LIMITS } from '../../../src/domain/limits.ts'
import type { Refund } from '../../../src/domain/refund.ts'
import { WAITS } from '../../../src/domain/waits.ts'
import type { RefundAnswer } from '../../../src/ports/gateway.ts'
import { bind } from '../../support/bound-journal.ts'
import { type RefundCall, settle } from '../../support/scripted-gateway.ts'
import { CODE, openTill, type Till, type TillOptions } from '../../support/till.ts'

const GIVEN: RefundAnswer = { kind: 'refund', state: 'refunded', refundId: '50300000000001' }
const TAKEN: RefundAnswer = { kind: 'refund', state: 'processing', refundId: '50300000000001' }
const SILENCE: RefundAnswer = { kind: 'unknown', cause: 'gateway.timeout', sent: true }

let till: Till
afterEach(() => till.close())

async function open(options?: TillOptions): Promise<Till> {
  till = await openTill(options)
  return till
}

function call(): RefundCall {
  const last = till.gateway.refundCalls.at(-1)
  if (!last) throw new Error('no call about a refund')
  return last
}

function refundOf(saleId: string): Refund {
  const refund = till.sale(saleId).refunds?.at(-1)
  if (!refund) throw new Error('no refund')
  return refund
}

describe('a refund', () => {
  it('gives back what is left, once the gateway says that it arrived', async () => {
    await open()
    const { id } = await till.sellPaid()
    const answer = await till.refund(id)
    expect(answer).toMatchObject({ ok: true, value: { refunds: [{ amountFen: 1_230 }] } })
    expect(call()).toMatchObject({
      kind: 'refund',
      request: { totalFen: 1_230, refundFen: 1_230, reason: '退货' },
    })
    await call().answer(TAKEN)
    expect(refundOf(id)).toMatchObject({ phase: 'processing', outcome: 'UNKNOWN' })
    expect(till.engine.refunding()).toHaveLength(1)
    till.clock.advance(WAITS.refundPollMs[0] ?? 0)
    expect(call().kind).toBe('query_refund')
    await call().answer(GIVEN)
    expect(refundOf(id)).toMatchObject({ phase: 'refunded', outcome: 'REFUNDED' })
    expect(till.engine.refunding()).toEqual([])
    expect(till.sale(id).phase).toBe('paid')
    expect(till.engine.screen().cashier.recent[0]).toMatchObject({
      outcome: 'PAID',
      refund: { state: 'done', amountFen: 1_230 },
    })
  })

  it('P1: is durable, with its number, before its request leaves', async () => {
    let journalled = ''
    await open({
      wrapJournal: (journal) => ({
        ...bind(journal),
        append: (entry) => {
          const written = journal.append(entry)
          if (entry.kind === 'refund_wanted') journalled = JSON.stringify(entry.sales)
          return written
        },
      }),
    })
    const { id } = await till.sellPaid()
    await till.refund(id)
    expect(journalled).toContain(call().request.outRefundNo)
  })

  it('P1: is not sent when the journal cannot take it', async () => {
    let isFull = false
    await open({
      wrapJournal: (journal) => ({
        ...bind(journal),
        append: (entry) => (isFull ? err(problem('journal.unavailable')) : journal.append(entry)),
      }),
    })
    const { id } = await till.sellPaid()
    isFull = true
    expect(await till.refund(id)).toMatchObject({ ok: false, error: { moneyTaken: 'yes' } })
    expect(till.gateway.refundCalls).toEqual([])
  })

  it('P2: is asked about after silence, and sent again under the same number when it never arrived', async () => {
    await open()
    const { id } = await till.sellPaid()
    await till.refund(id)
    const number = call().request.outRefundNo
    await call().answer(SILENCE)
    expect(refundOf(id)).toMatchObject({ phase: 'checking', outcome: 'UNKNOWN' })
    till.clock.advance(WAITS.refundRetryMs[0] ?? 0)
    expect(call().kind).toBe('query_refund')
    await call().answer({ kind: 'not_found' })
    till.clock.advance(WAITS.refundRetryMs[1] ?? 0)
    expect(call()).toMatchObject({ kind: 'refund', request: { outRefundNo: number } })
    expect(
      new Set(till.gateway.refundCalls.map(({ request }) => JSON.stringify(request))).size,
    ).toBe(1)
  })

  it('P2: of which nothing is known lets no second one be made', async () => {
    await open()
    const { id } = await till.sellPaid()
    await till.refund(id, 100)
    expect(await till.refund(id, 100)).toMatchObject({ error: { code: 'refund.one_at_a_time' } })
    await call().answer(SILENCE)
    till.clock.advance(1)
    expect(await till.refund(id, 100)).toMatchObject({ error: { code: 'refund.one_at_a_time' } })
  })

  it('P4: is not given when a refusal is confirmed, and its money may be refunded again', async () => {
    await open()
    const { id } = await till.sellPaid()
    await till.refund(id)
    await call().answer({ kind: 'refused', cause: 'refund.merchant_funds', wireCode: 'NOT_ENOUGH' })
    expect(refundOf(id)).toMatchObject({ phase: 'confirming', awaits: 'timer' })
    till.clock.advance(WAITS.refundConfirmMs)
    expect(call().kind).toBe('query_refund')
    expect(refundOf(id).outcome).toBe('UNKNOWN')
    await call().answer({ kind: 'not_found' })
    expect(refundOf(id)).toMatchObject({
      outcome: 'NOT_REFUNDED',
      cause: 'refund.merchant_funds',
      gatewayText: 'NOT_ENOUGH',
    })
    expect(await till.refund(id)).toMatchObject({ ok: true })
  })

  it('P4: refused after an unanswered request is not believed until that one cannot arrive', async () => {
    await open()
    const { id } = await till.sellPaid()
    await till.refund(id)
    await call().answer(SILENCE)
    till.clock.advance(5_000)
    await call().answer({ kind: 'not_found' })
    till.clock.advance(10_000)
    expect(call().kind).toBe('refund')
    await call().answer({ kind: 'refused', cause: 'refund.merchant_funds' })
    till.clock.advance(WAITS.refundConfirmMs)
    await call().answer({ kind: 'not_found' })
    expect(refundOf(id)).toMatchObject({ phase: 'confirming', outcome: 'UNKNOWN' })
    till.clock.advance(WAITS.notFoundFinalMs)
    await call().answer(GIVEN)
    expect(refundOf(id)).toMatchObject({ outcome: 'REFUNDED' })
  })

  it('P5: goes on after a restart, under its number', async () => {
    const first = await open()
    const { id } = await till.sellPaid()
    await till.refund(id)
    const number = call().request.outRefundNo
    await first.engine.stop()
    first.journal.close()
    await open({ journalFile: first.journalFile, clock: first.clock, seed: 2 })
    expect(till.engine.screen().cashier).toMatchObject({ state: 'ready', pending: 1 })
    expect(call()).toMatchObject({ kind: 'query_refund', request: { outRefundNo: number } })
    await call().answer(GIVEN)
    expect(refundOf(id)).toMatchObject({ outcome: 'REFUNDED', outRefundNo: number })
  })

  it('that cannot be delivered stays reserved and asks for staff', async () => {
    await open()
    const { id } = await till.sellPaid()
    await till.refund(id)
    await call().answer({ ...TAKEN, state: 'abnormal' })
    expect(till.engine.screen().cashier).toMatchObject({
      pending: 1,
      pendingSales: [{ what: 'refund', saleId: id, mustAct: true }],
      recent: [{ refund: { state: 'needs_staff' } }],
    })
    till.clock.advance(WAITS.refundEveryMs)
    expect(await till.refund(id, 1)).toMatchObject({ error: { code: 'refund.above_remainder' } })
    till.clock.advance(WAITS.refundAbnormalMs)
    await call().answer(GIVEN)
    expect(refundOf(id)).toMatchObject({ outcome: 'REFUNDED' })
  })

  it('that is on its way for days is put before somebody', async () => {
    await open()
    const { id } = await till.sellPaid()
    await till.refund(id)
    await call().answer(TAKEN)
    expect(till.engine.screen().cashier.pending).toBe(0)
    till.clock.advance(WAITS.refundPollMs[0] ?? 0)
    till.clock.advance(WAITS.refundStuckMs)
    expect(till.engine.screen().cashier.pendingSales).toMatchObject([
      { what: 'refund', saleId: id, overdue: true },
    ])
  })

  it('refuses about its sale without saying that nothing was taken', async () => {
    await open()
    const { id } = await till.sellPaid()
    expect(await till.wish('check_wanted', id)).toMatchObject({
      error: { code: 'sale.nothing_to_check', moneyTaken: 'yes' },
    })
  })

  it('is asked about at once on "check now"', async () => {
    await open()
    const { id } = await till.sellPaid()
    await till.refund(id)
    await call().answer(TAKEN)
    expect(await till.wish('check_wanted', id)).toMatchObject({ ok: true })
    expect(call().kind).toBe('query_refund')
    await call().answer(GIVEN)
    expect(await till.wish('check_wanted', id)).toMatchObject({
      error: { code: 'sale.nothing_to_check' },
    })
  })

  it('can be given up by a manager between two requests, and stays reserved', async () => {
    await open()
    const { id } = await till.sellPaid()
    await till.refund(id, 1_000)
    const close = () =>
      till.engine.command(
        { kind: 'close_wanted', saleId: id, operator: 'M1', reason: 'settled on the platform' },
        { clientId: `close-${till.clock.nowMs()}`, digest: 'close' },
      )
    expect(await close()).toMatchObject({ error: { code: 'sale.request_in_flight' } })
    await call().answer(SILENCE)
    till.clock.advance(1)
    expect(await close()).toMatchObject({ ok: true })
    expect(refundOf(id)).toMatchObject({ outcome: 'UNKNOWN', closedByHand: { operator: 'M1' } })
    till.clock.advance(WAITS.refundEveryMs)
    expect(await till.refund(id, 231)).toMatchObject({ error: { code: 'refund.above_remainder' } })
    expect(await till.refund(id, 230)).toMatchObject({ ok: true })
  })
})

describe('what a refund may be of', () => {
  it('a part, and then the rest, a minute apart', async () => {
    await open()
    const { id } = await till.sellPaid()
    await till.refund(id, 1_000)
    await call().answer(GIVEN)
    expect(await till.refund(id, 230)).toMatchObject({ error: { code: 'refund.too_soon' } })
    till.clock.advance(WAITS.refundEveryMs)
    expect(await till.refund(id, 231)).toMatchObject({ error: { code: 'refund.above_remainder' } })
    expect(await till.refund(id)).toMatchObject({ ok: true })
    expect(call().request.refundFen).toBe(230)
    await call().answer(GIVEN)
    till.clock.advance(WAITS.refundEveryMs)
    expect(await till.refund(id)).toMatchObject({ error: { code: 'refund.above_remainder' } })
  })

  it('at most fifty times', async () => {
    await open()
    const { id } = await till.sellPaid()
    for (let made = 0; made < LIMITS.refundsPerAttemptMax; made += 1) {
      expect(await till.refund(id, 1)).toMatchObject({ ok: true })
      await call().answer(GIVEN)
      till.clock.advance(WAITS.refundEveryMs)
    }
    expect(await till.refund(id, 1)).toMatchObject({ error: { code: 'refund.too_many' } })
  })

  it('fifty that the gateway took: what it refused does not count', async () => {
    await open()
    const { id } = await till.sellPaid()
    const refused: RefundAnswer = { kind: 'refused', cause: 'refund.merchant_funds' }
    for (let made = 0; made < LIMITS.refundsPerAttemptMax; made += 1) {
      expect(await till.refund(id, 1)).toMatchObject({ ok: true })
      await call().answer(refused)
      till.clock.advance(WAITS.refundConfirmMs)
      await call().answer({ kind: 'not_found' })
      expect(refundOf(id).outcome).toBe('NOT_REFUNDED')
    }
    // One that it took and closed counts, as does one of which nobody knows.
    for (let made = 1; made < LIMITS.refundsPerAttemptMax; made += 1) {
      till.clock.advance(WAITS.refundEveryMs)
      expect(await till.refund(id, 1)).toMatchObject({ ok: true })
      await call().answer(made === 1 ? { ...GIVEN, state: 'closed' } : GIVEN)
    }
    till.clock.advance(WAITS.refundEveryMs)
    expect(await till.refund(id, 1)).toMatchObject({ ok: true })
    await call().answer(TAKEN)
    till.clock.advance(WAITS.refundEveryMs)
    expect(await till.refund(id, 1)).toMatchObject({ error: { code: 'refund.too_many' } })
  })

  it('nothing a year after the payment', async () => {
    await open()
    const { id } = await till.sellPaid()
    till.clock.advance(WAITS.refundLimitMs)
    expect(await till.refund(id)).toMatchObject({ error: { code: 'refund.too_old' } })
  })

  it('nothing of a sale that is not paid, not known, or not there', async () => {
    await open()
    const unpaid = await till.sell()
    expect(await till.refund(unpaid.id)).toMatchObject({ error: { code: 'refund.not_paid' } })
    till.scanner.present(CODE)
    expect(await till.refund(unpaid.id)).toMatchObject({
      error: { code: 'refund.outcome_unknown', moneyTaken: 'unknown' },
    })
    expect(await till.refund('00000000-0000-4000-8000-000000000000')).toMatchObject({
      error: { code: 'sale.not_found' },
    })
  })

  it.each([
    [0, 'amount.not_positive'],
    [-1, 'amount.not_positive'],
    [0.5, 'amount.not_integer'],
  ])('not %s fen', async (amountFen, code) => {
    await open()
    const { id } = await till.sellPaid()
    expect(await till.refund(id, amountFen)).toMatchObject({ error: { code, field: 'amountFen' } })
  })

  it('once for one client id', async () => {
    await open()
    const { id } = await till.sellPaid()
    const wish = { kind: 'refund_wanted', saleId: id, operator: 'M1', reason: '退货' } as const
    const one = await till.engine.command(wish, { clientId: 'r-1', digest: 'one' })
    await settle()
    const two = await till.engine.command(wish, { clientId: 'r-1', digest: 'one' })
    expect(two).toEqual(one)
    expect(till.gateway.refundCalls).toHaveLength(1)
  })
})
