import { expect, test } from 'vitest'
import {
  canAct,
  NO_SHIFT,
  reduceShift,
  type ShiftEvent,
  type ShiftState,
  type ShiftStep,
} from '../../../renderer/cashier/shift-state.ts'
import { TEXTS } from '../../../renderer/text/translate.ts'
import { problem } from '../../../src/domain/errors.ts'
import type { ScreenState } from '../../../src/screen/model.ts'
import { modelOf } from '../../e2e/screens-fixtures.ts'
import { BUSY_SHIFT, QUIET_SHIFT, shiftAnswer } from '../../e2e/shift-fixtures.ts'

const language = 'zh-CN' as const
const CURRENT = { operation: 'shift.current', input: { language } } as const
const LAST = { operation: 'shift.list', input: { limit: 1, language } } as const
const CLOSE = {
  operation: 'shift.close',
  input: { operator: '张敏', number: 128, carryUnsettled: false, language },
} as const

function after(state: ShiftState, ...events: ShiftEvent[]): ShiftStep {
  return events.reduce<ShiftStep>((step, event) => reduceShift(step.state, event), { state })
}

function showing(shift = QUIET_SHIFT): ShiftState {
  const value = shiftAnswer(shift, language)
  return after(
    NO_SHIFT,
    { kind: 'open', language },
    { kind: 'answer', call: CURRENT, answer: { kind: 'done', value }, language },
  ).state
}

const press = (act: 'leave' | 'close' | 'last' | 'carry' | 'print'): ShiftEvent => ({
  kind: 'act',
  act,
  language,
})
const name: ShiftEvent = { kind: 'operator', text: ' 张敏 ' }

test('opening asks the terminal, and shows what it says', () => {
  expect(reduceShift(NO_SHIFT, { kind: 'open', language }).call).toEqual(CURRENT)
  expect(showing().shift?.number).toBe(128)
})

test('closing takes a name and a second press', () => {
  const nameless = after(showing(), press('close'))
  expect(nameless).toMatchObject({ state: { isAsked: false, remark: TEXTS['day.name_missing'] } })
  expect(nameless.call).toBeUndefined()
  const asked = after(showing(), name, press('close'))
  expect(asked.state.isAsked).toBe(true)
  expect(asked.call).toBeUndefined()
  const sent = after(asked.state, press('close'))
  expect(sent.call).toEqual(CLOSE)
  expect(after(sent.state, press('close')).call).toBeUndefined()
})

test('a question is taken back by time, typing, another key and new sums', () => {
  const asked = after(showing(), name, press('close')).state
  const value = shiftAnswer(QUIET_SHIFT, language)
  const takenBack: readonly ShiftEvent[] = [
    { kind: 'ask_expired' },
    { kind: 'operator', text: 'x' },
    press('print'),
    { kind: 'answer', call: CURRENT, answer: { kind: 'done', value }, language },
  ]
  for (const event of takenBack) expect(after(asked, event).state.isAsked).toBe(false)
})

test('what has no result must be carried over by hand', () => {
  const refused = after(showing(BUSY_SHIFT), name, press('close'), press('close'))
  expect(refused).toMatchObject({ state: { remark: TEXTS['day.carry_first'] } })
  expect(refused.call).toBeUndefined()
  const sent = after(refused.state, press('carry'), press('close'), press('close'))
  expect(sent.call).toMatchObject({ operation: 'shift.close', input: { carryUnsettled: true } })
})

test('a closed shift is shown as the terminal wrote it', () => {
  const sent = after(showing(), name, press('close'), press('close')).state
  const value = shiftAnswer(QUIET_SHIFT, language, '张敏')
  const closed = after(sent, {
    kind: 'answer',
    call: CLOSE,
    answer: { kind: 'done', value },
    language,
  })
  expect(closed.state).toMatchObject({ wanted: 'last', operator: '', shift: { state: 'closed' } })
  expect(canAct(closed.state, 'close')).toBe(false)
  expect(after(closed.state, press('print')).print).toBe(true)
  expect(after(closed.state, press('last')).call).toEqual(CURRENT)
})

