import { describe, expect, it } from 'vitest'
import type { CheckoutEvent } from '../../../src/checkout/events.ts'
import { reduce, type SaleEvent, TABLE } from '../../../src/checkout/reduce.ts'
import { INITIAL, type State } from '../../../src/checkout/state.ts'
import { type Refund, reservedFen } from '../../../src/domain/refund.ts'
import type { Attempt, AttemptPhase, Sale, SalePhase } from '../../../src/domain/sale.ts'
import type { GatewayAnswer, RefundAnswer } from '../../../src/ports/gateway.ts'

const START_MS = 1_800_000_000_000
const PHASES: readonly SalePhase[] = ['ready', 'armed', 'in_flight', 'paid', 'closed']
const IN_FLIGHT: readonly AttemptPhase[] = [
  'submitting',
  'paying',
  'confirming',
  'checking',
  'reversing',
]

function attemptIn(phase: AttemptPhase): Attempt {
  const final = phase === 'paid' || phase === 'not_paid'
  return {
    outTradeNo: 'GTTEST000001',
    amountFen: 1_230,
    merchantId: '1900000001',
    appId: 'wx1',
    storeId: 'S001',
    interface: 'MICROPAY',
    grantVersion: 'test-1',
    submittedAtMs: START_MS,
    phase,
    outcome: phase === 'paid' ? 'PAID' : phase === 'not_paid' ? 'NOT_PAID' : 'UNKNOWN',
    sent: true,
    queries: 0,
    reversals: 0,
    reversalsOutstanding: 0,
    reverseConfirmed: false,
    step: 1,
    awaits: final ? 'nothing' : phase === 'submitting' ? 'answer' : 'timer',
  }
}

/** A refund of half the money, under way. */
const REFUND: Refund = {
  outRefundNo: 'GRTEST000001',
  outTradeNo: 'GTTEST000001',
  amountFen: 615,
  reason: '退货',
  operator: 'M1',
  wantedAtMs: START_MS - 100_000,
  phase: 'processing',
  outcome: 'UNKNOWN',
  refundId: '50300000000001',
  submits: 1,
  queries: 0,
  step: 1,
  awaits: 'timer',
}

function saleIn(phase: SalePhase, attemptPhase?: AttemptPhase): Sale {
  const attempts = phase === 'in_flight' ? [attemptIn(attemptPhase ?? 'submitting')] : []
  return {
    id: 'sale-1',
    amountFen: 1_230,
    description: '测试',
    createdAtMs: START_MS,
    traceId: 't1',
    phase,
    attempts: phase === 'paid' ? [attemptIn('paid')] : attempts,
    ...(phase === 'paid' ? { refunds: [REFUND] } : {}),
    cancelWanted: false,
    ...(phase === 'armed' ? { armedUntilMs: START_MS + 1_000 } : {}),
  }
}

function stateWith(sale: Sale): State {
  return { ...INITIAL, sales: new Map([[sale.id, sale]]), onScreen: sale.id }
}

const CONSENTED = {
  captureId: 'ab'.repeat(16),
  consentId: '00000000-0000-4000-8000-000000000001',
  noticeVersion: '1',
  outTradeNo: 'GTTEST000002',
}

const ANSWERS: readonly GatewayAnswer[] = [
  {
    kind: 'paid',
    outTradeNo: 'GTTEST000001',
    amountFen: 1_230,
    transactionId: '42',
    refunded: false,
  },
  {
    kind: 'paid',
    outTradeNo: 'GTTEST000001',
    amountFen: 1_231,
    transactionId: '42',
    refunded: false,
  },
  {
    kind: 'paid',
    outTradeNo: 'GTOTHER00001',
    amountFen: 1_230,
    transactionId: '42',
    refunded: false,
  },
  { kind: 'paying' },
  { kind: 'unpaid' },
  { kind: 'failed' },
  { kind: 'closed' },
  { kind: 'reversed' },
  { kind: 'not_found' },
  { kind: 'refused', cause: 'gateway.not_enough' },
  { kind: 'unknown', cause: 'gateway.timeout', sent: true },
  { kind: 'unknown', cause: 'gateway.unreachable', sent: false },
]

const REFUND_ANSWERS: readonly RefundAnswer[] = [
  { kind: 'refund', state: 'refunded', refundId: '50300000000001' },
  { kind: 'refund', state: 'processing', refundId: '50300000000001' },
  { kind: 'refund', state: 'abnormal', refundId: '50300000000001' },
  { kind: 'refund', state: 'closed', refundId: '50300000000001' },
  { kind: 'not_found' },
  { kind: 'refused', cause: 'refund.merchant_funds' },
  { kind: 'unknown', cause: 'gateway.timeout', sent: true },
  { kind: 'unknown', cause: 'gateway.unreachable', sent: false },
]

