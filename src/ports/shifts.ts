import type { Result } from '../base/result.ts'
import type { Problem } from '../domain/errors.ts'
import type { Shift } from '../domain/shift.ts'
import type { CommandRecord } from './journal.ts'

/** Who closes the shift. */
export type ShiftClosing = {
  readonly operator: string
  /** The shift that is meant; absent means whichever is open. */
  readonly number?: number | undefined
  /** Whether what has no result yet is left to the next shift; otherwise it keeps this one open. */
  readonly carryUnsettled: boolean
}

/** Who asks, so that a repeat gets the first answer. */
type Identity = Omit<CommandRecord, 'answer'>

/** The shifts of a terminal, one at a time. Answers within one turn: no money moves in between. */
export interface Shifts {
  /** The open shift as it is now. */
  current(): Shift
  /**
   * Closes the open shift and begins the next; a repeat of the same client id returns the first
   * answer. Refused with `shift.unsettled` while something has no result and is not carried over, and
   * with `shift.already_closed` when another shift is open than the one that is meant.
   */
  close(closing: ShiftClosing, identity: Identity): Result<Shift, Problem>
  /** Closed shifts, newest first. */
  list(limit: number): readonly Shift[]
}
