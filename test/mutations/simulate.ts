/**
 * Plays seeds of the simulation with a guard removed, until one breaks the promise. Its one argument is
 * JSON, {@link SimulateOrder}; it prints one line of JSON, {@link Simulated}. The source on the disk is
 * not touched: the edits are made in the text as it is loaded.
 */
import { readFileSync } from 'node:fs'
import { registerHooks } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Edit } from './mutation.ts'

/** What is played. */
export type SimulateOrder = {
  readonly edits: readonly Edit[]
  readonly firstSeed: number
  readonly runs: number
  readonly sales: number
  /** What must be among what a seed breaks. */
  readonly breaks: string
}

/** What came of it. */
export type Simulated = {
  /** The first seed that broke it, and how. */
  readonly broken?: { readonly seed: number; readonly what: string }
  /** What else the seeds broke, once each. */
  readonly others: readonly string[]
  readonly runs: number
}

const ROOT = join(import.meta.dirname, '..', '..')
const order = JSON.parse(process.argv[2] ?? '{}') as SimulateOrder

/** Text of every edited file by its address. */
const edited = new Map<string, string>()
for (const { file, from, to } of order.edits) {
  const path = join(ROOT, file)
  const url = pathToFileURL(path).href
  const text = edited.get(url) ?? readFileSync(path, 'utf8')
  if (!text.includes(from)) throw new Error(`not found in ${file}: ${from}`)
  edited.set(
    url,
    text.replace(from, () => to),
  )
}
const loaded = new Set<string>()
registerHooks({
  load(url, context, next) {
    const result = next(url, context)
    const source = edited.get(url)
    if (source === undefined) return result
    loaded.add(url)
    return { ...result, source }
  },
})

const { runOne } = await import('../simulation/run-one.ts')
for (const url of edited.keys()) if (!loaded.has(url)) throw new Error(`never loaded: ${url}`)

async function play(seed: number): Promise<readonly string[]> {
  try {
    return (await runOne(seed, order.sales)).broken
  } catch (cause) {
    // A bug that throws breaks the run as well, in a world that would have ended well.
    return [`threw: ${cause instanceof Error ? cause.message : String(cause)}`]
  }
}

const others: string[] = []
let broken: Simulated['broken']
let runs = 0
while (!broken && runs < order.runs) {
  const seed = order.firstSeed + runs
  runs += 1
  const lines = await play(seed)
  const what = lines.find((line) => line.includes(order.breaks))
  if (what !== undefined) broken = { seed, what }
  else if (lines[0] !== undefined) others.push(`seed ${seed}: ${lines[0]}`)
}
console.log(JSON.stringify({ runs, others, ...(broken ? { broken } : {}) } satisfies Simulated))
process.exit(0)
