import type { SaleView } from '../../src/api/protocol.ts'
import type { CashierModel } from '../../src/screen/model.ts'
import type { Answer, Call, LinkState } from '../connection/connection.ts'
import { isSessionEnded, remarkOf } from '../shared/sign-in-state.ts'
import type { Language, Text } from '../text/language.ts'
import { TEXTS, type TextKey } from '../text/translate.ts'
import type { Cover } from './cover.ts'
import { STATE_LOOKS } from './state-table.ts'
import type { TillSignIn } from './till-sign-in.ts'

/** Why a manager stops waiting, one tap away; `other` is said in own words. */
export const CLOSE_REASONS = ['seen_paid', 'seen_not_paid', 'settled_otherwise'] as const
export type CloseReason = (typeof CLOSE_REASONS)[number] | 'other'
export const CLOSE_REASON_TEXTS = {
  seen_paid: 'by_hand.reason.seen_paid',
  seen_not_paid: 'by_hand.reason.seen_not_paid',
  settled_otherwise: 'by_hand.reason.settled_otherwise',
} as const satisfies { readonly [reason in (typeof CLOSE_REASONS)[number]]: TextKey }
export const CLOSE_WORDS_MAX = 120
const WORDS_MIN = 3

/** What the view knows; none of it is the sale's state but what the terminal has told. */
export type CloseState = {
  readonly saleId: string | undefined
  readonly sale: SaleView | undefined
  readonly reason: CloseReason | undefined
  readonly words: string
  /** The press that nobody has answered yet: repeated under the same id. */
  readonly press: { readonly clientId: string; readonly reason: string } | undefined
  readonly isSending: boolean
  readonly remark: Text | undefined
}

const HIDDEN: CloseState = {
  saleId: undefined,
  sale: undefined,
  reason: undefined,
  words: '',
  press: undefined,
  isSending: false,
  remark: undefined,
}

export type CloseControlOptions = {
  readonly call: (call: Call) => Promise<Answer>
  readonly language: () => Language
  readonly draw: () => void
  readonly signIn: TillSignIn
  /** Says on the panel what became of it. */
  readonly tell: (text: Text) => void
  /** Hears of what must not happen. */
  readonly report: (error: unknown) => void
}

/** The view in which a manager stops waiting for a result that does not come. */
export class CloseControl {
  readonly #options: CloseControlOptions
  #state: CloseState = HIDDEN

  constructor(options: CloseControlOptions) {
    this.#options = options
  }

  get state(): CloseState {
    return this.#state
  }

  get signIn(): TillSignIn {
    return this.#options.signIn
  }

  get isShown(): boolean {
    return this.#state.saleId !== undefined
  }

  readonly open = (saleId: string): void => {
    this.#set({ ...HIDDEN, saleId })
    this.signIn.ask().catch(this.#options.report)
    this.#read(saleId)
  }

  readonly leave = (): void => {
    if (!this.isShown) return
    this.#set(HIDDEN)
    this.signIn.end()
  }

  readonly choose = (reason: CloseReason): void =>
    this.#set({ ...this.#state, reason, remark: undefined })

  /** A payment code must not be kept anywhere, least of all as a reason in the journal. */
  readonly type = (text: string): void => {
    const isCode = /\d{12}/.test(text.replaceAll(/[\s-]/g, ''))
    const remark = isCode ? TEXTS['act.field_is_code'] : undefined
    const words = isCode ? '' : text.slice(0, CLOSE_WORDS_MAX)
    this.#set({ ...this.#state, reason: 'other', words, remark })
  }

  get canClose(): boolean {
    const { sale, isSending } = this.#state
    return sale !== undefined && !isSending && this.signIn.signedIn !== undefined
  }

  /** Stops waiting; by touch or F4 only. */
  readonly close = (): void => {
    const { saleId, press } = this.#state
    const session = this.signIn.signedIn?.session
    if (!this.canClose || saleId === undefined || session === undefined) return
    const reason = this.#reason()
    if (reason.length < WORDS_MIN) {
      this.#set({ ...this.#state, remark: TEXTS['act.reason_missing'] })
      return
    }
    const clientId = press?.reason === reason ? press.clientId : crypto.randomUUID()
    this.#set({ ...this.#state, press: { clientId, reason }, isSending: true, remark: undefined })
    this.#options
      .call({ operation: 'sale.close', input: { clientId, saleId, reason, session } })
      .then((answer) => this.#closed(saleId, answer))
      .catch(this.#options.report)
  }

  onModel({ cashier }: CashierModel): void {
    // A sale takes the screen: whoever sells must see it.
    if (!STATE_LOOKS[cashier.state].takesAmount && cashier.state !== 'stopped') this.leave()
  }

  onLink(link: LinkState): void {
    if (link !== 'open' && !this.#state.isSending) this.leave()
  }

  /** What takes the keys while the view is shown. `settings` are the page's own keys. */
  cover(settings: Cover['keys']): Cover | undefined {
    if (!this.isShown) return undefined
    return { keys: { ...settings, F2: this.leave, F4: this.close }, leave: this.leave }
  }

  #closed(saleId: string, answer: Answer): void {
    const { signIn, tell } = this.#options
    if (isSessionEnded(answer)) signIn.end()
    if (answer.kind === 'done') tell(TEXTS['by_hand.done'])
    if (this.#state.saleId !== saleId) return
    if (answer.kind === 'done') {
      this.leave()
      return
    }
    const remark = answer.kind === 'lost' ? TEXTS['by_hand.lost'] : remarkOf(answer)
    const press = answer.kind === 'lost' ? this.#state.press : undefined
    this.#set({ ...this.#state, isSending: false, press, remark })
    this.#read(saleId)
  }

  #read(saleId: string): void {
    this.#options
      .call({ operation: 'sale.get', input: { saleId } })
      .then((answer) => {
        if (this.#state.saleId !== saleId) return
        const isRead = answer.kind === 'done'
        const sale = isRead ? (answer.value as SaleView) : this.#state.sale
        this.#set({ ...this.#state, sale, remark: this.#state.remark ?? remarkOf(answer) })
      })
      .catch(this.#options.report)
  }

  #reason(): string {
    const { reason, words } = this.#state
    if (reason === undefined) return ''
    return reason === 'other'
      ? words.trim()
      : TEXTS[CLOSE_REASON_TEXTS[reason]][this.#options.language()]
  }

  #set(state: CloseState): void {
    this.#state = state
    this.#options.draw()
  }
}
