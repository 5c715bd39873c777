import type { CheckoutEvent } from '../checkout/events.ts'
import type { Step } from '../checkout/state.ts'
import { holdsCode, redactCodes, withoutCodes } from '../domain/redact.ts'
import type { AnswerFacts } from '../ports/gateway.ts'
import type { CommandRecord, JournalEntry } from '../ports/journal.ts'

/** What a row of the journal may be called. */
export type JournalKind = CheckoutEvent['kind'] | 'wish_refused'

/**
 * One step as the journal keeps it: the event without its credential, and the sales after it. Texts
 * that hold a code were refused before they came here; should one come, it is taken out (P6).
 */
export function journalled(
  event: CheckoutEvent,
  step: Step,
  command?: CommandRecord,
): JournalEntry & { readonly kind: JournalKind } {
  return {
    atMs: event.atMs,
    kind: step.refusal ? 'wish_refused' : event.kind,
    event: withoutCodes({
      ...withoutCredential(event),
      ...(step.refusal ? { refusal: step.refusal } : {}),
      ...(step.check ? { check: step.check } : {}),
    }),
    sales: withoutCodes(step.changed),
    ...(command ? { command: cleanCommand(command) } : {}),
  }
}

/** Digest and answer are JSON of what the caller wrote and of the sale. */
function cleanCommand(command: CommandRecord): CommandRecord {
  const { digest, answer } = command
  return { ...command, digest: cleanJson(digest), answer: cleanJson(answer) }
}

function cleanJson(text: string): string {
  if (!holdsCode(text)) return text
  try {
    return JSON.stringify(withoutCodes(JSON.parse(text)))
  } catch {
    return redactCodes(text)
  }
}

/** A gateway's words with anything that looks like a payment code taken out (P6). */
export function redactAnswer<Answer extends AnswerFacts>(answer: Answer): Answer {
  return answer.wireText === undefined
    ? answer
    : { ...answer, wireText: redactCodes(answer.wireText) }
}

function withoutCredential(event: CheckoutEvent): Readonly<Record<string, unknown>> {
  if (event.kind === 'code_scanned' || event.kind === 'face_recognised') {
    const { credentialRef: _ref, ...rest } = event
    return rest
  }
  if (event.kind === 'face_wanted') {
    const { digitsRef: _digits, archived: _archived, ...rest } = event
    return rest
  }
  if (event.kind === 'terminal_started') {
    return { kind: event.kind, atMs: event.atMs, openSales: event.sales.map(({ id }) => id) }
  }
  if ('archived' in event) {
    const { archived: _archived, ...rest } = event
    return rest
  }
  return event
}