function eventsOf(kind: SaleEvent['kind']): CheckoutEvent[] {
  const on = { atMs: START_MS + 20_000, saleId: 'sale-1' }
  const attempt = { ...on, outTradeNo: 'GTTEST000001', step: 1 }
  const refund = { ...on, outRefundNo: REFUND.outRefundNo, step: 1 }
  switch (kind) {
    case 'arm_wanted':
    case 'cancel_wanted':
    case 'check_wanted':
    case 'dismiss_wanted':
    case 'arm_expired':
    case 'result_expired':
      return [{ ...on, kind }]
    case 'face_wanted':
      return [
        { ...on, kind, act: 'choose' },
        { ...on, kind, act: 'consent', consented: CONSENTED },
        { ...on, kind, act: 'confirm' },
        { ...on, kind, act: 'decline' },
        { ...on, kind, act: 'choose', unavailable: 'face.model_missing' },
      ]
    case 'face_captured':
      return [{ ...on, kind, captureId: CONSENTED.captureId }]
    case 'face_failed':
      return [{ ...on, kind, captureId: CONSENTED.captureId, cause: 'face.not_live' }]
    case 'face_expired':
      return [{ ...on, kind }]
    case 'face_recognised':
      return [
        {
          ...{ ...on, kind, captureId: CONSENTED.captureId, face: 'payment_code' },
          credentialRef: 'c-2',
          binding: {
            ...{ merchantId: '1900000001', appId: 'wx1', storeId: 'S1' },
            ...{ interface: 'FACEPAY', grantVersion: 'g1' },
          },
        },
      ]
    case 'close_wanted':
      return [{ ...on, kind, operator: 'M1', reason: 'closing the shop' }]
    case 'outcome_overdue':
      return [
        { ...on, kind },
        { ...on, kind, atMs: START_MS + 700_000 },
      ]
    case 'attempt_due':
      return [{ ...attempt, kind }]
    case 'charge_withheld':
      return [{ ...attempt, kind, code: 'scene.suspended', check: 'standing' }]
    case 'scene_refused':
      return [{ ...on, kind, code: 'scene.suspended', check: 'standing', moment: 'change' }]
    case 'refund_wanted': {
      const wish = { ...on, kind, reason: '退货', operator: 'M1', outRefundNo: 'GRTEST000002' }
      const merchant = { merchantId: '1900000001', appId: 'wx1' }
      return [
        { ...wish, ...merchant },
        { ...wish, ...merchant, amountFen: 615 },
        { ...wish, ...merchant, amountFen: 616 },
        { ...wish, ...merchant, appId: 'wx2' },
        { ...wish, ...merchant, outTradeNo: 'GTOTHER00001' },
      ]
    }
    case 'refund_answered':
    case 'refund_query_answered':
      return REFUND_ANSWERS.map((answer) => ({ ...refund, kind, answer }))
    case 'refund_due':
      return [{ ...refund, kind }]
    case 'charge_answered':
    case 'query_answered':
    case 'reverse_answered':
      return ANSWERS.map((answer) => ({ ...attempt, kind, answer }))
    case 'code_scanned':
      return [
        {
          kind,
          atMs: on.atMs,
          wallet: 'wechat',
          credentialRef: 'ref',
          outTradeNo: 'GTNEXT000001',
          binding: {
            merchantId: '1900000001',
            appId: 'wx1',
            storeId: 'S001',
            interface: 'MICROPAY',
            grantVersion: 'test-1',
          },
        },
      ]
  }
}

const KINDS = Object.keys(TABLE) as SaleEvent['kind'][]
const CASES = KINDS.flatMap((kind) =>
  PHASES.flatMap((phase) =>
    (phase === 'in_flight' ? IN_FLIGHT : [undefined]).flatMap((attemptPhase) =>
      eventsOf(kind).map((event, index) => ({
        name: `${kind} #${index} in ${phase}${attemptPhase ? `/${attemptPhase}` : ''}`,
        sale: saleIn(phase, attemptPhase),
        event,
      })),
    ),
  ),
)

