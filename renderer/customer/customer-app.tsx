import { AmountFen } from '../shared/amount.tsx'
import { CountdownBar } from '../shared/countdown-bar.tsx'
import { Icon } from '../shared/icons.tsx'
import { TEXTS, translate } from '../text/translate.ts'
import type { FaceDesk } from './face-desk.ts'
import { FaceFlow } from './face-flow.tsx'
import { shownFace } from './face-looks.ts'
import { FaceOffer } from './face-offer.tsx'
import { MoreTime } from './more-time.tsx'
import {
  type CustomerState,
  customerLook,
  customerPanel,
  hasCustomerCountdown,
  isIdle,
} from './state.ts'

type CustomerAppProps = {
  readonly state: CustomerState
  readonly desk: FaceDesk
  readonly act: (kind: 'language' | 'voice') => void
}

/** The customer's screen: what to pay and what to do. */
export function CustomerApp({ state, desk, act }: CustomerAppProps) {
  const { language, arrival } = state
  const screen = arrival?.model.customer
  const panel = customerPanel(state)
  const isFree = panel === 'ready' && screen !== undefined && isIdle(screen)
  const face = shownFace(panel, screen)
  const stage = face === undefined || face.stage === 'offered' ? undefined : face.stage
  return (
    <div class="customer" data-state={isFree ? 'idle' : panel} data-face={face?.stage}>
      <header class="customer-top">
        <p class="customer-store">{isFree ? '' : screen?.store}</p>
        {face?.stage === 'notice' && face.endsAtMs !== undefined && (
          <MoreTime state={state} endsAtMs={face.endsAtMs} desk={desk} />
        )}
        {face !== undefined && (
          <button
            type="button"
            class="language voice"
            aria-pressed={state.isVoiceOn}
            onMouseDown={(event) => event.preventDefault()}
            onClick={() => act('voice')}
          >
            <Icon name={state.isVoiceOn ? 'voice' : 'silent'} />
            <span>{translate(language, 'face.voice')}</span>
          </button>
        )}
        <button
          type="button"
          class="language"
          aria-keyshortcuts="F9"
          onMouseDown={(event) => event.preventDefault()}
          onClick={() => act('language')}
        >
          {translate(language, 'customer.language')}
        </button>
      </header>
      {isFree && (
        <main class="welcome">
          <h1>{screen.store}</h1>
          <p>{translate(language, 'customer.welcome')}</p>
        </main>
      )}
      {!isFree && face !== undefined && stage !== undefined && screen !== undefined && (
        <FaceFlow state={state} screen={screen} face={face} desk={desk} />
      )}
      {!isFree && stage === undefined && <Payment state={state} desk={desk} />}
    </div>
  )
}

function Payment({ state, desk }: Pick<CustomerAppProps, 'state' | 'desk'>) {
  const { language, arrival } = state
  const panel = customerPanel(state)
  const look = customerLook(state)
  const screen = arrival?.model.customer
  const isCurrent = panel === screen?.state
  const face = shownFace(panel, screen)
  const faceRemark = state.face.remark ?? face?.hint
  const label = panel === 'paid' ? TEXTS['customer.amount_paid'] : TEXTS['customer.amount']
  return (
    <main class="payment" data-ways={face === undefined ? 1 : 2}>
      <div class="customer-icon" data-show-phone={panel === 'waiting_code'}>
        <Icon name={look.icon} />
      </div>
      <div class="customer-words" role="status">
        <h1 class={/，/.test(look.title[language]) ? 'customer-phrases' : undefined}>
          {look.title[language]}
        </h1>
        {faceRemark === undefined ? (
          <p class={look.isHint === true ? 'customer-hint' : undefined}>{look.how?.[language]}</p>
        ) : (
          <p class="customer-hint">{faceRemark[language]}</p>
        )}
      </div>
      <div class="customer-amount">
        {screen?.amountFen !== undefined && (
          <>
            <p class="customer-label">
              <span>{label[language]}</span>
              {screen.noCredit === true && isCurrent && (
                <strong class="customer-credit">{translate(language, 'customer.no_credit')}</strong>
              )}
            </p>
            <div class="amount-box">
              <AmountFen amountFen={screen.amountFen} language={language} />
            </div>
          </>
        )}
      </div>
      {face !== undefined && <FaceOffer language={language} choose={() => desk.press('choose')} />}
      <div class="panel-countdown">
        {arrival !== undefined && hasCustomerCountdown(panel) && (
          <CountdownBar
            arrival={arrival}
            deadlineAtMs={screen?.deadlineAtMs}
            sinceMs={state.deadlineSeenMs}
            language={language}
          />
        )}
      </div>
    </main>
  )
}
