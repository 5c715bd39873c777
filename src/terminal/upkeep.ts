import type { Sale } from '../domain/sale.ts'
import { lastAttempt } from '../domain/sale.ts'
import type { Clock } from '../ports/clock.ts'
import type { JournalFile } from '../ports/journal.ts'

/** How often the journal is asked whether it needs something, milliseconds. */
const LOOK_MS = 1_000
/** How often it waits for the counter to be quiet before it is seen to all the same. */
const PATIENCE = 30

/** What the upkeep must not come in the way of. */
type Counter = {
  /** Sales whose outcome is not known. */
  pending(): readonly Sale[]
  /** Whether a code is being waited for. */
  isArmed(): boolean
}

/**
 * Keeps the journal's file in order while nobody waits for the terminal: while no charge is on its
 * way, and, for as long as that can be put off, while no code is expected. The returned function ends
 * it.
 */
export function startUpkeep(parts: {
  readonly journal: Pick<JournalFile, 'upkeep' | 'upkeepDue'>
  readonly counter: Counter
  readonly clock: Clock
}): () => void {
  const { journal, counter, clock } = parts
  let waited = 0
  let cancel = () => {}
  const look = () => {
    if (!journal.upkeepDue(clock.nowMs())) waited = 0
    else if (isLeaving(counter) || (counter.isArmed() && waited < PATIENCE)) waited += 1
    else {
      journal.upkeep(clock.nowMs())
      waited = 0
    }
    cancel = clock.after(LOOK_MS, look)
  }
  cancel = clock.after(LOOK_MS, look)
  return () => cancel()
}

/** Between the scan and the first answer: every millisecond is one the customer stands there. */
function isLeaving(counter: Counter): boolean {
  return counter.pending().some((sale) => lastAttempt(sale)?.phase === 'submitting')
}
