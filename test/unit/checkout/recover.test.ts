import { describe, expect, it } from 'vitest'
import { recover } from '../../../src/checkout/recover.ts'
import { reduce } from '../../../src/checkout/reduce.ts'
import { INITIAL } from '../../../src/checkout/state.ts'
import { WAITS } from '../../../src/domain/waits.ts'
import { attemptOf, saleOf } from '../../support/sales.ts'

const HOUR_MS = 3_600_000
const beforeMs = 10 * HOUR_MS

/** An attempt that was reversed without an answer, and asked about just before the program ended. */
const { settledAtMs: _settled, cause: _cause, ...unsettled } = attemptOf()
const asked = saleOf(
  [
    {
      ...unsettled,
      submittedAtMs: beforeMs - 20_000,
      askedAtMs: beforeMs,
      phase: 'reversing',
      outcome: 'UNKNOWN',
      reverseConfirmed: false,
      awaits: 'answer',
    },
  ],
  { phase: 'in_flight' },
)

describe('a restart', () => {
  it('P4: measures "no such order" from its own question when the clock was set back', () => {
    const atMs = beforeMs - 2 * HOUR_MS
    const { state, changed } = recover({ kind: 'terminal_started', atMs, sales: [asked] })
    const { outTradeNo, step } = changed[0]?.attempts[0] ?? attemptOf()
    const ids = { saleId: asked.id, outTradeNo, step }
    const answer = { kind: 'not_found' } as const
    const heard = reduce(state, { kind: 'query_answered', atMs: atMs + 100, ...ids, answer })
    expect(heard.changed[0]?.attempts[0]).toMatchObject({ outcome: 'UNKNOWN' })
  })

  it('believes it again once it asked long after', () => {
    const atMs = beforeMs - 2 * HOUR_MS
    const { changed } = recover({ kind: 'terminal_started', atMs, sales: [asked] })
    const attempt = changed[0]?.attempts[0]
    if (!attempt) throw new Error('no attempt')
    const askedAtMs = atMs + WAITS.notFoundFinalMs
    const later = saleOf([{ ...attempt, askedAtMs }], { phase: 'in_flight' })
    const state = { ...INITIAL, sales: new Map([[later.id, later]]) }
    const heard = reduce(state, {
      kind: 'query_answered',
      atMs: askedAtMs + 100,
      saleId: later.id,
      outTradeNo: attempt.outTradeNo,
      step: attempt.step,
      answer: { kind: 'not_found' },
    })
    expect(heard.changed[0]?.attempts[0]).toMatchObject({ outcome: 'NOT_PAID' })
  })
})
