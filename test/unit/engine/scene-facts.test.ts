import { afterEach, beforeEach, expect, it } from 'vitest'
import { createScriptedGate, type ScriptedGate } from '../../support/scripted-gate.ts'
import { openTill, type Till } from '../../support/till.ts'

let gate: ScriptedGate
let till: Till
beforeEach(async () => {
  gate = createScriptedGate()
  till = await openTill({ scene: gate })
})
afterEach(() => till.close())

const note = () => till.engine.screen().cashier.scene

it('gives the staff the time that deadlines are in, where the gate has one', () => {
  expect(note()).not.toHaveProperty('trustedAtMs')
  gate.setTrustedTime(1_234)
  gate.setMeasures([{ code: 'M2', deadlineAtMs: 5_000 }], 'countdown')
  expect(note()).toMatchObject({ trustedAtMs: 1_234, screen: 'countdown' })
})

it('says why nothing can be given back, apart from why nothing is taken', () => {
  expect(note()).not.toHaveProperty('refundProblem')
  gate.answer(({ action }) =>
    action === 'refund'
      ? { kind: 'refuse', code: 'scene.refund_blocked', check: 'standing' }
      : undefined,
  )
  expect(note()?.refundProblem?.code).toBe('scene.refund_blocked')
  expect(note()).not.toHaveProperty('problem')
})

it('asks about a refund that nobody wants only as one that is drawn', async () => {
  const { id } = await till.sellPaid()
  gate.answer(({ action }) =>
    action === 'refund'
      ? { kind: 'refuse', code: 'scene.refund_blocked', check: 'standing' }
      : undefined,
  )
  const refunds = () => gate.requests.filter(({ action }) => action === 'refund')
  note()
  till.engine.status()
  expect(refunds().length).toBeGreaterThan(0)
  for (const one of refunds()) expect(one).toMatchObject({ isDrawn: true })
  const drawn = refunds().length
  await till.refund(id, 100)
  expect(refunds().slice(drawn)[0]).not.toHaveProperty('isDrawn')
})

it('tells the screens of a stop and of its end without any other event', () => {
  const stops: (string | undefined)[] = []
  till.engine.onScreen(({ cashier }) => stops.push(cashier.stop))
  gate.refuse('scene.suspended')
  gate.change()
  gate.allow()
  gate.change()
  expect(stops).toEqual(['suspended', undefined])
})
