import { err, ok, type Result } from '../base/result.ts'
import { admitTexts } from '../checkout/admit.ts'
import { type Problem, problem } from '../domain/errors.ts'
import { type Shift, unsettledOf } from '../domain/shift.ts'
import type { Journal, JournalEntry, JournalRow } from '../ports/journal.ts'
import type { Log } from '../ports/log.ts'
import type { ShiftClosing, Shifts } from '../ports/shifts.ts'
import type { CommandIdentity } from '../ports/terminal.ts'
import { firstAnswer } from './first-answer.ts'
import { type Point, SHIFT_CLOSED } from './points.ts'

export type ShiftDeskOptions = {
  readonly journal: Journal
  readonly log: Log
  readonly time: { nowMs(): number }
  /** Told how the journal fares, like the loop tells it. */
  readonly watch: { failed(): void; worked(): void }
  readonly isRunning: () => boolean
  readonly onPoint?: (point: Point) => void
}

/**
 * Counts and closes shifts. It keeps nothing of its own: the journal has the closings, the money and
 * the open sales, and a shift is what lies between two closings.
 */
export class ShiftDesk implements Shifts {
  readonly #options: ShiftDeskOptions

  constructor(options: ShiftDeskOptions) {
    this.#options = options
  }

  /** The open shift as it is now. */
  current(): Shift {
    const { journal, time } = this.#options
    const last = journal.lastRow(SHIFT_CLOSED)
    const nowMs = time.nowMs()
    const toSeq = journal.status().rows
    const fromSeq = last === undefined ? 1 : last.seq + 1
    return {
      number: last === undefined ? 1 : shiftOf(last).number + 1,
      fromSeq,
      toSeq,
      fromMs: last?.atMs ?? journal.rows(1, 1)[0]?.atMs ?? nowMs,
      toMs: nowMs,
      totals: journal.money(fromSeq - 1, toSeq),
      unsettled: unsettledOf(journal.openSales()),
    }
  }

  /**
   * Closes the open shift. Reading the sums and writing the closing are one turn, so that no step
   * comes between them.
   */
  close(closing: ShiftClosing, identity: CommandIdentity): Result<Shift, Problem> {
    const repeated = firstAnswer<Shift>(this.#options.journal, identity)
    if (repeated) return repeated
    if (!this.#options.isRunning()) return err(problem('terminal.stopped'))
    const texts = admitTexts(closing)
    if (!texts.ok) return texts
    const shift: Shift = { ...this.current(), closedBy: closing.operator }
    const { unsettled, toMs } = shift
    const refusal = refusalOf(shift, closing)
    if (refusal) {
      const event = { kind: 'shift_close_wanted', ...closing, refusal: refusal.code }
      return this.#write(err(refusal), { atMs: toMs, kind: 'wish_refused', event }, identity)
    }
    const { closedBy: operator, ...counted } = shift
    const event = { kind: SHIFT_CLOSED, operator, ...counted }
    const { onPoint } = this.#options
    onPoint?.(`before_append:${SHIFT_CLOSED}`)
    const closed = this.#write(ok(shift), { atMs: toMs, kind: SHIFT_CLOSED, event }, identity)
    if (closed.ok) {
      onPoint?.(`after_append:${SHIFT_CLOSED}`)
      const { number } = shift
      this.#options.log.info('shift closed', { number, unsettled: unsettled.length })
    }
    return closed
  }

  /** Closed shifts, newest first. Each closing names the step after the one before it. */
  list(limit: number): readonly Shift[] {
    const { journal } = this.#options
    const shifts: Shift[] = []
    let row = journal.lastRow(SHIFT_CLOSED)
    while (row !== undefined && shifts.length < limit) {
      const shift = shiftOf(row)
      shifts.push(shift)
      const before = journal.rows(shift.fromSeq - 1, 1)[0]
      // Older rows may have been dropped: then the next one that is there is no closing.
      row = before?.kind === SHIFT_CLOSED && before.seq < row.seq ? before : undefined
    }
    return shifts
  }

  #write(
    answer: Result<Shift, Problem>,
    entry: Omit<JournalEntry, 'sales' | 'command'>,
    identity: CommandIdentity,
  ): Result<Shift, Problem> {
    const { journal, watch, log } = this.#options
    const command = { ...identity, answer: JSON.stringify(answer) }
    const written = journal.append({ ...entry, sales: [], command })
    if (written.ok) {
      watch.worked()
      return answer
    }
    log.error('journal cannot be written', { kind: entry.kind })
    watch.failed()
    return written
  }
}

/** Why the open shift is not closed, if it is not. */
function refusalOf({ number, unsettled }: Shift, closing: ShiftClosing): Problem | undefined {
  if (closing.number !== undefined && closing.number !== number) {
    return problem('shift.already_closed', { field: 'number', detail: `shift ${number} is open` })
  }
  if (unsettled.length === 0 || closing.carryUnsettled) return undefined
  return problem('shift.unsettled', { detail: `${unsettled.length} without a result` })
}

/** A closing as it was written; the chain of the journal vouches for its shape. */
function shiftOf(row: JournalRow): Shift {
  const { kind: _kind, operator, ...counted } = row.event
  return { ...counted, closedBy: operator } as unknown as Shift
}
