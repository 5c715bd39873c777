import { BoundedQueue } from '../base/bounded-queue.ts'
import { err, ok, type Result } from '../base/result.ts'
import type { CheckoutEvent, SaleWish } from '../checkout/events.ts'
import { reduce } from '../checkout/reduce.ts'
import { INITIAL, type State, type Step, saleOnScreen } from '../checkout/state.ts'
import { type Problem, problem } from '../domain/errors.ts'
import { LIMITS } from '../domain/limits.ts'
import type { Sale } from '../domain/sale.ts'
import { WAITS } from '../domain/waits.ts'
import type { CommandRecord } from '../ports/journal.ts'
import type { ScannerEvent } from '../ports/scanner.ts'
import type { CommandIdentity, Terminal, TerminalStatus, Wish } from '../ports/terminal.ts'
import type { ScreenModel } from '../screen/model.ts'
import { ActDesk } from './act-desk.ts'
import { Audience } from './audience.ts'
import { CertificateLook } from './certificate-look.ts'
import { EffectRunner } from './effect-runner.ts'
import { FaceDesk } from './face-desk.ts'
import { firstAnswer } from './first-answer.ts'
import { JournalWatch } from './journal-watch.ts'
import { eventOfLabel } from './label-event.ts'
import { LineWatch } from './line-watch.ts'
import { whenAwake, whenLineIsBack, whenSceneChanged } from './occasions.ts'
import { salesInFlight, salesRefunding } from './open-sales.ts'
import type { EngineOptions, Mark } from './options.ts'
import { journalled } from './record.ts'
import { answerTo, notWritten, saleOf } from './sale-report.ts'
import { SceneDesk } from './scene-desk.ts'
import { ShiftDesk } from './shift-desk.ts'
import { SleepWatch } from './sleep-watch.ts'
import { stampWish } from './stamp-wish.ts'
import { statusOf } from './status.ts'
import { SteadyTime } from './steady-time.ts'
import { UsedCodes } from './used-codes.ts'
import { Vault } from './vault.ts'

/** By then a charge is signed and on the wire, milliseconds. */
const TELL_AFTER_CHARGE_MS = 4

type Posted = {
  readonly event: CheckoutEvent
  readonly identity?: CommandIdentity
  readonly resolve?: (answer: Result<Sale, Problem>) => void
}

/**
 * The loop: one event at a time, durable before any effect, and every outcome comes back as an
 * event. The only writer of the journal and of the state.
 */
export class Engine implements Terminal {
  readonly shifts: ShiftDesk
  readonly acts: ActDesk
  readonly #options: EngineOptions
  readonly #time: SteadyTime
  readonly #vault: Vault
  readonly #used: UsedCodes
  readonly #scene: SceneDesk
  readonly #face: FaceDesk
  readonly #effects: EffectRunner
  readonly #journalWatch: JournalWatch
  readonly #inbox = new BoundedQueue<Posted>(LIMITS.inboxMax)
  readonly #audience: Audience
  #state: State = INITIAL
  #draining = false
  #chargeLeaving = false
  #running = false
  #endScene = () => {}
  #endLook: () => void = () => {}
  readonly #line: LineWatch
  readonly #certificate: CertificateLook
  readonly #sleep: SleepWatch
  readonly #startedAtMs: number

