import type { Answer, LinkState } from '../connection/connection.ts'
import type { AdminCall, Administration, SignedIn } from '../shared/operator-types.ts'
import type { SignInState } from '../shared/sign-in-state.ts'
import type { Language, Text } from '../text/language.ts'
import type { TextKey } from '../text/translate.ts'

/** The sections in their places: key 1 is the first. */
export const SECTIONS = [
  'overview',
  'measures',
  'interfaces',
  'limits',
  'grant',
  'certificates',
  'place',
  'log',
] as const
export type Section = (typeof SECTIONS)[number]

/** A way to pay, as the wire names it. */
export type InterfaceName = Administration['pauses'][number]['interface']

/** What may be done to the terminal here. */
export type ActName = 'acknowledge' | 'report_done' | 'pause' | 'resume' | 'close' | 'unlock'

/** The reasons one tap away, by act; `other` is said in own words. Empty: the act takes none. */
export const ACT_REASONS = {
  acknowledge: [],
  report_done: ['put_right', 'papers_sent', 'staff_told'],
  pause: ['service', 'told', 'suspicion'],
  resume: ['service_done', 'told_open', 'looked_into'],
  close: ['not_used', 'told_close', 'misuse'],
  unlock: ['clock_set', 'battery'],
} as const satisfies { readonly [act in ActName]: readonly string[] }
export type ReasonName = (typeof ACT_REASONS)[ActName][number]

/** The words of each. */
export const REASON_TEXTS = {
  put_right: 'act.reason.put_right',
  papers_sent: 'act.reason.papers_sent',
  staff_told: 'act.reason.staff_told',
  service: 'act.reason.service',
  told: 'act.reason.told',
  suspicion: 'act.reason.suspicion',
  service_done: 'act.reason.service_done',
  told_open: 'act.reason.told_open',
  looked_into: 'act.reason.looked_into',
  not_used: 'act.reason.not_used',
  told_close: 'act.reason.told_close',
  misuse: 'act.reason.misuse',
  clock_set: 'act.reason.clock_set',
  battery: 'act.reason.battery',
} as const satisfies { readonly [reason in ReasonName]: TextKey }

/** Fields of the form that are typed into and kept while it is open. No secret is among them. */
export type ActField = 'words' | 'administrator' | 'typed'
export const ACT_FIELD_MAX: { readonly [field in ActField]: number } = {
  words: 120,
  administrator: 64,
  typed: 20,
}

/** An act that is being drawn up. */
export type ActForm = {
  readonly act: ActName
  /** The measure or interface; empty for the clock. */
  readonly target: string
  readonly reason: ReasonName | 'other' | undefined
  readonly words: string
  readonly administrator: string
  /** The name of the interface, typed to confirm that it is meant. */
  readonly typed: string
  /** `confirm`: what cannot be undone is asked once more, with the operation password. */
  readonly step: 'form' | 'confirm'
  readonly isSending: boolean
  /** The gateway could not be reached: a pause is offered instead. */
  readonly mayPauseInstead: boolean
}

/** What the page knows. None of it is the terminal's state but what the terminal has told. */
export type AdminState = {
  readonly link: LinkState
  readonly language: Language
  readonly signIn: SignInState
  /** Nobody: nothing of the terminal is kept or drawn. */
  readonly signedIn: SignedIn | undefined
  readonly view: Administration | undefined
  /** When the view came, by the page's own clock. */
  readonly viewedAtMs: number
  /** When the session ends without another call, by the page's own clock. */
  readonly lockAtMs: number
  readonly section: Section
  readonly form: ActForm | undefined
  readonly remark: Remark | undefined
}

/** A remark: that something was done, or why not. */
export type Remark = { readonly text: Text; readonly isGood: boolean }

export type AdminEvent =
  | { readonly kind: 'link'; readonly state: LinkState }
  | { readonly kind: 'language' }
  | { readonly kind: 'choose'; readonly name: string }
  | { readonly kind: 'sign_in'; readonly pin: string }
  | { readonly kind: 'lock' }
  /** `isIdle`: the page asks by itself, which keeps no session alive. */
  | { readonly kind: 'look'; readonly isIdle: boolean; readonly nowMs: number }
  | { readonly kind: 'section'; readonly section: Section }
  | { readonly kind: 'open'; readonly act: ActName; readonly target: string }
  | { readonly kind: 'reason'; readonly reason: ReasonName | 'other' }
  | { readonly kind: 'field'; readonly field: ActField; readonly text: string }
  | { readonly kind: 'back' }
  /** Goes on in the form. The password, if any, goes into the call and is kept nowhere. */
  | { readonly kind: 'go'; readonly password: string; readonly nowMs: number }
  | {
      readonly kind: 'answer'
      readonly call: AnsweredCall
      readonly answer: Answer
      readonly nowMs: number
    }

/** Of a call that was answered, what is needed to place the answer: never a PIN or a password. */
export type AnsweredCall = {
  readonly operation: AdminCall['operation']
  readonly session: string | undefined
}

/** The page after an event, and what to send. */
export type AdminStep = { readonly state: AdminState; readonly call?: AdminCall }
