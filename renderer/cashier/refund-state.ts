import type { OperationInput, OperationOutput, SaleView } from '../../src/api/protocol.ts'
import type { CashierModel } from '../../src/screen/model.ts'
import type { Answer, LinkState } from '../connection/connection.ts'
import type { Language, Text } from '../text/language.ts'
import { TEXTS, type TextKey } from '../text/translate.ts'
import { EMPTY_ENTRY, type Entry, entryFen, eraseKey, typeKey } from './entry.ts'
import { found, isRefundListed, lookOf, refundableOf } from './refund-facts.ts'
import {
  FIELD_MAX,
  NO_REFUND,
  type Press,
  REASON_TEXTS,
  type RefundAct,
  type RefundCall,
  type RefundEvent,
  type RefundField,
  type RefundState,
  type RefundStep,
} from './refund-types.ts'
import { mayCover } from './state-table.ts'

/** Sales read at a time. */
const PAGE = 50

/** The view's one rule of change; pure. */
export function reduceRefund(state: RefundState, event: RefundEvent): RefundStep {
  // An answer to a press counts even when a sale has taken the view's place meanwhile.
  if (event.kind === 'answer') return withAnswer(state, event.call, event.answer)
  if (event.kind === 'open') return open(state, event.saleId)
  if (event.kind === 'guard') return { state: withGuard(state, event) }
  if (state.step === 'hidden') return { state }
  switch (event.kind) {
    case 'pick':
      return state.step === 'list' ? pick(state, event.saleId) : { state }
    case 'act':
      return act(state, event)
    case 'type':
      return { state: withEntry(state, (entry) => typeKey(entry, event.key)) }
    case 'erase':
      return { state: withEntry(state, eraseKey) }
    case 'clear':
      return { state: withEntry(state, () => EMPTY_ENTRY) }
    case 'field_left':
      return { state: state.shut === undefined ? state : { ...state, shut: undefined } }
    case 'field':
      return { state: withField(state, event.field, event.text) }
    case 'reason':
      return { state: state.step === 'form' ? { ...calm(state), reason: event.reason } : state }
    case 'sale':
      return { state: withSale(state, event.sale) }
    case 'model':
      return { state: isRoom(event.model) ? state : hidden(state) }
    case 'link':
      return withLink(state, event.state)
  }
}

/** What would be given back now, fen: what is typed, or all that is left. */
export function wantedFen(state: RefundState): number {
  if (state.entry.text !== '') return entryFen(state.entry)
  return state.sale === undefined ? 0 : (refundableOf(state.sale)?.leftFen ?? 0)
}

/** Whether a key or button of the view does something now. */
export function canAct(state: RefundState, wanted: RefundAct): boolean {
  const { step, sale, isSending, isStale } = state
  if (wanted === 'leave' || wanted === 'back') return true
  if (isSending || isStale) return false
  switch (wanted) {
    case 'older':
      return step === 'list' && !state.isReading && state.olderThan !== undefined
    case 'next':
      return isFilled(state) && sale !== undefined && refundableOf(sale) !== undefined
    case 'give':
      return step === 'confirm' && state.guard !== 'locked'
    case 'check':
      return step === 'state' && (sale?.refunds ?? []).some((one) => lookOf(one).isOpen)
    case 'again':
      return step === 'state' && sale !== undefined && refundableOf(sale) !== undefined
  }
}

/** Whether the form is what is shown: who gives the money is known, or will be said in it. */
function isFilled({ step, guard }: RefundState): boolean {
  return step === 'form' && guard !== 'locked'
}

/** A manager has signed in, or has to: then nothing goes on from where it is. */
function withGuard(
  state: RefundState,
  { guard, operator }: Extract<RefundEvent, { kind: 'guard' }>,
): RefundState {
  const next = { ...state, guard, operator: operator ?? (guard === 'none' ? state.operator : '') }
  return guard === 'locked' && state.step === 'confirm' ? { ...next, step: 'form' } : next
}

function open(state: RefundState, saleId: string | undefined): RefundStep {
  // A press that nobody has answered yet is not forgotten by looking at something else.
  const { operator, guard, press, isSending } = state
  const next = { ...NO_REFUND, operator, guard, press, isSending }
  if (saleId !== undefined) return pick(next, saleId)
  return readOlder({ ...next, step: 'list', sales: [] })
}

function pick(state: RefundState, saleId: string): RefundStep {
  const fresh = { entry: EMPTY_ENTRY, reason: undefined, words: '', shut: undefined }
  return {
    state: { ...calm(state), ...fresh, step: 'state', saleId, sale: undefined, isReading: true },
    call: { operation: 'sale.get', input: { saleId } },
  }
}

