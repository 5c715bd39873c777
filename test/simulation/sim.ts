/**
 * npm run sim -- [--runs N] [--seed S] [--sales K] [--only kind,kind] [--rows]: plays N seeds from
 * S on, K sales each, prints how often each fault was met and how long outcomes took, and fails when
 * a promise was broken or a fault was never met. A seed that fails is made small and printed with the
 * command that plays it again; --rows prints what
 * its journal holds.
 */
import { parseArgs } from 'node:util'
import { percentile, runCampaign, type Shrunk, shrink } from './campaign.ts'
import { FAULT_KINDS, type FaultKind } from './faults.ts'

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '200' },
    seed: { type: 'string', default: '1' },
    sales: { type: 'string', default: '20' },
    only: { type: 'string' },
    rows: { type: 'boolean', default: false },
  },
})
const runs = Number(values.runs)
const firstSeed = Number(values.seed)
const salesPerRun = Number(values.sales)
const only = values.only?.split(',').filter((name) => name !== '')
const unknown = only?.filter((name) => !FAULT_KINDS.includes(name as FaultKind)) ?? []
if (unknown.length > 0) throw new Error(`no such fault: ${unknown.join(', ')}`)
const masked = new Set(only ? FAULT_KINDS.filter((kind) => !only.includes(kind)) : [])

function seconds(ms: number): string {
  return `${Math.round(ms / 100) / 10} s`
}

function replay(seed: number, { sales, masked: without }: Shrunk): string {
  const left = FAULT_KINDS.filter((kind) => !without.has(kind))
  return `npm run sim -- --runs 1 --seed ${seed} --sales ${sales} --only ${left.join(',') || ','}`
}

async function tellBroken(seed: number, what: readonly string[]): Promise<void> {
  console.log(
    `BROKEN by seed ${seed}: npm run sim -- --runs 1 --seed ${seed} --sales ${values.sales}`,
  )
  for (const line of what.slice(0, 5)) console.log(`  ${line}`)
  const small = await shrink(seed, salesPerRun, masked)
  console.log(`  made small: ${replay(seed, small)}`)
  for (const line of small.result.broken.slice(0, 5)) console.log(`  ${line}`)
  if (values.rows) for (const row of small.result.rows) console.log(`  ${row}`)
}

const beganMs = performance.now()
let toldMs = beganMs
const campaign = await runCampaign({
  seeds: Array.from({ length: runs }, (_, index) => firstSeed + index),
  salesPerRun,
  masked,
  onRun: (done, sales) => {
    const nowMs = performance.now()
    if (nowMs - toldMs < 1_000) return
    toldMs = nowMs
    const rate = Math.round((sales * 1_000) / (nowMs - beganMs))
    process.stderr.write(`\r${done} of ${runs} runs, ${sales} sales, ${rate} sales per second `)
  },
})
process.stderr.write('\n')
const tookS = (performance.now() - beganMs) / 1_000
const cpu = process.cpuUsage()
const cpuS = (cpu.user + cpu.system) / 1_000_000
for (const [kind, count] of [...campaign.counts].toSorted()) {
  console.log(`  ${String(count).padStart(9)}  ${kind}`)
}
console.log(
  `${campaign.runs} runs, ${campaign.sales} sales, ${campaign.paid} paid, ` +
    `${Math.round(campaign.runs / tookS)} runs and ${Math.round(campaign.sales / tookS)} sales ` +
    `per second, ${Math.round(campaign.sales / cpuS)} sales per second of CPU`,
)
const { knownMs, neverArrivedMs } = campaign.settling
for (const [name, list] of [
  ['attempts the gateway knew', knownMs],
  ['attempts it never knew', neverArrivedMs],
] as const) {
  console.log(
    `${list.length} ${name} settled after the last fault: p50 ${seconds(percentile(list, 0.5))}, ` +
      `p99 ${seconds(percentile(list, 0.99))}, longest ${seconds(list.at(-1) ?? 0)}`,
  )
}
for (const { seed, what } of campaign.broken.slice(0, 5)) await tellBroken(seed, what)
// A few runs are for looking at a seed; they need not meet every fault.
const isQuiet = runs >= 100 && masked.size === 0 && campaign.unmet.length > 0
if (isQuiet) console.log(`never met: ${campaign.unmet.join(', ')}`)
console.log(`${campaign.broken.length} of ${runs} seeds broke a promise`)
process.exitCode = campaign.broken.length > 0 || isQuiet ? 1 : 0
