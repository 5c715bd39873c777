import { afterEach, beforeAll, expect, test } from 'vitest'
import type { Clock } from '../../../../src/ports/clock.ts'
import { answer } from '../../../support/pay-server.ts'
import { PAID_BODY } from '../answers.ts'
import { type Cast, CHARGE, makeCast, Rig } from './rig.ts'

let cast: Cast
let rig: Rig
beforeAll(async () => {
  cast = await makeCast()
  rig = new Rig(cast)
})
afterEach(() => rig.close())

/** A clock whose timers fire only when the test says so. */
function createTriggerClock() {
  const waiting = new Map<() => void, number>()
  const clock: Clock = {
    nowMs: () => Date.now(),
    monotonicMs: () => performance.now(),
    after(delayMs, fire) {
      waiting.set(fire, delayMs)
      return () => void waiting.delete(fire)
    },
  }
  return {
    clock,
    delays: () => [...waiting.values()],
    fire(delayMs: number) {
      const due = [...waiting].filter(([, wait]) => wait === delayMs)
      for (const [fire] of due) {
        waiting.delete(fire)
        fire()
      }
      return due.length
    },
  }
}

test('the first charge finds a connection that was opened at the start', async () => {
  const server = await rig.server()
  server.reply = answer(200, PAID_BODY)
  const gateway = await rig.gateway(server.origin)
  await expect.poll(() => gateway.health().state).toBe('ok')
  await expect.poll(() => server.seen.length).toBe(1)
  const before = server.connections()
  expect(before).toBeGreaterThan(0)
  expect((await gateway.signCharge(CHARGE).send()).kind).toBe('paid')
  expect(server.connections()).toBe(before)
})

test('with no charge expected the gateway is asked once a minute, no more', async () => {
  const server = await rig.server()
  const { clock, delays } = createTriggerClock()
  const gateway = await rig.gateway(server.origin, { clock })
  await expect.poll(() => delays()).toContain(60_000)
  expect(delays()).not.toContain(2_000)
  gateway.expectCharge()
  expect(delays()).toContain(2_000)
  expect(delays()).not.toContain(60_000)
})

test('an idle connection is touched before the gateway drops it', async () => {
  const server = await rig.server()
  const { clock, delays, fire } = createTriggerClock()
  const gateway = await rig.gateway(server.origin, { clock })
  await expect.poll(() => delays()).toContain(60_000)
  gateway.expectCharge()
  // The server keeps idle connections for 5 s and says so; it is touched 3 s before.
  await expect.poll(() => delays()).toContain(2_000)
  await expect.poll(() => delays()).toContain(3_600_000)
  const before = gateway.health().lastAnswerAtMs ?? 0
  const connections = server.connections()
  expect(fire(2_000)).toBe(1)
  await expect.poll(() => delays()).toContain(2_000)
  expect(gateway.health().lastAnswerAtMs).toBeGreaterThanOrEqual(before)
  expect(server.connections()).toBe(connections)
  await gateway.close()
  expect(delays()).toEqual([])
})

test('a line that comes back is noticed without a charge', async () => {
  const server = await rig.server()
  const { clock, delays, fire } = createTriggerClock()
  const gateway = await rig.gateway(server.origin, { clock })
  await expect.poll(() => delays()).toContain(60_000)
  server.reply = (response) => response.socket?.destroy()
  await gateway.signCharge(CHARGE).send()
  expect(gateway.health()).toMatchObject({ state: 'failing', lastCause: 'gateway.cut_off' })
  expect(fire(2_000)).toBe(1)
  await expect.poll(() => gateway.health().state).toBe('ok')
  expect(gateway.health().lastCause).toBeUndefined()
})

test('an answer at all does not clear a fault of our standing', async () => {
  const server = await rig.server()
  const { clock, delays, fire } = createTriggerClock()
  const gateway = await rig.gateway(server.origin, { clock })
  server.reply = answer(401, { code: 'SIGN_ERROR', message: '签名错误' }, { unsigned: true })
  gateway.expectCharge()
  expect((await gateway.signCharge(CHARGE).send()).kind).toBe('refused')
  await expect.poll(() => delays()).toContain(2_000)
  fire(2_000)
  await expect.poll(() => delays()).toContain(2_000)
  expect(gateway.health()).toMatchObject({ state: 'failing', lastCause: 'gateway.sign_error' })
  server.reply = answer(200, PAID_BODY)
  await gateway.signCharge(CHARGE).send()
  expect(gateway.health()).toMatchObject({ state: 'ok' })
})