function readOlder(state: RefundState): RefundStep {
  const { olderThan } = state
  const input = olderThan === undefined ? { limit: PAGE } : { limit: PAGE, before: olderThan }
  return { state: { ...calm(state), isReading: true }, call: { operation: 'sale.list', input } }
}

function act(state: RefundState, event: Extract<RefundEvent, { kind: 'act' }>): RefundStep {
  if (!canAct(state, event.act)) return { state }
  switch (event.act) {
    case 'leave':
      return { state: hidden(state) }
    case 'back':
      return { state: back(state) }
    case 'older':
      return readOlder(state)
    case 'next':
      return { state: ask(state) }
    case 'again':
      return { state: { ...calm(state), step: 'form' } }
    case 'check':
      return check(state)
    case 'give':
      return give(state, event)
  }
}

/** One step back, and out of the view where there is none. */
function back(state: RefundState): RefundState {
  if (state.step === 'confirm') return state.isSending ? state : { ...calm(state), step: 'form' }
  if (state.step === 'list' || state.sales === undefined) return hidden(state)
  return { ...calm(state), step: 'list', saleId: undefined, sale: undefined, isStale: false }
}

function check(state: RefundState): RefundStep {
  const { saleId } = state
  if (saleId === undefined) return { state }
  return { state: calm(state), call: { operation: 'sale.check', input: { saleId } } }
}

/** From the form to the question, when nothing is missing. */
function ask(state: RefundState): RefundState {
  const remark = (key: TextKey) => ({ ...calm(state), remark: TEXTS[key] })
  if (state.entry.overflow) return { ...remark('pad.too_long'), entry: EMPTY_ENTRY }
  const left = state.sale === undefined ? undefined : refundableOf(state.sale)
  const amountFen = wantedFen(state)
  if (amountFen === 0) return remark('refund.zero')
  if (left === undefined || amountFen > left.leftFen) return remark('refund.too_much')
  if (state.reason === undefined) return remark('refund.reason_missing')
  if (state.reason === 'other' && state.words.trim() === '') return remark('refund.reason_missing')
  if (state.operator.trim() === '') return remark('refund.name_missing')
  return { ...calm(state), step: 'confirm' }
}

/** The reason as the customer will read it. */
export function reasonText(state: RefundState, language: Language): string {
  if (state.reason === undefined) return ''
  if (state.reason === 'other') return state.words.trim()
  return TEXTS[REASON_TEXTS[state.reason]][language]
}

function give(
  state: RefundState,
  { language, newClientId }: Extract<RefundEvent, { kind: 'act' }>,
): RefundStep {
  const { sale } = state
  const left = sale === undefined ? undefined : refundableOf(sale)
  const amountFen = wantedFen(state)
  if (sale === undefined || left === undefined || amountFen > left.leftFen) return { state }
  const wish = {
    saleId: sale.saleId,
    amountFen,
    operator: state.operator.trim(),
    reason: reasonText(state, language),
    ...(left.outTradeNo === undefined ? {} : { outTradeNo: left.outTradeNo }),
  }
  const clientId = isSameWish(state.press, wish) ? state.press.clientId : newClientId
  const press = { clientId, ...wish }
  return {
    state: { ...calm(state), press, isSending: true },
    call: { operation: 'sale.refund', input: press },
  }
}

/** A press that was never answered is repeated, not made anew. */
function isSameWish(press: Press | undefined, wish: Omit<Press, 'clientId'>): press is Press {
  if (press === undefined) return false
  const { clientId: _, ...before } = press
  return JSON.stringify(before) === JSON.stringify(wish)
}

function withAnswer(state: RefundState, call: RefundCall, answer: Answer): RefundStep {
  switch (call.operation) {
    case 'sale.refund':
      return withPressAnswered(state, call.input, answer)
    case 'sale.list':
      return { state: state.step === 'hidden' ? state : withPage(state, call.input, answer) }
    case 'sale.get':
      return { state: state.saleId === call.input.saleId ? withRead(state, answer) : state }
    case 'sale.check':
      if (state.saleId !== call.input.saleId || answer.kind === 'done') return { state }
      return { state: { ...state, remark: remarkOf(answer) } }
  }
}

function withPressAnswered(state: RefundState, press: Press, answer: Answer): RefundStep {
  if (state.press?.clientId !== press.clientId) return { state }
  const isKnown = answer.kind !== 'lost'
  const next = { ...state, isSending: false, press: isKnown ? undefined : state.press }
  const isShown = state.step !== 'hidden' && state.saleId === press.saleId
  const remark = answer.kind === 'lost' ? TEXTS['refund.lost'] : remarkOf(answer)
  if (!isShown) return remark === undefined ? { state: next } : { state: next, tell: remark }
  const sale = answer.kind === 'done' ? asSale(answer.value) : undefined
  if (sale !== undefined) {
    return { state: withSale({ ...calm(next), step: 'state', entry: EMPTY_ENTRY }, sale) }
  }
  // What the terminal says of the sale now is what counts.
  const call = { operation: 'sale.get', input: { saleId: press.saleId } } as const
  return { state: { ...next, step: isKnown ? 'form' : 'state', remark }, call }
}

