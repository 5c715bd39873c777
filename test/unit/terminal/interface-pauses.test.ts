import { expect, it } from 'vitest'
import { openGate, type SceneGate, type SceneRequest } from '../../../src/ports/scene.ts'
import { InterfacePauses, withPauses } from '../../../src/terminal/interface-pauses.ts'
import { createManualClock } from '../../support/manual-clock.ts'

const ASKED = { interface: 'MICROPAY', role: 'cashier' } as const
const NEW_MONEY = { ...ASKED, attended: true, currency: 'CNY' } as const
const REQUESTS: readonly SceneRequest[] = [
  { ...NEW_MONEY, action: 'charge', amountFen: 100 },
  { ...NEW_MONEY, action: 'offer' },
  { ...ASKED, action: 'refund' },
  { ...ASKED, action: 'query', inFlight: true },
  { ...ASKED, action: 'reverse', inFlight: true },
]

function paused(gate: SceneGate = openGate('v')) {
  const pauses = new InterfacePauses(createManualClock())
  pauses.adopt([{ interface: 'MICROPAY', operator: 'M1', reason: 'repair', sinceMs: 0 }])
  return withPauses(gate, pauses)
}

it('P7: a paused interface takes no new money and is not offered', () => {
  const gate = paused()
  const refused = REQUESTS.filter((request) => gate.decide(request).kind === 'refuse')
  expect(refused.map(({ action }) => action)).toEqual(['charge', 'offer'])
  expect(gate.offered({ role: 'cashier', attended: true })).not.toContain('MICROPAY')
  const { interface: _paused, ...other } = NEW_MONEY
  expect(gate.decide({ ...other, interface: 'FACEPAY', action: 'offer' }).kind).toBe('allow')
})

it('P8: a pause never stops what settles money in flight', () => {
  const gate = paused()
  for (const action of ['query', 'reverse'] as const) {
    expect(gate.decide({ ...ASKED, action, inFlight: true }).kind).toBe('allow')
  }
})

it('leaves the time of the gate as it is: deadlines are in it', () => {
  expect(paused({ ...openGate('v'), trustedNowMs: () => 1_234 }).trustedNowMs?.()).toBe(1_234)
  expect(paused().trustedNowMs?.()).toBeUndefined()
})
