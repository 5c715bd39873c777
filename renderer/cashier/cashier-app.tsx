import { translate } from '../text/translate.ts'
import { CloseDesk, CloseKeyBar } from './close-view.tsx'
import { type KeyAct, KeyBar } from './key-bar.tsx'
import { Lights } from './lists.tsx'
import { Pad } from './pad.tsx'
import { Panel } from './panel.tsx'
import { Pending } from './pending.tsx'
import { Recent } from './recent.tsx'
import { RefundKeyBar } from './refund-key-bar.tsx'
import { RefundDesk } from './refund-view.tsx'
import { ShiftKeyBar } from './shift-key-bar.tsx'
import { ShiftDesk } from './shift-view.tsx'
import { type CashierEvent, type CashierState, canRefund } from './state.ts'
import type { TillViews } from './till-views.ts'

type CashierAppProps = {
  readonly state: CashierState
  readonly dispatch: (event: CashierEvent) => void
  readonly act: (act: KeyAct) => void
  /** What may lie over the panel; one at a time. */
  readonly views: TillViews
}

type TillProps = CashierAppProps

/** The cashier's screen. */
export function CashierApp({ state, dispatch, act, views }: CashierAppProps) {
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
      <Shown state={state} dispatch={dispatch} act={act} views={views} />
    </div>
  )
}

/** The view that is on, or what takes money. */
function Shown({ state, dispatch, act, views }: CashierAppProps) {
  const { shift, refund, closing } = views
  const { language } = state
  const mayRefund = state.arrival?.model.cashier.mayRefund === true
  if (shift.state.isShown) {
    const keys = { state: shift.state, language, mayRefund, act: shift.act, settle: act }
    return (
      <>
        <ShiftDesk
          state={shift.state}
          language={language}
          dispatch={shift.dispatch}
          signIn={shift.signIn}
        />
        <ShiftKeyBar {...keys} />
      </>
    )
  }
  if (refund.isShown) {
    const { signIn } = refund
    const given = { state: refund.state, language, act: refund.act, signIn }
    return (
      <>
        <RefundDesk {...given} dispatch={refund.dispatch} />
        <RefundKeyBar {...given} settle={act} />
      </>
    )
  }
  if (closing.isShown) {
    return (
      <>
        <CloseDesk control={closing} language={language} />
        <CloseKeyBar control={closing} language={language} settle={act} />
      </>
    )
  }
  return <Till state={state} dispatch={dispatch} act={act} views={views} />
}

/** What takes money: the panel, the pad and the lists beside it, the keys below. */
function Till({ state, dispatch, act, views }: TillProps) {
  const screen = state.arrival?.model.cashier
  return (
    <>
      <Panel state={state} />
      <aside class="side">
        <Pad state={state} dispatch={dispatch} />
        {screen !== undefined && (
          <div class="lists">
            <Pending
              state={state}
              dispatch={dispatch}
              close={views.mayClose ? views.closing.open : undefined}
            />
            <Recent
              screen={screen}
              language={state.language}
              canRefund={canRefund(state)}
              refund={views.refund.open}
            />
          </div>
        )}
      </aside>
      <KeyBar state={state} act={act} />
    </>
  )
}
