import type { ComponentChildren } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import type { FaceStage } from '../../src/screen/model.ts'
import { Icon } from '../shared/icons.tsx'
import { formatAmount } from '../text/amount.ts'
import { type TextKey, translate } from '../text/translate.ts'
import { FaceCapture } from './face-capture.tsx'
import { FaceConfirm } from './face-confirm.tsx'
import type { FaceDesk } from './face-desk.ts'
import { FaceNoticeText } from './face-notice.tsx'
import type { FaceFlowProps } from './face-props.ts'
import { type FaceAct, mayConfirm } from './face-state.ts'

const TITLES: { readonly [stage in FaceStage]: TextKey } = {
  offered: 'face.offer',
  notice: 'face.notice.title',
  capturing: 'face.capture.title',
  confirming: 'face.confirm.title',
  recognising: 'face.recognising',
}

/** Face pay from the notice on: one stage fills the page, and the way out has one place. */
export function FaceFlow(props: FaceFlowProps) {
  const { state, screen, face, desk } = props
  const { language } = state
  const title = useRef<HTMLHeadingElement>(null)
  // The focus goes to the words, where Enter and Space do nothing.
  useEffect(() => title.current?.focus({ preventScroll: true }), [face.stage, face.saleId])
  const { amountFen } = screen
  return (
    <main class="face" data-stage={face.stage}>
      <header class="face-head">
        <h1 class="face-title" ref={title} tabIndex={-1}>
          {translate(language, TITLES[face.stage])}
        </h1>
        {amountFen !== undefined && face.stage !== 'confirming' && (
          <p class="face-amount">
            <span>{translate(language, 'customer.amount')}</span>
            <strong>¥{formatAmount(amountFen)}</strong>
          </p>
        )}
      </header>
      <div class="face-body">
        <Body {...props} />
      </div>
      <p class="face-remark" role="alert">
        {state.face.remark?.[language]}
      </p>
      <div class="face-acts">
        <ActButton act="decline" desk={desk}>
          {translate(language, 'face.use_code')}
          <small>{translate(language, 'face.use_code.how')}</small>
        </ActButton>
        {face.stage === 'notice' && (
          <ActButton act="consent" desk={desk}>
            {translate(language, 'face.notice.agree')}
          </ActButton>
        )}
        {face.stage === 'confirming' && (
          <ActButton act="confirm" desk={desk} isClosed={!mayConfirm(state.face, face)}>
            {translate(language, 'face.confirm.pay')}
          </ActButton>
        )}
      </div>
    </main>
  )
}

function Body(props: FaceFlowProps) {
  const { state, face } = props
  switch (face.stage) {
    case 'offered':
      return null
    case 'notice':
      return <FaceNoticeText {...props} />
    case 'capturing':
      return <FaceCapture {...props} />
    case 'confirming':
      return <FaceConfirm {...props} />
    case 'recognising':
      return (
        <div class="face-wait" role="status">
          <Icon name="recognising" />
          <p>{translate(state.language, 'face.recognising.how')}</p>
          <p class="face-wait-small">{translate(state.language, 'face.recognising.withdraw')}</p>
        </div>
      )
  }
}

/** The acts, all of one size and one weight (F-02). A second tap of a double tap means nothing. */
function ActButton(props: {
  readonly act: FaceAct
  readonly desk: FaceDesk
  readonly isClosed?: boolean
  readonly children: ComponentChildren
}) {
  const { act, desk, isClosed = false, children } = props
  return (
    <button
      type="button"
      class="face-act"
      data-act={act}
      disabled={isClosed}
      aria-keyshortcuts={act === 'decline' ? 'Escape' : undefined}
      onMouseDown={(event) => event.preventDefault()}
      onClick={(event) => {
        if (event.detail < 2) desk.press(act)
      }}
    >
      {children}
    </button>
  )
}
