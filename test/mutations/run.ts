/**
 * npm run test:mutations [-- --proof unit|simulation|crash …] [--only TEXT]: takes each guard of
 * {@link MUTATIONS} away and expects its proofs to fail: seeds of the simulation, tests that kill real
 * processes, or unit tests. Without --proof, the simulation and the crashes; `npm run guards` is the
 * unit tests. A guard that can go without anything failing is printed, and the run fails.
 */
import { parseArgs } from 'node:util'
import type { Mutation, Proof } from './mutation.ts'
import { type Found, prove } from './prove.ts'
import { MUTATIONS } from './table.ts'

const { values } = parseArgs({
  options: {
    proof: { type: 'string', multiple: true, default: ['simulation', 'crash'] },
    only: { type: 'string' },
  },
})

/** How many guards are away at the same time, each for its own proof. */
const AT_ONCE = 2

type Job = { readonly mutation: Mutation; readonly proof: Proof }

const jobs: readonly Job[] = MUTATIONS.filter(
  ({ what }) => values.only === undefined || what.includes(values.only),
).flatMap((mutation) =>
  mutation.proofs
    .filter(({ by }) => values.proof.includes(by))
    .map((proof) => ({ mutation, proof })),
)

function tell({ mutation, proof }: Job, { isProved, says }: Found, tookMs: number): void {
  const verdict = isProved ? 'proved' : 'SURVIVED'
  const seconds = Math.round(tookMs / 100) / 10
  console.log(`${verdict.padEnd(8)} ${mutation.promise.padEnd(3)} ${mutation.what}`)
  console.log(`         ${proof.by}: ${says} (${seconds} s)`)
}

let lost = 0
const waiting = [...jobs]
async function work(): Promise<void> {
  for (let job = waiting.shift(); job; job = waiting.shift()) {
    const beganMs = performance.now()
    const found = await prove(job.mutation, job.proof)
    if (!found.isProved) lost += 1
    tell(job, found, performance.now() - beganMs)
  }
}
await Promise.all(Array.from({ length: AT_ONCE }, work))
console.log(`${jobs.length - lost} of ${jobs.length} proofs fail when their guard is away`)
process.exitCode = lost === 0 && jobs.length > 0 ? 0 : 1
