import type { CustomerModel, CustomerScreen, ScreenState } from '../../src/screen/model.ts'
import type { LinkState } from '../connection/connection.ts'
import type { IconName } from '../shared/icon-name.ts'
import type { Arrival } from '../shared/server-clock.ts'
import { type Language, nextLanguage, type Text } from '../text/language.ts'
import { TEXTS } from '../text/translate.ts'
import { type FaceState, NO_FACE, withFaceModel } from './face-state.ts'

/** All the customer's page knows. */
export type CustomerState = {
  readonly link: LinkState
  readonly arrival: Arrival<CustomerModel> | undefined
  readonly language: Language
  /** When the present deadline was first seen, Unix ms of the terminal; for the length of the bar. */
  readonly deadlineSeenMs: number | undefined
  /** What the next customer finds again. */
  readonly defaultLanguage: Language
  /** What belongs to the present stage of face pay. */
  readonly face: FaceState
  /** Whether what to do in face pay is also spoken; a setting of the terminal. */
  readonly isVoiceOn: boolean
}

export type CustomerEvent =
  | { readonly kind: 'link'; readonly state: LinkState }
  | { readonly kind: 'model'; readonly model: CustomerModel; readonly atMs: number }
  | { readonly kind: 'language' }
  | { readonly kind: 'voice' }
  | { readonly kind: 'face'; readonly change: (face: FaceState) => FaceState }

/** What the customer's page can show. */
export type CustomerPanel = ScreenState | 'connecting' | 'lost'

/** The page before anything came. */
export function initialCustomer(defaultLanguage: Language, isVoiceOn = true): CustomerState {
  return {
    link: 'connecting',
    arrival: undefined,
    deadlineSeenMs: undefined,
    language: defaultLanguage,
    defaultLanguage,
    face: NO_FACE,
    isVoiceOn,
  }
}

/** The page's one rule of change; pure. */
export function reduceCustomer(state: CustomerState, event: CustomerEvent): CustomerState {
  switch (event.kind) {
    case 'link':
      // Nothing of a customer waits on a page that cannot say what became of it.
      return { ...state, link: event.state, ...(event.state === 'open' ? {} : { face: NO_FACE }) }
    case 'voice':
      return { ...state, isVoiceOn: !state.isVoiceOn }
    case 'face':
      return { ...state, face: event.change(state.face) }
    case 'language':
      return { ...state, language: nextLanguage(state.language) }
    case 'model': {
      const before = state.arrival?.model.customer
      const arrival = { model: event.model, arrivedAtMs: event.atMs }
      const hasEnded = before !== undefined && !isIdle(before) && isIdle(event.model.customer)
      const language = hasEnded ? state.defaultLanguage : state.language
      const isSameWait = before?.deadlineAtMs === event.model.customer.deadlineAtMs
      const deadlineSeenMs = isSameWait ? state.deadlineSeenMs : event.model.atMs
      const face = withFaceModel(state.face, event.model, event.atMs)
      return { ...state, arrival, deadlineSeenMs, language, face }
    }
  }
}

/** Nobody is being served: no amount stands on the screen. */
export function isIdle(screen: CustomerScreen): boolean {
  return screen.state === 'ready' && screen.amountFen === undefined
}

/** What is shown; a picture from before a break is never shown as if it were current. */
export function customerPanel(state: CustomerState): CustomerPanel {
  if (state.arrival === undefined || state.link === 'connecting') return 'connecting'
  return state.link === 'lost' ? 'lost' : state.arrival.model.customer.state
}

/** The states whose end a customer can do something about. */
export function hasCustomerCountdown(panel: CustomerPanel): boolean {
  return panel === 'waiting_code' || panel === 'on_phone'
}

/** How a state looks and what it says to the customer. */
export type CustomerLook = {
  readonly icon: IconName
  readonly title: Text
  readonly how?: Text
  /** The second line is the model's hint, to be noticed. */
  readonly isHint?: boolean
}

const WAIT = TEXTS['customer.wait']

const LOOKS: { readonly [panel in CustomerPanel]: CustomerLook } = {
  ready: { icon: 'ready', title: WAIT, how: TEXTS['customer.soon'] },
  waiting_code: {
    icon: 'code',
    title: TEXTS['customer.show_code'],
    how: TEXTS['customer.show_code.how'],
  },
  submitting: { icon: 'charging', title: WAIT, how: TEXTS['customer.wait.charging'] },
  on_phone: {
    icon: 'phone',
    title: TEXTS['customer.on_phone'],
    how: TEXTS['customer.on_phone.how'],
  },
  checking: { icon: 'search', title: WAIT, how: TEXTS['customer.wait.checking'] },
  reversing: { icon: 'search', title: WAIT, how: TEXTS['customer.wait.checking'] },
  unknown: { icon: 'question', title: WAIT, how: TEXTS['customer.wait.staff'] },
  paid: { icon: 'check', title: TEXTS['customer.paid'], how: TEXTS['customer.paid.thanks'] },
  not_paid: {
    icon: 'again',
    title: TEXTS['customer.not_charged'],
    how: TEXTS['customer.ask_staff'],
  },
  stopped: { icon: 'stop', title: TEXTS['customer.closed'], how: TEXTS['customer.ask_staff'] },
  connecting: { icon: 'link', title: WAIT, how: TEXTS['link.connecting'] },
  lost: { icon: 'link', title: WAIT, how: TEXTS['link.lost'] },
}

/** The look of now, with the model's hint in the place of the second line. */
export function customerLook(state: CustomerState): CustomerLook {
  const panel = customerPanel(state)
  const look = LOOKS[panel]
  const hint = state.arrival?.model.customer.hint
  if (hint === undefined || panel === 'connecting' || panel === 'lost') return look
  if (panel === 'not_paid') return { ...look, title: hint, how: look.title }
  // What to do is all there is to say; that the service is out would be half a reason.
  if (panel === 'stopped') return { icon: look.icon, title: hint }
  return panel === 'paid' ? look : { ...look, how: hint, isHint: true }
}
