import { expect, test } from 'vitest'
import { found, lookOf, refundableOf } from '../../../renderer/cashier/refund-facts.ts'
import { canAct, reduceRefund, wantedFen } from '../../../renderer/cashier/refund-state.ts'
import {
  NO_REFUND,
  type RefundAct,
  type RefundCall,
  type RefundEvent,
  type RefundState,
  type RefundStep,
} from '../../../renderer/cashier/refund-types.ts'
import { TEXTS } from '../../../renderer/text/translate.ts'
import type { SaleView } from '../../../src/api/protocol.ts'
import { problem } from '../../../src/domain/errors.ts'
import {
  PHASES,
  paidSale,
  refundedSale,
  refundIn,
  saleIdOf,
  tillWithRefunds,
} from '../../e2e/refund-fixtures.ts'

const SALE = paidSale()
const { saleId } = SALE
const GET: RefundCall = { operation: 'sale.get', input: { saleId } }

function after(state: RefundState, ...events: RefundEvent[]): RefundStep {
  return events.reduce<RefundStep>((step, event) => reduceRefund(step.state, event), { state })
}

let ids = 0
function press(act: RefundAct): RefundEvent {
  ids += 1
  return { kind: 'act', act, language: 'zh-CN', newClientId: `c-${ids}` }
}
const told = (call: RefundCall, value: unknown): RefundEvent => ({
  kind: 'answer',
  call,
  answer: { kind: 'done', value },
})

/** The view on one sale, as it is after the terminal told it. */
function onSale(sale: SaleView = SALE): RefundState {
  return after(NO_REFUND, { kind: 'open', saleId }, told(GET, sale)).state
}
const FILLED: readonly RefundEvent[] = [
  { kind: 'reason', reason: 'returned' },
  { kind: 'field', field: 'operator', text: ' 张敏 ' },
]
const asked = (): RefundState => after(onSale(), ...FILLED, press('next')).state
function sent(): RefundState & { readonly press: NonNullable<RefundState['press']> } {
  const state = after(asked(), press('give')).state
  if (state.press === undefined) throw new Error('nothing was sent')
  return { ...state, press: state.press }
}

test('it reads the newest sales, then older ones, and lists those that were paid', () => {
  const opened = reduceRefund(NO_REFUND, { kind: 'open' })
  expect(opened.call).toEqual({ operation: 'sale.list', input: { limit: 50 } })
  const unpaid = paidSale(49, { outcome: 'NOT_PAID' })
  const page = [...Array(49).keys()].map((index) => paidSale(index)).concat(unpaid)
  const first = after(opened.state, told(opened.call as RefundCall, { sales: page })).state
  expect(first.sales).toHaveLength(49)
  const older = after(first, press('older'))
  expect(older.call?.input).toEqual({ limit: 50, before: saleIdOf(49) })
  expect(after(older.state, press('older')).call).toBeUndefined()
  const all = after(older.state, told(older.call as RefundCall, { sales: [paidSale(50)] })).state
  expect(all.sales).toHaveLength(50)
  expect(canAct(all, 'older')).toBe(false)
})

test.each(['1041', 'a-1041', '100000A1B2', '10000'])('%s finds the sale', (search) => {
  expect(found([SALE, paidSale(7, { orderRef: 'B' })], search)).toEqual([SALE])
})

test('a sale without refunds opens on the form, one with a refund on what became of it', () => {
  expect(reduceRefund(NO_REFUND, { kind: 'open', saleId }).call).toEqual(GET)
  expect(onSale().step).toBe('form')
  for (const phase of PHASES) expect(onSale(refundedSale(phase)).step).toBe('state')
})

test('nothing typed means all that is left', () => {
  expect(wantedFen(onSale())).toBe(4_550)
  const typed = after(onSale(), { kind: 'type', key: '7' }).state
  expect(wantedFen(typed)).toBe(700)
  expect(wantedFen(after(typed, { kind: 'clear' }).state)).toBe(4_550)
})

