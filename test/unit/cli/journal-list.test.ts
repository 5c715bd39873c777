import { expect, it } from 'vitest'
import {
  describeLine,
  describeWaiting,
  linesOfSale,
  waitingOfSale,
} from '../../../src/cli/journal-list.ts'
import { progressLine } from '../../../src/cli/progress.ts'
import type { Refund } from '../../../src/domain/refund.ts'
import { paidSale } from '../../support/journal-file.ts'

const HOUR_MS = 3_600_000

it('says how long a sale has been without a result, and when it is asked about next', () => {
  const [paid] = linesOfSale(paidSale('1', 0))
  if (!paid) throw new Error('no line')
  const line = { ...paid, outcome: 'UNKNOWN' as const }
  expect(describeWaiting({ ...line, nextTryAtMs: 26 * HOUR_MS + 9_000 }, 26 * HOUR_MS)).toMatch(
    /^UNKNOWN +.*1\.00 .* {2}for 1 d 2 h {2}next try in 9 s$/,
  )
  expect(describeWaiting({ ...line, nextTryAtMs: 1 }, 61_000)).toMatch(
    / {2}for 1 min 1 s {2}next try now$/,
  )
  expect(describeWaiting(line, 0)).toBe(`${describeLine(line)}  for 0 s`)
})

it('lists a refund that nobody has heard of yet beside the payment it is of', () => {
  const paid = paidSale('1', 0)
  const refund: Refund = {
    outRefundNo: 'GR1',
    outTradeNo: 'GT000000000001',
    amountFen: 40,
    reason: 'broken',
    operator: 'manager-1',
    wantedAtMs: 5,
    phase: 'checking',
    outcome: 'UNKNOWN',
    submits: 1,
    queries: 0,
    step: 1,
    awaits: 'timer',
    nextTryAtMs: 9,
  }
  const settled: Refund = { ...refund, phase: 'refunded', outcome: 'REFUNDED', awaits: 'nothing' }
  expect(waitingOfSale(paid)).toEqual([])
  const lines = waitingOfSale({ ...paid, refunds: [settled, refund] })
  expect(lines).toMatchObject([{ outRefundNo: 'GR1', amountFen: 40, submittedAtMs: 5 }])
  expect(lines.map(describeLine)[0]).toMatch(/^UNKNOWN +.*0\.40 {2}refund GR1$/)
})

it('draws how far long work is for a person only, and leaves no trace', () => {
  const drawn = (isTTY: boolean) => {
    const written: string[] = []
    let nowMs = 0
    const screen = {
      isTTY,
      write: (text: string | Uint8Array) => written.push(String(text)) > 0,
    }
    const line = progressLine('checking', screen, () => nowMs)
    line.show({ done: 1, total: 100 })
    nowMs = 500
    line.show({ done: 50, total: 100 })
    nowMs = 600
    line.show({ done: 60, total: 100 })
    line.end()
    return written.join('')
  }
  expect(drawn(true)).toBe('\r\u001b[Kchecking 50 % (50 of 100)\r\u001b[K')
  expect(drawn(false)).toBe('')
})
