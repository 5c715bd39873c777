import { amountWidth, formatAmount } from '../text/amount.ts'
import type { Language } from '../text/language.ts'
import { translate } from '../text/translate.ts'

type AmountProps = {
  /** Digits and point as they stand, such as `12.3` while it is typed. */
  readonly shown: string
  readonly language: Language
  readonly isFaint?: boolean
}

/** An amount that fills its line: as large as the panel's height allows and its width can hold. */
export function Amount({ shown, language, isFaint = false }: AmountProps) {
  // One sign more for the yuan sign, and never fewer than `12.30` needs, so that size is calm.
  const digits = Math.max(45, amountWidth(shown)) / 10 + 0.7
  return (
    <p class={isFaint ? 'amount amount-faint' : 'amount'} style={{ '--digits': String(digits) }}>
      <span class="amount-spoken">{translate(language, 'amount.spoken', { amount: shown })}</span>
      <span aria-hidden="true">
        <span class="amount-sign">¥</span>
        {shown}
      </span>
    </p>
  )
}

/** Money in fen as an amount that fills its line. */
export function AmountFen(props: { readonly amountFen: number; readonly language: Language }) {
  return <Amount shown={formatAmount(props.amountFen)} language={props.language} />
}
