import { openGate, type SceneGate } from '../../src/ports/scene.ts'
import { CRASH_FACE_TERMS } from './prompt-reader.ts'

/**
 * Which decision about a sale is the first refusal, for the points that only a refusal leads to. A sale
 * of the plain way is decided when it is made, when it is armed, when its code comes, and before its
 * charge leaves.
 */
const REFUSED_FROM: Readonly<Record<string, number>> = {
  'append:scene_refused': 3,
  'append:charge_withheld': 4,
}

/**
 * A gate that turns in the middle of a sale when that is the way to the point.
 *
 * @param point gives the point where the program has to end, or nothing
 */
export function turningGate(point: () => string): SceneGate {
  const gate = openGate('crash-test')
  const decisions = new Map<number, number>()
  return {
    ...gate,
    faceTerms: () => CRASH_FACE_TERMS,
    decide(request) {
      if (request.action !== 'charge' || request.interface !== 'MICROPAY') {
        return gate.decide(request)
      }
      const count = (decisions.get(request.amountFen) ?? 0) + 1
      decisions.set(request.amountFen, count)
      const wanted = point()
      const refusedFrom = REFUSED_FROM[wanted.slice(wanted.indexOf('_') + 1)]
      if (refusedFrom === undefined || count < refusedFrom) return gate.decide(request)
      return { kind: 'refuse', code: 'scene.suspended', check: 'standing' }
    },
  }
}
