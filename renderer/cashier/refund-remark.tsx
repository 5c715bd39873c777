import type { Language } from '../text/language.ts'
import { TEXTS } from '../text/translate.ts'
import type { RefundAct, RefundEvent, RefundState } from './refund-types.ts'
import type { TillSignIn } from './till-sign-in.ts'

/** What every step of the refund view is given. */
export type RefundViewProps = {
  readonly state: RefundState
  readonly language: Language
  readonly dispatch: (event: RefundEvent) => void
  readonly act: (act: RefundAct) => void
  readonly signIn: TillSignIn
}

/** One remark in a place of its own, so that nothing moves when it comes or goes. */
export function RefundRemark(props: { readonly state: RefundState; readonly language: Language }) {
  const { isStale, remark } = props.state
  const text = isStale ? TEXTS['refund.stale'] : remark
  return (
    <p class={text === undefined ? 'notice notice-empty' : 'notice'} role="alert">
      {text?.[props.language]}
    </p>
  )
}
