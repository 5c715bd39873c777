import { afterEach, describe, expect, it } from 'vitest'
import { ERRORS } from '../../../src/domain/errors.ts'
import type { SceneCode } from '../../../src/domain/scene-errors.ts'
import { WAITS } from '../../../src/domain/waits.ts'
import type { SceneDecision } from '../../../src/ports/scene.ts'
import { bind } from '../../support/bound-journal.ts'
import { createScriptedGate, type ScriptedGate } from '../../support/scripted-gate.ts'
import { paidAnswer, settle } from '../../support/scripted-gateway.ts'
import { CODE, openTill, type Till, type TillOptions } from '../../support/till.ts'

let till: Till
let gate: ScriptedGate
afterEach(() => till.close())

async function open(options: TillOptions = {}): Promise<Till> {
  gate = createScriptedGate()
  till = await openTill({ scene: gate, ...options })
  return till
}

const rowsOf = (kind: string) => till.journal.rows(1, 1_000).filter((row) => row.kind === kind)
const kinds = () => till.gateway.calls.map(({ kind }) => kind)
const REFUSED: SceneDecision = { kind: 'refuse', code: 'scene.suspended', check: 'standing' }

/** Allows so many decisions about charges, then refuses. */
function refuseAfter(allowed: number, code: SceneCode = 'scene.suspended'): void {
  let left = allowed
  gate.answer(({ action }) => {
    if (action !== 'charge') return undefined
    left -= 1
    return left >= 0 ? undefined : { kind: 'refuse', code, check: 'standing' }
  })
}

describe('a sale that the scene refuses', () => {
  it('P7: is not made, and the first failed check is the recorded reason', async () => {
    await open()
    gate.refuse('scene.above_single_limit', 'limits')
    const wish = { kind: 'sale_wanted', amountFen: 1_230, currency: 'CNY', arm: true } as const
    const answer = await till.engine.command(wish, { clientId: 'c1', digest: 'd' })
    expect(answer).toMatchObject({
      ok: false,
      error: { code: 'scene.above_single_limit', moneyTaken: 'no', detail: 'check: limits' },
    })
    const [row] = rowsOf('wish_refused')
    expect(row?.event).toMatchObject({
      kind: 'sale_wanted',
      refusal: 'scene.above_single_limit',
      check: 'limits',
    })
    expect(till.engine.sales(10)).toEqual([])
    gate.allow()
    await expect(till.engine.command(wish, { clientId: 'c1', digest: 'd' })).resolves.toEqual(
      answer,
    )
  })

  it('P7: asks for what is really charged', async () => {
    await open()
    await till.sell(4_567)
    till.scanner.present(CODE)
    const charges = gate.requests.filter(({ action }) => action === 'charge')
    expect(charges.slice(-3)).toEqual(
      Array(3).fill({
        action: 'charge',
        interface: 'MICROPAY',
        amountFen: 4_567,
        currency: 'CNY',
        attended: true,
        role: 'cashier',
      }),
    )
  })

  it('P7: asks as the customer where nobody attends the terminal', async () => {
    await open({ attended: false })
    await till.sell()
    expect(gate.requests).toContainEqual(
      expect.objectContaining({ action: 'charge', attended: false, role: 'customer' }),
    )
  })

  it('P7: is not armed again', async () => {
    await open()
    const sale = await till.sell()
    till.clock.advance(WAITS.armedMs)
    gate.answer(REFUSED)
    await expect(till.wish('arm_wanted', sale.id)).resolves.toMatchObject({
      ok: false,
      error: { code: 'scene.suspended' },
    })
    expect(till.sale(sale.id).phase).toBe('ready')
    expect(till.engine.screen().cashier.intents).not.toContain('arm')
  })

  it('is told first what is wrong with the sale itself', async () => {
    await open()
    const sale = await till.sell()
    gate.answer(REFUSED)
    await till.wish('cancel_wanted', sale.id)
    await expect(till.wish('arm_wanted', sale.id)).resolves.toMatchObject({
      error: { code: 'sale.closed' },
    })
  })
})

