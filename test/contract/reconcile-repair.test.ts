import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Candidate } from '../../src/bills/candidates.ts'
import { type RepairResult, repairAll } from '../../src/cli/reconcile-repair.ts'
import { openJournal } from '../../src/journal/node/sqlite-journal.ts'
import type {
  Expected,
  GatewayAnswer,
  RefundAnswer,
  RefundRequest,
} from '../../src/ports/gateway.ts'
import type { Journal } from '../../src/ports/journal.ts'
import { attemptOf, paidAttempt, refundOf, saleOf } from '../support/sales.ts'
import { createSeededEntropy } from '../support/seeded.ts'

/** Questions, answers and a real journal. */
const binding = {
  merchantId: '1900000001',
  appId: 'wxsandbox00000001',
  storeId: 'S001',
  grantVersion: 'v1',
}
const LOST: Candidate = {
  ...{ kind: 'order', outTradeNo: 'GTLOST000001', amountFen: 500 },
  order: { time: '2026-03-04 10:00:00', tradeType: 'MICROPAY', description: '咖啡\\ 大杯' },
}
const REVERSED: Candidate = { kind: 'attempt', saleId: 'sale-1', outTradeNo: 'GTORDER0001' }
const REFUSED: Candidate = {
  ...{ kind: 'refund', saleId: 'sale-2', outTradeNo: 'GTORDER0002', outRefundNo: 'GRREFUND0001' },
}
const SILENT: GatewayAnswer = { kind: 'unknown', cause: 'gateway.unreachable', sent: false }

let journal: Journal
let asked: (Expected | RefundRequest)[]
let results: RepairResult[]

beforeEach(() => {
  const opened = openJournal(':memory:')
  if (!opened.ok) throw new Error(opened.error.detail)
  journal = opened.value
  asked = []
  results = []
  const paid = paidAttempt({ outTradeNo: 'GTORDER0002' })
  const refunded = saleOf([paid], {
    id: 'sale-2',
    phase: 'paid',
    refunds: [refundOf({ outTradeNo: 'GTORDER0002' })],
  })
  const sales = [saleOf([attemptOf()]), refunded]
  journal.append({ atMs: 1, kind: 'made', event: { kind: 'made' }, sales })
})
afterEach(() => journal.close())

function honest(expected: Expected): GatewayAnswer {
  const { outTradeNo, amountFen } = expected
  return { kind: 'paid', outTradeNo, amountFen, transactionId: '4200', refunded: false }
}

function run(
  candidates: readonly Candidate[],
  answer: (expected: Expected) => GatewayAnswer = honest,
  refund: RefundAnswer = { kind: 'refund', state: 'refunded', refundId: '5000' },
) {
  return repairAll(candidates, {
    journal,
    gateway: {
      query: (expected) => {
        asked.push(expected)
        return Promise.resolve(answer(expected))
      },
      queryRefund: (request) => {
        asked.push(request)
        return Promise.resolve(refund)
      },
    },
    clock: { nowMs: () => 9_000 },
    entropy: createSeededEntropy(5),
    binding,
    source: 'trade bill of 2026-03-04',
    onResult: (result) => results.push(result),
  })
}

