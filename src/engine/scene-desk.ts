import type { Binding, CheckoutEvent } from '../checkout/events.ts'
import { refuse, type State, type Step } from '../checkout/state.ts'
import { problem } from '../domain/errors.ts'
import { type Attempt, lastAttempt, type Sale } from '../domain/sale.ts'
import { WAITS } from '../domain/waits.ts'
import type { FaceTerms } from '../ports/face.ts'
import type { Journal } from '../ports/journal.ts'
import {
  type JournalledCharge,
  openGate,
  type SceneCharge,
  type SceneDecision,
  type SceneGate,
  type SceneLeave,
  type ScenePaid,
  type SceneRefusal,
  type SceneReport,
  type SceneRequest,
} from '../ports/scene.ts'
import type { SceneFacts } from '../screen/model.ts'
import type { EngineOptions } from './options.ts'

export type SceneDeskOptions = Pick<
  EngineOptions,
  'binding' | 'scene' | 'attended' | 'canExcludeCredit' | 'clock'
>

/** Rows read at a time at the start. */
const PAGE_ROWS = 500

/** Steps that make an attempt, or end one. */
const COUNTED: ReadonlySet<string> = new Set([
  'code_scanned',
  'charge_answered',
  'charge_withheld',
  'query_answered',
  'reverse_answered',
  'outcome_repaired',
])

/**
 * Asks the scene gate in the words of a sale, and keeps its counters in step with the journal. All
 * refusals of new money go through here (P7), and so does the one thing that may end a recovery (P8).
 */
export class SceneDesk {
  readonly #gate: SceneGate
  readonly #interface: Binding['interface']
  readonly #attended: boolean
  readonly #canExcludeCredit: boolean
  readonly #clock: SceneDeskOptions['clock']
  /** Since when the grant is older than one that was announced, by the monotonic clock. */
  #oldSinceMs: number | undefined
  #seq = 0

  constructor({ binding, scene, attended, canExcludeCredit, clock }: SceneDeskOptions) {
    this.#clock = clock
    this.#gate = scene ?? openGate(binding.grantVersion)
    this.#interface = binding.interface
    this.#attended = attended ?? true
    this.#canExcludeCredit = canExcludeCredit ?? false
  }

  /** What the grant in force says of face pay. */
  faceTerms(): FaceTerms | undefined {
    return this.#gate.faceTerms?.()
  }

  /** Trusted time, Unix milliseconds; undefined while there is none. */
  trustedNowMs(): number | undefined {
    return this.#gate.trustedNowMs?.()
  }

  /** Calls `listener` when the scene may have changed; the returned function ends it. */
  onChange(listener: () => void): () => void {
    return this.#gate.onChange(listener)
  }

  /** Whether new money only waits for a grant that was announced. */
  isRenewing(): boolean {
    return isRenewing(this.#offer())
  }

  /** Tells the gate what the journal has and its counters may not. Before anything is decided. */
  catchUp(journal: Journal): void {
    const countedSeq = this.#gate.countedSeq()
    if (countedSeq === undefined) return
    const { rows: headSeq } = journal.status()
    // An older copy was accepted: its rows are counted, and the next ones will have numbers below that.
    if (countedSeq > headSeq) {
      this.#gate.catchUp([], headSeq)
      return
    }
    const found = new Map<string, string>()
    let fromSeq = countedSeq + 1
    for (;;) {
      const rows = journal.rows(fromSeq, PAGE_ROWS)
      for (const { kind, event, saleId } of rows) {
        const { outTradeNo } = event
        if (!COUNTED.has(kind) || saleId === null || typeof outTradeNo !== 'string') continue
        found.set(outTradeNo, saleId)
      }
      const last = rows.at(-1)
      if (last) fromSeq = last.seq + 1
      if (rows.length < PAGE_ROWS) break
    }
    const charges = [...found].flatMap(([outTradeNo, saleId]) =>
      journalled(journal.sale(saleId), outTradeNo),
    )
    this.#gate.catchUp(charges, fromSeq - 1)
  }

  /** The step of a wish that would move money, or the refusal of it. */
  judge(event: CheckoutEvent, step: Step, before: State): Step {
    if (step.refusal !== undefined) return step
    const refusal = this.#judgeWish(event, step)
    return refusal ? refuse(before, refusal.code, refusal.check) : step
  }

  #judgeWish(event: CheckoutEvent, step: Step): SceneRefusal | undefined {
    if (event.kind === 'refund_wanted') return this.mayRefund()
    if (event.kind !== 'sale_wanted' && event.kind !== 'arm_wanted') return undefined
    const sale = step.changed.find(({ id }) => id === event.saleId)
    return sale && refusalOf(this.mayCharge(sale))
  }