  constructor(options: EngineOptions) {
    this.#options = options
    this.#time = new SteadyTime(options.clock, () => this.pending().length > 0)
    this.#vault = new Vault(options.clock, options.entropy)
    this.#used = new UsedCodes(options.clock, options.entropy)
    this.#scene = new SceneDesk(options)
    this.#face = new FaceDesk({
      ...options,
      scene: this.#scene,
      vault: this.#vault,
      used: this.#used,
      time: this.#time,
      post: (event) => this.#post({ event }),
      onChange: () => this.#onSceneChange(),
    })
    this.#effects = new EffectRunner({
      ...options,
      scene: this.#scene,
      face: this.#face,
      vault: this.#vault,
      used: this.#used,
      time: this.#time,
      post: (event) => this.#post({ event }),
    })
    this.#journalWatch = new JournalWatch({
      ...options,
      time: this.#time,
      onBack: () => this.#onJournalBack(),
    })
    this.#line = new LineWatch(options.clock, () => this.#onLineBack())
    const onWake = (gapMs: number) => this.#onWake(gapMs)
    this.#sleep = new SleepWatch({ clock: options.clock, time: this.#time, onWake })
    this.#certificate = new CertificateLook({
      ...options,
      onChange: () => this.#audience.publish(),
    })
    this.#audience = new Audience({
      ...options,
      time: this.#time,
      scene: this.#scene,
      face: this.#face,
      certificate: this.#certificate,
      state: () => this.#state,
    })
    const isRunning = () => this.#running
    const [time, watch] = [this.#time, this.#journalWatch]
    this.shifts = new ShiftDesk({ ...options, time, watch, isRunning })
    this.acts = new ActDesk({ ...options, time, watch, isRunning })
    this.#startedAtMs = options.clock.nowMs()
  }

  /** Recovers what was in flight, then opens the scanners. Refused when the journal cannot be written. */
  start(): Result<void, Problem> {
    const { journal, scanners, log } = this.#options
    this.#audience.begin()
    const sales = journal.openSales()
    this.#scene.catchUp(journal)
    if (sales.length > 0) log.info('recovering', { openSales: sales.length })
    const event = { kind: 'terminal_started' as const, atMs: this.#time.nowMs(), sales }
    const step = reduce(this.#state, event)
    const written = this.#append(event, step)
    if (!written.ok) return written
    this.#running = true
    this.#take(step)
    this.#audience.tell()
    for (const scanner of scanners) scanner.open((seen) => this.#onScanner(seen))
    this.#options.gateway.onHealth((health) => {
      this.#line.note(health)
      if (this.#running) this.#audience.publish()
    })
    this.#face.start()
    this.#endScene = this.#scene.onChange(() => this.#onSceneChange())
    this.#sleep.start()
    this.#certificate.start()
    return ok(undefined)
  }

  /** Carries out a wish once; a repeat of the same client id returns the first answer. */
  command(wish: Wish, identity: CommandIdentity): Promise<Result<Sale, Problem>> {
    const repeated = firstAnswer<Sale>(this.#options.journal, identity)
    if (repeated) return Promise.resolve(repeated)
    if (!this.#running) return Promise.resolve(err(problem('terminal.stopped')))
    const event = this.#stamp(wish)
    if (!event.ok) return Promise.resolve(event)
    return new Promise((resolve) => {
      if (!this.#post({ event: event.value, identity, resolve })) {
        resolve(err(problem('terminal.overloaded')))
      }
    })
  }

  /** A sale, open or not. */
  sale(id: string): Sale | undefined {
    return this.#state.sales.get(id) ?? this.#options.journal.sale(id)
  }

  /** Sales whose outcome is not known and is being asked for, oldest first. */
  pending(): readonly Sale[] {
    return salesInFlight(this.#state)
  }

  /** Paid sales with a refund under way, oldest first. */
  refunding(): readonly Sale[] {
    return salesRefunding(this.#state)
  }

  /** Sales, newest first. */
  sales(limit: number, beforeId?: string): readonly Sale[] {
    return this.#options.journal.recentSales(limit, beforeId)
  }

  /** Devices, gateway and journal as they are. */
  status(): TerminalStatus {
    return statusOf(this.#options, {
      isRunning: this.#running,
      startedAtMs: this.#startedAtMs,
      pending: this.pending().length,
      refunding: this.refunding().length,
      scene: this.#scene.report(),
    })
  }

  /** Both screens as they are. */
  screen(): ScreenModel {
    return this.#audience.screen()
  }

  /** Calls `listener` with every new model; the returned function ends it. */
  onScreen(listener: (model: ScreenModel) => void): () => void {
    return this.#audience.screens.add(listener)
  }

  /** Calls `listener` with every sale that changed; the returned function ends it. */
  onSale(listener: (sale: Sale) => void): () => void {
    return this.#audience.sales.add(listener)
  }

  /** Stops taking events and frees the scanners. What is in flight is recovered at the next start. */
  async stop(): Promise<void> {
    this.#running = false
    this.#endScene()
    this.#endLook()
    this.#effects.stop()
    this.#journalWatch.stop()
    this.#line.stop()
    this.#sleep.stop()
    this.#certificate.stop()
    await Promise.all([
      this.#face.stop(),
      ...this.#options.scanners.map((scanner) => scanner.close()),
    ])
  }

  #stamp(wish: Wish): Result<SaleWish, Problem> {
    const { entropy, storeName, binding } = this.#options
    const certificateEnded = this.#certificate.life()?.level === 'ended'
    const isArchived = wish.kind !== 'sale_wanted' && !this.#state.sales.has(wish.saleId)
    const archived = isArchived ? this.#options.journal.sale(wish.saleId) : undefined
    if (wish.kind === 'face_wanted')
      return this.#face.stamp(wish, this.#state.sales.get(wish.saleId))
    const atMs = this.#time.nowMs()
    const merchant = binding
    const stamps = { atMs, entropy, storeName, archived, merchant, certificateEnded }
    return stampWish(wish, { ...stamps, upSinceMs: this.#startedAtMs })
  }

  #onLineBack(): void {
    for (const event of whenLineIsBack(this.#state, this.#time.nowMs())) this.#post({ event })
  }

  #onSceneChange(): void {
    if (!this.#running) return
    const changed = whenSceneChanged(this.#state, this.#time.nowMs(), this.#scene)
    const events = [...changed, ...this.#face.whenChanged(saleOnScreen(this.#state))]
    for (const event of events) this.#post({ event })
    if (events.length === 0) this.#audience.publish()
    this.#lookAgainAtScene()
  }

  /** A grant that was announced and does not come stops what waits for it. */
  #lookAgainAtScene(): void {
    this.#endLook()
    this.#endLook = () => {}
    if (!this.#scene.isRenewing()) return
    this.#endLook = this.#options.clock.after(WAITS.grantFollowsMs, () => this.#onSceneChange())
  }

  #onWake(gapMs: number): void {
    this.#options.log.warn('the machine slept', { gapMs })
    this.#vault.forgetAll()
    for (const event of whenAwake(this.#state, this.#time.nowMs())) this.#post({ event })
  }

  #post(posted: Posted): boolean {
    if (!this.#running) return false
    const taken = this.#inbox.push(posted)
    if (!taken) this.#options.log.error('inbox full', { kind: posted.event.kind })
    this.#drain()
    return taken
  }

  #drain(): void {
    if (this.#draining) return
    this.#draining = true
    try {
      for (let next = this.#inbox.shift(); next; next = this.#inbox.shift()) this.#handle(next)
      this.#draining = false
      if (this.#chargeLeaving) this.#tellSoon()
      else this.#audience.tell()
    } catch (cause) {
      this.#running = false
      this.#options.onBug?.(cause)
      throw cause
    }
  }

  /** A charge goes before its picture: drawing and telling wait until it is on the wire. */
  #tellSoon(): void {
    this.#chargeLeaving = false
    this.#options.clock.after(TELL_AFTER_CHARGE_MS, () => {
      if (this.#running) this.#audience.tell()
    })
  }

  #handle(posted: Posted): void {
    const { event, identity, resolve } = posted
    const repeated = identity && firstAnswer<Sale>(this.#options.journal, identity)
    if (repeated) {
      resolve?.(repeated)
      return
    }
    const step = this.#scene.judge(event, reduce(this.#state, event), this.#state)
    const answer: Result<Sale, Problem> = this.#answer(event, step)
    this.#effects.sign(step.effects)
    if (step.changed.length > 0 || identity) {
      const command = identity && { ...identity, answer: JSON.stringify(answer) }
      const written = this.#append(event, step, command)
      if (!written.ok) {
        this.#effects.drop(step.effects)
        this.#onJournalFailure(event, written.error)
        resolve?.(err(notWritten(written.error, saleOf(event, this.#state))))
        return
      }
    }
    if (event.kind === 'code_scanned') this.#mark('durable', step.changed[0])
    this.#take(step)
    resolve?.(answer)
  }

  #append(event: CheckoutEvent, step: Step, command?: CommandRecord): Result<unknown, Problem> {
    const { journal, onPoint } = this.#options
    const entry = journalled(event, step, command)
    onPoint?.(`before_append:${entry.kind}`)
    const written = journal.append(entry)
    if (!written.ok) return written
    onPoint?.(`after_append:${entry.kind}`)
    this.#scene.kept(event, step, written.value.seq)
    this.#journalWatch.worked()
    return written
  }

  /** Makes a durable step the present, and carries its effects out. */
  #take(step: Step): void {
    this.#state = step.state
    const { onPoint } = this.#options
    for (const effect of step.effects) {
      onPoint?.(`before_effect:${effect.kind}`)
      this.#effects.run(effect)
      onPoint?.(`after_effect:${effect.kind}`)
      if (effect.kind === 'enable_scanner') this.#mark('armed', saleOnScreen(this.#state))
      if (effect.kind === 'charge') this.#chargeLeaving = true
    }
    this.#face.kept(step.changed)
    this.#audience.changed(step.changed)
  }

  #answer(event: CheckoutEvent, step: Step): Result<Sale, Problem> {
    return answerTo(event, step, { state: this.#state, find: (id) => this.sale(id) })
  }

  /** Nothing was done. A fact is brought again later; a wish or a code is refused (P1). */
  #onJournalFailure(event: CheckoutEvent, fault: Problem): void {
    const { detail } = fault
    this.#options.log.error('journal cannot be written', { kind: event.kind, detail })
    for (const scanner of this.#options.scanners) scanner.disable('idle')
    this.#journalWatch.failed()
    const isLost = event.kind.endsWith('_wanted') || event.kind === 'code_scanned'
    if (!isLost) this.#options.clock.after(WAITS.journalRetryMs, () => this.#post({ event }))
  }

  #onJournalBack(): void {
    if (this.#isArmed()) for (const scanner of this.#options.scanners) scanner.enable()
    this.#audience.publish()
  }

  #onScanner(seen: ScannerEvent): void {
    const atMs = this.#time.nowMs()
    if (seen.kind === 'label') this.#onLabel(seen)
    else if (seen.kind === 'phase') this.#audience.publish()
    else this.#post({ event: { kind: 'label_dropped', atMs, reason: seen.reason } })
  }

  #onLabel(seen: Extract<ScannerEvent, { kind: 'label' }>): void {
    this.#sleep.look()
    const { entropy, binding } = this.#options
    const event = eventOfLabel(seen, {
      atMs: this.#time.nowMs(),
      sale: saleOnScreen(this.#state),
      scene: this.#scene,
      vault: this.#vault,
      used: this.#used,
      ...{ entropy, binding },
      onCode: (sale) => this.#mark('code_read', sale),
    })
    if (event) this.#post({ event })
  }

  #isArmed(): boolean {
    return saleOnScreen(this.#state)?.phase === 'armed'
  }

  #mark(mark: Mark, sale: Sale | undefined): void {
    if (sale) this.#options.onMark?.(mark, sale)
  }
}
