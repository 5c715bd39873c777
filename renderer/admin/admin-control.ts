import type { CashierModel } from '../../src/screen/model.ts'
import { STATE_LOOKS } from '../cashier/state-table.ts'
import type { Timers } from '../connection/connection.ts'
import type { AdminCall, AdminCaller } from '../shared/operator-types.ts'
import type { Language } from '../text/language.ts'
import { initialAdmin, reduceAdmin } from './admin-state.ts'
import type { AdminEvent, AdminState, AnsweredCall } from './admin-types.ts'

/** How often the page looks by itself, milliseconds. */
const LOOK_EVERY_MS = 5_000
/** A touch within this time of the last one tells the terminal nothing new. */
const KEEP_EVERY_MS = 5_000
/** How long leaving waits for the session to end. */
const LEAVE_MAX_MS = 800

export type AdminControlOptions = {
  readonly call: AdminCaller
  readonly timers: Timers
  readonly language: Language
  readonly draw: () => void
  /** Opens the cashier's screen in place of this one. */
  readonly leave: () => void
}

/** The admin page: keeps its state, carries out what its rule of change asks, and locks itself. */
export class AdminControl {
  readonly #options: AdminControlOptions
  #state: AdminState
  #keptAtMs = 0
  #isLeaving = false
  #disarm: () => void = () => {}

  constructor(options: AdminControlOptions) {
    this.#options = options
    this.#state = initialAdmin(options.language)
  }

  get state(): AdminState {
    return this.#state
  }

  readonly dispatch = (event: AdminEvent): void => {
    if (this.#isLeaving && event.kind !== 'answer') return
    const before = this.#state
    const step = reduceAdmin(before, event)
    this.#state = step.state
    const isNew = step.state.signedIn !== undefined && before.signedIn === undefined
    if (isNew) this.#keptAtMs = this.#options.timers.nowMs()
    if (step.call !== undefined) this.#send(step.call)
    if (step.state.signedIn !== before.signedIn || step.state.lockAtMs !== before.lockAtMs) {
      this.#arm()
    }
    if (step.state !== before) this.#options.draw()
  }

  /** Somebody touched a key or the screen: the session lives on. */
  readonly touched = (): void => {
    const nowMs = this.#options.timers.nowMs()
    if (this.#state.signedIn === undefined || nowMs - this.#keptAtMs < KEEP_EVERY_MS) return
    this.#keptAtMs = nowMs
    this.dispatch({ kind: 'look', isIdle: false, nowMs })
  }

  /** Looks again now, because somebody asked for it. */
  readonly refresh = (): void => {
    this.#keptAtMs = this.#options.timers.nowMs()
    this.dispatch({ kind: 'look', isIdle: false, nowMs: this.#keptAtMs })
  }

  /** Goes on in the form. */
  readonly go = (password = ''): void => {
    this.dispatch({ kind: 'go', password, nowMs: this.#options.timers.nowMs() })
  }

  readonly lock = (): void => this.dispatch({ kind: 'lock' })

  /** Ends the session and opens the cashier's screen; not at all later when the line is down. */
  readonly leave = (): void => {
    if (this.#isLeaving) return
    const { session } = this.#state.signedIn ?? {}
    this.dispatch({ kind: 'lock' })
    this.#isLeaving = true
    if (session === undefined) {
      this.#options.leave()
      return
    }
    this.#options.timers.after(LEAVE_MAX_MS, this.#options.leave)
  }

  /** A sale takes the screen: whoever sells must see it. */
  onModel({ cashier }: CashierModel): void {
    const look = STATE_LOOKS[cashier.state]
    if (!look.takesAmount && cashier.state !== 'stopped') this.leave()
  }

  /** Looks by itself from time to time, and locks when nobody has touched anything for long. */
  #arm(): void {
    this.#disarm()
    const { signedIn, lockAtMs } = this.#state
    if (signedIn === undefined) return
    const { timers } = this.#options
    const leftMs = lockAtMs - timers.nowMs()
    if (leftMs <= 0) {
      this.lock()
      return
    }
    this.#disarm = timers.after(Math.min(leftMs, LOOK_EVERY_MS), () => {
      if (leftMs > LOOK_EVERY_MS) {
        this.dispatch({ kind: 'look', isIdle: true, nowMs: timers.nowMs() })
      }
      this.#arm()
    })
  }

  #send(call: AdminCall): void {
    const session = 'session' in call.input ? call.input.session : undefined
    // What is kept of a call until its answer holds no PIN and no password.
    const answered: AnsweredCall = {
      operation: call.operation,
      session: session,
    }
    this.#options
      .call(call)
      .then((answer) => {
        if (this.#isLeaving && answered.operation === 'operator.sign_out') this.#options.leave()
        const nowMs = this.#options.timers.nowMs()
        this.dispatch({ kind: 'answer', call: answered, answer, nowMs })
      })
      .catch(reportError)
  }
}
