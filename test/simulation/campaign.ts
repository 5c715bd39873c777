import { type Counted, FAULT_KINDS, type FaultKind, MET } from './faults.ts'
import { type RunResult, runOne } from './run-one.ts'
import type { Settling } from './watch.ts'

/** The seeds that every test run plays: all are clean, and a guard that is removed breaks one of them. */
export const REGULAR = { firstSeed: 20_000, runs: 250, salesPerRun: 20 } as const

/** What many seeds came to. */
export type Campaign = {
  readonly runs: number
  readonly sales: number
  readonly paid: number
  /** Seeds that broke a promise, and what they broke. */
  readonly broken: readonly { readonly seed: number; readonly what: readonly string[] }[]
  readonly counts: ReadonlyMap<Counted, number>
  /** What was never met: the simulation was quieter than it should be. */
  readonly unmet: readonly Counted[]
  /** Ascending. */
  readonly settling: Settling
}

export type CampaignOptions = {
  readonly seeds: Iterable<number>
  readonly salesPerRun: number
  readonly masked?: ReadonlySet<FaultKind>
  readonly onRun?: (done: number, sales: number) => void
}

/** Plays one seed after the other and adds up. */
export async function runCampaign(options: CampaignOptions): Promise<Campaign> {
  const { seeds, salesPerRun, masked, onRun } = options
  const counts = new Map<Counted, number>()
  const broken: { seed: number; what: readonly string[] }[] = []
  const settling: Settling = { knownMs: [], neverArrivedMs: [] }
  let [runs, sales, paid] = [0, 0, 0]
  for (const seed of seeds) {
    const result = await runOne(seed, salesPerRun, masked)
    runs += 1
    sales += result.sales
    paid += result.paid
    settling.knownMs.push(...result.settling.knownMs)
    settling.neverArrivedMs.push(...result.settling.neverArrivedMs)
    for (const [kind, count] of result.counts) counts.set(kind, (counts.get(kind) ?? 0) + count)
    if (result.broken.length > 0) broken.push({ seed, what: result.broken })
    onRun?.(runs, sales)
  }
  const unmet = [...FAULT_KINDS, ...MET].filter((kind) => !counts.has(kind))
  for (const list of Object.values(settling)) list.sort((one, other) => one - other)
  return { runs, sales, paid, broken, counts, unmet, settling }
}

/** The value that a share of all, 0 to 1, does not exceed; of ascending values. */
export function percentile(ascending: readonly number[], share: number): number {
  return ascending[Math.min(ascending.length - 1, Math.floor(ascending.length * share))] ?? 0
}

/** A seed made small: the fewest sales, and every fault masked that it does not take. */
export type Shrunk = {
  readonly sales: number
  readonly masked: ReadonlySet<FaultKind>
  readonly result: RunResult
}

/** Finds the smallest run of a failing seed; a kind is masked when the run still fails without it. */
export async function shrink(
  seed: number,
  sales: number,
  begin: ReadonlySet<FaultKind>,
): Promise<Shrunk> {
  let smallest: Shrunk = { sales, masked: begin, result: await runOne(seed, sales, begin) }
  const attempt = async (fewer: number, masked: ReadonlySet<FaultKind>) => {
    const result = await runOne(seed, fewer, masked)
    const fails = result.broken.length > 0
    if (fails) smallest = { sales: fewer, masked, result }
    return fails
  }
  const fewest = async () => {
    for (let fewer = 1; fewer < smallest.sales; fewer += 1) {
      if (await attempt(fewer, smallest.masked)) return
    }
  }
  await fewest()
  for (const kind of FAULT_KINDS) {
    if (!smallest.masked.has(kind))
      await attempt(smallest.sales, new Set([...smallest.masked, kind]))
  }
  await fewest()
  return smallest
}
