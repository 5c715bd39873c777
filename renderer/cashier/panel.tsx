import type { CashierScreen } from '../../src/screen/model.ts'
import { Amount } from '../shared/amount.tsx'
import { CountdownBar } from '../shared/countdown-bar.tsx'
import { Icon } from '../shared/icons.tsx'
import { formatAmount } from '../text/amount.ts'
import type { Language } from '../text/language.ts'
import { type TextKey, translate } from '../text/translate.ts'
import { SceneStrip } from './scene-strip.tsx'
import {
  type CashierState,
  isBlocked,
  openIntents,
  panelLook,
  panelState,
  passedCeilingFen,
} from './state.ts'
import { StopGuide } from './stop-guide.tsx'

type PanelProps = { readonly state: CashierState }

/** The big panel: one colour, one drawing, one line, the amount, and what to do. */
export function Panel({ state }: PanelProps) {
  const { language } = state
  const shown = panelState(state)
  const look = panelLook(state)
  const title = translate(language, look.title)
  const action = translate(language, actionKey(state))
  const isCurrent = state.link === 'open'
  return (
    <main class="panel" data-state={shown}>
      <p class="only-spoken" role="status">
        {title}. {action}
      </p>
      <SceneStrip state={state} />
      <div class="panel-head">
        <Icon name={look.icon} />
        <h1>{title}</h1>
      </div>
      <div class="amount-box">
        <PanelAmount state={state} />
      </div>
      <p class="panel-action">{action}</p>
      <div class="panel-countdown">
        {isCurrent && state.arrival !== undefined && (
          <CountdownBar
            arrival={state.arrival}
            deadlineAtMs={state.arrival.model.cashier.deadlineAtMs}
            sinceMs={state.arrival.model.cashier.sinceMs}
            language={language}
            isRetry={look.isInFlight && shown !== 'on_phone'}
          />
        )}
      </div>
      <div class="panel-detail">
        {isCurrent && state.arrival !== undefined && (
          <Details screen={state.arrival.model.cashier} language={language} />
        )}
      </div>
      <Notice state={state} />
    </main>
  )
}

function actionKey(state: CashierState): TextKey {
  const look = panelLook(state)
  if (look.armable !== undefined && openIntents(state).includes('arm')) return look.armable
  return look.blocked !== undefined && isBlocked(state) ? look.blocked : look.action
}

function PanelAmount({ state }: PanelProps) {
  const amountFen = state.arrival?.model.cashier.amountFen
  const { language, entry } = state
  if (amountFen !== undefined) return <Amount shown={formatAmount(amountFen)} language={language} />
  if (panelState(state) === 'stopped') return <StopGuide state={state} />
  // Where nothing can be typed, a zero would look like an amount.
  if (!panelLook(state).takesAmount) return null
  const isFaint = entry.text === ''
  return <Amount shown={isFaint ? '0.00' : entry.text} language={language} isFaint={isFaint} />
}

function Details(props: { readonly screen: CashierScreen; readonly language: Language }) {
  const { screen, language } = props
  const { orderRef, problem, gatewayText, payerTotalFen, transactionId } = screen
  return (
    <>
      {problem !== undefined && <p class="detail-problem">{problem.staff[language]}</p>}
      <p class="detail-small">
        {orderRef !== undefined && (
          <span>{translate(language, 'detail.order', { order: orderRef })}</span>
        )}
        {payerTotalFen !== undefined && payerTotalFen !== screen.amountFen && (
          <span>
            {translate(language, 'detail.payer_total', { amount: formatAmount(payerTotalFen) })}
          </span>
        )}
        {transactionId !== undefined && (
          <span>{translate(language, 'detail.transaction', { id: transactionId })}</span>
        )}
        {gatewayText !== undefined && (
          <span>{translate(language, 'detail.gateway', { text: gatewayText })}</span>
        )}
      </p>
      <FaceLine screen={screen} language={language} />
    </>
  )
}

/** How far the customer is with face pay, still and small: staff have nothing to do about it. */
function FaceLine(props: { readonly screen: CashierScreen; readonly language: Language }) {
  const { screen, language } = props
  const { face } = screen
  if (face === undefined) return null
  return (
    <p class="detail-face">
      <strong>{translate(language, `face_stage.${face.isOff ? 'off' : face.stage}`)}</strong>
      {face.problem !== undefined && <span>{face.problem.staff[language]}</span>}
    </p>
  )
}

/** One remark in a place of its own, so that nothing moves when it comes or goes. */
function Notice({ state }: PanelProps) {
  const text = noticeText(state)
  return (
    <p class={text === undefined ? 'notice notice-empty' : 'notice'} role="alert">
      {text}
    </p>
  )
}

function noticeText(state: CashierState): string | undefined {
  const { language } = state
  if (state.isCancelAsked) return translate(language, 'ask.cancel')
  if (state.remark !== undefined) return state.remark[language]
  const ceilingFen = passedCeilingFen(state)
  if (ceilingFen !== undefined) {
    return translate(language, 'scene.above_ceiling', { amount: formatAmount(ceilingFen) })
  }
  if (state.link !== 'open') return undefined
  return state.arrival?.model.cashier.notice?.problem.staff[language]
}
