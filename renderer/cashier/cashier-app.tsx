import { translate } from '../text/translate.ts'
import { type KeyAct, KeyBar } from './key-bar.tsx'
import { Lights, Recent } from './lists.tsx'
import { Pad } from './pad.tsx'
import { Panel } from './panel.tsx'
import { Pending } from './pending.tsx'
import type { ShiftControl } from './shift-control.ts'
import { ShiftKeyBar } from './shift-key-bar.tsx'
import { ShiftDesk } from './shift-view.tsx'
import type { CashierEvent, CashierState } from './state.ts'

type CashierAppProps = {
  readonly state: CashierState
  readonly dispatch: (event: CashierEvent) => void
  readonly act: (act: KeyAct) => void
  readonly shift: ShiftControl
}

/** The cashier's screen. */
export function CashierApp({ state, dispatch, act, shift }: CashierAppProps) {
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
      {shift.state.isShown ? (
        <>
          <ShiftDesk state={shift.state} language={language} dispatch={shift.dispatch} />
          <ShiftKeyBar state={shift.state} language={language} act={shift.act} settle={act} />
        </>
      ) : (
        <Till state={state} dispatch={dispatch} act={act} />
      )}
    </div>
  )
}

/** What takes money: the panel, the pad and the lists beside it, the keys below. */
function Till({ state, dispatch, act }: Omit<CashierAppProps, 'shift'>) {
  const screen = state.arrival?.model.cashier
  return (
    <>
      <Panel state={state} />
      <aside class="side">
        <Pad state={state} dispatch={dispatch} />
        {screen !== undefined && (
          <div class="lists">
            <Pending state={state} dispatch={dispatch} />
            <Recent screen={screen} language={state.language} />
          </div>
        )}
      </aside>
      <KeyBar state={state} act={act} />
    </>
  )
}
