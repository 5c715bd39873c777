import type { SaleView } from '../../src/api/protocol.ts'
import type { IconName } from '../shared/icon-name.ts'
import type { TextKey } from '../text/translate.ts'
import type { PanelState } from './state-table.ts'

export type RefundView = NonNullable<SaleView['refunds']>[number]

/** How a refund looks and what it says. `colours` borrows the ground of a state of the panel. */
export type RefundLook = {
  readonly icon: IconName
  readonly colours: PanelState
  readonly title: TextKey
  readonly action: TextKey
  /** Nobody knows yet whether the gateway took it. */
  readonly isUnclear: boolean
  /** Something is still to be heard about it. */
  readonly isOpen: boolean
}

const DONE = { isUnclear: false, isOpen: false } as const
const UNCLEAR = { isUnclear: true, isOpen: true } as const
const TAKEN = { isUnclear: false, isOpen: true } as const

const CHECKING: RefundLook = {
  icon: 'search',
  colours: 'checking',
  title: 'refund.checking.title',
  action: 'refund.checking.action',
  ...UNCLEAR,
}

/** Phases as the protocol names them; one that is not here is one that nobody knows the end of. */
const LOOKS: { readonly [phase: string]: RefundLook } = {
  submitting: {
    icon: 'back',
    colours: 'submitting',
    title: 'refund.submitting.title',
    action: 'refund.submitting.action',
    ...UNCLEAR,
  },
  checking: CHECKING,
  confirming: CHECKING,
  processing: {
    icon: 'back',
    colours: 'submitting',
    title: 'refund.processing.title',
    action: 'refund.processing.action',
    ...TAKEN,
  },
  abnormal: {
    icon: 'question',
    colours: 'unknown',
    title: 'refund.abnormal.title',
    action: 'refund.abnormal.action',
    ...TAKEN,
  },
  refunded: {
    icon: 'check',
    colours: 'paid',
    title: 'refund.refunded.title',
    action: 'refund.refunded.action',
    ...DONE,
  },
  not_refunded: {
    icon: 'cross',
    colours: 'not_paid',
    title: 'refund.not_refunded.title',
    action: 'refund.not_refunded.action',
    ...DONE,
  },
}

const BY_HAND: RefundLook = {
  icon: 'question',
  colours: 'unknown',
  title: 'refund.by_hand.title',
  action: 'refund.by_hand.action',
  ...DONE,
}

/** How a refund stands, for the screen. */
export function lookOf(refund: RefundView): RefundLook {
  if (refund.closedByHand !== undefined && refund.outcome === 'UNKNOWN') return BY_HAND
  return LOOKS[refund.phase] ?? CHECKING
}

/** The refund that counts now: the newest one that is open, else the newest. */
export function shownRefund(sale: SaleView): RefundView | undefined {
  const refunds = sale.refunds ?? []
  return refunds.findLast((refund) => lookOf(refund).isUnclear) ?? refunds.at(-1)
}

/** The paid attempt that a refund would be of, and what is left of it, fen. */
export type Refundable = {
  readonly leftFen: number
  /** Named only where more than one attempt of the sale was paid. */
  readonly outTradeNo?: string
}

/** What may be given back of a sale now; undefined when nothing may. */
export function refundableOf(sale: SaleView): Refundable | undefined {
  const refunds = sale.refunds ?? []
  if ((sale.refundableFen ?? 0) <= 0 || refunds.some((one) => lookOf(one).isUnclear)) {
    return undefined
  }
  const paid = sale.attempts.filter(({ outcome }) => outcome === 'PAID')
  if (paid.length < 2) return { leftFen: sale.refundableFen ?? 0 }
  for (const { outTradeNo } of paid) {
    const gone = refunds
      .filter((one) => one.outTradeNo === outTradeNo && one.outcome !== 'NOT_REFUNDED')
      .reduce((sum, { amountFen }) => sum + amountFen, 0)
    if (gone < sale.amountFen) return { leftFen: sale.amountFen - gone, outTradeNo }
  }
  return undefined
}

/** Whether money was taken for it, so that it belongs in the list. */
export function isRefundListed(sale: SaleView): boolean {
  return sale.outcome === 'PAID' && sale.refundableFen !== undefined
}

/** The sales that `search` finds: by order number, our number or the gateway's, most often their last digits. */
export function found(sales: readonly SaleView[], search: string): readonly SaleView[] {
  const wanted = search.trim().toUpperCase()
  if (wanted === '') return sales
  return sales.filter((sale) => {
    const numbers = [
      sale.orderRef,
      ...sale.attempts.flatMap(({ outTradeNo, transactionId }) => [outTradeNo, transactionId]),
    ]
    return numbers.some((number) => number?.toUpperCase().includes(wanted) === true)
  })
}
