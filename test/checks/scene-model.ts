/**
 * Holds the decision against the reference model for many random cases:
 * `npm run checks:scene -- [cases] [seed]`. Prints how often each answer came; the exit code is 1
 * when the two disagreed.
 */
import { createRandom } from '../support/seeded.ts'
import { answerOf, decideCase, randomCase } from '../unit/scene/random-cases.ts'
import { judge } from '../unit/scene/reference-model.ts'

const cases = Number(process.argv[2] ?? 100_000)
const seed = Number(process.argv[3] ?? 1)
const seen = new Map<string, number>()
let disagreements = 0

for (let index = 0; index < cases; index += 1) {
  const one = randomCase(createRandom(seed * 1_000_003 + index))
  const answer = answerOf(decideCase(one))
  const expected = judge(one)
  seen.set(answer.code, (seen.get(answer.code) ?? 0) + 1)
  if (JSON.stringify(answer) === JSON.stringify(expected)) continue
  disagreements += 1
  if (disagreements <= 3) console.log(JSON.stringify({ seed, index, answer, expected, one }))
}
const counts = [...seen].sort(([, one], [, other]) => other - one)
console.log(JSON.stringify({ cases, seed, disagreements, answers: Object.fromEntries(counts) }))
if (disagreements > 0) process.exitCode = 1
