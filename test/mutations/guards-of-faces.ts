import { edit, type Mutation, unit } from './mutation.ts'

const STEPS = 'src/checkout/face-steps.ts'
const DESK = 'src/engine/face-desk.ts'
const PROOF = unit('engine/face.test.ts')

/** What stands between a face and money, and between a camera and somebody who has not agreed. */
export const FACE_GUARDS: readonly Mutation[] = [
  {
    promise: 'P2',
    what: 'a face code is charged only when the customer has confirmed',
    edits: [
      edit(
        'src/checkout/sale-steps.ts',
        "sale.face?.step === (event.byDevice ? 'capturing' : 'recognising')",
        "sale.face?.step !== 'idle'",
      ),
    ],
    proofs: [PROOF],
  },
  {
    promise: 'P2',
    what: 'one of a capture that is over is charged no more',
    edits: [
      edit(
        'src/checkout/sale-steps.ts',
        '!isAwaited || capture?.captureId !== event.captureId',
        '!capture',
      ),
    ],
    proofs: [PROOF],
  },
  {
    promise: 'P7',
    what: 'the scene is asked again when a face code comes',
    edits: [
      edit(
        DESK,
        "if (decision.kind === 'refuse') return this.#failed(sale.id, captureId, decision.code)",
        "if (decision.kind === 'refuse' && !face) return this.#failed(sale.id, captureId, decision.code)",
      ),
    ],
    proofs: [PROOF],
  },
  {
    promise: 'P6',
    what: 'a capture is finished by whatever ends the wait for a code',
    edits: [
      edit(
        'src/checkout/reduce.ts',
        'return leaveFace(sale, step(state, sale, event), event.atMs)',
        'return leaveFace(sale, step(state, sale, event), event.atMs) && step(state, sale, event)',
      ),
    ],
    proofs: [PROOF],
  },
  {
    promise: 'P6',
    what: 'the digits of a confirmation are in no row',
    edits: [
      edit(
        'src/engine/face-desk.ts',
        'return ok({ ...event, digitsRef: this.#options.vault.put(held) })',
        'return ok({ ...event, digitsRef: this.#options.vault.put(held), ...held })',
      ),
    ],
    proofs: [PROOF],
  },
  {
    promise: 'P7',
    what: 'only the notice that holds now can be agreed to',
    edits: [edit(DESK, 'if (noticeVersion !== terms?.notice.version)', 'if (terms === undefined)')],
    proofs: [PROOF],
  },
  {
    promise: 'P9',
    what: 'who left face pay is not asked again',
    edits: [edit(STEPS, "if (face.isOff) return refuse(state, 'face.off_for_sale')", '')],
    proofs: [PROOF],
  },
]
