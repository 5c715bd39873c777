import { expect, it } from 'vitest'
import { openGate, type SceneRequest } from '../../../src/ports/scene.ts'
import { InterfacePauses, withPauses } from '../../../src/terminal/interface-pauses.ts'
import { createManualClock } from '../../support/manual-clock.ts'

it('leaves everything of the gate as it is, its trusted time too', () => {
  const clock = createManualClock()
  const timed = { ...openGate('v'), trustedNowMs: () => 1_900_000_000_000 }
  const asked: SceneRequest = { action: 'refund', interface: 'MICROPAY', role: 'cashier' }
  const gate = withPauses(timed, new InterfacePauses(clock))
  expect(gate.trustedNowMs?.()).toBe(1_900_000_000_000)
  expect(gate.decide(asked)).toEqual(timed.decide(asked))
  expect(gate.offered({ role: 'cashier', attended: true })).toEqual(['MICROPAY'])
  expect(gate.status()).toEqual(timed.status())
})
