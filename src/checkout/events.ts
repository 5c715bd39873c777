import type { Cause, ErrorCode } from '../domain/errors.ts'
import type { FaceAct, FaceCapture } from '../domain/face.ts'
import type { FaceCode } from '../domain/face-errors.ts'
import type { Wallet } from '../domain/payment-code.ts'
import type { FaceCodeType, PaymentInterface, Sale } from '../domain/sale.ts'
import type { SceneCode } from '../domain/scene-errors.ts'
import type { GatewayAnswer, RefundAnswer } from '../ports/gateway.ts'
import type { DropReason } from '../ports/scanner.ts'

/** For whom an attempt is made; stamped on the scan by the engine. */
export type Binding = {
  readonly merchantId: string
  readonly appId: string
  readonly storeId: string
  /** The merchant's number for the terminal; absent in journals from before it was kept. */
  readonly terminalId?: string
  readonly interface: PaymentInterface
  readonly grantVersion: string
}

/** An act of the customer about face pay. */
export type FaceWish = {
  readonly kind: 'face_wanted'
  readonly atMs: number
  readonly saleId: string
  readonly act: FaceAct
  /** Why face pay is not to be had now; absent: it is. */
  readonly unavailable?: ErrorCode
  /** With a consent: the capture it permits. */
  readonly consented?: Pick<FaceCapture, 'captureId' | 'consentId' | 'noticeVersion' | 'outTradeNo'>
  /** With a confirmation: handle of the digits in the engine's memory. */
  readonly digitsRef?: string
  readonly archived?: Sale
}

/** A wish of a person or a register. */
export type SaleWish =
  | FaceWish
  | {
      readonly kind: 'sale_wanted'
      readonly atMs: number
      readonly saleId: string
      readonly amountFen: number
      readonly description: string
      readonly orderRef?: string
      /** Who collects it. */
      readonly operator?: string
      readonly traceId: string
      readonly arm: boolean
    }
  | {
      readonly kind: 'arm_wanted' | 'cancel_wanted' | 'dismiss_wanted'
      readonly atMs: number
      readonly saleId: string
      /** The sale, when it is closed and no longer in the state. */
      readonly archived?: Sale
    }
  | {
      readonly kind: 'check_wanted'
      readonly atMs: number
      readonly saleId: string
      /** A check that nobody asked for: the gateway can be reached again. */
      readonly lineIsBack?: true
      /** Since when this program runs, by the clock of `atMs`: a time before that was another clock's. */
      readonly upSinceMs?: number
      /** The sale, when it is closed and no longer in the state. */
      readonly archived?: Sale
    }
  | {
      /** A manager stops waiting for an outcome. */
      readonly kind: 'close_wanted'
      readonly atMs: number
      readonly saleId: string
      readonly operator: string
      readonly reason: string
      readonly archived?: Sale
    }
  | {
      /** Somebody gives money back. */
      readonly kind: 'refund_wanted'
      readonly atMs: number
      readonly saleId: string
      /** All that is left when absent. */
      readonly amountFen?: number
      /** The attempt whose money it is; the last paid one with money left when absent. */
      readonly outTradeNo?: string
      readonly reason: string
      readonly operator: string
      /** The number it will have, whatever happens. */
      readonly outRefundNo: string
      /** For whom this terminal signs. */
      readonly merchantId: string
      readonly appId: string
      readonly archived?: Sale
    }

/** An answer or a timer of one refund. `step` tells a stale one. */
export type RefundEvent = {
  readonly atMs: number
  readonly saleId: string
  readonly outRefundNo: string
  readonly step: number
} & (
  | { readonly kind: 'refund_answered' | 'refund_query_answered'; readonly answer: RefundAnswer }
  | { readonly kind: 'refund_due' }
)

/** An answer or a timer of one attempt. `step` tells a stale one. */
export type AttemptEvent = {
  readonly atMs: number
  readonly saleId: string
  readonly outTradeNo: string
  readonly step: number
} & (
  | {
      readonly kind: 'charge_answered' | 'query_answered' | 'reverse_answered'
      readonly answer: GatewayAnswer
    }
  | { readonly kind: 'attempt_due' }
  /** The scene refused between the disk and the wire: no byte of the charge left, and none will. */
  | { readonly kind: 'charge_withheld'; readonly code: SceneCode; readonly check: string }
)

