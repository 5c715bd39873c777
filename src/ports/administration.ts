import type { Result } from '../base/result.ts'
import type { Problem, Text } from '../domain/errors.ts'
import type { Operator, Right } from '../domain/roles.ts'
import type { SceneInterface } from './scene.ts'

/** What somebody did to the terminal itself, and why. */
export type AdminAct = {
  /** Unix milliseconds. */
  readonly atMs: number
  /** A dotted name and what it was done to, such as `certificate.import 5A01EF…`. Never a secret. */
  readonly what: string
  readonly operator: string
  readonly reason: string
}

/** An act before it has its time. */
export type AdminWish = Omit<AdminAct, 'atMs'>

/** An interface that takes no new money until somebody resumes it. */
export type InterfacePause = {
  readonly interface: SceneInterface
  readonly operator: string
  readonly reason: string
  readonly sinceMs: number
}

/** A session of an operator, as the one who signed in gets it. */
export type OperatorSession = Operator & {
  readonly session: string
  readonly rights: readonly Right[]
  readonly lockAfterMs: number
}

/** What a signed-in operator asks for. */
export type OperatorCall = {
  readonly session: string
  /** Name of the operation, for the journal when it is refused. */
  readonly operation: string
  readonly right: Right
  /** The screen asks by itself, so the session is kept no longer alive by it. */
  readonly isIdle: boolean
}

type Limit = number | 'unlimited'
type Refusal = { readonly code: string; readonly check: string; readonly staff: Text }

export type GrantFacts = {
  readonly grantId: string
  readonly version: number
  readonly policy: string
  readonly merchantId: string
  readonly merchantKind: string
  readonly storeId: string
  readonly storeName: string
  readonly address: string
  readonly regionCode: string
  readonly serial: string
  readonly deviceType: string
  readonly industryCategory: string
  readonly riskLevel: string
  readonly issuedAtMs: number
  readonly notBeforeMs: number
  readonly notAfterMs: number
  readonly offlineGraceMs: number
  readonly interfaces: readonly {
    readonly interface: SceneInterface
    readonly attended: boolean
    readonly approvalRef: string
    readonly state: 'open' | 'paused' | 'closed' | 'refused'
    readonly refusal?: Refusal
  }[]
  readonly channelsAllowed: readonly string[]
  readonly refund: string
  readonly flags: readonly string[]
}

/** One limit with what is used of it, fen. */
export type CounterFacts = {
  readonly interface: SceneInterface | 'MICRO_CREDIT'
  readonly channel?: 'QUICK' | 'BALANCE' | 'CREDIT' | 'ALL'
  readonly single?: Limit
  readonly day: Limit
  readonly month: Limit
  readonly spentDayFen: number
  readonly spentMonthFen: number
  readonly reservedFen: number
}

/** What somebody did about a measure, and whether the service has it. */
type NoteFacts = { readonly operator: string; readonly atMs: number; readonly isSent: boolean }

export type MeasureFacts = {
  readonly measureId: string
  readonly seq: number
  readonly code: string
  readonly interfaces: readonly SceneInterface[]
  readonly effectiveAtMs: number
  readonly deadlineAtMs?: number
  readonly onDeadline?: 'suspend' | 'none'
  readonly ackDueAtMs?: number
  readonly items: readonly string[]
  readonly detail?: string
  readonly acknowledgement?: NoteFacts
  readonly reportedDone?: NoteFacts
  readonly may: readonly ('acknowledge' | 'report_done')[]
}

export type CertificateViewFacts = {
  readonly serial: string
  readonly merchantId: string
  readonly validFromMs: number
  readonly validUntilMs: number
  readonly daysLeft: number
  readonly level: 'ok' | 'soon' | 'urgent' | 'expired'
  readonly signs: boolean
  readonly source: 'imported' | 'configured'
}

export type PlaceFacts = {
  readonly state: 'inside' | 'outside' | 'unknown'
  readonly source: 'gnss' | 'configured' | 'gateway' | 'network' | 'none'
  readonly sinceMs?: number
  readonly toleratedMs?: number
  readonly distanceM?: number
  readonly accuracyM?: number
  readonly fixAtMs?: number
  readonly ip?: string
  readonly isInStoreNetwork?: boolean
}

export type ClockFacts = {
  readonly kind: 'trusted' | 'none' | 'rolled_back'
  readonly trustedMs?: number
  readonly wallMs: number
  readonly wallSkewMs?: number
  readonly isWallOff: boolean
  readonly highWaterMs?: number
  readonly offlineMs?: number
  readonly graceLeftMs?: number
}

/** Everything the admin screen draws; what is not known is absent. Money in fen, times in Unix ms. */
export type AdministrationFacts = {
  readonly atMs: number
  readonly terminal: { readonly id: string; readonly store: string; readonly version: string }
  readonly services: {
    readonly mode: 'open' | 'enforced'
    readonly lifecycle?: string
    readonly standing?: string
    readonly lastContactAtMs?: number
    readonly waitingEvents: number
  }
  readonly refusal?: Refusal
  readonly grant?: GrantFacts
  readonly measures: readonly MeasureFacts[]
  readonly counters?: readonly CounterFacts[]
  readonly certificates: readonly CertificateViewFacts[]
  readonly place: PlaceFacts
  readonly clock: ClockFacts
  readonly pauses: readonly InterfacePause[]
  readonly acts: readonly AdminAct[]
}

/** A closing at the gateway. The password is passed on and kept nowhere. */
export type InterfaceClosing = {
  readonly interface: SceneInterface | 'ALL'
  readonly administrator: string
  readonly password: string
  readonly reason: string
}

/**
 * What people do to the terminal itself. Every act is in the journal before it takes effect or is
 * answered, with who did it and why; an act that cannot be written there is not done. Whether somebody
 * may do something is asked by {@link Administration.authorise} and nowhere else: the acts trust that
 * it was.
 */
export interface Administration {
  /** Who may sign in; empty until the first operator is added. */
  operators(): Result<readonly Operator[], Problem>
  /**
   * Opens a session. Refused with `operator.none`, `operator.pin_wrong` or `operator.locked`, the last
   * two with `waitMs` while every further try is refused.
   */
  signIn(name: string, pin: string): Promise<Result<OperatorSession, Problem>>
  signOut(session: string): void
  /**
   * Who asks, when the session lives and its operator still has the right. `operator.session_ended`
   * otherwise, or `operator.not_allowed`, which the journal keeps.
   */
  authorise(call: OperatorCall): Result<Operator, Problem>
  view(): Result<AdministrationFacts, Problem>
  acknowledge(by: Operator, measureId: string): Result<undefined, Problem>
  /** A report; it lifts nothing. */
  reportDone(
    by: Operator,
    done: { readonly measureId: string; readonly reason: string },
  ): Result<undefined, Problem>
  pause(
    by: Operator,
    pause: { readonly interface: SceneInterface; readonly reason: string },
  ): Result<undefined, Problem>
  resume(
    by: Operator,
    pause: { readonly interface: SceneInterface; readonly reason: string },
  ): Result<undefined, Problem>
  /** Closes at the gateway; what was closed. Errors are under `closing.` and `services.`. */
  close(by: Operator, closing: InterfaceClosing): Promise<Result<readonly string[], Problem>>
  /** Believes the time of the service again, after it was asked once more. */
  unlockClock(by: Operator, reason: string): Promise<Result<undefined, Problem>>
  /** Keeps an act that a command did beside the running terminal. */
  record(act: AdminWish): Result<undefined, Problem>
}
