import type { CashierScreen, RecentRefund, RecentSale } from '../../src/screen/model.ts'
import { formatAmount } from '../text/amount.ts'
import type { Language } from '../text/language.ts'
import { type TextKey, translate } from '../text/translate.ts'
import { clockTime } from './clock-time.ts'
import { keepFocus } from './pad.tsx'

type RecentProps = {
  readonly screen: CashierScreen
  readonly language: Language
  /** Whether the refund view may be opened now. */
  readonly canRefund: boolean
  readonly refund: (saleId: string) => void
}

const OUTCOME_TEXTS: { readonly [outcome in RecentSale['outcome']]: TextKey } = {
  PAID: 'outcome.PAID',
  NOT_PAID: 'outcome.NOT_PAID',
  UNKNOWN: 'outcome.UNKNOWN',
}

/** An arrow back that is on its way, closed, crossed out, or a warning. */
const REFUND_SHAPES: { readonly [state in RecentRefund['state']]: string } = {
  under_way: 'M7 3L2 7.5 7 12M2 7.5h5M9.5 7.5h1.5M13 7.5h1.5',
  done: 'M7 3L2 7.5 7 12M2 7.5h12',
  not_given: 'M3 3l10 10M13 3L3 13',
  needs_staff: 'M8 1.5l7 13H1zM8 6v4M8 12v.3',
}

const REFUND_TEXTS: { readonly [state in RecentRefund['state']]: TextKey } = {
  under_way: 'recent.refund.under_way',
  done: 'recent.refund.whole',
  not_given: 'recent.refund.not_given',
  needs_staff: 'recent.refund.needs_staff',
}

/** The last sales; a paid one opens its refund where refunds are made. */
export function Recent({ screen, language, canRefund, refund }: RecentProps) {
  return (
    <section class="recent" aria-label={translate(language, 'recent.title')}>
      <h2>{translate(language, 'recent.title')}</h2>
      {screen.recent.length === 0 && (
        <p class="recent-none">{translate(language, 'recent.none')}</p>
      )}
      <ol class="recent-list" data-may-refund={screen.mayRefund}>
        {screen.recent.map((sale) => (
          <li key={sale.saleId} data-outcome={sale.outcome} data-refund={sale.refund?.state}>
            {screen.mayRefund && sale.outcome === 'PAID' ? (
              <button
                type="button"
                class="recent-row"
                disabled={!canRefund}
                onMouseDown={keepFocus}
                onClick={() => refund(sale.saleId)}
              >
                <Row sale={sale} language={language} />
                <span class="only-spoken">{translate(language, 'recent.refund.open')}</span>
              </button>
            ) : (
              <p class="recent-row">
                <Row sale={sale} language={language} />
              </p>
            )}
          </li>
        ))}
      </ol>
    </section>
  )
}

function Row({ sale, language }: { readonly sale: RecentSale; readonly language: Language }) {
  return (
    <>
      <span class="recent-time">{clockTime(language, sale.atMs, 'time')}</span>
      <span class="recent-amount">{formatAmount(sale.amountFen)}</span>
      <span class="recent-outcome">
        {sale.refund === undefined ? (
          translate(language, OUTCOME_TEXTS[sale.outcome])
        ) : (
          <RefundMark refund={sale.refund} sale={sale} language={language} />
        )}
      </span>
    </>
  )
}

type RefundMarkProps = {
  readonly refund: RecentRefund
  readonly sale: RecentSale
  readonly language: Language
}

/** What was given back, in a shape and words. */
function RefundMark({ refund, sale, language }: RefundMarkProps) {
  const isPart = refund.state === 'done' && refund.amountFen < sale.amountFen
  const text = isPart ? 'recent.refund.part' : REFUND_TEXTS[refund.state]
  return (
    <span class="refund-mark">
      <svg viewBox="0 0 16 16" aria-hidden="true" focusable="false">
        <path d={REFUND_SHAPES[refund.state]} />
      </svg>
      {translate(language, text, { amount: formatAmount(refund.amountFen) })}
    </span>
  )
}
