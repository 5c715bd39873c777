import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { WAITS } from '../../../src/domain/waits.ts'
import type { GatewayAnswer } from '../../../src/ports/gateway.ts'
import { createManualClock } from '../../support/manual-clock.ts'
import { createScriptedGate, type ScriptedGate } from '../../support/scripted-gate.ts'
import { type Call, paidAnswer } from '../../support/scripted-gateway.ts'
import { openTill, type Till } from '../../support/till.ts'

let gate: ScriptedGate
let till: Till
const clock = createManualClock()
beforeEach(async () => {
  gate = createScriptedGate()
  gate.allow({ sendWithoutCredit: true })
  till = await openTill({ scene: gate, canExcludeCredit: true, clock })
})
afterEach(() => till.close())

function paidWith(call: Call, paidBy?: 'CREDIT' | 'QUICK', more: object = {}): GatewayAnswer {
  return { ...paidAnswer(call), ...(paidBy ? { paidBy } : {}), ...more } as GatewayAnswer
}

async function charge(): Promise<string> {
  const { id } = await till.sell()
  till.scanner.present(till.freshCode())
  return id
}

const last = () => till.gateway.last()
const attemptOf = (id: string) => till.sale(id).attempts.at(-1)

describe('a payment by credit of an order that excluded it', () => {
  it('M5/violation is reversed, is never told as PAID, and gives its room back', async () => {
    const states: string[] = []
    till.engine.onScreen(({ cashier, customer }) => states.push(cashier.state, customer.state))
    const id = await charge()
    await last().answer(paidWith(last(), 'CREDIT'))
    expect(attemptOf(id)).toMatchObject({ outcome: 'UNKNOWN', phase: 'reversing' })
    expect(till.engine.screen().cashier.state).toBe('reversing')
    clock.advance(WAITS.reverseNotBeforeMs)
    expect(last().kind).toBe('reverse')
    await last().answer({ kind: 'reversed' })
    await last().answer({ kind: 'closed' })
    expect(till.sale(id)).toMatchObject({ phase: 'ready' })
    expect(attemptOf(id)).toMatchObject({
      ...{ outcome: 'NOT_PAID', cause: 'gateway.channel_forbidden' },
      ...{ paidBy: 'CREDIT', channelForbidden: true },
    })
    expect(till.engine.screen().cashier.problem).toMatchObject({
      code: 'gateway.channel_forbidden',
      moneyTaken: 'no',
    })
    expect(states).not.toContain('paid')
    expect(gate.counted.at(-1)).toMatch(/^release /)
  })

  it('M5/violation is reversed although a later answer does not name the channel', async () => {
    const id = await charge()
    await last().answer(paidWith(last(), 'CREDIT'))
    clock.advance(WAITS.reverseNotBeforeMs)
    await last().answer({ kind: 'refused', cause: 'gateway.not_settled' } as never)
    clock.advance(WAITS.queryEveryMs)
    expect(last().kind).toBe('query')
    await last().answer(paidWith(last()))
    expect(attemptOf(id)).toMatchObject({ outcome: 'UNKNOWN', phase: 'reversing' })
  })

  it('M5/violation goes on being reversed by the next start', async () => {
    const id = await charge()
    await last().answer(paidWith(last(), 'CREDIT'))
    await till.engine.stop()
    till.journal.close()
    const second = await openTill({ journalFile: till.journalFile, clock, seed: 2, scene: gate })
    const { gateway } = second
    await gateway.last().answer(paidWith(gateway.last()))
    clock.advance(WAITS.reverseNotBeforeMs)
    expect(gateway.last().kind).toBe('reverse')
    await gateway.last().answer({ kind: 'reversed' })
    await gateway.last().answer({ kind: 'closed' })
    const [attempt] = second.sale(id).attempts
    expect(attempt).toMatchObject({ outcome: 'NOT_PAID', cause: 'gateway.channel_forbidden' })
    await second.close()
  })

  it('is told as it is when it takes no reversal any more', async () => {
    const id = await charge()
    await last().answer(paidWith(last(), 'CREDIT', { refunded: true }))
    expect(attemptOf(id)).toMatchObject({ outcome: 'PAID', channelForbidden: true })
  })

  it.each(['QUICK', undefined] as const)('is none when the result names %s', async (paidBy) => {
    const id = await charge()
    await last().answer(paidWith(last(), paidBy))
    expect(attemptOf(id)).toMatchObject({ outcome: 'PAID' })
    expect(attemptOf(id)).not.toHaveProperty('channelForbidden')
  })

  it('is none when the order did not exclude it', async () => {
    gate.allow()
    const id = await charge()
    await last().answer(paidWith(last(), 'CREDIT'))
    expect(attemptOf(id)).toMatchObject({ outcome: 'PAID', paidBy: 'CREDIT' })
    expect(gate.counted.at(-1)).toMatch(/^commit .* CREDIT$/)
  })
})
