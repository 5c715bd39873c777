import type { CustomerModel, FaceScreen, FaceStage } from '../../src/screen/model.ts'
import type { Text } from '../text/language.ts'
import { TEXTS } from '../text/translate.ts'

/** What a customer can say about face pay. */
export type FaceAct = 'choose' | 'consent' | 'confirm' | 'decline'

/** Input of the operation `face.act`; the clientId is put in when it leaves. */
export type FaceActInput = {
  readonly saleId: string
  readonly act: FaceAct
  /** With `consent`: which notice was on the screen. */
  readonly noticeVersion?: string
  /** With `confirm`, where the terms ask for them. */
  readonly digits?: string
}

/**
 * What the page itself knows of face pay. It belongs to one stage of one sale and one capture, and is
 * forgotten with it.
 */
export type FaceState = {
  readonly stage: FaceStage | undefined
  readonly saleId: string | undefined
  readonly captureId: string | undefined
  /** When the stage came on the screen, milliseconds of the page's clock. */
  readonly shownAtMs: number
  /** The same by the terminal's clock, for the length of the ring. */
  readonly seenMs: number
  /** Last digits of the phone, as far as they are typed. */
  readonly digits: string
  /** The last digit can still be read; a moment later it is a dot like the others. */
  readonly isLastShown: boolean
  /** The act that is on its way. */
  readonly sending: FaceAct | undefined
  /** What to do after an act that was not done. */
  readonly remark: Text | undefined
}

export const DIGITS = 4
/** A tap this soon after a stage came was meant for the one before it. */
export const TOO_SOON_MS = 500

/** Nothing of face pay. */
export const NO_FACE: FaceState = {
  stage: undefined,
  saleId: undefined,
  captureId: undefined,
  shownAtMs: 0,
  seenMs: 0,
  digits: '',
  isLastShown: false,
  sending: undefined,
  remark: undefined,
}

/** A new picture: whatever belongs to another stage, sale or capture is forgotten. */
export function withFaceModel(state: FaceState, model: CustomerModel, atMs: number): FaceState {
  const { face } = model.customer
  if (face === undefined) return NO_FACE
  const isSame =
    state.stage === face.stage && state.saleId === face.saleId && state.captureId === face.captureId
  if (isSame) return state
  return {
    ...NO_FACE,
    stage: face.stage,
    saleId: face.saleId,
    captureId: face.captureId,
    shownAtMs: atMs,
    seenMs: model.atMs,
  }
}

/** One digit more. A fifth is no digit of a phone but a reader that types: all of it is thrown away. */
export function withDigit(state: FaceState, digit: string): FaceState {
  if (state.stage !== 'confirming' || state.sending !== undefined) return state
  if (!/^[0-9]$/.test(digit)) return state
  if (state.digits.length >= DIGITS) return withoutDigits(state)
  return { ...state, digits: state.digits + digit, isLastShown: true, remark: undefined }
}

/** The last digit is taken back. */
export function withoutLastDigit(state: FaceState): FaceState {
  return { ...state, digits: state.digits.slice(0, -1), isLastShown: false }
}

/** All digits are forgotten. */
export function withoutDigits(state: FaceState): FaceState {
  return { ...state, digits: '', isLastShown: false }
}

/** The last digit becomes a dot. */
export function masked(state: FaceState): FaceState {
  return state.isLastShown ? { ...state, isLastShown: false } : state
}

/** The digits as they are drawn: dots, and the last one while it is new. */
export function drawnDigits({ digits, isLastShown }: FaceState): readonly string[] {
  return [...digits].map((digit, index) =>
    isLastShown && index === digits.length - 1 ? digit : '●',
  )
}

/** Whether the customer can confirm now. */
export function mayConfirm(state: FaceState, screen: FaceScreen): boolean {
  const isWhole = screen.confirmBy !== 'digits' || state.digits.length === DIGITS
  return screen.stage === 'confirming' && isWhole
}

/** The page after a press, and what to send, if anything. */
export type FaceStep = { readonly state: FaceState; readonly input?: FaceActInput }

/** At which stages an act means something. To leave is possible at all of them. */
const STAGES: { readonly [act in FaceAct]: readonly FaceStage[] } = {
  choose: ['offered', 'notice'],
  consent: ['notice'],
  confirm: ['confirming'],
  decline: ['notice', 'capturing', 'confirming', 'recognising'],
}

/** A press by the customer. */
export function pressed(
  state: FaceState,
  given: { readonly act: FaceAct; readonly screen: FaceScreen; readonly atMs: number },
): FaceStep {
  const { act, screen, atMs } = given
  if (!STAGES[act].includes(screen.stage) || state.sending === act) return { state }
  // The way out is open whatever else is on its way.
  if (act !== 'decline') {
    const isTooSoon = atMs - state.shownAtMs < TOO_SOON_MS
    if (isTooSoon || state.sending !== undefined) return { state }
  }
  if (act === 'confirm' && !mayConfirm(state, screen)) return { state }
  const input = {
    saleId: screen.saleId,
    act,
    ...(act === 'consent' ? { noticeVersion: screen.notice?.version ?? '' } : {}),
    ...(act === 'confirm' && screen.confirmBy === 'digits' ? { digits: state.digits } : {}),
  }
  return { state: { ...withoutDigits(state), sending: act, remark: undefined }, input }
}

/** An act was answered. What it did is told by the next picture; only a failure is said here. */
export function answered(state: FaceState, act: FaceAct, remark: Text | undefined): FaceState {
  return state.sending === act ? { ...state, sending: undefined, remark } : state
}

/** What is said when no answer came. */
export const NO_ANSWER: Text = TEXTS['face.lost']
