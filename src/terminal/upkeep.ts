import type { Sale } from '../domain/sale.ts'
import { lastAttempt } from '../domain/sale.ts'
import type { Clock } from '../ports/clock.ts'
import type { JournalFile } from '../ports/journal.ts'

/** How often the journal is asked whether it needs something, milliseconds. */
const LOOK_MS = 1_000
/** How often it waits for the counter to be quiet before it is seen to all the same. */
const PATIENCE = 30
/** How often a charge is waited for before it is noted how far the journal is: it has left long since. */
const NOTE_PATIENCE = 2
/** From a change of a sale to the note of it, milliseconds: what the change led to goes first. */
const NOTE_AFTER_MS = 20

/** What the upkeep must not come in the way of. */
type Counter = {
  /** Sales whose outcome is not known. */
  pending(): readonly Sale[]
  /** Whether a code is being waited for. */
  isArmed(): boolean
  /** Calls `listener` with every sale that changed; the returned function ends it. */
  onSale(listener: (sale: Sale) => void): () => void
}

/**
 * Keeps the journal's file in order while nobody waits for the terminal: while no charge is on its
 * way, and, for as long as that can be put off, while no code is expected. As soon as a sale has come to
 * something it is noted how far the journal is. The returned function ends it.
 */
export function startUpkeep(parts: {
  readonly journal: Pick<JournalFile, 'upkeep' | 'upkeepDue' | 'noteHead'>
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
  const endNotes = startNotes(parts)
  return () => {
    cancel()
    endNotes()
  }
}

/**
 * Notes how far the journal is: soon after a sale changed, and at every look, for what is no sale. While
 * a code is expected or a charge may still be leaving the disk is left alone, for as long as that can be
 * put off.
 */
function startNotes({ journal, counter, clock }: Parameters<typeof startUpkeep>[0]): () => void {
  let waited = 0
  let cancelLook = () => {}
  let cancelSoon: (() => void) | undefined
  const mayNote = () => !isLeaving(counter) && !counter.isArmed()
  const look = () => {
    waited = mayNote() ? 0 : waited + 1
    if (waited === 0 || waited > (isLeaving(counter) ? NOTE_PATIENCE : PATIENCE)) journal.noteHead()
    cancelLook = clock.after(LOOK_MS, look)
  }
  cancelLook = clock.after(LOOK_MS, look)
  const endSales = counter.onSale(() => {
    cancelSoon ??= clock.after(NOTE_AFTER_MS, () => {
      cancelSoon = undefined
      if (mayNote()) journal.noteHead()
    })
  })
  return () => {
    cancelLook()
    cancelSoon?.()
    endSales()
  }
}

/** Between the scan and the first answer: every millisecond is one the customer stands there. */
function isLeaving(counter: Counter): boolean {
  return counter.pending().some((sale) => lastAttempt(sale)?.phase === 'submitting')
}
