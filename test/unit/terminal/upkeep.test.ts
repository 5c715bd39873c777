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
  let notes = 0
  let tell: (sale: Sale) => void = () => {}
  const end = startUpkeep({
    clock,
    journal: {
      upkeepDue: () => now.isDue,
      upkeep: () => {
        done += 1
        now.isDue = false
      },
      noteHead: () => {
        notes += 1
      },
    },
    counter: {
      pending: () => now.pending,
      isArmed: () => now.isArmed,
      onSale(listener) {
        tell = listener
        return () => {
          tell = () => {}
        }
      },
    },
  })
  const sold = () => tell(paidSale('1', 1))
  return { clock, now, end, sold, done: () => done, notes: () => notes }
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

it('P5 notes how far the journal is as soon as a sale has come to something', () => {
  const { clock, sold, notes } = make()
  sold()
  sold()
  clock.advance(19)
  expect(notes()).toBe(0)
  clock.advance(1)
  expect(notes()).toBe(1)
  sold()
  clock.advance(20)
  expect(notes()).toBe(2)
})

it('P5 notes nothing between a scan and its charge, and not for long while a code is expected', () => {
  const { clock, now, sold, notes } = make()
  now.pending = inFlight('submitting')
  sold()
  clock.advance(2_000)
  expect(notes()).toBe(0)
  // A charge that has no answer after that has left long since.
  clock.advance(1_000)
  expect(notes()).toBe(1)
  now.pending = []
  now.isArmed = true
  sold()
  clock.advance(1_000)
  const whileArmed = notes()
  clock.advance(26_000)
  expect(notes()).toBe(whileArmed)
  clock.advance(4_000)
  expect(notes()).toBeGreaterThan(whileArmed)
})
