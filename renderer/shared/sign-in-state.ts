import type { Answer } from '../connection/connection.ts'
import type { Text } from '../text/language.ts'
import { TEXTS } from '../text/translate.ts'
import type { OperatorName, SignedIn } from './operator-types.ts'

/** What a sign-in form knows. The PIN is never in it: it goes from its field to the wire. */
export type SignInState = {
  /** Who may sign in here; undefined until the terminal said. */
  readonly operators: readonly OperatorName[] | undefined
  readonly name: string | undefined
  readonly isSending: boolean
  /** No PIN is looked at before this time of the page's own clock. */
  readonly waitUntilMs: number | undefined
  readonly remark: Text | undefined
}

export const NO_SIGN_IN: SignInState = {
  operators: undefined,
  name: undefined,
  isSending: false,
  waitUntilMs: undefined,
  remark: undefined,
}

/** Refusals that end a session: whoever was signed in has to sign in again. */
const ENDED: ReadonlySet<string> = new Set(['operator.session_ended', 'operator.sign_in_needed'])

/** The form after the terminal said who there is. A choice that is the only one is made. */
export function withOperators(
  state: SignInState,
  answer: Answer,
  fits: (operator: OperatorName) => boolean = () => true,
): SignInState {
  if (answer.kind !== 'done') return { ...state, remark: remarkOf(answer) }
  const { operators = [] } = (answer.value ?? {}) as { operators?: readonly OperatorName[] }
  const fitting = operators.filter(fits)
  const name = fitting.length === 1 ? fitting[0]?.name : state.name
  return { ...state, operators: fitting, name, remark: undefined }
}

/** The form after an answer to name and PIN. */
export function withSignInAnswer(state: SignInState, answer: Answer, nowMs: number): SignInState {
  const next = { ...state, isSending: false, remark: remarkOf(answer) }
  if (answer.kind !== 'refused') return { ...next, waitUntilMs: undefined }
  const { waitMs } = answer.problem
  return { ...next, waitUntilMs: waitMs === undefined ? undefined : nowMs + waitMs }
}

/** Who is signed in by an answer; undefined when nobody is. */
export function signedInOf(answer: Answer): SignedIn | undefined {
  if (answer.kind !== 'done') return undefined
  const value = answer.value as Partial<SignedIn> | undefined
  return typeof value?.session === 'string' ? (value as SignedIn) : undefined
}

/** Whether an answer says that the session is no more. */
export function isSessionEnded(answer: Answer): boolean {
  return answer.kind === 'refused' && ENDED.has(answer.problem.code)
}

/** What to say about an answer that is none. */
export function remarkOf(answer: Answer): Text | undefined {
  switch (answer.kind) {
    case 'refused':
      return answer.problem.staff
    case 'offline':
      return TEXTS['answer.offline']
    case 'lost':
      return TEXTS['sign_in.lost']
    case 'done':
      return undefined
  }
}