describe('a code that comes when the scene refuses', () => {
  it('P7: makes no attempt; the reason is in the journal and on the sale', async () => {
    await open()
    const sale = await till.sell()
    refuseAfter(0)
    till.scanner.present(CODE)
    await settle()
    expect(till.gateway.calls).toEqual([])
    expect(rowsOf('scene_refused')[0]?.event).toMatchObject({
      code: 'scene.suspended',
      check: 'standing',
      moment: 'code',
    })
    expect(till.sale(sale.id)).toMatchObject({
      phase: 'ready',
      attempts: [],
      sceneRefusal: { code: 'scene.suspended', check: 'standing' },
    })
    expect(till.scanner.status().enabled).toBe(false)
  })

  it('P6: is kept nowhere', async () => {
    await open()
    await till.sell()
    refuseAfter(0)
    till.scanner.present(CODE)
    expect(JSON.stringify(till.journal.rows(1, 1_000))).not.toContain(CODE)
  })

  it('P9: staff see the reason, the customer what to do next', async () => {
    await open()
    await till.sell()
    refuseAfter(0)
    till.scanner.present(CODE)
    const { cashier, customer } = till.engine.screen()
    expect(cashier).toMatchObject({ state: 'not_paid', problem: { code: 'scene.suspended' } })
    expect(customer).toMatchObject({
      state: 'not_paid',
      hint: ERRORS['scene.suspended'].customer,
    })
    expect(JSON.stringify(customer)).not.toContain('suspended')
  })

  it('may be taken again when the scene allows it again', async () => {
    await open()
    const sale = await till.sell()
    refuseAfter(0)
    till.scanner.present(CODE)
    gate.allow()
    await till.wish('arm_wanted', sale.id)
    expect(till.sale(sale.id)).not.toHaveProperty('sceneRefusal')
    till.clock.advance(1_500)
    till.scanner.present(CODE)
    await till.gateway.last().answer(paidAnswer(till.gateway.last()))
    expect(till.sale(sale.id).phase).toBe('paid')
  })

  it('P7: records with the attempt what permitted it', async () => {
    await open()
    const sale = await till.sell()
    gate.setVersion('grant-2')
    till.scanner.present(CODE)
    expect(till.sale(sale.id).attempts[0]?.grantVersion).toBe('grant-2')
  })
})

describe('a scene that changes between the disk and the wire', () => {
  it('P7: no byte leaves, and the attempt is not paid with the reason', async () => {
    await open()
    const sale = await till.sell()
    refuseAfter(1)
    till.scanner.present(CODE)
    await settle()
    expect(till.gateway.calls).toEqual([])
    expect(rowsOf('code_scanned')).toHaveLength(1)
    expect(rowsOf('charge_withheld')[0]?.event).toMatchObject({
      code: 'scene.suspended',
      check: 'standing',
    })
    expect(till.sale(sale.id)).toMatchObject({
      phase: 'ready',
      attempts: [{ outcome: 'NOT_PAID', cause: 'scene.suspended', sent: false, awaits: 'nothing' }],
    })
    expect(till.engine.pending()).toEqual([])
    expect(gate.counted).toEqual([expect.stringMatching(/^release /)])
  })

  it('P7: what permits it must be what was recorded', async () => {
    await open()
    const sale = await till.sell()
    let asked = 0
    gate.answer(({ action }) => {
      if (action === 'charge' && ++asked === 2) gate.setVersion('grant-2')
      return undefined
    })
    till.scanner.present(CODE)
    await settle()
    expect(till.gateway.calls).toEqual([])
    expect(till.sale(sale.id).attempts[0]).toMatchObject({
      grantVersion: 'grant-1',
      outcome: 'NOT_PAID',
      cause: 'scene.changed',
    })
  })

  it('P5: is in flight until its reason is durable too', async () => {
    let isFull = false
    await open({
      wrapJournal: (journal) => ({
        ...bind(journal),
        append: (entry) =>
          isFull && entry.kind === 'charge_withheld'
            ? {
                ok: false,
                error: { ...ERRORS['journal.unavailable'], code: 'journal.unavailable' },
              }
            : journal.append(entry),
      }),
    })
    const sale = await till.sell()
    isFull = true
    refuseAfter(1)
    till.scanner.present(CODE)
    expect(till.sale(sale.id).phase).toBe('in_flight')
    isFull = false
    till.clock.advance(WAITS.journalRetryMs)
    expect(till.sale(sale.id).attempts[0]).toMatchObject({ outcome: 'NOT_PAID', sent: false })
  })
})

