import { afterEach, beforeEach, expect, it } from 'vitest'
import { WAITS } from '../../../src/domain/waits.ts'
import { CODE, openTill, type Till } from '../../support/till.ts'

let till: Till
beforeEach(async () => {
  till = await openTill()
})
afterEach(() => till.close())

const silent = { kind: 'unknown', cause: 'gateway.timeout', sent: true } as const
const count = (kind: string) => till.gateway.calls.filter((call) => call.kind === kind).length

/** A sale whose first reversal stayed without an answer; the next one is due later. */
async function reversing() {
  const sale = await till.sell()
  till.scanner.present(CODE)
  await till.gateway.last().answer(silent)
  while (count('reverse') === 0) {
    till.clock.advance(WAITS.queryEveryMs)
    await till.gateway.last().answer(silent)
  }
  await till.gateway.last().answer(silent)
  return sale
}

it('brings the query forward, and no reversal', async () => {
  const sale = await reversing()
  const dueAtMs = till.sale(sale.id).attempts[0]?.nextTryAtMs ?? 0
  const before = count('query')
  for (let checks = 0; checks < 20; checks += 1) {
    await till.wish('check_wanted', sale.id)
    await till.gateway.last().answer(silent)
    till.clock.advance(100)
  }
  expect(count('query')).toBe(before + 20)
  expect(count('reverse')).toBe(1)
  expect(till.sale(sale.id).attempts[0]).toMatchObject({ nextMove: 'undo', nextTryAtMs: dueAtMs })
  till.clock.advance(dueAtMs - till.engine.screen().atMs)
  expect(count('reverse')).toBe(2)
})

it('does not push a reversal further away either', async () => {
  const sale = await reversing()
  // A confirmed reversal after which the order still shows paid is repeated after a pause.
  till.clock.advance(WAITS.queryEveryMs)
  await till.gateway.last().answer(silent)
  expect(till.gateway.last().kind).toBe('reverse')
  await till.gateway.last().answer({ kind: 'reversed' })
  await till.gateway.last().answer({ kind: 'paying' })
  const dueAtMs = till.sale(sale.id).attempts[0]?.nextTryAtMs ?? 0
  expect(dueAtMs).toBeGreaterThan(till.engine.screen().atMs)
  till.clock.advance(1_000)
  await till.wish('check_wanted', sale.id)
  await till.gateway.last().answer({ kind: 'paying' })
  expect(till.sale(sale.id).attempts[0]?.nextTryAtMs).toBe(dueAtMs)
})

it('is forgotten once the reversal was sent: the next pauses are counted from there', async () => {
  const sale = await reversing()
  await till.wish('check_wanted', sale.id)
  await till.gateway.last().answer(silent)
  till.clock.advance(WAITS.queryEveryMs)
  expect(till.gateway.last().kind).toBe('reverse')
  expect(till.sale(sale.id).attempts[0]).not.toHaveProperty('undoNotBeforeMs')
})

it('lets a line that is back bring the reversal forward: nothing of it was heard while it was down', async () => {
  const sale = await reversing()
  till.gateway.setHealth({ state: 'failing', lastCause: 'gateway.unreachable' })
  till.gateway.setHealth({ state: 'ok', host: 'primary' })
  const reversals = count('reverse')
  expect(till.gateway.last().kind).toBe('query')
  await till.gateway.last().answer({ kind: 'paying' })
  expect(count('reverse')).toBe(reversals + 1)
  expect(till.sale(sale.id).phase).toBe('in_flight')
})
