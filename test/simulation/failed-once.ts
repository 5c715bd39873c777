import type { FaultKind } from './faults.ts'

/** A run that broke a promise once. It is played for ever. */
export type FailedOnce = {
  readonly seed: number
  readonly sales: number
  readonly masked: readonly FaultKind[]
  readonly what: string
}

export const FAILED_ONCE: readonly FailedOnce[] = [
  {
    seed: 505_044,
    sales: 20,
    masked: [],
    what: '"no such order" was believed by the time of its answer, not of its question',
  },
  {
    seed: 20_232,
    sales: 2,
    masked: [],
    what: 'after a restart "no such order" was believed by a question of the life before',
  },
  {
    seed: 7_083,
    sales: 3,
    masked: [],
    what: 'a refund was believed not taken while its request could still arrive',
  },
  {
    seed: 1_007_181,
    sales: 5,
    masked: [],
    what: 'a reversal refused by an unknown code was believed not carried out, and a stale answer kept its money',
  },
  {
    seed: 9_319_163,
    sales: 7,
    masked: [],
    what: 'a second copy of a reversal that had found no order undid a payment that was kept',
  },
  {
    seed: 20_014_878,
    sales: 20,
    masked: [],
    what: 'a refund given up under a clock that was ahead stayed reserved for as long as that',
  },
  {
    seed: 40_030_056,
    sales: 20,
    masked: [],
    what: 'a refund given up was asked about while nobody knew about another of its sale',
  },
  {
    seed: 30_003_842,
    sales: 20,
    masked: [],
    what: 'a refund given up was not asked about while another of its sale waited for staff',
  },
]
