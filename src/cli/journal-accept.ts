import { err, ok, type Result } from '../base/result.ts'
import { admitTexts } from '../checkout/admit.ts'
import { type Problem, problem } from '../domain/errors.ts'
import { LIMITS } from '../domain/limits.ts'
import { acceptJournal } from '../journal/node/accept.ts'
import { formerTerminalKeys, renewTerminalKey } from '../keys/node/terminal-key.ts'
import type { Seam } from '../ports/journal.ts'
import type { Config } from '../terminal/config.ts'
import { besideJournal, journalPath } from '../terminal/folders.ts'
import { wasUsed } from '../terminal/identity.ts'
import { openOperators } from '../terminal/keys.ts'
import { systemClock } from '../terminal/system.ts'
import { authorise, type Claim } from './authorise.ts'
import { progressLine } from './progress.ts'
import { fail } from './usage.ts'

/** Characters of a reason. */
const REASON_MAX = 200

/** Why, and in whose name. */
export type AcceptClaim = Claim & { readonly reason?: string | undefined }

/**
 * Accepts a journal that lacks rows or was signed by a key that is gone, in the name of somebody who may.
 *
 * @returns the seam; undefined when nothing stood in the way
 */
export async function acceptOwnJournal(
  config: Config,
  claim: AcceptClaim,
): Promise<Result<Seam | undefined, Problem>> {
  const { as: operator, reason } = claim
  if (!operator || !reason) fail('journal accept needs --reason TEXT --as NAME')
  const texts = admitWords({ operator, reason })
  if (!texts.ok) return texts
  const operators = openOperators(config, systemClock)
  if (!operators.ok) return operators
  const allowed = await authorise(operators.value, 'journal_accept', claim)
  if (!allowed.ok) return allowed
  const { dataDir } = config
  const key = renewTerminalKey(dataDir)
  if (!key.ok) return key
  const progress = progressLine('checking')
  const accepted = acceptJournal(journalPath(dataDir), {
    signer: key.value,
    former: formerTerminalKeys(dataDir),
    ...besideJournal(dataDir),
    operator,
    reason,
    nowMs: systemClock.nowMs(),
    wasUsed: wasUsed(dataDir),
    onProgress: progress.show,
  })
  progress.end()
  return accepted
}

function admitWords(words: {
  readonly operator: string
  readonly reason: string
}): Result<undefined, Problem> {
  const admitted = admitTexts(words)
  if (!admitted.ok) return admitted
  const tooLong = (field: string) => err(problem('api.bad_request', { field, detail: 'too long' }))
  if ([...words.operator].length > LIMITS.operatorMax) return tooLong('as')
  if ([...words.reason].length > REASON_MAX) return tooLong('reason')
  return ok(undefined)
}

/** What was accepted, in a line. */
export function describeSeam({ seq, operator, reason, ...seam }: Seam): string {
  const { missingFrom, missingTo, formerKeys, keyId } = seam
  const rows = missingFrom === undefined ? [] : [`rows ${missingFrom} to ${missingTo} were missing`]
  const keys =
    formerKeys.length === 0 ? [] : [`key ${keyId} took the place of ${formerKeys.join(', ')}`]
  const what = [...rows, ...keys].join(', ') || 'what came before is lost'
  return `accepted at row ${seq} by ${operator}: ${what} (${reason})`
}
