import type { OperationInput, OperationOutput } from '../../src/api/protocol.ts'
import type { CashierModel } from '../../src/screen/model.ts'
import type { Answer, LinkState } from '../connection/connection.ts'
import type { Language, Text } from '../text/language.ts'
import { TEXTS } from '../text/translate.ts'
import { mayCover } from './state-table.ts'

export type ShiftView = OperationOutput<'shift.current'>

/** What the day-close view knows: the last shift it was given and what is being typed. */
export type ShiftState = {
  readonly isShown: boolean
  /** The open shift, or the last one that was closed. */
  readonly wanted: 'current' | 'last'
  /** What is shown; undefined until the terminal has told it. */
  readonly shift: ShiftView | undefined
  readonly operator: string
  /** A code came into the name: the rest of it, up to its Enter, is thrown away too. */
  readonly isNameShut: boolean
  readonly carry: boolean
  /** F4 was pressed once. */
  readonly isAsked: boolean
  /** The number of the shift whose closing is on its way. */
  readonly closing: number | undefined
  readonly remark: Text | undefined
}

/** What a key or a button of the view does. */
export type ShiftAct = 'leave' | 'close' | 'last' | 'carry' | 'print'

/** A question or a command to the terminal; the clientId is put in when a command leaves. */
export type ShiftCall =
  | { readonly operation: 'shift.current'; readonly input: OperationInput<'shift.current'> }
  | { readonly operation: 'shift.list'; readonly input: OperationInput<'shift.list'> }
  | {
      readonly operation: 'shift.close'
      readonly input: Omit<OperationInput<'shift.close'>, 'clientId'>
    }

export type ShiftEvent =
  | { readonly kind: 'open'; readonly language: Language }
  | { readonly kind: 'act'; readonly act: ShiftAct; readonly language: Language }
  | { readonly kind: 'operator'; readonly text: string }
  | { readonly kind: 'operator_left' }
  | { readonly kind: 'language'; readonly language: Language }
  | { readonly kind: 'ask_expired' }
  | {
      readonly kind: 'answer'
      readonly call: ShiftCall
      readonly answer: Answer
      readonly language: Language
    }
  | {
      readonly kind: 'model'
      readonly before: CashierModel | undefined
      readonly model: CashierModel
      readonly language: Language
    }
  | { readonly kind: 'link'; readonly state: LinkState }

/** The view after an event, what to ask the terminal, and whether to print. */
export type ShiftStep = {
  readonly state: ShiftState
  readonly call?: ShiftCall
  readonly print?: true
}

export const OPERATOR_MAX = 40

/** The view while it is not shown. */
export const NO_SHIFT: ShiftState = {
  isShown: false,
  wanted: 'current',
  shift: undefined,
  operator: '',
  isNameShut: false,
  carry: false,
  isAsked: false,
  closing: undefined,
  remark: undefined,
}

/** The view's one rule of change; pure. */
export function reduceShift(state: ShiftState, event: ShiftEvent): ShiftStep {
  if (event.kind === 'open') return ask({ ...NO_SHIFT, isShown: true }, event.language)
  if (!state.isShown) return { state }
  switch (event.kind) {
    case 'act':
      return act(state, event.act, event.language)
    case 'operator':
      return { state: withName(state, event.text) }
    case 'operator_left':
      return { state: { ...state, isNameShut: false } }
    case 'language':
      return ask(state, event.language)
    case 'ask_expired':
      return { state: { ...state, isAsked: false } }
    case 'answer':
      return withAnswer(state, event)
    case 'model':
      return withModel(state, event)
    case 'link':
      // What was read before a break is never shown as if it were current.
      return { state: event.state === 'open' ? state : NO_SHIFT }
  }
}

/** Whether a key or button of the view does something now. */
export function canAct(state: ShiftState, act: ShiftAct): boolean {
  const { shift, closing } = state
  if (act === 'leave') return true
  if (shift === undefined || closing !== undefined) return false
  if (act === 'close') return shift.state === 'open'
  if (act === 'carry') return shift.state === 'open' && shift.unsettled.length > 0
  return true
}

function act(state: ShiftState, wanted: ShiftAct, language: Language): ShiftStep {
  if (!canAct(state, wanted)) return { state }
  switch (wanted) {
    case 'leave':
      return { state: NO_SHIFT }
    case 'print':
      return { state: calm(state), print: true }
    case 'carry':
      return { state: { ...calm(state), carry: !state.carry } }
    case 'last':
      return ask({ ...calm(state), wanted: state.wanted === 'last' ? 'current' : 'last' }, language)
    case 'close':
      return close(state, language)
  }
}

