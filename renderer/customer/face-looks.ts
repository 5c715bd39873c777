import type { CustomerScreen, FaceScreen } from '../../src/screen/model.ts'
import type { IconName } from '../shared/icon-name.ts'
import type { TextKey } from '../text/translate.ts'
import type { CustomerPanel } from './state.ts'

type Guidance = NonNullable<FaceScreen['guidance']>

/** The drawing beside the line of each guidance. */
export const GUIDANCE_ICONS: { readonly [guidance in Guidance]: IconName } = {
  starting: 'charging',
  look_here: 'face',
  one_person: 'one_person',
  closer: 'closer',
  further: 'further',
  to_the_middle: 'middle',
  straight: 'face',
  lighter: 'light',
  darker: 'light',
  hold_still: 'still',
  turn_left: 'turn_left',
  turn_right: 'turn_right',
  blink: 'blink',
  done: 'check',
}

/** The line of a guidance. */
function guidanceKey(guidance: Guidance): TextKey {
  return `face.guide.${guidance}`
}

/** What the customer's page shows of face pay, or nothing: the ordinary panel stands then. */
export function shownFace(
  panel: CustomerPanel,
  screen: CustomerScreen | undefined,
): FaceScreen | undefined {
  const face = screen?.face
  if (face === undefined) return undefined
  if (panel === 'waiting_code') return face
  return panel === 'submitting' && face.stage === 'recognising' ? face : undefined
}

/** The line that says what to do now; it stands on the screen, and is what the voice says. */
export function faceLine(face: FaceScreen): TextKey | undefined {
  switch (face.stage) {
    case 'offered':
      return undefined
    case 'notice':
      return 'face.notice.spoken'
    case 'capturing':
      if (face.guidedBy === 'device') return 'face.capture.device'
      return guidanceKey(face.guidance ?? 'starting')
    case 'confirming':
      return face.confirmBy === 'digits' ? 'face.confirm.digits' : 'face.confirm.press'
    case 'recognising':
      return 'face.recognising'
  }
}
