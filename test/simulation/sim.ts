/**
 * npm run sim -- [--runs N] [--seed S] [--sales K]: plays N seeds from S on, K sales each, prints how
 * often each fault was met, and fails when a promise was broken or a fault was never met. A seed that
 * fails is printed with the command that plays it again.
 */
import { parseArgs } from 'node:util'
import { runCampaign, shrink } from './campaign.ts'

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '200' },
    seed: { type: 'string', default: '1' },
    sales: { type: 'string', default: '20' },
  },
})
const runs = Number(values.runs)
const salesPerRun = Number(values.sales)
const beganMs = performance.now()

const campaign = await runCampaign({
  firstSeed: Number(values.seed),
  runs,
  salesPerRun,
  onRun: (done) => process.stderr.write(`\r${done} of ${runs} runs, ${done * salesPerRun} sales `),
})
process.stderr.write('\n')
const seconds = (performance.now() - beganMs) / 1_000
console.log(
  `${campaign.sales} sales, ${campaign.paid} paid, ${Math.round(campaign.sales / seconds)} sales per second`,
)
for (const [kind, count] of [...campaign.faults].toSorted()) {
  console.log(`  ${String(count).padStart(9)}  ${kind}`)
}
for (const { seed, what } of campaign.broken.slice(0, 5)) {
  const sales = await shrink(seed, salesPerRun)
  console.log(`BROKEN by seed ${seed}: npm run sim -- --runs 1 --seed ${seed} --sales ${sales}`)
  for (const line of what.slice(0, 5)) console.log(`  ${line}`)
}
// One run is for looking at one seed; it need not meet every fault.
const isQuiet = runs > 1 && campaign.unmet.length > 0
if (isQuiet) console.log(`never met: ${campaign.unmet.join(', ')}`)
console.log(`${campaign.broken.length} of ${runs} seeds broke a promise`)
process.exitCode = campaign.broken.length > 0 || isQuiet ? 1 : 0
