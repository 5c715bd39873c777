import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { recover } from '../../../src/checkout/recover.ts'
import type { Sale } from '../../../src/domain/sale.ts'
import { createManualClock } from '../../support/manual-clock.ts'
import { CODE, openTill } from '../../support/till.ts'

const DAY_MS = 86_400_000
const silent = { kind: 'unknown', cause: 'gateway.timeout', sent: true } as const
let dir: string
let lives = 0
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'guitai-back-'))
})
afterEach(() => rmSync(dir, { recursive: true, force: true }))

/** A terminal on the same journal whose clock says what it is told. */
function startAt(nowMs: number) {
  lives += 1
  const clock = createManualClock({ nowMs })
  return openTill({ journalFile: join(dir, 'journal.db'), clock, seed: lives })
}

describe('a clock that was set back while the terminal was off', () => {
  it('does not bring an older sale back on the screen, nor change the order of what waits', async () => {
    const todayMs = Date.UTC(2026, 4, 2)
    const first = await startAt(todayMs)
    const older = await first.sell(100)
    first.scanner.present(CODE)
    await first.gateway.last().answer(silent)
    await first.wish('dismiss_wanted', older.id)
    await first.close()

    const second = await startAt(todayMs - DAY_MS)
    await second.wish('dismiss_wanted', older.id)
    const newer = await second.sell(200)
    second.scanner.present(CODE)
    await second.gateway.last().answer(silent)
    expect(newer.createdAtMs).toBeLessThan(older.createdAtMs)
    expect(second.engine.pending().map(({ id }) => id)).toEqual([older.id, newer.id])
    await second.close()

    const third = await startAt(todayMs - DAY_MS)
    expect(third.engine.screen().cashier.saleId).toBe(newer.id)
    expect(third.engine.pending().map(({ id }) => id)).toEqual([older.id, newer.id])
    await third.wish('dismiss_wanted', newer.id)
    const { pendingSales } = third.engine.screen().cashier
    expect(pendingSales.map(({ saleId }) => saleId)).toEqual([older.id, newer.id])
    await third.close()
  })

  it('never puts a paid sale back, which is open only because of a refund', () => {
    const sale = (id: string, phase: Sale['phase']): Sale => ({
      id,
      amountFen: 100,
      description: '测试',
      createdAtMs: 1,
      traceId: 't1',
      phase,
      attempts: [],
      cancelWanted: false,
      ...(phase === 'paid' ? { refunds: [openRefund] } : {}),
    })
    const sales = [sale('one', 'ready'), sale('two', 'ready'), sale('three', 'paid')]
    const event = { kind: 'terminal_started', atMs: 1, sales } as const
    expect(recover(event).state.onScreen).toBe('two')
    expect(recover({ ...event, sales: [sale('three', 'paid')] }).state.onScreen).toBeNull()
  })
})

const openRefund = {
  outRefundNo: 'GTR000001',
  outTradeNo: 'GTTEST000001',
  amountFen: 50,
  reason: '退货',
  operator: '店长',
  wantedAtMs: 1,
  phase: 'processing',
  outcome: 'UNKNOWN',
  submits: 1,
  queries: 0,
  step: 1,
  awaits: 'timer',
} as const
