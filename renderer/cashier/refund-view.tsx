import { useEffect, useRef } from 'preact/hooks'
import type { SaleView } from '../../src/api/protocol.ts'
import { AmountFen } from '../shared/amount.tsx'
import { Icon } from '../shared/icons.tsx'
import { formatAmount } from '../text/amount.ts'
import type { Language, Text } from '../text/language.ts'
import { translate } from '../text/translate.ts'
import { clockTime } from './clock-time.ts'
import { lookOf, type RefundView, shownRefund } from './refund-facts.ts'
import { RefundConfirm, RefundForm } from './refund-form.tsx'
import { RefundList } from './refund-list.tsx'
import { RefundRemark, type RefundViewProps } from './refund-remark.tsx'
import type { RefundState } from './refund-types.ts'
import { TillSignInPane } from './till-sign-in-pane.tsx'

/** The refund view, step by step. */
export function RefundDesk(props: RefundViewProps) {
  const { state, language } = props
  const { step, sale } = state
  if (step === 'list') return <RefundList {...props} />
  const refund = sale === undefined ? undefined : shownRefund(sale)
  if (sale !== undefined && step === 'form' && state.guard === 'locked') {
    return <RefundSignIn {...props} />
  }
  if (sale !== undefined && step === 'form') return <RefundForm {...props} sale={sale} />
  if (sale !== undefined && step === 'confirm') return <RefundConfirm {...props} sale={sale} />
  if (sale !== undefined && refund !== undefined) {
    return <Standing state={state} language={language} sale={sale} refund={refund} />
  }
  return (
    <main class="refund refund-alone">
      <h1>{translate(language, 'refund.list.reading')}</h1>
      <RefundRemark state={state} language={language} />
    </main>
  )
}

/** A manager says who they are before any money can go out. */
function RefundSignIn({ state, language, signIn }: RefundViewProps) {
  return (
    <main class="refund refund-alone refund-sign-in">
      <h1>{translate(language, 'refund.sign_in')}</h1>
      <TillSignInPane signIn={signIn} language={language} right="refund" />
      <RefundRemark state={state} language={language} />
    </main>
  )
}

type StandingProps = {
  readonly state: RefundState
  readonly language: Language
  readonly sale: SaleView
  readonly refund: RefundView
}

/** What became of the refund: one colour, one drawing, one line, as on the panel. */
function Standing({ state, language, sale, refund }: StandingProps) {
  const look = lookOf(refund)
  const title = translate(language, look.title)
  const action = translate(language, look.action)
  const head = useRef<HTMLHeadingElement>(null)
  useEffect(() => head.current?.focus(), [])
  return (
    <main class="panel refund-standing" data-state={look.colours} data-refund={refund.phase}>
      <p class="only-spoken" role="status">
        {title}. {action}
      </p>
      <div class="panel-head">
        <Icon name={look.icon} />
        <h1 ref={head} tabIndex={-1}>
          {title}
        </h1>
      </div>
      <div class="amount-box">
        <AmountFen amountFen={refund.amountFen} language={language} />
      </div>
      <p class="panel-action">{action}</p>
      <div class="panel-detail">
        {reasonOf(refund)?.[language]}
        <div class="detail-small">
          <span>
            {translate(language, 'refund.sale', {
              time: clockTime(language, sale.createdAtMs, 'day'),
              amount: formatAmount(sale.amountFen),
            })}
          </span>
          {sale.orderRef !== undefined && (
            <span>{translate(language, 'detail.order', { order: sale.orderRef })}</span>
          )}
          <span>
            {translate(language, 'refund.left', { amount: formatAmount(sale.refundableFen ?? 0) })}
          </span>
          {refund.gatewayText !== undefined && (
            <span>{translate(language, 'detail.gateway', { text: refund.gatewayText })}</span>
          )}
        </div>
        <OtherRefunds sale={sale} shown={refund} language={language} />
      </div>
      <RefundRemark state={state} language={language} />
    </main>
  )
}

/** Why it was not given or nobody knows, in the terminal's own words. */
function reasonOf(refund: RefundView): Text | undefined {
  const isTold = refund.phase === 'not_refunded' || refund.phase === 'abnormal'
  return isTold ? refund.problem?.staff : undefined
}

type OtherRefundsProps = {
  readonly sale: SaleView
  readonly shown: RefundView
  readonly language: Language
}

/** The other refunds of the sale, newest first. */
function OtherRefunds({ sale, shown, language }: OtherRefundsProps) {
  const others = (sale.refunds ?? []).filter(({ outRefundNo }) => outRefundNo !== shown.outRefundNo)
  if (others.length === 0) return null
  return (
    <ul class="refund-others" aria-label={translate(language, 'refund.whole_list')}>
      {others.toReversed().map((refund) => (
        <li key={refund.outRefundNo}>
          <span>{clockTime(language, refund.wantedAtMs, 'day')}</span>
          <strong>{formatAmount(refund.amountFen)}</strong>
          <span>{translate(language, lookOf(refund).title)}</span>
        </li>
      ))}
    </ul>
  )
}
