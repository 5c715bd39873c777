import { ANSWER_GUARDS } from './guards-of-answers.ts'
import { ATTEMPT_GUARDS } from './guards-of-attempts.ts'
import { FACE_GUARDS } from './guards-of-faces.ts'
import { REFUND_GUARDS } from './guards-of-refunds.ts'
import { LOOP_GUARDS } from './guards-of-the-loop.ts'
import { SCENE_GUARDS } from './guards-of-the-scene.ts'
import { TERMINAL_GUARDS } from './guards-of-the-terminal.ts'
import type { Mutation } from './mutation.ts'

/** The guards behind the promises. Taking one away must make each of its proofs fail. */
export const MUTATIONS: readonly Mutation[] = [
  ...LOOP_GUARDS,
  ...ATTEMPT_GUARDS,
  ...ANSWER_GUARDS,
  ...REFUND_GUARDS,
  ...FACE_GUARDS,
  ...SCENE_GUARDS,
  ...TERMINAL_GUARDS,
]
