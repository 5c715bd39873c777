import { SignIn } from '../shared/sign-in.tsx'
import type { Language } from '../text/language.ts'
import { translate } from '../text/translate.ts'
import type { TillSignIn } from './till-sign-in.ts'

type TillSignInPaneProps = {
  readonly signIn: TillSignIn
  readonly language: Language
  /** The right that is needed. */
  readonly right: string
}

/** Name and PIN of a manager, inside the view that needs one. */
export function TillSignInPane({ signIn, language, right }: TillSignInPaneProps) {
  const { state } = signIn
  if (signIn.isNeeded === undefined || state.operators === undefined) {
    const text = state.remark?.[language] ?? translate(language, 'sign_in.reading')
    return <p role="status">{text}</p>
  }
  if (state.operators.length === 0) {
    return <p role="status">{translate(language, 'sign_in.no_manager')}</p>
  }
  return (
    <SignIn
      state={state}
      language={language}
      choose={signIn.choose}
      signIn={(pin) => {
        signIn.signIn(pin, right).catch(reportError)
      }}
    />
  )
}
