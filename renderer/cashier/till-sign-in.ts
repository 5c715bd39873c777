import type { Timers } from '../connection/connection.ts'
import type { AdminCaller, OperatorName, SignedIn } from '../shared/operator-types.ts'
import {
  NO_SIGN_IN,
  type SignInState,
  signedInOf,
  withOperators,
  withSignInAnswer,
} from '../shared/sign-in-state.ts'
import { TEXTS } from '../text/translate.ts'

/** What the page has heard of operators; its views share it, so that none has to wait to hear it again. */
export type Heard = { hasOperators: boolean | undefined }

export type TillSignInOptions = {
  readonly heard: Heard
  readonly call: AdminCaller
  readonly timers: Timers
  readonly draw: () => void
  /** Who is asked for: the roles that may do it. */
  readonly roles: readonly OperatorName['role'][]
  /** Somebody has signed in, or has to. */
  readonly onChange: () => void
  /** Hears of what must not happen. */
  readonly report: (error: unknown) => void
}

/**
 * A manager at the till, for the one thing that is about to be done: signed in inside the view that
 * needs it, and out again when the view closes. Where there are no operators nobody has to.
 */
export class TillSignIn {
  readonly #options: TillSignInOptions
  #state: SignInState = NO_SIGN_IN
  #signedIn: SignedIn | undefined

  constructor(options: TillSignInOptions) {
    this.#options = options
  }

  get state(): SignInState {
    return this.#state
  }

  get signedIn(): SignedIn | undefined {
    return this.#signedIn
  }

  /** Whether a manager has to sign in; undefined until the terminal said. */
  get isNeeded(): boolean | undefined {
    return this.#options.heard.hasOperators
  }

  /** Asks who there is. Until the answer nothing that needs a manager is done. */
  readonly ask = async (): Promise<void> => {
    const answer = await this.#options.call({ operation: 'operator.list', input: {} })
    const everybody = withOperators(NO_SIGN_IN, answer)
    if (everybody.operators !== undefined) {
      this.#options.heard.hasOperators = everybody.operators.length > 0
    }
    const { name } = this.#state
    this.#set(
      withOperators({ ...this.#state, name }, answer, ({ role }) =>
        this.#options.roles.includes(role),
      ),
    )
    this.#options.onChange()
  }

  readonly choose = (name: string): void => this.#set({ ...this.#state, name })

  /** @param pin goes into the call and is kept nowhere */
  readonly signIn = async (pin: string, right: string): Promise<void> => {
    const { name, isSending } = this.#state
    if (name === undefined || isSending) return
    this.#set({ ...this.#state, isSending: true, remark: undefined })
    const { call, timers } = this.#options
    const answer = await call({ operation: 'operator.sign_in', input: { name, pin } })
    const signedIn = signedInOf(answer)
    if (signedIn === undefined) {
      this.#set(withSignInAnswer(this.#state, answer, timers.nowMs()))
      return
    }
    if (!signedIn.rights.includes(right)) {
      await call({ operation: 'operator.sign_out', input: { session: signedIn.session } })
      this.#set({ ...this.#state, isSending: false, remark: TEXTS['sign_in.no_right'] })
      return
    }
    this.#signedIn = signedIn
    this.#set({ ...this.#state, isSending: false })
    this.#options.onChange()
  }

  /** The session is over: by the end of the view, or because the terminal said so. */
  readonly end = (): void => {
    const { operators } = this.#state
    const session = this.#signedIn?.session
    this.#signedIn = undefined
    this.#set({ ...NO_SIGN_IN, operators })
    this.#options.onChange()
    if (session === undefined) return
    this.#options
      .call({ operation: 'operator.sign_out', input: { session } })
      .catch(this.#options.report)
  }

  #set(state: SignInState): void {
    this.#state = state
    this.#options.draw()
  }
}
