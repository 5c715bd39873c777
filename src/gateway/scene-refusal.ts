import type { Cause } from '../domain/errors.ts'
import type { CodeMeaning } from './code-table.ts'
import type { RawAnswer } from './verify.ts'

/**
 * Reasons of a gateway that knows the grants (docs/gateway.md, What payment calls carry, `Guitai-Refusal`),
 * by their beginning; the first that fits says what staff read.
 */
const REASONS: readonly (readonly [beginning: string, cause: Cause])[] = [
  ['terminal.suspended', 'gateway.terminal_suspended'],
  ['terminal.elsewhere', 'gateway.terminal_suspended'],
  ['counter.replayed', 'gateway.terminal_suspended'],
  ['terminal.unknown', 'gateway.terminal_not_proven'],
  ['proof.', 'gateway.terminal_not_proven'],
  ['signature.', 'gateway.terminal_not_proven'],
  ['clock.', 'gateway.terminal_not_proven'],
  ['device_type.', 'gateway.terminal_not_proven'],
  ['app_version.', 'gateway.terminal_not_proven'],
  ['grant.', 'gateway.scene_refused'],
  ['interface.', 'gateway.scene_refused'],
  ['limit.', 'gateway.scene_refused'],
  ['credit.', 'gateway.scene_refused'],
  ['place.', 'gateway.scene_refused'],
  ['merchant.', 'gateway.scene_refused'],
]

/** Codes that such a refusal is spelled as. */
const SPELLED_AS: ReadonlySet<Cause> = new Set<Cause>([
  'gateway.not_authorised',
  'gateway.rule_limit',
])

/**
 * A definite refusal of a charge with the reason that its answer gives. The header only chooses the words:
 * it never makes a refusal of anything that is not one by its code.
 */
export function forScene<Meaning extends CodeMeaning>(
  meaning: Meaning,
  answer: Pick<RawAnswer, 'headers'>,
): Meaning {
  const reason = answer.headers['guitai-refusal']
  if (reason === undefined || meaning.kind !== 'refused') return meaning
  const found = REASONS.find(([beginning]) => reason.startsWith(beginning))
  return found && SPELLED_AS.has(meaning.cause) ? { ...meaning, cause: found[1] } : meaning
}