describe('the table of phases and events', () => {
  it('has a cell for every event in every phase', () => {
    for (const kind of KINDS) expect(Object.keys(TABLE[kind]).toSorted()).toEqual(PHASES.toSorted())
  })

  it.each(CASES)('takes $name', ({ sale, event }) => {
    const before = JSON.stringify([...stateWith(sale).sales])
    const state = stateWith(sale)
    const step = reduce(state, event)
    expect(JSON.stringify([...state.sales])).toBe(before)
    const after = step.changed.find(({ id }) => id === sale.id) ?? sale
    // A final sale never changes its outcome.
    if (sale.phase === 'paid' || sale.phase === 'closed') expect(after.phase).toBe(sale.phase)
    const last = after.attempts.at(-1)
    if (after.phase === 'in_flight' && last && step.changed.length > 0) {
      // What is in flight always waits for an answer or a timer, and something was ordered that
      // brings it; otherwise an outcome could be lost without anybody noticing.
      const pending = step.effects.some(({ kind }) =>
        ['charge', 'query', 'reverse', 'wait'].includes(kind),
      )
      const untouched = last.step === sale.attempts.at(-1)?.step
      expect(pending || untouched).toBe(true)
      expect(last.awaits).not.toBe('nothing')
    }
    const refunds = after.refunds ?? []
    expect(reservedFen(refunds, 'GTTEST000001')).toBeLessThanOrEqual(sale.amountFen)
    for (const refund of refunds.filter(
      ({ step: now }, index) => now !== sale.refunds?.[index]?.step,
    )) {
      // An open refund waits for something that was ordered, and keeps its number.
      const ordered = step.effects.some(({ kind }) =>
        ['refund', 'query_refund', 'wait'].includes(kind),
      )
      if (refund.awaits !== 'nothing') expect(ordered).toBe(true)
      if (refund.awaits === 'nothing')
        expect(refund.outcome === 'UNKNOWN').toBe('closedByHand' in refund)
    }
    if (step.refusal) expect(step).toMatchObject({ changed: [], effects: [] })
  })

  it('P2: a code starts an attempt in no phase but armed', () => {
    for (const phase of PHASES) {
      const [event] = eventsOf('code_scanned')
      if (!event) throw new Error('no event')
      const { effects } = reduce(stateWith(saleIn(phase)), event)
      expect({ phase, charges: effects.some(({ kind }) => kind === 'charge') }).toEqual({
        phase,
        charges: phase === 'armed',
      })
    }
  })

  it('P3: only a payment of exactly this order and amount is PAID', () => {
    for (const kind of ['charge_answered', 'query_answered', 'reverse_answered'] as const) {
      for (const phase of IN_FLIGHT) {
        for (const event of eventsOf(kind)) {
          const step = reduce(stateWith(saleIn('in_flight', phase)), event)
          const paid = step.changed.some((sale) => sale.phase === 'paid')
          const answer = 'answer' in event ? event.answer : undefined
          const honest = kind !== 'reverse_answered' && answer === ANSWERS[0]
          expect(paid, `${kind} ${phase} ${JSON.stringify(answer)}`).toBe(honest)
        }
      }
    }
  })

  it("P4: only the gateway's word that it arrived or was closed ends a refund at once", () => {
    const ended = new Set<string>()
    for (const kind of ['refund_answered', 'refund_query_answered'] as const) {
      for (const event of eventsOf(kind)) {
        const step = reduce(stateWith(saleIn('paid')), event)
        const refund = step.changed[0]?.refunds?.[0]
        const said = 'answer' in event && event.answer.kind === 'refund' ? event.answer : undefined
        const state = said && 'state' in said ? said.state : 'none'
        if (refund?.awaits === 'nothing') ended.add(`${state}:${refund.outcome}`)
      }
    }
    expect([...ended].toSorted()).toEqual(['closed:NOT_REFUNDED', 'refunded:REFUNDED'])
  })

  it('P4: nothing but the listed answers is NOT_PAID', () => {
    const settled = new Set<string>()
    for (const kind of ['charge_answered', 'query_answered', 'reverse_answered'] as const) {
      for (const phase of IN_FLIGHT) {
        for (const event of eventsOf(kind)) {
          const step = reduce(stateWith(saleIn('in_flight', phase)), event)
          const attempt = step.changed[0]?.attempts.at(-1)
          if (attempt?.outcome === 'NOT_PAID' && 'answer' in event)
            settled.add(`${kind}:${event.answer.kind}`)
        }
      }
    }
    // A verified CLOSED or REVOKED. "No such order" needs a refusal, nothing sent, or 60 s; see the
    // tests of the waits.
    expect([...settled]).toEqual(['query_answered:closed'])
  })
})
