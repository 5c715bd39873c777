import type { Problem } from '../domain/errors.ts'
import type { Outcome } from '../domain/sale.ts'
import type { ScreenRule } from '../domain/screen-rules.ts'
import type { FaceGuidance, FaceNotice } from '../ports/face.ts'
import type { SceneMeasure } from '../ports/scene.ts'

/** The states a screen can show; each has its own colour, shape and words. */
export type ScreenState =
  | 'ready'
  | 'waiting_code'
  | 'submitting'
  | 'on_phone'
  | 'checking'
  | 'reversing'
  | 'paid'
  | 'not_paid'
  | 'unknown'
  | 'stopped'

/** What staff may ask for right now. */
export type IntentName = 'arm' | 'cancel' | 'check' | 'dismiss'

/** How a device is, as a light. */
export type Light = {
  readonly device: 'scanner' | 'gateway' | 'journal' | 'certificate'
  readonly level: 'ok' | 'busy' | 'bad' | 'off'
  /** Names the row of the screens' text table, `light.<device>.<detail>`. */
  readonly detail: string
  /** Whole days, where the words have them. */
  readonly days?: number
}

/** A sale in the list of last sales. */
export type RecentSale = {
  readonly saleId: string
  readonly atMs: number
  readonly amountFen: number
  readonly outcome: Outcome
  readonly orderRef?: string
  /** What of it was given back, or is being; absent while nobody asked. */
  readonly refund?: RecentRefund
}

/** The refunds of a sale in one line. */
export type RecentRefund = {
  /** `under_way`: some of it; `done`: all of it; `not_given`: the last one; `needs_staff`: one cannot arrive. */
  readonly state: 'under_way' | 'done' | 'not_given' | 'needs_staff'
  /** Given back or being given back, fen. */
  readonly amountFen: number
}

/** A sale without a result that is not on the screen, or a refund nobody knows the result of. */
export type PendingSale = {
  readonly what: 'payment' | 'refund'
  readonly saleId: string
  readonly amountFen: number
  readonly orderRef?: string
  /** When its charge was sent or its refund wanted, Unix ms. */
  readonly sinceMs: number
  /** When the gateway is asked next, Unix ms; absent while it is being asked. */
  readonly nextTryAtMs?: number
  /** It is older than it should be: somebody has to look. */
  readonly overdue: boolean
  /** The gateway refuses to reverse it for good: a manager has to act. */
  readonly mustAct?: true
}

/** A remark about something that did not change the state, such as a code of another wallet. */
export type Notice = { readonly problem: Problem; readonly atMs: number }

/** What the scene says to new money now, for staff. */
export type SceneNote = {
  /** Row of the measures' table to follow. */
  readonly screen: ScreenRule
  readonly measures: readonly SceneMeasure[]
  /** The time that deadlines are in, when this was drawn, Unix ms; absent: the model's own. */
  readonly trustedAtMs?: number
  /** The customer cannot pay with credit, and has to know before paying. */
  readonly noCredit: boolean
  /** The most one payment may be, fen. */
  readonly ceilingFen?: number
  /** Why no new money is taken. */
  readonly problem?: Problem
  /** Why nothing can be given back at this terminal. */
  readonly refundProblem?: Problem
}

/**
 * Why no new money is taken, as the staff's screen names it: the terminal itself cannot, or the scene
 * has suspended the service, closed this way to pay, or ended for good.
 */
export type StopKind = 'terminal' | 'not_set_up' | 'suspended' | 'way_closed' | 'retired'

/** The scene as the screens need it; without a note nothing is enforced. */
export type SceneFacts = { readonly isOffered: boolean; readonly note?: SceneNote }

/** The cashier's screen, whole. */
export type CashierScreen = {
  readonly state: ScreenState
  readonly store: string
  readonly terminal: string
  readonly saleId?: string
  readonly orderRef?: string
  readonly amountFen?: number
  /** When the present state ends by itself, Unix ms. */
  readonly deadlineAtMs?: number
  /** Since when the present sale is in this state, Unix ms. */
  readonly sinceMs?: number
  /** Why not paid or unknown. */
  readonly problem?: Problem
  readonly gatewayText?: string
  readonly notice?: Notice
  readonly payerTotalFen?: number
  readonly transactionId?: string
  readonly intents: readonly IntentName[]
  readonly lights: readonly Light[]
  readonly recent: readonly RecentSale[]
  /** Sales without a result that are not on the screen. */
  readonly pending: number
  /** The oldest of them. */
  readonly pendingSales: readonly PendingSale[]
  /** Whether refunds may be made at this screen. */
  readonly mayRefund: boolean
  /** No new money is taken, whatever is on the screen; absent while it is. */
  readonly stop?: StopKind
  /** Absent where no scene is enforced. */
  readonly scene?: SceneNote
  /** How far the customer is with face pay, why the last try led to nothing, and whether it was the last. */
  readonly face?: {
    readonly stage: FaceStage
    readonly problem?: Problem
    readonly isOff?: true
  }
}

/**
 * Face pay beside the payment code, which can be shown at any of these stages.
 * - `offered`: may be chosen. `notice`: what happens to the face is told; nothing is agreed yet.
 * - `capturing`: agreed; the camera looks. `confirming`: seen; nothing has been sent.
 * - `recognising`: confirmed and sent.
 */
export type FaceStage = 'offered' | 'notice' | 'capturing' | 'confirming' | 'recognising'

/** Face pay on the customer's screen. */
export type FaceScreen = {
  readonly stage: FaceStage
  readonly saleId: string
  /** While capturing, where the page's own camera is to feed it: the capture. */
  readonly captureId?: string
  /** While capturing: on this page, or on the device's own screen. */
  readonly guidedBy?: 'page' | 'device'
  readonly guidance?: FaceGuidance
  /** When the stage ends by itself, Unix ms. */
  readonly endsAtMs?: number
  /** At the notice. */
  readonly notice?: FaceNotice
  /** While confirming: with the last four digits of the phone, or by pressing alone. */
  readonly confirmBy?: 'digits' | 'press'
  /** What to do after a try that led to nothing. */
  readonly hint?: Problem['customer']
}

/** The customer's screen, whole. It never holds a reason. */
export type CustomerScreen = {
  readonly state: ScreenState
  readonly store: string
  readonly amountFen?: number
  readonly deadlineAtMs?: number
  /** What to do after a code was not accepted or not paid. */
  readonly hint?: Problem['customer']
  /** This payment cannot be made with credit. */
  readonly noCredit?: true
  /** Absent where face pay is not to be had. */
  readonly face?: FaceScreen
}

/** Which drawing it is, and the time it was drawn for, Unix ms. */
type Drawing = { readonly revision: number; readonly atMs: number }

/** What the cashier's page is given. */
export type CashierModel = Drawing & { readonly cashier: CashierScreen }

/** What the customer's page is given: nothing of the cashier's. */
export type CustomerModel = Drawing & { readonly customer: CustomerScreen }

/** Both screens, as they are drawn together. */
export type ScreenModel = CashierModel & CustomerModel
