import { useEffect, useRef, useState } from 'preact/hooks'
import { pageTimers } from '../connection/page-connection.ts'
import { Icon } from '../shared/icons.tsx'
import { countdown, serverNowMs } from '../shared/server-clock.ts'
import { translate } from '../text/translate.ts'
import { faceLine, GUIDANCE_ICONS } from './face-looks.ts'
import type { FaceFlowProps } from './face-props.ts'

/** Length of the ring's circle, of radius 47 in a box of 100. */
const RING_LENGTH = 2 * Math.PI * 47

/** The camera looks: a mirror of the part it looks at, the time left around it, one line of guidance. */
export function FaceCapture({ state, face, desk }: FaceFlowProps) {
  const { language } = state
  const isOnDevice = face.guidedBy === 'device'
  const line = faceLine(face)
  const icon = isOnDevice ? 'device' : GUIDANCE_ICONS[face.guidance ?? 'starting']
  return (
    <div class="capture">
      <div class="capture-round">
        {isOnDevice ? <Icon name="device" /> : <Mirror stream={desk.stream} />}
        <Ring state={state} face={face} />
      </div>
      <div class="capture-words">
        {!isOnDevice && <Icon name={icon} />}
        <p class="capture-line" role="status">
          {line !== undefined && translate(language, line)}
        </p>
      </div>
    </div>
  )
}

/** The middle square of the picture, as a mirror shows it; pixels go to the glass and nowhere else. */
function Mirror({ stream }: { readonly stream: MediaStream | undefined }) {
  const video = useRef<HTMLVideoElement>(null)
  useEffect(() => {
    const element = video.current
    if (element === null) return
    element.srcObject = stream ?? null
    return () => {
      element.srcObject = null
    }
  }, [stream])
  return (
    <div class="mirror" aria-hidden="true">
      <video ref={video} autoPlay muted playsInline />
    </div>
  )
}

/** The time left, as a ring and in seconds. */
function Ring({ state, face }: Pick<FaceFlowProps, 'state' | 'face'>) {
  const { arrival, language } = state
  const { endsAtMs } = face
  const [, redraw] = useState(0)
  const nowMs = arrival === undefined ? 0 : serverNowMs(arrival, pageTimers.nowMs())
  const leftMs = endsAtMs === undefined ? 0 : endsAtMs - nowMs
  useEffect(() => {
    if (leftMs <= 0) return
    return pageTimers.after((leftMs % 1_000) + 20, () => redraw((count) => count + 1))
  })
  if (endsAtMs === undefined) return null
  const { seconds, share } = countdown(endsAtMs, nowMs, state.face.seenMs)
  return (
    <>
      <svg class="ring" viewBox="0 0 100 100" aria-hidden="true" focusable="false">
        <circle class="ring-track" cx="50" cy="50" r="47" />
        <circle
          class="ring-left"
          cx="50"
          cy="50"
          r="47"
          stroke-dasharray={RING_LENGTH}
          stroke-dashoffset={RING_LENGTH * (1 - share)}
        />
      </svg>
      <p class="ring-seconds" role="timer" aria-label={translate(language, 'countdown.label')}>
        {translate(language, 'face.capture.left', { seconds })}
      </p>
    </>
  )
}
