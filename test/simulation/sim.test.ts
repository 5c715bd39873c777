import { expect, it } from 'vitest'
import { percentile, REGULAR, runCampaign } from './campaign.ts'
import { FAILED_ONCE } from './failed-once.ts'
import { runOne } from './run-one.ts'

/**
 * The real engine, reducer, SQLite journal (every eighth seed in files that may tear) and gateway
 * client, against a gateway, a network and people that are simulated.
 */
it('P1 P2 P3 P4 P5 P6 P7 P8 P9: no promise breaks in the regular seeds of crashes, faults and meddling', async () => {
  const { runs, firstSeed, salesPerRun } = REGULAR
  const seeds = Array.from({ length: runs }, (_, index) => firstSeed + index)
  const beganMs = performance.now()
  const campaign = await runCampaign({ seeds, salesPerRun })
  const tookS = (performance.now() - beganMs) / 1_000
  expect(campaign.broken).toEqual([])
  expect(campaign.unmet).toEqual([])
  const { knownMs, neverArrivedMs } = campaign.settling
  expect(percentile(knownMs, 0.99)).toBeLessThan(45_000)
  // "No such order" is believed 60 s after the submit at the earliest (docs/decisions/0018).
  expect(percentile(neverArrivedMs, 0.99)).toBeLessThan(70_000)
  const perSecond = Math.round((runs * 10) / tookS) / 10
  console.log(
    `simulated ${campaign.sales} sales, ${campaign.paid} paid; ` +
      `${runs} seeds in ${Math.round(tookS)} s, ${perSecond} per second`,
  )
}, 240_000)

it.each(FAILED_ONCE)('seed $seed of $sales sales, which once broke: $what', async (failed) => {
  const result = await runOne(failed.seed, failed.sales, new Set(failed.masked))
  expect(result.broken).toEqual([])
})

it('the same seed is the same run', async () => {
  const [one, other] = [await runOne(4, 10), await runOne(4, 10)]
  expect([...other.counts]).toEqual([...one.counts])
  expect(other.settling).toEqual(one.settling)
})
