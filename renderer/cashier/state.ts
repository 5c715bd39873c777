import type { OperationInput } from '../../src/api/protocol.ts'
import type { CashierModel, IntentName, PendingSale } from '../../src/screen/model.ts'
import type { Answer, LinkState } from '../connection/connection.ts'
import type { Arrival } from '../shared/server-clock.ts'
import { type Language, nextLanguage, type Text } from '../text/language.ts'
import { TEXTS, type TextKey } from '../text/translate.ts'
import { EMPTY_ENTRY, type Entry, type EntryKey, entryFen, eraseKey, typeKey } from './entry.ts'
import {
  mayCover,
  type PanelState,
  STATE_LOOKS,
  STOP_LOOKS,
  type StateLook,
} from './state-table.ts'

/**
 * All the page itself knows: the last picture, what is being typed and how it is shown. Nothing
 * here is a payment's state; a reload loses only what was being typed.
 */
export type CashierState = {
  readonly link: LinkState
  readonly arrival: Arrival<CashierModel> | undefined
  readonly language: Language
  readonly entry: Entry
  readonly orderRef: string
  /** A code came into the order field: the rest of it, up to its Enter, is thrown away too. */
  readonly isOrderShut: boolean
  /** The command that is on its way: neither answered nor followed by a new state. */
  readonly sending: Act['operation'] | undefined
  /** F4 was pressed once on a charge in flight. */
  readonly isCancelAsked: boolean
  /** A remark of the page itself or the answer to a command. */
  readonly remark: Text | undefined
}

/** A command to send; the clientId is put in when it leaves. */
export type Act =
  | { readonly operation: 'sale.create'; readonly input: WithoutClientId<'sale.create'> }
  | { readonly operation: SaleOperation; readonly input: WithoutClientId<SaleOperation> }
type SaleOperation = 'sale.arm' | 'sale.cancel' | 'sale.check' | 'sale.dismiss'
type WithoutClientId<Name extends 'sale.create' | SaleOperation> = Omit<
  OperationInput<Name>,
  'clientId'
>

/** What can happen on the page. */
export type CashierEvent =
  | { readonly kind: 'link'; readonly state: LinkState }
  | { readonly kind: 'model'; readonly model: CashierModel; readonly atMs: number }
  | { readonly kind: 'type'; readonly key: EntryKey }
  | { readonly kind: 'erase' }
  | { readonly kind: 'clear' }
  | { readonly kind: 'order'; readonly text: string }
  | { readonly kind: 'order_left' }
  | { readonly kind: 'collect' }
  | { readonly kind: 'intent'; readonly intent: IntentName }
  | { readonly kind: 'check_pending'; readonly saleId?: string }
  | { readonly kind: 'answer'; readonly act: Act; readonly answer: Answer }
  | { readonly kind: 'told'; readonly text: Text }
  | { readonly kind: 'ask_expired' }
  | { readonly kind: 'language' }

/** The page after an event, and the command it gives, if any. */
export type CashierStep = { readonly state: CashierState; readonly act?: Act }

export const ORDER_REF_MAX = 64

/** The page before anything came. */
export function initialCashier(language: Language): CashierState {
  return {
    link: 'connecting',
    arrival: undefined,
    language,
    entry: EMPTY_ENTRY,
    orderRef: '',
    isOrderShut: false,
    sending: undefined,
    isCancelAsked: false,
    remark: undefined,
  }
}

/** What the panel shows; a picture from before a break is never shown as if it were current. */
export function panelState(state: CashierState): PanelState {
  if (state.arrival === undefined || state.link === 'connecting') return 'connecting'
  return state.link === 'lost' ? 'lost' : state.arrival.model.cashier.state
}

/** How the panel looks now. */
export function panelLook(state: CashierState): StateLook {
  const shown = panelState(state)
  return shown === 'stopped'
    ? STOP_LOOKS[state.arrival?.model.cashier.stop ?? 'terminal']
    : STATE_LOOKS[shown]
}

