import { isJournalHeld } from '../journal/node/is-held.ts'
import { journalPath } from '../terminal/folders.ts'
import { readIdentity } from '../terminal/identity.ts'

/** What is asked of the running terminal. */
export type Ask = {
  readonly method: 'GET' | 'POST'
  readonly path: string
  readonly body?: object | undefined
  /** Longest wait for the answer, milliseconds; absent: as long as it takes. */
  readonly answerMs?: number
}

/**
 * Asks the terminal that runs in a data folder, with its admin token; undefined when none runs there or
 * none answers. While nobody holds the journal, whoever has the port by now is a stranger, and is sent
 * nothing.
 */
export async function askTerminal(dataDir: string, ask: Ask): Promise<Response | undefined> {
  const { port, tokens } = readIdentity(dataDir)
  if (port === 0 || !isJournalHeld(journalPath(dataDir))) return undefined
  const { method, path, body, answerMs } = ask
  return fetch(`http://127.0.0.1:${port}${path}`, {
    method,
    headers: { authorization: `Bearer ${tokens.admin}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    ...(answerMs === undefined ? {} : { signal: AbortSignal.timeout(answerMs) }),
  }).catch(() => undefined)
}
