import { useEffect, useState } from 'preact/hooks'
import { pageTimers } from '../connection/page-connection.ts'
import type { Language } from '../text/language.ts'
import { translate } from '../text/translate.ts'
import { type Arrival, countdown, serverNowMs } from './server-clock.ts'

type CountdownBarProps = {
  readonly arrival: Arrival
  readonly deadlineAtMs: number | undefined
  readonly sinceMs: number | undefined
  /** The wait ends in another try, not in a result: it is told small, without a bar. */
  readonly isRetry?: boolean
  readonly language: Language
}

/** Seconds left by the terminal's clock, and a bar that runs out with them. */
export function CountdownBar(props: CountdownBarProps) {
  const { arrival, deadlineAtMs, sinceMs, language, isRetry = false } = props
  const [, redraw] = useState(0)
  const nowMs = serverNowMs(arrival, pageTimers.nowMs())
  const leftMs = deadlineAtMs === undefined ? 0 : deadlineAtMs - nowMs
  useEffect(() => {
    if (leftMs <= 0) return
    // Wakes just after the next whole second, so that the figure never shows a second twice.
    return pageTimers.after((leftMs % 1_000) + 20, () => redraw((count) => count + 1))
  })
  if (deadlineAtMs === undefined) return null
  const { seconds, share } = countdown(deadlineAtMs, nowMs, sinceMs)
  if (isRetry) {
    if (seconds === 0) return null
    return <p>{translate(language, 'countdown.next', { seconds })}</p>
  }
  return (
    <div class="countdown" role="timer" aria-label={translate(language, 'countdown.label')}>
      <div class="countdown-track" aria-hidden="true">
        <div class="countdown-bar" style={{ '--share': String(share) }} />
      </div>
      <span class="countdown-seconds">{translate(language, 'countdown.seconds', { seconds })}</span>
    </div>
  )
}
