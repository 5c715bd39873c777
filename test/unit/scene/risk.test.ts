import { describe, expect, it } from 'vitest'
import { countRisk, NO_RISK, type RiskFact, type RiskTerms } from '../../../src/scene/risk.ts'
import { createRandom, type Random } from '../../support/seeded.ts'

const TERMS: RiskTerms = {
  hours: { fromMinute: 8 * 60, toMinute: 22 * 60 },
  largestFen: 50_000,
  paid: { count: 8, windowMs: 600_000 },
  round: { count: 4, windowMs: 3_600_000, unitFen: 10_000 },
  equal: { count: 3 },
  loops: { count: 2, windowMs: 86_400_000, withinMs: 900_000 },
  refused: { count: 2, windowMs: 86_400_000 },
}
const NOON_MS = Date.parse('2026-05-06T12:00:00+08:00')

const paid = (amountFen: number, atMs = NOON_MS): RiskFact => ({ kind: 'paid', amountFen, atMs })

/** The signals of facts, each at a monotonic time. */
function signalsOf(facts: readonly (readonly [number, RiskFact])[], terms = TERMS) {
  let tallies = NO_RISK
  return facts.flatMap(([monotonicMs, fact]) => {
    const counted = countRisk(tallies, fact, { terms, monotonicMs })
    tallies = counted.tallies
    return counted.signals
  })
}
const kindsOf = (facts: readonly (readonly [number, RiskFact])[], terms = TERMS) =>
  signalsOf(facts, terms).map(({ kind }) => kind)

describe('signs of risk', () => {
  it.each([
    ['07:59', true],
    ['08:00', false],
    ['21:59', false],
    ['22:00', true],
  ])('a sale at %s is out of hours: %s', (time, isOut) => {
    const atMs = Date.parse(`2026-05-06T${time}:00+08:00`)
    expect(kindsOf([[0, paid(101, atMs)]])).toEqual(isOut ? ['trade.out_of_hours'] : [])
  })

  it('hours may go past midnight, and may be unknown', () => {
    const late = { ...TERMS, hours: { fromMinute: 18 * 60, toMinute: 2 * 60 } }
    const at = (time: string) => paid(101, Date.parse(`2026-05-06T${time}:00+08:00`))
    expect(kindsOf([[0, at('01:59')]], late)).toEqual([])
    expect(kindsOf([[0, at('02:00')]], late)).toEqual(['trade.out_of_hours'])
    expect(kindsOf([[0, at('03:00')]], { ...TERMS, hours: undefined })).toEqual([])
  })

  it('a sale above what is expected is large, and one of exactly that is not', () => {
    expect(kindsOf([[0, paid(50_001)]])).toEqual(['trade.large'])
    expect(kindsOf([[0, paid(50_000)]])).toEqual([])
    expect(kindsOf([[0, paid(99_999)]], { ...TERMS, largestFen: undefined })).toEqual([])
    expect(signalsOf([[0, paid(50_001)]])[0]).toEqual({
      kind: 'trade.large',
      trigger: 2,
      facts: { count: 1, duration_ms: 86_400_000, amount_fen: 50_001 },
    })
  })

  it('many sales in a window are frequent; as many in two windows are not', () => {
    const sale = (index: number, at: number) => [at, paid(101 + index * 7)] as const
    const eight = Array.from({ length: 8 }, (_, index) => sale(index, index * 70_000))
    expect(kindsOf(eight)).toEqual(['trade.frequent'])
    const spread = Array.from({ length: 8 }, (_, index) => sale(index, index * 150_000))
    expect(kindsOf(spread)).toEqual([])
  })

  it('round sums, equal sums and refunds soon after are counted apart', () => {
    const round = [10_000, 20_000, 30_000, 40_000].map(
      (fen, at) => [at * 61_000, paid(fen)] as const,
    )
    expect(kindsOf(round)).toEqual(['trade.round_sums'])
    const equal = [0, 20_000, 59_999].map((at) => [at, paid(1_234)] as const)
    expect(signalsOf(equal)).toEqual([
      {
        kind: 'trade.equal_sums',
        trigger: 6,
        facts: { count: 3, duration_ms: 60_000, amount_fen: 1_234 },
      },
    ])
    expect(kindsOf([0, 20_000, 60_000].map((at) => [at, paid(1_234)] as const))).toEqual([])
    const back = (isWhole: boolean, afterMs: number): RiskFact => ({
      kind: 'refunded',
      isWhole,
      afterMs,
    })
    expect(
      kindsOf([
        [0, back(true, 900_000)],
        [1, back(true, 0)],
      ]),
    ).toEqual(['trade.refund_loops'])
    expect(
      kindsOf([
        [0, back(true, 900_001)],
        [1, back(false, 0)],
        [2, back(true, 0)],
      ]),
    ).toEqual([])
  })

  it('refunds that were refused are counted', () => {
    const refused: RiskFact = { kind: 'refund_refused' }
    expect(
      kindsOf([
        [0, refused],
        [1, refused],
        [2, refused],
      ]),
    ).toEqual(['trade.refunds_refused'])
    expect(
      kindsOf([
        [0, refused],
        [86_400_000, refused],
      ]),
    ).toEqual([])
  })

  it('what is kept of them is bounded', () => {
    let tallies = NO_RISK
    for (let index = 0; index < 5_000; index += 1) {
      tallies = countRisk(tallies, paid(index + 1), { terms: TERMS, monotonicMs: index }).tallies
    }
    for (const { counts } of tallies.values()) expect(counts.size).toBeLessThanOrEqual(512)
  })
})

