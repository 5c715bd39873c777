import { AmountFen } from '../shared/amount.tsx'
import { CountdownBar } from '../shared/countdown-bar.tsx'
import { Icon } from '../shared/icons.tsx'
import { TEXTS, translate } from '../text/translate.ts'
import {
  type CustomerState,
  customerLook,
  customerPanel,
  hasCustomerCountdown,
  isIdle,
} from './state.ts'

type CustomerAppProps = { readonly state: CustomerState; readonly switchLanguage: () => void }

/** The customer's screen: what to pay and what to do. */
export function CustomerApp({ state, switchLanguage }: CustomerAppProps) {
  const { language, arrival } = state
  const screen = arrival?.model.customer
  const panel = customerPanel(state)
  const isFree = panel === 'ready' && screen !== undefined && isIdle(screen)
  return (
    <div class="customer" data-state={isFree ? 'idle' : panel}>
      <header class="customer-top">
        <p class="customer-store">{isFree ? '' : screen?.store}</p>
        <button
          type="button"
          class="language"
          aria-keyshortcuts="F9"
          onMouseDown={(event) => event.preventDefault()}
          onClick={switchLanguage}
        >
          {translate(language, 'customer.language')}
        </button>
      </header>
      {isFree ? (
        <main class="welcome">
          <h1>{screen.store}</h1>
          <p>{translate(language, 'customer.welcome')}</p>
        </main>
      ) : (
        <Payment state={state} />
      )}
    </div>
  )
}

function Payment({ state }: { readonly state: CustomerState }) {
  const { language, arrival } = state
  const panel = customerPanel(state)
  const look = customerLook(state)
  const screen = arrival?.model.customer
  const isCurrent = panel === screen?.state
  const label = panel === 'paid' ? TEXTS['customer.amount_paid'] : TEXTS['customer.amount']
  return (
    <main class="payment">
      <div class="customer-icon" data-show-phone={panel === 'waiting_code'}>
        <Icon name={look.icon} />
      </div>
      <div class="customer-words" role="status">
        <h1 class={/，/.test(look.title[language]) ? 'customer-phrases' : undefined}>
          {look.title[language]}
        </h1>
        <p class={look.isHint === true ? 'customer-hint' : undefined}>{look.how?.[language]}</p>
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
