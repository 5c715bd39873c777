import { pageTimers } from '../connection/page-connection.ts'
import { useEverySecond } from '../shared/every-second.ts'
import { countdown, serverNowMs } from '../shared/server-clock.ts'
import { translate } from '../text/translate.ts'
import type { FaceDesk } from './face-desk.ts'
import type { CustomerState } from './state.ts'

type MoreTimeProps = {
  readonly state: CustomerState
  /** When the notice goes by itself, Unix ms of the terminal. */
  readonly endsAtMs: number
  readonly desk: FaceDesk
}

/** Reading may take longer (F-08): to choose again begins the time of the notice again. */
export function MoreTime({ state, endsAtMs, desk }: MoreTimeProps) {
  const { arrival, language } = state
  useEverySecond(true)
  if (arrival === undefined) return null
  const { seconds } = countdown(endsAtMs, serverNowMs(arrival, pageTimers.nowMs()))
  return (
    <button
      type="button"
      class="language more-time"
      onMouseDown={(event) => event.preventDefault()}
      onClick={() => desk.press('choose')}
    >
      <span>{translate(language, 'face.more_time')}</span>
      <small aria-hidden="true">{translate(language, 'face.capture.left', { seconds })}</small>
    </button>
  )
}
