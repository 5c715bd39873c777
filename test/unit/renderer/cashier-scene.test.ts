import { expect, test } from 'vitest'
import type { typeKey } from '../../../renderer/cashier/entry.ts'
import { reduceRefund } from '../../../renderer/cashier/refund-state.ts'
import { NO_REFUND } from '../../../renderer/cashier/refund-types.ts'
import { NO_SHIFT, reduceShift } from '../../../renderer/cashier/shift-state.ts'
import {
  type CashierState,
  canLeavePanel,
  canRefund,
  initialCashier,
  padIsOpen,
  panelLook,
  passedCeilingFen,
  reduceCashier,
} from '../../../renderer/cashier/state.ts'
import { problem } from '../../../src/domain/errors.ts'
import type { CashierScreen, SceneNote, ScreenModel } from '../../../src/screen/model.ts'

const NOTE: SceneNote = { screen: 'as_usual', measures: [], noCredit: false }

function model(cashier: Partial<CashierScreen>): ScreenModel {
  return {
    revision: 1,
    atMs: 1_000,
    cashier: {
      ...{ state: 'ready', store: 's', terminal: 't', intents: [], lights: [], recent: [] },
      ...{ pending: 0, mayRefund: true, pendingSales: [] },
      ...cashier,
    },
    customer: { state: 'ready', store: 's' },
  }
}

function showing(cashier: Partial<CashierScreen>, typed = ''): CashierState {
  const open = reduceCashier(initialCashier('zh-CN'), { kind: 'link', state: 'open' }).state
  const seen = reduceCashier(open, { kind: 'model', model: model(cashier), atMs: 5 }).state
  const keys = [...typed] as Parameters<typeof typeKey>[1][]
  return keys.reduce((state, key) => reduceCashier(state, { kind: 'type', key }).state, seen)
}

const CEILING = { scene: { ...NOTE, ceilingFen: 10_000 } }

test('the ceiling itself is collected, a fen more is said while it is typed and sends nothing', () => {
  const most = showing(CEILING, '100.00')
  expect(passedCeilingFen(most)).toBeUndefined()
  expect(reduceCashier(most, { kind: 'collect' }).act?.input).toEqual({ amountFen: 10_000 })
  const more = showing(CEILING, '100.01')
  expect(passedCeilingFen(more)).toBe(10_000)
  const step = reduceCashier(more, { kind: 'collect' })
  expect(step.act).toBeUndefined()
  expect(step.state.entry.text).toBe('100.01')
  const erased = reduceCashier(more, { kind: 'erase' }).state
  expect(passedCeilingFen(erased)).toBeUndefined()
})

test('a ceiling that comes while an amount is typed holds at once', () => {
  const typed = showing({}, '200')
  const next = reduceCashier(typed, { kind: 'model', model: model(CEILING), atMs: 6 }).state
  expect(passedCeilingFen(next)).toBe(10_000)
  expect(reduceCashier(next, { kind: 'collect' }).act).toBeUndefined()
})

test.each(['ready', 'paid', 'not_paid'] as const)(
  'on %s nothing is typed while a stop is on',
  (state) => {
    const stopped = showing({ state, stop: 'suspended' }, '5')
    expect(padIsOpen(stopped)).toBe(false)
    expect(stopped.entry.text).toBe('')
    expect(reduceCashier(stopped, { kind: 'collect' }).act).toBeUndefined()
  },
)

test('a stop by the scene has a title of its own, leaves shift and refunds, and lifts with the model', () => {
  const stopped = showing({ state: 'stopped', stop: 'way_closed', scene: NOTE })
  expect(panelLook(stopped).title).toBe('stop.way_closed.title')
  expect(canLeavePanel(stopped)).toBe(true)
  expect(canRefund(stopped)).toBe(true)
  const lifted = reduceCashier(stopped, { kind: 'model', model: model({}), atMs: 9 }).state
  expect(padIsOpen(lifted)).toBe(true)
  const blocked = { ...NOTE, refundProblem: problem('scene.refund_blocked') }
  expect(canRefund(showing({ state: 'stopped', stop: 'suspended', scene: blocked }))).toBe(false)
})

test('a journal that cannot be written leaves nothing, not even a shift', () => {
  const stopped = showing({ state: 'stopped', stop: 'terminal' })
  expect(panelLook(stopped).title).toBe('state.stopped.title')
  expect(canLeavePanel(stopped)).toBe(false)
  expect(canLeavePanel(showing({ state: 'stopped' }))).toBe(false)
})

test('a stop that comes over an open view does not close it', () => {
  const stopped = model({ state: 'stopped', stop: 'suspended' })
  const dead = model({ state: 'stopped', stop: 'terminal' })
  const shift = { ...NO_SHIFT, isShown: true, wanted: 'last' as const }
  const onShift = (seen: ScreenModel) =>
    reduceShift(shift, { kind: 'model', before: seen, model: seen, language: 'en' }).state.isShown
  expect([onShift(stopped), onShift(dead)]).toEqual([true, false])
  const refund = { ...NO_REFUND, step: 'list' as const }
  const onRefund = (seen: ScreenModel) =>
    reduceRefund(refund, { kind: 'model', model: seen }).state.step
  expect([onRefund(stopped), onRefund(dead)]).toEqual(['list', 'hidden'])
})