/** Whether the terminal takes no new money now. */
export function isBlocked(state: CashierState): boolean {
  return state.arrival?.model.cashier.stop !== undefined
}

/** What staff may ask for now: nothing while the line is down. */
export function openIntents(state: CashierState): readonly IntentName[] {
  return state.link === 'open' ? (state.arrival?.model.cashier.intents ?? []) : []
}

/** Whether an amount can be typed and collected now. */
export function padIsOpen(state: CashierState): boolean {
  return panelLook(state).takesAmount && !isBlocked(state) && state.sending !== 'sale.create'
}

/** The most one payment may be, when what is typed is more; fen. */
export function passedCeilingFen(state: CashierState): number | undefined {
  const ceilingFen = state.arrival?.model.cashier.scene?.ceilingFen
  if (ceilingFen === undefined || !padIsOpen(state)) return undefined
  return entryFen(state.entry) > ceilingFen ? ceilingFen : undefined
}

/** Whether staff may ask for that now, and have not just done so. */
export function canAsk(state: CashierState, intent: IntentName): boolean {
  return openIntents(state).includes(intent) && state.sending !== `sale.${intent}`
}

/** Whether another view may cover the panel: no sale is under way, and none is about to be. */
export function canLeavePanel(state: CashierState): boolean {
  const screen = state.arrival?.model.cashier
  const isCalm = state.link === 'open' && state.sending === undefined
  return isCalm && screen !== undefined && mayCover(screen)
}

/** Whether the admin screen may take this one's place: no sale is under way; a stop is a reason to. */
export function canAdminister(state: CashierState): boolean {
  const isStopped = panelState(state) === 'stopped' && state.sending === undefined
  return canLeavePanel(state) || isStopped
}

/** Whether the refund view may be opened now. */
export function canRefund(state: CashierState): boolean {
  const screen = state.arrival?.model.cashier
  const isAllowed = screen?.mayRefund === true && screen.scene?.refundProblem === undefined
  return isAllowed && canLeavePanel(state)
}

/** The page's one rule of change; pure. */
export function reduceCashier(state: CashierState, event: CashierEvent): CashierStep {
  switch (event.kind) {
    case 'link':
      return { state: { ...state, link: event.state, isCancelAsked: false } }
    case 'model':
      return { state: withModel(state, event.model, event.atMs) }
    case 'type':
      return { state: withEntry(state, (entry) => typeKey(entry, event.key)) }
    case 'erase':
      return { state: withEntry(state, eraseKey) }
    case 'clear':
      return { state: emptied(calm(state)) }
    case 'order':
      return { state: withOrder(state, event.text) }
    case 'order_left':
      return { state: { ...state, isOrderShut: false } }
    case 'collect':
      return collect(state)
    case 'intent':
      return ask(state, event.intent)
    case 'check_pending':
      return checkPending(state, event.saleId)
    case 'answer':
      return { state: withAnswer(state, event.act, event.answer) }
    case 'told':
      return { state: { ...calm(state), remark: event.text } }
    case 'ask_expired':
      return { state: { ...state, isCancelAsked: false } }
    case 'language':
      return { state: { ...state, language: nextLanguage(state.language) } }
  }
}

function withModel(state: CashierState, model: CashierModel, atMs: number): CashierState {
  const before = state.arrival?.model.cashier
  const { cashier } = model
  const isSame = before?.state === cashier.state && before.saleId === cashier.saleId
  const arrival = { model, arrivedAtMs: atMs }
  if (isSame) return { ...state, arrival }
  // A second F4 must answer the picture that asked for it, never a new one.
  const next = { ...calm(state), arrival, sending: undefined }
  if (STATE_LOOKS[cashier.state].takesAmount) return next
  return emptied(next)
}

function withEntry(state: CashierState, change: (entry: Entry) => Entry): CashierState {
  if (!padIsOpen(state)) return state
  const entry = change(state.entry)
  return { ...calm(state), entry, remark: entry.overflow ? TEXTS['pad.too_long'] : undefined }
}

