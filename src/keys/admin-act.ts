import type { JournalEntry } from '../ports/journal.ts'

/** What somebody did to the terminal itself, and why. */
export type AdminAct = {
  readonly atMs: number
  /** A dotted name and what it was done to, such as `certificate.import 5A01EF…`. Never a secret. */
  readonly what: string
  readonly operator: string
  readonly reason: string
}

/** The step that keeps an administrative act in the journal. */
export function adminActEntry({ atMs, what, operator, reason }: AdminAct): JournalEntry {
  return { atMs, kind: 'admin_act', event: { what, operator, reason }, sales: [] }
}
