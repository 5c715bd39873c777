import { expect, test } from 'vitest'
import { cueFor } from '../../../renderer/cashier/cue.ts'
import {
  type CashierEvent,
  type CashierState,
  type CashierStep,
  initialCashier,
  openIntents,
  panelState,
  reduceCashier,
} from '../../../renderer/cashier/state.ts'
import { STATE_LOOKS } from '../../../renderer/cashier/state-table.ts'
import { problem } from '../../../src/domain/errors.ts'
import type { CashierScreen, ScreenModel, ScreenState } from '../../../src/screen/model.ts'

const SALE = '11111111-1111-4111-8111-111111111111'

function model(cashier: Partial<CashierScreen>): ScreenModel {
  return {
    revision: 1,
    atMs: 1_000,
    cashier: {
      state: 'ready',
      store: 's',
      terminal: 't',
      intents: [],
      lights: [],
      recent: [],
      pending: 0,
      mayRefund: false,
      pendingSales: [],
      ...cashier,
    },
    customer: { state: 'ready', store: 's' },
  }
}

function after(state: CashierState, ...events: CashierEvent[]): CashierStep {
  return events.reduce<CashierStep>((step, event) => reduceCashier(step.state, event), { state })
}

function showing(cashier: Partial<CashierScreen>): CashierState {
  return after(
    initialCashier('zh-CN'),
    { kind: 'link', state: 'open' },
    { kind: 'model', model: model(cashier), atMs: 5 },
  ).state
}

function typing(...keys: ('0' | '1' | '2' | '3' | '.')[]): CashierEvent[] {
  return keys.map((key) => ({ kind: 'type', key }))
}

const IN_FLIGHT = ['submitting', 'on_phone', 'checking', 'reversing', 'unknown'] as const

test('Enter collects a typed amount, with the order number', () => {
  const step = after(showing({}), { kind: 'order', text: ' A-1 ' }, ...typing('1', '2', '.', '3'), {
    kind: 'collect',
  })
  expect(step.act).toEqual({
    operation: 'sale.create',
    input: { amountFen: 1_230, orderRef: 'A-1' },
  })
  expect(step.state.sending).toBe('sale.create')
})

test('a second Enter before the answer sends nothing', () => {
  const first = after(showing({}), ...typing('1'), { kind: 'collect' })
  expect(reduceCashier(first.state, { kind: 'collect' }).act).toBeUndefined()
})

test.each(['paid', 'not_paid'] as const)('on %s the pad starts the next sale', (state) => {
  const step = after(showing({ state, saleId: SALE }), ...typing('2'), { kind: 'collect' })
  expect(step.act).toEqual({ operation: 'sale.create', input: { amountFen: 200 } })
})

test.each([...IN_FLIGHT, 'waiting_code', 'stopped'] as const)(
  'on %s digits and Enter do nothing',
  (state) => {
    const step = after(showing({ state, saleId: SALE }), ...typing('2'), { kind: 'collect' })
    expect(step.act).toBeUndefined()
    expect(step.state.entry.text).toBe('')
  },
)

test('Enter on nothing does nothing, on zero it says so', () => {
  expect(after(showing({}), { kind: 'collect' }).state.remark).toBeUndefined()
  const zero = after(showing({}), ...typing('0'), { kind: 'collect' })
  expect(zero.act).toBeUndefined()
  expect(zero.state.remark).toBeDefined()
})

test('a scanner that types like a keyboard collects nothing', () => {
  const digits = [...'132012301230123012'].map((key) => key as '1')
  const step = after(showing({}), ...typing(...digits), { kind: 'collect' })
  expect(step.act).toBeUndefined()
  expect(step.state.entry).toEqual({ text: '', overflow: false })
})

test.each(['134567890123456789', '284567890123456789'])('%s is no order number', (code) => {
  const step = after(showing({}), { kind: 'order', text: code })
  expect(step.state.orderRef).toBe('')
  expect(step.state.remark).toBeDefined()
})

test('nothing of a longer code stays, and its Enter collects nothing', () => {
  const events: CashierEvent[] = []
  let field = ''
  for (const digit of '280123456789012345678901') {
    field = field.length === 16 ? digit : field + digit
    events.push({ kind: 'order', text: field })
  }
  const step = after(showing({}), ...typing('1'), ...events, { kind: 'collect' })
  expect(step.act).toBeUndefined()
  expect(step.state.orderRef).toBe('')
  expect(reduceCashier(step.state, { kind: 'collect' }).act?.operation).toBe('sale.create')
})

test('an order number that the wire refuses is refused here', () => {
  expect(after(showing({}), { kind: 'order', text: '订单' }).state.orderRef).toBe('')
})

test('while a code is awaited one F4 cancels', () => {
  const state = showing({ state: 'waiting_code', saleId: SALE, intents: ['cancel'] })
  expect(after(state, { kind: 'intent', intent: 'cancel' }).act).toEqual({
    operation: 'sale.cancel',
    input: { saleId: SALE },
  })
})

test.each(IN_FLIGHT)('on %s a cancel asks first', (state) => {
  const shown = showing({ state, saleId: SALE, intents: ['cancel'] })
  const first = after(shown, { kind: 'intent', intent: 'cancel' })
  expect(first.act).toBeUndefined()
  expect(first.state.isCancelAsked).toBe(true)
  const second = reduceCashier(first.state, { kind: 'intent', intent: 'cancel' })
  expect(second.act?.operation).toBe('sale.cancel')
})