/** What becomes of a face before there is a code to charge. A timer needs no capture's name. */
export type FaceEvent = { readonly atMs: number; readonly saleId: string } & (
  | { readonly kind: 'face_captured'; readonly captureId: string }
  | {
      readonly kind: 'face_failed'
      readonly captureId: string
      readonly cause: FaceCode
      /** What of the scene or the reader it was, where the cause only says that it is not to be had. */
      readonly refusal?: ErrorCode
    }
  | { readonly kind: 'face_expired' }
)

/** A face code came for the capture under way: it is charged as a payment code is. */
export type FaceCodeEvent = {
  readonly kind: 'face_recognised'
  readonly atMs: number
  readonly saleId: string
  readonly captureId: string
  /** Handle of the code in the engine's memory. */
  readonly credentialRef: string
  readonly face: FaceCodeType
  /** The device led the customer through it, and had it confirmed on its own screen. */
  readonly byDevice?: true
  readonly binding: Binding
  /** The order must exclude credit. */
  readonly noCredit?: true
}

/** The scene refuses new money for a sale that waits for a code. */
export type SceneEvent = {
  readonly kind: 'scene_refused'
  readonly atMs: number
  readonly saleId: string
  readonly code: SceneCode
  /** The first check that failed. */
  readonly check: string
  /** A code came, or the scene changed before one did. */
  readonly moment: 'code' | 'change'
}

/** What a scanner brought, after the grammar. The code itself is never in an event. */
export type ScanEvent =
  | {
      readonly kind: 'code_scanned'
      readonly atMs: number
      readonly wallet: Wallet
      /** Handle of the code in the engine's memory. */
      readonly credentialRef: string
      readonly outTradeNo: string
      readonly binding: Binding
      /** The order must exclude credit. */
      readonly noCredit?: true
    }
  | { readonly kind: 'code_rejected'; readonly atMs: number; readonly cause: Cause }
  | { readonly kind: 'label_dropped'; readonly atMs: number; readonly reason: DropReason }

/** A wait that belongs to a sale ended. */
export type SaleTimerEvent = {
  readonly kind: 'arm_expired' | 'result_expired' | 'outcome_overdue'
  readonly atMs: number
  readonly saleId: string
  /** The machine slept, which ends the wait for a code before its time. */
  readonly slept?: true
}

/** The program started; `sales` are those the journal holds as not closed, oldest first. */
export type StartEvent = {
  readonly kind: 'terminal_started'
  readonly atMs: number
  readonly sales: readonly Sale[]
}

/** Everything that can happen to the checkout. Past facts and wishes; times are stamped. */
export type CheckoutEvent =
  | SaleWish
  | AttemptEvent
  | RefundEvent
  | SceneEvent
  | FaceEvent
  | FaceCodeEvent
  | ScanEvent
  | SaleTimerEvent
  | StartEvent

/** What the engine has to do. Orders, in sequence, after the step is durable. */
export type Effect =
  | { readonly kind: 'charge'; readonly sale: Sale; readonly credentialRef: string }
  | { readonly kind: 'query' | 'reverse'; readonly sale: Sale }
  | { readonly kind: 'refund' | 'query_refund'; readonly sale: Sale; readonly outRefundNo: string }
  | {
      readonly kind: 'wait'
      /** One timer a key; a new one replaces it. */
      readonly key: string
      readonly dueAtMs: number
      readonly fires: WaitedFor
    }
  | { readonly kind: 'stop_waiting'; readonly key: string }
  | { readonly kind: 'start_face'; readonly sale: Sale; readonly captureId: string }
  | { readonly kind: 'confirm_face'; readonly captureId: string; readonly digitsRef?: string }
  | { readonly kind: 'finish_face'; readonly captureId: string }
  | { readonly kind: 'enable_scanner' }
  | { readonly kind: 'disable_scanner'; readonly reason: 'idle' | 'in_flight' }

/** The event a timer comes back as; `atMs` is stamped when it fires. */
export type WaitedFor =
  | Omit<Extract<AttemptEvent, { kind: 'attempt_due' }>, 'atMs'>
  | Omit<Extract<RefundEvent, { kind: 'refund_due' }>, 'atMs'>
  | Omit<SaleTimerEvent, 'atMs'>
  | Omit<Extract<FaceEvent, { kind: 'face_expired' }>, 'atMs'>
