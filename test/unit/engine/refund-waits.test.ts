import { afterEach, describe, expect, it } from 'vitest'
import { reduce } from '../../../src/checkout/reduce.ts'
import { INITIAL } from '../../../src/checkout/state.ts'
import type { Refund } from '../../../src/domain/refund.ts'
import { WAITS } from '../../../src/domain/waits.ts'
import type { RefundAnswer } from '../../../src/ports/gateway.ts'
import { createManualClock } from '../../support/manual-clock.ts'
import type { RefundCall } from '../../support/scripted-gateway.ts'
import { openTill, type Till, type TillOptions } from '../../support/till.ts'

const GIVEN: RefundAnswer = { kind: 'refund', state: 'refunded', refundId: '50300000000001' }
const TAKEN: RefundAnswer = { kind: 'refund', state: 'processing', refundId: '50300000000001' }
const SILENCE: RefundAnswer = { kind: 'unknown', cause: 'gateway.timeout', sent: true }
const NO_FUNDS: RefundAnswer = { kind: 'refused', cause: 'refund.merchant_funds' }
const NOT_FOUND: RefundAnswer = { kind: 'not_found' }
const [FIRST_MS = 0, SECOND_MS = 0] = WAITS.refundRetryMs

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

/** A refund whose first request got no answer, and whose second one was refused. */
async function refusedAfterSilence(): Promise<string> {
  await open()
  const { id } = await till.sellPaid()
  await till.refund(id)
  await call().answer(SILENCE)
  till.clock.advance(FIRST_MS)
  await call().answer(NOT_FOUND)
  till.clock.advance(SECOND_MS)
  expect(call().kind).toBe('refund')
  await call().answer(NO_FUNDS)
  return id
}

describe('a request for a refund that was not answered', () => {
  it('P4: may arrive for as long as its signature is good, whatever a later one was told', async () => {
    const id = await refusedAfterSilence()
    const endMs = (refundOf(id).unclearAtMs ?? 0) + WAITS.refundArrivesMs
    for (let asked = 0; asked < 100 && till.clock.nowMs() < endMs; asked += 1) {
      await call().answer(NOT_FOUND)
      expect(refundOf(id)).toMatchObject({ phase: 'confirming', outcome: 'UNKNOWN' })
      till.clock.advance((refundOf(id).nextTryAtMs ?? 0) - till.clock.nowMs())
    }
    expect(till.clock.nowMs()).toBe(endMs)
    await call().answer(NOT_FOUND)
    expect(refundOf(id)).toMatchObject({ outcome: 'NOT_REFUNDED', cause: 'refund.merchant_funds' })
  })

  it('P4: is heard of soon when it arrives meanwhile', async () => {
    const id = await refusedAfterSilence()
    await call().answer(NOT_FOUND)
    expect((refundOf(id).nextTryAtMs ?? 0) - till.clock.nowMs()).toBeLessThan(60_000)
    till.clock.advance(60_000)
    await call().answer(GIVEN)
    expect(refundOf(id).outcome).toBe('REFUNDED')
  })

  it('P4: is not ruled out by an answer that was long on its way', async () => {
    const id = await refusedAfterSilence()
    const endMs = (refundOf(id).unclearAtMs ?? 0) + WAITS.refundArrivesMs
    till.clock.advance(endMs - till.clock.nowMs())
    await call().answer(NOT_FOUND)
    expect(refundOf(id)).toMatchObject({ outcome: 'UNKNOWN', awaits: 'answer' })
    await call().answer(NOT_FOUND)
    expect(refundOf(id).outcome).toBe('NOT_REFUNDED')
  })
})

describe('the next request for a refund that never arrived', () => {
  it('is not put off by checks, however often they come', async () => {
    await open()
    const { id } = await till.sellPaid()
    await till.refund(id)
    await call().answer(SILENCE)
    till.clock.advance(FIRST_MS)
    await call().answer(NOT_FOUND)
    expect(refundOf(id)).toMatchObject({ awaits: 'timer', nextMove: 'submit' })
    till.clock.advance(1_000)
    await till.wish('check_wanted', id)
    expect(call().kind).toBe('refund')
    await call().answer(TAKEN)
    expect(refundOf(id)).toMatchObject({ phase: 'processing', submits: 2 })
  })
})

describe('the minute between two refunds', () => {
  it('is left to the gateway when the clock was set back in between', async () => {
    const first = await open()
    const { id } = await till.sellPaid()
    await till.refund(id, 100)
    await call().answer(GIVEN)
    await first.engine.stop()
    first.journal.close()
    const clock = createManualClock({ nowMs: first.clock.nowMs() - 7_200_000 })
    await open({ journalFile: first.journalFile, clock, seed: 2 })
    expect(await till.refund(id, 100)).toMatchObject({ ok: true })
  })
})

describe('a refund that is given up', () => {
  it('takes no other one with it whose money is on its way', async () => {
    await open()
    const { id } = await till.sellPaid()
    await till.refund(id, 100)
    await call().answer(TAKEN)
    till.clock.advance(WAITS.refundEveryMs)
    const asked = call()
    await till.refund(id, 200)
    await call().answer({ ...TAKEN, state: 'abnormal' })
    const close = () =>
      till.engine.command(
        { kind: 'close_wanted', saleId: id, operator: 'M1', reason: 'settled by hand' },
        { clientId: `close-${till.gateway.refundCalls.length}`, digest: 'close' },
      )
    expect(await close()).toMatchObject({ ok: true })
    const [onItsWay, given] = till.sale(id).refunds ?? []
    expect(given).toMatchObject({ awaits: 'nothing', closedByHand: { operator: 'M1' } })
    expect(onItsWay).toMatchObject({ phase: 'processing', awaits: 'answer' })
    await asked.answer(TAKEN)
    till.clock.advance(WAITS.refundPollMs[1] ?? 0)
    await call().answer(GIVEN)
    expect(till.sale(id).refunds?.[0]).toMatchObject({ outcome: 'REFUNDED' })
  })
})

describe('a refund that has ended', () => {
  it('hears nothing more, not even the same answer with other words', async () => {
    await open()
    const { id } = await till.sellPaid()
    await till.refund(id)
    await call().answer({ ...TAKEN, state: 'closed' })
    const sale = till.sale(id)
    const { outRefundNo, step } = refundOf(id)
    const event = { kind: 'refund_answered', atMs: till.clock.nowMs(), saleId: id, step } as const
    const state = { ...INITIAL, sales: new Map([[id, sale]]) }
    expect(reduce(state, { ...event, outRefundNo, answer: GIVEN }).changed).toEqual([])
  })
})
