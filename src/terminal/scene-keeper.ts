import type { Result } from '../base/result.ts'
import type { Problem } from '../domain/errors.ts'
import type { SceneCode } from '../domain/scene-errors.ts'
import type { Clock } from '../ports/clock.ts'
import type { FaceTerms } from '../ports/face.ts'
import type { Log } from '../ports/log.ts'
import type {
  JournalledCharge,
  SceneCharge,
  SceneDecision,
  SceneGate,
  SceneInterface,
  ScenePaid,
  SceneRequest,
  SceneRole,
  SceneStatus,
  SceneStep,
} from '../ports/scene.ts'
import { measuresGiven, NO_BULLETINS } from '../scene/bulletin.ts'
import { decide, type Scene } from '../scene/decide.ts'
import { faceTermsOf } from '../scene/face-terms.ts'
import { type GrantInHand, openGrant } from '../scene/grant.ts'
import { openChannels } from '../scene/limits.ts'
import type { Measure } from '../scene/measure.ts'
import { measuresInForce, screenRule } from '../scene/measures.ts'
import { unknownPlace } from '../scene/place.ts'
import { FIXED_CHANNELS, INTERFACES } from '../scene/words.ts'
import { SceneCounting } from './scene-counting.ts'
import type { PlaceReport } from './scene-place.ts'
import { standingCode } from './scene-standing.ts'
import type { KeptScene, SceneState, SceneStore } from './scene-state.ts'
import type { SceneSurroundings } from './scene-surroundings.ts'
import { SceneTime } from './scene-time.ts'
import { openTrust, signaturesOf, type Trust } from './scene-trust.ts'

export type SceneKeeperOptions = {
  readonly store: SceneStore
  readonly kept: KeptScene
  readonly surroundings: SceneSurroundings
  readonly clock: Clock
  readonly log: Log
}

/** A charge that has just been counted goes first: what it leaves of its limits is looked at later, ms. */
const TELL_COUNTED_MS = 20
/** How often what time changes is looked at, and how often it is kept, milliseconds. */
const TICK_MS = 5_000
const SAVE_TIME_MS = 60_000

/**
 * Keeps what the terminal knows of its scene, durable before it is used, and decides by it. Whatever is
 * missing, lost or cannot be kept refuses new money.
 */
export class SceneKeeper implements SceneGate {
  readonly #options: SceneKeeperOptions
  readonly #listeners = new Set<() => void>()
  readonly time: SceneTime
  /** Why there is nothing to decide by. */
  #missing: SceneCode | undefined
  #state: SceneState | undefined
  readonly #counting: SceneCounting
  #trust: Trust | undefined
  /** `id/version` of the policies that the trust list knows. */
  #policies: readonly string[] = []
  #grant: GrantInHand = { kind: 'none' }
  #savedTimeAtMs = Number.NEGATIVE_INFINITY
  #cancelTick: () => void = () => {}
  #seen = ''
  #isTelling = false