function withOrder(state: CashierState, text: string): CashierState {
  if (state.isOrderShut) return { ...state, orderRef: '' }
  const problem = orderProblem(text)
  if (problem === undefined) return { ...calm(state), orderRef: text }
  const isOrderShut = problem === 'pad.order_is_code'
  return { ...calm(state), orderRef: '', isOrderShut, remark: TEXTS[problem] }
}

/** A payment code must not be kept anywhere, least of all as an order number in the journal. */
function orderProblem(text: string): TextKey | undefined {
  if (/^(?:1[0-5]\d{16}|(?:2[5-9]|30)\d{14,22})$/.test(text.trim())) return 'pad.order_is_code'
  if (!/^[\x20-\x7e]*$/.test(text) || text.length > ORDER_REF_MAX) return 'pad.order_characters'
  return undefined
}

function collect(state: CashierState): CashierStep {
  if (!padIsOpen(state)) return { state }
  // The Enter at the end of a code that was thrown away must not collect anything.
  if (state.isOrderShut) return { state: { ...state, isOrderShut: false } }
  if (state.entry.overflow) return { state: { ...calm(state), entry: EMPTY_ENTRY } }
  const amountFen = entryFen(state.entry)
  if (amountFen === 0) {
    const isEmpty = state.entry.text === ''
    return { state: isEmpty ? state : { ...calm(state), remark: TEXTS['pad.zero'] } }
  }
  // What is said while it is typed stands there already.
  if (passedCeilingFen(state) !== undefined) return { state: calm(state) }
  const orderRef = state.orderRef.trim()
  const input = orderRef === '' ? { amountFen } : { amountFen, orderRef }
  return {
    state: { ...calm(state), sending: 'sale.create' },
    act: { operation: 'sale.create', input },
  }
}

function ask(state: CashierState, intent: IntentName): CashierStep {
  const saleId = state.arrival?.model.cashier.saleId
  if (saleId === undefined || !canAsk(state, intent)) return { state }
  if (intent === 'cancel' && panelLook(state).isInFlight && !state.isCancelAsked) {
    return { state: { ...calm(state), isCancelAsked: true } }
  }
  const operation = `sale.${intent}` as const
  const next = intent === 'dismiss' ? emptied(state) : state
  return {
    state: { ...calm(next), sending: operation },
    act: { operation, input: { saleId } },
  }
}

/** The pending sales that can be asked about now: those that wait for their next try. */
export function askable(state: CashierState): readonly PendingSale[] {
  if (state.link !== 'open' || state.sending === 'sale.check') return []
  const pending = state.arrival?.model.cashier.pendingSales ?? []
  return pending.filter(({ nextTryAtMs }) => nextTryAtMs !== undefined)
}

/** Asks now about one pending sale, or about the oldest that waits. */
function checkPending(state: CashierState, saleId?: string): CashierStep {
  const sales = askable(state)
  const sale = saleId === undefined ? sales[0] : sales.find((one) => one.saleId === saleId)
  if (sale === undefined) return { state }
  return {
    state: { ...calm(state), sending: 'sale.check' },
    act: { operation: 'sale.check', input: { saleId: sale.saleId } },
  }
}

function withAnswer(state: CashierState, act: Act, answer: Answer): CashierState {
  const isOurs = state.sending === act.operation
  const next = isOurs ? { ...state, sending: undefined } : state
  switch (answer.kind) {
    case 'done':
      // When a picture was faster than the answer, what is typed now is the next amount.
      return isOurs && act.operation === 'sale.create' ? emptied(next) : next
    case 'refused':
      return { ...next, remark: answer.problem.staff }
    case 'lost':
      return { ...next, remark: TEXTS['answer.lost'] }
    case 'offline':
      return { ...next, remark: TEXTS['answer.offline'] }
  }
}

/** Any other act takes back a question and a remark. */
function calm(state: CashierState): CashierState {
  return { ...state, isCancelAsked: false, remark: undefined }
}

function emptied(state: CashierState): CashierState {
  return { ...state, entry: EMPTY_ENTRY, orderRef: '', isOrderShut: false }
}
