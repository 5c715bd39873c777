import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { WAITS } from '../../../src/domain/waits.ts'
import { createScriptedGate, type ScriptedGate } from '../../support/scripted-gate.ts'
import { CODE, openTill, type Till } from '../../support/till.ts'

let gate: ScriptedGate
let till: Till
beforeEach(async () => {
  gate = createScriptedGate()
  till = await openTill({ scene: gate })
})
afterEach(() => till.close())

/** A newer grant was announced and is not here. */
function announce(): void {
  gate.refuse('scene.grant_old', 'version')
  gate.change()
}

function arrive(): void {
  gate.setVersion('grant-2')
  gate.allow()
  gate.change()
}

const cashier = () => till.engine.screen().cashier

describe('a newer grant that was announced (P7)', () => {
  it('leaves a sale armed, and its code is charged under the new grant', async () => {
    const { id } = await till.sell()
    announce()
    expect(cashier().state).toBe('waiting_code')
    expect(cashier()).not.toHaveProperty('stop')
    expect(cashier().scene).not.toHaveProperty('problem')
    till.clock.advance(WAITS.grantFollowsMs - 1)
    arrive()
    till.clock.advance(WAITS.grantFollowsMs)
    expect(till.engine.sale(id)?.phase).toBe('armed')
    till.scanner.present(CODE)
    expect(till.engine.sale(id)?.attempts[0]).toMatchObject({ grantVersion: 'grant-2' })
  })

  it('charges nothing before it is here, and asks for the same code again', async () => {
    const { id } = await till.sell()
    announce()
    till.scanner.present(CODE)
    expect(till.gateway.calls).toEqual([])
    expect(till.engine.sale(id)).toMatchObject({ phase: 'armed', attempts: [] })
    expect(cashier().notice?.problem).toMatchObject({
      code: 'scene.grant_updating',
      moneyTaken: 'no',
    })
    expect(till.engine.screen().customer.hint?.en).toContain('show the code again')
    arrive()
    // A scanner that sees a label without end reads it once; somebody shows it again.
    till.clock.advance(3_000)
    till.scanner.present(CODE)
    expect(till.gateway.calls).toHaveLength(1)
  })

  it('refuses a new sale with that reason, and takes no screen away', async () => {
    announce()
    expect(cashier().state).toBe('ready')
    const wish = { kind: 'sale_wanted', amountFen: 100, currency: 'CNY', arm: true } as const
    const refused = await till.engine.command(wish, { clientId: 'c-1', digest: 'd' })
    expect(refused).toMatchObject({ ok: false, error: { code: 'scene.grant_updating' } })
  })

  it('stops what waits for it when it does not come', async () => {
    const { id } = await till.sell()
    announce()
    till.clock.advance(WAITS.grantFollowsMs)
    expect(till.engine.sale(id)).toMatchObject({
      phase: 'ready',
      sceneRefusal: { code: 'scene.grant_old', check: 'version' },
    })
    expect(cashier().stop).toBe('suspended')
    // Each announcement has its own few seconds, counted from the first sight of it.
    arrive()
    announce()
    expect(cashier()).not.toHaveProperty('stop')
  })

  it('stops at once for any other reason', async () => {
    const { id } = await till.sell()
    announce()
    gate.refuse('scene.suspended')
    gate.change()
    expect(till.engine.sale(id)?.sceneRefusal?.code).toBe('scene.suspended')
  })
})