  /** Whether one more charge of a sale's amount may be made, and how. */
  mayCharge(
    { amountFen }: Pick<Sale, 'amountFen'>,
    by: Binding['interface'] = this.#interface,
  ): SceneDecision {
    const request = { ...this.#newMoney(by), action: 'charge' as const, amountFen }
    return this.#newMoneyDecision(request)
  }

  /**
   * Whether a way to pay may be drawn for a sale. Nobody wants a charge yet, so what is refused here is no
   * sign of anything.
   */
  mayOffer({ amountFen }: Pick<Sale, 'amountFen'>, by: Binding['interface']): SceneDecision {
    const decision = this.#newMoneyDecision({ ...this.#newMoney(by), action: 'offer' as const })
    const { ceilingFen = amountFen } = decision.kind === 'allow' ? decision : {}
    if (amountFen <= ceilingFen) return decision
    return { kind: 'refuse', code: 'scene.above_single_limit', check: 'limits' }
  }

  /** The scene for callers. */
  report(): SceneReport {
    const decision = this.#offer()
    const { role, attended } = this.#newMoney()
    const shown = this.#gate.offered({ role, attended })
    const offered =
      decision.kind === 'allow' ? shown : shown.filter((one) => one !== this.#interface)
    return { ...this.#gate.status(), offered, ...judgement(decision) }
  }

  /** The scene for the screens, with the sale they show. */
  facts(sale: Sale | undefined): SceneFacts {
    const { mode, screen, measures } = this.#gate.status()
    const { role, attended } = this.#newMoney()
    const offer = this.#offer()
    // A grant that is being renewed stops nothing on the screens: it is here in a moment, or then it does.
    const isRenewed = isRenewing(offer)
    const isOffered =
      isRenewed ||
      (offer.kind === 'allow' && this.#gate.offered({ role, attended }).includes(this.#interface))
    // Where nothing is enforced there is nothing to say, but for a pause.
    if (mode === 'open' && offer.kind === 'allow') return { isOffered }
    const decision = sale?.phase === 'armed' ? this.mayCharge(sale) : offer
    const noCredit = decision.kind === 'allow' && decision.sendWithoutCredit
    const { refusal, ...ceiling } = isRenewed ? {} : judgement(offer)
    const code = refusal?.code ?? (isOffered ? undefined : 'scene.interface_not_granted')
    const refund = this.#refusalOfRefund({ isDrawn: true })
    const trustedAtMs = this.#gate.trustedNowMs?.()
    return {
      isOffered,
      note: {
        ...{ screen, measures, noCredit, ...ceiling },
        ...(trustedAtMs === undefined ? {} : { trustedAtMs }),
        ...(code ? { problem: problem(code) } : {}),
        ...(refund ? { refundProblem: problem(refund.code) } : {}),
      },
    }
  }

  #offer(): SceneDecision {
    return this.#newMoneyDecision({ ...this.#newMoney(), action: 'offer' as const })
  }

  /** Whether money may be given back. */
  mayRefund(): SceneRefusal | undefined {
    return this.#refusalOfRefund({})
  }

  /** The gate counts refunds that were wanted and refused, so drawing says that it only draws. */
  #refusalOfRefund(drawn: { readonly isDrawn?: true }): SceneRefusal | undefined {
    const asked = { interface: this.#interface, role: 'cashier' as const, ...drawn }
    return refusalOf(this.#gate.decide({ ...asked, action: 'refund' }))
  }

  /** Whether money in flight may still be asked about or reversed: only an agreement that ended says no. */
  mayRecover(
    action: 'query' | 'reverse',
    by: Binding['interface'] = this.#interface,
  ): SceneRefusal | undefined {
    const asked = { interface: by, role: 'cashier' as const }
    return refusalOf(this.#gate.decide({ ...asked, action, inFlight: true }))
  }

  /**
   * The last question before a charge leaves, after it is durable. Takes room for it when it may; what
   * permits it must be what was recorded.
   */
  release(attempt: Attempt): SceneRefusal | undefined {
    const decision = this.mayCharge(attempt, attempt.interface)
    if (decision.kind === 'refuse') return decision
    const isAsRecorded =
      decision.grantVersion === attempt.grantVersion &&
      (!decision.sendWithoutCredit || attempt.noCredit === true)
    if (!isAsRecorded) return { kind: 'refuse', code: 'scene.changed', check: 'version' }
    const step = { seq: this.#seq, atMs: attempt.submittedAtMs }
    this.#gate.reserve(chargeOf(attempt), step)
    return undefined
  }

  /** A step is durable: what it settled is counted, or its room given back. */
  kept(event: CheckoutEvent, step: Step, seq: number): void {
    this.#seq = seq
    if (!COUNTED.has(event.kind)) return
    const gate = this.#gate
    for (const sale of step.changed) {
      const attempt = lastAttempt(sale)
      if (attempt?.settledAtMs === undefined) continue
      const at = { seq, atMs: attempt.settledAtMs }
      if (attempt.outcome === 'PAID') gate.commit(paidOf(attempt), at)
      if (attempt.outcome === 'NOT_PAID') gate.release(attempt.outTradeNo, at)
    }
  }

  #newMoney(by: Binding['interface'] = this.#interface) {
    const attended = this.#attended
    const role = attended ? ('cashier' as const) : ('customer' as const)
    return { interface: by, role, attended, currency: 'CNY' }
  }

  #newMoneyDecision(request: SceneRequest): SceneDecision {
    return this.#withCreditExcluded(this.#whileRenewed(this.#gate.decide(request)))
  }

  /**
   * A narrowing measure is announced before the grant that comes with it is here. For a few seconds that
   * is a refusal of its own: nothing is charged, and nobody has to begin again.
   */
  #whileRenewed(decision: SceneDecision): SceneDecision {
    if (decision.kind === 'allow' || decision.code !== 'scene.grant_old') {
      this.#oldSinceMs = undefined
      return decision
    }
    const nowMs = this.#clock.monotonicMs()
    this.#oldSinceMs ??= nowMs
    const isFresh = nowMs - this.#oldSinceMs < WAITS.grantFollowsMs
    return isFresh ? { ...decision, code: 'scene.grant_updating' } : decision
  }

  /** An order that must exclude credit and cannot is not made. */
  #withCreditExcluded(decision: SceneDecision): SceneDecision {
    if (decision.kind === 'refuse' || !decision.sendWithoutCredit) return decision
    if (this.#canExcludeCredit) return decision
    return { kind: 'refuse', code: 'scene.credit_not_excluded', check: 'limits' }
  }
}

/** Whether new money only has to wait for the grant that was announced. */
export function isRenewing(decision: SceneDecision): boolean {
  return decision.kind === 'refuse' && decision.code === 'scene.grant_updating'
}

/** What an attempt records of what permits it. */
export function permitOf(leave: SceneLeave): {
  readonly grantVersion: string
  readonly noCredit?: true
} {
  const { grantVersion, sendWithoutCredit } = leave
  return { grantVersion, ...(sendWithoutCredit ? { noCredit: true } : {}) }
}

/** What a decision about new money says to who asks what may be done now. */
function judgement(decision: SceneDecision): Pick<SceneReport, 'ceilingFen' | 'refusal'> {
  if (decision.kind === 'refuse') {
    const { code, check } = decision
    return { refusal: { code, check } }
  }
  return decision.ceilingFen === undefined ? {} : { ceilingFen: decision.ceilingFen }
}

function refusalOf(decision: SceneDecision): SceneRefusal | undefined {
  return decision.kind === 'refuse' ? decision : undefined
}

function chargeOf(attempt: Attempt): SceneCharge {
  const { outTradeNo, amountFen, interface: by, noCredit } = attempt
  return { outTradeNo, amountFen, interface: by, withoutCredit: noCredit === true }
}

/** A charge that is paid, by what the result says it was paid with. */
function paidOf({ outTradeNo, paidBy }: Attempt): ScenePaid {
  return paidBy === undefined ? { outTradeNo } : { outTradeNo, paidBy }
}

function journalled(sale: Sale | undefined, outTradeNo: string): readonly JournalledCharge[] {
  const attempt = sale?.attempts.find((made) => made.outTradeNo === outTradeNo)
  if (!attempt) return []
  const { outcome, settledAtMs, submittedAtMs } = attempt
  return [{ ...chargeOf(attempt), ...paidOf(attempt), outcome, atMs: settledAtMs ?? submittedAtMs }]
}
