import { err, ok, type Result } from '../base/result.ts'
import { type Problem, problem } from '../domain/errors.ts'
import {
  bulletinsPath,
  readBulletinsAnswer,
  readEventsAnswer,
  readGrantAnswer,
  readSignOffAnswer,
  readTrustAnswer,
  type SignOffBody,
  type WireDocument,
} from '../gateway/services/messages.ts'
import {
  HELD_S_MAX,
  type ServiceAnswer,
  type ServiceCall,
  type ServicesClient,
} from '../gateway/services/node/client.ts'
import type { Clock } from '../ports/clock.ts'
import type { Log } from '../ports/log.ts'
import {
  issuerOf,
  type Taken,
  takeBulletins,
  takeGrant,
  takeRevocation,
  takeTrust,
} from './scene-documents.ts'
import { instant, type Report, type SceneEvents } from './scene-events.ts'
import type { SceneKeeper } from './scene-keeper.ts'
import { sendNotes } from './scene-notes.ts'
import { STANDING_BY_REFUSAL } from './scene-standing.ts'
import type { Standing } from './scene-state.ts'

/** An answer older than this says nothing about the present, milliseconds (docs/gateway.md). */
const ROUND_TRIP_MS_MAX = 10_000
/** Pauses after failures; the last one goes on for ever, milliseconds. */
const PAUSES_MS = [1_000, 2_000, 5_000, 10_000, 30_000, 60_000] as const
/** How often a suspended terminal asks again, milliseconds. */
const SUSPENDED_PAUSE_MS = 60_000
/** Acknowledgements that are remembered. */
const ACKNOWLEDGED_MAX = 500

type Answered = Extract<ServiceAnswer, { readonly kind: 'answered' }>
type Parts = {
  readonly keeper: SceneKeeper
  readonly client: ServicesClient
  readonly events: SceneEvents
  readonly clock: Clock
  readonly log: Log
  readonly refreshEveryMs: number
}

/** Asks the service, and brings what it says to the keeper: news as they come, the rest in turn. */
export class SceneLink {
  readonly #parts: Parts
  #isStopped = false
  #failures = 0
  #syncedAtMs = Number.NEGATIVE_INFINITY
  #wake: () => void = () => {}
  #running: Promise<void> | undefined
  #isFlushing = false
  #lastTrouble = ''

  constructor(parts: Parts) {
    this.#parts = parts
  }

  /** Begins to ask, and goes on until {@link SceneLink.stop}. */
  start(): void {
    this.#running = this.#run()
  }

  /** Ends the asking; the client is closed with it. */
  async stop(): Promise<void> {
    this.#isStopped = true
    this.#wake()
    await this.#parts.client.close()
    await this.#running
  }

  /** Reports an event and sends it with what waits, beside whatever else is asked. */
  report(report: Report): Promise<void> {
    const { keeper, events, clock } = this.#parts
    events.add(report, keeper.time.nowMs() ?? clock.nowMs())
    return this.flushEvents()
  }

  /** Time, trust list, grant and bulletins, once each; whether all of them were answered. */
  async sync(): Promise<boolean> {
    const steps = [
      () => this.#answered({ method: 'GET', path: 'time' }),
      () => this.fetchTrust(),
      () => this.fetchGrant(),
      () => this.poll(0),
    ]
    for (const step of steps) {
      if (!(await step())) return false
    }
    this.#syncedAtMs = this.#parts.clock.monotonicMs()
    await this.acknowledge()
    await this.flushEvents()
    return true
  }

  /** Fetches the trust list. */
  async fetchTrust(): Promise<boolean> {
    const answer = await this.#answered({ method: 'GET', path: 'trust' })
    const read = answer && readTrustAnswer(answer.value)
    if (!read) return false
    return this.#done(takeTrust(this.#parts.keeper, read.trust))
  }

  /** Fetches the grant and what was revoked. */
  async fetchGrant(): Promise<boolean> {
    const answer = await this.#answered({ method: 'GET', path: 'grant' })
    const read = answer && readGrantAnswer(answer.value)
    if (!read) return false
    this.#stand('good')
    await this.#knowIssuers([...read.revocations, ...(read.grant === null ? [] : [read.grant])])
    this.#done(takeGrant(this.#parts.keeper, read))
    return true
  }