test('every answer must be there before it is asked once more', () => {
  const remarkAfter = (...events: RefundEvent[]) => after(onSale(), ...events).state.remark
  const [reason, name] = FILLED as [RefundEvent, RefundEvent]
  expect(remarkAfter(name, press('next'))).toBe(TEXTS['refund.reason_missing'])
  expect(remarkAfter(reason, press('next'))).toBe(TEXTS['refund.name_missing'])
  const key = (digit: '0' | '9'): RefundEvent => ({ kind: 'type', key: digit })
  expect(remarkAfter(...FILLED, key('0'), press('next'))).toBe(TEXTS['refund.zero'])
  expect(remarkAfter(...FILLED, key('9'), key('9'), press('next'))).toBe(TEXTS['refund.too_much'])
  const words: RefundEvent = { kind: 'field', field: 'words', text: ' ' }
  expect(remarkAfter(name, words, press('next'))).toBe(TEXTS['refund.reason_missing'])
  expect(asked().step).toBe('confirm')
})

test('only the confirmation sends, and only once', () => {
  expect(after(onSale(), ...FILLED, press('give')).call).toBeUndefined()
  const step = after(asked(), press('give'))
  const wish = { saleId, amountFen: 4_550, operator: '张敏', reason: '商品退货' }
  expect(step.call).toEqual({
    operation: 'sale.refund',
    input: { ...wish, clientId: expect.stringMatching(/^c-/) },
  })
  expect(after(step.state, press('give')).call).toBeUndefined()
  expect(after(step.state, press('back')).state.step).toBe('confirm')
})

test('own words are the reason, and the order of two paid attempts is named', () => {
  const [attempt] = SALE.attempts
  const second = { ...attempt, outTradeNo: 'SECOND' } as SaleView['attempts'][number]
  const twice = paidSale(0, {
    attempts: [...SALE.attempts, second],
    refunds: [refundIn('refunded', { amountFen: 4_550 })],
    refundableFen: 4_550,
  })
  expect(refundableOf(twice)).toMatchObject({ leftFen: 0 + 4_550 })
  const first = { ...refundIn('refunded', { amountFen: 4_550 }), outTradeNo: attempt?.outTradeNo }
  const left = { ...twice, refunds: [first] } as SaleView
  expect(refundableOf(left)).toEqual({ leftFen: 4_550, outTradeNo: 'SECOND' })
  const step = after(
    onSale(left),
    press('again'),
    { kind: 'field', field: 'words', text: ' 换货 ' },
    { kind: 'field', field: 'operator', text: 'li' },
    press('next'),
    press('give'),
  )
  expect(step.call?.input).toMatchObject({ reason: '换货', outTradeNo: 'SECOND' })
})

test('a press that nobody answered is repeated under its own id', () => {
  const state = sent()
  const call: RefundCall = { operation: 'sale.refund', input: state.press }
  const lost = after(state, { kind: 'answer', call, answer: { kind: 'lost' } })
  expect(lost.call).toEqual(GET)
  expect(lost.state.remark).toBe(TEXTS['refund.lost'])
  const again = after(lost.state, told(GET, SALE), press('next'), press('give'))
  expect(again.call).toEqual(call)
  const other = after(lost.state, told(GET, SALE), { kind: 'type', key: '1' }, press('next'))
  expect(after(other.state, press('give')).call?.input).not.toMatchObject({
    clientId: state.press.clientId,
  })
})

test('a refusal is told in its own words, and the sale is read again', () => {
  const state = sent()
  const call: RefundCall = { operation: 'sale.refund', input: state.press }
  const refused = { kind: 'refused', problem: problem('refund.too_soon') } as const
  const step = after(state, { kind: 'answer', call, answer: refused })
  expect(step).toMatchObject({ call: GET, state: { step: 'form', press: undefined } })
  expect(step.state.remark).toEqual(problem('refund.too_soon').staff)
  expect(after(step.state, told(GET, SALE)).state.remark).toEqual(problem('refund.too_soon').staff)
})

test('what became of it is shown, and follows the sale', () => {
  const state = sent()
  const call: RefundCall = { operation: 'sale.refund', input: state.press }
  const done = after(state, told(call, refundedSale('submitting', 4_550))).state
  expect(done).toMatchObject({ step: 'state', isSending: false, press: undefined })
  const later = after(done, { kind: 'sale', sale: refundedSale('refunded', 4_550) }).state
  expect(later.sale?.refunds?.[0]?.phase).toBe('refunded')
  expect(canAct(later, 'again')).toBe(false)
  expect(canAct(done, 'check')).toBe(true)
  expect(canAct(later, 'check')).toBe(false)
  expect(after(done, press('check')).call).toEqual({ operation: 'sale.check', input: { saleId } })
})