  constructor(options: SceneKeeperOptions) {
    this.#options = options
    const { kept } = options
    this.time = new SceneTime(options.clock, kept.kind === 'kept' ? kept.state : undefined)
    this.#counting = new SceneCounting({
      ...options,
      counts: kept.kind === 'kept' ? kept.counts : undefined,
      nowMs: () => this.time.nowMs(),
      reserving: (charge) => this.#reserving(charge),
    })
    if (kept.kind === 'none') this.#missing = 'scene.no_grant'
    else if (kept.kind === 'lost') this.#lose(kept.detail)
    else this.#load(kept.state)
  }

  /** Begins to look at what time changes. */
  start(): void {
    this.#seen = this.#fingerprint()
    const tick = () => {
      this.#tick()
      this.#cancelTick = this.#options.clock.after(TICK_MS, tick)
    }
    this.#cancelTick = this.#options.clock.after(TICK_MS, tick)
  }

  /** Keeps what is not kept yet, and ends. */
  stop(): void {
    this.#cancelTick()
    this.#saveTime()
    this.#counting.save()
  }

  /** The state; undefined when the terminal is not enrolled or its state is lost. */
  state(): SceneState | undefined {
    return this.#missing === undefined ? this.#state : undefined
  }

  grantInHand(): GrantInHand {
    return this.#grant
  }

  trust(): Trust | undefined {
    return this.#trust
  }

  /** Measures in force now. */
  inForce(): readonly Measure[] {
    const { grant } = this.#granted()
    const given = measuresGiven(grant?.measures ?? [], this.#state?.bulletins ?? NO_BULLETINS)
    if (given.length === 0) return given
    // One that a bulletin brought stands in the next grant too.
    const byId = new Map(given.map((one) => [one.measureId, one]))
    return measuresInForce([...byId.values()], this.time.nowMs())
  }

  /** Makes a new state durable and then the one that decides; false when the disk refuses. */
  adopt(next: SceneState): boolean {
    const saved = this.#options.store.saveState(next)
    if (!saved.ok) {
      this.#lose(saved.error.code)
      return false
    }
    const isOther = next.grant !== this.#state?.grant || next.trust !== this.#state?.trust
    this.#state = next
    if (isOther) this.#open(next)
    // So that the other file knows how far this one is.
    this.#counting.saveSoon()
    this.changed()
    return true
  }

  /** Takes the time of a verified answer that was not held; `ageMs` passed since it arrived. */
  takeTime(signedMs: number, ageMs: number): void {
    if (this.#state === undefined) return
    if (this.time.take(signedMs, ageMs)) this.#saveTime()
    this.changed()
  }

  /** The next counter of a request; on the disk as used before this returns. */
  nextCounter(): Result<number, Problem> {
    return this.#counting.next()
  }

  /** Goes on far above every counter that was used. */
  skipCounters(): void {
    this.#counting.skip(this.time.nowMs() ?? this.#options.clock.nowMs())
  }

  /** Forgets what was collected, at the end of this terminal. */
  wipeCounters(): Result<undefined, Problem> {
    return this.#counting.wipe()
  }

  decide(request: SceneRequest): SceneDecision {
    const isMoney = request.action !== 'query' && request.action !== 'reverse'
    if (this.#missing !== undefined && isMoney) {
      return { kind: 'refuse', code: this.#missing, check: 'integrity' }
    }
    const standing = standingCode(this.#state, request, this.#granted().grant?.version)
    if (standing !== undefined) return { kind: 'refuse', ...standing }
    const decision = decide(this.scene(), request)
    if (decision.kind === 'refuse') return decision
    const { kind, sendWithoutCredit, ceilingFen } = decision
    const isNewMoney = request.action === 'charge' || request.action === 'offer'
    return {
      kind,
      grantVersion: this.grantVersion(),
      sendWithoutCredit,
      ...(isNewMoney ? { ceilingFen } : {}),
    }
  }

  grantVersion(): string {
    const { grant } = this.#granted()
    return grant === undefined ? 'none' : `${grant.grantId}/${grant.version}`
  }

  reserve(charge: SceneCharge, step: SceneStep): void {
    this.#counting.reserve(charge, step)
    this.changed(TELL_COUNTED_MS)
  }

  commit(paid: ScenePaid, step: SceneStep): void {
    this.#counting.commit(paid, step)
    this.changed(TELL_COUNTED_MS)
  }

  release(outTradeNo: string, step: SceneStep): void {
    this.#counting.release(outTradeNo, step)
    this.changed(TELL_COUNTED_MS)
  }

  countedSeq(): number | undefined {
    return this.#counting.countedSeq()
  }

  catchUp(charges: readonly JournalledCharge[], seq: number): void {
    this.#counting.catchUp(charges, seq)
    this.changed()
  }

  /** What the grant in hand says of face pay; undefined unless it is signed and its terms are whole. */
  faceTerms(): FaceTerms | undefined {
    const { grant } = this.#granted()
    return grant === undefined ? undefined : faceTermsOf(grant)
  }

  offered({ role, attended }: { readonly role: SceneRole; readonly attended: boolean }) {
    const may = (type: SceneInterface) =>
      this.decide({ action: 'offer', interface: type, role, attended, currency: 'CNY' }).kind ===
      'allow'
    return INTERFACES.filter(may)
  }

  status(): SceneStatus {
    const { grant } = this.#granted()
    const inForce = this.inForce()
    const standing = this.#state?.standing ?? 'good'
    const isStopped = this.#missing !== undefined || standing !== 'good'
    const noted = this.#noted()
    const rule = screenRule(inForce, this.time.nowMs(), noted)
    const lastContactAtMs = this.time.lastContactAtMs()
    const byStanding = standing === 'terminated' ? 'retired' : 'stopped'
    return {
      mode: 'enforced',
      grantVersion: this.grantVersion(),
      ...(grant === undefined ? {} : { grantId: grant.grantId, grantEndsAtMs: grant.notAfterMs }),
      measures: inForce.map((one) => ({
        code: one.code,
        ...(one.deadlineMs === undefined ? {} : { deadlineAtMs: one.deadlineMs }),
        ...(one.code === 'M2' ? { items: one.params.items } : {}),
        ...(noted.has(one.measureId) ? { acknowledged: true as const } : {}),
      })),
      screen: isStopped && rule !== 'retired' ? byStanding : rule,
      ...(lastContactAtMs === undefined ? {} : { lastContactAtMs }),
    }
  }

  /** Measures a manager has taken note of. */
  #noted(): ReadonlySet<string> {
    const notes = this.#state?.notes ?? []
    const taken = notes.filter(({ what }) => what === 'acknowledged')
    return new Set(taken.map(({ measureId }) => measureId))
  }

  /** Where the terminal is, as `decide` sees it; for staff. */
  placeReport(): PlaceReport {
    const { place, gateway, unknownPlaceMsMax } = this.#options.surroundings
    const { grant } = this.#granted()
    const net = grant?.store.net
    const isGateway = net?.gatewayOrigin === gateway.origin && net.caSha256 === gateway.caSha256
    return place.report(grant, { isGateway, unknownPlaceMsMax })
  }

  trustedNowMs(): number | undefined {
    return this.time.nowMs()
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => {
      this.#listeners.delete(listener)
    }
  }

  /** Tells listeners, after `delayMs`, when an answer of this gate has become another one. */
  changed(delayMs = 0): void {
    if (this.#isTelling || this.#listeners.size === 0) return
    this.#isTelling = true
    this.#options.clock.after(delayMs, () => {
      this.#isTelling = false
      const now = this.#fingerprint()
      if (now === this.#seen) return
      this.#seen = now
      for (const listener of this.#listeners) listener()
    })
  }

  #lose(detail: string): void {
    this.#missing = 'scene.state_lost'
    this.#options.log.error('sealed state of the scene is lost', { detail })
    this.changed()
  }

  #load(state: SceneState): void {
    this.#state = state
    this.#open(state)
  }

  /** Opens the documents of a state; what does not verify decides nothing. */
  #open(state: SceneState): void {
    const trust = openTrust(state.trust, state.enrolment.rootSha256Prefix)
    if (!trust.ok) {
      this.#lose(trust.error)
      return
    }
    this.#trust = trust.value
    this.#policies = trust.value.list.policies.map(
      ({ policyId, policyVersion }) => `${policyId}/${policyVersion}`,
    )
    const signatures = signaturesOf(trust.value, () => this.time.nowMs())
    this.#grant = state.grant === null ? { kind: 'none' } : openGrant(state.grant, signatures)
  }

  #granted() {
    const found = this.#grant
    return { grant: found.kind === 'read' && found.isSigned ? found.grant : undefined }
  }

  /** All that is decided by, as it is now. */
  scene(): Scene {
    const { surroundings } = this.#options
    const state = this.#state
    const { time } = this
    const { refreshEveryMs, place, appVersion, ...rest } = surroundings
    const { grant } = this.#granted()
    const counters = this.#counting.counters()
    const { serial, keySha256, deviceType } = state?.enrolment ?? NOBODY
    return {
      grant: this.#grant,
      bulletins: state?.bulletins ?? NO_BULLETINS,
      facts: {
        ...rest,
        ...(state === undefined || this.#missing !== undefined ? {} : { sealed: state.sealed }),
        terminal: { serial, keySha256, deviceType, appVersion },
        time: time.now(),
        monotonicMs: time.monotonicMs(),
        offlineMs: time.offlineMs(refreshEveryMs),
        network: place.evidence(grant?.store.id),
        place: grant === undefined ? unknownPlace(time.startedMs) : place.look(grant).place,
        ...(counters === undefined ? {} : { counters }),
        policies: this.#policies,
      },
    }
  }

  #reserving({ outTradeNo, amountFen, withoutCredit, interface: type }: SceneCharge) {
    const { grant } = this.#granted()
    const open = grant === undefined ? [] : openChannels(grant, this.inForce(), type)
    const mayBeCredit = !withoutCredit && (grant === undefined || open.includes('CREDIT'))
    const channels = mayBeCredit ? [...FIXED_CHANNELS, 'CREDIT' as const] : FIXED_CHANNELS
    return { outTradeNo, amountFen, interface: type, channels }
  }

  #saveTime(): void {
    const state = this.#state
    if (state === undefined || this.#missing !== undefined) return
    this.#savedTimeAtMs = this.time.monotonicMs()
    this.adopt({ ...state, ...this.time.count() })
  }

  #tick(): void {
    this.time.count()
    if (this.time.monotonicMs() - this.#savedTimeAtMs >= SAVE_TIME_MS) this.#saveTime()
    this.changed()
  }

  /** What listeners would want to know of, as one text. */
  #fingerprint(): string {
    const { lastContactAtMs: _atMs, ...status } = this.status()
    const by = { role: 'cashier', attended: true, currency: 'CNY' } as const
    const offers = INTERFACES.map((type) =>
      this.decide({ action: 'offer', interface: type, ...by }),
    )
    return JSON.stringify([status, offers])
  }
}

/** In place of an enrolment that there is not. */
const NOBODY = { serial: '', keySha256: '', deviceType: '10' } as const