function randomFact(random: Random): RiskFact {
  const amountFen = random.pick([1_234, 5_678, 10_000, 20_000, 60_000, random.integer(1, 99_999)])
  return random.pick<RiskFact>([
    paid(amountFen, NOON_MS + random.integer(0, 86_400_000)),
    paid(amountFen),
    { kind: 'refunded', isWhole: random.chance(0.7), afterMs: random.integer(0, 1_800_000) },
    { kind: 'refund_refused' },
  ])
}

describe('over many random days', () => {
  it.each([1, 2, 3, 4, 5, 6])(
    'AC-16-trig each sign is told once in its window (seed %i)',
    (seed) => {
      const random = createRandom(seed)
      let monotonicMs = 0
      let tallies = NO_RISK
      const told = new Map<string, number>()
      const reached = new Map<string, Set<number>>()
      const seen: { kind: string; window: number }[] = []
      for (let index = 0; index < 3_000; index += 1) {
        monotonicMs += random.pick([0, 50, 5_000, 70_000, 500_000])
        const fact = randomFact(random)
        const counted = countRisk(tallies, fact, { terms: TERMS, monotonicMs })
        tallies = counted.tallies
        for (const { kind, facts } of counted.signals) {
          const window = Math.floor(monotonicMs / facts.duration_ms)
          const key = `${kind} ${window}`
          told.set(key, (told.get(key) ?? 0) + 1)
          seen.push({ kind, window })
        }
        // A count of one kind, made the plain way.
        if (fact.kind === 'refund_refused') {
          const day = Math.floor(monotonicMs / 86_400_000)
          const days = reached.get(String(day)) ?? new Set()
          reached.set(String(day), days.add(index))
        }
      }
      expect([...told.values()].filter((times) => times !== 1)).toEqual([])
      const days = [...reached].filter(([, ofDay]) => ofDay.size >= 2).map(([day]) => Number(day))
      const refused = seen.filter(({ kind }) => kind === 'trade.refunds_refused')
      expect(refused.map(({ window }) => window)).toEqual(days)
      expect(new Set(seen.map(({ kind }) => kind)).size).toBe(7)
    },
  )
})
