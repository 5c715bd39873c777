import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { totalsOf } from '../../../../src/sandbox/ledger-row.ts'
import { Ledger } from '../../../../src/sandbox/node/ledger.ts'
import type { Order } from '../../../../src/sandbox/orders.ts'
import { newRefund } from '../../../../src/sandbox/refunds.ts'

const NOW_MS = 1_000_000
const orderOf = (outTradeNo: string, patch: Partial<Order> = {}): Order => ({
  outTradeNo,
  state: 'SUCCESS',
  amountFen: 100,
  transactionId: `T-${outTradeNo}`,
  attach: null,
  deviceId: null,
  description: '茶',
  submittedAtMs: NOW_MS,
  paidAtMs: NOW_MS,
  reversedAtMs: null,
  charges: 1,
  returned: false,
  tradeType: 'MICROPAY',
  bodyHash: '',
  nextState: null,
  nextAtMs: null,
  ...patch,
})
const refundOf = (order: Order, outRefundNo: string, refundFen: number, sequence: number) =>
  newRefund(
    order,
    {
      outRefundNo,
      outTradeNo: order.outTradeNo,
      transactionId: undefined,
      totalFen: order.amountFen,
      refundFen,
      fundsAccount: undefined,
      bodyHash: outRefundNo,
    },
    { steps: [{ status: 'SUCCESS', afterSeconds: 3 }], nowMs: NOW_MS, sequence },
  )

let folder: string
let path: string
let ledger: Ledger

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'guitai-ledger-'))
  path = join(folder, 'ledger.sqlite')
  ledger = new Ledger(path)
})
afterEach(() => {
  ledger.close()
  rmSync(folder, { recursive: true, force: true })
})
const reopen = (): void => {
  ledger.close()
  ledger = new Ledger(path)
}

describe('the refunds of the ledger', () => {
  it('are found by either number and by their order, also after a new start', () => {
    const order = orderOf('AAAAAA')
    ledger.save(order, NOW_MS)
    const refunds = [refundOf(order, 'R1', 30, 1), refundOf(order, 'R2', 20, 2)]
    for (const refund of refunds) ledger.refunds.add(refund)
    reopen()
    expect(ledger.refunds.ofOrder('AAAAAA')).toEqual(refunds)
    expect(ledger.refunds.byNumber('R2')).toEqual(refunds[1])
    expect(ledger.refunds.byId(refunds[0]?.refundId ?? '')).toEqual(refunds[0])
    expect(ledger.refunds.byNumber('R3')).toBeUndefined()
    expect(ledger.refunds.nextSequence()).toBe(3)
    expect(ledger.order('AAAAAA', NOW_MS)?.description).toBe('茶')
  })

  it('never stand twice under one number', () => {
    const order = orderOf('AAAAAA')
    ledger.refunds.add(refundOf(order, 'R1', 30, 1))
    expect(() => ledger.refunds.add(refundOf(order, 'R1', 30, 2))).toThrow(/UNIQUE/)
  })

  it('count how often their plan was used, and no other', () => {
    const plan = ledger.refunds.addPlan({ outRefundNo: 'R1', scenario: 'unsigned', params: {} })
    ledger.refunds.countUse(plan, 'refund_query')
    ledger.refunds.countUse({ ...plan, outRefundNo: '' }, 'refund')
    reopen()
    expect(ledger.refunds.plan('R1')?.used).toEqual({ refund: 0, refund_query: 1 })
    expect(ledger.refunds.plan('')).toBeUndefined()
  })

  it('are there for an order that somebody else refunded, once', () => {
    const next = { nextState: 'REFUND', nextAtMs: NOW_MS + 10_000 } as const
    ledger.save(orderOf('AAAAAA', next), NOW_MS)
    expect(ledger.rows(NOW_MS + 9_999)[0]).toMatchObject({ state: 'SUCCESS', refunds: [] })
    for (const laterMs of [10_000, 20_000]) {
      const row = ledger.rows(NOW_MS + laterMs)[0]
      expect(row).toMatchObject({ state: 'REFUND', returned: true, refundedFen: 100 })
      expect(row?.refunds).toHaveLength(1)
      expect(row?.refunds[0]?.createdAtMs).toBe(NOW_MS + 10_000)
    }
  })

  it('add up with payments and reversals', () => {
    const refunded = orderOf('AAAAAA', { state: 'REFUND' })
    const reversed = orderOf('BBBBBB', { state: 'REVOKED', reversedAtMs: NOW_MS, returned: true })
    const unpaid = { paidAtMs: null, transactionId: null, charges: 0 }
    const never = orderOf('CCCCCC', { state: 'NOTPAY', ...unpaid })
    for (const order of [refunded, reversed, never]) ledger.save(order, NOW_MS)
    ledger.refunds.add(refundOf(refunded, 'R1', 30, 1))
    expect(totalsOf(ledger.rows(NOW_MS))).toEqual({
      takenFen: 200,
      reversedFen: 100,
      refundedFen: 0,
      refundingFen: 30,
      heldFen: 100,
    })
    expect(totalsOf(ledger.rows(NOW_MS + 3_000))).toMatchObject({
      refundedFen: 30,
      refundingFen: 0,
      heldFen: 70,
    })
  })
})

describe('a ledger of an earlier making', () => {
  it('gets the columns it lacks and keeps its orders', () => {
    ledger.save(orderOf('AAAAAA'), NOW_MS)
    ledger.close()
    const raw = new Database(path)
    raw.exec(`ALTER TABLE orders DROP COLUMN description; ALTER TABLE orders DROP COLUMN trade_type;
      DROP TABLE refunds; DROP TABLE notices`)
    raw.close()
    ledger = new Ledger(path)
    expect(ledger.order('AAAAAA', NOW_MS)).toEqual(orderOf('AAAAAA', { description: null }))
    expect(ledger.refunds.all()).toEqual([])
    expect(ledger.notices.all()).toEqual([])
  })
})
