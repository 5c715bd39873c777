import { beforeEach, expect, it } from 'vitest'
import { ok } from '../../../src/base/result.ts'
import type { Operator } from '../../../src/domain/roles.ts'
import type { ActDesk } from '../../../src/engine/act-desk.ts'
import type { AdminWish } from '../../../src/ports/administration.ts'
import { TerminalAdministration } from '../../../src/terminal/administration.ts'
import { InterfacePauses } from '../../../src/terminal/interface-pauses.ts'
import { OperatorSessions } from '../../../src/terminal/operator-sessions.ts'
import { createManualClock } from '../../support/manual-clock.ts'
import { createSeededEntropy } from '../../support/seeded.ts'

const QUIET = { info() {}, warn() {}, error() {} }

let known: readonly Operator[]
let refused: AdminWish[]
let sessions: OperatorSessions
let administration: TerminalAdministration
beforeEach(() => {
  const clock = createManualClock()
  refused = []
  known = [
    { name: '李经理', role: 'manager' },
    { name: '张收银', role: 'cashier' },
  ]
  sessions = new OperatorSessions({ clock, entropy: createSeededEntropy(3), lockAfterMs: 120_000 })
  const acts: Pick<ActDesk, 'recordRefused'> = {
    recordRefused(act) {
      refused.push(act)
      return ok(undefined)
    },
  }
  administration = new TerminalAdministration({
    operators: { list: () => ok(known), verify: () => Promise.reject(new Error('not asked for')) },
    sessions,
    acts: acts as ActDesk,
    pauses: new InterfacePauses(clock),
    scene: undefined,
    view: () => {
      throw new Error('not asked for')
    },
    clock,
    log: QUIET,
  })
})

function authorise(operator: Operator) {
  const session = sessions.begin(operator)
  const ask = () =>
    administration.authorise({
      ...{ session, operation: 'interface.pause', right: 'interface_pause', isIdle: false },
    })
  return ask
}

it('AC-5/terminal: whoever has no right does nothing, and the try is kept', () => {
  expect(authorise({ name: '李经理', role: 'manager' })()).toMatchObject({ ok: true })
  expect(refused).toEqual([])
  const cashier = authorise({ name: '张收银', role: 'cashier' })
  expect(cashier()).toMatchObject({ error: { code: 'operator.not_allowed' } })
  expect(refused).toMatchObject([{ what: 'interface.pause', operator: '张收银' }])
})

it('AC-5/terminal: a session ends with its role, for good', () => {
  const ask = authorise({ name: '李经理', role: 'manager' })
  expect(ask()).toMatchObject({ ok: true })
  const before = known
  for (const now of [[{ name: '李经理', role: 'cashier' as const }], []]) {
    known = now
    expect(ask()).toMatchObject({ error: { code: 'operator.session_ended' } })
    known = before
    expect(ask()).toMatchObject({ error: { code: 'operator.session_ended' } })
  }
})
