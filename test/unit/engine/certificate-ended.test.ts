import { afterEach, beforeEach, expect, it } from 'vitest'
import { CODE, openTill, type Till } from '../../support/till.ts'

let till: Till
beforeEach(async () => {
  till = await openTill()
})
afterEach(() => till.close())

const DAY_MS = 86_400_000
const codeOf = (answer: Awaited<ReturnType<Till['wish']>>) =>
  answer.ok ? answer.value.phase : answer.error.code

/** Lets the certificate end a day from now. */
function endTomorrow(): void {
  till.gateway.setHealth({
    state: 'ok',
    host: 'primary',
    certificateExpiresAtMs: till.clock.nowMs() + DAY_MS,
  })
}

it('AC-13b: with an ended certificate no money moves, and none becomes an attempt', async () => {
  const paid = await till.sellPaid()
  const ready = await till.sell()
  await till.wish('cancel_wanted', ready.id)
  endTomorrow()
  till.clock.advance(DAY_MS - 1)
  const last = await till.sell()
  till.clock.advance(1)
  const calls = till.gateway.calls.length
  expect(codeOf(await till.wish('arm_wanted', last.id))).toBe('keys.certificate_ended')
  expect(codeOf(await till.refund(paid.id))).toBe('keys.certificate_ended')
  await expect(till.sell()).rejects.toThrow('keys.certificate_ended')
  expect(till.gateway.calls.length).toBe(calls)
  expect(till.gateway.refundCalls).toHaveLength(0)
  expect(codeOf(await till.wish('cancel_wanted', last.id))).not.toBe('keys.certificate_ended')
})

it('P8: what was in flight is still asked about', async () => {
  endTomorrow()
  const sale = await till.sell()
  till.scanner.present(CODE)
  await till.gateway.last().answer({ kind: 'unknown', cause: 'gateway.timeout', sent: true })
  till.clock.advance(DAY_MS)
  const before = till.gateway.calls.length
  await till.gateway.last().answer({ kind: 'unknown', cause: 'gateway.timeout', sent: true })
  expect((await till.wish('check_wanted', sale.id)).ok).toBe(true)
  expect(till.gateway.calls.length).toBeGreaterThan(before)
  expect(till.gateway.last().kind).toMatch(/query|reverse/)
})