/** Closing takes a name, a word on what has no result, and a second press. */
function close(state: ShiftState, language: Language): ShiftStep {
  const { shift, carry } = state
  const operator = state.operator.trim()
  if (shift === undefined) return { state }
  if (operator === '') return { state: { ...calm(state), remark: TEXTS['day.name_missing'] } }
  if (shift.unsettled.length > 0 && !carry) {
    return { state: { ...calm(state), remark: TEXTS['day.carry_first'] } }
  }
  if (!state.isAsked) return { state: { ...calm(state), isAsked: true } }
  const input = { operator, number: shift.number, carryUnsettled: carry, language }
  return {
    state: { ...calm(state), closing: shift.number },
    call: { operation: 'shift.close', input },
  }
}

function ask(state: ShiftState, language: Language): ShiftStep {
  if (state.wanted === 'current') {
    return { state, call: { operation: 'shift.current', input: { language } } }
  }
  return { state, call: { operation: 'shift.list', input: { limit: 1, language } } }
}

function withName(state: ShiftState, text: string): ShiftState {
  if (state.isNameShut) return { ...state, operator: '' }
  if (!/\d{12}/.test(text)) return { ...calm(state), operator: text.slice(0, OPERATOR_MAX) }
  const remark = TEXTS['day.name_is_code']
  return { ...calm(state), operator: '', isNameShut: true, remark }
}

function withAnswer(
  state: ShiftState,
  { call, answer, language }: Extract<ShiftEvent, { kind: 'answer' }>,
): ShiftStep {
  if (call.operation === 'shift.close') return closed(state, answer, language)
  const asked = state.wanted === 'current' ? 'shift.current' : 'shift.list'
  if (call.operation !== asked) return { state }
  if (answer.kind !== 'done') return { state: { ...calm(state), remark: remarkOf(answer) } }
  const shift = readShift(call, answer.value)
  // A second F4 must answer the sums that asked for it, never new ones.
  if (shift !== undefined) return { state: { ...state, isAsked: false, shift } }
  const remark = TEXTS[asked === 'shift.list' ? 'day.no_last' : 'answer.lost']
  return { state: { ...calm(state), wanted: 'current', remark } }
}

function closed(state: ShiftState, answer: Answer, language: Language): ShiftStep {
  const next = { ...calm(state), closing: undefined }
  const shift = answer.kind === 'done' ? asShift(answer.value) : undefined
  if (shift !== undefined) return { state: { ...NO_SHIFT, isShown: true, wanted: 'last', shift } }
  // Refused or not known: what the terminal says now is what counts.
  return ask({ ...next, wanted: 'current', remark: remarkOf(answer) }, language)
}

function remarkOf(answer: Answer): Text {
  switch (answer.kind) {
    case 'refused':
      return answer.problem.staff
    case 'offline':
      return TEXTS['answer.offline']
    default:
      return TEXTS['day.lost']
  }
}

/** A sale that begins takes its place on the screen; money that came or may come is counted anew. */
function withModel(
  state: ShiftState,
  { before, model, language }: Extract<ShiftEvent, { kind: 'model' }>,
): ShiftStep {
  if (!mayCover(model.cashier)) return { state: NO_SHIFT }
  const isSame = before !== undefined && moneyOf(before) === moneyOf(model)
  if (isSame || state.wanted === 'last' || state.closing !== undefined) return { state }
  return ask(state, language)
}

function moneyOf({ cashier }: CashierModel): string {
  const recent = cashier.recent.map(({ saleId, outcome }) => saleId + outcome)
  return [cashier.pending, ...recent].join()
}

function readShift(call: ShiftCall, value: unknown): ShiftView | undefined {
  if (call.operation !== 'shift.list') return asShift(value)
  const { shifts } = value as Partial<OperationOutput<'shift.list'>>
  return asShift(shifts?.[0])
}

function asShift(value: unknown): ShiftView | undefined {
  const isShift = typeof value === 'object' && value !== null && 'unsettled' in value
  return isShift ? (value as ShiftView) : undefined
}

/** Any other act takes back a question and a remark. */
function calm(state: ShiftState): ShiftState {
  return { ...state, isAsked: false, remark: undefined }
}
