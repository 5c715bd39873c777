import type { z } from 'zod'
import type { OPERATIONS } from '../api/protocol.ts'
import { err, ok, type Result } from '../base/result.ts'
import type { Problem } from '../domain/errors.ts'
import type { Backup } from '../ports/journal.ts'
import { askTerminal } from './ask-terminal.ts'
import { linesOfView, type SaleLine } from './journal-list.ts'

/** How long a running terminal is waited for, milliseconds. */
const ANSWER_MS = 3_000

type Answer = z.output<(typeof OPERATIONS)['sale.pending']['output']>

/** Sales without a result, and the time by the clock they are told by, Unix milliseconds. */
export type Waiting = { readonly nowMs: number; readonly lines: readonly SaleLine[] }

/** Asks the terminal that runs in this data folder; undefined when none answers. */
export async function askRunning(dataDir: string): Promise<Waiting | undefined> {
  const answer = await askTerminal(dataDir, {
    method: 'GET',
    path: '/v1/pending',
    answerMs: ANSWER_MS,
  })
  // Somebody else may have the port by now, and knows no token of ours.
  if (!answer?.ok) return undefined
  const { atMs, sales, refunding } = (await answer.json()) as Answer
  return { nowMs: atMs, lines: [...sales, ...refunding].flatMap(linesOfView) }
}

/** Lets the terminal that runs in this data folder copy its journal; undefined when none answers. */
export async function backUpRunning(
  dataDir: string,
  path: string,
): Promise<Result<Backup, Problem> | undefined> {
  const running = await askTerminal(dataDir, {
    method: 'GET',
    path: '/v1/status',
    answerMs: ANSWER_MS,
  })
  if (!running?.ok) return undefined
  const answer = await askTerminal(dataDir, {
    method: 'POST',
    path: '/v1/journal/backup',
    body: { path },
  })
  if (!answer) return undefined
  return answer.ok ? ok((await answer.json()) as Backup) : err((await answer.json()) as Problem)
}