test.each<CashierEvent>([
  { kind: 'ask_expired' },
  { kind: 'clear' },
  { kind: 'link', state: 'lost' },
  {
    kind: 'model',
    model: model({ state: 'checking', saleId: SALE, intents: ['cancel'] }),
    atMs: 9,
  },
])('a question is taken back by $kind', (event) => {
  const shown = showing({ state: 'on_phone', saleId: SALE, intents: ['cancel'] })
  const step = after(shown, { kind: 'intent', intent: 'cancel' }, event)
  expect(step.state.isCancelAsked).toBe(false)
})

test('only what the model allows is sent', () => {
  const state = showing({ state: 'not_paid', saleId: SALE, intents: ['arm'] })
  expect(after(state, { kind: 'intent', intent: 'check' }).act).toBeUndefined()
  expect(after(state, { kind: 'intent', intent: 'arm' }).act?.operation).toBe('sale.arm')
})

test('while the line is down nothing of the last picture counts', () => {
  const state = showing({ state: 'paid', saleId: SALE, intents: ['dismiss'] })
  const lost = after(state, { kind: 'link', state: 'lost' }).state
  expect(panelState(lost)).toBe('lost')
  expect(openIntents(lost)).toEqual([])
  expect(after(lost, ...typing('1'), { kind: 'collect' }).act).toBeUndefined()
})

test('an amount refused by the terminal stays to be corrected, with the reason', () => {
  const sent = after(showing({}), ...typing('1'), { kind: 'collect' })
  const act = sent.act
  if (act === undefined) throw new Error('nothing was sent')
  const answer = { kind: 'refused', problem: problem('sale.busy') } as const
  const { state } = reduceCashier(sent.state, { kind: 'answer', act, answer })
  expect(state.entry.text).toBe('1')
  expect(state.remark).toEqual(problem('sale.busy').staff)
  expect(state.sending).toBeUndefined()
})

test('an amount that was taken is cleared', () => {
  const sent = after(showing({}), ...typing('1'), { kind: 'collect' })
  const act = sent.act
  if (act === undefined) throw new Error('nothing was sent')
  const { state } = reduceCashier(sent.state, { kind: 'answer', act, answer: { kind: 'done' } })
  expect(state.entry.text).toBe('')
})

test('a picture faster than the answer frees the keys, and keeps what is typed next', () => {
  const sent = after(showing({}), ...typing('1'), { kind: 'collect' })
  const act = sent.act
  if (act === undefined) throw new Error('nothing was sent')
  const waiting = model({ state: 'waiting_code', saleId: SALE, intents: ['cancel'] })
  const shown = reduceCashier(sent.state, { kind: 'model', model: waiting, atMs: 6 })
  const cancel = reduceCashier(shown.state, { kind: 'intent', intent: 'cancel' })
  expect(cancel.act?.operation).toBe('sale.cancel')
  const paid = model({ state: 'paid', saleId: SALE })
  const late = after(shown.state, { kind: 'model', model: paid, atMs: 7 }, ...typing('2'), {
    kind: 'answer',
    act,
    answer: { kind: 'done' },
  })
  expect(late.state.entry.text).toBe('2')
})

test('the same wish is not sent twice before its answer', () => {
  const state = showing({ state: 'unknown', saleId: SALE, intents: ['check', 'dismiss'] })
  const first = after(state, { kind: 'intent', intent: 'check' })
  expect(first.act?.operation).toBe('sale.check')
  expect(after(first.state, { kind: 'intent', intent: 'check' }).act).toBeUndefined()
  expect(after(first.state, { kind: 'intent', intent: 'dismiss' }).act).toBeDefined()
})

test('no two states share drawing and title', () => {
  const looks = Object.values(STATE_LOOKS).map((look) => look.title)
  expect(new Set(looks).size).toBe(looks.length)
  for (const state of ['paid', 'not_paid'] as const) {
    expect(STATE_LOOKS.unknown.icon).not.toBe(STATE_LOOKS[state].icon)
  }
})

test('paid sounds only when the model says paid', () => {
  const states: ScreenState[] = [...IN_FLIGHT, 'ready', 'waiting_code', 'not_paid', 'stopped']
  const before = model({ state: 'waiting_code', saleId: SALE })
  for (const state of states) {
    expect(cueFor(before, model({ state, saleId: SALE }))).not.toBe('paid')
  }
  expect(cueFor(before, model({ state: 'paid', saleId: SALE }))).toBe('paid')
})

test('a picture that repeats the state is silent, and so is the first one', () => {
  const paid = model({ state: 'paid', saleId: SALE })
  expect(cueFor(paid, paid)).toBeUndefined()
  expect(cueFor(undefined, paid)).toBeUndefined()
  expect(cueFor(model({}), model({ state: 'submitting' }))).toBe('accepted')
  expect(cueFor(model({}), model({ state: 'unknown' }))).toBe('attention')
})

test('F7 asks about the oldest pending sale that waits, a touch about its own', () => {
  const sale = { what: 'payment' as const, amountFen: 100, sinceMs: 1, overdue: false }
  const pendingSales = [
    { ...sale, saleId: 'asked' },
    { ...sale, saleId: 'older', nextTryAtMs: 9 },
    { ...sale, saleId: 'newer', nextTryAtMs: 9 },
  ]
  const state = showing({ pending: 3, pendingSales })
  const first = after(state, { kind: 'check_pending' })
  expect(first.act).toEqual({ operation: 'sale.check', input: { saleId: 'older' } })
  expect(after(first.state, { kind: 'check_pending' }).act).toBeUndefined()
  const own = after(state, { kind: 'check_pending', saleId: 'newer' })
  expect(own.act).toEqual({ operation: 'sale.check', input: { saleId: 'newer' } })
  expect(after(state, { kind: 'check_pending', saleId: 'asked' }).act).toBeUndefined()
  const lost = after(state, { kind: 'link', state: 'lost' }, { kind: 'check_pending' })
  expect(lost.act).toBeUndefined()
})
