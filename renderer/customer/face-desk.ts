import { FaceCamera } from '../camera/face-camera.ts'
import { pageCamera } from '../camera/page-camera.ts'
import type { Answer, Call, Connection, Timers } from '../connection/connection.ts'
import { translate } from '../text/translate.ts'
import { faceLine, shownFace } from './face-looks.ts'
import {
  answered,
  type FaceAct,
  type FaceActInput,
  type FaceState,
  masked,
  NO_ANSWER,
  pressed,
  withDigit,
  withoutDigits,
  withoutLastDigit,
} from './face-state.ts'
import { FaceVoice } from './face-voice.ts'
import { pageSpeech } from './page-speech.ts'
import { type CustomerState, customerPanel } from './state.ts'

/** What the parts of face pay can ask for. */
export type FaceDesk = {
  readonly press: (act: FaceAct) => void
  /** A digit, `erase` or `clear`. */
  readonly key: (key: string) => void
  /** What the customer sees of themselves while the camera looks. */
  readonly stream: MediaStream | undefined
}

/** How long the last digit can be read. */
const MASK_AFTER_MS = 900

type DeskOptions = {
  readonly call: Connection['call']
  readonly timers: Timers
  readonly state: () => CustomerState
  readonly change: (change: (face: FaceState) => FaceState) => void
  readonly draw: () => void
}

/** Face pay on a real page: the acts, the digits, the camera, the voice. */
export class PageFaceDesk implements FaceDesk {
  readonly #options: DeskOptions
  readonly #camera: FaceCamera<MediaStream>
  readonly #voice: FaceVoice
  #stream: MediaStream | undefined
  #cancelMask: () => void = () => {}

  constructor(page: Window, options: DeskOptions) {
    this.#options = options
    this.#voice = new FaceVoice(pageSpeech(page), options.timers.after)
    this.#camera = new FaceCamera(
      pageCamera(page, (stream) => {
        this.#stream = stream
        options.draw()
      }),
    )
    page.addEventListener('pagehide', () => this.#camera.follow(undefined))
  }

  get stream(): MediaStream | undefined {
    return this.#stream
  }

  /** To be called after every change of the page's state. */
  follow(state: CustomerState): void {
    const face = shownFace(customerPanel(state), state.arrival?.model.customer)
    const isOurs = face?.stage === 'capturing' && face.guidedBy === 'page'
    this.#camera.follow(isOurs ? face.captureId : undefined)
    const line = face === undefined || !state.isVoiceOn ? undefined : faceLine(face)
    const { language } = state
    this.#voice.follow(
      line === undefined ? undefined : { text: translate(language, line), language },
    )
  }

  press = (act: FaceAct): void => {
    const { state, timers, change } = this.#options
    const { arrival, face } = state()
    const screen = shownFace(customerPanel(state()), arrival?.model.customer)
    if (screen === undefined) return
    const step = pressed(face, { act, screen, atMs: timers.nowMs() })
    if (step.state !== face) change(() => step.state)
    if (step.input !== undefined) this.#send(step.input)
  }

  key = (key: string): void => {
    const { change, timers } = this.#options
    this.#cancelMask()
    change((face) => {
      if (key === 'erase') return withoutLastDigit(face)
      return key === 'clear' ? withoutDigits(face) : withDigit(face, key)
    })
    this.#cancelMask = timers.after(MASK_AFTER_MS, () => change(masked))
  }

  #send(input: FaceActInput): void {
    const { call, change } = this.#options
    const clientId = crypto.randomUUID()
    const wanted: Call = { operation: 'face.act', input: { ...input, clientId } }
    // Digits are on the wire once; a press is repeated by pressing again.
    call(wanted, 'once').then(
      (answer) => change((face) => answered(face, input.act, remarkOf(answer))),
      reportError,
    )
  }
}

function remarkOf(answer: Answer): FaceState['remark'] {
  if (answer.kind === 'done') return undefined
  return answer.kind === 'refused' ? answer.problem.customer : NO_ANSWER
}
