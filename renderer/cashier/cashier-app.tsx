import { translate } from '../text/translate.ts'
import { type KeyAct, KeyBar } from './key-bar.tsx'
import { Lights, Recent } from './lists.tsx'
import { Pad } from './pad.tsx'
import { Panel } from './panel.tsx'
import { Pending } from './pending.tsx'
import type { CashierEvent, CashierState } from './state.ts'

type CashierAppProps = {
  readonly state: CashierState
  readonly dispatch: (event: CashierEvent) => void
  readonly act: (act: KeyAct) => void
}

/** The cashier's screen. */
export function CashierApp({ state, dispatch, act }: CashierAppProps) {
  const { language } = state
  const screen = state.arrival?.model.cashier
  return (
    <div class="cashier">
      <header class="top-bar">
        <p class="store">
          <strong>{screen?.store ?? translate(language, 'cashier.title')}</strong>
          <span>{screen?.terminal}</span>
        </p>
        {screen !== undefined && state.link === 'open' && (
          <Lights screen={screen} language={language} />
        )}
      </header>
      <Panel state={state} />
      <aside class="side">
        <Pad state={state} dispatch={dispatch} />
        {screen !== undefined && (
          <div class="lists">
            <Pending state={state} dispatch={dispatch} />
            <Recent screen={screen} language={language} />
          </div>
        )}
      </aside>
      <KeyBar state={state} act={act} />
    </div>
  )
}
