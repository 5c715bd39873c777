import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Refund } from '../../../src/domain/refund.ts'
import { WAITS } from '../../../src/domain/waits.ts'
import type { RefundAnswer } from '../../../src/ports/gateway.ts'
import type { RefundCall } from '../../support/scripted-gateway.ts'
import { openTill, type Till } from '../../support/till.ts'

const GIVEN: RefundAnswer = { kind: 'refund', state: 'refunded', refundId: '50300000000001' }
const TAKEN: RefundAnswer = { kind: 'refund', state: 'processing', refundId: '50300000000001' }
const CLOSED: RefundAnswer = { kind: 'refund', state: 'closed', refundId: '50300000000001' }
const SILENCE: RefundAnswer = { kind: 'unknown', cause: 'gateway.timeout', sent: true }
const NOT_FOUND: RefundAnswer = { kind: 'not_found' }

let till: Till
let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'guitai-given-up-'))
})
afterEach(async () => {
  await till.close()
  rmSync(folder, { recursive: true, force: true })
})

const journalFile = () => join(folder, 'journal.db')

/** Ends the terminal and starts another on the same journal. */
async function restart(): Promise<void> {
  const { clock } = till
  await till.close()
  till = await openTill({ journalFile: journalFile(), clock, seed: 2 })
}

function call(): RefundCall {
  const last = till.gateway.refundCalls.at(-1)
  if (!last) throw new Error('no call about a refund')
  return last
}

function refundOf(saleId: string): Refund {
  const refund = till.sale(saleId).refunds?.[0]
  if (!refund) throw new Error('no refund')
  return refund
}

/** A sale with a refund of 10.00 of its 12.30 that nobody answered, and that a manager gave up. */
async function givenUp(): Promise<string> {
  till = await openTill({ journalFile: journalFile() })
  const { id } = await till.sellPaid()
  await till.refund(id, 1_000)
  await call().answer(SILENCE)
  till.clock.advance(1)
  const wish = { kind: 'close_wanted' as const, saleId: id, operator: 'M1', reason: 'closing time' }
  expect(await till.engine.command(wish, { clientId: 'close', digest: 'close' })).toMatchObject({
    ok: true,
  })
  return id
}

/** Asks once more and answers; gives what was sent meanwhile. */
async function check(saleId: string, answer: RefundAnswer): Promise<readonly RefundCall[]> {
  const before = till.gateway.refundCalls.length
  expect(await till.wish('check_wanted', saleId)).toMatchObject({ ok: true })
  await call().answer(answer)
  till.clock.advance(86_400_000)
  return till.gateway.refundCalls.slice(before)
}