  /** Asks for bulletins once, held for up to `waitS` seconds; fetches the grant when it has changed. */
  async poll(waitS: number): Promise<boolean> {
    const { keeper } = this.#parts
    for (;;) {
      const before = keeper.state()
      if (before === undefined) return false
      const since = before.bulletins.seq
      const path = bulletinsPath({ since, grantVersion: before.sealed.maxVersion, waitS })
      const answer = await this.#answered({ method: 'GET', path, heldMs: waitS * 1_000 })
      const read = answer && readBulletinsAnswer(answer.value)
      if (!read) return false
      this.#stand('good')
      await this.#knowIssuers(read.bulletins)
      const taken = takeBulletins(keeper, read)
      this.#done(taken)
      if (read.grant_version !== before.sealed.maxVersion && !(await this.fetchGrant()))
        return false
      const after = keeper.state()?.bulletins.seq ?? since
      const maxVersion = keeper.state()?.sealed.maxVersion ?? 0
      // A grant that is refused would be news for ever: asked for again only after a pause.
      if (maxVersion < read.grant_version) return false
      // The rest is asked for at once, as long as that brings something.
      if (taken.isTaken || after === since) return taken.isTaken
    }
  }

  /** Tells the service of every measure that has come, once. */
  async acknowledge(): Promise<void> {
    const { keeper, clock } = this.#parts
    for (const { seq, code } of this.#unacknowledged()) {
      const at = instant(keeper.time.nowMs() ?? clock.nowMs())
      const body = { seq, code, what: 'received', operator: 'terminal', at }
      const answer = await this.ask({ method: 'POST', path: 'acknowledgements', body })
      const isOver =
        answer.kind === 'answered' ||
        (answer.kind === 'refused' && answer.refusal.code === 'acknowledgement.unknown')
      if (!isOver) return
      const state = keeper.state()
      if (state === undefined) return
      const acknowledged = [...state.acknowledged, `${seq}/${code}`].slice(-ACKNOWLEDGED_MAX)
      keeper.adopt({ ...state, acknowledged })
    }
    await sendNotes(keeper, (call) => this.ask(call))
  }

