import { describe, expect, it } from 'vitest'
import { afterQuery, afterReverse } from '../../../src/checkout/attempt.ts'
import type { Attempt } from '../../../src/domain/sale.ts'
import { WAITS } from '../../../src/domain/waits.ts'
import type { GatewayAnswer } from '../../../src/ports/gateway.ts'
import { attemptOf } from '../../support/sales.ts'

const submittedAtMs = 1_000_000
const { settledAtMs: _settled, cause: _cause, ...unsettled } = attemptOf()

/** An attempt that was reversed so many times, asked about at an age. */
function reversed(reversals: number, askedAgeMs: number, given: Partial<Attempt> = {}): Attempt {
  return {
    ...unsettled,
    submittedAtMs,
    askedAtMs: submittedAtMs + askedAgeMs,
    phase: 'reversing',
    outcome: 'UNKNOWN',
    reversals,
    reversalsOutstanding: 1,
    reverseConfirmed: false,
    awaits: 'answer',
    ...given,
  }
}

function pauseMs(attempt: Attempt, answer: GatewayAnswer, ageMs: number): number {
  const moment = { atMs: submittedAtMs + ageMs, cancelWanted: false }
  const read = answer.kind === 'paying' ? afterQuery : afterReverse
  const move = read(attempt, answer, moment)
  if (move.kind === 'settle') throw new Error('settled')
  return move.atMs - moment.atMs
}

const SILENCE: GatewayAnswer = { kind: 'unknown', cause: 'gateway.timeout', sent: true }
const REFUSED: GatewayAnswer = {
  kind: 'unknown',
  cause: 'gateway.check_refused',
  sent: true,
  status: 401,
}

describe('an attempt that is reversed', () => {
  it('P4: asks again soon when "no such order" was asked just too early, however late it came', () => {
    const early = reversed(9, WAITS.notFoundFinalMs - 400)
    const soonMs = pauseMs(early, { kind: 'not_found' }, WAITS.notFoundFinalMs + 200)
    expect(soonMs).toBe(WAITS.queryEveryMs)
  })

  it.each([
    ['silence', SILENCE, {}],
    ['a refusal of the question', REFUSED, {}],
    [
      'a state that is older than a confirmed reversal',
      { kind: 'paying' },
      { reverseConfirmed: true },
    ],
  ] satisfies [string, GatewayAnswer, Partial<Attempt>][])(
    'P4: pauses no longer than 20 s after %s while somebody waits at the counter',
    (_what, answer, given) => {
      const young = reversed(9, 80_000, { reversalsOutstanding: 9, ...given })
      expect(pauseMs(young, answer, 90_000)).toBe(WAITS.reverseRetryYoungMs)
      const old = reversed(9, WAITS.overdueMs, { reversalsOutstanding: 9, ...given })
      expect(pauseMs(old, answer, WAITS.overdueMs + 1_000)).toBe(300_000)
    },
  )

  it('P3: keeps a payment found after a reversal that was refused only when no copy of it can come', () => {
    const found = reversed(1, 50_000, { reversalsOutstanding: 1 })
    const refusedAtMs = submittedAtMs + 50_500
    const refused = afterReverse(
      found,
      { kind: 'not_found' },
      { atMs: refusedAtMs, cancelWanted: false },
    ).attempt
    const { outTradeNo, amountFen } = refused
    const paid = {
      kind: 'paid',
      outTradeNo,
      amountFen,
      transactionId: '42',
      refunded: false,
    } as const
    const asked = (askedAtMs: number) =>
      afterQuery({ ...refused, askedAtMs }, paid, { atMs: askedAtMs + 200, cancelWanted: false })
    const confirmAtMs = refusedAtMs + WAITS.reverseConfirmMs
    expect(asked(refusedAtMs + 2_000)).toMatchObject({ kind: 'ask', atMs: confirmAtMs })
    expect(asked(confirmAtMs)).toMatchObject({ kind: 'settle', attempt: { outcome: 'PAID' } })
  })
})
