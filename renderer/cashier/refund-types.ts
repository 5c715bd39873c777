import type { OperationInput, SaleView } from '../../src/api/protocol.ts'
import type { CashierModel } from '../../src/screen/model.ts'
import type { Answer, LinkState } from '../connection/connection.ts'
import type { Language, Text } from '../text/language.ts'
import type { TextKey } from '../text/translate.ts'
import { EMPTY_ENTRY, type Entry, type EntryKey } from './entry.ts'

/** The reasons one tap away; the customer reads the words. */
export const REASONS = ['returned', 'out_of_stock', 'wrong_price', 'charged_twice'] as const
/** The words of each. */
export const REASON_TEXTS = {
  returned: 'refund.reason.returned',
  out_of_stock: 'refund.reason.out_of_stock',
  wrong_price: 'refund.reason.wrong_price',
  charged_twice: 'refund.reason.charged_twice',
} as const satisfies { readonly [reason in (typeof REASONS)[number]]: TextKey }
export type Reason = (typeof REASONS)[number] | 'other'

/** Fields that are typed into. */
export type RefundField = 'search' | 'operator' | 'words'

/** One press of the key that gives money back: repeated under the same id while nobody answered it. */
export type Press = OperationInput<'sale.refund'>

/** What the refund view knows. None of it is a refund's state but what the terminal has told. */
export type RefundState = {
  /** `list`: which sale; `form`: how much and why; `confirm`: once more; `state`: what became of it. */
  readonly step: 'hidden' | 'list' | 'form' | 'confirm' | 'state'
  /** Paid sales read so far, newest first; undefined when the view was opened on one sale. */
  readonly sales: readonly SaleView[] | undefined
  /** Where the next page begins; undefined when there is none. */
  readonly olderThan: string | undefined
  readonly isReading: boolean
  readonly search: string
  readonly saleId: string | undefined
  readonly sale: SaleView | undefined
  /** What is typed; nothing means all that is left. */
  readonly entry: Entry
  readonly reason: Reason | undefined
  /** The reason in own words. */
  readonly words: string
  /**
   * Where there are operators a manager signs in before the form: `locked` until then. `none`: there
   * are none, and whoever is at the till says the name.
   */
  readonly guard: 'none' | 'locked' | 'signed_in'
  /** Kept while the page lives, and nowhere else. */
  readonly operator: string
  /** A code came into this field: the rest of it is thrown away too. */
  readonly shut: RefundField | undefined
  readonly press: Press | undefined
  readonly isSending: boolean
  /** The line broke: what is shown may be old. */
  readonly isStale: boolean
  readonly remark: Text | undefined
}

/** What a key or a button of the view does. */
export type RefundAct = 'leave' | 'back' | 'next' | 'give' | 'check' | 'older' | 'again'

/** A question or a command to the terminal; a check gets its clientId when it leaves. */
export type RefundCall =
  | { readonly operation: 'sale.list'; readonly input: OperationInput<'sale.list'> }
  | { readonly operation: 'sale.get'; readonly input: OperationInput<'sale.get'> }
  | {
      readonly operation: 'sale.check'
      readonly input: Omit<OperationInput<'sale.check'>, 'clientId'>
    }
  | { readonly operation: 'sale.refund'; readonly input: Press }

export type RefundEvent =
  | { readonly kind: 'open'; readonly saleId?: string }
  | { readonly kind: 'pick'; readonly saleId: string }
  | {
      readonly kind: 'act'
      readonly act: RefundAct
      readonly language: Language
      /** For the press, if it becomes one. */
      readonly newClientId: string
    }
  | { readonly kind: 'type'; readonly key: EntryKey }
  | { readonly kind: 'erase' | 'clear' | 'field_left' }
  | { readonly kind: 'field'; readonly field: RefundField; readonly text: string }
  | { readonly kind: 'guard'; readonly guard: RefundState['guard']; readonly operator?: string }
  | { readonly kind: 'reason'; readonly reason: Reason }
  | { readonly kind: 'answer'; readonly call: RefundCall; readonly answer: Answer }
  | { readonly kind: 'sale'; readonly sale: SaleView }
  | { readonly kind: 'model'; readonly model: CashierModel }
  | { readonly kind: 'link'; readonly state: LinkState }

/** The view after an event, what to ask the terminal, and what to say where the view is gone. */
export type RefundStep = {
  readonly state: RefundState
  readonly call?: RefundCall
  readonly tell?: Text
}

export const FIELD_MAX: { readonly [field in RefundField]: number } = {
  search: 32,
  operator: 40,
  words: 80,
}
/** The view while it is not shown. */
export const NO_REFUND: RefundState = {
  step: 'hidden',
  sales: undefined,
  olderThan: undefined,
  isReading: false,
  search: '',
  saleId: undefined,
  sale: undefined,
  entry: EMPTY_ENTRY,
  reason: undefined,
  words: '',
  guard: 'none',
  operator: '',
  shut: undefined,
  press: undefined,
  isSending: false,
  isStale: false,
  remark: undefined,
}