test('a refusal is said, and the sums are read again', () => {
  const sent = after(showing(), name, press('close'), press('close')).state
  const refusal = problem('shift.unsettled')
  const answer = { kind: 'refused' as const, problem: refusal }
  const step = after(sent, { kind: 'answer', call: CLOSE, answer, language })
  expect(step.call).toEqual(CURRENT)
  expect(step.state).toMatchObject({
    closing: undefined,
    remark: refusal.staff,
    operator: ' 张敏 ',
  })
})

test('an answer that never came is neither success nor failure', () => {
  const sent = after(showing(), name, press('close'), press('close')).state
  const step = after(sent, { kind: 'answer', call: CLOSE, answer: { kind: 'lost' }, language })
  expect(step).toMatchObject({ call: CURRENT, state: { remark: TEXTS['day.lost'] } })
  expect(step.state.shift?.state).toBe('open')
})

test('the last shift is shown on request, or said not to be there', () => {
  const asked = after(showing(), press('last'))
  expect(asked.call).toEqual(LAST)
  const none = after(asked.state, {
    kind: 'answer',
    call: LAST,
    answer: { kind: 'done', value: { shifts: [] } },
    language,
  })
  expect(none.state).toMatchObject({ wanted: 'current', remark: TEXTS['day.no_last'] })
  const value = { shifts: [shiftAnswer(QUIET_SHIFT, language, '张敏')] }
  const shown = after(asked.state, {
    kind: 'answer',
    call: LAST,
    answer: { kind: 'done', value },
    language,
  })
  expect(shown.state.shift?.state).toBe('closed')
})

test('an answer that is no longer wanted changes nothing', () => {
  const asked = after(showing(), press('last')).state
  const answer = { kind: 'done' as const, value: shiftAnswer(BUSY_SHIFT, language) }
  expect(after(asked, { kind: 'answer', call: CURRENT, answer, language }).state).toBe(asked)
  expect(after(NO_SHIFT, { kind: 'answer', call: CURRENT, answer, language }).state).toBe(NO_SHIFT)
})

test('P6: a payment code in the name is thrown away to its end', () => {
  const state = after(showing(), { kind: 'operator', text: '130061098828' }).state
  expect(state).toMatchObject({ operator: '', remark: TEXTS['day.name_is_code'] })
  const rest = after(state, { kind: 'operator', text: '009406' }).state
  expect(rest.operator).toBe('')
  const next = after(rest, { kind: 'operator_left' }, { kind: 'operator', text: 'li' }).state
  expect(next.operator).toBe('li')
})

const model = (state: ScreenState, pending = 0) =>
  modelOf({ name: state, cashier: { state, pending }, customer: { state } })

test.each(['waiting_code', 'submitting', 'unknown', 'stopped'] as const)(
  'a sale that is %s takes its place on the screen',
  (state) => {
    const event = { kind: 'model', before: model('ready'), model: model(state), language } as const
    expect(after(showing(), event).state).toBe(NO_SHIFT)
  },
)

test('money that came is counted anew, and a picture without any is not asked about', () => {
  const event = { kind: 'model', before: model('ready', 1), language } as const
  expect(after(showing(), { ...event, model: model('ready', 0) }).call).toEqual(CURRENT)
  expect(after(showing(), { ...event, model: model('ready', 1) }).call).toBeUndefined()
})

test('a lost line takes the view away; a new language reads it again', () => {
  expect(after(showing(), { kind: 'link', state: 'lost' }).state).toBe(NO_SHIFT)
  const english = after(showing(), { kind: 'language', language: 'en' })
  expect(english.call).toEqual({ operation: 'shift.current', input: { language: 'en' } })
})
