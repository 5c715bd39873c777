import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { err, ok, type Result } from '../../../src/base/result.ts'
import { problem } from '../../../src/domain/errors.ts'
import { LIMITS } from '../../../src/domain/limits.ts'
import { WAITS } from '../../../src/domain/waits.ts'
import type { NoticeFault, RefundNotice } from '../../../src/gateway/refund-notice.ts'
import type { Terminal } from '../../../src/ports/terminal.ts'
import { createNoticeDesk } from '../../../src/terminal/notices.ts'
import { createSeededEntropy } from '../../support/seeded.ts'
import { openTill, type Till } from '../../support/till.ts'

let till: Till
let read: Result<RefundNotice, NoticeFault>
beforeEach(async () => {
  till = await openTill()
})
afterEach(() => till.close())

const ARRIVED = { headers: {}, body: Buffer.from('{}') }

function openDesk(terminal: Pick<Terminal, 'refunding' | 'command'> = till.engine) {
  const { clock, log } = till
  const notices = { readNotice: () => read }
  const take = createNoticeDesk({ notices, terminal, clock, log, entropy: createSeededEntropy(4) })
  return () => take(ARRIVED)
}

const questions = () => till.gateway.refundCalls.filter(({ kind }) => kind === 'query_refund')

/** A refund that the gateway took, and the notice that it was done. */
async function processing(): Promise<RefundNotice> {
  const { id } = await till.sellPaid(1_230)
  await till.refund(id, 430)
  await till.gateway.refundCalls[0]?.answer({
    kind: 'refund',
    state: 'processing',
    refundId: '5000',
  })
  const [refund] = till.sale(id).refunds ?? []
  if (!refund) throw new Error('no refund')
  return {
    merchantId: '1900000001',
    outTradeNo: refund.outTradeNo,
    outRefundNo: refund.outRefundNo,
    refundId: '5000',
    state: 'refunded',
    totalFen: 1_230,
    refundFen: 430,
  }
}

describe('the desk for refund notices', () => {
  it('P3: asks, and does not take the word of the notice for it', async () => {
    const notice = await processing()
    read = ok(notice)
    expect(await openDesk()()).toBe('taken')
    expect(questions()).toHaveLength(1)
    await questions()[0]?.answer({ kind: 'refund', state: 'processing', refundId: '5000' })
    const [sale] = till.engine.refunding()
    expect(sale?.refunds).toMatchObject([{ phase: 'processing', outcome: 'UNKNOWN' }])
  })

  it('asks about the same thing once in a while, and at once about another', async () => {
    const notice = await processing()
    const take = openDesk()
    for (const state of ['refunded', 'refunded', 'abnormal', 'abnormal', 'refunded'] as const) {
      read = ok({ ...notice, state })
      expect(await take()).toBe('taken')
      await questions().at(-1)?.answer({ kind: 'refund', state: 'processing', refundId: '5000' })
    }
    expect(questions()).toHaveLength(2)
    till.clock.advance(WAITS.noticeRepeatMs)
    await questions().at(-1)?.answer({ kind: 'refund', state: 'processing', refundId: '5000' })
    const before = questions().length
    expect(await take()).toBe('taken')
    expect(questions()).toHaveLength(before + 1)
  })

  it('wants it again while an answer is under way, which may be older', async () => {
    const notice = await processing()
    const take = openDesk()
    read = ok({ ...notice, state: 'abnormal' })
    await take()
    read = ok(notice)
    expect(await take()).toBe('later')
    await questions()[0]?.answer({ kind: 'refund', state: 'abnormal', refundId: '5000' })
    expect(await take()).toBe('taken')
    expect(questions()).toHaveLength(2)
  })

  it('says when other facts are told of a refund, and asks all the same', async () => {
    const notice = await processing()
    read = ok({ ...notice, refundFen: 431 })
    expect(await openDesk()()).toBe('taken')
    expect(questions()).toHaveLength(1)
    expect(till.log.lines.join('')).toContain('refund notice of other facts')
  })

  it('takes what it knows nothing of, and what is final', async () => {
    const notice = await processing()
    const take = openDesk()
    read = ok({ ...notice, outRefundNo: 'GTELSEWHERE1' })
    expect(await take()).toBe('taken')
    expect(questions()).toHaveLength(0)
    read = ok(notice)
    await take()
    await questions()[0]?.answer({ kind: 'refund', state: 'refunded', refundId: '5000' })
    read = ok({ ...notice, state: 'abnormal' })
    expect(await take()).toBe('taken')
    expect(questions()).toHaveLength(1)
  })

  it('wants it again when the terminal cannot take it now', async () => {
    const notice = await processing()
    read = ok(notice)
    const full = { refunding: () => till.engine.refunding(), command: refuseAll }
    expect(await openDesk(full)()).toBe('later')
  })

  it.each([
    ['wrong', 'refused'],
    ['not_opened', 'refused'],
    ['clock_off', 'refused'],
    ['unknown_serial', 'later'],
  ] as const)('P3: does not act on one that is %s', async (fault, outcome) => {
    await processing()
    read = err(fault)
    expect(await openDesk()()).toBe(outcome)
    expect(questions()).toHaveLength(0)
  })

  it('remembers no more than so many', async () => {
    const notice = await processing()
    const take = openDesk()
    for (let count = 0; count <= LIMITS.noticesKnownMax; count += 1) {
      read = ok({ ...notice, refundId: String(count) })
      await take()
      await questions().at(-1)?.answer({ kind: 'refund', state: 'processing', refundId: '5000' })
    }
    read = ok({ ...notice, refundId: '0' })
    const before = questions().length
    await take()
    expect(questions()).toHaveLength(before + 1)
  })
})

function refuseAll(): ReturnType<Terminal['command']> {
  return Promise.resolve(err(problem('terminal.overloaded')))
}