describe('a scene that changes while a code is waited for', () => {
  it('P7: disarms when the offer is gone', async () => {
    await open()
    const sale = await till.sell()
    gate.answer(REFUSED)
    gate.change()
    expect(till.sale(sale.id)).toMatchObject({
      phase: 'ready',
      sceneRefusal: { code: 'scene.suspended' },
    })
    expect(rowsOf('scene_refused')[0]?.event).toMatchObject({ moment: 'change' })
    expect(till.scanner.status().enabled).toBe(false)
    till.scanner.present(CODE)
    expect(till.gateway.calls).toEqual([])
  })

  it('stays armed when the sale may still be charged', async () => {
    await open()
    const sale = await till.sell()
    gate.setVersion('grant-2')
    gate.change()
    expect(till.sale(sale.id).phase).toBe('armed')
  })

  it('P9: nobody is at the till: it says stopped, and why only to staff', async () => {
    await open()
    gate.answer(REFUSED)
    gate.change()
    const { cashier, customer } = till.engine.screen()
    expect(cashier).toMatchObject({
      state: 'stopped',
      problem: { code: 'scene.suspended' },
      scene: { problem: { code: 'scene.suspended' } },
    })
    expect(customer).toEqual({
      state: 'stopped',
      store: '测试店',
      hint: ERRORS['scene.suspended'].customer,
    })
    gate.allow()
    gate.change()
    expect(till.engine.screen().cashier.state).toBe('ready')
  })

  it('P8: leaves a payment that is in flight alone', async () => {
    await open()
    const sale = await till.sell()
    till.scanner.present(CODE)
    gate.answer(REFUSED)
    gate.change()
    await till.gateway.last().answer({ kind: 'paying' })
    till.clock.advance(WAITS.firstQueryMs)
    expect(till.gateway.last().kind).toBe('query')
    await till.gateway.last().answer(paidAnswer(till.gateway.last()))
    expect(till.sale(sale.id).phase).toBe('paid')
    expect(till.engine.screen().customer.state).toBe('paid')
  })

  it('tells nobody any more once it stopped', async () => {
    await open()
    expect(gate.listeners).toBe(1)
    await till.engine.stop()
    expect(gate.listeners).toBe(0)
    expect(() => gate.change()).not.toThrow()
  })
})

describe('recovery', () => {
  it('P8: queries and reverses whatever the scene refuses to new money', async () => {
    await open()
    const sale = await till.sell()
    till.scanner.present(CODE)
    gate.answer(REFUSED)
    gate.change()
    await till.gateway.last().answer({ kind: 'unknown', cause: 'gateway.timeout', sent: true })
    till.clock.advance(WAITS.firstQueryMs)
    await till.gateway.last().answer({ kind: 'unpaid' })
    await till.wish('cancel_wanted', sale.id)
    await till.gateway.last().answer({ kind: 'unpaid' })
    till.clock.advance(WAITS.reverseNotBeforeMs)
    await till.gateway.last().answer({ kind: 'reversed' })
    await till.gateway.last().answer({ kind: 'closed' })
    expect(kinds()).toEqual(['charge', 'query', 'query', 'reverse', 'query'])
    expect(till.sale(sale.id)).toMatchObject({
      phase: 'closed',
      attempts: [{ outcome: 'NOT_PAID' }],
    })
  })

  it('P8: ends only when the gate ends it, with nothing sent and nothing claimed', async () => {
    await open()
    const sale = await till.sell()
    till.scanner.present(CODE)
    await till.gateway.last().answer({ kind: 'unknown', cause: 'gateway.timeout', sent: true })
    gate.answerRecovery({ kind: 'refuse', code: 'scene.recovery_ended', check: 'standing' })
    for (let round = 0; round < 20; round += 1) {
      till.clock.advance(60_000)
      await settle()
    }
    expect(kinds()).toEqual(['charge'])
    expect(till.sale(sale.id).attempts[0]).toMatchObject({
      outcome: 'UNKNOWN',
      cause: 'scene.recovery_ended',
      reversalsOutstanding: 0,
    })
    expect(gate.requests).toContainEqual(
      expect.objectContaining({ action: 'query', inFlight: true }),
    )
    expect(gate.requests).toContainEqual(
      expect.objectContaining({ action: 'reverse', inFlight: true }),
    )
  })
})
