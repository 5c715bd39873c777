import { afterEach, beforeEach, expect, it } from 'vitest'
import { ADDRESS, sendRaw, World } from './sandbox-services-client.ts'

let world: World
beforeEach(async () => {
  world = await World.start()
})
afterEach(() => world.stop())

it('AC-12c: an address without a photo gets neither codes nor face approved', async () => {
  await world.admit()
  const interfaces = ['MICROPAY', 'FACEPAY'].map((type) => ({
    type,
    evidence: { address: ADDRESS },
  }))
  for (const wish of [interfaces, interfaces.slice(0, 1), interfaces.slice(1)]) {
    const { status, value } = await world.apply(wish)
    expect(status).toBe(409)
    const faults = wish.map(({ type }) => `evidence.missing:${type}:photo`)
    expect(value.faults).toEqual(faults)
  }
  expect((await world.control('overview')).value.applications).toEqual([])
})

it.each([
  '/mmpaymkttransfers/sendredpack',
  '/mmpaymkttransfers/sendgroupredpack',
  '/v3/marketing/favor/stocks',
  '/v3/transfer/batches',
])('AC-14g/service: there is no %s', async (path) => {
  const raw = await sendRaw(world.dir, `${world.sandbox.origin}${path}`, {
    method: 'POST',
    body: '{}',
  })
  expect(raw.status).toBe(404)
})
