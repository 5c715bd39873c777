import type { SaleView } from '../../src/api/protocol.ts'
import type { CashierModel } from '../../src/screen/model.ts'
import type { Answer, Call, LinkState } from '../connection/connection.ts'
import { isSessionEnded } from '../shared/sign-in-state.ts'
import type { Language, Text } from '../text/language.ts'
import type { Cover } from './cover.ts'
import { onlyFound, reduceRefund } from './refund-state.ts'
import {
  NO_REFUND,
  type RefundAct,
  type RefundCall,
  type RefundEvent,
  type RefundState,
} from './refund-types.ts'
import type { TillSignIn } from './till-sign-in.ts'

/** How long a press that was meant for the view may still come when a sale has taken its place. */
const LATE_PRESS_MS = 1_500

export type RefundControlOptions = {
  readonly call: (call: Call) => Promise<Answer>
  readonly after: (delayMs: number, run: () => void) => () => void
  readonly language: () => Language
  readonly draw: () => void
  /** Who has signed in for this, where somebody has to. */
  readonly signIn: TillSignIn
  /** Says on the panel what became of a press whose view is gone. */
  readonly tell: (text: Text) => void
}

/** The refund view on its page: keeps its state, and carries out what its rule of change asks. */
export class RefundControl {
  readonly #options: RefundControlOptions
  #state: RefundState = NO_REFUND
  #isJustClosed = false

  constructor(options: RefundControlOptions) {
    this.#options = options
  }

  get state(): RefundState {
    return this.#state
  }

  get signIn(): TillSignIn {
    return this.#options.signIn
  }

  get isShown(): boolean {
    return this.#state.step !== 'hidden'
  }

  /** A sale took the view's place a moment ago: F4 may still be the answer to the view's question. */
  get isJustClosed(): boolean {
    return this.#isJustClosed
  }

  readonly dispatch = (event: RefundEvent): void => {
    const step = reduceRefund(this.#state, event)
    const isNew = step.state !== this.#state
    this.#state = step.state
    if (step.call !== undefined) this.#send(step.call)
    if (step.tell !== undefined) this.#options.tell(step.tell)
    if (isNew) this.#options.draw()
    // Nobody stays signed in at a till that takes money again.
    if (!this.isShown && !step.state.isSending) this.#leave()
  }

  /** Somebody has signed in, or has to. */
  onSignIn(): void {
    const { isNeeded, signedIn } = this.#options.signIn
    if (!this.isShown) return
    if (isNeeded === false) this.dispatch({ kind: 'guard', guard: 'none' })
    else if (signedIn === undefined) this.dispatch({ kind: 'guard', guard: 'locked' })
    else this.dispatch({ kind: 'guard', guard: 'signed_in', operator: signedIn.name })
  }

  #leave(): void {
    if (this.#options.signIn.signedIn !== undefined) this.#options.signIn.end()
  }

  /** Opens the list, or one sale. */
  readonly open = (saleId?: string): void => {
    this.dispatch(saleId === undefined ? { kind: 'open' } : { kind: 'open', saleId })
    // Whether somebody has to sign in is asked anew; until the answer the form is not shown.
    this.onSignIn()
    this.#options.signIn.ask().catch(reportError)
  }

  /** A key or a button of the view. */
  readonly act = (act: RefundAct): void => {
    const language = this.#options.language()
    this.dispatch({ kind: 'act', act, language, newClientId: crypto.randomUUID() })
  }

  onLink(state: LinkState): void {
    this.dispatch({ kind: 'link', state })
  }

  onModel(model: CashierModel): void {
    const wasShown = this.isShown
    this.dispatch({ kind: 'model', model })
    if (!wasShown || this.isShown) return
    this.#isJustClosed = true
    this.#options.after(LATE_PRESS_MS, () => {
      this.#isJustClosed = false
    })
  }

  onSale(sale: SaleView): void {
    this.dispatch({ kind: 'sale', sale })
  }

  /** What takes the keys while the view is shown. `settings` are the page's own keys. */
  cover(settings: Cover['keys']): Cover | undefined {
    if (!this.isShown) return undefined
    const own = Object.entries(REFUND_KEYS[this.#state.step]).map(
      ([key, act]) => [key, () => this.act(act)] as const,
    )
    return {
      keys: { ...settings, ...Object.fromEntries(own) },
      leave: () => this.act('back'),
      enter: () => this.#enter(),
      type: (key) => this.dispatch({ kind: 'type', key }),
      erase: () => this.dispatch({ kind: 'erase' }),
    }
  }

  /** Enter goes on where nothing can be undone by it. */
  #enter(): void {
    const only = onlyFound(this.#state)
    if (this.#state.step === 'form') this.act('next')
    if (this.#state.step === 'list' && only !== undefined) {
      this.dispatch({ kind: 'pick', saleId: only.saleId })
    }
  }

  #send(given: RefundCall): void {
    const isCheck = given.operation === 'sale.check'
    const id = isCheck ? { clientId: crypto.randomUUID() } : {}
    const session = this.#options.signIn.signedIn?.session
    const by = given.operation === 'sale.refund' && session !== undefined ? { session } : {}
    const call = { operation: given.operation, input: { ...given.input, ...id, ...by } } as Call
    this.#options
      .call(call)
      .then((answer) => {
        if (isSessionEnded(answer)) this.#options.signIn.end()
        this.dispatch({ kind: 'answer', call: given, answer })
      })
      .catch(reportError)
  }
}

type Keys = { readonly [key: string]: RefundAct }
const OUT: Keys = { F2: 'leave', F3: 'back' }

/** The keys of the view by its step, in the places that the keys of the panel have. */
export const REFUND_KEYS: { readonly [step in RefundState['step']]: Keys } = {
  hidden: {},
  list: { ...OUT, F7: 'older' },
  form: { ...OUT, F8: 'next' },
  confirm: { ...OUT, F4: 'give' },
  state: { ...OUT, F6: 'check', F8: 'again' },
}
