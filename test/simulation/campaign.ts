import { FAULTS, type FaultKind } from './faults.ts'
import { runOne } from './run-one.ts'

/** What many seeds came to. */
export type Campaign = {
  readonly runs: number
  readonly sales: number
  readonly paid: number
  /** Seeds that broke a promise, and what they broke. */
  readonly broken: readonly { readonly seed: number; readonly what: readonly string[] }[]
  readonly faults: ReadonlyMap<FaultKind, number>
  /** Fault kinds that were never met: the simulation was quieter than it should be. */
  readonly unmet: readonly FaultKind[]
}

export type CampaignOptions = {
  readonly firstSeed: number
  readonly runs: number
  readonly salesPerRun: number
  readonly onRun?: (done: number) => void
}

/** Plays one seed after the other and adds up. */
export async function runCampaign(options: CampaignOptions): Promise<Campaign> {
  const { firstSeed, runs, salesPerRun, onRun } = options
  const faults = new Map<FaultKind, number>()
  const broken: { seed: number; what: readonly string[] }[] = []
  let paid = 0
  for (let index = 0; index < runs; index += 1) {
    const result = await runOne(firstSeed + index, salesPerRun)
    paid += result.paid
    for (const [kind, count] of result.faults) faults.set(kind, (faults.get(kind) ?? 0) + count)
    if (result.broken.length > 0) broken.push({ seed: result.seed, what: result.broken })
    onRun?.(index + 1)
  }
  const kinds = Object.keys(FAULTS) as FaultKind[]
  const unmet = kinds.filter((kind) => !faults.has(kind))
  return { runs, sales: runs * salesPerRun, paid, broken, faults, unmet }
}

/** The shortest run of a seed, in sales, that still breaks a promise. */
export async function shrink(seed: number, sales: number): Promise<number> {
  let failing = sales
  for (let fewer = 1; fewer < failing; fewer += 1) {
    if ((await runOne(seed, fewer)).broken.length > 0) failing = fewer
  }
  return failing
}