describe('repairs', () => {
  it('are appended, one row each, and stand after the journal is read again', async () => {
    const rowsBefore = journal.rows(1, 99)
    expect(await run([REVERSED, LOST, REFUSED])).toEqual({
      ok: true,
      value: { repaired: 3, left: 0, notAsked: 0 },
    })
    const rows = journal.rows(1, 99)
    expect(rows.slice(0, rowsBefore.length)).toEqual(rowsBefore)
    expect(rows.slice(rowsBefore.length)).toMatchObject([
      { kind: 'outcome_repaired', saleId: 'sale-1', event: { was: 'NOT_PAID', outcome: 'PAID' } },
      { kind: 'outcome_repaired', outTradeNo: 'GTLOST000001', event: { was: 'absent' } },
      { kind: 'outcome_repaired', event: { outRefundNo: 'GRREFUND0001', outcome: 'REFUNDED' } },
    ])
    expect(journal.verify()).toHaveProperty('ok', true)
    expect(journal.sale('sale-1')).toMatchObject({ phase: 'paid' })
    expect(journal.recentSales(1)).toMatchObject([
      { description: '咖啡,大杯', createdAtMs: Date.parse('2026-03-04T10:00:00+08:00') },
    ])
    expect(journal.money(rowsBefore.length, 99)).toMatchObject([
      { kind: 'payment', count: 2, amountFen: 1_500 },
      { kind: 'refund', count: 1, amountFen: 400 },
    ])
  })

  it('ask with what the journal has, or else what the bill has', async () => {
    await run([REVERSED, LOST, REFUSED])
    const { merchantId, appId } = binding
    expect(asked).toEqual([
      { outTradeNo: 'GTORDER0001', amountFen: 1_000, merchantId, appId },
      { outTradeNo: 'GTLOST000001', amountFen: 500, merchantId, appId },
      {
        ...{ outRefundNo: 'GRREFUND0001', outTradeNo: 'GTORDER0002', merchantId, appId },
        ...{ totalFen: 1_000, refundFen: 400, reason: '退货' },
      },
    ])
  })

  it('a second time find nothing to do and append nothing', async () => {
    await run([REVERSED, REFUSED])
    const rows = journal.status().rows
    expect(await run([REVERSED, REFUSED])).toMatchObject({ value: { repaired: 0, left: 2 } })
    expect(journal.status().rows).toBe(rows)
    expect(results.slice(2).map(({ end }) => !end.ok && end.error)).toEqual([
      'stands_already',
      'stands_already',
    ])
  })

  it('append nothing for an answer that is not verified', async () => {
    const rows = journal.status().rows
    const bad: GatewayAnswer = {
      kind: 'unknown',
      cause: 'gateway.bad_signature',
      sent: true,
      status: 200,
    }
    expect(await run([REVERSED, LOST], () => bad)).toMatchObject({
      value: { repaired: 0, left: 2 },
    })
    expect(journal.status().rows).toBe(rows)
    expect(journal.sale('sale-1')).toEqual(saleOf([attemptOf()]))
  })

  it('stop asking a gateway that is silent', async () => {
    const many = Array.from({ length: 20 }, () => REVERSED)
    const end = await run(many, () => SILENT)
    expect(end).toEqual({ ok: true, value: { repaired: 0, left: 3, notAsked: 17 } })
    expect(asked).toHaveLength(3)
  })

  it('go on when silence is broken in between', async () => {
    let call = 0
    const now = (): GatewayAnswer => {
      call += 1
      return call % 3 === 0 ? { kind: 'not_found', status: 404 } : SILENT
    }
    await run(
      Array.from({ length: 9 }, () => REVERSED),
      now,
    )
    expect(asked).toHaveLength(9)
  })

  it('leave a sale in flight to the terminal without asking', async () => {
    const open = saleOf([attemptOf({ outcome: 'UNKNOWN', phase: 'checking', awaits: 'timer' })], {
      ...{ id: 'sale-3', phase: 'in_flight' },
    })
    journal.append({ atMs: 2, kind: 'made', event: { kind: 'made' }, sales: [open] })
    await run([{ ...REVERSED, saleId: 'sale-3' }])
    expect(asked).toEqual([])
    expect(results[0]?.end).toEqual({ ok: false, error: 'left_to_terminal' })
  })

  it('end with the problem of a journal that takes nothing', async () => {
    const full = { code: 'journal.unavailable' }
    const failing = { ok: false, error: full } as unknown as ReturnType<Journal['append']>
    journal.close()
    const closed = {
      sale: () => saleOf([attemptOf()]),
      append: () => failing,
    } as unknown as Journal
    const kept = journal
    journal = closed
    expect(await run([REVERSED, LOST])).toEqual({ ok: false, error: full })
    expect(asked).toHaveLength(1)
    expect(results).toEqual([])
    journal = kept
  })
})
