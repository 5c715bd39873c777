import { AmountFen } from '../shared/amount.tsx'
import { translate } from '../text/translate.ts'
import type { FaceFlowProps } from './face-props.ts'
import { DIGITS, drawnDigits } from './face-state.ts'

const KEYS = ['1', '2', '3', '4', '5', '6', '7', '8', '9', 'clear', '0', 'erase'] as const
const ALL = [...Array(DIGITS).keys()]

/** The amount, as large as it gets, and how this payment is meant: by four digits, or by a press. */
export function FaceConfirm(props: FaceFlowProps) {
  const { state, screen, face } = props
  const { language } = state
  const isByDigits = face.confirmBy === 'digits'
  const line = isByDigits ? 'face.confirm.digits' : 'face.confirm.press'
  return (
    <div class="confirm" data-by={face.confirmBy ?? 'press'}>
      <div class="confirm-amount">
        <p class="customer-label">{translate(language, 'customer.amount')}</p>
        <div class="amount-box">
          {screen.amountFen !== undefined && (
            <AmountFen amountFen={screen.amountFen} language={language} />
          )}
        </div>
      </div>
      <div class="confirm-words">
        <p class="confirm-line">{translate(language, line)}</p>
        {isByDigits && <Digits {...props} />}
        <p class="confirm-small">{translate(language, 'face.confirm.not_sent')}</p>
      </div>
      {isByDigits && <Keypad {...props} />}
    </div>
  )
}

function Digits({ state }: FaceFlowProps) {
  const drawn = drawnDigits(state.face)
  const count = state.face.digits.length
  return (
    <div class="digits">
      <p class="only-spoken" role="status">
        {translate(state.language, 'face.confirm.typed', { count })}
      </p>
      {ALL.map((index) => (
        <span key={index} class="digit" data-next={index === count} aria-hidden="true">
          {drawn[index]}
        </span>
      ))}
    </div>
  )
}

function Keypad({ state, desk }: FaceFlowProps) {
  const { language } = state
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset cannot be laid out as a grid everywhere
    <div class="keypad" role="group" aria-label={translate(language, 'face.confirm.keys')}>
      {KEYS.map((key) => (
        <button
          key={key}
          type="button"
          data-key={key}
          onMouseDown={(event) => event.preventDefault()}
          onClick={() => desk.key(key)}
        >
          {key === 'erase' && (
            <>
              <span aria-hidden="true">⌫</span>
              <span class="only-spoken">{translate(language, 'face.confirm.erase')}</span>
            </>
          )}
          {key === 'clear' && translate(language, 'face.confirm.clear')}
          {key.length === 1 && key}
        </button>
      ))}
    </div>
  )
}
