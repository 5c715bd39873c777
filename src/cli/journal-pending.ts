import type { z } from 'zod'
import type { OPERATIONS } from '../api/protocol.ts'
import { readIdentity } from '../terminal/identity.ts'
import { lineOfView, type SaleLine } from './journal-list.ts'

/** How long a running terminal is waited for, milliseconds. */
const ANSWER_MS = 3_000

type Answer = z.output<(typeof OPERATIONS)['sale.pending']['output']>

/** Sales without a result, and the time by the clock they are told by, Unix milliseconds. */
export type Waiting = { readonly nowMs: number; readonly lines: readonly SaleLine[] }

/** Asks the terminal that runs in this data folder; undefined when none answers. */
export async function askRunning(dataDir: string): Promise<Waiting | undefined> {
  const { port, tokens } = readIdentity(dataDir)
  if (port === 0) return undefined
  try {
    const answer = await fetch(`http://127.0.0.1:${port}/v1/pending`, {
      headers: { authorization: `Bearer ${tokens.admin}` },
      signal: AbortSignal.timeout(ANSWER_MS),
    })
    // Somebody else may have the port by now, and knows no token of ours.
    if (!answer.ok) return undefined
    const { atMs, sales } = (await answer.json()) as Answer
    return { nowMs: atMs, lines: sales.map(lineOfView) }
  } catch {
    return undefined
  }
}
