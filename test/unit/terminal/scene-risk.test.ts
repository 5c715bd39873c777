import { expect, it } from 'vitest'
import { openGate, type SceneDecision, type SceneRequest } from '../../../src/ports/scene.ts'
import type { Report } from '../../../src/terminal/scene-events.ts'
import { withReports } from '../../../src/terminal/scene-risk.ts'
import { createManualClock } from '../../support/manual-clock.ts'

const CHARGE: SceneRequest = {
  action: 'charge',
  interface: 'MICROPAY',
  role: 'cashier',
  attended: true,
  currency: 'CNY',
  amountFen: 100,
}

function watched(decision: SceneDecision) {
  const clock = createManualClock()
  const reports: Report[] = []
  const refused: string[] = []
  const gate = withReports({ ...openGate('v'), decide: () => decision }, clock, {
    report: (report) => reports.push(report),
    refundRefused: () => refused.push('refund'),
  })
  return { clock, reports, gate, refused }
}

it('tells the service of a refused charge once in a while, after the answer', () => {
  const refusal = { kind: 'refuse', code: 'scene.location_mismatch', check: 'place' } as const
  const { clock, reports, gate } = watched(refusal)
  expect(gate.decide(CHARGE)).toEqual(refusal)
  gate.decide(CHARGE)
  expect(reports).toEqual([])
  clock.advance(0)
  const facts = { interface: 'MICROPAY', code: 'scene.location_mismatch', amount_fen: 100 }
  expect(reports).toEqual([{ kind: 'charge.refused', trigger: 1, facts }])
  clock.advance(599_999)
  gate.decide(CHARGE)
  clock.advance(1)
  gate.decide(CHARGE)
  clock.advance(0)
  expect(reports).toHaveLength(2)
})

it('tells nothing of what is no risk, of screens, and of what was allowed', () => {
  const limit = { kind: 'refuse', code: 'scene.above_day_limit', check: 'limits' } as const
  const one = watched(limit)
  one.gate.decide(CHARGE)
  const two = watched({ kind: 'refuse', code: 'scene.interface_closed', check: 'interface' })
  const { amountFen: _amount, ...asked } = CHARGE
  two.gate.decide({ ...asked, action: 'offer' })
  for (const { clock, reports } of [one, two]) {
    clock.advance(0)
    expect(reports).toEqual([])
  }
})

it('counts a refund that is refused, and none that is allowed', () => {
  const asked = { action: 'refund', interface: 'MICROPAY', role: 'cashier' } as const
  const no = watched({ kind: 'refuse', code: 'scene.refund_blocked', check: 'standing' })
  no.gate.decide(asked)
  no.gate.decide({ ...asked, isDrawn: true })
  no.gate.decide(CHARGE)
  expect(no.refused).toEqual(['refund'])
  const yes = watched({ kind: 'allow', grantVersion: 'v', sendWithoutCredit: false })
  yes.gate.decide(asked)
  expect(yes.refused).toEqual([])
})

it('counts no refund that a screen asked about in order to be drawn', () => {
  const asked = { action: 'refund', interface: 'MICROPAY', role: 'cashier' } as const
  const { gate, refused } = watched({
    kind: 'refuse',
    code: 'scene.refund_blocked',
    check: 'standing',
  })
  expect(gate.decide({ ...asked, isDrawn: true }).kind).toBe('refuse')
  expect(refused).toEqual([])
})
