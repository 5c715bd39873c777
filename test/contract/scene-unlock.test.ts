import { afterEach, beforeEach, expect, it } from 'vitest'
import { askTime, unlockClock } from '../../src/terminal/scene-unlock.ts'
import { World } from './sandbox-services-client.ts'
import { SceneTerminal } from './scene-terminal.ts'

const MINUTE_MS = 60_000

let world: World
let till: SceneTerminal
beforeEach(async () => {
  world = await World.start()
  till = await SceneTerminal.open(world)
})
afterEach(async () => {
  await till.stop()
  await world.stop()
})

/** Spends most of a new day's limit and then lets the service's clock go back to the day before. */
async function lock(): Promise<void> {
  // The world begins at 15:08 in Shanghai: 23:50 of that day, then five minutes past midnight.
  till.pass(522 * MINUTE_MS)
  await till.sync()
  till.pass(15 * MINUTE_MS)
  await till.sync()
  const { keeper } = till.parts
  const charge = {
    outTradeNo: 'A1',
    interface: 'MICROPAY',
    amountFen: 999_900,
    withoutCredit: true,
  } as const
  keeper.reserve(charge, { seq: 1, atMs: till.clock.nowMs() })
  keeper.commit({ outTradeNo: 'A1' }, { seq: 2, atMs: till.clock.nowMs() })
  world.clock.advance(-10 * MINUTE_MS)
  await till.sync()
}

const locked = { kind: 'refuse', code: 'scene.clock_rollback' }

it('a clock that is not locked is not unlocked', async () => {
  const asked = await askTime(till.parts)
  expect(asked).toMatchObject({ error: { code: 'clock.not_locked' } })
})

it('goes by the time of the service again, and no counter goes back with it', async () => {
  await lock()
  expect(till.charge()).toMatchObject(locked)
  const fresh = await askTime(till.parts)
  if (!fresh.ok) throw new Error(fresh.error.code)
  // Asking alone changes nothing.
  expect(till.charge()).toMatchObject(locked)
  expect(unlockClock(till.parts, fresh.value, till.clock)).toMatchObject({ ok: true })
  expect(till.parts.keeper.time.nowMs()).toBe(world.clock.nowMs())
  await till.sync()
  expect(till.charge(100)).toMatchObject({ kind: 'allow', ceilingFen: 100 })
  expect(till.charge(101)).toMatchObject({ kind: 'refuse', code: 'scene.above_day_limit' })
  await till.restart()
  await till.sync()
  expect(till.charge(100)).toMatchObject({ kind: 'allow' })
})

it('stays locked without a fresh signed time', async () => {
  await lock()
  await world.done('faults', { fault: 'answer_garbled', times: 5 })
  expect(await askTime(till.parts)).toMatchObject({ error: { code: 'clock.no_signed_time' } })
  expect(till.charge()).toMatchObject(locked)
  await till.restart()
  await till.sync()
  expect(till.charge()).toMatchObject(locked)
})
