import type { FundingChannel, Outcome } from '../domain/sale.ts'
import type { SceneCode } from '../domain/scene-errors.ts'
import type { ScreenRule } from '../domain/screen-rules.ts'
import type { FaceTerms } from './face.ts'

/** The seven interfaces a grant may name. */
export type SceneInterface =
  | 'MICROPAY'
  | 'JSAPI'
  | 'MINIPROGRAM'
  | 'NATIVE'
  | 'APP'
  | 'H5'
  | 'FACEPAY'

/** Who asks; `customer` is somebody at a terminal nobody attends. */
export type SceneRole = 'cashier' | 'manager' | 'customer'

type Asked = { readonly interface: SceneInterface; readonly role: SceneRole }
type NewMoney = Asked & { readonly currency: string; readonly attended: boolean }

/** What is about to be done. The interface of an order that exists is the one it was made with. */
export type SceneRequest =
  | (NewMoney & { readonly action: 'charge'; readonly amountFen: number })
  | (NewMoney & { readonly action: 'offer' })
  /** `isDrawn`: nobody wants one now, a screen only says whether it could be had. */
  | (Asked & { readonly action: 'refund'; readonly isDrawn?: true })
  /** About money in flight, which only the end of an agreement ever refuses (M10). */
  | (Asked & { readonly action: 'query' | 'reverse'; readonly inFlight: boolean })

/** A refusal: the first check that failed is the reason to be recorded. */
export type SceneRefusal = {
  readonly kind: 'refuse'
  readonly code: SceneCode
  /** Name of that check, such as `limits`. */
  readonly check: string
}

/** What permits something. */
export type SceneLeave = {
  readonly kind: 'allow'
  /** What permits it; the same text as {@link SceneGate.grantVersion} at this moment. */
  readonly grantVersion: string
  /** The order must exclude credit, or must not be sent. Never true but for new money. */
  readonly sendWithoutCredit: boolean
  /** The most one payment may be now, fen; absent without a limit, and but for new money. */
  readonly ceilingFen?: number
}

export type SceneDecision = SceneLeave | SceneRefusal

/** One attempt as the counters of limits see it. */
export type SceneCharge = {
  readonly outTradeNo: string
  readonly interface: SceneInterface
  readonly amountFen: number
  /** The order excludes credit, so it cannot count against credit. */
  readonly withoutCredit: boolean
}

/** Where in the journal a step stands; a gate that keeps counters notes the highest it has counted. */
export type SceneStep = {
  readonly seq: number
  /** Unix milliseconds by the engine's clock: of the submit, or of the settling. */
  readonly atMs: number
}

/** An attempt that the journal has and the counters may not have: reserved, counted or given back. */
export type JournalledCharge = SceneCharge & {
  readonly outcome: Outcome
  readonly atMs: number
  /** Of one that is paid: what the result names. */
  readonly paidBy?: FundingChannel
}

/** One charge that is paid. Without a channel it counts against all that it may have been. */
export type ScenePaid = { readonly outTradeNo: string; readonly paidBy?: FundingChannel }

/** A measure in force, for screens and callers. */
export type SceneMeasure = {
  /** `M1` to `M10`, or `unreadable`. */
  readonly code: string
  /** Unix milliseconds; only of a measure with a deadline. */
  readonly deadlineAtMs?: number
  /** What M2 wants put right. */
  readonly items?: readonly string[]
  /** A manager has taken note of it. */
  readonly acknowledged?: true
}

/** The scene as screens and callers see it. */
export type SceneStatus = {
  /** `open`: nothing is enforced, no terminal services are configured. */
  readonly mode: 'open' | 'enforced'
  readonly grantVersion: string
  readonly grantId?: string
  /** When the grant ends, Unix milliseconds. */
  readonly grantEndsAtMs?: number
  readonly measures: readonly SceneMeasure[]
  /** Row of the measures' table the screens follow. */
  readonly screen: ScreenRule
  /** When the service last answered, Unix milliseconds. */
  readonly lastContactAtMs?: number
}

/** The scene as callers see it, with what of it is decided at this moment. */
export type SceneReport = SceneStatus & {
  readonly offered: readonly SceneInterface[]
  /** The most one payment may be now, fen. */
  readonly ceilingFen?: number
  /** Why no new money is taken now. */
  readonly refusal?: Pick<SceneRefusal, 'code' | 'check'>
}

/**
 * Says whether new money is allowed here and now (P7). Everything is synchronous, in memory and in well
 * under 0.2 ms: it stands between a scan and the wire. Nothing throws; whatever cannot be decided is a
 * refusal.
 *
 * The counters follow the journal. The engine calls `reserve` after the attempt is durable and was
 * decided a last time, before anything is sent; `commit` after PAID is durable; `release` after NOT_PAID
 * is; an UNKNOWN keeps its room. None of them has to be durable when it returns: a gate writes its
 * counters with the highest `seq` they hold when it can, and at the next start the engine tells it what
 * the journal has after that.
 */
export interface SceneGate {
  decide(request: SceneRequest): SceneDecision
  /** What permits charges now; recorded with every attempt. */
  grantVersion(): string
  /** Takes room for a charge; the same number again changes nothing. */
  reserve(charge: SceneCharge, step: SceneStep): void
  /** Counts a paid charge for good, by its channel; a number without room changes nothing. */
  commit(paid: ScenePaid, step: SceneStep): void
  /** Gives room back; a number without room changes nothing. */
  release(outTradeNo: string, step: SceneStep): void
  /**
   * The journal row up to which the counters on the disk are whole: 0 for none, undefined when this gate
   * counts nothing. Asked once, at the start, before anything is decided.
   */
  countedSeq(): number | undefined
  /**
   * Takes in what the journal has after {@link SceneGate.countedSeq}, in its order and up to `seq`: each
   * is reserved where it is not yet, and then counted or given back by its outcome.
   */
  catchUp(charges: readonly JournalledCharge[], seq: number): void
  /**
   * Interfaces that may be drawn now, by `offer` with this role; one that is not in it is not shown.
   */
  offered(by: { readonly role: SceneRole; readonly attended: boolean }): readonly SceneInterface[]
  status(): SceneStatus
  /**
   * Trusted time, Unix milliseconds, which deadlines of measures are in; undefined while there is none.
   * A gate without this method has no time of its own.
   */
  trustedNowMs?(): number | undefined
  /**
   * What the grant in force says of face pay; undefined where it says nothing whole. A gate without this
   * method grants none.
   */
  faceTerms?(): FaceTerms | undefined
  /**
   * Calls `listener` whenever an answer of `decide`, `offered` or `status` may have become another one:
   * a grant, a bulletin, a place, a deadline or an end of validity that passed. Never from within a call
   * of this gate. The returned function ends it.
   */
  onChange(listener: () => void): () => void
}

/**
 * The gate where no terminal services are configured: it allows everything and counts nothing.
 *
 * @param grantVersion a digest of the configuration, recorded with every attempt
 */
export function openGate(grantVersion: string): SceneGate {
  return {
    decide: () => ({ kind: 'allow', grantVersion, sendWithoutCredit: false }),
    grantVersion: () => grantVersion,
    reserve() {},
    commit() {},
    release() {},
    countedSeq: () => undefined,
    catchUp() {},
    offered: () => ['MICROPAY'],
    status: () => ({ mode: 'open', grantVersion, measures: [], screen: 'as_usual' }),
    onChange: () => () => {},
  }
}