function withPage(
  state: RefundState,
  input: OperationInput<'sale.list'>,
  answer: Answer,
): RefundState {
  if (state.sales === undefined || input.before !== state.olderThan) return state
  if (answer.kind !== 'done') return { ...state, isReading: false, remark: remarkOf(answer) }
  const { sales = [] } = answer.value as Partial<OperationOutput<'sale.list'>>
  return {
    ...state,
    isReading: false,
    sales: [...state.sales, ...sales.filter(isRefundListed)],
    olderThan: sales.length < PAGE ? undefined : sales.at(-1)?.saleId,
  }
}

function withRead(state: RefundState, answer: Answer): RefundState {
  const sale = answer.kind === 'done' ? asSale(answer.value) : undefined
  const next = { ...state, isReading: false }
  if (sale === undefined) return { ...next, remark: remarkOf(answer) ?? TEXTS['answer.lost'] }
  const isPlain = (sale.refunds ?? []).length === 0 && refundableOf(sale) !== undefined
  const step = isPlain && next.step === 'state' ? 'form' : next.step
  return withSale({ ...next, step, isStale: false, sale }, sale)
}

/** A sale as the terminal has it now; the question of an amount that is not left any more is taken back. */
function withSale(state: RefundState, sale: SaleView): RefundState {
  const at = state.sales?.findIndex(({ saleId }) => saleId === sale.saleId) ?? -1
  const sales = at < 0 ? state.sales : state.sales?.with(at, sale)
  if (state.saleId !== sale.saleId) return { ...state, sales }
  const next = { ...state, sales, sale }
  const isTyping = state.step === 'form' || state.step === 'confirm'
  if (!isTyping || state.isSending) return next
  const left = refundableOf(sale)
  const before = state.sale === undefined ? undefined : refundableOf(state.sale)
  if (left === undefined) return { ...next, step: 'state' }
  return left.leftFen === before?.leftFen ? next : { ...next, step: 'form' }
}

function withEntry(state: RefundState, change: (entry: Entry) => Entry): RefundState {
  if (!isFilled(state)) return state
  const entry = change(state.entry)
  return { ...calm(state), entry, remark: entry.overflow ? TEXTS['pad.too_long'] : undefined }
}

/** A payment code must not be kept anywhere; a number of a receipt may well be searched for. */
function withField(state: RefundState, field: RefundField, text: string): RefundState {
  if (state.shut === field) return { ...state, [field]: '' }
  const code = field === 'search' ? /^(?:1[0-5]\d{16}|(?:2[5-9]|30)\d{14,22})$/ : /\d{12}/
  if (!code.test(text.trim())) {
    const reason = field === 'words' ? 'other' : state.reason
    return { ...calm(state), reason, [field]: text.slice(0, FIELD_MAX[field]) }
  }
  return { ...calm(state), [field]: '', shut: field, remark: TEXTS['refund.field_is_code'] }
}

/** A broken line closes the view, except on what was sent: that goes on to its answer. */
function withLink(state: RefundState, link: LinkState): RefundStep {
  const isKept = state.isSending || state.step === 'state'
  if (link !== 'open') return { state: isKept ? { ...state, isStale: true } : hidden(state) }
  if (!state.isStale || state.saleId === undefined) return { state }
  const call = { operation: 'sale.get', input: { saleId: state.saleId } } as const
  return { state: { ...state, isStale: false }, call }
}

/** Whether a refund may be looked at: no sale is armed or in flight. */
function isRoom({ cashier }: CashierModel): boolean {
  return mayCover(cashier) && cashier.mayRefund
}

function hidden({ operator, guard, press, isSending }: RefundState): RefundState {
  return { ...NO_REFUND, operator, guard, press, isSending }
}

/** The only sale that is found, for Enter in the search. */
export function onlyFound(state: RefundState): SaleView | undefined {
  const sales = found(state.sales ?? [], state.search)
  return sales.length === 1 ? sales[0] : undefined
}

function remarkOf(answer: Answer): Text | undefined {
  switch (answer.kind) {
    case 'refused':
      return answer.problem.staff
    case 'offline':
      return TEXTS['answer.offline']
    case 'lost':
      return TEXTS['answer.lost']
    case 'done':
      return undefined
  }
}

function asSale(value: unknown): SaleView | undefined {
  const isSale = typeof value === 'object' && value !== null && 'attempts' in value
  return isSale ? (value as SaleView) : undefined
}

/** Any other act takes back a remark. */
function calm(state: RefundState): RefundState {
  return { ...state, remark: undefined }
}
