import { expect, it } from 'vitest'
import { runCampaign } from './campaign.ts'

it('P1 P2 P4 P5 P9: no promise is broken in 150 seeds of crashes, faults and meddling', async () => {
  const campaign = await runCampaign({ firstSeed: 20_000, runs: 150, salesPerRun: 20 })
  expect(campaign.broken).toEqual([])
  expect(campaign.unmet).toEqual([])
  console.log(`simulated ${campaign.sales} sales, ${campaign.paid} paid`)
}, 120_000)