test('a refund from elsewhere takes the question back', () => {
  const other = { kind: 'sale', sale: refundedSale('processing') } as const
  expect(after(asked(), other).state).toMatchObject({ step: 'form' })
  expect(after(asked(), { kind: 'sale', sale: refundedSale('checking') }).state.step).toBe('state')
  expect(after(asked(), { kind: 'sale', sale: SALE }).state.step).toBe('confirm')
  expect(after(asked(), { kind: 'sale', sale: { ...SALE, saleId: 'x' } }).state.step).toBe(
    'confirm',
  )
})

test('a sale that begins takes the place of the view, and sends nothing', () => {
  for (const scene of ['waiting_code', 'submitting', 'unknown', 'stopped']) {
    const step = after(asked(), { kind: 'model', model: tillWithRefunds(2, scene) })
    expect(step).toEqual({ state: { ...NO_REFUND, operator: ' 张敏 ' } })
  }
  const model = tillWithRefunds(2, 'paid')
  expect(after(asked(), { kind: 'model', model }).state.step).toBe('confirm')
})

test('a counter that may refund no more loses the view', () => {
  const model = tillWithRefunds(2)
  const without = { ...model, cashier: { ...model.cashier, mayRefund: false } }
  expect(after(asked(), { kind: 'model', model: without }).state.step).toBe('hidden')
})

test('a press whose view is gone is still told of when it failed', () => {
  const gone = after(sent(), { kind: 'model', model: tillWithRefunds(2, 'waiting_code') }).state
  const call = { operation: 'sale.refund', input: sent().press } as const
  const mine = { ...call, input: { ...call.input, clientId: gone.press?.clientId ?? '' } }
  const refused = { kind: 'refused', problem: problem('refund.too_soon') } as const
  const step = after(gone, { kind: 'answer', call: mine, answer: refused })
  expect(step.tell).toEqual(problem('refund.too_soon').staff)
  expect(step.state.isSending).toBe(false)
  expect(after(gone, told(mine, refundedSale('submitting'))).tell).toBeUndefined()
})

test('a broken line closes the view, except on what was sent', () => {
  const lost = { kind: 'link', state: 'lost' } as const
  const open = { kind: 'link', state: 'open' } as const
  expect(after(asked(), lost).state).toEqual({ ...NO_REFUND, operator: ' 张敏 ' })
  const kept = after(sent(), lost)
  expect(kept.state).toMatchObject({ step: 'confirm', isStale: true, isSending: true })
  expect(kept.call).toBeUndefined()
  expect(after(kept.state, open)).toMatchObject({ state: { isStale: false }, call: GET })
  const standing = after(onSale(refundedSale('checking')), lost).state
  expect(standing).toMatchObject({ step: 'state', isStale: true })
  expect(canAct(standing, 'check')).toBe(false)
})

test('a code typed into a field is thrown away, with the rest of it', () => {
  const code: RefundEvent = { kind: 'field', field: 'operator', text: '130061098828' }
  const shut = after(onSale(), code).state
  expect(shut).toMatchObject({ operator: '', remark: TEXTS['refund.field_is_code'] })
  const rest: RefundEvent = { kind: 'field', field: 'operator', text: '009406' }
  expect(after(shut, rest).state.operator).toBe('')
  expect(after(shut, { kind: 'field_left' }, rest).state.operator).toBe('009406')
  const list = after(NO_REFUND, { kind: 'open' }).state
  const search = (text: string) => after(list, { kind: 'field', field: 'search', text }).state
  expect(search('130061098828009406').search).toBe('')
  expect(search('420000123420261124000').search).toBe('420000123420261124000')
})

test('the way back is list, then out; the name is kept', () => {
  const list = after(NO_REFUND, { kind: 'open' }).state
  const form = after(list, { kind: 'pick', saleId }, told(GET, SALE), ...FILLED).state
  const back = after(form, press('next'), press('back')).state
  expect(back).toMatchObject({ step: 'form', reason: 'returned' })
  expect(after(back, press('back')).state.step).toBe('list')
  expect(after(back, press('back'), press('back')).state).toEqual({
    ...NO_REFUND,
    operator: ' 张敏 ',
  })
  expect(after(onSale(), press('back')).state.step).toBe('hidden')
})

test('no refund is made beside one that is not known yet', () => {
  for (const phase of ['submitting', 'checking', 'confirming', 'a phase of tomorrow']) {
    expect(refundableOf(refundedSale(phase))).toBeUndefined()
    expect(lookOf(refundIn(phase)).isUnclear).toBe(true)
  }
  expect(refundableOf(refundedSale('processing'))).toEqual({ leftFen: 2_550 })
})
