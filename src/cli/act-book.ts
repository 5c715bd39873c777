import { mkdirSync } from 'node:fs'
import { err, ok, type Result } from '../base/result.ts'
import type { Problem } from '../domain/errors.ts'
import { appendAct } from '../engine/act-desk.ts'
import type { AdminWish } from '../ports/administration.ts'
import type { Config } from '../terminal/config.ts'
import { systemClock } from '../terminal/system.ts'
import { openOwnJournal } from '../terminal.ts'
import { askTerminal } from './ask-terminal.ts'
import type { Claim } from './authorise.ts'

/** How long a running terminal is waited for, milliseconds. */
const ANSWER_MS = 3_000
/** Who and why, of a command given where there are no operators, or without a reason. */
const COMMAND_LINE = 'command line'

/** Where a command keeps what it did to the terminal. */
export type ActBook = {
  keep(act: AdminWish): Promise<Result<undefined, Problem>>
  close(): void
}

/** Who gave a command, and why, as the journal keeps it. @param name undefined: no operators yet */
export function signature(name: string | undefined, claim: Claim): Omit<AdminWish, 'what'> {
  const reason = claim.reason?.trim()
  return { operator: name ?? COMMAND_LINE, reason: reason || COMMAND_LINE }
}

/**
 * Opens the book before anything is done, so that nothing is done that cannot be kept: the terminal's
 * own journal, through the terminal while it runs.
 */
export async function openActBook(config: Config): Promise<Result<ActBook, Problem>> {
  const { dataDir } = config
  const running = await askTerminal(dataDir, {
    method: 'GET',
    path: '/v1/status',
    answerMs: ANSWER_MS,
  })
  if (running?.ok) {
    const keep = (act: AdminWish) => keepRunning(dataDir, act)
    return ok({ keep, close() {} })
  }
  mkdirSync(dataDir, { recursive: true, mode: 0o700 })
  const journal = openOwnJournal(dataDir)
  if (!journal.ok) return journal
  return ok({
    keep: async (act) => appendAct(journal.value, { ...act, atMs: systemClock.nowMs() }),
    close: () => journal.value.close(),
  })
}

async function keepRunning(dataDir: string, act: AdminWish): Promise<Result<undefined, Problem>> {
  const path = '/v1/administration/acts'
  const answer = await askTerminal(dataDir, {
    method: 'POST',
    path,
    body: act,
    answerMs: ANSWER_MS,
  })
  if (answer?.ok) return ok(undefined)
  if (answer) return err((await answer.json()) as Problem)
  // It has ended meanwhile: the journal is free.
  const journal = openOwnJournal(dataDir)
  if (!journal.ok) return journal
  const kept = appendAct(journal.value, { ...act, atMs: systemClock.nowMs() })
  journal.value.close()
  return kept
}

/** What a command says when it is done, and the act to keep; absent: nothing was changed. */
export type Done = { readonly says: string; readonly act?: string }

/**
 * Carries out a command that may change the terminal and keeps its act before anything is answered.
 *
 * @returns what to say, or why it was refused; `note` is why an act that was done is not in the journal
 */
export async function carryOut(
  config: Config,
  by: Omit<AdminWish, 'what'>,
  command: () => Promise<Result<Done, Problem>>,
): Promise<Result<{ readonly says: string; readonly note?: Problem }, Problem>> {
  const book = await openActBook(config)
  if (!book.ok) return book
  try {
    const done = await command()
    if (!done.ok) return done
    const { says, act } = done.value
    const kept = act === undefined ? ok(undefined) : await book.value.keep({ ...by, what: act })
    return ok(kept.ok ? { says } : { says, note: kept.error })
  } finally {
    book.value.close()
  }
}
