import { expect, it } from 'vitest'
import type { AttemptPhase, Sale } from '../../../src/domain/sale.ts'
import { startUpkeep } from '../../../src/terminal/upkeep.ts'
import { paidSale } from '../../support/journal-file.ts'
import { createManualClock } from '../../support/manual-clock.ts'

function make() {
  const clock = createManualClock()
  const now: { isDue: boolean; isArmed: boolean; pending: readonly Sale[] } = {
    isDue: true,
    isArmed: false,
    pending: [],
  }
  let done = 0
  const end = startUpkeep({
    clock,
    journal: {
      upkeepDue: () => now.isDue,
      upkeep: () => {
        done += 1
        now.isDue = false
      },
    },
    counter: { pending: () => now.pending, isArmed: () => now.isArmed },
  })
  return { clock, now, end, done: () => done }
}

function inFlight(phase: AttemptPhase): readonly Sale[] {
  const sale = paidSale('1', 1)
  return [{ ...sale, attempts: sale.attempts.map((attempt) => ({ ...attempt, phase })) }]
}

it('sees to the journal while nobody is at the counter, and only when it is due', () => {
  const { clock, now, done } = make()
  clock.advance(1_000)
  expect(done()).toBe(1)
  clock.advance(10_000)
  expect(done()).toBe(1)
  now.isDue = true
  clock.advance(1_000)
  expect(done()).toBe(2)
})

it('never while a charge is on its way, however long that takes', () => {
  const { clock, now, done } = make()
  now.pending = inFlight('submitting')
  clock.advance(600_000)
  expect(done()).toBe(0)
  now.pending = inFlight('checking')
  clock.advance(1_000)
  expect(done()).toBe(1)
})

it('waits for a counter that expects a code, but not for ever', () => {
  const { clock, now, done } = make()
  now.isArmed = true
  clock.advance(30_000)
  expect(done()).toBe(0)
  clock.advance(1_000)
  expect(done()).toBe(1)
})

it('ends', () => {
  const { clock, end, done } = make()
  end()
  expect(clock.pendingCount()).toBe(0)
  clock.advance(60_000)
  expect(done()).toBe(0)
})
