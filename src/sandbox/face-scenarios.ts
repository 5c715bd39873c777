import type { FaceRefusal } from './services/face-wire.ts'

/** What is wrong with how a recognition is answered. */
export type FaceFault =
  | 'delay'
  | 'silence'
  | 'unsigned'
  | 'wrong_signature'
  | 'not_json'
  | 'other_order'
  | 'other_capture'
  | 'old_value'
  | 'old_bytes'

/** Settings of a face scenario; a script may override them. */
export type FaceParams = { readonly seconds?: number }

export type FaceScenario = {
  readonly name: string
  readonly summary: string
  readonly refusal?: FaceRefusal
  readonly fault?: FaceFault
  readonly params: FaceParams
}

type Row = readonly [name: string, summary: string, rest: Partial<FaceScenario>]

const ROWS: readonly Row[] = [
  ['ok', 'recognised as whoever it is', {}],
  ['not_recognised', 'nobody is recognised', { refusal: 'not_recognised' }],
  ['not_enrolled', 'recognised, and not enrolled', { refusal: 'not_enrolled' }],
  ['not_live', 'taken for a picture of a picture', { refusal: 'not_live' }],
  ['minor', 'too young', { refusal: 'minor' }],
  ['wrong_digits', 'the digits are said to be wrong', { refusal: 'wrong_digits' }],
  ['account_closed', 'face pay is switched off in the wallet', { refusal: 'account.closed' }],
  ['slow', 'the answer comes after 5 s', { fault: 'delay', params: { seconds: 5 } }],
  ['never', 'no answer ever', { fault: 'silence' }],
  ['unsigned', 'recognised, answer unsigned', { fault: 'unsigned' }],
  ['signature_wrong', 'recognised, answer wrongly signed', { fault: 'wrong_signature' }],
  ['garbage', 'a signed answer that is not JSON', { fault: 'not_json' }],
  ['other_order', 'recognised, signed answer for another order', { fault: 'other_order' }],
  ['other_capture', 'recognised, signed answer for another capture', { fault: 'other_capture' }],
  ['replayed', 'the last answer once more, signed anew', { fault: 'old_value' }],
  ['replayed_bytes', 'the last answer once more, byte for byte', { fault: 'old_bytes' }],
]

/** Every scenario of a recognition, by name. */
export const FACE_SCENARIOS: ReadonlyMap<string, FaceScenario> = new Map(
  ROWS.map(([name, summary, rest]) => [name, { name, summary, params: {}, ...rest }]),
)
