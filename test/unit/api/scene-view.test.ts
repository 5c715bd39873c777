import { afterEach, describe, expect, it } from 'vitest'
import { createDispatch } from '../../../src/api/dispatch.ts'
import { saleSchema } from '../../../src/api/sale-protocol.ts'
import { statusSchema } from '../../../src/api/status-protocol.ts'
import { createScriptedGate } from '../../support/scripted-gate.ts'
import { CODE, openTill, type Till } from '../../support/till.ts'

let till: Till
afterEach(() => till.close())

const NAME = { id: 'POS01', store: '测试店', version: '0' }

describe('the scene as callers see it', () => {
  it('P7: the status says why no new money is taken', async () => {
    const gate = createScriptedGate()
    till = await openTill({ scene: gate })
    gate.refuse('scene.location_mismatch', 'place')
    gate.setMeasures([{ code: 'M2', deadlineAtMs: 1_800_000_000_000 }])
    const answer = await createDispatch(till.engine, { name: NAME })('status.get', {}, ['register'])
    if (!answer.ok) throw new Error(answer.error.code)
    expect(statusSchema.parse(answer.value).scene).toEqual({
      mode: 'enforced',
      grantVersion: 'grant-1',
      measures: [{ code: 'M2', deadlineAtMs: 1_800_000_000_000 }],
      screen: 'as_usual',
      offered: [],
      refusal: { code: 'scene.location_mismatch', check: 'place' },
    })
  })

  it('P7: a sale says why it waits for a code no more', async () => {
    const gate = createScriptedGate()
    till = await openTill({ scene: gate })
    const { id } = await till.sell()
    gate.refuse('scene.location_mismatch', 'place')
    till.scanner.present(CODE)
    const dispatch = createDispatch(till.engine, { name: NAME })
    const answer = await dispatch('sale.get', { saleId: id }, ['register'])
    if (!answer.ok) throw new Error(answer.error.code)
    expect(saleSchema.parse(answer.value)).toMatchObject({
      phase: 'ready',
      outcome: 'NOT_PAID',
      problem: { code: 'scene.location_mismatch', moneyTaken: 'no', detail: 'check: place' },
    })
  })
})
