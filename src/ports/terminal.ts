import type { Result } from '../base/result.ts'
import type { Problem } from '../domain/errors.ts'
import type { FaceAct } from '../domain/face.ts'
import type { Sale } from '../domain/sale.ts'
import type { ScreenModel } from '../screen/model.ts'
import type { GatewayHealth } from './gateway.ts'
import type { JournalStatus } from './journal.ts'
import type { ScannerStatus } from './scanner.ts'
import type { SceneReport } from './scene.ts'
import type { Shifts } from './shifts.ts'

/** Who asks, so that a repeat gets the first answer. */
export type CommandIdentity = {
  readonly clientId: string
  /** Canonical text of operation and input; another text under the same id is refused. */
  readonly digest: string
}

/** What a caller may wish for; times and ids are stamped by the engine. */
export type Wish =
  | {
      readonly kind: 'sale_wanted'
      readonly amountFen: number
      readonly currency: string
      readonly description?: string | undefined
      readonly orderRef?: string | undefined
      readonly operator?: string | undefined
      readonly arm: boolean
    }
  | {
      readonly kind: 'arm_wanted' | 'cancel_wanted' | 'check_wanted' | 'dismiss_wanted'
      readonly saleId: string
    }
  | {
      readonly kind: 'close_wanted'
      readonly saleId: string
      readonly operator: string
      readonly reason: string
    }
  | {
      readonly kind: 'face_wanted'
      readonly saleId: string
      readonly act: FaceAct
      /** With a consent: the notice that was agreed to. */
      readonly noticeVersion?: string | undefined
      /** With a confirmation, where digits are asked for. */
      readonly digits?: string | undefined
    }
  | {
      readonly kind: 'refund_wanted'
      readonly saleId: string
      /** Fen; all that is left when absent. */
      readonly amountFen?: number | undefined
      readonly outTradeNo?: string | undefined
      readonly operator: string
      readonly reason: string
    }

/** Devices, gateway and journal as they are. */
export type TerminalStatus = {
  readonly state: 'running' | 'stopped'
  readonly startedAtMs: number
  /** Sales whose outcome is not known. */
  readonly pending: number
  /** Sales with a refund under way. */
  readonly refunding: number
  readonly scanners: readonly ScannerStatus[]
  readonly gateway: GatewayHealth
  readonly journal: JournalStatus
  readonly scene: SceneReport
}

/** The running terminal as its transports see it. */
export interface Terminal {
  /** The shift that is open, and those before it. */
  readonly shifts: Shifts
  /** Carries out a wish once; a repeat of the same client id returns the first answer. */
  command(wish: Wish, identity: CommandIdentity): Promise<Result<Sale, Problem>>
  sale(id: string): Sale | undefined
  /** Sales whose outcome is not known, oldest first. */
  pending(): readonly Sale[]
  /** Paid sales with a refund under way, oldest first. */
  refunding(): readonly Sale[]
  /** Newest first. */
  sales(limit: number, beforeId?: string): readonly Sale[]
  status(): TerminalStatus
  screen(): ScreenModel
  /** Calls `listener` with every new model; the returned function ends it. */
  onScreen(listener: (model: ScreenModel) => void): () => void
  /** Calls `listener` with every sale that changed; the returned function ends it. */
  onSale(listener: (sale: Sale) => void): () => void
}