describe('P4: a refund that a manager gave up', () => {
  it('gives its amount back when the gateway never saw it and it can arrive no more', async () => {
    const id = await givenUp()
    till.clock.advance(WAITS.refundArrivesMs)
    const sent = await check(id, NOT_FOUND)
    expect(sent.map(({ kind }) => kind)).toEqual(['query_refund'])
    expect(refundOf(id)).toMatchObject({
      ...{ outcome: 'NOT_REFUNDED', cause: 'refund.never_arrived', phase: 'not_refunded' },
      closedByHand: { operator: 'M1' },
    })
    expect(await till.refund(id, 1_230)).toMatchObject({ ok: true })
  })

  it('stays reserved while a request of it may still arrive, and is asked about again later', async () => {
    const id = await givenUp()
    till.clock.advance(WAITS.refundArrivesMs - 1)
    await check(id, NOT_FOUND)
    expect(refundOf(id)).toMatchObject({ outcome: 'UNKNOWN', awaits: 'nothing' })
    expect(await till.refund(id, 231)).toMatchObject({ error: { code: 'refund.above_remainder' } })
    await check(id, NOT_FOUND)
    expect(refundOf(id).outcome).toBe('NOT_REFUNDED')
  })

  it('is decided by when it was asked, not by when the answer came', async () => {
    const id = await givenUp()
    till.clock.advance(WAITS.refundArrivesMs - 1)
    await till.wish('check_wanted', id)
    till.clock.advance(60_000)
    await call().answer(NOT_FOUND)
    expect(refundOf(id).outcome).toBe('UNKNOWN')
  })

  it('waits anew after a restart: what was before it was another clock', async () => {
    const id = await givenUp()
    till.clock.advance(WAITS.refundArrivesMs)
    await restart()
    await till.wish('check_wanted', id)
    await call().answer(NOT_FOUND)
    expect(refundOf(id).outcome).toBe('UNKNOWN')
    till.clock.advance(WAITS.refundArrivesMs)
    await check(id, NOT_FOUND)
    expect(refundOf(id).outcome).toBe('NOT_REFUNDED')
  })

  it('waits no longer than that when the clock before the restart was ahead', async () => {
    const id = await givenUp()
    till.clock.jumpWallTo(till.clock.nowMs() - 365 * 86_400_000)
    await restart()
    till.clock.advance(WAITS.refundArrivesMs - 1)
    await till.wish('check_wanted', id)
    await call().answer(NOT_FOUND)
    expect(refundOf(id).outcome).toBe('UNKNOWN')
    till.clock.advance(1)
    await till.wish('check_wanted', id)
    await call().answer(NOT_FOUND)
    expect(refundOf(id).outcome).toBe('NOT_REFUNDED')
  })

  it('is not sent again, nor asked about, by a restart in the middle of the question', async () => {
    const id = await givenUp()
    till.clock.advance(WAITS.refundArrivesMs)
    await till.wish('check_wanted', id)
    await restart()
    till.clock.advance(86_400_000)
    expect(till.gateway.refundCalls).toEqual([])
    expect(refundOf(id)).toMatchObject({ outcome: 'UNKNOWN', awaits: 'nothing' })
    expect(till.engine.refunding()).toEqual([])
  })

  it.each([
    ['given', GIVEN, { outcome: 'REFUNDED' }],
    ['closed', CLOSED, { outcome: 'NOT_REFUNDED', cause: 'refund.closed' }],
    ['on its way', TAKEN, { outcome: 'UNKNOWN', awaits: 'nothing', phase: 'processing' }],
    ['unclear', SILENCE, { outcome: 'UNKNOWN', awaits: 'nothing', phase: 'checking' }],
  ])('that is %s after all is known to be so', async (_name, answer, refund) => {
    const id = await givenUp()
    till.clock.advance(WAITS.refundArrivesMs)
    expect(await check(id, answer)).toHaveLength(1)
    expect(refundOf(id)).toMatchObject(refund)
  })

  it('that the gateway took once is not taken for one that never arrived', async () => {
    const id = await givenUp()
    till.clock.advance(WAITS.refundArrivesMs)
    await check(id, TAKEN)
    await check(id, NOT_FOUND)
    expect(refundOf(id).outcome).toBe('UNKNOWN')
  })

  it('is asked about beside another one that waits for staff', async () => {
    const id = await givenUp()
    till.clock.advance(WAITS.refundArrivesMs)
    await till.refund(id, 100)
    await call().answer({ ...TAKEN, state: 'abnormal' })
    await till.wish('check_wanted', id)
    const [last, other] = till.gateway.refundCalls.slice(-2)
    await last?.answer({ ...TAKEN, state: 'abnormal' })
    await other?.answer(NOT_FOUND)
    expect(refundOf(id).outcome).toBe('NOT_REFUNDED')
    expect(till.sale(id).refunds?.[1]).toMatchObject({ phase: 'abnormal', outcome: 'UNKNOWN' })
  })

  it('waits while nobody knows about another one of its sale', async () => {
    const id = await givenUp()
    till.clock.advance(WAITS.refundArrivesMs)
    await till.refund(id, 100)
    await call().answer(SILENCE)
    const before = till.gateway.refundCalls.length
    await till.wish('check_wanted', id)
    const asked = till.gateway.refundCalls.slice(before).map(({ request }) => request.outRefundNo)
    expect(asked).toEqual([till.sale(id).refunds?.[1]?.outRefundNo])
    expect(refundOf(id)).toMatchObject({ outcome: 'UNKNOWN', awaits: 'nothing' })
  })

  it('is asked about only because somebody wants it', async () => {
    const id = await givenUp()
    const before = till.gateway.refundCalls.length
    till.clock.advance(86_400_000)
    expect(till.gateway.refundCalls).toHaveLength(before)
    expect(refundOf(id).outcome).toBe('UNKNOWN')
  })
})