  #unacknowledged(): readonly { readonly seq: number; readonly code: string }[] {
    const state = this.#parts.keeper.state()
    if (state === undefined) return []
    const done = new Set(state.acknowledged)
    return state.bulletins.measures
      .map((one) => ({ seq: one.seq, code: one.code === 'unreadable' ? one.wireCode : one.code }))
      .filter(({ seq, code }) => !done.has(`${seq}/${code}`) && /^M\d{1,3}$/.test(code))
  }

  /** Tells the service that this terminal has ended. */
  async signOff(body: SignOffBody): Promise<Result<undefined, Problem>> {
    const answer = await this.ask({ method: 'POST', path: 'sign-off', body })
    if (answer.kind === 'answered' && readSignOffAnswer(answer.value)) return ok(undefined)
    if (answer.kind !== 'refused') return err(problem('services.unreachable'))
    // It had released this terminal, and the answer was lost.
    if (answer.refusal.code === 'terminal.unknown') return ok(undefined)
    return err(problem('services.refused', { detail: answer.refusal.code }))
  }

  /** Sends the events that wait. */
  async flushEvents(): Promise<void> {
    if (this.#isFlushing || this.#isStopped) return
    this.#isFlushing = true
    const { events, log } = this.#parts
    for (let batch = events.next(); batch.length > 0; batch = events.next()) {
      const body = { events: batch }
      const answer = await this.ask({ method: 'POST', path: 'events', body })
      const read = answer.kind === 'answered' ? readEventsAnswer(answer.value) : undefined
      if (read !== undefined) {
        const ids = [...read.accepted, ...read.known]
        events.drop(ids)
        if (ids.length > 0) continue
      }
      const isBad = answer.kind === 'refused' && answer.status === 400
      if (!isBad) break
      log.error('risk events refused', { code: answer.refusal.code, count: batch.length })
      events.drop(batch.map(({ id }) => id))
    }
    this.#isFlushing = false
  }

  async #run(): Promise<void> {
    const { clock, refreshEveryMs } = this.#parts
    while (!this.#isStopped) {
      const isDue = clock.monotonicMs() - this.#syncedAtMs >= refreshEveryMs
      const waitMs = Math.min(HELD_S_MAX * 1_000, refreshEveryMs)
      const went = isDue ? await this.sync() : await this.poll(Math.floor(waitMs / 1_000))
      if (went && !isDue) await this.acknowledge()
      this.#failures = went ? 0 : this.#failures + 1
      // A key that does not match stays so: people have to look first.
      if (!went && this.#parts.keeper.state()?.standing === 'key_wrong') return
      if (!went) await this.#pause()
    }
  }

  #pause(): Promise<void> {
    const standing = this.#parts.keeper.state()?.standing
    const pauseMs =
      standing === 'good'
        ? PAUSES_MS[Math.min(this.#failures, PAUSES_MS.length) - 1]
        : SUSPENDED_PAUSE_MS
    return new Promise((resolve) => {
      if (this.#isStopped) resolve()
      const cancel = this.#parts.clock.after(pauseMs ?? SUSPENDED_PAUSE_MS, resolve)
      this.#wake = () => {
        cancel()
        resolve()
      }
    })
  }

  /** One call, asked again once when only our clock was wrong; what was answered, if it was. */
  async #answered(call: ServiceCall): Promise<Answered | undefined> {
    const answer = await this.ask(call)
    if (answer.kind === 'answered') return answer
    if (answer.kind !== 'refused' || answer.refusal.code !== 'clock.skew') return undefined
    const again = await this.ask(call)
    return again.kind === 'answered' ? again : undefined
  }

  /** One call as it is; what its answer says of time and standing is taken in. */
  async ask(call: ServiceCall): Promise<ServiceAnswer> {
    const { keeper, client, clock, log } = this.#parts
    const answer = await client.call(call)
    if (answer.kind === 'failed') {
      if (this.#isStopped) return answer
      keeper.time.missed()
      keeper.changed()
      if (answer.why !== this.#lastTrouble) {
        log.warn('terminal services fail', { why: answer.why, detail: answer.detail })
      }
      this.#lastTrouble = answer.why
      return answer
    }
    this.#lastTrouble = ''
    if (call.heldMs === undefined && answer.roundTripMs < ROUND_TRIP_MS_MAX) {
      keeper.takeTime(answer.timestampMs, clock.monotonicMs() - answer.arrivedMonotonicMs)
    }
    keeper.time.heard()
    keeper.changed()
    if (answer.kind === 'refused') this.#obey(answer.refusal)
    return answer
  }

  #obey(refusal: { readonly code: string; readonly revocation?: unknown }): void {
    const { keeper, log } = this.#parts
    log.warn('terminal services refuse', { code: refusal.code })
    const standing = STANDING_BY_REFUSAL[refusal.code]
    if (standing !== undefined) this.#stand(standing)
    if (refusal.code === 'counter.replayed') keeper.skipCounters()
    if (refusal.code === 'grant.revoked') takeRevocation(keeper, refusal.revocation)
    const state = keeper.state()
    if (refusal.code === 'grant.none' && state) keeper.adopt({ ...state, grant: null })
  }

  #stand(standing: Standing): void {
    const { keeper, log } = this.#parts
    const state = keeper.state()
    if (state === undefined || state.standing === standing) return
    log.warn('standing at terminal services', { standing })
    keeper.adopt({ ...state, standing })
  }

  /** Fetches the trust list once when a document names a key that is not in it. */
  async #knowIssuers(documents: readonly WireDocument[]): Promise<void> {
    const trust = this.#parts.keeper.trust()
    const isStrange = documents.some((one) => trust?.keys.has(issuerOf(one)) !== true)
    if (isStrange) await this.fetchTrust()
  }

  #done({ isTaken, reports }: Taken): boolean {
    for (const report of reports) void this.report(report)
    return isTaken
  }
}
