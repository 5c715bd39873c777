import type { CashierModel } from '../../src/screen/model.ts'
import type { Answer, Call, LinkState } from '../connection/connection.ts'
import { isSessionEnded } from '../shared/sign-in-state.ts'
import type { Language } from '../text/language.ts'
import type { Cover } from './cover.ts'
import {
  NO_SHIFT,
  reduceShift,
  type ShiftAct,
  type ShiftCall,
  type ShiftEvent,
  type ShiftState,
} from './shift-state.ts'
import type { TillSignIn } from './till-sign-in.ts'

/** How long the question of a first F4 stays open. */
const ASK_LIFE_MS = 6_000

export type ShiftControlOptions = {
  readonly call: (call: Call) => Promise<Answer>
  readonly after: (delayMs: number, run: () => void) => () => void
  readonly language: () => Language
  readonly draw: () => void
  readonly print: () => void
  /** Who closes it, where somebody has to sign in. */
  readonly signIn: TillSignIn
}

/** The day-close view on its page: keeps its state, and carries out what its rule of change asks. */
export class ShiftControl {
  readonly #options: ShiftControlOptions
  #state: ShiftState = NO_SHIFT
  #model: CashierModel | undefined
  #forgetAsk: () => void = () => {}

  constructor(options: ShiftControlOptions) {
    this.#options = options
  }

  get state(): ShiftState {
    return this.#state
  }

  readonly dispatch = (event: ShiftEvent): void => {
    const { draw, after, print } = this.#options
    const step = reduceShift(this.#state, event)
    if (step.state.isAsked && !this.#state.isAsked) {
      this.#forgetAsk = after(ASK_LIFE_MS, () => this.dispatch({ kind: 'ask_expired' }))
    }
    if (!step.state.isAsked) this.#forgetAsk()
    const isNew = step.state !== this.#state
    this.#state = step.state
    if (step.call !== undefined) this.#send(step.call)
    if (isNew) draw()
    if (step.print) print()
    if (!this.#state.isShown && this.signIn.signedIn !== undefined) this.signIn.end()
  }

  open(): void {
    this.dispatch({ kind: 'open', language: this.#options.language() })
    this.signIn.ask().catch(reportError)
  }

  get signIn(): TillSignIn {
    return this.#options.signIn
  }

  /** Somebody has signed in: the shift is closed in that name. */
  onSignIn(): void {
    const { isNeeded, signedIn } = this.signIn
    if (isNeeded === true || signedIn !== undefined) {
      this.dispatch({ kind: 'operator', text: signedIn?.name ?? '' })
    }
  }

  /** A key or a button of the view. */
  readonly act = (act: ShiftAct): void => {
    this.dispatch({ kind: 'act', act, language: this.#options.language() })
  }

  onLanguage(): void {
    this.dispatch({ kind: 'language', language: this.#options.language() })
  }

  onLink(state: LinkState): void {
    this.dispatch({ kind: 'link', state })
  }

  onModel(model: CashierModel): void {
    const before = this.#model
    this.#model = model
    this.dispatch({ kind: 'model', before, model, language: this.#options.language() })
  }

  /** What takes the keys while the view is shown. `settings` are the page's own keys. */
  cover(settings: Cover['keys']): Cover | undefined {
    if (!this.#state.isShown) return undefined
    const own = Object.entries(SHIFT_KEYS).map(([key, act]) => [key, () => this.act(act)])
    return { keys: { ...settings, ...Object.fromEntries(own) }, leave: () => this.act('leave') }
  }

  #send(given: ShiftCall): void {
    const isCommand = given.operation === 'shift.close'
    const { language, signIn } = this.#options
    const session = signIn.signedIn?.session
    const by = session === undefined ? {} : { session }
    const id = isCommand ? { clientId: crypto.randomUUID(), ...by } : {}
    const call = { operation: given.operation, input: { ...given.input, ...id } } as Call
    this.#options
      .call(call)
      .then((answer) => {
        if (isSessionEnded(answer)) signIn.end()
        this.dispatch({ kind: 'answer', call: given, answer, language: language() })
      })
      .catch(reportError)
  }
}

/** The keys of the view, in the places that the keys of the panel have. */
export const SHIFT_KEYS: { readonly [key: string]: ShiftAct } = {
  F2: 'leave',
  F4: 'close',
  F6: 'last',
  F7: 'carry',
  F8: 'print',
  F12: 'leave',
}
