import type { BilledOrder, Here, There, Verdict } from './judge.ts'
import type { RefundHere, RefundThere, RefundVerdict } from './judge-refund.ts'

/** What the gateway could be asked about, because its answer may complete the journal. */
export type Candidate =
  | { readonly kind: 'attempt'; readonly saleId: string; readonly outTradeNo: string }
  | {
      readonly kind: 'order'
      readonly outTradeNo: string
      readonly amountFen: number
      readonly order: BilledOrder
    }
  | {
      readonly kind: 'refund'
      readonly saleId: string
      readonly outTradeNo: string
      readonly outRefundNo: string
    }

/**
 * The question a payment leads to, if any. A sale that is paid here is never put in question: what
 * the bill then says otherwise is for people.
 */
export function candidateOf(found: {
  readonly verdict: Verdict
  readonly here?: Here
  readonly there?: There
}): Candidate | undefined {
  const { verdict, here, there } = found
  if (verdict === 'missing_here' && there?.order) {
    const { outTradeNo, amountFen, order } = there
    return { kind: 'order', outTradeNo, amountFen, order }
  }
  const isOpen = verdict === 'state_differs' || verdict === 'unresolved_here'
  if (!here || !isOpen || here.outcome === 'PAID') return undefined
  return { kind: 'attempt', saleId: here.saleId, outTradeNo: here.outTradeNo }
}

/** The question a refund leads to, if any. */
export function refundCandidateOf(found: {
  readonly verdict: RefundVerdict
  readonly here?: RefundHere
  readonly there?: RefundThere
}): Candidate | undefined {
  const { verdict, here } = found
  const isOpen = verdict === 'state_differs' || verdict === 'unresolved_here'
  if (!here || !isOpen || here.standing === 'REFUNDED') return undefined
  const { saleId, outTradeNo, outRefundNo } = here
  return { kind: 'refund', saleId, outTradeNo, outRefundNo }
}
