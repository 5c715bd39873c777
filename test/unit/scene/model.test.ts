import { describe, expect, it } from 'vitest'
import { createRandom } from '../../support/seeded.ts'
import { answerOf, decideCase, randomCase } from './random-cases.ts'
import { judge } from './reference-model.ts'

/** `npm run checks:scene` runs many more. */
const CASES = 10_000
const SEED = 7

describe('the decision', () => {
  it('says what the reference model says, for random grants, bulletins, facts and requests', () => {
    const seen = new Set<string>()
    for (let index = 0; index < CASES; index += 1) {
      const one = randomCase(createRandom(SEED * 1_000_003 + index))
      const answer = answerOf(decideCase(one))
      seen.add(answer.code)
      expect({ seed: SEED, index, answer }).toEqual({ seed: SEED, index, answer: judge(one) })
    }
    expect(seen.size).toBeGreaterThanOrEqual(44)
  })
})
