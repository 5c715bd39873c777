import { edit, type Mutation, simulation, unit } from './mutation.ts'

const SCENE = 'engine/scene.test.ts'
const MONEY = 'engine/scene-money.test.ts'
const DESK = 'src/engine/scene-desk.ts'
const RUNNER = 'src/engine/effect-runner.ts'

/** What keeps new money where the scene refuses it, and lets what is in flight end. */
export const SCENE_GUARDS: readonly Mutation[] = [
  {
    promise: 'P7',
    what: 'the scene is asked when a sale is made and when a refund is wanted',
    edits: [edit(DESK, 'return refusal ? refuse(', 'return refusal && !event ? refuse(')],
    proofs: [unit(SCENE), unit(MONEY)],
  },
  {
    promise: 'P7',
    what: 'the scene is asked when a code comes',
    edits: [
      edit(
        'src/engine/label-event.ts',
        'scene.mayCharge(sale)',
        'scene.mayCharge({ amountFen: 1 })',
      ),
    ],
    proofs: [unit(SCENE)],
  },
  {
    promise: 'P7',
    what: 'the scene is asked between the disk and the wire',
    edits: [
      edit(
        RUNNER,
        'const refusal = this.#options.scene.release(attempt)\n    if (refusal) {',
        'const refusal = this.#options.scene.release(attempt)\n    if (refusal && !sale) {',
      ),
    ],
    proofs: [unit(SCENE), simulation(20_001, 'charged without leave')],
  },
  {
    promise: 'P7',
    what: 'the scene that permits a charge is the one that was recorded',
    edits: [
      edit(
        DESK,
        'decision.grantVersion === attempt.grantVersion &&',
        "decision.kind !== 'refuse' &&",
      ),
    ],
    proofs: [unit(SCENE)],
  },
  {
    promise: 'P7',
    what: 'a sale that waits for a code hears that the scene changed',
    edits: [
      edit(
        'src/engine/occasions.ts',
        "if (decision.kind === 'allow' || isRenewing(decision)) return []",
        "if (decision.kind === 'allow' || shown) return []",
      ),
    ],
    proofs: [unit(SCENE)],
  },
  {
    promise: 'P7',
    what: 'a refund that the scene refuses is not sent',
    edits: [
      edit(
        RUNNER,
        'const refusal = scene.mayRefund()\n      if (refusal)',
        'const refusal = scene.mayRefund()\n      if (refusal && !request)',
      ),
    ],
    proofs: [simulation(20_121, 'refunded while the scene refused')],
  },
  {
    promise: 'P7',
    what: 'the counters of the scene learn at a start what the journal has',
    edits: [edit('src/engine/engine.ts', '    this.#scene.catchUp(journal)\n', '')],
    proofs: [simulation(20_001, 'counters have')],
  },
  {
    promise: 'P8',
    what: 'the scene is asked about money in flight as such, and not as about new money',
    edits: [edit(DESK, '...asked, action, inFlight: true', "...asked, action: 'refund'")],
    proofs: [unit(SCENE), simulation(20_100, 'never settled')],
  },
]
