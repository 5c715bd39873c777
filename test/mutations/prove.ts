import { execFile } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { REGULAR } from '../simulation/campaign.ts'
import type { Edit, Mutation, Proof } from './mutation.ts'
import type { Simulated, SimulateOrder } from './simulate.ts'

/** What a run without a guard came to. */
export type Found = {
  readonly isProved: boolean
  /** What failed, or what did not. */
  readonly says: string
}

const ROOT = join(import.meta.dirname, '..', '..')
const SIMULATE = join(import.meta.dirname, 'simulate.ts')
const COPIED = ['src', 'test', 'main', 'docs', 'package.json', 'tsconfig.json', 'vitest.config.ts']
/** A run without a guard may hang; then it is ended, and counts as a survivor. */
const LIMIT_MS = 240_000
/** Characters of what broke that are printed. */
const LINE_MAX = 120
/** Seeds played before a guard counts as not missed. */
const SEEDS_MAX = 40

/** Takes the guard away and runs one of its proofs. */
export function prove(mutation: Mutation, proof: Proof): Promise<Found> {
  return proof.by === 'simulation' ? bySimulation(mutation, proof) : byTests(mutation, proof)
}

async function bySimulation(
  { edits }: Mutation,
  proof: Extract<Proof, { by: 'simulation' }>,
): Promise<Found> {
  const order: SimulateOrder = {
    edits,
    firstSeed: proof.seed,
    runs: Math.min(SEEDS_MAX, REGULAR.firstSeed + REGULAR.runs - proof.seed),
    sales: REGULAR.salesPerRun,
    breaks: proof.breaks,
  }
  const { out, error } = await runNode([SIMULATE, JSON.stringify(order)], ROOT)
  if (!out.startsWith('{')) return { isProved: false, says: `the run failed: ${error}` }
  const { broken, runs, others } = JSON.parse(out) as Simulated
  if (broken) {
    return { isProved: true, says: `seed ${broken.seed}: ${broken.what.slice(0, LINE_MAX)}` }
  }
  const instead = others[0] === undefined ? '' : `, but ${others[0]}`
  return { isProved: false, says: `"${proof.breaks}" never in ${runs} seeds${instead}` }
}

async function byTests(
  { promise, edits }: Mutation,
  proof: Extract<Proof, { by: 'unit' | 'crash' }>,
): Promise<Found> {
  const copy = mkdtempSync(join(tmpdir(), 'guitai-mutation-'))
  try {
    for (const name of COPIED) cpSync(join(ROOT, name), join(copy, name), { recursive: true })
    symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'), 'dir')
    for (const one of edits) {
      if (!change(copy, one)) return { isProved: false, says: `not found in ${one.file}` }
    }
    const name = proof.by === 'unit' ? `${promise}:` : proof.name
    const vitest = join(copy, 'node_modules', 'vitest', 'vitest.mjs')
    const args = [vitest, 'run', proof.file, '-t', name, '--reporter=json']
    const failed = failedNames((await runNode(args, copy)).out).find((title) =>
      title.includes(name),
    )
    return { isProved: failed !== undefined, says: failed ?? `no test of ${proof.file} failed` }
  } finally {
    rmSync(copy, { recursive: true, force: true })
  }
}

function change(folder: string, { file, from, to }: Edit): boolean {
  const path = join(folder, file)
  const text = readFileSync(path, 'utf8')
  writeFileSync(
    path,
    text.replace(from, () => to),
  )
  return text.includes(from)
}

/** Tests that failed by themselves, rather than the run as such. */
function failedNames(output: string): readonly string[] {
  const start = output.indexOf('{"')
  if (start < 0) return []
  const report = JSON.parse(output.slice(start)) as {
    testResults: { assertionResults: { fullName: string; status: string }[] }[]
  }
  return report.testResults
    .flatMap(({ assertionResults }) => assertionResults)
    .filter(({ status }) => status === 'failed')
    .map(({ fullName }) => fullName)
}

function runNode(
  args: readonly string[],
  cwd: string,
): Promise<{ readonly out: string; readonly error: string }> {
  const options = { cwd, timeout: LIMIT_MS, maxBuffer: 64 * 1024 * 1024 }
  return new Promise((done) => {
    execFile(process.execPath, args, options, (cause, out, error) => {
      done({
        out,
        error: cause === null ? '' : `${error.trim().split('\n').at(-1)} ${cause.message}`,
      })
    })
  })
}
