import { err, ok, type Result } from '../base/result.ts'
import { type Problem, problem } from '../domain/errors.ts'
import { LIMITS } from '../domain/limits.ts'
import { holdsCode } from '../domain/redact.ts'
import type { AdminAct, AdminWish, InterfacePause } from '../ports/administration.ts'
import type { Journal, JournalEntry, JournalRow } from '../ports/journal.ts'
import type { Log } from '../ports/log.ts'

/** Kinds of rows about the terminal itself: acts, the pauses after one, and what was refused. */
const ACT = 'admin_act'
const PAUSES = 'interface_pauses'
const REFUSED = 'admin_refused'
/** A pause this old is written again at a start, so that no cut of the journal ever ends it. */
const RENEW_AFTER_MS = 30 * 86_400_000

/** What a row of an act holds; the chain of the journal vouches for its shape. */
type ActEvent = AdminWish & { readonly before?: number }

export type ActDeskOptions = {
  readonly journal: Journal
  readonly log: Log
  readonly time: { nowMs(): number }
  /** Told how the journal fares, like the loop tells it. */
  readonly watch: { failed(): void; worked(): void }
  readonly isRunning: () => boolean
}

/** Writes what people do to the terminal into the journal, between the steps of the loop. */
export class ActDesk {
  readonly #options: ActDeskOptions

  constructor(options: ActDeskOptions) {
    this.#options = options
  }

  /** Keeps an act; durable when it returns ok. */
  record(act: AdminWish): Result<undefined, Problem> {
    return this.#write(act, (atMs) => actEntry(this.#options.journal, { ...act, atMs }))
  }

  /** Keeps that an act was refused to somebody; it was not done. */
  recordRefused(act: AdminWish): Result<undefined, Problem> {
    return this.#write(act, (atMs) => ({ atMs, kind: REFUSED, event: { ...act }, sales: [] }))
  }

  /** Keeps an act and the pauses as they are from now on, in one row. */
  recordPauses(act: AdminWish, pauses: readonly InterfacePause[]): Result<undefined, Problem> {
    return this.#write(act, (atMs) => {
      const entry = actEntry(this.#options.journal, { ...act, atMs })
      return { ...entry, kind: PAUSES, event: { ...entry.event, pauses } }
    })
  }

  /** Writes pauses again that stand far back in the journal. For a start. */
  renewPauses(): void {
    const { journal, time } = this.#options
    const row = journal.lastRow(PAUSES)
    const pauses = pausesOf(journal)
    if (pauses.length === 0 || time.nowMs() - (row?.atMs ?? 0) <= RENEW_AFTER_MS) return
    const act = { what: 'interface.pauses_kept', operator: 'terminal', reason: 'start' }
    this.recordPauses(act, pauses)
  }

  /** The last acts, newest first. */
  acts(limit: number = LIMITS.actsShownMax): readonly AdminAct[] {
    return actsOf(this.#options.journal, limit)
  }

  #write(act: AdminWish, entryAt: (atMs: number) => JournalEntry): Result<undefined, Problem> {
    const { journal, watch, log, time, isRunning } = this.#options
    if (!isRunning()) return err(problem('terminal.stopped'))
    const fault = faultOf(act)
    if (fault) return err(fault)
    const entry = entryAt(time.nowMs())
    const written = journal.append(entry)
    if (!written.ok) {
      log.error('journal cannot be written', { kind: entry.kind })
      watch.failed()
      return written
    }
    watch.worked()
    log.info(entry.kind === REFUSED ? 'act refused' : 'act', { what: act.what })
    return ok(undefined)
  }
}

/**
 * The row of an act. It names the row of the act before it, so that a list of acts reads no other rows.
 */
function actEntry(journal: Journal, { atMs, ...act }: AdminAct): JournalEntry {
  const before = lastAct(journal)?.seq
  const event = { ...act, ...(before === undefined ? {} : { before }) }
  return { atMs, kind: ACT, event, sales: [] }
}

/** Keeps an act in the journal of a terminal that does not run. */
export function appendAct(journal: Journal, act: AdminAct): Result<undefined, Problem> {
  const fault = faultOf(act)
  if (fault) return err(fault)
  const written = journal.append(actEntry(journal, act))
  return written.ok ? ok(undefined) : written
}

/** The pauses of a journal, as its last row about them says. */
export function pausesOf(journal: Pick<Journal, 'lastRow'>): readonly InterfacePause[] {
  const row = journal.lastRow(PAUSES)
  return row === undefined ? [] : (row.event.pauses as readonly InterfacePause[])
}

/** The last acts of a journal, newest first. */
export function actsOf(journal: Journal, limit: number): readonly AdminAct[] {
  const acts: AdminAct[] = []
  let row = lastAct(journal)
  while (row !== undefined && acts.length < limit) {
    const { what, operator, reason, before } = row.event as ActEvent
    acts.push({ atMs: row.atMs, what, operator, reason })
    const found: JournalRow | undefined = before ? journal.rows(before, 1)[0] : undefined
    // Older rows may have been dropped: then the next one that is there is another.
    row = found?.seq === before ? found : undefined
  }
  return acts
}

function lastAct(journal: Journal): JournalRow | undefined {
  const [act, pauses] = [journal.lastRow(ACT), journal.lastRow(PAUSES)]
  return (act?.seq ?? 0) > (pauses?.seq ?? 0) ? act : pauses
}

/** A text that could hold a payment code is not written down (P6). */
function faultOf({ operator, reason }: AdminWish): Problem | undefined {
  if (holdsCode(reason)) return problem('text.holds_a_code', { field: 'reason' })
  if (holdsCode(operator)) return problem('text.holds_a_code', { field: 'operator' })
  return undefined
}
