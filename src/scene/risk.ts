/**
 * What a terminal can see of nine signs of risk without looking at a person: counts over a window. It
 * reports and judges nothing; no number here is a rule, all of them are settings.
 */
export type RiskTerms = {
  /** Business hours in Shanghai, minutes of the day; the second may lie past midnight. */
  readonly hours?: { readonly fromMinute: number; readonly toMinute: number } | undefined
  /** The largest payment this shop expects, fen. */
  readonly largestFen?: number | undefined
  /** More paid sales than this in a window, milliseconds. */
  readonly paid: Threshold
  /** Paid sums that are whole multiples of `unitFen`. */
  readonly round: Threshold & { readonly unitFen: number }
  /** Paid sums that are equal, within a minute. */
  readonly equal: { readonly count: number }
  /** Whole refunds no later than `withinMs` after the payment. */
  readonly loops: Threshold & { readonly withinMs: number }
  /** Refunds that were refused. */
  readonly refused: Threshold
}
type Threshold = { readonly count: number; readonly windowMs: number }

/** What happened, with nothing of whose it was. Amounts in fen; `atMs` is Unix milliseconds. */
export type RiskFact =
  | { readonly kind: 'paid'; readonly amountFen: number; readonly atMs: number }
  | { readonly kind: 'refunded'; readonly isWhole: boolean; readonly afterMs: number }
  | { readonly kind: 'refund_refused' }

/** A sign that has shown itself, once in its window. */
export type RiskSignal = {
  /** Dotted lower case; a row of docs/gateway.md, Signs of risk. */
  readonly kind: string
  /** Number of the trigger it may be a sign of. */
  readonly trigger: 2 | 6 | 8
  readonly facts: {
    readonly count: number
    readonly duration_ms: number
    readonly amount_fen?: number
  }
}

type Tally = {
  readonly window: number
  readonly counts: ReadonlyMap<number, number>
  readonly isTold: boolean
}
/** Counts of the present windows; lost with the process. */
export type RiskTallies = ReadonlyMap<string, Tally>

export const NO_RISK: RiskTallies = new Map()

type Row = {
  readonly kind: string
  readonly trigger: RiskSignal['trigger']
  readonly threshold: (terms: RiskTerms) => Threshold
  /** Under which number a fact is counted; undefined: it does not count. */
  readonly counts: (fact: RiskFact, terms: RiskTerms) => number | undefined
  /** The sum that is counted under is told. */
  readonly tellsAmount?: true
}

const MINUTE_MS = 60_000
const DAY_MS = 86_400_000
const SHANGHAI_MS = 8 * 3_600_000
/** Sums counted apart at a time; of more in one window, the later are not counted. */
const SUMS_MAX = 512
/** All of a kind are counted together. */
const ALL = 0

const sumOf = (fact: RiskFact, fits: (amountFen: number) => boolean) =>
  fact.kind === 'paid' && fits(fact.amountFen) ? fact.amountFen : undefined
const together = (isIt: boolean) => (isIt ? ALL : undefined)

/** Every sign, the trigger it belongs to, and what counts for it. */
const ROWS: readonly Row[] = [
  {
    kind: 'trade.out_of_hours',
    trigger: 2,
    threshold: () => ({ count: 1, windowMs: DAY_MS }),
    counts: (fact, { hours }) =>
      together(fact.kind === 'paid' && hours !== undefined && !isWithin(hours, fact.atMs)),
  },
  {
    kind: 'trade.frequent',
    trigger: 2,
    threshold: ({ paid }) => paid,
    counts: (fact) => together(fact.kind === 'paid'),
  },
  {
    kind: 'trade.large',
    trigger: 2,
    threshold: () => ({ count: 1, windowMs: DAY_MS }),
    counts: (fact, { largestFen }) =>
      sumOf(fact, (amountFen) => largestFen !== undefined && amountFen > largestFen),
    tellsAmount: true,
  },
  {
    kind: 'trade.round_sums',
    trigger: 6,
    threshold: ({ round }) => round,
    counts: (fact, { round }) =>
      together(fact.kind === 'paid' && fact.amountFen % round.unitFen === 0),
  },
  {
    kind: 'trade.equal_sums',
    trigger: 6,
    threshold: ({ equal }) => ({ ...equal, windowMs: MINUTE_MS }),
    counts: (fact) => sumOf(fact, () => true),
    tellsAmount: true,
  },
  {
    kind: 'trade.refund_loops',
    trigger: 6,
    threshold: ({ loops }) => loops,
    counts: (fact, { loops }) =>
      together(fact.kind === 'refunded' && fact.isWhole && fact.afterMs <= loops.withinMs),
  },
  {
    kind: 'trade.refunds_refused',
    trigger: 8,
    threshold: ({ refused }) => refused,
    counts: (fact) => together(fact.kind === 'refund_refused'),
  },
]

/** Whether an instant lies in business hours, in Shanghai. */
function isWithin({ fromMinute, toMinute }: NonNullable<RiskTerms['hours']>, atMs: number) {
  const minute = Math.floor(((atMs + SHANGHAI_MS) % DAY_MS) / MINUTE_MS)
  if (fromMinute <= toMinute) return minute >= fromMinute && minute < toMinute
  return minute >= fromMinute || minute < toMinute
}

/**
 * Counts one fact. A sign is told when its count is reached, and not again in the same window.
 *
 * @param monotonicMs of a clock that never goes back: windows are counted by it
 */
export function countRisk(
  tallies: RiskTallies,
  fact: RiskFact,
  { terms, monotonicMs }: { readonly terms: RiskTerms; readonly monotonicMs: number },
): { readonly tallies: RiskTallies; readonly signals: readonly RiskSignal[] } {
  const next = new Map(tallies)
  const signals: RiskSignal[] = []
  for (const row of ROWS) {
    const key = row.counts(fact, terms)
    if (key === undefined) continue
    const { count: least, windowMs } = row.threshold(terms)
    const tally = tallyOf(next.get(row.kind), Math.floor(monotonicMs / windowMs))
    const count = (tally.counts.get(key) ?? 0) + 1
    if (count === 1 && tally.counts.size >= SUMS_MAX) continue
    const isTold = tally.isTold || count >= least
    const counts = new Map(tally.counts).set(key, count)
    next.set(row.kind, { ...tally, counts, isTold })
    if (tally.isTold || !isTold) continue
    const amount = row.tellsAmount ? { amount_fen: key } : {}
    const facts = { count, duration_ms: windowMs, ...amount }
    signals.push({ kind: row.kind, trigger: row.trigger, facts })
  }
  return { tallies: next, signals }
}

/** The counts of a window; those of one before are over. */
function tallyOf(before: Tally | undefined, window: number): Tally {
  return before?.window === window ? before : { window, counts: new Map(), isTold: false }
}
